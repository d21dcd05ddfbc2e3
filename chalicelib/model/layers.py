"""What is taken of a sum at a per cent that may change: a layer for each per cent, taken back where it was given.

Rounding the whole of a layer, not each step, makes a full reversal net to nothing.
"""

from collections.abc import Iterator, Mapping
from typing import TypeVar

K = TypeVar("K")


def spread(layers: Mapping[K, int], current: K | None, moved: int) -> Iterator[tuple[K, int]]:
    """The layers that a movement changes, each with its new base.

    What is added goes to the `current` layer, and nowhere if there is none. What is taken back comes out of the current
    one, then out of the others in order, as far as something is in them; the rest leaves the current one below zero.
    """
    if moved >= 0:
        if current is not None and moved:
            yield current, layers.get(current, 0) + moved
        return
    rest, bases = -moved, dict(layers)
    others = sorted(key for key in layers if key != current)  # type: ignore[type-var]  # keys are tuples of text
    for key in ([] if current is None else [current]) + others:
        taken = min(rest, max(0, bases.get(key, 0)))
        if taken:
            bases[key] -= taken
            rest -= taken
    if rest and current is not None:
        bases[current] = bases.get(current, 0) - rest
    for key, base in bases.items():
        if base != layers.get(key, 0):
            yield key, base
