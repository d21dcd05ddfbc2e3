"""The network's set-up as the hot path knows it: cached in the process for a short time, stale rather than missing.

While the table fails, a copy that was seen before is served as it is, and the table is left alone for a moment, so that
a visitor waits for one failed read at most.
"""

from collections import OrderedDict
from collections.abc import Callable
from typing import Final, TypeVar, cast

from chalicelib.model.network import Advertiser, Campaign, Link
from chalicelib.store.errors import Unavailable
from chalicelib.store.network import Network

REFRESH_SECONDS: Final = 0.1
"""How long a visitor may wait for a fresher copy of what is known: once, then the table is left alone."""

FIRST_SECONDS: Final = 1.5
"""How long a visitor may wait for what was never seen: there is nothing else to give."""

REST_SECONDS: Final = 2.0
SIZE: Final = 4096

T = TypeVar("T")
N = TypeVar("N", str, int)


class Directory:
    """Links, campaigns and advertisers of `network`, each read again after `seconds` by the monotonic `clock`."""

    def __init__(self, network: Network, seconds: float, clock: Callable[[], float]) -> None:
        self._network, self._seconds, self._clock = network, seconds, clock
        self._known: OrderedDict[tuple[str, str | int], tuple[float, object]] = OrderedDict()
        self._numbers: dict[str, int] = {}
        self._rests_until = float("-inf")

    def slug(self, slug: str) -> Link | None:
        """The link of a slug; None if there is none. A slug is never reused, so its number is learnt once."""
        if slug in self._numbers:
            return self.link(self._numbers[slug])
        link = self._look(("slug", slug), self._network.slug, slug)
        if link is not None:
            if len(self._numbers) >= SIZE:
                self._numbers.clear()
            self._numbers[slug] = link.number
            self._keep(("link", link.number), link)
        return link

    def link(self, number: int) -> Link | None:
        """The link of a number; None if there is none."""
        return self._look(("link", number), self._network.link, number)

    def campaign(self, id: str) -> Campaign | None:
        """A campaign with its terms; None if there is none."""
        return self._look(("campaign", id), self._network.campaign, id)

    def advertiser(self, id: str) -> Advertiser | None:
        """An advertiser with its goals; None if there is none."""
        return self._look(("advertiser", id), self._network.advertiser, id)

    def _look(self, key: tuple[str, N], read: Callable[[N, float], T], name: N) -> T:
        now = self._clock()
        copy = self._known.get(key)
        if copy is not None and (now < copy[0] or now < self._rests_until):
            return cast("T", copy[1])
        try:
            found = read(name, FIRST_SECONDS if copy is None else REFRESH_SECONDS)
        except Unavailable:
            if copy is None:
                raise
            self._rests_until = self._clock() + REST_SECONDS
            return cast("T", copy[1])
        if copy is not None and self._clock() - now > REFRESH_SECONDS / 2:
            self._rests_until = self._clock() + REST_SECONDS
        self._keep(key, found)
        return found

    def _keep(self, key: tuple[str, str | int], found: object) -> None:
        self._known[key] = (self._clock() + self._seconds, found)
        self._known.move_to_end(key)
        if len(self._known) > SIZE:
            self._known.popitem(last=False)
