"""A day's report while it is written: facts go in, in order, and finished parts come out.

What a draft holds besides its growing sheets is small and can be saved, so that another run goes on from there and
writes the same bytes. All methods that may take long are generators, which stop where the draft can be saved.
"""

from collections.abc import Iterable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from chalicelib.reports import lines
from chalicelib.reports.manifest import COMMISSIONS, SUMMARY, Currencies, Manifest, Part, Place, Previous, statement
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
    `doubtful` are how far the days before have been surveyed, and the shards to be read of them.
    """

    def __init__(self, day: str, folder: Path, keep: Keep, batch: int = BATCH) -> None:
        self.day, self._folder, self._keep, self._batch = day, folder, keep, batch
        self.position = ""
        self.surveyed = 0
        self.doubtful: list[Place] = []
        self.is_read = False
        self._affiliate: str | None = None
        self._earned = ""
        self._groups: dict[lines.Group, Sums] = {}
        self._sums: dict[Currencies, Sums] = {}
        self._listed: dict[Place, Tally] = {}
        self._parts: dict[str, Part] = {}
        self._waiting = 0
        sheets = (Sheet(COMMISSIONS, folder).head(lines.COMMISSIONS), Sheet(SUMMARY, folder).head(lines.SUMMARY))
        self._sheets = {sheet.name: sheet for sheet in sheets}
        self._owed: dict[str, Sheet] = {}

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
        for name in sorted(self._sheets):
            self._complete(name)
            yield

    def manifest(self, time_zone: str, previous: Previous | None) -> Manifest:
        """The manifest of the finished report."""
        return Manifest(self.day, time_zone, previous, self._sums, self._listed, tuple(self._parts.values()))

    @property
    def bytes(self) -> int:
        """The size of the files of unfinished sheets."""
        return sum(sheet.bytes for sheet in self._sheets.values())

    def files(self) -> list[Path]:
        """The files of the sheets that are not finished, with everything in them."""
        for sheet in self._sheets.values():
            sheet.flush()
        return [sheet.path for sheet in self._sheets.values()]

    def state(self) -> dict[str, Any]:
        """All that is not in `files`, as JSON-able values."""
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
        self._sheets = {name: Sheet.resumed(name, self._folder, rows) for name, rows in state["sheets"].items()}

    def _write(self, row: Row) -> None:
        self._sheets[COMMISSIONS].add(row.commission)
        self._sheets[self._earned].add(row.earned)
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
        self._waiting += 1
        if self._waiting == _FLUSH:
            self._waiting = 0
            self.files()

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
            self._complete(self._earned)
        self._affiliate = affiliate
        if affiliate is not None:
            self._earned = statement("affiliate", affiliate)
            self._begin(self._earned, lines.AFFILIATE)

    def _complete(self, name: str) -> None:
        sheet = self._sheets[name]
        part, content = sheet.finish(self.day)
        self._keep(part, content)
        sheet.path.unlink(missing_ok=True)
        del self._sheets[name]
        self._parts[name] = part
