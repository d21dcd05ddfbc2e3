"""The table of exchange rates: finance uploads a CSV, which is read strictly, kept as it came, and never replaced.

./clickledger rates upload rates.csv
./clickledger rates show 2026-11-24
"""

import csv
import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol

from chalicelib.manage.setup import Wrong
from chalicelib.manage.words import does
from chalicelib.model import fx
from chalicelib.model.day import accounting_day, back
from chalicelib.model.fx import Quotes
from chalicelib.model.money import EXPONENTS

if TYPE_CHECKING:
    import argparse

    from chalicelib.manage.command import Desk
    from chalicelib.manage.words import Rooms

HEADER: Final = ["date", "base", "currency", "rate"]
MOST_BYTES: Final = 16 * 1024 * 1024
SHOWN: Final = 10
"""So many mistakes of a file are told at a time."""

Tables = dict[str, tuple[str, dict[str, str]]]
"""Rates by date: the base, and how much of each currency one unit of it buys."""


class BadTable(Wrong):
    """A file that is no table of rates; the message names its lines."""


class Rates(Protocol):
    """Where rates are kept (store.rates)."""

    def on(self, day: str) -> Quotes:
        """The newest quotes for a day."""

    def add(self, date: str, base: str, rates: Mapping[str, str], table: str, at_ms: int) -> bool:
        """Keep a date's rates; False if they are there."""


class Bucket(Protocol):
    """The report bucket (store.archive)."""

    def put_new(self, key: str, content: bytes | Path) -> bool:
        """Keep bytes where nothing is."""


@dataclass(frozen=True, slots=True)
class RateDesk:
    """Takes tables and shows them. `bucket` is opened only for an upload."""

    rates: Rates
    bucket: Callable[[], Bucket]
    clock: Callable[[], int]
    time_zone: str

    def upload(self, content: bytes) -> tuple[str, int, int]:
        """Keep a table: its SHA-256, how many dates it has, and how many of them are new. BadTable if it is none; Wrong
        if it was uploaded before and another one has taken its place.

        The file is kept first, so every rate that a fact pins can be looked up in the file it came from. Repeating an
        upload, whole or broken off, changes nothing.
        """
        now_ms = self.clock()
        tables = parse(content, back(accounting_day(now_ms, self.time_zone), -1))
        name = sha256(content).hexdigest()
        self.bucket().put_new(f"rates/{name}.csv", content)
        known = [day for day, told in sorted(tables.items()) if not self.rates.add(day, *told, name, now_ms)]
        outdone = next((day for day in known if not name.startswith(self.rates.on(day).table)), "")
        if outdone:
            raise Wrong(
                f"{outdone} has had another table since, which counts; "
                "to bring this one back, upload it with an empty line at its end"
            )
        return name, len(tables), len(tables) - len(known)


def parse(content: bytes, last: str) -> Tables:
    """Read a CSV of date, base, currency, rate; BadTable with line numbers. `last` is the latest date allowed."""
    if len(content) > MOST_BYTES:
        raise BadTable("a table of rates has at most 16 MB")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as bad:
        raise BadTable(f"not UTF-8 at byte {bad.start}") from bad
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    tables: Tables = {}
    mistakes: list[str] = []
    try:
        if next(reader, []) != HEADER:
            raise BadTable(f"line 1: the header must be {','.join(HEADER)}")
        for row in reader:
            if row:
                wrong = _take(row, tables, last)
                mistakes += [f"line {reader.line_num}: {wrong}"] if wrong else []
    except csv.Error as bad:
        mistakes.append(f"line {reader.line_num}: {bad}")
    if mistakes:
        more = f"; and {len(mistakes) - SHOWN} more" if len(mistakes) > SHOWN else ""
        raise BadTable("; ".join(mistakes[:SHOWN]) + more)
    if not tables:
        raise BadTable("the table has no rates")
    return tables


def _take(row: list[str], tables: Tables, last: str) -> str:
    """Put a row into the tables; what is wrong with it, or ''."""
    if len(row) != len(HEADER):
        return f"{len(row)} fields instead of {len(HEADER)}"
    day, base, currency, rate = row
    if not _is_day(day):
        return f"not a date: {day!r}"
    if day > last:
        return f"{day} is in the future"
    unknown = next((code for code in (base, currency) if code not in EXPONENTS), "")
    if unknown or base == currency:
        return f"not a currency: {unknown!r}" if unknown else f"{base} is quoted against itself"
    try:
        fx.decimal(rate)
    except ValueError as bad:
        return str(bad)
    known, rates = tables.setdefault(day, (base, {}))
    if known != base:
        return f"{day} has a base already: {known}"
    if currency in rates:
        return f"{currency} of {day} stands twice"
    rates[currency] = rate
    return ""


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text and text >= "2000"
    except ValueError:
        return False


def commands(rooms: "Rooms") -> None:
    """The command group `rates`."""
    group = rooms.add_parser("rates", help="exchange rates: upload, show").add_subparsers(required=True)
    does(group, "upload", _upload, "keep a CSV of date,base,currency,rate").add_argument("file", type=Path)
    show = does(group, "show", _show, "the rates that a day's conversions are priced by")
    show.add_argument("day", help="YYYY-MM-DD")


def _upload(asked: "argparse.Namespace", desk: "Desk") -> None:
    try:
        content = asked.file.read_bytes()
    except OSError as bad:
        raise Wrong(f"cannot read {asked.file}: {bad.strerror}") from bad
    name, dates, new = desk.rates.upload(content)
    print(f"table {name}: {dates} dates, {new} of them new")


def _show(asked: "argparse.Namespace", desk: "Desk") -> None:
    if not _is_day(asked.day):
        raise Wrong(f"not a date: {asked.day}")
    quotes = desk.rates.rates.on(asked.day)
    if not quotes.date:
        raise Wrong(f"no rates for {asked.day}: none are dated on it or within {fx.OLDEST_DAYS} days before")
    print(f"rates of {quotes.date}, table {quotes.table}, for one {quotes.base}")
    for currency, rate in quotes.rates:
        print(f"{currency}  {rate}")
