"""Sorting on disk gives what sorting in memory gives, and leaves nothing behind."""

import gc
import os
import pickle
from pathlib import Path
from typing import NamedTuple

import pytest

from chalicelib.reports import runs
from chalicelib.reports.runs import Kept, Pile, Runs


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


@pytest.mark.parametrize("stops", [(), (1,), (5, 10, 11), tuple(range(0, 300, 2))])
def test_a_pile_and_kept_rows_go_on_from_their_files(tmp_path: Path, stops: tuple[int, ...]) -> None:
    def key(row: Outer) -> int:
        return row.pair.key

    sort = Runs(tmp_path, 10)
    pile, kept, held = sort.pile(key), Kept[Outer](tmp_path), list[object]()
    for number, row in enumerate(rows(300)):
        if number in stops:
            held += [pile, kept]
            piled, stayed = ([path.name for path in one.files()] for one in (pile, kept))
            pile, kept = sort.pile(key, piled), Kept(tmp_path, stayed)
        pile.add(row)
        kept.add(row)
    assert list(pile) == sorted(rows(300), key=key)
    assert list(kept) == rows(300)


def test_files_can_be_asked_for_while_the_rows_are_read(tmp_path: Path) -> None:
    pile: Pile[Outer] = Runs(tmp_path, 10).pile(lambda row: row.pair.key)
    for row in rows(25):
        pile.add(row)
    reading = iter(pile)
    first, count = next(reading), len(pile.files())
    assert count == 3
    assert [first, *reading] == list(pile) == sorted(rows(25), key=lambda row: row.pair.key)


class Command:
    """What somebody might leave in the bucket."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __reduce__(self) -> tuple[object, tuple[Path]]:
        return os.mkdir, (self._path,)


def test_a_file_that_names_a_function_is_refused_before_it_is_called(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(pickle.dumps(Command(tmp_path / "made")))
    with pytest.raises(pickle.UnpicklingError, match="no row"):
        runs.load(tmp_path / "file")
    assert not (tmp_path / "made").exists()
