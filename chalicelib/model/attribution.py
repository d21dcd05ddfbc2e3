"""Which touches earn from a sale, by the campaign's own rule.

Touches are the clicks that led to a sale, as far as they are known: the click id that is named with it, those that the
tag has collected, and the one that brought the customer before. Only clicks of the same campaign count, and only those
inside its window.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from chalicelib.model.clickid import ClickId
from chalicelib.model.credit import SHARING, Credit, weights
from chalicelib.model.network import Affiliate, Campaign, Link


class Touch(NamedTuple):
    """A click with the link that was followed and the affiliate whose it is."""

    id: ClickId
    link: Link
    affiliate: Affiliate


class Earning(NamedTuple):
    """Who earns: the touch whose affiliate's terms apply, and, where several share, their credits.

    `how` says it in a word for people, '' for the plain last click.
    """

    touch: Touch
    credits: tuple[Credit, ...]
    how: str


def is_plain(campaign: Campaign) -> bool:
    """Whether the click that is named with a sale is all there is to know."""
    return campaign.attribution == "last" and not campaign.stand_down_ms


def earning(touches: Iterable[Touch], campaign: Campaign, happened_ms: int) -> Earning | None:
    """Who earns from a sale at `happened_ms`; None if no touch lies inside the window.

    A click in the same second as the sale may be a little later by the clocks of two machines, and counts.
    """
    inside = {
        touch.id.text: touch
        for touch in touches
        if touch.link.campaign == campaign.id and -1000 < happened_ms - touch.id.ms <= campaign.window_ms
    }
    path = sorted(inside.values(), key=lambda touch: (touch.id.ms, touch.id.text))
    if not path:
        return None
    left = _standing_down(path, campaign, happened_ms)
    how = "stand_down" if left[-1] is not path[-1] else ""
    if campaign.attribution == "first":
        return Earning(left[0], (), "first")
    if campaign.attribution in SHARING:
        credits = _credits(left, campaign)
        return Earning(left[-1], credits if len(credits) > 1 else (), campaign.attribution)
    return Earning(left[-1], (), how)


def _standing_down(path: Sequence[Touch], campaign: Campaign, happened_ms: int) -> Sequence[Touch]:
    """The touches without those that came at the till, if anybody else's is left."""
    if not campaign.stand_down_ms:
        return path
    left = [touch for touch in path if not touch.affiliate.kind or happened_ms - touch.id.ms > campaign.stand_down_ms]
    return left if any(not touch.affiliate.kind for touch in left) else path


def _credits(path: Sequence[Touch], campaign: Campaign) -> tuple[Credit, ...]:
    """One for each affiliate of a path, in the order in which they came."""
    counts: dict[str, int] = {}
    newest: dict[str, Touch] = {}
    for touch, weight in zip(path, weights(campaign.attribution, len(path)), strict=True):
        counts[touch.affiliate.id] = counts.get(touch.affiliate.id, 0) + weight
        newest[touch.affiliate.id] = touch
    return tuple(
        Credit(affiliate, newest[affiliate].id.text, weight, newest[affiliate].affiliate.currency)
        for affiliate, weight in counts.items()
    )
