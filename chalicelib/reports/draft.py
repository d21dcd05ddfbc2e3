"""A day's report while it is written: facts go in, in order, and finished parts come out.

What a draft holds besides its growing sheets is small and can be saved, so that another run goes on from there and
writes the same bytes. All methods that may take long are generators, which stop where the draft can be saved.
"""

from collections.abc import Iterable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from chalicelib.reports import leaves, lines
from chalicelib.reports.gathering import Gathering
from chalicelib.reports.leaves import Leaf, Trees
from chalicelib.reports.manifest import (
    CLICKS,
    COMMISSIONS,
    SUMMARY,
    Currencies,
    Manifest,
    Part,
    Place,
    Previous,
    statement,
)
from chalicelib.reports.roots import Own, Roots, entry, hashed
from chalicelib.reports.rows import Row
from chalicelib.reports.sheet import Keep, Sheet
from chalicelib.reports.sums import Sums
from chalicelib.reports.tally import Tally

BATCH: Final = 1000
"""After so many rows there is a stop."""

_FLUSH: Final = 8192
"""So many rows wait in memory at most."""


class Draft:
    """The report of `day`, written in `folder`. `keep` is given each part when it is finished; then its file goes.

    `position` is the order key of the last fact written, and `is_read` says that no more will come. `surveyed` and
    `doubtful` are how far the days before have been surveyed, and the shards to be read of them. Clicks come before
    the facts: `gathered` are those read so far, `clicked` is the key of the last one written, and `is_clicked` says
    that no more will come. `proven` is false for a report as it was made before there were trees over clicks and facts.
    """

    def __init__(self, day: str, folder: Path, keep: Keep, batch: int = BATCH, proven: bool = True) -> None:
        self.day, self._folder, self._keep, self._batch, self._proven = day, folder, keep, batch, proven
        self.position = ""
        self.surveyed = 0
        self.doubtful: list[Place] = []
        self.is_read = False
        self.gathered = Gathering(folder)
        self.clicked = ""
        self.is_clicked = False
        self._late_clicks = 0
        self._clicks, self._facts = Trees(), Trees()
        self._affiliate: str | None = None
        self._earned = ""
        self._groups: dict[lines.Group, Sums] = {}
        self._sums: dict[Currencies, Sums] = {}
        self._listed: dict[Place, Tally] = {}
        self._parts: dict[str, Part] = {}
        self._waiting = 0
        sheets = (Sheet(COMMISSIONS, folder).head(lines.COMMISSIONS), Sheet(SUMMARY, folder).head(lines.SUMMARY))
        self._sheets = {sheet.name: sheet for sheet in sheets}
        if proven:
            self._sheets[CLICKS] = Sheet(CLICKS, folder).head(leaves.COLUMNS)
        self._owed: dict[str, Sheet] = {}

    def click(self, clicks: Iterable[Leaf]) -> Iterator[None]:
        """Write clicks in order, from behind `clicked`. Stops after each batch."""
        sheet, left = self._sheets[CLICKS], self._batch
        for one in clicks:
            if one.key <= self.clicked:
                continue
            sheet.add(one.line)
            self._clicks.add(one.affiliate, leaves.of_click_line(self.day, one.line))
            self._late_clicks += one.is_late
            self.clicked = one.key
            self._wait()
            left -= 1
            if not left:
                left = self._batch
                yield
        self._clicks.turn()
        self.gathered.clear()
        self.is_clicked = True
        self._complete(CLICKS)
        yield

    def take(self, rows: Iterable[Row]) -> Iterator[None]:
        """Write rows in order, from behind `position`. Stops after each affiliate's first row and after each batch.

        An affiliate's statement is finished in the step that writes the next one's first row: whoever goes on from
        there starts behind that row, so a fact that appears meanwhile cannot ask for the finished statement.
        """
        left = self._batch
        for row in rows:
            is_next = row.affiliate != self._affiliate
            if is_next:
                self._turn(row.affiliate)
            self._write(row)
            left -= 1
            if is_next or not left:
                left = self._batch
                yield

    def finish(self) -> Iterator[None]:
        """Finish what is left, part by part, when all facts are written."""
        self.is_read = True
        if self._affiliate is not None:
            self._turn(None)
            yield
        if self._proven:
            yield from self._clicked_only()
        for name in sorted(self._sheets):
            self._complete(name)
            yield

    def manifest(self, time_zone: str, previous: Previous | None) -> Manifest:
        """The manifest of the finished report."""
        known = self._clicks.done.keys() | self._facts.done.keys()
        roots = Roots(self.day, {affiliate: self._own(affiliate) for affiliate in known}, self._late_clicks)
        parts = tuple(self._parts.values())
        return Manifest(self.day, time_zone, previous, self._sums, self._listed, parts, roots if self._proven else None)

    @property
    def bytes(self) -> int:
        """The size of the files of unfinished sheets, and of the clicks that are gathered."""
        return sum(sheet.bytes for sheet in self._sheets.values()) + self.gathered.bytes

    def files(self) -> list[Path]:
        """The files of the sheets that are not finished, with everything in them."""
        self._flush()
        return [sheet.path for sheet in self._sheets.values()]

    def state(self) -> dict[str, Any]:
        """All that is not in `files` and in the files of what is `gathered`, as JSON-able values."""
        return {
            "position": self.position,
            "surveyed": self.surveyed,
            "doubtful": self.doubtful,
            "is_read": self.is_read,
            "affiliate": self._affiliate,
            "earned": self._earned,
            "groups": [[*group, *sums.values] for group, sums in self._groups.items()],
            "sums": [[*codes, *sums.values] for codes, sums in self._sums.items()],
            "listed": [[*place, tally.plain()] for place, tally in self._listed.items()],
            "parts": [asdict(part) for part in self._parts.values()],
            "gathered": self.gathered.plain(),
            "clicked": self.clicked,
            "is_clicked": self.is_clicked,
            "late_clicks": self._late_clicks,
            "trees": [self._clicks.plain(), self._facts.plain()],
            "sheets": {sheet.name: sheet.rows for sheet in self._sheets.values()},
        }

    def resume(self, state: dict[str, Any]) -> None:
        """Go on from a `state`, whose `files` lie in the folder."""
        self.position, self.surveyed = state["position"], state["surveyed"]
        self.doubtful = [(stamped, shard) for stamped, shard in state["doubtful"]]
        self.is_read = state["is_read"]
        self._affiliate, self._earned = state["affiliate"], state["earned"]
        self._groups = {(a, c, g, code, due): Sums(*sums) for a, c, g, code, due, *sums in state["groups"]}
        self._sums = {(code, due): Sums(*sums) for code, due, *sums in state["sums"]}
        self._listed = {(stamped, shard): Tally.read(tally) for stamped, shard, tally in state["listed"]}
        self._parts = {part["name"]: Part(**part) for part in state["parts"]}
        self.gathered.resume(state["gathered"])
        self.clicked, self.is_clicked = state["clicked"], state["is_clicked"]
        self._late_clicks = state["late_clicks"]
        self._clicks, self._facts = map(Trees.read, state["trees"])
        self._sheets = {name: Sheet.resumed(name, self._folder, rows) for name, rows in state["sheets"].items()}

    def _write(self, row: Row) -> None:
        self._sheets[COMMISSIONS].add(row.commission)
        self._sheets[self._earned].add(row.earned)
        self._facts.add(row.affiliate, leaves.of_fact_line(self.day, row.affiliate, row.earned))
        (self._owed.get(row.advertiser) or self._owe(row.advertiser)).add(row.owed)
        sums = self._groups.get(row.group)
        if sums is None:
            sums = self._groups[row.group] = Sums()
        sums.add(row.kind, row.moved)
        tally = self._listed.get(row.place)
        if tally is None:
            tally = self._listed[row.place] = Tally()
        tally.add(row.key)
        self.position = row.key
        self._wait()

    def _wait(self) -> None:
        """One more line waits in memory."""
        self._waiting += 1
        if self._waiting == _FLUSH:
            self._waiting = 0
            self._flush()

    def _flush(self) -> None:
        for sheet in self._sheets.values():
            sheet.flush()

    def _owe(self, advertiser: str) -> Sheet:
        name = statement("advertiser", advertiser)
        self._owed[advertiser] = self._sheets.get(name) or self._begin(name, lines.ADVERTISER)
        return self._owed[advertiser]

    def _begin(self, name: str, columns: tuple[str, ...]) -> Sheet:
        if name in self._parts:
            raise ValueError(f"{name} is finished: rows out of order")
        self._sheets[name] = Sheet(name, self._folder).head(columns)
        return self._sheets[name]

    def _turn(self, affiliate: str | None) -> None:
        """From one affiliate to the next: the statement is finished, its sums go into the summary and the totals."""
        if self._affiliate is not None:
            for group, sums in sorted(self._groups.items()):
                self._sheets[SUMMARY].add(lines.of_group(group, self._affiliate, sums, self.day))
                codes = (group[-2], group[-1])
                self._sums[codes] = self._sums.get(codes, Sums()).plus(sums)
            self._groups.clear()
            self._facts.turn()
            self._sign(self._affiliate, self._sheets[self._earned])
            self._complete(self._earned)
        self._affiliate = affiliate
        if affiliate is not None:
            self._earned = statement("affiliate", affiliate)
            self._begin(self._earned, lines.AFFILIATE)

    def _clicked_only(self) -> Iterator[None]:
        """Statements for those who have clicks and no facts: they are told their roots, too."""
        for affiliate in sorted(self._clicks.done.keys() - self._facts.done.keys()):
            name = statement("affiliate", affiliate)
            if name not in self._parts:
                self._sign(affiliate, self._begin(name, lines.AFFILIATE))
                self._complete(name)
                yield

    def _sign(self, affiliate: str, sheet: Sheet) -> None:
        """End an affiliate's statement with the root over its clicks and facts."""
        if self._proven:
            root = hashed(entry(self.day, affiliate, self._own(affiliate))).hex()
            sheet.add(leaves.signature(self.day, root))

    def _own(self, affiliate: str) -> Own:
        return Own(*self._clicks.of(affiliate), *self._facts.of(affiliate))

    def _complete(self, name: str) -> None:
        sheet = self._sheets[name]
        part, content = sheet.finish(self.day)
        self._keep(part, content)
        sheet.path.unlink(missing_ok=True)
        del self._sheets[name]
        self._parts[name] = part
