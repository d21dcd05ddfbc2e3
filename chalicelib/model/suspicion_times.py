"""What the times from click to conversion say of an affiliate: click flooding, and clicks in the last second.

Who floods clicks hopes that one of them comes before a sale which comes anyway: the times are later than those of the
campaign's other affiliates, and flat (see model.flatness). Who injects clicks waits until a sale is about to happen:
many times of a few seconds, and next to none of half a minute.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from chalicelib.model import chance
from chalicelib.model.chance import Histogram
from chalicelib.model.evidence import Case, Claim, Finding, by_affiliate, by_campaign
from chalicelib.model.flatness import flatness
from chalicelib.model.rates_of_clicks import Rate, rates

LEAST: Final = 50
"""So many conversions are needed, of the affiliate and of the others, before times are compared."""

CHANCE: Final = 1e-4
"""What is held happens by chance to one network in ten thousand."""

FAR: Final = 0.12
FURTHER: Final = 0.3
VERY_FAR: Final = 0.8
"""How much later than others' an affiliate's times come: what is looked at; what is suspicious where next to none of
the clicks convert; and what is anyway."""

SURE: Final = 6.0
SURER: Final = 25.0
"""Flat times must explain an affiliate's so much better (a log likelihood ratio) than the usual ones, if all of them
are flat; and so much if only some are."""

PURE: Final = 0.95
NEARLY_PURE: Final = 0.85
MOSTLY: Final = 0.75

NEARLY: Final = 0.93
"""The shortest limit with so many of the conversions within the longest is taken."""

LEAST_SHORT: Final = 3
GAP_CHANCE: Final = 0.04
FEW_EXCEED: Final = 0.85
SAYING: Final = 5
"""An affiliate with so many conversions, and so many of those affiliates, say what is usual."""

SHORT: Final = (2, 3, 5, 8, 10, 12, 15, 20, 30)
"""Seconds; nobody reads a page, fills a basket and pays in less."""


def findings(case: Case) -> Iterator[Finding]:
    """Conversions of affiliates whose times are those of flooding or injection."""
    timed = [claim for claim in case.claims if claim.seconds is not None and claim.campaign]
    yield from _flooding(timed, case)
    yield from _last_second(timed, case)


def _flooding(timed: Sequence[Claim], case: Case) -> Iterator[Finding]:
    """Look again without what was found, as often as something is: who floods hides behind others who do."""
    known = rates(case)
    groups = [group for claims in by_affiliate(timed).values() for group in _groups(claims)]
    tests, rest, found = len(groups), list(timed), [timed]
    while found:
        whole = {id: _times(claims) for id, claims in by_campaign(rest).items()}
        found = []
        for group in groups:
            if flood := _flood(group, whole, _is_low(group, known), tests):
                found.append(group)
                yield from flood
        groups = [group for group in groups if not any(group is one for one in found)]
        gone = {claim.id for group in found for claim in group}
        rest = [claim for claim in rest if claim.id not in gone]


def _flood(group: Sequence[Claim], whole: Mapping[str, Histogram], is_low: bool, tests: int) -> list[Finding]:
    mine = _times(group)
    others, effective = _others(group, whole)
    apart = chance.distance(mine, others, effective)
    is_later = apart.later > max(FAR, apart.earlier)
    if effective < LEAST or not is_later or apart.chance * tests > CHANCE:
        return []
    flat = flatness(mine, others)
    if flat.ratio < _needed(apart.later, flat.share, is_low):
        return []
    why = f"{len(group)} times, {apart.later:.0%} later than others', {flat.share:.0%} of them flat"
    least = 0.1 if flat.share > MOSTLY else 0.5
    return [
        Finding(claim.id, "click_flooding", why)
        for claim in group
        if flat.posterior[chance.bin_of(claim.seconds or 0)] >= least
    ]


def _needed(later: float, share: float, is_low: bool) -> float:
    """How much better flat times must explain what is found. The odder it is anyway, the less."""
    if is_low and later >= FURTHER and share >= NEARLY_PURE:
        return 0.0
    if later >= VERY_FAR:
        return 2.0
    return SURE if share >= PURE else SURER


def _groups(claims: Sequence[Claim]) -> Iterator[list[Claim]]:
    """An affiliate's claims by campaign where there are enough; all others together."""
    rest: list[Claim] = []
    for group in by_campaign(claims).values():
        if len(group) >= LEAST:
            yield group
        else:
            rest += group
    if len(rest) >= LEAST:
        yield rest


def _others(group: Sequence[Claim], whole: Mapping[str, Histogram]) -> tuple[Histogram, float]:
    """The times of others in the same campaigns, in the same mixture; and how many they are worth."""
    found, squares = [0.0] * chance.BINS, 0.0
    for id, mine in by_campaign(group).items():
        theirs = [all - own for all, own in zip(whole[id], _times(mine), strict=True)]
        count = sum(theirs)
        weight = len(mine) / count if count else 0.0
        found = [sum_ + weight * one for sum_, one in zip(found, theirs, strict=True)]
        squares += weight * weight * count
    return found, sum(found) ** 2 / squares if squares else 0.0


def _is_low(group: Sequence[Claim], known: Mapping[tuple[str, str], Rate]) -> bool:
    """Whether far fewer of the affiliate's clicks convert than of others'."""
    found = [known[claims[0].affiliate, id] for id, claims in by_campaign(group).items()]
    return Rate.together(found).is_low(2.0, CHANCE)


def _last_second(timed: Sequence[Claim], case: Case) -> Iterator[Finding]:
    """The longest time up to which there are far more conversions than of others, with a gap behind it."""
    places: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    for claim in timed:
        places[claim.campaign][claim.affiliate].append(claim.seconds or 0.0)
    tests = len(SHORT) * case.affiliates
    for affiliate, claims in by_affiliate(timed).items():
        times = [claim.seconds or 0.0 for claim in claims]
        limits = [one for one in SHORT if _is_injected(affiliate, times, one, places, tests)]
        if not limits:
            continue
        most = _below(times, limits[-1])
        limit = next(one for one in limits if _below(times, one) >= NEARLY * most)
        for claim, seconds in zip(claims, times, strict=True):
            if seconds <= limit:
                why = f"{seconds:.1f} s after the click, as {_below(times, limit)} of {len(times)} within {limit} s"
                yield Finding(claim.id, "last_second", why)


def _is_injected(
    affiliate: str,
    times: Sequence[float],
    limit: int,
    places: Mapping[str, Mapping[str, Sequence[float]]],
    tests: int,
) -> bool:
    count, near = _below(times, limit), _below(times, 4 * limit)
    gap = 2 if limit <= 10 else 3 if limit <= 15 else 4
    # Where times have a shape, more lie between a short one and four times as much than below it.
    if count < LEAST_SHORT or count < gap * (near - count) or chance.share_at_least(count, near, 0.5) > GAP_CHANCE:
        return False
    here = [found for found in places.values() if affiliate in found]
    expected = sum(len(found[affiliate]) * _usual(found, affiliate, limit) for found in here)
    return chance.at_least(count, expected) * tests < CHANCE


def _usual(found: Mapping[str, Sequence[float]], but: str, limit: int) -> float:
    """What share of conversions may be so short in a campaign without being odd: what few of the others exceed.

    So coupon sites, whose visitors are quick, are usual where there are some, and a few others who inject are not.
    Where too few have a say, all others together have it.
    """
    others = [times for affiliate, times in found.items() if affiliate != but]
    count = sum(map(len, others))
    large = sorted(_below(times, limit) / len(times) for times in others if len(times) >= SAYING)
    if len(large) < SAYING:
        return (sum(_below(times, limit) for times in others) + 0.5) / (count + 1)
    return max(0.5 / (count + 1), large[int(FEW_EXCEED * (len(large) - 1))])


def _below(times: Sequence[float], limit: float) -> int:
    return sum(seconds <= limit for seconds in times)


def _times(claims: Sequence[Claim]) -> Histogram:
    return chance.histogram(claim.seconds for claim in claims if claim.seconds is not None)
