"""The visits of a period: those of its own time, and earlier ones that came in late and were in no close yet.

Late visits are marked with the UTC day they came in. A close reads the marks from the day on which the period before
ended until its own period's last: what was marked before that, the period before found in its place. What both found,
because it came in between the end of a period and its close, is told apart by its id.
"""

from collections.abc import Iterable, Iterator, Mapping

from chalicelib.model.day import accounting_day, utc_day
from chalicelib.model.network import DAY_MS, Campaign
from chalicelib.model.period import Period
from chalicelib.model.terms import CLICK, IMPRESSION
from chalicelib.model.visit import Visit
from chalicelib.reports import carry_files
from chalicelib.reports.checked import opened
from chalicelib.reports.close_chain import CloseChain
from chalicelib.reports.close_manifest import VISITS, CloseManifest
from chalicelib.reports.manifest import Broken
from chalicelib.reports.month_stores import Visited
from chalicelib.reports.stores import Archive


class Visiting:
    """The visits of a network whose closes are in `chain`."""

    def __init__(self, visited: Visited, archive: Archive, chain: CloseChain) -> None:
        self._visited, self._archive, self._chain = visited, archive, chain

    def of(self, period: Period, campaigns: Mapping[str, Campaign], last: CloseManifest | None) -> Iterator[Visit]:
        """The visits of the campaigns that pay for clicks or impressions, in no order; none of others is read."""
        paying = {
            id
            for id, campaign in campaigns.items()
            if any(terms.goal in (CLICK, IMPRESSION) for terms in campaign.terms)
        }
        if not paying:
            return
        # Nobody knows which campaign an unknown link was of.
        paying.add("")
        for day in _days(period.start_ms, period.end_ms - 1):
            for visit in self._visited.on(day):
                if visit.campaign in paying and period.start_ms <= visit.at_ms < period.end_ms:
                    yield visit
        late = {
            visit.id: visit
            for day in _days(period.start_ms, period.end_ms - 1)
            for visit in self._visited.late(day)
            if visit.campaign in paying and visit.at_ms < period.start_ms
        }
        self._forget(late, last)
        yield from late.values()

    def _forget(self, late: dict[str, Visit], last: CloseManifest | None) -> None:
        """Take away what earlier closes have listed."""
        close = last
        while late and close is not None and close.period >= _oldest(late.values(), close.time_zone):
            with opened(self._archive, close.part(VISITS)) as stream:
                for visit in carry_files.visits(stream):
                    late.pop(visit.id, None)
            close = self._before(close)

    def _before(self, close: CloseManifest) -> CloseManifest | None:
        if close.previous is None:
            return None
        found = self._chain.published(close.previous.period)
        if found is None or found.sha256 != close.previous.sha256:
            raise Broken(f"the close of {close.previous.period} is not the one that {close.period} points to")
        return found


def _days(from_ms: int, to_ms: int) -> list[str]:
    """The UTC days between two moments, both included."""
    last, found = utc_day(to_ms), [utc_day(from_ms)]
    while found[-1] < last:
        from_ms += DAY_MS
        found.append(utc_day(from_ms))
    return found


def _oldest(visits: Iterable[Visit], time_zone: str) -> str:
    """The period of the oldest visit."""
    return accounting_day(min(visit.at_ms for visit in visits), time_zone)[:7]
