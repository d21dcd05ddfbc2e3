"""The visits of a close: decided once all of them are read, and what became of them in traffic.csv.

    gross = billable + each reason, by affiliate, campaign and kind

The reasons are traffic.REASONS. Which visits are over a cap is known when they are priced; before, they are billable.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from chalicelib.model.billing import KINDS, OVER_CAP
from chalicelib.model.datacenter import NONE, Networks, read
from chalicelib.model.line import Line
from chalicelib.model.traffic import REASONS, Traffic, judged
from chalicelib.model.visit import Visit
from chalicelib.reports.cells import cell, line
from chalicelib.reports.manifest import Broken
from chalicelib.reports.stores import Archive

TRAFFIC: Final = ("affiliate", "campaign", "kind", "gross", "billable", *REASONS)
"""traffic.csv, sorted by its first three columns."""

LIST: Final = "datacenters.csv"
"""Where in the report bucket the operator's list of datacenters' networks lies, if there is one."""

Place = tuple[str, str, str, str]
"""Affiliate, campaign, kind and reason."""

_KIND: Final = {kind: goal for goal, kind in KINDS.items()}


class Tally:
    """How many visits there are of each sort. `counted` is what an earlier run of the same close has counted."""

    def __init__(self, counted: Mapping[Place, int] | None = None) -> None:
        self.counted: Counter[Place] = Counter(counted or {})

    def decided(self, visits: Iterable[Visit], networks: Networks = NONE) -> Iterator[Visit]:
        """Visits, which come in order of time, with their verdicts; each is counted."""
        for one in judged(visits, Traffic(is_datacenter=networks.cover)):
            self.counted[one.affiliate, one.campaign, one.kind, one.reason] += 1
            yield one

    def price(self, one: Line) -> None:
        """Take into account that visits were found to be over a cap."""
        if one.reason == OVER_CAP and one.kind in _KIND:
            about = (one.affiliate, one.campaign, _KIND[one.kind])
            self.counted[*about, ""] -= one.quantity
            self.counted[*about, OVER_CAP] += one.quantity

    def rows(self) -> Iterator[str]:
        """The lines of traffic.csv."""
        for about in sorted({place[:3] for place in self.counted}):
            each = [self.counted[*about, reason] for reason in ("", *REASONS)]
            yield line((*map(cell, about), str(sum(each)), *map(str, each)))


def datacenters(archive: Archive) -> Networks:
    """The operator's list; nothing if there is none. Broken if a line of it cannot be read."""
    content = archive.read(LIST)
    if content is None:
        return NONE
    try:
        return read(content.decode())
    except ValueError as wrong:
        raise Broken(f"{LIST}: {wrong}") from wrong


def by_time(visit: Visit) -> tuple[int, str]:
    """The order in which visits are judged."""
    return (visit.at_ms, visit.id)
