"""The visits table as the daily report reads it: each click with its link, shard by shard, in the order of time."""

from collections.abc import Callable, Iterator

from chalicelib.model.click import Click
from chalicelib.model.follow import Follow
from chalicelib.model.network import Link
from chalicelib.store.visits import Visits


class Followed:
    """The clicks of UTC days 'YYYYMMDD'. `link` gives the link of a number: whose a link is never changes, so each is
    asked for once.
    """

    def __init__(self, visits: Visits, link: Callable[[int], Link | None]) -> None:
        self._visits, self._link = visits, link
        self._known: dict[int, tuple[str, str, str]] = {}
        self.shards = visits.shards
        """A day's clicks lie in so many shards, numbered from 0."""

    def on(self, day: str, shard: int, from_ms: int, to_ms: int) -> Iterator[Follow]:
        """The clicks of a day's shard between two moments, the second not included; read consistently."""
        return map(self._follow, self._visits.clicks_between(day, shard, from_ms, to_ms))

    def late(self, day: str, shard: int, before_ms: int) -> Iterator[Follow]:
        """The clicks from before a moment that came in late on a day; one that came twice perhaps twice."""
        return map(self._follow, self._visits.late_clicks(day, shard, before_ms))

    def _follow(self, seen: Click) -> Follow:
        number = seen.id.link
        whose = self._known.get(number)
        if whose is None:
            link = self._link(number)
            if link is None:
                return Follow(seen.id.ms, seen.id.text, "", "", "", seen.method, seen.purpose)
            whose = self._known[number] = (link.affiliate, link.campaign, link.slug)
        return Follow(seen.id.ms, seen.id.text, *whose, seen.method, seen.purpose)
