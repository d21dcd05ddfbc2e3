"""Merkle trees as RFC 6962 builds them: one hash commits to many texts in their order, and a short path shows that one
of them is among them.

A leaf is hashed behind a zero byte and a node behind a one, so no node passes for a leaf (second preimages). A tree of
n leaves divides at the largest power of two below n; nothing is doubled, so each list of leaves has a root of its own.
"""

from collections.abc import Iterable, Sequence
from hashlib import sha256
from itertools import islice
from typing import Final, Self

EMPTY: Final = sha256(b"").digest()
"""The root of no leaves."""


def leaf(text: bytes) -> bytes:
    """The hash of a leaf."""
    return sha256(b"\0" + text).digest()


def node(left: bytes, right: bytes) -> bytes:
    """The hash of two subtrees."""
    return sha256(b"\1" + left + right).digest()


class Tree:
    """A tree that grows leaf by leaf and remembers as many hashes as its size has ones in binary."""

    __slots__ = ("_peaks", "size")

    def __init__(self) -> None:
        self.size = 0
        self._peaks: list[bytes] = []

    def add(self, leaf: bytes) -> None:
        """One more leaf, by its hash."""
        size = self.size
        while size & 1:
            leaf = node(self._peaks.pop(), leaf)
            size >>= 1
        self._peaks.append(leaf)
        self.size += 1

    def root(self) -> bytes:
        """The root of the leaves so far."""
        if not self._peaks:
            return EMPTY
        whole = self._peaks[-1]
        for peak in reversed(self._peaks[:-1]):
            whole = node(peak, whole)
        return whole

    def plain(self) -> list[int | str]:
        """All of it as JSON-able values, to grow on elsewhere."""
        return [self.size, *(peak.hex() for peak in self._peaks)]

    @classmethod
    def read(cls, plain: Sequence[int | str]) -> Self:
        """What `plain` gave."""
        tree = cls()
        tree.size = int(plain[0])
        tree._peaks = [bytes.fromhex(str(peak)) for peak in plain[1:]]
        return tree


def root(leaves: Iterable[bytes]) -> bytes:
    """The root over the hashes of leaves."""
    tree = Tree()
    for one in leaves:
        tree.add(one)
    return tree.root()


def path(leaves: Iterable[bytes], index: int, size: int) -> list[bytes]:
    """The hashes beside the way from leaf number `index` up to the root of `size` leaves; they are read once, in order.

    ValueError if there are not so many.
    """
    if not 0 <= index < size:
        raise ValueError(f"no leaf {index} of {size}")
    beside, rest, roots = _beside(index, size), iter(leaves), dict[int, bytes]()
    for start, stop in sorted([*beside, (index, index + 1)]):
        tree = Tree()
        for one in islice(rest, stop - start):
            tree.add(one)
        if tree.size != stop - start:
            raise ValueError(f"fewer than {size} leaves")
        roots[start] = tree.root()
    return [roots[start] for start, _ in beside]


def climbed(leaf: bytes, index: int, size: int, beside: Iterable[bytes]) -> bytes | None:
    """The root to which a path leads from a leaf's hash; None if a leaf of that number has no such path."""
    if not 0 <= index < size:
        return None
    number, last, found = index, size - 1, leaf
    for one in beside:
        if not last:
            return None
        if number & 1 or number == last:
            found = node(one, found)
            while number and not number & 1:
                number, last = number >> 1, last >> 1
        else:
            found = node(found, one)
        number, last = number >> 1, last >> 1
    return None if last else found


def _beside(index: int, size: int) -> list[tuple[int, int]]:
    """The ranges of leaves of the subtrees beside the way from a leaf to the root, the nearest first."""
    start, stop, found = 0, size, list[tuple[int, int]]()
    while stop - start > 1:
        middle = start + (1 << (stop - start - 1).bit_length() - 1)
        if index < middle:
            found.append((middle, stop))
            stop = middle
        else:
            found.append((start, middle))
            start = middle
    return found[::-1]
