"""Accounting days: calendar days of the network's IANA time zone, written 'YYYY-MM-DD'."""

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

LATE_DAYS: Final = 3
"""So many days after its own the index may show a fact; what it shows later no report lists."""


@lru_cache(maxsize=8)
def zone(name: str) -> "ZoneInfo":
    """The time zone; ZoneInfoNotFoundError for a name that IANA does not know."""
    from zoneinfo import ZoneInfo  # takes milliseconds that a click does not need

    return ZoneInfo(name)


def accounting_day(ms: int, time_zone: str) -> str:
    """The day on which an event of Unix time `ms` is booked."""
    return datetime.fromtimestamp(ms // 1000, zone(time_zone)).date().isoformat()


def utc_day(ms: int) -> str:
    """The UTC day as 'YYYYMMDD', which names the clicks' partitions."""
    return datetime.fromtimestamp(ms // 1000, UTC).strftime("%Y%m%d")


def end(day: str, time_zone: str) -> int:
    """The first Unix millisecond that no longer belongs to `day`: 23 or 25 hours after its start twice a year."""
    after = datetime.combine(date.fromisoformat(day) + timedelta(days=1), time(), zone(time_zone))
    return round(after.timestamp() * 1000)


def back(day: str, days: int) -> str:
    """The day `days` earlier (later when negative)."""
    return (date.fromisoformat(day) - timedelta(days=days)).isoformat()


def iso(ms: int) -> str:
    """Unix milliseconds as '2026-11-24T06:30:00.123Z'."""
    seconds, rest = divmod(ms, 1000)
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%S}.{rest:03d}Z"
