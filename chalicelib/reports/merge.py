"""The facts of a report in their one order, whatever shard and stamped day they come from, and never all at once.

The order key is made by the store, from affiliate, time of acceptance, conversion and number of the fact, in that order
of weight; keys are compared as text.
"""

from collections.abc import Container, Iterable, Iterator
from datetime import datetime
from heapq import merge
from typing import BinaryIO, Final

from chalicelib.model.fact import Fact
from chalicelib.reports.cells import table, told
from chalicelib.reports.manifest import Place
from chalicelib.reports.stores import Days

Row = tuple[str, Fact]
"""An order key and its fact."""

_END: Final = "\U0010ffff"


def merged(days: Days, places: Iterable[Place], after: str = "") -> Iterator[Row]:
    """The facts of these shards in order, from behind the key `after`. Each shard is read page by page as needed."""
    return merge(*(days.listing(day, shard, after) for day, shard in places))


def unlisted(rows: Iterable[Row], listed: Iterator[str]) -> Iterator[Row]:
    """The rows whose keys are not among `listed`; both are in order."""
    next_listed = next(listed, _END)
    for row in rows:
        while next_listed < row[0]:
            next_listed = next(listed, _END)
        if next_listed != row[0]:
            yield row


def listed_only(rows: Iterable[Row], listed: Iterator[str]) -> Iterator[Row]:
    """The rows whose keys are among `listed`; both are in order."""
    next_listed = next(listed, _END)
    for row in rows:
        while next_listed < row[0]:
            next_listed = next(listed, _END)
        if next_listed == row[0]:
            yield row


def listed(days: Days, commissions: Iterable[BinaryIO], places: Container[Place]) -> Iterator[str]:
    """The order keys that several commissions.csv list, in order, as far as they are of these shards."""
    return merge(*(_keys(days, file, places) for file in commissions))


def _keys(days: Days, file: BinaryIO, places: Container[Place]) -> Iterator[str]:
    rows = table(file)
    header = next(rows)
    names = ("stamped_day", "affiliate", "accepted", "conversion", "fact")
    day, affiliate, accepted, conversion, number = (header.index(name) for name in names)
    for row in rows:
        if (row[day], row[conversion][0]) in places:
            at_ms = round(datetime.fromisoformat(row[accepted]).timestamp() * 1000)
            yield days.order_key(told(row[affiliate]), at_ms, row[conversion], int(row[number]))
