"""The month close: a period is closed once, from what the daily reports published, and never changes again.

A period is due a grace after its end, when the reports of all its days are published. Its files lie under names made of
their content; only the manifest, put on condition that there is none, makes them a close. So two runs at once cannot
mix, and a run that is killed leaves nothing that anybody reads. What comes late belongs to the next period.
"""

import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO, Final

from chalicelib.model.close import Carry
from chalicelib.model.day import back
from chalicelib.model.entry import Entry
from chalicelib.model.line import Line
from chalicelib.model.period import Period, following
from chalicelib.model.settling import Carried
from chalicelib.reports import agreed as setups
from chalicelib.reports import carry_files, close_files, close_manifest, whatif
from chalicelib.reports.chain import Chain
from chalicelib.reports.checked import opened
from chalicelib.reports.close_chain import CloseChain
from chalicelib.reports.close_draft import CloseDraft, Given, Keep
from chalicelib.reports.close_manifest import CloseManifest, Link
from chalicelib.reports.manifest import COMMISSIONS, FOLDER, Broken, Part, Previous, Published, is_day
from chalicelib.reports.month_stores import Agreed, Closes, Others, Payable, Setups, Visited
from chalicelib.reports.reading import entries
from chalicelib.reports.runs import RUN, Runs
from chalicelib.reports.sheet import Content
from chalicelib.reports.stores import Archive, Days
from chalicelib.reports.visiting import Visiting
from chalicelib.reports.whatif import Difference

GRACE_MS: Final = 24 * 3_600_000
"""A period is closed no sooner than this after its end: visits, manual lines and people may be late."""

_CHUNK: Final = 1024 * 1024


class Open(ValueError):
    """A period that is not closed, or cannot be yet; the message says why."""


class MonthClose:
    """The closes of a network in `time_zone`. `scratch` is a folder of this process's own.

    What a killed run left in it is removed. `run` is how many rows are sorted in memory.
    """

    def __init__(
        self,
        days: Days,
        closes: Closes,
        archive: Archive,
        agreements: Setups,
        visited: Visited,
        others: Others,
        payable: Payable,
        time_zone: str,
        scratch: Path,
        grace_ms: int = GRACE_MS,
        run: int = RUN,
    ) -> None:
        self._days, self._daily, self._chain = days, Chain(days, archive), CloseChain(closes, archive)
        self._closes, self._archive, self._agreements = closes, archive, agreements
        self._visited, self._others, self._payable = visited, others, payable
        self._zone, self._scratch, self._grace_ms, self._run = time_zone, scratch, grace_ms, run

    def run(self, now_ms: int) -> tuple[str, ...]:
        """Close every period that is due, in order; their names.

        NoRate if a period needs an exchange rate that nobody uploaded: it stays open. Broken if what an earlier close
        or a daily report published is not there as it was.
        """
        last, done = self._chain.last(), list[str]()
        if last is not None:
            self._pay_out(last, now_ms)
        while (period := self._next(last)) is not None and now_ms >= period.end_ms + self._grace_ms:
            days = self._reported(period, last)
            if days is None:
                break
            last = self._publish(period, last, days, now_ms)
            done.append(period.name)
        return tuple(done)

    def close(self, name: str, now_ms: int) -> CloseManifest:
        """Close one period now, without waiting for the grace; Open says why that cannot be.

        A period that is closed already stays as it is; the payouts are told of it again.
        """
        close_manifest.checked(name)
        last, stands = self._chain.last(), self._chain.published(name)
        if stands is not None:
            self._pay_out(stands, now_ms)
            return stands
        period = self._next(last)
        if period is None:
            raise Open("no daily report is published yet, so there is nothing to close")
        if period.name != name:
            raise Open(f"the next period to close is {period.name}")
        if now_ms < period.end_ms:
            raise Open(f"{name} is not over")
        days = self._reported(period, last)
        if days is None:
            raise Open(f"not all daily reports of {name} are published")
        return self._publish(period, last, days, now_ms)

    def rebuild(self, name: str) -> tuple[str, ...]:
        """Make a closed period again from what it was made of; the names of the files that differ, hopefully none.

        The set-up is that of its setup.json, the visits are those of its visits.csv; nothing is written.
        """
        stands = self._closed(name)
        with self._folder() as folder:
            again = self._draft(name, self._past(stands), folder, _drop).make()
        mine, theirs = ({part.name: part for part in parts} for parts in (again.parts, stands.parts))
        differing = [name for name in sorted(mine | theirs) if mine.get(name) != theirs.get(name)]
        return (*differing, *(("manifest.json",) if again.encoded() != stands.encoded() else ()))

    def replay(
        self, name: str, campaign: str, goal: str, affiliate: str, commission: str, revenue: str
    ) -> Iterator[Difference]:
        """What a closed period would have come to under other terms (see whatif.Change); nothing is written."""
        stands, period, rates = self._closed(name), Period.of(name, self._zone), self._agreements.agreed().setup.rates
        change = whatif.Change(campaign, goal, affiliate, commission, revenue)
        with self._folder() as folder:
            sort = Runs(folder, self._run)
            was = whatif.summed(period, self._past(stands), sort)
            would = whatif.summed(period, whatif.changed(self._past(stands), change, rates, sort), sort)
        return whatif.differences(was, would)

    def listing(self) -> Iterator[CloseManifest]:
        """The closed periods, newest first."""
        return self._chain.all()

    def fetch(self, name: str, folder: Path) -> list[Path]:
        """Download a closed period under plain names (statements in a folder of their own) and check every hash."""
        stands, paths = self._closed(name), list[Path]()
        for part in stands.parts:
            path = folder / part.name
            path.parent.mkdir(parents=True, exist_ok=True)
            with opened(self._archive, part) as source, path.open("wb") as target:
                shutil.copyfileobj(source, target, _CHUNK)
            paths.append(path)
        manifest = folder / "manifest.json"
        manifest.write_bytes(stands.encoded())
        return [manifest, *paths]

    def _next(self, last: CloseManifest | None) -> Period | None:
        """The period to close next; None before the network's first daily report."""
        if last is not None:
            return Period.of(following(last.period), self._zone)
        first = self._first_day()
        return Period.of(first[:7], self._zone) if first else None

    def _first_day(self) -> str:
        """The network's first published day, '' before there is one."""
        folders = filter(is_day, self._archive.folders(FOLDER))
        return next((day for day in sorted(folders) if self._daily.published(day) is not None), "")

    def _reported(self, period: Period, last: CloseManifest | None) -> list[Published] | None:
        """The daily reports whose facts the period takes, in order; None if one is not published yet.

        Broken if one does not name the one before it.
        """
        before = last.days[-1] if last else None
        day, found = back(before.day, -1) if before else self._first_day(), list[Published]()
        while day <= period.last_day:
            published = self._daily.published(day)
            if published is None:
                return None
            if before is not None and published.previous != before:
                raise Broken(f"the report of {day} does not point to that of {before.day} which is published")
            before = Previous(day, published.sha256)
            found.append(published)
            day = back(day, -1)
        return found

    def _publish(self, period: Period, last: CloseManifest | None, days: list[Published], now_ms: int) -> CloseManifest:
        with self._folder() as folder:
            given = self._given(period, last, days, self._agreements.agreed())
            made = self._draft(period.name, given, folder, self._keep).make()
        stands = self._chain.publish(made)
        self._pay_out(stands, now_ms)
        return stands

    def _given(self, period: Period, last: CloseManifest | None, days: list[Published], agreed: Agreed) -> Given:
        manifests = tuple(Previous(day.day, day.sha256) for day in days)
        visiting = Visiting(self._visited, self._archive, self._chain)
        return Given(
            agreed,
            Link(last.period, last.sha256) if last else None,
            manifests,
            self._carry(last) if last else Carry(),
            self._carried(last) if last else (),
            self._facts(days),
            visiting.of(period, agreed.setup.campaigns, last),
            self._lines(period.days),
            last.numbers.last + 1 if last else 1,
        )

    def _past(self, stands: CloseManifest) -> Given:
        """What a published close was made of; its set-up is that of setup.json, its visits are those of visits.csv."""
        self._chain.check_link(stands)
        prior = self._chain.published(stands.previous.period) if stands.previous else None
        days = [self._daily_of(day) for day in stands.days]
        agreed = setups.read(opened(self._archive, stands.part(close_manifest.SETUP)).read())
        visits = carry_files.visits(self._part(stands, close_manifest.VISITS))
        return replace(self._given(Period.of(stands.period, self._zone), prior, days, agreed), visits=visits)

    def _draft(self, name: str, given: Given, folder: Path, keep: Keep) -> CloseDraft:
        return CloseDraft(Period.of(name, self._zone), given, folder, Runs(folder, self._run), keep)

    def _facts(self, days: Iterable[Published]) -> Iterator[Entry]:
        for day in days:
            with opened(self._archive, day.part(COMMISSIONS)) as stream:
                yield from entries(stream)

    def _carried(self, last: CloseManifest) -> Iterator[Carried]:
        with opened(self._archive, last.part(close_manifest.OPEN_ITEMS)) as stream:
            yield from carry_files.carried(stream)

    def _carry(self, last: CloseManifest) -> Carry:
        return Carry(
            tuple(carry_files.bases(self._part(last, "bases.csv"))),
            tuple(carry_files.taken(self._part(last, "taken.csv"))),
            tuple(carry_files.seen(self._part(last, "seen.csv"))),
            tuple(carry_files.shares(self._part(last, "shares.csv"))),
            tuple(carry_files.taxes(self._part(last, "taxes.csv"))),
            tuple(close_files.balances(self._part(last, close_manifest.BALANCES))),
            tuple(carry_files.agreed(self._part(last, "agreed.csv"))),
        )

    def _lines(self, days: Iterable[str]) -> Iterator[Line]:
        for day in days:
            yield from self._others.on(day)

    def _pay_out(self, close: CloseManifest, now_ms: int) -> None:
        """Tell the payouts of every balance with something payable or owed, unless that was done."""
        if self._closes.is_paid_out(close.period):
            return
        for balance in close_files.balances(self._part(close, close_manifest.BALANCES)):
            if balance.closing.payable:
                self._payable.closed(close.period, balance, now_ms)
        self._closes.note_paid_out(close.period)

    def _closed(self, name: str) -> CloseManifest:
        found = self._chain.published(name)
        if found is None:
            raise Open(f"{name} is not closed")
        return found

    def _daily_of(self, day: Previous) -> Published:
        found = self._daily.published(day.day)
        if found is None or found.sha256 != day.sha256:
            raise Broken(f"the report of {day.day} is not the one that the close took")
        return found

    def _part(self, close: CloseManifest, name: str) -> BinaryIO:
        return opened(self._archive, close.part(name))

    def _keep(self, part: Part, content: Content) -> None:
        self._archive.put_new(part.key, content)

    @contextmanager
    def _folder(self) -> Iterator[Path]:
        path = self._scratch / "close"
        shutil.rmtree(path, ignore_errors=True)
        path.mkdir(parents=True)
        try:
            yield path
        finally:
            shutil.rmtree(path, ignore_errors=True)


def _drop(part: Part, content: Content) -> None:
    """What becomes of a part that is only compared."""
