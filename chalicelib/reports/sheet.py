"""One CSV part while it grows on local disk."""

from collections.abc import Callable
from hashlib import file_digest
from pathlib import Path
from typing import Final

from chalicelib.reports.cells import encoded, line
from chalicelib.reports.manifest import Part, base, part_key

Keep = Callable[[Part, Path], None]
"""What becomes of a finished part: it is put into the bucket, or only compared."""


class Sheet:
    """The part `name` in `folder`. Lines wait in memory until `flush`, and no file stays open in between.

    `add` takes a line as cells.line makes it.
    """

    __slots__ = ("_waiting", "add", "bytes", "name", "path", "rows")

    def __init__(self, name: str, folder: Path, rows: int = 0) -> None:
        self.name, self.path, self.rows = name, folder / base(name), rows
        self.bytes = self.path.stat().st_size if self.path.exists() else 0
        self._waiting: list[str] = []
        self.add: Final[Callable[[str], None]] = self._waiting.append

    def head(self, columns: tuple[str, ...]) -> "Sheet":
        """Begin with a header, which is not counted as a row; the sheet itself."""
        self.add(line(columns))
        self.rows = -1
        return self

    def flush(self) -> None:
        """Bring what waits to disk."""
        with self.path.open("ab") as file:
            self.bytes += file.write(encoded(self._waiting))
        self.rows += len(self._waiting)
        self._waiting.clear()

    def part(self, day: str) -> Part:
        """Bring everything to disk, and what the manifest of `day` says of it."""
        self.flush()
        with self.path.open("rb") as file:
            hashed = file_digest(file, "sha256").hexdigest()
        return Part(self.name, part_key(day, self.name, hashed), self.rows, self.bytes, hashed)
