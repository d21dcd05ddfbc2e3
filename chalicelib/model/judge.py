"""The decision: what one sale means, given the click it names and all that was said of the same sale before.

Pure: the same question gives the same answer. `decide` returns the next fact to write, a Replay, or a Refusal. After
writing a fact the caller asks again while `more_follows` says so.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from chalicelib.model import life, pricing, terms
from chalicelib.model.act import Act, Amend, Approve, Correct, Dispute, Refund, Reject
from chalicelib.model.answer import Moment, Replay, moment
from chalicelib.model.click import Click
from chalicelib.model.fact import NOWHERE, Fact, Standing, conversion_id, movement, next_fact
from chalicelib.model.money import Money
from chalicelib.model.network import DAY_MS, Campaign, Goal, Link
from chalicelib.model.pricing import Rates, no_rates
from chalicelib.model.rate_text import per_conversion
from chalicelib.model.rates import Basis
from chalicelib.model.sale import Refusal, Sale

__all__ = ["Ground", "Moment", "Replay", "decide", "identity", "moment", "more_follows"]

AHEAD_MS: Final = 300_000
OLDEST_MS: Final = 90 * DAY_MS


@dataclass(frozen=True, slots=True)
class Ground:
    """Who brought a conversion and where: the click if there is one, its link, and the campaign with its terms.

    Without a click (coupon, call, by hand, a customer's later payment) `link` says only which affiliate and campaign,
    and terms are pinned by `pinned_ms`: the customer's first payment, or the conversion's own time if that is None.
    `due_in` is the affiliate's currency, '' for an affiliate that earns in each campaign's own.
    """

    click: Click | None
    link: Link
    campaign: Campaign
    due_in: str = ""
    pinned_ms: int | None = None


def identity(sale: Sale, goal: Goal, advertiser: str, shop: str) -> str | Refusal:
    """The conversion's id under the goal's `once_per`; a Refusal when the field it pays once for is missing.

    Test sales have identities of their own: they take nobody's key. A call is told by the telephone system's own id.
    What a person books under a goal that pays once per click has no click, so the person names it.
    """
    kind = "test" if sale.test else "live"
    if sale.call_id:
        return conversion_id(kind, "call", advertiser, sale.call_id)
    match goal.once_per:
        case "order" if sale.order_id:
            return conversion_id(kind, "order", advertiser, shop, goal.name, sale.order_id)
        case "click" if sale.source == "hand" and sale.order_id:
            return conversion_id(kind, "hand", advertiser, goal.name, sale.order_id)
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
    rates: Rates = no_rates,
) -> Fact | Replay | Refusal:
    """What `sale` adds to the facts `said` so far (in order of their numbers).

    `happened_ms` is when we heard of it first, if that is not now; a time that the sender says comes before it.
    `rates` gives the quotes of a day, and is asked only when two currencies meet.
    """
    if not said:
        # A call is booked by the door that hears calls: what a postback says of one is about a known call.
        if sale.is_change or (sale.call_id and sale.source == "server"):
            return Refusal("rejected", "unknown_conversion")
        return _first(sale, goal, conversion, ground, now, happened_ms, rates)
    answer = _later(said, sale, goal, ground, now, rates)
    if isinstance(answer, Refusal):
        return replace(answer, conversion=conversion, state=said[-1].after.state)
    return answer


def more_follows(fact: Fact) -> bool:
    """Whether the sender's act is not done with this fact: a claim was taken back to be confirmed elsewhere."""
    return fact.after.reason == "reattributed"


def _later(
    said: Sequence[Fact], sale: Sale, goal: Goal, ground: Ground | None, now: Moment, rates: Rates
) -> Fact | Replay | Refusal:
    last = said[-1]
    if sale.source == "browser":
        return Replay(last)
    if sale.is_change:
        act = _act(sale)
        return life.change(said, act, now) if last.after.confirmed else Refusal("rejected", "unknown_conversion")
    if not last.after.confirmed:
        return _confirm(said, sale, goal, ground, now, rates)
    differs, answer = _difference(said, sale, goal), _status(said, sale, now)
    if differs and isinstance(answer, Replay) and _was_so(said, sale, goal):
        return answer
    return differs or answer


def _first(
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
    click, affiliate, campaign = ground.click, ground.link.affiliate, ground.campaign
    known_ms = now.ms if happened_ms is None else happened_ms
    event_ms = known_ms if sale.event_ms is None else sale.event_ms
    untimely = _unbelievable(sale.event_ms, now.ms) or (click and _untimely(event_ms - click.id.ms, campaign))
    if untimely:
        return Refusal("rejected", untimely)
    pinned_ms = event_ms if ground.pinned_ms is None else ground.pinned_ms
    version = terms.in_force(campaign.terms, goal.name, affiliate, click.id.ms if click else pinned_ms)
    if version is None:
        return Refusal("rejected", "no_terms")
    commission, revenue = per_conversion(version.commission), per_conversion(version.revenue)
    if sale.amount is None and (commission.needs_amount or revenue.needs_amount):
        return Refusal("rejected" if sale.source == "browser" else "quarantined", "amount_missing")
    basis = Basis(sale.amount, sale.deductions, 0, sale.seconds or 0)
    plain = pricing.pinned(version.commission, version.revenue, campaign.currency, ground.due_in, "")
    by = pricing.quoted(plain, basis, rates, now.day)
    after = pricing.standing(_opening(sale, goal), basis, by)
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
        affiliate=affiliate,
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
        moved=movement(NOWHERE, after),
        subs=click.subs if click else (),
        touches=_touches(sale, click),
        deductions=sale.deductions,
        seconds=sale.seconds or 0,
        caller=sale.caller,
        hold_days=campaign.hold_days,
        fx=str(by.quotes) if by.quotes.date else "",
        due_in=by.due_in,
    )


def _touches(sale: Sale, click: Click | None) -> tuple[str, ...]:
    """The click ids that a sale names beside the one it is attributed by."""
    if click is None:
        return tuple(dict.fromkeys(touch for touch in (sale.click_id, *sale.touches) if touch))
    return tuple(touch for touch in sale.touches if touch != click.id.text)


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
        return Standing("rejected", sale.reason or "by_advertiser", confirmed=True)
    if sale.source == "call" and not sale.caller:
        return Standing("pending", "caller_withheld", confirmed=True)
    approved = sale.status == "approved" or (not sale.status and goal.review == "auto")
    return Standing("approved" if approved else "pending", confirmed=True)


def _confirm(
    said: Sequence[Fact], sale: Sale, goal: Goal, ground: Ground | None, now: Moment, rates: Rates
) -> Fact | Replay | Refusal:
    """A server speaks of a browser's claim. It is judged as if there were no claim: nothing a browser said is kept.

    So a claim earns nothing by itself: who guesses order ids in advance waits in vain, since only a server's word with
    the click id confirms. A rejection needs no click.
    """
    last = said[-1]
    if ground is None and sale.status == "rejected":
        return life.change(said, _rejection(sale), now)
    heard = _first(sale, goal, last.conversion, ground, now, last.event_ms, rates)
    if isinstance(heard, Refusal):
        return heard
    if last.after.state != "rejected" and _line(heard) != _line(last):
        # One fact moves one affiliate's money in one currency: the claim is taken back first, then confirmed elsewhere.
        gone = life.rejected(last.after, "reattributed")
        return next_fact(last, "rejected", "reattributed", now.ms, now.day, gone)
    moved = movement(last.after, heard.after)
    key = heard.key.replace("booked", "confirmed", 1)
    return replace(heard, n=last.n + 1, kind="confirmed", key=key, moved=moved)


def _line(fact: Fact) -> tuple[str, str, str, str, str]:
    return fact.advertiser, fact.affiliate, fact.campaign, fact.after.currency, fact.due_in


def _difference(said: Sequence[Fact], sale: Sale, goal: Goal) -> Refusal | None:
    """The first field in which a server contradicts a server. What is not said contradicts nothing."""
    last, (tax, shipping) = said[-1], life.deductions(said)
    orders_differ = "" not in (sale.order_id, last.order_id) and sale.order_id != last.order_id
    differs = {
        "duplicate_click": goal.once_per == "click" and orders_differ,
        "duplicate_customer": goal.once_per == "customer" and orders_differ,
        "other_click": _other(sale.click_id, last.click_id) and not _is_outdone(said, sale.click_id),
        "other_currency": None not in (sale.amount, last.amount) and _currency(sale.amount) != _currency(last.amount),
        "other_amount": sale.amount is not None and sale.amount != last.amount,
        "other_coupon": _other(sale.coupon, last.coupon),
        "other_customer": _other(sale.customer, last.customer),
        "other_deductions": _moved(sale.tax, tax) or _moved(sale.shipping, shipping),
        "other_duration": sale.seconds not in (None, last.seconds),
    }
    found = next((reason for reason, is_so in differs.items() if is_so), None)
    return Refusal("conflict", found) if found else None


def _was_so(said: Sequence[Fact], sale: Sale, goal: Goal) -> bool:
    """Whether a sale that contradicts now agreed with an earlier fact: a late repetition, from before a change."""
    earlier = (said[: n + 1] for n, fact in enumerate(said) if fact.after.confirmed)
    return any(_difference(facts, sale, goal) is None for facts in earlier)


def _is_outdone(said: Sequence[Fact], click_id: str) -> bool:
    """Whether a click was named when the conversion was booked, and something else (a coupon) came before it."""
    return any(fact.after.confirmed and not fact.click_id and click_id in fact.touches for fact in said)


def _currency(amount: Money | None) -> str:
    return amount.currency if amount else ""


def _moved(said: Money | None, known: int) -> bool:
    return said is not None and said.minor != known


def _other(said: str, known: str) -> bool:
    return said not in ("", known)


def _status(said: Sequence[Fact], sale: Sale, now: Moment) -> Fact | Replay | Refusal:
    """A status word about a confirmed conversion: pending -> approved -> rejected, and no way back."""
    last = said[-1]
    if sale.status in ("", "pending", last.after.state):
        return Replay(last)
    act = _rejection(sale) if sale.status == "rejected" else Approve(sale.status_word)
    return life.change(said, act, now)


def _rejection(sale: Sale) -> Reject:
    return Reject(sale.reason or "by_advertiser", sale.status_word)


def _act(sale: Sale) -> Act:
    """What a sender says has happened to a sale; `shape` has seen that it is one thing, and whole."""
    word = sale.status_word
    if sale.change_id and sale.amount:
        return Amend(sale.change_id, sale.amount, sale.tax, sale.shipping, word)
    if sale.dispute_id and sale.dispute:
        return Dispute(sale.dispute_id, sale.dispute, sale.amount, word)
    if sale.correction_id:
        return Correct(sale.correction_id, sale.seconds, sale.tax, sale.shipping, word)
    given = sale.refunded or sale.amount
    if given is None:
        raise ValueError("a change that does not say what it changes")
    return Refund(sale.refund_id, given, sale.refunded is not None, word)
