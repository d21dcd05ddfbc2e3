"""A tally says which facts a pile holds without naming them: the same facts give the same tally in any order."""

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from typing import Final, Self

_MASK: Final = 2**256 - 1


@dataclass(slots=True)
class Tally:
    """How many facts, and the sum of the SHA-256 of their order keys modulo 2**256. Tallies of apart piles add up."""

    facts: int = 0
    sum: int = 0

    def add(self, key: str) -> None:
        """Count one fact by its order key."""
        self.facts += 1
        self.sum = (self.sum + int.from_bytes(sha256(key.encode()).digest(), "big")) & _MASK

    def plus(self, other: "Tally") -> "Tally":
        """The tally of both piles together."""
        return Tally(self.facts + other.facts, (self.sum + other.sum) & _MASK)

    def plain(self) -> dict[str, int | str]:
        """As it stands in a manifest."""
        return {"facts": self.facts, "sum": f"{self.sum:064x}"}

    @classmethod
    def of(cls, keys: Iterable[str]) -> Self:
        """The tally of order keys."""
        tally = cls()
        for key in keys:
            tally.add(key)
        return tally

    @classmethod
    def read(cls, plain: dict[str, int | str]) -> Self:
        """What `plain` gave."""
        return cls(int(plain["facts"]), int(str(plain["sum"]), 16))
