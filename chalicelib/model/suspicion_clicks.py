"""What the click of a conversion says by itself: a robot's, or one of a burst.

A burst is three or more different links of one affiliate, followed from one network within five seconds. A security
scanner that opens a newsletter's links does that, and nobody who reads.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Final

from chalicelib.model.evidence import Case, Finding, Seen

BURST_MS: Final = 5_000
BURST_LINKS: Final = 3
HOLDS: Final = ("bot", "scanner", "datacenter", "burst")
"""The verdicts of a click that hold its conversion; any other lets it earn as usual."""


def findings(case: Case) -> Iterator[Finding]:
    """Conversions whose click is in a burst, or has a verdict that holds."""
    for claim in case.claims:
        if claim.click and claim.click in case.burst:
            yield Finding(claim.id, "scanner", "three links from one network in five seconds")
        if claim.seen is not None and claim.seen.reason in HOLDS:
            yield Finding(claim.id, claim.seen.reason, "the click's own verdict")


def bursts(visits: Iterable[Seen]) -> frozenset[str]:
    """The ids of the clicks that belong to a burst, of clicks in any order."""
    places: dict[tuple[str, str], list[Seen]] = defaultdict(list)
    for visit in visits:
        if visit.network and visit.link:
            places[visit.affiliate, visit.network].append(visit)
    found: set[str] = set()
    for near in places.values():
        if len(near) >= BURST_LINKS:
            found.update(_burst(sorted(near, key=lambda visit: visit.at)))
    return frozenset(found)


def _burst(visits: list[Seen]) -> Iterator[str]:
    """A window that begins with each visit in turn, and the links within it."""
    links: dict[str, int] = defaultdict(int)
    end = 0
    for start, first in enumerate(visits):
        while end < len(visits) and visits[end].at <= first.at + BURST_MS:
            links[visits[end].link] += 1
            end += 1
        if len(links) >= BURST_LINKS:
            yield from (visit.id for visit in visits[start:end])
        links[first.link] -= 1
        if not links[first.link]:
            del links[first.link]
