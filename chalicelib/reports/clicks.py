"""Which clicks a day's report lists: those of the day, and earlier ones that came in late and are in no report yet.

A day's clicks are those between the end of the day before, as its report had it, and its own end: whatever zone the
network keeps its days in, and if it moves to another, each moment is in one report. Late clicks are marked with the UTC
day on which they came in, and a report reads the marks of every UTC day that its own day touches. The last report to
read a UTC day's marks does so when that day is over, so none is missed; what an earlier one listed is left out, so
none is listed twice.
"""

from collections.abc import Iterator
from typing import Final

from chalicelib.model.day import accounting_day, back, end, utc_day
from chalicelib.model.network import DAY_MS
from chalicelib.reports import leaves
from chalicelib.reports.chain import Chain
from chalicelib.reports.checked import opened
from chalicelib.reports.gathering import Gathering
from chalicelib.reports.manifest import CLICKS
from chalicelib.reports.stores import Archive, Followed

FARTHEST: Final = 45
"""Before the network's first report, clicks are looked for in so many days at most."""

_ALL: Final = "-"


class Clicks:
    """The clicks of a network whose reports are in `chain`."""

    def __init__(self, followed: Followed, archive: Archive, chain: Chain, time_zone: str) -> None:
        self._followed, self._archive, self._chain, self._zone = followed, archive, chain, time_zone

    def gather(self, day: str, gathered: Gathering) -> Iterator[None]:
        """Read what the report of `day` lists, from where `gathered` stands; stops after each shard and report."""
        from_ms, to_ms = self._span(day)
        places = [(utc, shard) for utc in _utc_days(from_ms, to_ms) for shard in range(self._followed.shards)]
        for utc, shard in places[gathered.read :]:
            for click in self._followed.on(utc, shard, from_ms, to_ms):
                gathered.own.add(leaves.of_click(click, is_late=False))
            for click in self._followed.late(utc, shard, from_ms):
                gathered.late.add(leaves.of_click(click, is_late=True))
                gathered.oldest_ms = min(gathered.oldest_ms or click.at_ms, click.at_ms)
            gathered.read += 1
            yield
        yield from self._sift(day, gathered)

    def since(self, day: str) -> str:
        """The day itself, or the first one before it from which on every day has clicks."""
        for _ in range(FARTHEST):
            if not self._has_clicks(back(day, 1)):
                break
            day = back(day, 1)
        return day

    def _sift(self, day: str, gathered: Gathering) -> Iterator[None]:
        """Leave out of the late clicks what earlier reports list, one report after the other, the newest first."""
        if gathered.oldest_ms and gathered.sifted != _ALL:
            # A day more, in case the network's zone was another one then.
            oldest = back(accounting_day(gathered.oldest_ms, self._zone), 1)
            before = back(gathered.sifted or day, 1)
            while before >= oldest:
                found = self._chain.published(before)
                if found is not None and found.roots is not None and found.roots.clicks:
                    with opened(self._archive, found.part(CLICKS)) as stream:
                        gathered.late.keep(leaves.without(gathered.late, leaves.published(stream)))
                gathered.sifted = before
                yield
                before = back(before, 1)
        gathered.sifted = _ALL

    def _span(self, day: str) -> tuple[int, int]:
        """From the end of the day before, as it was published, until the end of `day`."""
        before = self._chain.published(back(day, 1))
        from_ms = end(before.day, before.time_zone) if before else end(back(day, 1), self._zone)
        return from_ms, end(day, self._zone)

    def _has_clicks(self, day: str) -> bool:
        from_ms, to_ms = end(back(day, 1), self._zone), end(day, self._zone)
        places = ((utc, shard) for utc in _utc_days(from_ms, to_ms) for shard in range(self._followed.shards))
        return any(next(self._followed.on(*place, from_ms, to_ms), None) for place in places)


def _utc_days(from_ms: int, to_ms: int) -> list[str]:
    """The UTC days between two moments, the second not included."""
    last, found = utc_day(to_ms - 1), [utc_day(from_ms)]
    while found[-1] < last:
        from_ms += DAY_MS
        found.append(utc_day(from_ms))
    return found
