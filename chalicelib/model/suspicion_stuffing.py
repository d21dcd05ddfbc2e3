"""Cookie stuffing: clicks that no visitor has made, put upon people who may buy one day by themselves.

Next to none of them convert. That alone is no evidence: much honest traffic is poor. So something else must be there:
clicks from hidden frames and images, or fetched ahead, or without a page they came from; sales that come at any time
after the click; or buyers who knew the shop before.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Final

from chalicelib.model import chance
from chalicelib.model.evidence import Case, Claim, Clicks, Finding, by_campaign
from chalicelib.model.flatness import flatness
from chalicelib.model.rates_of_clicks import Rate, rates

CHANCE: Final = 1e-4
FEW: Final = 2.0
FEWER: Final = 6.0
"""So many times fewer clicks convert than usual; where clicks only name no page, as a newsletter's do not either."""

LOW_CHANCE: Final = 1e-3
"""So likely by chance may a low rate be. Next to it stands a second mark, with a chance of its own."""

MOST: Final = 0.3
SURE: Final = 9.0
LATER: Final = 0.6
LEAST: Final = 5


def findings(case: Case) -> Iterator[Finding]:
    """Conversions of affiliates that stuff cookies, by campaign."""
    known, campaigns = rates(case), by_campaign(case.claims)
    for (affiliate, campaign), rate in known.items():
        claims = campaigns[campaign]
        mine = [claim for claim in claims if claim.affiliate == affiliate]
        others = [claim for claim in claims if claim.affiliate != affiliate]
        why = _hidden(case, affiliate, campaign, rate) or (
            _poor(case, affiliate, mine, others, rate) if rate.is_low(FEW, LOW_CHANCE) else ""
        )
        for claim in mine if why else ():
            yield Finding(claim.id, "cookie_stuffing", f"{rate.conversions} sales of {rate.clicks} clicks; {why}")


def _hidden(case: Case, affiliate: str, campaign: str, rate: Rate) -> str:
    """Clicks from frames and images. They need not be as rare in sales, for no visitor makes them."""
    clicks = case.clicks.get((affiliate, campaign), Clicks())
    if rate.conversions * 2 > rate.usual:
        return ""
    return _stands_out(case, affiliate, campaign, clicks.hidden, "hidden", "come from hidden frames or images")


def _poor(case: Case, affiliate: str, mine: Sequence[Claim], others: Sequence[Claim], rate: Rate) -> str:
    """What else speaks against an affiliate next to none of whose clicks convert."""
    campaign = mine[0].campaign
    clicks = case.clicks[affiliate, campaign]
    found = _known(mine, others, case.affiliates) or _flat(mine, others)
    if not found and _is_early(mine):
        found = _stands_out(case, affiliate, campaign, clicks.early, "early", "were fetched ahead")
    if not found and rate.is_low(FEWER, LOW_CHANCE):
        found = _stands_out(case, affiliate, campaign, clicks.bare, "bare", "name no page they come from")
    return found


def _is_early(mine: Sequence[Claim]) -> bool:
    """Whether sales follow the clicks that were fetched ahead. A browser's own are followed by a visitor's click."""
    return 2 * sum(claim.seen.early for claim in mine if claim.seen) > len(mine)


def _stands_out(case: Case, affiliate: str, campaign: str, count: int, mark: str, words: str) -> str:
    """Whether most of the clicks have a mark that few of the others' have."""
    mine = case.clicks[affiliate, campaign]
    others = Clicks()
    for (who, where), clicks in case.clicks.items():
        if where == campaign and who != affiliate:
            others = others.plus(clicks)
    marked: int = getattr(others, mark)
    usual = (marked + 0.5) / (others.all + 1)
    share = count / mine.all if mine.all else 0.0
    clear = share >= MOST and share - usual > 0.5 * (1 - usual) * (share >= 0.6) + usual * 2 * (share < 0.6)
    if clear and chance.at_least(count, mine.all * usual) * len(case.clicks) < CHANCE:
        return f"{share:.0%} of its clicks {words}, {usual:.0%} of others'"
    return ""


def _known(mine: Sequence[Claim], others: Sequence[Claim], tests: int) -> str:
    """Whether its buyers knew the shop before, unlike others'."""
    knows: Callable[[Sequence[Claim]], list[bool]] = lambda claims: [  # noqa: E731
        claim.returning for claim in claims if claim.returning is not None
    ]
    here, there = knows(mine), knows(others)
    usual = (sum(there) + 0.5) / (len(there) + 1)
    count = sum(here)
    clear = count >= LEAST and len(there) >= 10 * LEAST and count / len(here) - usual > 0.5 * (1 - usual)
    if clear and chance.share_at_least(count, len(here), usual) * tests < CHANCE:
        return f"{count} of {len(here)} buyers knew the shop before, {usual:.0%} of others'"
    return ""


def _flat(mine: Sequence[Claim], others: Sequence[Claim]) -> str:
    """Whether its sales come at any time after the click."""
    own, rest = (
        chance.histogram(claim.seconds for claim in claims if claim.seconds is not None) for claims in (mine, others)
    )
    if sum(own) < LEAST or sum(rest) < 10 * LEAST or chance.distance(own, rest).later < LATER:
        return ""
    found = flatness(own, rest)
    return f"{found.share:.0%} of its sales come at any time" if found.ratio > SURE else ""
