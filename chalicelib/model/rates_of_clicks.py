"""How many of an affiliate's clicks convert, beside what is usual in the campaign."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from chalicelib.model import chance
from chalicelib.model.evidence import Case, Clicks

LEAST: Final = 50
"""An affiliate with so many clicks of a campaign has a say in what is usual there."""


class Rate(NamedTuple):
    """Conversions, clicks, and the conversions that so many clicks usually bring (0 where nobody knows)."""

    conversions: int = 0
    clicks: int = 0
    usual: float = 0.0

    @staticmethod
    def together(rates: Iterable["Rate"]) -> "Rate":
        """The sum over campaigns."""
        found = list(rates)
        return Rate(sum(r.conversions for r in found), sum(r.clicks for r in found), sum(r.usual for r in found))

    def is_low(self, times: float, at_most: float) -> bool:
        """Whether there are `times` fewer conversions than usual, and not by chance."""
        enough = self.usual >= times * max(self.conversions, 1)
        return enough and chance.at_most(self.conversions, self.usual * 0.75) < at_most


def rates(case: Case) -> dict[tuple[str, str], Rate]:
    """The rates by affiliate and campaign."""
    counts = Counter((claim.affiliate, claim.campaign) for claim in case.claims)
    places: dict[str, list[tuple[float, str]]] = defaultdict(list)
    for (affiliate, campaign), clicks in case.clicks.items():
        if clicks.all >= LEAST:
            places[campaign].append((counts[affiliate, campaign] / clicks.all, affiliate))
    for known in places.values():
        known.sort()
    found = {}
    for key, count in counts.items():
        all_ = case.clicks.get(key, Clicks()).all
        found[key] = Rate(count, all_, all_ * _middle(places[key[1]], key[0]))
    return found


def _middle(known: Sequence[tuple[float, str]], but: str) -> float:
    """The middle one of the other affiliates' rates, 0 if there are none: no flood can move it."""
    others = [rate for rate, who in known if who != but]
    return others[len(others) // 2] if others else 0.0
