"""Whether times from a click to a conversion look as if the click had nothing to do with it.

Who follows a link and buys does so sooner or later, and how soon has a shape of the campaign's own: most of its times
lie around some usual time. An honest affiliate's visitors may be slower or faster than others', and differ more or less
among themselves, which moves and stretches that shape. A click that was put upon somebody who would have bought anyway
has no such shape: the conversion comes with the same probability in every hour after it. That is an exponential time,
or a uniform one if the time is cut off by a window.

So two stories are compared: the campaign's own shape, moved and stretched as fits best (or a plain log-normal), and a
mixture of the campaign's own times with flat ones.
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from math import erfc, exp, expm1, fsum, log, sqrt
from typing import Final, NamedTuple

from chalicelib.model.chance import BINS, STEP, Histogram, edge

SHARES: Final = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.97)
RATES: Final = (0.0, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0)
"""How many mean times the longest time is: 0 for a uniform one."""

STRETCHES: Final = (0.4, 0.5, 0.6, 0.7, 0.85, 1.0, 1.2, 1.5)
MOVES: Final = (-12, -8, -5, -3, -1, 0, 1, 3, 5, 8, 12, 17, 23, 30)
PACE: Final = 1.2
STRETCH: Final = 0.25
"""How far honest affiliates' times usually differ, as deviations of logarithms: 3.3 times slower, 1.3 times wider. To
be narrower is nothing odd: all others together have the spread of each, and the differences between them."""

FLOOR: Final = 0.002
"""So much of every shape is spread over all bins: no single odd time decides."""


class Flatness(NamedTuple):
    """How much better flat times explain a sample than the campaign's own (a log likelihood ratio), and which share.

    `posterior` is, by bin, the probability that a time is a flat one.
    """

    ratio: float
    share: float
    posterior: list[float]


def flatness(mine: Sequence[float], others: Sequence[float]) -> Flatness:
    """Compare the two stories of the sample `mine`; both are histograms of model.chance."""
    usual = smooth(others)
    honest = _honest(mine, others, usual)
    best, share, shape = -1e300, 0.0, usual
    for rate in RATES:
        flat = _flat(mine, rate)
        for one in SHARES:
            found = _likelihood(mine, [one * f + (1 - one) * u for f, u in zip(flat, usual, strict=True)])
            if found > best:
                best, share, shape = found, one, flat
    posterior = [share * f / (share * f + (1 - share) * u) for f, u in zip(shape, usual, strict=True)]
    return Flatness(best - honest, share, posterior)


def smooth(sample: Sequence[float]) -> Histogram:
    """The shape of a sample: each bin's probability, spread as far as so many observations can tell."""
    count = fsum(sample)
    _, deviation = _moments(sample)
    width = min(5.0, max(1.0, 0.9 * max(deviation, 1.0) * max(count, 1.0) ** -0.2))
    reach = int(3 * width) + 1
    kernel = [exp(-0.5 * (k / width) ** 2) for k in range(-reach, reach + 1)]
    spread = [0.0] * BINS
    for bin, weight in enumerate(sample):
        if weight:
            for k, part in enumerate(kernel, -reach):
                spread[min(BINS - 1, max(0, bin + k))] += weight * part
    return _whole(spread)


def _whole(weights: Sequence[float], last: int = BINS - 1) -> Histogram:
    """Weights as probabilities. Behind `last` nothing can be: a window has cut it off."""
    total = fsum(weights[: last + 1]) or 1.0
    return [(1 - FLOOR) * weight / total + FLOOR / BINS for weight in weights]


def _likelihood(sample: Sequence[float], shape: Sequence[float]) -> float:
    return fsum(weight * log(shape[bin]) for bin, weight in enumerate(sample) if weight)


def _moments(sample: Sequence[float]) -> tuple[float, float]:
    """Mean and standard deviation, in bins."""
    count = fsum(sample) or 1.0
    mean = fsum(bin * weight for bin, weight in enumerate(sample)) / count
    return mean, sqrt(fsum(weight * (bin - mean) ** 2 for bin, weight in enumerate(sample)) / count)


def _last(sample: Sequence[float]) -> int:
    return max(bin for bin, weight in enumerate(sample) if weight)


def _honest(mine: Sequence[float], others: Sequence[float], usual: Histogram) -> float:
    """The best likelihood of the usual shape or a plain log-normal, moved, stretched, and cut off where all times are.

    The further it has to be moved, and the more it has to be stretched, the less likely is the story by itself.
    """
    (mean, deviation), (theirs, usually) = _moments(mine), _moments(others)
    deviation, usually, last = max(deviation, 1.0), max(usually, 1.0), max(_last(mine), _last(others))
    below = [0.5 * erfc(-(bin - 0.5 - BINS / 2) / usually / sqrt(2)) for bin in range(BINS + 1)]
    plain, best = [after - before for before, after in pairwise(below)], -1e300
    for stretch in {*STRETCHES, deviation / usually, 1.3 * deviation / usually}:
        for move in MOVES:
            moved = mean + move - theirs
            doubt = 0.5 * (moved * STEP / PACE) ** 2 + 0.5 * (max(0.0, log(stretch)) / STRETCH) ** 2
            for shape, middle in ((usual, theirs), (plain, BINS / 2)):
                at = ((bin - mean - move) / stretch + middle for bin in range(BINS))
                story = _whole([_between(shape, place) for place in at], last)
                best = max(best, *(_likelihood(mine, mixed) - doubt for mixed in _mixtures(story, usual)))
    return best


def _mixtures(story: Histogram, usual: Histogram) -> Iterator[Histogram]:
    """The story itself, and with some visitors who are like everybody's."""
    for share in (0.0, 0.1, 0.2, 0.35):
        yield [(1 - share) * one + share * other for one, other in zip(story, usual, strict=True)] if share else story


def _between(shape: Sequence[float], place: float) -> float:
    low = int(place // 1)
    if not 0 <= low < BINS - 1:
        return 0.0
    part = place - low
    return shape[low] * (1 - part) + shape[low + 1] * part


def _flat(sample: Sequence[float], rate: float) -> Histogram:
    """Exponential times cut off behind the sample's longest; `rate` is how many of their means that is."""
    longest = edge(_last(sample)) * exp(STEP / 2) * (1 + 1 / fsum(sample))
    if rate == 0:
        below = [min(1.0, edge(bin) / longest) for bin in range(BINS + 1)]
    else:
        below = [expm1(-rate * min(1.0, edge(bin) / longest)) / expm1(-rate) for bin in range(BINS + 1)]
    below[0] = 0.0
    return _whole([after - before for before, after in pairwise(below)])
