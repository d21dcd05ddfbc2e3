"""The booking: what one sale earns for whoever brought it, under the terms of its click's time.

It knows nothing of what was said of the same sale before; model.judge does.
"""

from dataclasses import dataclass
from typing import Final

from chalicelib.model import life, pricing, terms
from chalicelib.model.answer import Moment
from chalicelib.model.click import Click
from chalicelib.model.clickid import VIEW
from chalicelib.model.credit import Credit
from chalicelib.model.fact import NOWHERE, Fact, Standing, moves
from chalicelib.model.network import DAY_MS, Campaign, Goal, Link
from chalicelib.model.pricing import Pinned, Rates
from chalicelib.model.rate_text import per_conversion
from chalicelib.model.rates import Basis
from chalicelib.model.sale import KEY_CHARACTERS, Refusal, Sale
from chalicelib.model.terms import Terms

AHEAD_MS: Final = 300_000
OLDEST_MS: Final = 90 * DAY_MS
SAME_SECOND_MS: Final = 1000
"""A time that is said may be given in whole seconds, a click is known to the millisecond."""


@dataclass(frozen=True, slots=True)
class Ground:
    """Who brought a conversion and where: the click if there is one, its link, and the campaign with its terms.

    Without a click (coupon, call, by hand, a customer's later payment) `link` says only which affiliate and campaign,
    and terms are pinned by `pinned_ms`: the customer's first payment, or the conversion's own time if that is None.
    `due_in` is the affiliate's currency, '' for an affiliate that earns in each campaign's own. `credits` says who
    shares the commission, where several do: then the terms are those of the link's own affiliate, the last one. `how`
    says why it is this affiliate's, '' for the plain last click.
    """

    click: Click | None
    link: Link
    campaign: Campaign
    due_in: str = ""
    pinned_ms: int | None = None
    credits: tuple[Credit, ...] = ()
    how: str = ""


def book(
    sale: Sale,
    goal: Goal,
    conversion: str,
    ground: Ground | None,
    now: Moment,
    happened_ms: int | None,
    rates: Rates,
) -> Fact | Refusal:
    """The booking of a sale. `happened_ms` is when it happened if the sender does not say; now if nobody knows."""
    if ground is None:
        return Refusal("rejected", "click_id_missing")
    click, campaign = ground.click, ground.campaign
    known_ms = now.ms if happened_ms is None else happened_ms
    event_ms = known_ms if sale.event_ms is None else sale.event_ms
    untimely = _unbelievable(sale.event_ms, now.ms) or (click and _untimely(event_ms - click.id.ms, click, campaign))
    if untimely:
        return Refusal("rejected", untimely)
    pinned_ms = event_ms if ground.pinned_ms is None else ground.pinned_ms
    version = terms.in_force(campaign.terms, goal.name, ground.link.affiliate, click.id.ms if click else pinned_ms)
    if version is None:
        return Refusal("rejected", "no_terms")
    commission, revenue = per_conversion(version.commission), per_conversion(version.revenue)
    if sale.amount is None and (commission.needs_amount or revenue.needs_amount):
        return Refusal("rejected" if sale.source == "browser" else "quarantined", "amount_missing")
    basis = Basis(sale.amount, sale.deductions, 0, sale.seconds or 0)
    dues_in = tuple(credit.due_in for credit in ground.credits)
    plain = pricing.pinned(version.commission, version.revenue, campaign.currency, ground.due_in, "", dues_in)
    by = pricing.quoted(plain, basis, rates, now.day)
    after = pricing.standing(_opening(sale, goal), basis, by)
    return _fact(sale, goal, conversion, ground, version, now, event_ms, by, after)


def _fact(
    sale: Sale,
    goal: Goal,
    conversion: str,
    ground: Ground,
    version: Terms,
    now: Moment,
    event_ms: int,
    by: Pinned,
    after: Standing,
) -> Fact:
    """The first fact of a conversion, with all that is pinned to it."""
    click, campaign = ground.click, ground.campaign
    moved, parts = moves(NOWHERE, after, ground.credits)
    return Fact(
        conversion=conversion,
        n=0,
        kind="booked",
        key=life.opening_key(sale.tax, sale.shipping),
        at_ms=now.ms,
        event_ms=event_ms,
        day=now.day,
        source=sale.source,
        advertiser=campaign.advertiser,
        affiliate=ground.link.affiliate,
        campaign=campaign.id,
        goal=goal.name,
        click_id=click.id.text if click else "",
        order_id=sale.order_id,
        amount=sale.amount,
        coupon=sale.coupon,
        customer=sale.customer,
        status_word=sale.status_word,
        test=sale.test,
        terms=version.version,
        commission_rate=version.commission,
        revenue_rate=version.revenue,
        after=after,
        moved=moved,
        subs=click.subs if click else (),
        touches=_touches(sale, click),
        deductions=sale.deductions,
        seconds=sale.seconds or 0,
        caller=sale.caller,
        hold_days=campaign.hold_days,
        fx=str(by.quotes) if by.quotes.date else "",
        due_in=by.due_in,
        credits=ground.credits,
        parts=parts,
        how=ground.how,
    )


def _touches(sale: Sale, click: Click | None) -> tuple[str, ...]:
    """The click ids that a sale names beside the one it is attributed by; no text that is too long to be one."""
    mine = click.id.text if click else ""
    named = (touch for touch in (sale.click_id, *sale.touches) if touch not in ("", mine))
    return tuple(dict.fromkeys(touch for touch in named if len(touch) <= KEY_CHARACTERS))


def _unbelievable(said_ms: int | None, now_ms: int) -> str:
    """The reason why the time that a sender says cannot be, or ''."""
    if said_ms is not None and said_ms > now_ms + AHEAD_MS:
        return "in_future"
    return "too_old" if said_ms is not None and said_ms < now_ms - OLDEST_MS else ""


def _untimely(since_ms: int, seen: Click, campaign: Campaign) -> str:
    """The reason why a sale this long after its click, or what was only seen, does not earn, or ''."""
    if since_ms <= -SAME_SECOND_MS:
        return "before_click"
    if seen.id.variant == VIEW:
        return "outside_window" if not campaign.view_ms or since_ms > campaign.view_ms else ""
    if since_ms > campaign.window_ms:
        return "outside_window"
    return "below_minimum_time" if since_ms < campaign.minimum_ms else ""


def _opening(sale: Sale, goal: Goal) -> Standing:
    """The opening state. The advertiser's own word is its review; without one the goal's rule decides."""
    if sale.source == "browser":
        return Standing("pending")
    if sale.status == "rejected":
        return Standing("rejected", sale.reason or "by_advertiser", confirmed=True)
    if sale.source == "call" and not sale.caller:
        return Standing("pending", "caller_withheld", confirmed=True)
    approved = sale.status == "approved" or (not sale.status and goal.review == "auto")
    return Standing("approved" if approved else "pending", confirmed=True)
