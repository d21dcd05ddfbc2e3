"""The verdict on each visit: billable, or one reason why not. It is decided when a visit is read, not when it is made.

What one visit shows by itself is `verdict`; what only shows beside others is `Traffic`, which takes visits in order of
time. A verdict says what a click or an impression itself earns; `holds` says whether a conversion of it has to wait for
a person. Nothing is deleted: gross is billable and each reason together.
"""

import re
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Final, NamedTuple

from chalicelib.model.agent import mark
from chalicelib.model.click import WITHHELD

if TYPE_CHECKING:
    from chalicelib.model.visit import Visit

RULES: Final = "2026-11-24.1"
"""Names these rules: those of this module, of model.agent and the names in model.robots. Other rules, another name."""

REASONS: Final = (
    *("head", "prefetch", "link_preview", "bot", "scanner", "unknown_agent", "duplicate", "datacenter"),
    *("over_cap", "burst", "unknown_link"),
)
"""All that a visit can be refused for, in the order in which reports show it."""

HOLDING: Final = frozenset(("bot", "scanner", "datacenter", "burst"))

LOOKALIKE: Final = "~"
"""Before a visitor of whom only network and agent are known: another person may have the same."""

_AHEAD: Final = re.compile(r"pre-?(?:fetch|render|view|load)|instant|speculat", re.IGNORECASE)
"""What browsers and messengers say when they fetch a page before anybody asked for it, in all their spellings."""


def verdict(method: str, agent: str, purpose: str) -> str:
    """What one visit shows by itself: '' for billable, else a reason.

    `purpose` is what its `Sec-Purpose`, `Purpose`, `X-Moz` or `X-Purpose` says. What is missing, apart from the agent,
    is no evidence.
    """
    if method.upper() != "GET":
        return "head"
    if purpose and _AHEAD.search(purpose):
        return "prefetch"
    return "" if agent == WITHHELD else mark(agent)


def holds(reason: str) -> bool:
    """Whether a conversion on a visit with this reason is held. On any other it earns as usual."""
    return reason in HOLDING


class Limits(NamedTuple):
    """From when on visits beside each other are no person's. Times are milliseconds, both ends included.

    duplicate: a click of the same visitor on the same link, so long after one that counted; `double_ms` where nobody
    knows the visitor, only network and agent, and for impressions, which a page shows again when it is opened again
    scanner: `scanner_links` different links of one affiliate, clicked from one network within `scanner_ms`
    burst: `burst_clicks` of one visitor, or `crowd_clicks` of one affiliate from one network, within `burst_ms`
    """

    duplicate_ms: int = 30_000
    double_ms: int = 1_000
    scanner_links: int = 3
    scanner_ms: int = 5_000
    burst_clicks: int = 10
    crowd_clicks: int = 100
    burst_ms: int = 10_000


LIMITS: Final = Limits()


class Traffic:
    """A stream of visits in order of time. Each is given back decided, as soon as nothing that follows can change it.

    `is_datacenter` knows networks, as `model.click.cut_address` writes them.
    """

    def __init__(self, limits: Limits = LIMITS, is_datacenter: Callable[[str], bool] = lambda _: False) -> None:
        self._limits, self._is_datacenter = limits, is_datacenter
        self._look_ms = max(limits.scanner_ms, limits.burst_ms)
        self._open: deque[_Open] = deque()
        self._windows: dict[_Key, _Window] = {}
        self._counted: dict[_Key, int] = {}
        self._order: deque[tuple[int, _Key]] = deque()
        self._now = 0

    def judge(self, visit: "Visit") -> "Iterator[Visit]":
        """Take one more visit; gives those that are decided now. ValueError if it is earlier than the one before."""
        if visit.at_ms < self._now:
            raise ValueError(f"visits come in order of time: {visit.id} does not")
        self._now = visit.at_ms
        self._forget()
        one = _Open(visit)
        self._open.append(one)
        if not visit.rules and not one.reason:
            self._look(one)
        while self._open and self._open[0].visit.at_ms + self._look_ms < self._now:
            yield self._decided()

    def rest(self) -> "Iterator[Visit]":
        """The visits that are left, at the end of the stream."""
        while self._open:
            yield self._decided()

    def _look(self, one: "_Open") -> None:
        """Decide a visit that is billable by itself, and what it tells of those shortly before it."""
        visit = one.visit
        if self._is_datacenter(visit.network):
            one.reason = "datacenter"
            return
        if self._is_repeated(visit):
            one.reason = "duplicate"
        if visit.kind == "click":
            self._beside(one)

    def _is_repeated(self, visit: "Visit") -> bool:
        if not visit.visitor:
            return False
        about = (visit.kind, visit.visitor, str(visit.link))
        is_known = visit.kind == "click" and not visit.visitor.startswith(LOOKALIKE)
        window = self._limits.duplicate_ms if is_known else self._limits.double_ms
        if about in self._counted and visit.at_ms - self._counted[about] <= window:
            return True
        self._counted[about] = visit.at_ms
        self._order.append((visit.at_ms, about))
        return False

    def _beside(self, one: "_Open") -> None:
        """What clicks near each other tell of all of them."""
        visit, limits = one.visit, self._limits
        place = (visit.network, visit.affiliate)
        if all(place):
            if len(self._near(("scanner", *place), one, limits.scanner_ms).links) >= limits.scanner_links:
                self._windows["scanner", *place].mark("scanner")
            if len(self._near(("crowd", *place), one, limits.burst_ms).visits) >= limits.crowd_clicks:
                self._windows["crowd", *place].mark("burst")
        if visit.visitor and not visit.visitor.startswith(LOOKALIKE):
            about = ("visitor", visit.visitor)
            if len(self._near(about, one, limits.burst_ms).visits) >= limits.burst_clicks:
                self._windows[about].mark("burst")

    def _near(self, about: "_Key", one: "_Open", within_ms: int) -> "_Window":
        """The window of all that is near a visit in time and alike, with itself."""
        window = self._windows.setdefault(about, _Window())
        window.add(one, within_ms)
        one.windows.append(about)
        return window

    def _decided(self) -> "Visit":
        """The oldest visit, which nothing that follows can change."""
        one = self._open.popleft()
        for about in one.windows:
            window = self._windows.get(about)
            if window is not None and window.drop(one):
                del self._windows[about]
        plain = one.visit._replace(link=0, network="", visitor="")
        return plain if plain.rules else plain._replace(billable=not one.reason, reason=one.reason, rules=RULES)

    def _forget(self) -> None:
        while self._order and self._order[0][0] + self._limits.duplicate_ms < self._now:
            at_ms, about = self._order.popleft()
            if self._counted.get(about) == at_ms:
                del self._counted[about]


def judged(visits: "Iterable[Visit]", traffic: Traffic) -> "Iterator[Visit]":
    """All visits, which come in order of time, decided by `traffic`; what was decided before stays."""
    for visit in visits:
        yield from traffic.judge(visit)
    yield from traffic.rest()


_Key = tuple[str, ...]


class _Open:
    """A visit whose reason can still change, and the windows in which it stands."""

    __slots__ = ("reason", "visit", "windows")

    def __init__(self, visit: "Visit") -> None:
        self.visit, self.reason = visit, visit.reason
        self.windows: list[_Key] = []


class _Window:
    """Visits that are alike and near each other, oldest first, and how many there are of each link."""

    __slots__ = ("links", "marked", "visits")

    def __init__(self) -> None:
        self.visits: deque[_Open] = deque()
        self.marked: _Open | None = None
        self.links: Counter[int] = Counter()

    def add(self, one: _Open, within_ms: int) -> None:
        """Put the newest, and forget those that are too old to be near it."""
        while self.visits and self.visits[0].visit.at_ms + within_ms < one.visit.at_ms:
            self.drop(self.visits[0])
        self.visits.append(one)
        self.links[one.visit.link] += 1

    def drop(self, one: _Open) -> bool:
        """Forget a visit if it is the oldest; whether none is left."""
        if self.visits and self.visits[0] is one:
            self.visits.popleft()
            self.links[one.visit.link] -= 1
            if not self.links[one.visit.link]:
                del self.links[one.visit.link]
        return not self.visits

    def mark(self, reason: str) -> None:
        """Give all of them a reason, each once. `scanner` weighs more than `burst`, and that more than `duplicate`."""
        for one in reversed(self.visits):
            if one is self.marked:
                break
            if one.reason != "scanner":
                one.reason = reason
        self.marked = self.visits[-1]
