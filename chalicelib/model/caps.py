"""Caps: how much a campaign may take, and the soft state by which the redirect knows that it is full.

A cap is exact at the month close (model.room). What the redirect looks at is minutes behind and never money: it counts
what earned when a server first said so, and billable clicks, and takes nothing back.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, cast, get_args

if TYPE_CHECKING:
    from chalicelib.model.fact import Fact

Measure = Literal["conversions", "clicks", "commission", "revenue"]
Span = Literal["day", "month", "total"]

MEASURES: Final = get_args(Measure)
SPANS: Final = get_args(Span)
EVERYONE: Final = "*"

REMEMBERED: Final = 64
"""How many counted conversions a state remembers: more than two batches, so that one that comes again is recognised."""

NAME_CHARACTERS: Final = 10
"""So much of a conversion's id tells it from the others that are remembered; the state stays one write unit."""

DAYS_KEPT: Final = 3
MONTHS_KEPT: Final = 2


@dataclass(frozen=True, slots=True)
class Cap:
    """At most so much of `measure` in each `span`, by one affiliate or by everyone ('*').

    `most` is a number of events, or minor units of the campaign's currency for commission and revenue.
    """

    measure: Measure
    span: Span
    affiliate: str
    most: int

    @property
    def is_money(self) -> bool:
        """Whether `most` is an amount."""
        return self.measure in ("commission", "revenue")

    @property
    def name(self) -> str:
        """What it is called: 'conversions/day', 'clicks/total/anna'. Two caps of one name are one."""
        return f"{self.measure}/{self.span}" + ("" if self.affiliate == EVERYONE else f"/{self.affiliate}")

    def place(self, day: str) -> str:
        """Where a state counts what this cap measures on accounting day `day`."""
        return _place(self.measure, {"day": day, "month": day[:7], "total": "total"}[self.span], self.affiliate)


def read(caps: Mapping[str, int]) -> tuple[Cap, ...]:
    """A campaign's caps: '<span>' for everyone's conversions, else '<measure>/<span>[/<affiliate>]'.

    ValueError for anything else, with the name that cannot be read.
    """
    return tuple(_cap(name, most) for name, most in caps.items())


def is_full(caps: Mapping[str, int], taken: Mapping[str, int], day: str, affiliate: str) -> bool:
    """Whether one of the caps that hold for `affiliate` is used up on `day`, as far as `taken` has been counted."""
    return any(taken.get(cap.place(day), 0) >= cap.most for cap in read(caps) if cap.affiliate in (EVERYONE, affiliate))


@dataclass(frozen=True, slots=True)
class CapState:
    """What was taken, by place, and the conversions counted last, oldest first. `caps` say what has to be counted.

    The place of everyone's conversions is the period: '2026-11-24', '2026-11' or 'total'. Others name the measure
    before it and an affiliate behind it: 'commission/2026-11', 'conversions/total/anna'.
    """

    taken: Mapping[str, int]
    counted: Sequence[str]
    version: int = 0
    caps: tuple[Cap, ...] = ()

    def counting(self, facts: Sequence["Fact"]) -> "CapState":
        """The state after counting the conversions of `facts`, each once."""
        seen, taken, counted = set(self.counted), dict(self.taken), list(self.counted)
        for fact in facts:
            name = fact.conversion[:NAME_CHARACTERS]
            if name not in seen:
                seen.add(name)
                counted.append(name)
                for place, amount in self._takes(fact).items():
                    taken[place] = taken.get(place, 0) + amount
        return CapState(_recent(taken), counted[-REMEMBERED:], self.version, self.caps)

    def _takes(self, fact: "Fact") -> dict[str, int]:
        amounts = {"conversions": 1, "commission": fact.after.commission, "revenue": fact.after.revenue}
        places = dict.fromkeys((fact.day, fact.day[:7], "total"), 1)
        for cap in self.caps:
            if cap.affiliate in (EVERYONE, fact.affiliate) and cap.measure in amounts:
                places[cap.place(fact.day)] = amounts[cap.measure]
        return places


NOTHING: Final = CapState({}, ())


@dataclass(frozen=True, slots=True)
class ClickState:
    """How many billable clicks were taken, by place, and up to when they are counted. `caps` are those on clicks.

    `through` says of each cap, by its name, up to when (Unix milliseconds) it has counted what came in. It moves in one
    write with the count, so no click counts twice, whoever counts and however often. A cap that is taken away and comes
    back goes on where it was.
    """

    taken: Mapping[str, int]
    through: Mapping[str, int]
    version: int = 0
    caps: tuple[Cap, ...] = ()

    def counting(self, caps: Iterable[Cap], clicks: Mapping[tuple[str, str], int], until_ms: int) -> "ClickState":
        """The state when `caps` have counted up to `until_ms`. `clicks` says how many, by accounting day and affiliate.

        Only caps that have counted up to the same moment can count the same clicks.
        """
        taken, through = dict(self.taken), dict(self.through)
        for cap in caps:
            through[cap.name] = until_ms
            for (day, affiliate), number in clicks.items():
                if cap.affiliate in (EVERYONE, affiliate):
                    taken[cap.place(day)] = taken.get(cap.place(day), 0) + number
        return ClickState(_recent(taken), through, self.version, self.caps)


def on_clicks(caps: Mapping[str, int]) -> tuple[Cap, ...]:
    """The caps on clicks among a campaign's, each name once."""
    return tuple({cap.name: cap for cap in read(caps) if cap.measure == "clicks"}.values())


def _cap(name: str, most: int) -> Cap:
    measure, span, affiliate, *more = [*name.split("/"), "", ""] if "/" in name else ["conversions", name, "", ""]
    if measure not in MEASURES or span not in SPANS or any(more):
        raise ValueError(f"not a cap: {name!r}")
    return Cap(cast("Measure", measure), cast("Span", span), affiliate or EVERYONE, most)


def _place(measure: str, period: str, affiliate: str) -> str:
    if affiliate != EVERYONE:
        return f"{measure}/{period}/{affiliate}"
    return period if measure == "conversions" else f"{measure}/{period}"


def _period(place: str) -> str:
    return place.split("/")[1] if "/" in place else place


def _recent(taken: dict[str, int]) -> dict[str, int]:
    """What still matters: the newest days and months; a total always does."""
    periods = {_period(place) for place in taken}
    days = sorted(period for period in periods if len(period) == 10)[-DAYS_KEPT:]
    months = sorted(period for period in periods if len(period) == 7)[-MONTHS_KEPT:]
    kept = {*days, *months, "total"}
    return {place: amount for place, amount in taken.items() if _period(place) in kept}
