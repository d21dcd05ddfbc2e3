"""Sorting on disk gives what sorting in memory gives, and leaves nothing behind."""

import gc
from pathlib import Path
from typing import NamedTuple

import pytest

from chalicelib.reports.runs import Kept, Runs


class Pair(NamedTuple):
    """A row that holds a row."""

    key: int
    inner: tuple[str, int]


class Outer(NamedTuple):
    """A row that holds a NamedTuple."""

    pair: Pair
    text: str


def rows(count: int) -> list[Outer]:
    return [Outer(Pair(number * 7919 % 101, ("x", number)), str(number)) for number in range(count)]


@pytest.mark.parametrize("count", [0, 1, 9, 10, 11, 999, 5000])
def test_runs_come_out_as_if_sorted_in_memory_and_as_often_as_asked(tmp_path: Path, count: int) -> None:
    def key(row: Outer) -> int:
        return row.pair.key

    found = Runs(tmp_path, 10)(iter(rows(count)), key)
    assert list(found) == sorted(rows(count), key=key)
    assert list(found) == sorted(rows(count), key=key)
    assert all(type(row) is Outer and type(row.pair) is Pair for row in found)


def test_what_nobody_holds_any_more_leaves_no_file(tmp_path: Path) -> None:
    # Whoever iterates holds it, too: the name that the sorted rows had is not needed for that.
    reading = iter(Runs(tmp_path, 10)(rows(100), lambda row: row.pair))
    assert len(list(reading)) == 100
    del reading
    gc.collect()
    assert list(tmp_path.iterdir()) == []


def test_kept_rows_are_read_again_in_their_order(tmp_path: Path) -> None:
    kept = Kept[Outer](tmp_path)
    for row in rows(777):
        kept.add(row)
    assert list(kept) == list(kept) == rows(777)
    del kept
    gc.collect()
    assert list(tmp_path.iterdir()) == []
