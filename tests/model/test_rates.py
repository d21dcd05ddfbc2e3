"""Rates are read as people write them, and every commission is one exact fraction, rounded half up once."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.model import money, rates
from chalicelib.model.agreement import mistake
from chalicelib.model.fx import NO_QUOTES, Quotes, rounded
from chalicelib.model.money import Money
from chalicelib.model.pricing import Pinned, Price, price
from chalicelib.model.rate_text import per_conversion, rate
from chalicelib.model.rates import Basis, Rate, Tiers, VisitPrice
from chalicelib.model.terms import Terms

TEXTS = [
    "CPA 5.00 USD",
    "CPA 700 JPY",
    "CPL 3.00 EUR",
    "CPI 0.80 USD",
    "RevShare 12.5%",
    "RevShare 0%",
    "RevShare 1000%",
    "RevShare 10% net",
    "CPA 2.00 USD + RevShare 5%",
    "RevShare 20% for 12 months",
    "CPA 3.00 USD + RevShare 1% net for 6 months",
    "Call 8.00 USD from 60s",
    "Call 4.00 USD from 30s, 8.00 USD from 90s",
    "CPC 0.05 USD",
    "CPC 0.005 USD",
    "CPM 2.50 EUR",
    "Flat 500.00 USD",
    "Tiers count marginal: CPA 5.00 USD; from 101 CPA 6.00 USD",
    "Tiers count retroactive: RevShare 5%; from 11 RevShare 6%; from 101 RevShare 7%",
    "Tiers amount marginal: RevShare 5%; from 10000.00 USD RevShare 7%",
    "none",
]


@pytest.mark.parametrize("text", TEXTS)
def test_a_rate_is_read_from_what_it_prints(text: str) -> None:
    assert str(rate(text)) == text


@pytest.mark.parametrize(
    ("text", "same"),
    [("  CPA   5 USD ", "CPA 5.00 USD"), ("RevShare 20% for ever", "RevShare 20%"), ("cpa", None)],
)
def test_blanks_and_for_ever_say_nothing_more(text: str, same: str | None) -> None:
    if same is None:
        with pytest.raises(ValueError, match="not a rate"):
            rate(text)
    else:
        assert str(rate(text)) == same


@pytest.mark.parametrize(
    "text",
    [
        "CPA 5.00",
        "CPA 5.00 XXX",
        "RevShare 12,5%",
        "RevShare -1%",
        "RevShare 1001%",
        "RevShare 5% gross",
        "RevShare 5% for 0 months",
        "RevShare 5% for 3 weeks",
        "Call 8.00 USD",
        "Call 8.00 USD from 60s, 4.00 USD from 30s",
        "Call 8.00 USD from 60s, 9.00 EUR from 90s",
        "Tiers count marginal: CPA 5.00 USD",
        "Tiers count marginal: CPA 5.00 USD; from 1 CPA 6.00 USD",
        "Tiers amount marginal: RevShare 5%; from 10.00 USD RevShare 6%; from 20.00 EUR RevShare 7%",
        "Tiers amount sideways: RevShare 5%; from 10.00 USD RevShare 6%",
        "Tiers count marginal: none; from 10 CPA 6.00 USD",
        "CPC 0.0000001 USD",
        "CPC",
        "Flat 5.00",
        "x",
        "",
    ],
)
def test_a_text_that_is_no_rate_is_refused(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - the contract is the type
        rate(text)


def earned(text: str, basis: Basis, currency: str = "USD") -> int:
    """The commission of a rate, without any exchange."""
    found = price(basis, Pinned(per_conversion(text), per_conversion("none"), currency, currency, NO_QUOTES))
    assert found is not None
    return found.commission


@pytest.mark.parametrize(
    ("sale", "percent", "commission"),
    [("12.00", "7.5", 90), ("0.03", "20", 1), ("5.00", "2.9", 15), ("6.45", "30", 194)],
)
def test_a_share_is_rounded_half_up_once(sale: str, percent: str, commission: int) -> None:
    assert earned(f"RevShare {percent}%", Basis(money.parse(sale, "USD"))) == commission


@given(st.fractions())
def test_rounding_gives_the_nearest_whole_number_and_ties_go_away_from_zero(exact: Fraction) -> None:
    found = rounded(exact)
    assert abs(found - exact) <= Fraction(1, 2)
    assert abs(found - exact) != Fraction(1, 2) or abs(found) > abs(exact)


HUNDRED = Money(100_00, "USD")


@pytest.mark.parametrize(
    ("text", "basis", "commission"),
    [
        ("CPA 5.00 USD", Basis(), 500),
        ("CPA 5.00 USD", Basis(HUNDRED, refunded=99_99), 500),
        ("CPA 5.00 USD", Basis(HUNDRED, refunded=100_00), 0),
        ("RevShare 10%", Basis(HUNDRED, refunded=25_00), 750),
        ("RevShare 10% net", Basis(HUNDRED, deductions=20_00), 800),
        ("RevShare 10% net", Basis(HUNDRED), 1000),
        ("RevShare 10% net", Basis(HUNDRED, deductions=20_00, refunded=50_00), 400),
        ("RevShare 10% net", Basis(HUNDRED, deductions=120_00), 0),
        ("CPA 2.00 USD + RevShare 5%", Basis(HUNDRED), 700),
        ("CPA 2.00 USD + RevShare 5%", Basis(HUNDRED, refunded=100_00), 0),
        ("Call 4.00 USD from 30s, 8.00 USD from 90s", Basis(seconds=29), 0),
        ("Call 4.00 USD from 30s, 8.00 USD from 90s", Basis(seconds=30), 400),
        ("Call 4.00 USD from 30s, 8.00 USD from 90s", Basis(seconds=90), 800),
        ("Tiers count marginal: CPA 5.00 USD; from 101 CPA 6.00 USD", Basis(), 500),
        ("RevShare 10%", Basis(Money(0, "USD")), 0),
        ("none", Basis(), 0),
    ],
)
def test_each_rate_has_its_arithmetic(text: str, basis: Basis, commission: int) -> None:
    assert earned(text, basis) == commission


RATES = Quotes("2026-10-30", "9f86d081", "EUR", (("GBP", "0.8541"), ("JPY", "163.2"), ("USD", "1.0812")))


@pytest.mark.parametrize(
    ("amount", "text", "due_in", "expected"),
    [
        # 100.00 GBP x 10 % = 10.00 GBP; / 0.8541 x 1.0812 = 12.6589... USD; / 0.8541 = 11.7082... EUR
        (Money(100_00, "GBP"), "RevShare 10%", "EUR", Price(1266, 0, 1171)),
        (Money(100_00, "USD"), "RevShare 10%", "JPY", Price(1000, 0, 1509)),
        (Money(10_000, "JPY"), "CPA 1.00 EUR + RevShare 10%", "USD", Price(771, 0, 771)),
    ],
)
def test_money_is_converted_by_one_exact_fraction_and_rounded_once(
    amount: Money, text: str, due_in: str, expected: Price
) -> None:
    by = Pinned(per_conversion(text), per_conversion("none"), "USD", due_in, RATES)
    assert price(Basis(amount), by) == expected


def test_a_missing_rate_of_exchange_prices_nothing() -> None:
    by = Pinned(per_conversion("RevShare 10%"), per_conversion("none"), "USD", "USD", RATES)
    assert price(Basis(Money(1, "CHF")), by) is None


def test_quotes_are_read_from_what_they_print() -> None:
    assert Quotes.read(str(RATES)) == RATES


@pytest.mark.parametrize(
    ("goal", "affiliate", "commission", "revenue", "why"),
    [
        ("click", "*", "CPC 0.05 USD", "CPC 0.08 USD", ""),
        ("click", "*", "CPM 2.00 USD", "none", "paid by CPC"),
        ("click", "*", "CPC 0.05 EUR", "none", "not in USD"),
        ("impression", "*", "CPM 2.00 USD", "CPM 3.00 USD", ""),
        ("month", "anna", "Flat 500.00 USD", "none", ""),
        ("month", "*", "Flat 500.00 USD", "none", "one affiliate"),
        ("second_tier", "*", "RevShare 5%", "none", ""),
        ("second_tier", "*", "CPA 5.00 USD", "none", "RevShare"),
        ("second_tier", "*", "none", "none", ""),
        ("sale", "*", "CPC 0.05 USD", "none", "per conversion"),
        ("sale", "*", "Tiers amount marginal: RevShare 5%; from 10.00 EUR RevShare 7%", "none", "not in USD"),
        ("sale", "*", "CPA 5.00 USD", "RevShare 10%", ""),
    ],
)
def test_terms_must_fit_what_they_price(goal: str, affiliate: str, commission: str, revenue: str, why: str) -> None:
    found = mistake(Terms(goal, affiliate, 0, commission, revenue), "USD")
    assert why in found
    assert bool(why) == bool(found)


def test_a_price_may_be_finer_than_a_cent() -> None:
    found = rate("CPC 0.005 USD")
    assert isinstance(found, VisitPrice)
    assert found.each == Fraction(1, 2)
    thousand = rate("CPM 2.50 EUR")
    assert isinstance(thousand, VisitPrice)
    assert thousand.each * 1000 == 250


def test_tiers_know_the_rate_of_a_place() -> None:
    found = rate("Tiers count marginal: CPA 5.00 USD; from 101 CPA 6.00 USD")
    assert isinstance(found, Tiers)
    assert [str(found.at(place)) for place in (1, 100, 101)] == ["CPA 5.00 USD", "CPA 5.00 USD", "CPA 6.00 USD"]
    assert isinstance(rates.NOTHING, Rate)
