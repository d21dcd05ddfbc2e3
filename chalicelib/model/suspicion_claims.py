"""What claims say that nobody's browser made: the affiliate's own pixel, and one order under several goals."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final

from chalicelib.model import chance
from chalicelib.model.evidence import Case, Claim, Finding, by_affiliate

CHANCE: Final = 1e-4
LEAST: Final = 3
MOST_USUAL: Final = 0.02
"""A shop in which more than so many orders have several goals, with several affiliates, means it so."""

Mark = Callable[[Claim], bool | None]
"""Something about a claim, None where nobody knows."""

MARKS: Final[tuple[tuple[str, Mark], ...]] = (
    ("no server has confirmed it", lambda claim: None if claim.confirmed is None else not claim.confirmed),
    ("its visitor was never seen on the page", lambda claim: None if claim.landed is None else not claim.landed),
    ("its click was never seen", lambda claim: claim.seen is None if claim.click else None),
    ("no browser sent it", lambda claim: not claim.agent.startswith("Mozilla/") if claim.agent else None),
)


def findings(case: Case) -> Iterator[Finding]:
    """Claims that the affiliate itself has made, and orders that were claimed more than once."""
    claims = [claim for claim in case.claims if claim.browser is not False and not claim.confirmed]
    yield from _own_network(case, claims)
    browsers = [claim for claim in case.claims if claim.browser]
    for words, mark in MARKS:
        yield from _marked(browsers, words, mark, case.affiliates)
    yield from _one_place(browsers, case.affiliates)
    yield from _duplicates(case)


def _own_network(case: Case, claims: Sequence[Claim]) -> Iterator[Finding]:
    for claim in claims:
        account = case.accounts.get(claim.affiliate)
        if account and claim.network and claim.network in account.networks:
            yield Finding(claim.id, "own_pixel", "claimed from the affiliate's own network")


def _marked(claims: Sequence[Claim], words: str, mark: Mark, tests: int) -> Iterator[Finding]:
    """Claims with a mark that most of an affiliate's have, and few of the others'."""
    known = [(claim, is_so) for claim in claims if (is_so := mark(claim)) is not None]
    total, marked = len(known), sum(is_so for _, is_so in known)
    of = by_affiliate(claim for claim, _ in known)
    bad = by_affiliate(claim for claim, is_so in known if is_so)
    for affiliate, found in bad.items():
        count, all_ = len(found), len(of[affiliate])
        usual = (marked - count + 0.5) / (total - all_ + 1)
        clear = count >= LEAST and (count / all_ - usual) > 0.5 * (1 - usual)
        if clear and chance.share_at_least(count, all_, min(1.0, usual)) * tests < CHANCE:
            for claim in found:
                yield Finding(claim.id, "own_pixel", f"{words}, like {count} of {all_} of the affiliate's")


def _one_place(claims: Sequence[Claim], tests: int) -> Iterator[Finding]:
    """Unconfirmed claims of an affiliate that come from one network, while their clicks came from many others."""
    strange = [
        claim
        for claim in claims
        if claim.network and not claim.confirmed and claim.seen and claim.seen.network not in ("", claim.network)
    ]
    anywhere: dict[str, int] = defaultdict(int)
    for claim in claims:
        anywhere[claim.network] += 1
    for mine in by_affiliate(strange).values():
        places: dict[str, list[Claim]] = defaultdict(list)
        for claim in mine:
            places[claim.network].append(claim)
        for network, found in places.items():
            others = anywhere[network] - len(found)
            usual = (others + 0.5) / (len(claims) - len(found) + 1)
            clear = len(found) >= LEAST and len({claim.seen.network for claim in found if claim.seen}) >= LEAST
            if clear and chance.share_at_least(len(found), len(mine), usual) * tests * len(places) < CHANCE:
                for claim in found:
                    why = f"one of {len(found)} claims from one network, whose clicks came from others"
                    yield Finding(claim.id, "own_pixel", why)


def _duplicates(case: Case) -> Iterator[Finding]:
    """Orders that were claimed under several goals, unless the shop's orders usually are.

    All claims of the affiliate that did it are held: which one is true is for a person to say. An affiliate that had
    claimed the order before is left alone, and so is a claim that a server has confirmed, beside others it has not.
    """
    orders: dict[tuple[str, str], list[Claim]] = defaultdict(list)
    for claim in case.claims:
        if claim.order:
            orders[claim.advertiser or claim.campaign, claim.order].append(claim)
    several = {key: claims for key, claims in orders.items() if len({claim.goal for claim in claims}) > 1}
    usual = _usual(orders.values(), several.values())
    for (shop, _), claims in several.items():
        claims.sort(key=lambda claim: (claim.at, claim.told, claim.id))
        goals = {claim.goal for claim in claims}
        for claim in _guilty(claims):
            if not usual(shop, frozenset(goals), claim.affiliate):
                yield Finding(claim.id, "duplicate_orders", f"one order under the goals {', '.join(sorted(goals))}")


def _guilty(claims: Sequence[Claim]) -> Iterator[Claim]:
    first = claims[0]
    mine = {claim.affiliate: {one.goal for one in claims if one.affiliate == claim.affiliate} for claim in claims}
    doubts = any(claim.browser and not claim.confirmed for claim in claims)
    for claim in claims:
        is_alone = claim.affiliate == first.affiliate and len(mine[claim.affiliate]) == 1
        is_proven = doubts and (claim.confirmed or claim.browser is False)
        if not is_alone and not is_proven:
            yield claim


def _usual(orders: Iterable[list[Claim]], several: Iterable[list[Claim]]) -> Callable[[str, frozenset[str], str], bool]:
    """Whether it is usual in a shop, for an affiliate, that an order has just these goals."""
    all_: dict[str, Counter[str]] = defaultdict(Counter)
    both: dict[tuple[str, frozenset[str]], Counter[str]] = defaultdict(Counter)
    for claims in orders:
        all_[claims[0].advertiser or claims[0].campaign].update({claim.affiliate for claim in claims})
    for claims in several:
        goals = frozenset(claim.goal for claim in claims)
        both[claims[0].advertiser or claims[0].campaign, goals].update({claim.affiliate for claim in claims})

    def is_usual(shop: str, goals: frozenset[str], affiliate: str) -> bool:
        found = both[shop, goals]
        mine, of = found[affiliate], all_[shop][affiliate]
        rest = all_[shop].total() - of
        share = (found.total() - mine) / rest if rest else 0.0
        if len(found.keys() - {affiliate}) < LEAST or share < MOST_USUAL:
            return False
        return mine < LEAST or mine / of < 5 * share or chance.share_at_least(mine, of, share) > CHANCE

    return is_usual
