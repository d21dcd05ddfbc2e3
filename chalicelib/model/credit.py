"""Who shares in a conversion, and how much: the weights of the touches that led to it, and the split of an amount.

Touches are clicks in order of their time, oldest first. An affiliate that was touched more than once has one part, of
all its weights.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from chalicelib.model.network import Attribution

SHARING: Final[tuple[Attribution, ...]] = ("linear", "position")
"""The rules under which several affiliates may share one commission."""


@dataclass(frozen=True, slots=True)
class Credit:
    """One affiliate's part in a conversion that several brought: `weight` of all their weights.

    `click_id` is its newest click with the sub ids `subs`, and `due_in` the currency that it is paid in.
    """

    affiliate: str
    click_id: str
    weight: int
    due_in: str
    subs: tuple[str, ...] = ()


def weights(rule: Attribution, touches: int) -> list[int]:
    """What each of so many touches counts, oldest first: all the same, or 40 % for the first and for the last.

    By position what lies between has 20 % together. Two touches have one half each, and one has all.
    """
    if rule == "position" and touches > 2:
        ends = 2 * (touches - 2)
        return [ends, *[1] * (touches - 2), ends]
    return [1] * touches


def split(minor: int, by: Sequence[int]) -> list[int]:
    """`minor`, which is not negative, in parts that add up: by largest remainder, and of equal ones the first."""
    whole = sum(by)
    parts = [minor * one // whole for one in by]
    remainders = [minor * one % whole for one in by]
    ranked = sorted(range(len(by)), key=lambda place: (-remainders[place], place))
    for place in ranked[: minor - sum(parts)]:
        parts[place] += 1
    return parts


def share(place: int, by: Sequence[int]) -> str:
    """A part as files write it: its number from 1, and all weights, as in '2/1:2:1'."""
    return f"{place + 1}/{':'.join(map(str, by))}"


def part(minor: int, share: str) -> int:
    """The part of `minor` that a share in files stands for; all of it for ''."""
    if not share:
        return minor
    place, by = _read(share)
    return split(minor, by)[place]


def fraction(share: str) -> Fraction:
    """How much of a conversion a share in files stands for; 1 for ''."""
    if not share:
        return Fraction(1)
    place, by = _read(share)
    return Fraction(by[place], sum(by))


def _read(share: str) -> tuple[int, list[int]]:
    place, _, by = share.partition("/")
    return int(place) - 1, [int(one) for one in by.split(":")]
