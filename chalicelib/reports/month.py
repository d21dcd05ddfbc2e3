"""The month close: a period is closed once, from what the daily reports published, and never changes again.

A period is due a grace after its end, when the reports of all its days are published. Its files lie under names made of
their content; only the manifest, put on condition that there is none, makes them a close. So two runs at once cannot
mix, and a run that is killed leaves nothing that anybody reads. What comes late belongs to the next period.

A run whose time is short saves what it has made and hands over. It also saves every few minutes, so one that is killed
loses no more than that. Whoever goes on makes the same files of what the first run pinned.
"""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from chalicelib.model.day import back
from chalicelib.model.period import Period, following
from chalicelib.model.together import NoRate
from chalicelib.reports import close_files, close_manifest, whatif
from chalicelib.reports.chain import Chain
from chalicelib.reports.checked import opened
from chalicelib.reports.close_chain import CloseChain
from chalicelib.reports.close_draft import CloseDraft
from chalicelib.reports.close_given import Sources
from chalicelib.reports.close_manifest import CloseManifest
from chalicelib.reports.close_work import CloseWork
from chalicelib.reports.manifest import FOLDER, Broken, Part, Previous, Published, is_day
from chalicelib.reports.month_stores import Closes, Others, Payable, Setups, Visited
from chalicelib.reports.runs import RUN, Runs
from chalicelib.reports.scratch import emptied
from chalicelib.reports.sheet import Content
from chalicelib.reports.stores import Archive, Days
from chalicelib.reports.whatif import Difference
from chalicelib.reports.work import Cursor

GRACE_MS: Final = 24 * 3_600_000
"""A period is closed no sooner than this after its end: visits, manual lines and people may be late."""

RESERVE_MS: Final = 240_000
"""A run hands over when no more is left than this and the time to save its files: no step takes as long."""

EVERY_MS: Final = 180_000
"""A run saves its files when it has worked so long since it last did."""

_SAVED_BYTES_PER_MS: Final = 20_000
_CHUNK: Final = 1024 * 1024

Clock = Callable[[], float]
"""How many milliseconds a run has left."""


@dataclass(frozen=True, slots=True)
class Done:
    """Nothing is due any more; `periods` are those that were due and now are closed."""

    periods: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class HandOver:
    """Time is short: run again at once with `cursor`, which is JSON-able. `periods` are those closed meanwhile."""

    periods: tuple[str, ...]
    cursor: dict[str, str]


def forever() -> float:
    """The clock of a run that nobody ends."""
    return float("inf")


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
        reserve_ms: int = RESERVE_MS,
        every_ms: int = EVERY_MS,
    ) -> None:
        self._daily, self._chain = Chain(days, archive), CloseChain(closes, archive)
        self._sources = Sources(self._daily, self._chain, archive, agreements, visited, others, time_zone)
        self._closes, self._archive, self._agreements, self._payable = closes, archive, agreements, payable
        self._zone, self._scratch, self._grace_ms, self._run = time_zone, scratch / "close", grace_ms, run
        self._reserve_ms, self._every_ms = reserve_ms, every_ms

    def run(self, now_ms: int) -> tuple[str, ...]:
        """Close every period that is due, in order and at one go; their names. Raises what `advance` raises."""
        return self.advance(now_ms, forever).periods

    def advance(self, now_ms: int, remaining_ms: Clock, cursor: Cursor | None = None) -> Done | HandOver:
        """Close every period that is due, in order, or as much of it as there is time for.

        `cursor` comes from a HandOver. If it was lost, the work is found in the bucket. NoRate if a period needs an
        exchange rate that nobody uploaded: it stays open. Broken if what an earlier close or a daily report published
        is not there as it was.
        """
        last, done, told = self._chain.last(), list[str](), cursor or {}
        if last is not None and (onward := self._pay_out(last, now_ms, remaining_ms, told)):
            return HandOver((), onward)
        while (period := self._next(last)) is not None and now_ms >= period.end_ms + self._grace_ms:
            days = self._reported(period, last)
            if days is None:
                break
            made = self._make(period, last, days, remaining_ms, told)
            if not isinstance(made, CloseManifest):
                return HandOver(tuple(done), made)
            last = self._chain.publish(made)
            done.append(period.name)
            if onward := self._pay_out(last, now_ms, remaining_ms, told):
                return HandOver(tuple(done), onward)
        return Done(tuple(done))

    def close(self, name: str, now_ms: int) -> CloseManifest:
        """Close one period now, without waiting for the grace; Open says why that cannot be.

        A period that is closed already stays as it is; the payouts are told of it again.
        """
        close_manifest.checked(name)
        last, stands = self._chain.last(), self._chain.published(name)
        if stands is not None:
            self._pay_out(stands, now_ms, forever, {})
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
        made = self._make(period, last, days, forever, {})
        if not isinstance(made, CloseManifest):
            raise TypeError("a run without an end has handed over")
        stands = self._chain.publish(made)
        self._pay_out(stands, now_ms, forever, {})
        return stands

    def rebuild(self, name: str) -> tuple[str, ...]:
        """Make a closed period again from what it was made of; the names of the files that differ, hopefully none.

        The set-up is that of its setup.json, the visits are those of its visits.csv; nothing is written.
        """
        stands = self._closed(name)
        with emptied(self._scratch) as folder:
            period, given = Period.of(name, self._zone), self._sources.past(stands)
            again = CloseDraft(period, given, folder, Runs(folder, self._run), _drop).make()
        mine, theirs = ({part.name: part for part in parts} for parts in (again.parts, stands.parts))
        differing = [name for name in sorted(mine | theirs) if mine.get(name) != theirs.get(name)]
        return (*differing, *(("manifest.json",) if again.encoded() != stands.encoded() else ()))

    def replay(
        self, name: str, campaign: str, goal: str, affiliate: str, commission: str, revenue: str
    ) -> Iterator[Difference]:
        """What a closed period would have come to under other terms (see whatif.Change); nothing is written."""
        stands, period, rates = self._closed(name), Period.of(name, self._zone), self._agreements.agreed().setup.rates
        change = whatif.Change(campaign, goal, affiliate, commission, revenue)
        with emptied(self._scratch) as folder:
            sort = Runs(folder, self._run)
            was = whatif.summed(period, self._sources.past(stands), sort)
            would = whatif.summed(period, whatif.changed(self._sources.past(stands), change, rates, sort), sort)
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

    def _make(
        self, period: Period, last: CloseManifest | None, days: list[Published], remaining_ms: Clock, cursor: Cursor
    ) -> CloseManifest | dict[str, str]:
        """All parts of a close, and its manifest; or the cursor to hand over."""
        work = CloseWork(self._archive, period.name)
        with emptied(self._scratch) as folder:
            pinned, state = work.load(cursor, folder) or (None, None)
            if pinned is None or not pinned.is_about(last, days):
                pinned, state = self._sources.pin(period, last, days), None
            given = self._sources.given(period, last, days, pinned)
            draft = CloseDraft(period, given, folder, Runs(folder, self._run), self._keep, state)
            since_ms = remaining_ms()
            for _ in self._steps(draft, work):
                left_ms = remaining_ms()
                is_short = left_ms < self._reserve_ms + work.unsaved(folder) / _SAVED_BYTES_PER_MS
                if is_short or since_ms - left_ms > self._every_ms:
                    onward, since_ms = work.save(pinned, draft, folder), left_ms
                    if is_short:
                        return onward
            return draft.manifest()

    def _steps(self, draft: CloseDraft, work: CloseWork) -> Iterator[None]:
        try:
            yield from draft.steps()
        except NoRate:
            # Finance will upload rates, and what was pinned does not know of them.
            work.clear()
            raise

    def _pay_out(self, close: CloseManifest, now_ms: int, remaining_ms: Clock, cursor: Cursor) -> dict[str, str]:
        """Tell the payouts of every balance with something payable or owed, unless that was done, and forget the work.

        The cursor to hand over, empty when nothing is left.
        """
        if self._closes.is_paid_out(close.period):
            return {}
        known = int(cursor.get("told", "0")) if cursor.get("period") == close.period else 0
        told = [
            one
            for one in close_files.balances(self._sources.part(close, close_manifest.BALANCES))
            if one.closing.payable
        ]
        for number, balance in enumerate(told[known:], known + 1):
            self._payable.closed(close.period, balance, now_ms)
            if number < len(told) and remaining_ms() < self._reserve_ms:
                return {"period": close.period, "told": str(number)}
        CloseWork(self._archive, close.period).clear()
        self._closes.note_paid_out(close.period)
        return {}

    def _closed(self, name: str) -> CloseManifest:
        found = self._chain.published(name)
        if found is None:
            raise Open(f"{name} is not closed")
        return found

    def _keep(self, part: Part, content: Content) -> None:
        self._archive.put_new(part.key, content)


def _drop(part: Part, content: Content) -> None:
    """What becomes of a part that is only compared."""
