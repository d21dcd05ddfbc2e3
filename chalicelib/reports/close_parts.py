"""The parts of a close: each is written on local disk, given to whoever keeps it, and remembered for the manifest."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Final

from chalicelib.reports.close_manifest import part_key
from chalicelib.reports.manifest import Part
from chalicelib.reports.sheet import Content, Sheet

Keep = Callable[[Part, Content], None]

BATCH: Final = 2000
"""Lines of a file that wait in memory."""


class CloseSheet(Sheet):
    """A sheet that brings its lines to disk by and by."""

    __slots__ = ()

    def ease(self) -> None:
        """Flush if many lines wait."""
        if len(self._waiting) >= BATCH:
            self.flush()


class Parts:
    """The parts of the close of `period`, made in `folder`. `keep` is given each when it is finished.

    `done` are those that are finished, in the order in which they were.
    """

    def __init__(self, period: str, folder: Path, keep: Keep) -> None:
        self._period, self._folder, self._keep = period, folder, keep
        self.done: list[Part] = []

    def sheet(self, name: str, columns: tuple[str, ...]) -> CloseSheet:
        """A part that grows line by line; without `columns` the first line to come is its header."""
        sheet = CloseSheet(name, self._folder)
        if columns:
            return sheet.head(columns)
        sheet.rows = -1
        return sheet

    def resumed(self, name: str, rows: int) -> CloseSheet:
        """A part that has grown in another run, whose file lies in the folder."""
        return CloseSheet.resumed(name, self._folder, rows)

    def write(self, name: str, columns: tuple[str, ...], rows: Iterable[str]) -> None:
        """A whole part, line by line."""
        sheet = self.sheet(name, columns)
        for row in rows:
            sheet.add(row)
            sheet.ease()
        self.finish(sheet)

    def finish(self, sheet: CloseSheet) -> None:
        """A part that is complete; its file goes."""
        part, content = sheet.finish(self._period)
        self._add(part, content)
        if isinstance(content, Path):
            content.unlink()

    def put(self, name: str, content: bytes) -> None:
        """A part that is no table."""
        self._add(Part(name, "", 0, len(content), sha256(content).hexdigest()), content)

    def _add(self, part: Part, content: Content) -> None:
        mine = replace(part, key=part_key(self._period, part.name, part.sha256))
        self._keep(mine, content)
        self.done.append(mine)
