"""The visits table as the month close reads it: each visit with its link, by its UTC day or the one it came late on.

The caps on clicks read it by when each click came in.
"""

from collections.abc import Callable, Iterator

from chalicelib.model.network import Link
from chalicelib.model.visit import Visit, visit
from chalicelib.store.visits import Visits


class Visited:
    """Visits by UTC day 'YYYYMMDD'. `link` gives the link of a number; it is asked for each visit, so it remembers."""

    def __init__(self, visits: Visits, link: Callable[[int], Link | None]) -> None:
        self._visits, self._link = visits, link

    def on(self, day: str) -> Iterator[Visit]:
        """The clicks and impressions of a day, shard by shard."""
        for kind in ("click", "impression"):
            for shard in range(self._visits.shards):
                for seen in self._visits.day(kind, day, shard):
                    yield visit(kind, seen, self._link(seen.id.link))

    def late(self, day: str) -> Iterator[Visit]:
        """The visits that came in late on a day, whichever day they belong to."""
        for shard in range(self._visits.shards):
            for kind, seen in self._visits.late(day, shard):
                yield visit(kind, seen, self._link(seen.id.link))

    def clicks(self, from_ms: int, to_ms: int) -> Iterator[Visit]:
        """The clicks that came in between two moments of one UTC day, the second not included; each in one span."""
        for shard in range(self._visits.shards):
            for seen in self._visits.arrivals(shard, from_ms, to_ms):
                yield visit("click", seen, self._link(seen.id.link))
