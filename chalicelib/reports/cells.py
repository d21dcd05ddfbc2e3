"""CSV cells: RFC 4180 for machines, and nothing that a spreadsheet would run.

Sub ids, order ids and coupons are written by strangers, and a spreadsheet runs a cell that begins with =, +, -, @ and
the like. So an apostrophe is put before each *start* that leads to such a sign: the start of the cell, and the place
behind each comma, semicolon, tab or line break inside it, because some programs divide there. 'Leads to' means: with
nothing between but blanks, quotes and apostrophes. At the start of the cell a tab or line break is such a sign, too.
Numbers that we write ourselves are not text and stay as they are.

A reader takes the text back by removing one apostrophe from each such start: see `told`. Nothing is lost.
"""

import csv
import io
import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import BinaryIO, Final

_SIGNS: Final = "=+\\-@|%＝＋－＠｜％﹦﹢﹣﹫"
_QUOTES: Final = "\"'`´‘’‚‛“”„‟«»‹›＇＂"
_BLANKS: Final = (
    "\x00-\x08\x0b\x0c\x0e-\x20\x7f-\xa0\xad\u1680\u180e\u2000-\u200f\u2028-\u202f\u205f-\u2064\u3000\ufeff"
)
_LEADS: Final = f"[{_QUOTES}{_BLANKS}]*"


def _starts(mark: str) -> re.Pattern[str]:
    """Each start that leads to a sign, with the mark that stands there."""
    return re.compile(f"^{mark}(?={_LEADS}[{_SIGNS}\t\r\n])|(?<=[,;\t\r\n]){mark}(?={_LEADS}[{_SIGNS}])")


_tempting = _starts("").sub
_marked = _starts("'").sub

# A letter or digit at its start, and nothing that divides or quotes: the ordinary cell, told apart at little cost.
_ordinary = re.compile('[0-9A-Za-z_][^,;"\t\r\n]*').fullmatch


def cell(text: str) -> str:
    """Text as it stands in a line: disarmed, and quoted if it must be."""
    return text if not text or _ordinary(text) else _quoted(disarmed(text))


repeated = lru_cache(4096)(cell)
"""The same, for what stands in many lines."""


def disarmed(text: str) -> str:
    """Text that no spreadsheet takes for a formula."""
    return _tempting("'", text)


def told(text: str) -> str:
    """The text behind disarmed text: `told(disarmed(text)) == text` for every text."""
    return _marked("", text)


def line(cells: Iterable[str]) -> str:
    """One line of CSV with its CRLF, from cells as `cell` gives them and plain numbers."""
    return ",".join(cells) + "\r\n"


def encoded(lines: Iterable[str]) -> bytes:
    """Lines as UTF-8; half a character, which no table keeps but a bug might make, becomes a question mark."""
    return "".join(lines).encode("utf-8", "replace")


def table(stream: BinaryIO) -> Iterator[list[str]]:
    """The lines of a CSV file that we wrote, as cells that are still disarmed; the header is the first."""
    return csv.reader(io.TextIOWrapper(stream, "utf-8", newline=""))


def _quoted(text: str) -> str:
    if '"' in text or "," in text or "\r" in text or "\n" in text:
        return '"' + text.replace('"', '""') + '"'
    return text
