"""One CSV part while it grows on local disk."""

from collections.abc import Callable
from hashlib import file_digest, sha256
from pathlib import Path
from typing import Final, Self

from chalicelib.reports.cells import encoded, line
from chalicelib.reports.manifest import Part, base, part_key

Content = bytes | Path
Keep = Callable[[Part, Content], None]
"""What becomes of a finished part: it is put into the bucket, or only compared."""


class Sheet:
    """The part `name` in `folder`. Lines wait in memory until `flush`, and no file stays open in between.

    `add` takes a line as cells.line makes it.
    """

    __slots__ = ("_waiting", "add", "bytes", "name", "path", "rows")

    def __init__(self, name: str, folder: Path) -> None:
        self.name, self.path, self.rows, self.bytes = name, folder / base(name), 0, 0
        self._waiting: list[str] = []
        self.add: Final[Callable[[str], None]] = self._waiting.append

    @classmethod
    def resumed(cls, name: str, folder: Path, rows: int) -> Self:
        """A sheet that is on disk already, with so many rows."""
        sheet = cls(name, folder)
        sheet.rows, sheet.bytes = rows, sheet.path.stat().st_size
        return sheet

    def head(self, columns: tuple[str, ...]) -> Self:
        """Begin with a header, which is not counted as a row; the sheet itself."""
        self.add(line(columns))
        self.rows = -1
        return self

    def flush(self) -> None:
        """Bring what waits to disk."""
        if not self._waiting:
            return
        with self.path.open("ab" if self.bytes else "wb") as file:
            self.bytes += file.write(encoded(self._waiting))
        self.rows += len(self._waiting)
        self._waiting.clear()

    def finish(self, day: str) -> tuple[Part, Content]:
        """What the manifest of `day` says of the whole sheet, and its bytes; its file if it has one."""
        if self.bytes:
            self.flush()
            with self.path.open("rb") as file:
                hashed = file_digest(file, "sha256").hexdigest()
            return Part(self.name, part_key(day, self.name, hashed), self.rows, self.bytes, hashed), self.path
        # Most statements are short; a file for each would cost more than all that is in it.
        content = encoded(self._waiting)
        hashed = sha256(content).hexdigest()
        rows = self.rows + len(self._waiting)
        return Part(self.name, part_key(day, self.name, hashed), rows, len(content), hashed), content
