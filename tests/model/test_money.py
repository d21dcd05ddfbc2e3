"""Money is exact: amounts are read one way or refused, and rounded half up once."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.model import money
from chalicelib.model.money import BadAmount, Money
from chalicelib.model.terms import Cpa, RevShare, rate


@pytest.mark.parametrize(
    ("text", "code", "minor"),
    [
        ("49.90", "USD", 4990),
        (" 49.9 ", "USD", 4990),
        ("12,34", "EUR", 1234),
        ("0", "USD", 0),
        ("007.5", "USD", 750),
        ("49.9000", "USD", 4990),
        ("1.234", "KWD", 1234),
        ("1.2345", "CLF", 12345),
        ("1500", "JPY", 1500),
        ("1500.00", "JPY", 1500),
        ("9999999999999.99", "USD", 999_999_999_999_999),
    ],
)
def test_a_clear_amount_is_read_exactly(text: str, code: str, minor: int) -> None:
    assert money.parse(text, code) == Money(minor, code)


@pytest.mark.parametrize(
    ("text", "code", "reason"),
    [
        ("1.234,56", "EUR", "ambiguous_amount"),
        ("1,234.56", "USD", "ambiguous_amount"),
        ("1,234", "USD", "ambiguous_amount"),
        ("1.234", "EUR", "ambiguous_amount"),
        ("1,234", "KWD", "ambiguous_amount"),
        ("12.3456", "USD", "too_precise_amount"),
        ("1.5", "JPY", "too_precise_amount"),
        ("", "USD", "bad_amount"),
        (".", "USD", "bad_amount"),
        (".50", "USD", "bad_amount"),
        ("5.", "USD", "bad_amount"),
        ("-5.00", "USD", "bad_amount"),
        ("+5.00", "USD", "bad_amount"),
        ("1e3", "USD", "bad_amount"),
        ("NaN", "USD", "bad_amount"),
        ("$5.00", "USD", "bad_amount"),
        ("5 00", "USD", "bad_amount"),
        ("٥", "USD", "bad_amount"),
        ("10000000000000.00", "USD", "bad_amount"),
        ("9" * 40, "USD", "bad_amount"),
    ],
)
def test_any_other_amount_is_refused_with_its_reason(text: str, code: str, reason: str) -> None:
    with pytest.raises(BadAmount) as refused:
        money.parse(text, code)
    assert refused.value.reason == reason


@given(st.integers(0, money.LARGEST - 1), st.sampled_from(sorted(money.EXPONENTS)))
def test_what_is_printed_is_read_back(minor: int, code: str) -> None:
    assert money.parse(money.decimal(minor, code), code) == Money(minor, code)


@pytest.mark.parametrize(("minor", "text"), [(-5, "-0.05"), (0, "0.00"), (5, "0.05"), (-123456, "-1234.56")])
def test_negative_amounts_keep_their_sign_in_front(minor: int, text: str) -> None:
    assert money.decimal(minor, "USD") == text


@pytest.mark.parametrize(
    ("sale", "percent", "commission"),
    [("12.00", "7.5", 90), ("0.03", "20", 1), ("5.00", "2.9", 15), ("6.45", "30", 194)],
)
def test_a_share_is_rounded_half_up_once(sale: str, percent: str, commission: int) -> None:
    assert RevShare.of(percent).earns(money.parse(sale, "USD"), 0) == Money(commission, "USD")


@given(st.integers(-(10**15), 10**15), st.integers(0, 10**9), st.integers(1, 10**9))
def test_a_share_is_the_nearest_whole_number_and_ties_go_away_from_zero(minor: int, over: int, under: int) -> None:
    exact = Fraction(minor * over, under)
    found = money.share(minor, over, under)
    assert abs(found - exact) <= Fraction(1, 2)
    assert abs(found - exact) != Fraction(1, 2) or abs(found) > abs(exact)


@pytest.mark.parametrize("text", ["CPA 5.00 USD", "CPA 700 JPY", "RevShare 12.5%", "RevShare 0%", "RevShare 1000%"])
def test_a_rate_is_read_from_what_it_prints(text: str) -> None:
    assert str(rate(text)) == text


@pytest.mark.parametrize(
    "text", ["CPA 5.00", "CPA 5.00 XXX", "RevShare 12,5%", "RevShare -1%", "RevShare 1001%", "x", ""]
)
def test_a_text_that_is_no_rate_is_refused(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - the contract is the type
        rate(text)


def test_a_fixed_amount_is_kept_until_the_sale_is_refunded_whole() -> None:
    cpa, sale = Cpa(Money(500, "USD")), Money(1000, "USD")
    assert [cpa.earns(sale, refunded).minor for refunded in (0, 999, 1000)] == [500, 500, 0]
