"""Days end where the network lives."""

import pytest

from chalicelib.model import day

HOUR = 3_600_000


@pytest.mark.parametrize(
    ("ms", "zone", "expected"),
    [
        (1_790_000_000_000, "UTC", "2026-09-21"),
        (1_774_738_799_999, "Europe/Berlin", "2026-03-28"),
        (1_774_738_800_000, "Europe/Berlin", "2026-03-29"),
        (1_774_738_800_000, "Pacific/Kiritimati", "2026-03-29"),
        (1_774_738_800_000, "America/New_York", "2026-03-28"),
    ],
)
def test_an_event_belongs_to_the_day_of_the_networks_zone(ms: int, zone: str, expected: str) -> None:
    assert day.accounting_day(ms, zone) == expected


@pytest.mark.parametrize(
    ("date", "zone", "hours"),
    [("2026-03-29", "Europe/Berlin", 23), ("2026-10-25", "Europe/Berlin", 25), ("2026-11-24", "Europe/Berlin", 24)],
)
def test_a_day_has_as_many_hours_as_its_clocks_show(date: str, zone: str, hours: int) -> None:
    assert day.end(date, zone) - day.end(day.back(date, 1), zone) == hours * HOUR
    assert day.accounting_day(day.end(date, zone) - 1, zone) == date


def test_milliseconds_are_printed_in_utc() -> None:
    assert day.iso(1_790_000_000_123) == "2026-09-21T14:13:20.123Z"
