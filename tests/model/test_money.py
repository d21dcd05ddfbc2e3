"""Money is exact: amounts are read one way or refused, and rounded half up once."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.model import money
from chalicelib.model.money import BadAmount, Money


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
