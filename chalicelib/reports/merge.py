"""The facts of a report in their one order, whatever shard and stamped day they come from, and never all at once.

The order key is made by the store, from affiliate, time of acceptance, conversion and number of the fact, in that order
of weight; keys are compared as text.
"""

from collections.abc import Container, Iterable, Iterator
from datetime import datetime
from functools import partial
from heapq import merge
from typing import BinaryIO, Final

from chalicelib.reports.cells import table, told
from chalicelib.reports.manifest import Place
from chalicelib.reports.rows import Row, row
from chalicelib.reports.stores import Days

_END: Final = "\U0010ffff"


def merged(days: Days, places: Iterable[Place], report: str, after: str = "") -> Iterator[Row]:
    """The rows of these shards in the report of day `report`, in order, from behind the key `after`.

    Each shard is read page by page as needed.
    """
    return merge(*(days.listing(*place, after, partial(row, report, place)) for place in places))


def unlisted(rows: Iterable[Row], listed: Iterator[str]) -> Iterator[Row]:
    """The rows whose keys are not among `listed`; both are in order."""
    next_listed = next(listed, _END)
    for one in rows:
        while next_listed < one.key:
            next_listed = next(listed, _END)
        if next_listed != one.key:
            yield one


def listed_only(rows: Iterable[Row], listed: Iterator[str]) -> Iterator[Row]:
    """The rows whose keys are among `listed`; both are in order."""
    next_listed = next(listed, _END)
    for one in rows:
        while next_listed < one.key:
            next_listed = next(listed, _END)
        if next_listed == one.key:
            yield one


def listed(days: Days, commissions: Iterable[BinaryIO], places: Container[Place]) -> Iterator[str]:
    """The order keys that several commissions.csv list, in order, as far as they are of these shards."""
    return merge(*(_keys(days, file, places) for file in commissions))


def _keys(days: Days, file: BinaryIO, places: Container[Place]) -> Iterator[str]:
    lines = table(file)
    header = next(lines)
    names = ("stamped_day", "affiliate", "accepted", "conversion", "fact")
    day, affiliate, accepted, conversion, number = (header.index(name) for name in names)
    for cells in lines:
        if (cells[day], cells[conversion][0]) in places:
            at_ms = round(datetime.fromisoformat(cells[accepted]).timestamp() * 1000)
            yield days.order_key(told(cells[affiliate]), at_ms, cells[conversion], int(cells[number]))
