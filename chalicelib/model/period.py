"""Accounting periods: calendar months of the network's time zone, written 'YYYY-MM'."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, datetime
from typing import Self

from chalicelib.model import day
from chalicelib.model.day import zone


@dataclass(frozen=True, slots=True)
class Period:
    """A month: its name, its first and last accounting day, and the Unix milliseconds that it begins and ends with.

    `end_ms` is the first instant that is no longer inside. What time alone decides (a hold that is over) is judged at
    the last instant inside.
    """

    name: str
    first_day: str
    last_day: str
    start_ms: int
    end_ms: int

    @classmethod
    def of(cls, name: str, time_zone: str) -> Self:
        """The month of a name; ValueError if it is none."""
        first = date.fromisoformat(f"{name}-01")
        last = first.replace(day=monthrange(first.year, first.month)[1])
        start = day.end(day.back(first.isoformat(), 1), time_zone)
        return cls(name, first.isoformat(), last.isoformat(), start, day.end(last.isoformat(), time_zone))

    @property
    def days(self) -> list[str]:
        """Its accounting days, in order."""
        return [f"{self.name}-{number:02d}" for number in range(1, int(self.last_day[8:]) + 1)]


def following(name: str) -> str:
    """The month after."""
    year, month = int(name[:4]), int(name[5:7])
    return f"{year + month // 12:04d}-{month % 12 + 1:02d}"


def months_apart(earlier: str, later: str) -> int:
    """How many months lie between two periods."""
    return (int(later[:4]) - int(earlier[:4])) * 12 + int(later[5:7]) - int(earlier[5:7])


def months_after(ms: int, months: int, time_zone: str) -> int:
    """The same time of day so many months later, on the month's last day if it is shorter; Unix milliseconds."""
    seconds, rest = divmod(ms, 1000)
    at = datetime.fromtimestamp(seconds, zone(time_zone))
    year, month = at.year + (at.month - 1 + months) // 12, (at.month - 1 + months) % 12 + 1
    later = at.replace(year=year, month=month, day=min(at.day, monthrange(year, month)[1]))
    return round(later.timestamp()) * 1000 + rest
