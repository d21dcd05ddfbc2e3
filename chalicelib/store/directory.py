"""The network's set-up as the hot path knows it: cached in the process for a short time.

While the table fails, a copy that was seen before is served as it is, as far as a `Patience` allows, and the table is
left alone for a moment, so that a visitor waits for one failed read at most.
"""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TypeVar, cast

from chalicelib.model.network import Advertiser, Affiliate, Campaign, Coupon, Link, Number
from chalicelib.store.errors import StoreError
from chalicelib.store.network import Network

FIRST_SECONDS: Final = 1.5
"""How long anyone may wait for what was never seen: there is nothing else to give."""

REST_SECONDS: Final = 2.0
SIZE: Final = 4096


@dataclass(frozen=True, eq=False)
class Patience:
    """How long a fresher copy is waited for, and how long after it was due a stale one may still serve (seconds)."""

    refresh: float
    stale: float


LENIENT: Final = Patience(refresh=0.1, stale=float("inf"))
"""For visitors, who must arrive."""

EXACT: Final = Patience(refresh=1.5, stale=60.0)
"""For money: new terms start the cache time and a minute after they are written, so no older copy may judge."""

T = TypeVar("T")
N = TypeVar("N", str, int, tuple[str, str])

Name = tuple[str, str | int | tuple[str, str]]
"""What something is remembered under: its kind and its name."""


class Directory:
    """Links, campaigns and the rest of `network`, each read again after `seconds` by a monotonic `clock`."""

    def __init__(
        self, network: Network, seconds: float, clock: Callable[[], float], patience: Patience = LENIENT
    ) -> None:
        self._network, self._seconds, self._clock, self._patience = network, seconds, clock, patience
        self._known: OrderedDict[Name, tuple[float, object]] = OrderedDict()
        self._missing: dict[Name, tuple[float, object]] = {}
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

    def affiliate(self, id: str) -> Affiliate | None:
        """An affiliate; None if there is none."""
        return self._look(("affiliate", id), self._network.affiliate, id)

    def coupon(self, advertiser: str, code: str) -> Coupon | None:
        """A coupon code of an advertiser; None if it is nobody's."""
        return self._look(("coupon", (advertiser, code)), self._network.coupon, (advertiser, code))

    def number(self, number: str) -> Number | None:
        """A tracking number; None if it is nobody's."""
        return self._look(("number", number), self._network.number, number)

    def _look(self, key: tuple[str, N], read: Callable[[N, float], T], name: N) -> T:
        now = self._clock()
        copy = self._known.get(key) or self._missing.get(key)
        if copy is not None and (now < copy[0] or (now < self._rests_until and self._serves(copy, now))):
            return cast("T", copy[1])
        try:
            found = read(name, FIRST_SECONDS if copy is None else self._patience.refresh)
        except StoreError:
            # Refused, too: credentials that have run out are no reason to strand a visitor whose link is known.
            if copy is None or not self._serves(copy, now):
                raise
            self._rests_until = self._clock() + REST_SECONDS
            return cast("T", copy[1])
        if copy is not None and self._clock() - now > self._patience.refresh / 2:
            self._rests_until = self._clock() + REST_SECONDS
        self._keep(key, found)
        return found

    def _serves(self, copy: tuple[float, object], now: float) -> bool:
        return now <= copy[0] + self._patience.stale

    def _keep(self, key: Name, found: object) -> None:
        """Remember an answer. What is not there is remembered apart, so that made-up names displace nothing real."""
        self._missing.pop(key, None)
        self._known.pop(key, None)
        entry = (self._clock() + self._seconds, found)
        if found is None:
            if len(self._missing) >= SIZE:
                self._missing.clear()
            self._missing[key] = entry
            return
        self._known[key] = entry
        if len(self._known) > SIZE:
            self._known.popitem(last=False)
