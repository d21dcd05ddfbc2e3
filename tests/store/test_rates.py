"""Rates are kept by date and table: the newest date within five days counts, and of one date the last upload."""

from uuid import uuid4

import pytest

from chalicelib.model.fx import NO_QUOTES
from chalicelib.store.client import Client
from chalicelib.store.rates import Rates

ONE, TWO = "1" * 64, "2" * 64


class Clock:
    """A clock that stands still until it is turned."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def month() -> str:
    """A month of a year that no other test uses."""
    return f"{2100 + int(uuid4().hex[:6], 16) % 7000}-10"


def store(dynamodb: Client, clock: Clock | None = None) -> Rates:
    return Rates(dynamodb, "ledger", 60, clock or Clock())


def test_a_day_has_the_newest_rates_that_are_at_most_five_days_old(dynamodb: Client, month: str) -> None:
    rates = store(dynamodb)
    rates.add(f"{month}-10", "EUR", {"USD": "1.08", "GBP": "0.85"}, ONE, 1_000)
    rates.add(f"{month}-12", "EUR", {"USD": "1.09"}, ONE, 1_000)
    found = {day: rates.on(f"{month}-{day}").date for day in ("09", "10", "11", "12", "17", "18")}
    assert found == {
        "09": "",
        "10": f"{month}-10",
        "11": f"{month}-10",
        "12": f"{month}-12",
        "17": f"{month}-12",
        "18": "",
    }
    assert str(rates.on(f"{month}-11")) == f"{month}-10 {ONE[:12]} EUR GBP=0.85 USD=1.08"
    assert rates.on(f"{month}-09") == NO_QUOTES


def test_of_two_tables_for_a_date_the_last_upload_counts_and_a_repetition_is_no_upload(
    dynamodb: Client, month: str
) -> None:
    rates, date = store(dynamodb), f"{month}-10"
    assert rates.add(date, "EUR", {"USD": "1.08"}, TWO, 1_000)
    assert rates.add(date, "EUR", {"USD": "1.09"}, ONE, 2_000)
    assert not rates.add(date, "EUR", {"USD": "1.08"}, TWO, 3_000)
    known = rates.known(date)
    assert (known.quotes.rates, known.at_ms) == ((("USD", "1.09"),), 2_000)


def test_a_date_is_read_again_after_the_cache_time(dynamodb: Client, month: str) -> None:
    clock, date = Clock(), f"{month}-10"
    cached = store(dynamodb, clock)
    assert cached.on(date) == NO_QUOTES
    store(dynamodb).add(date, "EUR", {"USD": "1.08"}, ONE, 1_000)
    assert cached.on(date) == NO_QUOTES
    clock.now += 60
    assert cached.on(date).date == date
