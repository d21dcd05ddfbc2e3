"""Sorting more than memory holds: sorted runs on disk, merged while they are read.

Rows are NamedTuples (which may hold NamedTuples) or other values that pickle knows. A run that is full goes into a file
of its own, chunk by chunk; merging holds one chunk of each run. What fits into one run never touches the disk.
"""

import pickle
from collections.abc import Callable, Iterable, Iterator
from heapq import merge
from itertools import islice
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any, Final, Generic, TypeVar
from weakref import finalize

RUN: Final = 20_000
"""Rows of a run: some tens of megabytes."""

CHUNK: Final = 250
"""Rows that are read at a time of each run."""

FILES: Final = 100
"""So many runs are merged at once: each is an open file."""

T = TypeVar("T")


class Runs:
    """The sorter of a folder, `run` rows of memory each (model.close.Sort).

    The files of what it sorted are removed when nobody holds that any more; all others by whoever made the folder.
    """

    def __init__(self, folder: Path, run: int = RUN) -> None:
        self._folder, self._run = folder, run

    def __call__(self, rows: Iterable[T], key: Callable[[T], Any]) -> Iterable[T]:
        """The rows in order of their keys, to be iterated as often as needed; equal ones stay as they came."""
        pile = self.pile(key)
        for row in rows:
            pile.add(row)
        return pile.sorted()

    def pile(self, key: Callable[[T], Any]) -> "Pile[T]":
        """Where rows can be put one by one."""
        return Pile(self._folder, self._run, key)


class Pile(Generic[T]):
    """Rows that wait to be sorted."""

    def __init__(self, folder: Path, run: int, key: Callable[[T], Any]) -> None:
        self._folder, self._run, self._key = folder, run, key
        self._rows, self._files = list[T](), list[Path]()

    def add(self, row: T) -> None:
        """Put one more row."""
        self._rows.append(row)
        if len(self._rows) == self._run:
            self._rows.sort(key=self._key)
            self._files.append(self._spilled(self._rows))
            self._rows.clear()
            if len(self._files) == FILES:
                self._files = [self._spilled(Sorted(self._files, [], self._key))]

    def sorted(self) -> Iterable[T]:
        """All rows in order; nothing can be added any more."""
        self._rows.sort(key=self._key)
        return Sorted(self._files, self._rows, self._key) if self._files else self._rows

    def _spilled(self, run: Iterable[T]) -> Path:
        rows = iter(run)
        with NamedTemporaryFile(dir=self._folder, prefix="run-", delete=False) as file:
            while chunk := list(islice(rows, CHUNK)):
                pickle.dump(_packed(chunk), file, pickle.HIGHEST_PROTOCOL)
        return Path(file.name)


class Sorted(Generic[T]):
    """Sorted runs that are merged anew by each iteration; the last run is in memory."""

    def __init__(self, files: list[Path], last: list[T], key: Callable[[T], Any]) -> None:
        self._files, self._last, self._key = files, last, key
        finalize(self, _remove, files)

    def __iter__(self) -> Iterator[T]:
        # A generator, for it holds on to the files as long as anybody reads them.
        yield from merge(*(_read(path) for path in self._files), self._last, key=self._key)


class Kept(Generic[T]):
    """Rows in the order in which they were added, to be read again later: one file in `folder`."""

    def __init__(self, folder: Path) -> None:
        with NamedTemporaryFile(dir=folder, prefix="kept-", delete=False) as file:
            self._path = Path(file.name)
        self._waiting: list[T] = []
        finalize(self, _remove, [self._path])

    def add(self, row: T) -> None:
        """Keep one more row."""
        self._waiting.append(row)
        if len(self._waiting) >= CHUNK:
            with self._path.open("ab") as file:
                pickle.dump(_packed(self._waiting), file, pickle.HIGHEST_PROTOCOL)
            self._waiting.clear()

    def __iter__(self) -> Iterator[T]:
        yield from _read(self._path)
        yield from self._waiting


def _packed(rows: list[Any]) -> tuple[type | None, list[Any]]:
    """A chunk as pickle takes it fast: plain tuples, and the class that they are made of once."""
    kind = type(rows[0])
    if hasattr(kind, "_make") and all(type(row) is kind for row in rows):
        return kind, [tuple(row) for row in rows]
    return None, rows


def _read(path: Path) -> Iterator[Any]:
    with path.open("rb") as file:
        while file.peek(1):
            kind, rows = pickle.load(file)  # noqa: S301 - this process has written it
            yield from map(kind._make, rows) if kind is not None else rows


def _remove(files: list[Path]) -> None:
    for path in files:
        path.unlink(missing_ok=True)
