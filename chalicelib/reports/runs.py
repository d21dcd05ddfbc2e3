"""Sorting more than memory holds: sorted runs on disk, merged while they are read.

Rows are NamedTuples (which may hold NamedTuples) or other plain values. A run that is full goes into a file of its own,
chunk by chunk; merging holds one chunk of each run. What fits into one run never touches the disk, unless its files are
asked for. A file never changes once it is told of, so it can be kept elsewhere and be gone on from.
"""

import pickle
import sys
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

_OURS: Final = ("chalicelib.model.", "chalicelib.reports.")

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
        return pile

    def pile(self, key: Callable[[T], Any], files: Iterable[str] = ()) -> "Pile[T]":
        """Where rows can be put one by one, before they are iterated in order; on top of a pile's `files`, if told."""
        return Pile(self._folder, self._run, key, files)


class Pile(Generic[T]):
    """Rows that wait to be sorted, and after the last `add` come in order as often as they are iterated."""

    def __init__(self, folder: Path, run: int, key: Callable[[T], Any], files: Iterable[str] = ()) -> None:
        self._folder, self._run, self._key = folder, run, key
        self._rows, self._files = list[T](), [folder / name for name in files]
        finalize(self, _remove, self._files)

    def add(self, row: T) -> None:
        """Put one more row."""
        self._rows.append(row)
        if len(self._rows) == self._run:
            self.files()
            if len(self._files) >= FILES:
                self._merge()

    def __iter__(self) -> Iterator[T]:
        self._rows.sort(key=self._key)
        # A generator, for it holds on to the files as long as anybody reads them.
        yield from merge(*(_read(path) for path in self._files), self._rows, key=self._key)

    def files(self) -> list[Path]:
        """The files with all rows so far: what somebody else needs to go on from here."""
        if self._rows:
            self._rows.sort(key=self._key)
            self._files.append(_written(self._folder, self._rows))
            # Whoever is iterating holds the old list, and has not seen the new file.
            self._rows = []
        return list(self._files)

    def _merge(self) -> None:
        merged = list(self._files)
        self._files[:] = [_written(self._folder, merge(*(_read(path) for path in merged), key=self._key))]
        _remove(merged)


class Kept(Generic[T]):
    """Rows in the order in which they were added, to be read again later; behind those of a Kept's `files`, if told."""

    def __init__(self, folder: Path, files: Iterable[str] = ()) -> None:
        self._folder, self._files = folder, [folder / name for name in files]
        self._waiting: list[T] = []
        self._open: Path | None = None
        finalize(self, _remove, self._files)

    def add(self, row: T) -> None:
        """Keep one more row."""
        self._waiting.append(row)
        if len(self._waiting) >= CHUNK:
            self._flush()

    def __iter__(self) -> Iterator[T]:
        for path in self._files:
            yield from _read(path)
        yield from self._waiting

    def files(self) -> list[Path]:
        """The files with all rows so far: what somebody else needs to go on from here."""
        if self._waiting:
            self._flush()
        self._open = None
        return list(self._files)

    def _flush(self) -> None:
        if self._open is None:
            self._open = _written(self._folder, ())
            self._files.append(self._open)
        with self._open.open("ab") as file:
            pickle.dump(_packed(self._waiting), file, pickle.HIGHEST_PROTOCOL)
        self._waiting.clear()


def dump(value: object, path: Path) -> None:
    """Write one value of plain ones, NamedTuples and this program's own classes, for `load`."""
    with path.open("wb") as file:
        pickle.dump(value, file, pickle.HIGHEST_PROTOCOL)


def load(path: Path) -> Any:  # noqa: ANN401 - whatever was dumped
    """What `dump` wrote."""
    with path.open("rb") as file:
        return _Reader(file).load()


class _Reader(pickle.Unpickler):
    """Reads rows, and makes nothing but rows: files may come from the bucket, and pickles can name any function."""

    def find_class(self, module: str, name: str) -> type:
        found = getattr(sys.modules.get(module), name, None)
        if isinstance(found, type) and (issubclass(found, tuple) or module.startswith(_OURS)):
            return found
        raise pickle.UnpicklingError(f"no row: {module}.{name}")


def _written(folder: Path, run: Iterable[Any]) -> Path:
    rows = iter(run)
    with NamedTemporaryFile(dir=folder, prefix="run-", delete=False) as file:
        while chunk := list(islice(rows, CHUNK)):
            pickle.dump(_packed(chunk), file, pickle.HIGHEST_PROTOCOL)
    return Path(file.name)


def _packed(rows: list[Any]) -> tuple[type | None, list[Any]]:
    """A chunk as pickle takes it fast: plain tuples, and the class that they are made of once."""
    kind = type(rows[0])
    if hasattr(kind, "_make") and all(type(row) is kind for row in rows):
        return kind, [tuple(row) for row in rows]
    return None, rows


def _read(path: Path) -> Iterator[Any]:
    with path.open("rb") as file:
        while file.peek(1):
            kind, rows = _Reader(file).load()
            yield from map(kind._make, rows) if kind is not None else rows


def _remove(files: list[Path]) -> None:
    for path in files:
        path.unlink(missing_ok=True)
