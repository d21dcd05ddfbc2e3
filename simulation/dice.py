"""The one source of chance: everything that could have gone another way is asked here, so a seed is a whole history."""

from collections.abc import Sequence
from random import Random
from typing import TypeVar

T = TypeVar("T")


class Dice:
    """Chance from a seed. Only `Random.random` is used: its sequence is the same in every version of Python."""

    def __init__(self, seed: int) -> None:
        self._random = Random(seed)

    def chance(self, of: float) -> bool:
        """True with this probability. Certainties are not asked of the dice."""
        return of > 0 and (of >= 1 or self._random.random() < of)

    def number(self, first: int, last: int) -> int:
        """A whole number, both ends included."""
        return first + int(self._random.random() * (last - first + 1))

    def pick(self, of: Sequence[T]) -> T:
        """One of several."""
        return of[int(self._random.random() * len(of))]

    def weighed(self, of: Sequence[tuple[T, float]]) -> T:
        """One of several, each with its weight."""
        left = self._random.random() * sum(weight for _, weight in of)
        for one, weight in of:
            left -= weight
            if left < 0:
                return one
        return of[-1][0]

    def shuffled(self, of: Sequence[T]) -> list[T]:
        """The same in another order."""
        rest = list(of)
        return [rest.pop(int(self._random.random() * len(rest))) for _ in range(len(rest))]

    def bytes(self, count: int) -> bytes:
        """What a system's generator of random bytes is replaced by."""
        return bytes(int(self._random.random() * 256) for _ in range(count))
