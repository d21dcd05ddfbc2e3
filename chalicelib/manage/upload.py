"""The upload of a file of conversions and changes: each row goes the way of a postback, and has a line in the results.

./clickledger upload october.csv --advertiser shop

The results are the progress, too: they name the file by its hash, and each line is written when its row is done. Who
runs a killed upload again goes on behind the last whole line. The row that was under way is then said twice, which a
postback may be: it is `already` there.
"""

import fcntl
import json
import re
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import file_digest
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Final

from chalicelib.manage.setup import Wrong
from chalicelib.manage.upload_acts import COLUMNS, NAMES, Word, word
from chalicelib.manage.upload_file import Row, rows
from chalicelib.manage.words import does
from chalicelib.model.failures import Unavailable

if TYPE_CHECKING:
    import argparse

    from chalicelib.manage.command import Desk
    from chalicelib.manage.words import Rooms

HEADER: Final = ("row", "order_id", "result", "reason", "conversion", "state")
RESULTS: Final = ("done", "already", "not_found", "refused")

_BY_STATUS: Final = {"accepted": "done", "replayed": "already"}
_ABSENT: Final = ("unknown_conversion", "unknown_click")
_LINE: Final = re.compile(rb"(\d+),[^,\n]*,(\w+),(\w*),\w*,\w*\r\n").fullmatch
_STRANGE: Final = re.compile(r"[^\w .:/#-]|^\W")


@dataclass(frozen=True, slots=True)
class Door:
    """An advertiser's own door. `hear` does what parameters say, as if a trusted postback had brought them, and gives
    status code and answer; its second argument forbids a new conversion. `statuses` are the advertiser's own words.
    """

    hear: Callable[[dict[str, str], bool], tuple[int, Mapping[str, str]]]
    statuses: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an upload came to: the file with its results, the one with their sums, and the sums."""

    results: Path
    summary: Path
    sums: dict[str, int]


class Upload:
    """The upload of `file` for an advertiser, with results in the folder `to`."""

    def __init__(self, file: Path, advertiser: str, door: Door, to: Path) -> None:
        self._file, self._advertiser, self._door = file, advertiser, door
        with file.open("rb") as content:
            self._hash = file_digest(content, "sha256").hexdigest()
        name = f"{file.stem}.{advertiser}.{self._hash[:12]}"
        self.results, self.summary = to / f"{name}.results.csv", to / f"{name}.summary.json"

    def run(self) -> Outcome:
        """Do every row that has no result yet. Wrong if the file is none of ours, or if the table is away: then run
        it again.
        """
        self.results.parent.mkdir(parents=True, exist_ok=True)
        with self._file.open("rb") as content, _alone(self.results) as results, _counting() as occurrence:
            found = rows(content)
            columns = _columns(next(found, Row(1, ())))
            last, told = _resume(self.results, results)
            here = 0
            for row in found:
                here += 1
                cells = dict(zip(columns, row.cells, strict=False))
                reason = row.reason or ("" if _fits(row, columns) else "bad_row")
                said = Word(reason=reason) if reason else word(cells, self._door.statuses, occurrence)
                if row.number > last:
                    line = str(row.number), _shown(cells), *self._result(row, cells, said)
                    results.write(",".join(line).encode() + b"\r\n")
                    told[line[2:4]] += 1
        return self._sum_up(here, told)

    def _result(self, row: Row, cells: Mapping[str, str], word: Word) -> tuple[str, str, str, str]:
        """Say a row's word; result, reason, conversion and state."""
        if word.reason:
            return "refused", word.reason, "", ""
        try:
            _, answer = self._door.hear(word.said, word.must_exist)
        except Unavailable as away:
            raise Wrong(f"the table is away at row {row.number}; run the same command again to go on") from away
        reason = answer["reason"]
        # Without a click and without a word that it is new, a row can only be about a conversion that is known.
        is_change = not cells.get("action") and not cells.get("click_id") and reason == "click_id_missing"
        result = _BY_STATUS.get(answer["status"], "not_found" if is_change or reason in _ABSENT else "refused")
        return result, reason, answer["conversion_id"], answer["state"]

    def _sum_up(self, here: int, told: Counter[tuple[str, ...]]) -> Outcome:
        sums = {"rows": here} | {name: sum(n for (result, _), n in told.items() if result == name) for name in RESULTS}
        if here != sum(told.values()):
            raise Wrong(f"{self.results} has {sum(told.values())} lines for {here} rows: it was changed")
        reasons: Counter[str] = Counter()
        for (result, reason), count in told.items():
            if result in ("not_found", "refused"):
                reasons[reason] += count
        plain = {"file": self._file.name, "sha256": self._hash, "advertiser": self._advertiser, **sums}
        said = json.dumps(plain | {"reasons": dict(sorted(reasons.items()))}) + "\n"
        self.summary.write_text(said, encoding="utf-8")
        return Outcome(self.results, self.summary, sums)


def commands(rooms: "Rooms") -> None:
    """The command `upload`."""
    upload = does(rooms, "upload", _upload, "a CSV file of new conversions and changes; run it again to go on")
    upload.add_argument("file", type=Path)
    upload.add_argument("--advertiser", required=True, help="whose conversions they are")
    upload.add_argument("--to", type=Path, default=Path("results"), help="folder for the results")


def _upload(asked: "argparse.Namespace", desk: "Desk") -> None:
    try:
        done = Upload(asked.file, asked.advertiser, desk.uploads(asked.advertiser), asked.to).run()
    except OSError as bad:
        raise Wrong(f"cannot use {bad.filename or asked.file}: {bad.strerror}") from bad
    print(", ".join(f"{name} {count}" for name, count in done.sums.items()))
    print(f"{done.results}\n{done.summary}")


def _columns(header: Row) -> tuple[str, ...]:
    """The columns that a header names; Wrong for a name that is unknown, given twice, or missing."""
    names = tuple(name.lower() for name in header.cells)
    while names and not names[-1]:
        names = names[:-1]
    strange = [name for name in names if name not in COLUMNS]
    if not names or header.reason or strange:
        raise Wrong(f"the first row must name columns out of {', '.join(COLUMNS)}; not {', '.join(strange) or 'none'}")
    if len(set(names)) < len(names):
        raise Wrong("a column stands twice")
    if not set(names) & set(NAMES):
        raise Wrong(f"no column says which conversion is meant: {', '.join(NAMES)}")
    return names


def _fits(row: Row, columns: tuple[str, ...]) -> bool:
    """Whether a row has a cell for each column, and nothing behind the last."""
    return len(row.cells) >= len(columns) and not any(row.cells[len(columns) :])


def _shown(cells: Mapping[str, str]) -> str:
    """A row's order id for the eye. Signs that a spreadsheet might run, divide or quote by are shown as '?'."""
    return _STRANGE.sub("?", cells.get("order_id", "")[:128])


@contextmanager
def _alone(path: Path) -> Iterator[BinaryIO]:
    """The file at `path` to read and append to, line by line to the disk; Wrong if another upload has it open."""
    with path.open("a+b", buffering=0) as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as busy:
            raise Wrong(f"another upload is writing {path}") from busy
        yield file


def _resume(path: Path, results: BinaryIO) -> tuple[int, Counter[tuple[str, ...]]]:
    """The last row with a result, and how many have which; half a line at the end is cut off. Wrong if it is no such
    file.
    """
    header = ",".join(HEADER).encode() + b"\r\n"
    last, whole, told = 1, 0, Counter[tuple[str, ...]]()
    with path.open("rb") as earlier:
        for line in earlier:
            if not line.endswith(b"\r\n"):
                break
            found = _LINE(line)
            if whole and found:
                last = int(found[1])
                told[found[2].decode(), found[3].decode()] += 1
            elif whole or line != header:
                raise Wrong(f"these are no results of an upload: {path}")
            whole += len(line)
    results.truncate(whole)
    if not whole:
        results.write(header)
    return last, told


@contextmanager
def _counting() -> Iterator[Callable[[bytes], int]]:
    """Counts how often it was asked about the same content, from 1 on. It counts on disk, for files have no end."""
    counts = sqlite3.connect("", isolation_level=None)
    counts.execute("CREATE TABLE seen (content BLOB PRIMARY KEY, times INTEGER) WITHOUT ROWID")
    counts.execute("BEGIN")

    def count(content: bytes) -> int:
        again = "ON CONFLICT (content) DO UPDATE SET times = times + 1 RETURNING times"
        [(times,)] = counts.execute(f"INSERT INTO seen VALUES (?, 1) {again}", (content,)).fetchall()  # noqa: S608
        return int(times)

    try:
        yield count
    finally:
        counts.close()
