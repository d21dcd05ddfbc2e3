"""Every amount is one exact fraction, converted once by the rates of a day, and rounded once."""

from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.model import fx, pricing
from chalicelib.model.fact import Standing
from chalicelib.model.fx import NO_QUOTES, Quotes, Table
from chalicelib.model.money import Money
from chalicelib.model.rates import Basis

QUOTES = Quotes("2026-10-30", "9f86d081", "EUR", (("JPY", "163.25"), ("KWD", "0.3321"), ("USD", "1.0812")))


def pinned(commission: str, currency: str = "USD", due_in: str = "", revenue: str = "none") -> pricing.Pinned:
    return pricing.pinned(commission, revenue, currency, due_in, str(QUOTES))


def of(amount: int, currency: str = "USD", **more: int) -> Basis:
    return Basis(Money(amount, currency), **more)


@pytest.mark.parametrize(
    ("amount", "commission"),
    [(1200, ("7.5", 90)), (3, ("20", 1)), (500, ("2.9", 15)), (645, ("30", 194))],
)
def test_a_share_is_rounded_half_up(amount: int, commission: tuple[str, int]) -> None:
    percent, earned = commission
    found = pricing.price(of(amount), pinned(f"RevShare {percent}%"))
    assert found == pricing.Price(earned, 0, earned)


@pytest.mark.parametrize(
    ("sale", "currency", "due_in", "price"),
    [
        # 10.00 EUR is 1.00 EUR at 10 %; 1.0812 USD; 163.25 JPY; 0.3321 KWD.
        (Money(1000, "EUR"), "USD", "JPY", (108, 163)),
        (Money(1000, "EUR"), "JPY", "KWD", (163, 332)),
        (Money(1000, "EUR"), "KWD", "EUR", (332, 100)),
        # 10000 JPY are 1000 JPY at 10 %: 6.1256 EUR, 6.6230 USD by one cross rate.
        (Money(10000, "JPY"), "EUR", "USD", (613, 662)),
    ],
)
def test_amounts_cross_currencies_and_exponents_by_one_fraction(
    sale: Money, currency: str, due_in: str, price: tuple[int, int]
) -> None:
    found = pricing.price(Basis(sale), pinned("RevShare 10%", currency, due_in))
    assert found is not None
    assert (found.commission, found.due) == price


def test_what_is_due_is_not_a_conversion_of_what_was_rounded() -> None:
    found = pricing.price(of(4, "JPY"), pinned("RevShare 10%", "JPY", "KWD"))
    # 0.4 JPY are no yen, but 0.81 fils.
    assert found == pricing.Price(0, 0, 1)


def test_one_currency_asks_for_no_rates_and_two_ask_for_their_day_once() -> None:
    asked: list[str] = []

    def rates(day: str) -> Quotes:
        asked.append(day)
        return QUOTES

    plain = replace(pinned("RevShare 10%"), quotes=NO_QUOTES)
    assert pricing.quoted(plain, of(100), rates, "2026-11-01").quotes == NO_QUOTES
    assert asked == []
    abroad = pricing.quoted(replace(plain, due_in="JPY"), of(100), rates, "2026-11-01")
    assert (asked, str(abroad.quotes)) == (["2026-11-01"], "2026-10-30 9f86d081 EUR JPY=163.25 USD=1.0812")


def test_rates_that_do_not_reach_pin_nothing() -> None:
    plain = replace(pinned("RevShare 10%", "GBP"), quotes=NO_QUOTES)
    assert pricing.quoted(plain, of(100), lambda _: QUOTES, "2026-11-01").quotes == NO_QUOTES


@pytest.mark.parametrize(
    ("state", "rate", "found"),
    [
        ("approved", "RevShare 10%", Standing("approved", "", commission=10, currency="USD", due=10)),
        ("rejected", "RevShare 10%", Standing("rejected", "", currency="USD")),
        ("approved", "Call 8.00 USD from 60s", Standing("approved", "below_duration", currency="USD")),
        (
            "approved",
            "CPA 1.00 USD + Call 8.00 USD from 60s",
            Standing("approved", "", commission=100, currency="USD", due=100),
        ),
    ],
)
def test_a_standing_gets_its_money(state: str, rate: str, found: Standing) -> None:
    assert pricing.standing(Standing(state), of(100), pinned(rate)) == found  # type: ignore[arg-type]


def test_a_missing_rate_holds_what_it_would_be_and_a_rate_lets_it_be_that() -> None:
    waiting = pricing.standing(Standing("approved"), of(100, "GBP"), pinned("RevShare 10%"))
    assert waiting == Standing("pending", "no_fx_rate", currency="USD", wanted="approved")
    again = pricing.standing(waiting, of(100, "GBP"), pinned("RevShare 10%"))
    assert again == waiting
    assert pricing.standing(waiting, of(100), pinned("RevShare 10%")).state == "approved"


# Tables


@pytest.mark.parametrize(
    ("day", "date"),
    [("2026-10-29", ""), ("2026-10-30", "2026-10-30"), ("2026-11-04", "2026-10-30"), ("2026-11-05", "")],
)
def test_rates_are_at_most_five_days_old_and_never_from_later(day: str, date: str) -> None:
    assert Table({"2026-10-30": QUOTES}).on(day).date == date


@given(st.sampled_from(["EUR", "JPY", "KWD", "USD"]), st.sampled_from(["EUR", "JPY", "KWD", "USD"]))
def test_there_and_back_is_nothing_lost(one: str, other: str) -> None:
    there, back = QUOTES.factor(one, other), QUOTES.factor(other, one)
    assert there is not None
    assert back is not None
    assert there * back == 1


def test_quotes_are_read_as_they_are_written() -> None:
    assert fx.quotes(str(QUOTES)) == QUOTES
    assert fx.quotes("") == NO_QUOTES


@given(st.integers(-(10**6), 10**6), st.integers(1, 1000))
def test_rounding_is_half_up_away_from_zero(numerator: int, denominator: int) -> None:
    exact = Fraction(numerator, denominator)
    rounded = fx.rounded(exact)
    assert abs(rounded - exact) <= Fraction(1, 2)
    assert fx.rounded(-exact) == -rounded
    assert fx.rounded(Fraction(2 * abs(numerator) + 1, 2)) == abs(numerator) + 1
