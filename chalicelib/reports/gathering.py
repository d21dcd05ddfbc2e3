"""The day's clicks while they are read: they come shard by shard and are wanted by affiliate, more than memory holds.

So they are sorted in runs on disk, pieces of a clicks.csv that a run which is short of time saves with its work.
"""

from collections.abc import Iterable, Iterator, Mapping
from heapq import merge
from pathlib import Path
from typing import Any, Final

from chalicelib.reports.cells import encoded
from chalicelib.reports.leaves import Leaf, of_line, raw

RUN: Final = 20_000
"""So many clicks wait in memory: some ten megabytes."""

FILES: Final = 64
"""So many runs are merged at once: each is an open file."""


class Spool:
    """Leaves by key, each once, in at most `most` files of `folder` that begin with `name`."""

    def __init__(self, name: str, folder: Path, run: int = RUN, most: int = FILES) -> None:
        self._name, self._folder, self._run, self._most = name, folder, run, most
        self._waiting: list[Leaf] = []
        self._files: list[Path] = []
        self._number = 0

    def add(self, leaf: Leaf) -> None:
        """One more, in any order."""
        self._waiting.append(leaf)
        if len(self._waiting) >= self._run:
            self.spill()

    def spill(self) -> None:
        """Bring what waits to disk."""
        if not self._waiting:
            return
        self._waiting.sort()
        self._files.append(self._written(self._waiting))
        self._waiting.clear()
        if len(self._files) >= self._most:
            self.keep(self)

    def keep(self, leaves: Iterable[Leaf]) -> None:
        """Hold these, which are in order, in the place of all that was here; they may come from here."""
        file = self._written(leaves)
        for old in self._files:
            old.unlink()
        self._files = [file]
        self._waiting.clear()

    def __iter__(self) -> Iterator[Leaf]:
        last = ""
        for leaf in merge(*map(_read, self._files), sorted(self._waiting)):
            if leaf.key != last:
                yield leaf
            last = leaf.key

    @property
    def files(self) -> list[Path]:
        """What lies on disk."""
        return list(self._files)

    @property
    def bytes(self) -> int:
        """The size of that."""
        return sum(path.stat().st_size for path in self._files)

    def plain(self) -> dict[str, Any]:
        """What is not in the files, as JSON-able values; nothing may wait."""
        return {"files": [path.name for path in self._files], "number": self._number}

    def resume(self, plain: Mapping[str, Any]) -> None:
        """Go on from what `plain` gave, when the files are back in the folder."""
        self._files = [self._folder / name for name in plain["files"]]
        self._number = plain["number"]

    def _written(self, leaves: Iterable[Leaf]) -> Path:
        path = self._folder / f"{self._name}-{self._number:05d}.csv"
        self._number += 1
        with path.open("wb") as file:
            for leaf in leaves:
                file.write(encoded((leaf.line,)))
        return path


class Gathering:
    """The clicks of a report: `own` of its day, and `late` ones that no report before may have listed.

    `read` is how many shards are read, `oldest_ms` the time of the earliest late click, and `sifted` the earliest day
    whose report was asked which of them it lists; '-' when all were.
    """

    def __init__(self, folder: Path, run: int = RUN) -> None:
        self.own, self.late = Spool("own", folder, run), Spool("late", folder, run)
        self.read, self.oldest_ms, self.sifted = 0, 0, ""

    def __iter__(self) -> Iterator[Leaf]:
        """All clicks in order, when all are read and the late ones are sifted."""
        return merge(self.own, self.late)

    @property
    def bytes(self) -> int:
        """How much lies on disk."""
        return self.own.bytes + self.late.bytes

    def files(self) -> list[Path]:
        """The files, with everything in them."""
        for spool in (self.own, self.late):
            spool.spill()
        return [*self.own.files, *self.late.files]

    def plain(self) -> dict[str, Any]:
        """All that is not in `files`, as JSON-able values."""
        spools = {"own": self.own.plain(), "late": self.late.plain()}
        return {**spools, "read": self.read, "oldest_ms": self.oldest_ms, "sifted": self.sifted}

    def resume(self, plain: Mapping[str, Any]) -> None:
        """Go on from what `plain` gave."""
        self.own.resume(plain["own"])
        self.late.resume(plain["late"])
        self.read, self.oldest_ms, self.sifted = plain["read"], plain["oldest_ms"], plain["sifted"]

    def clear(self) -> None:
        """Remove the files: all clicks are written."""
        for path in [*self.own.files, *self.late.files]:
            path.unlink()
        self.own.resume({"files": [], "number": 0})
        self.late.resume({"files": [], "number": 0})


def _read(path: Path) -> Iterator[Leaf]:
    with path.open("rb") as file:
        yield from map(of_line, raw(file))
