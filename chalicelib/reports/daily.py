"""The daily report: what finance downloads for an accounting day, published once and never changed.

A fact belongs to the first published manifest that lists it. The report of a day reads the day and the three before it,
and lists what no earlier manifest lists. So does a click: one that came in late is in the next open day's report.
Same facts and clicks, same bytes.
"""

import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from hashlib import file_digest, sha256
from pathlib import Path
from typing import BinaryIO, Final

from chalicelib.model.day import accounting_day, back
from chalicelib.reports import leaves, proofs
from chalicelib.reports.chain import Chain
from chalicelib.reports.checked import opened as checked
from chalicelib.reports.clicks import Clicks
from chalicelib.reports.draft import BATCH, Draft
from chalicelib.reports.manifest import CLICKS, COMMISSIONS, Broken, Part, Published
from chalicelib.reports.merge import listed, listed_only, merged, unlisted
from chalicelib.reports.rows import Row
from chalicelib.reports.scratch import emptied
from chalicelib.reports.sheet import Content
from chalicelib.reports.stores import Archive, Days, Followed, Unfollowed
from chalicelib.reports.survey import WINDOW, Survey
from chalicelib.reports.work import Cursor, Work

GRACE_MS: Final = 15 * 60_000
"""A day is reported no sooner than this after its end: until then the index may still be catching up."""

FIRST_LOOK: Final = 45
"""Before the network's first manifest, so many days back are searched for the first fact."""

RESERVE_MS: Final = 30_000
"""A run hands over when no more is left than this and the time to save its files."""

PREVIEWS: Final = "preview/"

_NOTHING_FOLLOWED: Final = Unfollowed()
_SAVED_BYTES_PER_MS: Final = 20_000
_CHUNK: Final = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Done:
    """Nothing is due any more; `days` are those that were due and now are published."""

    days: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class HandOver:
    """Time is short: run again at once with `cursor`, which is JSON-able. `days` are those published meanwhile."""

    days: tuple[str, ...]
    cursor: dict[str, str]


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """A published day made again: the names of the parts (and manifest.json) that came out differently, hopefully none.

    `missing` counts listed facts that the index no longer shows.
    """

    day: str
    differing: tuple[str, ...]
    missing: int


class DailyReport:
    """The reports of one network. `scratch` is a folder of this process's own; what a killed run left there is removed.

    `start` is the network's first day, for when it is known; otherwise it is searched for, once in a network's life.
    Without `followed` the reports have no clicks.
    """

    def __init__(
        self,
        days: Days,
        archive: Archive,
        time_zone: str,
        scratch: Path,
        start: str = "",
        reserve_ms: int = RESERVE_MS,
        batch: int = BATCH,
        followed: Followed = _NOTHING_FOLLOWED,
    ) -> None:
        self._days, self._archive, self._zone, self._scratch = days, archive, time_zone, scratch
        self._start, self._reserve_ms, self._batch = start, reserve_ms, batch
        self._chain = Chain(days, archive)
        self._clicks = Clicks(followed, archive, self._chain, time_zone)

    def run(self, now_ms: int, remaining_ms: Callable[[], float], cursor: Cursor | None = None) -> Done | HandOver:
        """Publish every day that is due and not yet published, in order.

        `cursor` comes from a HandOver. If it was lost, the work is found in the bucket.
        """
        done: list[str] = []
        for day in self._due(now_ms):
            onward = self._publish(day, remaining_ms, cursor or {})
            if onward:
                return HandOver(tuple(done), onward)
            done.append(day)
        return Done(tuple(done))

    def preview(self, day: str) -> list[str]:
        """What the report of an open day holds so far, as plain files under preview/<day>/; their keys.

        It has no manifest and binds nobody. Late facts of earlier days are in it if those days are published already.
        ValueError if `day` is published or no day.
        """
        if self._chain.published(day) is not None:
            raise ValueError(f"{day} is published")
        prefix, kept = f"{PREVIEWS}{day}/", set[str]()

        def keep(part: Part, content: Content) -> None:
            self._archive.put(prefix + part.name, content)
            kept.add(prefix + part.name)

        survey = Survey(self._days, self._chain, day)
        with emptied(self._scratch / "report") as folder:
            draft = Draft(day, folder, keep, self._batch)
            _exhaust(self._steps(draft, survey, [manifest.day for manifest in survey.before]))
        for key in list(self._archive.keys(prefix)):
            if key not in kept:
                self._archive.delete(key)
        return sorted(kept)

    def rebuild(self, day: str) -> Rebuilt:
        """Make a published day again from the facts that its manifest lists, and compare; nothing is written.

        ValueError if `day` is open. Broken if its manifest, or the one that it points to, is not what was published.
        """
        published = self._published(day)
        self._chain.check_link(published)
        with emptied(self._scratch / "report") as folder, self._open(published) as commissions:
            keys = listed(self._days, [commissions], published.listed)
            draft = Draft(day, folder, _drop, self._batch, published.roots is not None)
            if published.roots is not None:
                # Clicks do not live as long as reports: those of a published day are the published ones.
                with checked(self._archive, published.part(CLICKS)) as clicks:
                    _exhaust(draft.click(leaves.published(clicks)))
            _exhaust(draft.take(listed_only(merged(self._days, published.listed, day), keys)))
            _exhaust(draft.finish())
        again = draft.manifest(published.time_zone, published.previous)
        mine, theirs = ({part.name: part for part in parts} for parts in (again.parts, published.parts))
        differing = [name for name in sorted(mine | theirs) if mine.get(name) != theirs.get(name)]
        if sha256(again.encoded()).hexdigest() != published.sha256:
            differing.append("manifest.json")
        return Rebuilt(day, tuple(differing), published.facts - again.facts)

    def listing(self) -> Iterator[Published]:
        """The published days with their parts, newest first."""
        for day in self._chain.all():
            yield self._published(day)

    def fetch(self, day: str, folder: Path) -> list[Path]:
        """Download a published day under plain names (statements in a folder of their own), and check every hash and
        every root.

        ValueError if `day` is open; Broken if a part is missing or is not what was published, or a root is not that of
        the clicks and facts.
        """
        published = self._published(day)
        paths = []
        for part in published.parts:
            path = folder / part.name
            path.parent.mkdir(parents=True, exist_ok=True)
            with self._part(part) as source, path.open("wb") as target:
                shutil.copyfileobj(source, target, _CHUNK)
            with path.open("rb") as file:
                if file_digest(file, "sha256").hexdigest() != part.sha256:
                    raise Broken(f"{part.name} of {day} is not what was published")
            paths.append(path)
        proofs.check(published, folder)
        manifest = folder / "manifest.json"
        manifest.write_bytes(self._chain.content(published))
        return [manifest, *paths]

    def _due(self, now_ms: int) -> Iterator[str]:
        """The days that are over and not published, in order."""
        last = back(accounting_day(now_ms - GRACE_MS, self._zone), 1)
        newest = self._chain.last()
        day = back(newest.day, -1) if newest else self._start or self._first_day(last)
        while day <= last:
            yield day
            day = back(day, -1)

    def _first_day(self, last: str) -> str:
        """The first of FIRST_LOOK days on which the index shows a fact, `last` if there is none; or earlier, if there
        were clicks just before.
        """
        for days_ago in range(FIRST_LOOK, 0, -1):
            day = back(last, days_ago)
            if any(next(self._days.order_keys(day, shard), "") for shard in self._days.shards):
                return self._clicks.since(day)
        return self._clicks.since(last)

    def _publish(self, day: str, remaining_ms: Callable[[], float], cursor: Cursor) -> dict[str, str]:
        """Publish a day; the cursor to hand over, empty when the day is done."""
        work, survey = Work(self._archive, day), Survey(self._days, self._chain, day)
        with emptied(self._scratch / "report") as folder:
            draft = Draft(day, folder, self._keep, self._batch)
            state = work.load(cursor, folder)
            if state is not None:
                draft.resume(state)
            for _ in self._steps(draft, survey, [back(day, days_ago) for days_ago in range(1, WINDOW + 1)]):
                if remaining_ms() < self._reserve_ms + draft.bytes / _SAVED_BYTES_PER_MS:
                    files, sealed = draft.files(), draft.gathered.files()
                    return work.save(draft.state(), files, sealed)
        self._chain.publish(draft.manifest(self._zone, self._chain.link(back(day, 1))))
        work.clear()
        return {}

    def _steps(self, draft: Draft, survey: Survey, before: Iterable[str]) -> Iterator[None]:
        """Make a draft, from where it stands: survey the days `before`, write clicks and facts not listed, finish.

        Stops often; between two stops the draft gets on, so that runs of any length come to an end.
        """
        places = [(stamped, shard) for stamped in before for shard in self._days.shards]
        for place in places[draft.surveyed :]:
            if not survey.is_complete(place):
                draft.doubtful.append(place)
            draft.surveyed += 1
            yield
        if not draft.is_clicked:
            yield from self._clicks.gather(draft.day, draft.gathered)
            yield from draft.click(draft.gathered)
        if not draft.is_read:
            with ExitStack() as opened:
                yield from draft.take(self._rows(draft, survey, opened))
        yield from draft.finish()

    def _rows(self, draft: Draft, survey: Survey, opened: ExitStack) -> Iterator[Row]:
        """All facts of the day, and those of doubtful shards that no manifest lists."""
        own = [(draft.day, shard) for shard in self._days.shards]
        rows = merged(self._days, [*own, *draft.doubtful], draft.day, draft.position)
        if not draft.doubtful:
            return rows
        files = [
            opened.enter_context(self._open(manifest))
            for manifest in survey.before
            if not manifest.listed.keys().isdisjoint(draft.doubtful)
        ]
        return unlisted(rows, listed(self._days, files, set(draft.doubtful)))

    def _keep(self, part: Part, content: Content) -> None:
        self._archive.put_new(part.key, content)

    def _published(self, day: str) -> Published:
        found = self._chain.published(day)
        if found is None:
            raise ValueError(f"{day} is not published")
        return found

    def _open(self, published: Published) -> BinaryIO:
        return self._part(published.part(COMMISSIONS))

    def _part(self, part: Part) -> BinaryIO:
        found = self._archive.open(part.key)
        if found is None:
            raise Broken(f"{part.key} is gone from the bucket")
        return found


def _drop(part: Part, content: Content) -> None:
    """What becomes of a part that is only compared."""


def _exhaust(steps: Iterator[None]) -> None:
    for _ in steps:
        pass
