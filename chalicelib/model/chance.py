"""How likely something is by chance: tails of counts, and whether two samples of times are of one kind.

All of it works on floats: nothing here is money. Times are sorted into bins of a tenth of a natural logarithm, so that
a sample of any size is a short list, and samples of several campaigns can be laid on top of each other.
"""

from collections.abc import Iterable, Sequence
from math import erfc, exp, fsum, lgamma, log, sqrt
from typing import Final, NamedTuple

STEP: Final = 0.1
LEAST_SECONDS: Final = 0.5
BINS: Final = 176
"""From half a second to some 240 days."""

Histogram = list[float]
"""Weights of BINS bins of the logarithm of seconds."""


class Distance(NamedTuple):
    """How far two samples lie apart (Kolmogorov, Smirnov), and how likely that much is by chance.

    `later` is the greatest lead that the second sample's share has over the first's: how much later the first comes.
    """

    later: float
    earlier: float
    chance: float


def bin_of(seconds: float) -> int:
    """The bin of a time."""
    return min(BINS - 1, max(0, int((log(max(seconds, LEAST_SECONDS)) - log(LEAST_SECONDS)) / STEP)))


def edge(bin: int) -> float:
    """The seconds at which a bin begins."""
    return LEAST_SECONDS * exp(bin * STEP)


def histogram(times: Iterable[float]) -> Histogram:
    """A sample of times in seconds, by bins."""
    found = [0.0] * BINS
    for seconds in times:
        found[bin_of(seconds)] += 1
    return found


def distance(first: Sequence[float], second: Sequence[float], effective: float = 0.0) -> Distance:
    """Compare two histograms. `effective` is the size of the second sample where its weights are not counts."""
    n, m = fsum(first), fsum(second)
    size, mine, theirs, later, earlier = effective or m, 0.0, 0.0, 0.0, 0.0
    if not n or not m:
        return Distance(0.0, 0.0, 1.0)
    for one, other in zip(first, second, strict=True):
        mine, theirs = mine + one / n, theirs + other / m
        later, earlier = max(later, theirs - mine), max(earlier, mine - theirs)
    root = sqrt(n * size / (n + size))
    return Distance(later, earlier, kolmogorov((root + 0.12 + 0.11 / root) * max(later, earlier)))


def kolmogorov(distance: float) -> float:
    """The chance of a scaled distance at least this great."""
    if distance < 0.3:
        return 1.0
    terms = ((-1) ** (k - 1) * exp(-2 * (k * distance) ** 2) for k in range(1, 40))
    return min(1.0, max(0.0, 2 * fsum(terms)))


def at_least(count: int, expected: float) -> float:
    """The chance of `count` or more where `expected` are usual (Poisson)."""
    if count <= 0:
        return 1.0
    if expected <= 0:
        return 0.0
    if expected > 400:
        return _normal((count - 0.5 - expected) / sqrt(expected))
    return min(1.0, _poisson(count, expected)) if count > expected else max(0.0, 1.0 - at_most(count - 1, expected))


def at_most(count: int, expected: float) -> float:
    """The chance of `count` or fewer where `expected` are usual (Poisson)."""
    if expected > 400:
        return _normal((expected - count - 0.5) / sqrt(expected))
    return min(1.0, fsum(exp(k * log(expected) - expected - lgamma(k + 1)) for k in range(count + 1)))


def share_at_least(count: int, of: int, share: float) -> float:
    """The chance of `count` or more out of `of` where each is so with probability `share` (binomial)."""
    if count <= of * share or count <= 0:
        return 1.0
    if share <= 0:
        return 0.0
    total, whole = 0.0, lgamma(of + 1)
    for k in range(count, of + 1):
        term = exp(whole - lgamma(k + 1) - lgamma(of - k + 1) + k * log(share) + (of - k) * log(1 - share))
        total += term
        if term < total * 1e-12:
            break
    return min(1.0, total)


def _poisson(count: int, expected: float) -> float:
    total, k = 0.0, count
    while True:
        term = exp(k * log(expected) - expected - lgamma(k + 1))
        total += term
        if term <= total * 1e-12:
            return total
        k += 1


def _normal(deviations: float) -> float:
    """The upper tail of the normal distribution."""
    return 0.5 * erfc(deviations / sqrt(2))
