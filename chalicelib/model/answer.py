"""What a decision answers beside a new fact: a repetition, and the moment in which it is made."""

from dataclasses import dataclass

from chalicelib.model.day import accounting_day
from chalicelib.model.fact import Fact


@dataclass(frozen=True, slots=True)
class Replay:
    """It was said before; `last` is where the conversion stands."""

    last: Fact


@dataclass(frozen=True, slots=True)
class Moment:
    """When we accept: Unix milliseconds and the accounting day they belong to."""

    ms: int
    day: str


def moment(now_ms: int, time_zone: str) -> Moment:
    """The acceptance time and its accounting day in the network's time zone."""
    return Moment(now_ms, accounting_day(now_ms, time_zone))
