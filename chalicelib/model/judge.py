"""The decision: what one sale means, given the click it names and all that was said of the same sale before.

Pure: the same question gives the same answer. `decide` returns the next fact to write, a Replay, or a Refusal. After
writing a fact the caller asks again while `more_follows` says so.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from chalicelib.model import terms
from chalicelib.model.click import Click
from chalicelib.model.day import accounting_day
from chalicelib.model.fact import NOWHERE, Fact, Standing, conversion_id, movement, next_fact
from chalicelib.model.money import Money
from chalicelib.model.network import DAY_MS, Campaign, Goal, Link
from chalicelib.model.sale import Refusal, Sale

AHEAD_MS: Final = 300_000
OLDEST_MS: Final = 90 * DAY_MS


@dataclass(frozen=True, slots=True)
class Ground:
    """Where a click stands: the click itself, its link and its campaign with terms."""

    click: Click
    link: Link
    campaign: Campaign


@dataclass(frozen=True, slots=True)
class Replay:
    """It was said before; `last` is where the conversion stands."""

    last: Fact


@dataclass(frozen=True, slots=True)
class Moment:
    """When we accept: Unix milliseconds and the accounting day they belong to."""

    ms: int
    day: str


def moment(now_ms: int, time_zone: str) -> Moment:
    """The acceptance time and its accounting day in the network's time zone."""
    return Moment(now_ms, accounting_day(now_ms, time_zone))


def identity(sale: Sale, goal: Goal, advertiser: str, shop: str) -> str | Refusal:
    """The conversion's id under the goal's `once_per`; a Refusal when the field it pays once for is missing.

    Test sales have identities of their own: they take nobody's key.
    """
    kind = "test" if sale.test else "live"
    match goal.once_per:
        case "order" if sale.order_id:
            return conversion_id(kind, "order", advertiser, shop, goal.name, sale.order_id)
        case "click" if sale.click_id:
            return conversion_id(kind, "click", advertiser, goal.name, sale.click_id)
        case "customer" if sale.customer:
            return conversion_id(kind, "customer", advertiser, goal.name, sale.customer)
    missing = {"order": "order_id_missing", "click": "click_id_missing", "customer": "customer_id_missing"}
    certain = sale.source == "browser" or goal.once_per == "click"
    return Refusal("rejected" if certain else "quarantined", missing[goal.once_per])


def decide(
    said: Sequence[Fact],
    sale: Sale,
    goal: Goal,
    conversion: str,
    ground: Ground | None,
    now: Moment,
    happened_ms: int | None = None,
) -> Fact | Replay | Refusal:
    """What `sale` adds to the facts `said` so far (in order of their numbers).

    `happened_ms` is when we heard of it first, if that is not now; a time that the sender says comes before it.
    """
    if not said:
        if sale.is_refund:
            return Refusal("rejected", "unknown_conversion")
        return _first(sale, goal, conversion, ground, now, happened_ms)
    answer = _later(said, sale, goal, ground, now)
    if isinstance(answer, Refusal):
        return replace(answer, conversion=conversion, state=said[-1].after.state)
    return answer


def expire(said: Sequence[Fact], now: Moment) -> Fact | Replay:
    """What becomes of a claim whose time to be confirmed is over."""
    last = said[-1]
    if last.after.confirmed or last.after.state != "pending":
        return Replay(last)
    return next_fact(last, "rejected", "unconfirmed", now.ms, now.day, _rejected(last.after, "unconfirmed"))


def approve_by_time(said: Sequence[Fact], now: Moment) -> Fact | Replay:
    """What becomes of a confirmed conversion whose review time is over."""
    last = said[-1]
    if not last.after.confirmed or last.after.state != "pending" or last.after.reason == "no_fx_rate":
        return Replay(last)
    return next_fact(last, "approved", "approved", now.ms, now.day, replace(last.after, state="approved", reason=""))


def more_follows(fact: Fact) -> bool:
    """Whether the sender's act is not done with this fact: a claim was taken back to be confirmed elsewhere."""
    return fact.after.reason == "reattributed"


def _later(said: Sequence[Fact], sale: Sale, goal: Goal, ground: Ground | None, now: Moment) -> Fact | Replay | Refusal:
    last = said[-1]
    if sale.source == "browser":
        return Replay(last)
    if sale.is_refund:
        return _refund(said, sale, now) if last.after.confirmed else Refusal("rejected", "unknown_conversion")
    if not last.after.confirmed:
        return _confirm(last, sale, goal, ground, now)
    return _difference(last, sale, goal) or _change(last, sale, now)


def _first(
    sale: Sale, goal: Goal, conversion: str, ground: Ground | None, now: Moment, happened_ms: int | None = None
) -> Fact | Refusal:
    """The booking of a sale. `happened_ms` is when it happened if the sender does not say; now if nobody knows."""
    if ground is None:
        return Refusal("rejected", "click_id_missing")
    click, link, campaign = ground.click, ground.link, ground.campaign
    known_ms = now.ms if happened_ms is None else happened_ms
    event_ms = known_ms if sale.event_ms is None else sale.event_ms
    untimely = _unbelievable(sale.event_ms, now.ms) or _untimely(event_ms - click.id.ms, campaign)
    if untimely:
        return Refusal("rejected", untimely)
    version = terms.in_force(campaign.terms, goal.name, link.affiliate, click.id.ms)
    if version is None:
        return Refusal("rejected", "no_terms")
    needs_amount = any(isinstance(rate, terms.RevShare) for rate in (version.commission, version.revenue))
    if needs_amount and sale.amount is None:
        return Refusal("quarantined" if sale.source == "server" else "rejected", "amount_missing")
    after = _earns(_opening(sale, goal), sale.amount, version.commission, version.revenue)
    return Fact(
        conversion=conversion,
        n=0,
        kind="booked",
        key="booked",
        at_ms=now.ms,
        event_ms=event_ms,
        day=now.day,
        source=sale.source,
        advertiser=campaign.advertiser,
        affiliate=link.affiliate,
        campaign=campaign.id,
        goal=goal.name,
        click_id=click.id.text,
        order_id=sale.order_id,
        amount=sale.amount,
        coupon=sale.coupon,
        customer=sale.customer,
        status_word=sale.status_word,
        test=sale.test,
        terms=version.version,
        commission_rate=str(version.commission),
        revenue_rate=str(version.revenue),
        after=after,
        moved=movement(NOWHERE, after),
        subs=click.subs,
        touches=tuple(touch for touch in sale.touches if touch != click.id.text),
    )


def _unbelievable(said_ms: int | None, now_ms: int) -> str:
    """The reason why the time that a sender says cannot be, or ''."""
    if said_ms is not None and said_ms > now_ms + AHEAD_MS:
        return "in_future"
    return "too_old" if said_ms is not None and said_ms < now_ms - OLDEST_MS else ""


def _untimely(since_ms: int, campaign: Campaign) -> str:
    """The reason why a sale this long after its click does not earn, or ''."""
    # event_time may be given in whole seconds, a click is known to the millisecond.
    if since_ms <= -1000:
        return "before_click"
    if since_ms > campaign.window_ms:
        return "outside_window"
    return "below_minimum_time" if since_ms < campaign.minimum_ms else ""


def _opening(sale: Sale, goal: Goal) -> Standing:
    """The opening state. The advertiser's own word is its review; without one the goal's rule decides."""
    if sale.source == "browser":
        return Standing("pending")
    if sale.status == "rejected":
        return Standing("rejected", "by_advertiser", confirmed=True)
    approved = sale.status == "approved" or (not sale.status and goal.review == "auto")
    return Standing("approved" if approved else "pending", confirmed=True)


def _earns(standing: Standing, amount: Money | None, commission: terms.Rate, revenue: terms.Rate) -> Standing:
    """The standing with its money: nothing when rejected, nothing yet when two currencies meet without a rate."""
    earned, owed = commission.earns(amount, standing.refunded), revenue.earns(amount, standing.refunded)
    if earned.currency != owed.currency:
        pending = standing.state if standing.state == "rejected" else "pending"
        return replace(
            standing,
            state=pending,
            reason=standing.reason or "no_fx_rate",
            commission=0,
            revenue=0,
            currency=earned.currency,
        )
    if standing.state == "rejected":
        return replace(standing, commission=0, revenue=0, currency=earned.currency)
    return replace(standing, commission=earned.minor, revenue=owed.minor, currency=earned.currency)


def _confirm(last: Fact, sale: Sale, goal: Goal, ground: Ground | None, now: Moment) -> Fact | Refusal:
    """A server speaks of a browser's claim. It is judged as if there were no claim: nothing a browser said is kept.

    So a claim earns nothing by itself: who guesses order ids in advance waits in vain, since only a server's word with
    the click id confirms. A rejection needs no click.
    """
    if ground is None and sale.status == "rejected":
        return next_fact(last, "rejected", "rejected", now.ms, now.day, _rejected(last.after, "by_advertiser"))
    heard = _first(sale, goal, last.conversion, ground, now, last.event_ms)
    if isinstance(heard, Refusal):
        return heard
    if last.after.state != "rejected" and _line(heard) != _line(last):
        # One fact moves one affiliate's money in one currency: the claim is taken back first, then confirmed elsewhere.
        gone = _rejected(last.after, "reattributed")
        return next_fact(last, "rejected", "reattributed", now.ms, now.day, gone)
    moved = movement(last.after, heard.after)
    return replace(heard, n=last.n + 1, kind="confirmed", key="confirmed", moved=moved, touches=())


def _rejected(standing: Standing, reason: str) -> Standing:
    return replace(standing, state="rejected", reason=reason, commission=0, revenue=0)


def _line(fact: Fact) -> tuple[str, str, str, str]:
    return fact.advertiser, fact.affiliate, fact.campaign, fact.after.currency


def _difference(last: Fact, sale: Sale, goal: Goal) -> Refusal | None:
    """The first field in which a server contradicts a server. What is not said contradicts nothing."""
    orders_differ = "" not in (sale.order_id, last.order_id) and sale.order_id != last.order_id
    differs = {
        "duplicate_click": goal.once_per == "click" and orders_differ,
        "duplicate_customer": goal.once_per == "customer" and orders_differ,
        "other_click": _other(sale.click_id, last.click_id),
        "other_currency": _is_foreign(sale.amount, last.amount),
        "other_amount": sale.amount is not None and sale.amount != last.amount,
        "other_coupon": _other(sale.coupon, last.coupon),
        "other_customer": _other(sale.customer, last.customer),
    }
    found = next((reason for reason, is_so in differs.items() if is_so), None)
    return Refusal("conflict", found) if found else None


def _is_foreign(said: Money | None, known: Money | None) -> bool:
    return said is not None and known is not None and said.currency != known.currency


def _other(said: str, known: str) -> bool:
    return said not in ("", known)


def _change(last: Fact, sale: Sale, now: Moment) -> Fact | Replay | Refusal:
    """A status word about a confirmed conversion: pending -> approved -> rejected, and no way back."""
    standing = last.after
    if sale.status in ("", "pending", standing.state):
        return Replay(last)
    if sale.status == "rejected":
        after = _rejected(standing, "by_advertiser")
        return next_fact(last, "rejected", "rejected", now.ms, now.day, after, sale.status_word)
    if standing.state == "rejected":
        return Refusal("rejected", "already_rejected")
    if standing.reason == "no_fx_rate":
        return Refusal("rejected", "no_fx_rate")
    after = replace(standing, state="approved", reason="")
    return next_fact(last, "approved", "approved", now.ms, now.day, after, sale.status_word)


def _refund(said: Sequence[Fact], sale: Sale, now: Moment) -> Fact | Replay | Refusal:
    """Money given back: the commission on what remains, less what is booked. Never more than the sale."""
    last, standing = said[-1], said[-1].after
    given = sale.refunded or sale.amount
    if last.amount is None or given is None:
        return Refusal("rejected", "amount_unknown")
    if _is_foreign(given, last.amount):
        return Refusal("conflict", "other_currency")
    # A fact's key holds what was said of the refund: the same id with another amount is no repetition.
    what = f"={given.minor}" if sale.refunded else f"{given.minor}"
    earlier = {id: what for _, what, id in (fact.key.split(" ", 2) for fact in said if fact.kind == "refunded")}
    if sale.refund_id in earlier and sale.refund_id:
        return Replay(last) if earlier[sale.refund_id] == what else Refusal("conflict", "other_amount")
    if standing.state == "rejected":
        return Refusal("rejected", "already_rejected")
    total = given.minor if sale.refunded else standing.refunded + given.minor
    refunded = min(total, last.amount.minor)
    if refunded <= standing.refunded:
        return Replay(last) if sale.refunded else Refusal("rejected", "nothing_left")
    rates = terms.rate(last.commission_rate), terms.rate(last.revenue_rate)
    after = _earns(replace(standing, refunded=refunded), last.amount, *rates)
    return next_fact(last, "refunded", f"refund {what} {sale.refund_id}", now.ms, now.day, after, sale.status_word)
