"""How much room a campaign's caps leave: what each span has taken so far, and whether one more event fits.

An event that does not fit takes no room, so a smaller one behind it may still fit. Room is measured by the time of the
event, not of its arrival, and by what events earn by themselves, in the campaign's currency.
"""

from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from typing import Final, NamedTuple

from chalicelib.model.caps import Cap
from chalicelib.model.day import accounting_day

SPAN_MONTHS: Final = 5
"""An event is at most 90 days old when it comes: day and month spans older than this can take nothing any more."""


class Taken(NamedTuple):
    """What the events of one period took of one span of a cap.

    `scope` is an affiliate or '*'; `span` is a day, a month or 'total'; `source` says whether visits or conversions
    took it. `before` is what earlier periods had taken when this one closed: what is priced again later starts there.
    Amounts are text of exact fractions, because a click may cost less than a cent.
    """

    period: str
    campaign: str
    scope: str
    measure: str
    span: str
    source: str
    before: str
    taken: str


class Agreed(NamedTuple):
    """What held for the conversions of one period and campaign when they were first priced together.

    `caps` are the campaign's, as text; `waiting` is how many of the conversions could still move by the last close.
    """

    period: str
    campaign: str
    caps: str
    waiting: int


Place = tuple[str, str, str]
"""Scope, measure and span."""


class Room:
    """The room of one campaign in one period, from `before`, the sums that were taken before it."""

    def __init__(self, caps: Iterable[Cap], before: Mapping[Place, Fraction], time_zone: str) -> None:
        self._caps, self._before, self._zone = tuple(caps), before, time_zone
        self.taken: dict[Place, Fraction] = {}
        """What this period took of each place that one of its events asked for, which may be nothing."""

    def take(self, affiliate: str, at_ms: int, needs: Mapping[str, Fraction]) -> bool:
        """Take room for an event that needs so much of each measure; False, and nothing taken, if it does not fit."""
        day = accounting_day(at_ms, self._zone)
        spans = {"day": day, "month": day[:7], "total": "total"}
        places = [
            ((cap.affiliate, cap.measure, spans[cap.span]), cap.most, needs[cap.measure])
            for cap in self._caps
            if cap.affiliate in ("*", affiliate) and cap.measure in needs
        ]
        for place, _, _ in places:
            self.taken.setdefault(place, Fraction(0))
        if any(self._used(place) + need > most for place, most, need in places):
            return False
        # Two caps of one measure and span may share a place (a narrower number given twice); each place counts once.
        for place, need in {place: need for place, _, need in places}.items():
            self.taken[place] += need
        return True

    def before(self, place: Place) -> Fraction:
        """What was taken of a place before this period."""
        return self._before.get(place, Fraction(0))

    def _used(self, place: Place) -> Fraction:
        return self.before(place) + self.taken[place]


def rows(period: str, campaign: str, source: str, room: Room, known: Iterable[Taken]) -> Iterator[Taken]:
    """What is to be remembered of a period's room: what it takes now, and nothing of what it took once and no more."""
    for place, taken in sorted(room.taken.items()):
        yield Taken(period, campaign, *place, source, str(room.before(place)), str(taken))
    for row in known:
        if (row.period, row.campaign, row.source) == (period, campaign, source) and row[2:5] not in room.taken:
            yield row._replace(taken="0")


def before(known: Iterable[Taken], campaign: str, period: str, source: str) -> dict[Place, Fraction]:
    """What had been taken before `source` of `period` began: by earlier periods, and by the same one's visits.

    A period that was closed before starts where it started then; an open one where all closed ones have got by now.
    """
    sums: dict[Place, Fraction] = {}
    started: dict[Place, Fraction] = {}
    for row in known:
        place = (row.scope, row.measure, row.span)
        if row.campaign != campaign:
            continue
        if (row.period, row.source) == (period, source):
            started[place] = Fraction(row.before)
        elif row.period < period or (row.period, row.source, source) == (period, "visits", "conversions"):
            sums[place] = sums.get(place, Fraction(0)) + Fraction(row.taken)
    return sums | started


def written(limits: Mapping[str, int]) -> str:
    """A campaign's caps as text, such as 'commission/month=100000 day=20'."""
    return " ".join(f"{key}={most}" for key, most in sorted(limits.items()))


def read(text: str) -> dict[str, int]:
    """What `written` gave."""
    return {key: int(most) for key, _, most in (pair.partition("=") for pair in text.split())}
