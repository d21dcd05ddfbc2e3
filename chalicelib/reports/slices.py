"""Conversions slice by slice: an identity is a hash, so slices of equal width hold about as many each."""

from collections.abc import Callable, Iterable, Iterator
from typing import Final, Generic, TypeVar

BOUNDS: Final = (*(f"{start:02x}" for start in range(1, 256)), "")
"""The identities at which slices end, in order; the last slice ends nowhere."""

T = TypeVar("T")


class Sliced(Generic[T]):
    """Rows in order of their `identity`, from behind the first `done` slices. `given` is how many were given out."""

    def __init__(self, rows: Iterable[T], identity: Callable[[T], str], done: int = 0) -> None:
        self._rows, self._identity, self.given = iter(rows), identity, 0
        self._next = next(self._rows, None)
        if done:
            for _ in self.until(BOUNDS[done - 1]):
                pass
            self.given = 0

    def until(self, bound: str) -> Iterator[T]:
        """The next rows whose identities are below `bound`, or all that are left if it is ''."""
        while (row := self._next) is not None and (not bound or self._identity(row) < bound):
            self.given += 1
            self._next = next(self._rows, None)
            yield row
