"""The rows of a CSV file as people make them: with commas, semicolons or tabs, with or without a byte order mark, with
line breaks inside quotes, and now and then with a row that nobody can read.

A row that cannot be read costs itself alone: a quote that is never closed does not swallow the rows behind it. One row
at a time is in memory.
"""

import csv
import io
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, Final, TextIO

MOST_CHARACTERS: Final = 65_536
MOST_LINES: Final = 50
"""A row is no longer than this."""

_DELIMITERS: Final = ",;\t"


@dataclass(frozen=True, slots=True)
class Row:
    """Row `number` of a file, where the header is row 1. `reason` says why it cannot be read, '' if it can."""

    number: int
    cells: tuple[str, ...]
    reason: str = ""


def rows(file: BinaryIO) -> Iterator[Row]:
    """Every row, the header first; rows without content are counted and left out.

    Bytes that are not UTF-8 become characters that nothing takes for text.
    """
    text = io.TextIOWrapper(file, "utf-8-sig", errors="surrogateescape", newline="")
    lines = _Lines(text)
    delimiter = ""
    for number, first in enumerate(lines, 1):
        if not delimiter and first.strip():
            delimiter = max(_DELIMITERS, key=first.count)
        taken = lines.whole(first, delimiter or ",")
        if not taken:
            yield Row(number, (), "bad_row")
        elif any(cell.strip() for cell in taken):
            yield Row(number, tuple(cell.strip() for cell in taken))


class _Lines:
    """Lines of a text, of which some can be given back. A line that is too long is cut, which makes it unreadable."""

    def __init__(self, text: TextIO) -> None:
        self._text, self._again = text, deque[str]()

    def __iter__(self) -> Iterator[str]:
        while line := self._next():
            yield line

    def whole(self, first: str, delimiter: str) -> list[str]:
        """The cells of the row that begins with the line `first`; none at all if it cannot be read.

        Lines are taken while a quote is open. If it is never closed they are given back, for they are rows themselves.
        """
        taken = [first]
        while sum(map(len, taken)) <= MOST_CHARACTERS:
            try:
                return next(csv.reader(taken, delimiter=delimiter, strict=True)) or [""]
            except csv.Error:
                is_open = sum(line.count('"') for line in taken) % 2
                more = self._next() if is_open and len(taken) < MOST_LINES else ""
                if not more:
                    break
                taken.append(more)
        self._again.extendleft(reversed(taken[1:]))
        return []

    def _next(self) -> str:
        if self._again:
            return self._again.popleft()
        line = part = self._text.readline(MOST_CHARACTERS + 1)
        while len(part) > MOST_CHARACTERS and part[-1] not in "\r\n":
            part = self._text.readline(MOST_CHARACTERS + 1)
        return line
