"""The decision: what one sale means, given the click it names and all that was said of the same sale before.

Pure: the same question gives the same answer. `decide` returns the next fact to write, a Replay, or a Refusal. After
writing a fact the caller asks again while `more_follows` says so.
"""

from collections.abc import Sequence
from dataclasses import replace

from chalicelib.model import life
from chalicelib.model.act import Act, Amend, Approve, Correct, Dispute, Refund, Reject
from chalicelib.model.answer import Moment, Replay, moment
from chalicelib.model.booking import SAME_SECOND_MS, Ground, book
from chalicelib.model.fact import Fact, conversion_id, moves, next_fact
from chalicelib.model.money import Money
from chalicelib.model.network import Goal
from chalicelib.model.pricing import Rates, no_rates
from chalicelib.model.sale import Refusal, Sale

__all__ = ["Ground", "Moment", "Replay", "decide", "identity", "moment", "more_follows"]


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
        case "click" if sale.click_id or sale.impression_id:
            return conversion_id(kind, "click", advertiser, goal.name, sale.click_id or sale.impression_id)
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
        return book(sale, goal, conversion, ground, now, happened_ms, rates)
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
    heard = book(sale, goal, last.conversion, ground, now, claimed_ms(said, ground), rates)
    if isinstance(heard, Refusal):
        return heard
    return confirmed(said, heard, now)


def confirmed(said: Sequence[Fact], heard: Fact, now: Moment) -> Fact:
    """What the facts of a claim come to next, where `heard` is the booking of what a server says of the same sale."""
    last = said[-1]
    if last.after.state != "rejected" and _line(heard) != _line(last):
        # One fact moves one affiliate's money in one currency: the claim is taken back first, then confirmed elsewhere.
        gone = life.rejected(last.after, "reattributed")
        return next_fact(last, "rejected", "reattributed", now.ms, now.day, gone)
    # What a rule holds a claim for is not answered by the server's word; nor is what a person has refused it for.
    after = replace(heard.after, held=life.doubts(said))
    moved, parts = moves(last.after, after, heard.credits)
    key = heard.key.replace("booked", "confirmed", 1)
    return replace(heard, n=last.n + 1, kind="confirmed", key=key, after=after, moved=moved, parts=parts)


def claimed_ms(said: Sequence[Fact], ground: Ground | None) -> int | None:
    """When a browser's claim says that a sale happened; None if it says nothing of it.

    A claim that is older than the click cannot be about its sale: somebody has guessed an order's id in advance, and
    must not get the click refused.
    """
    click, claimed = ground.click if ground else None, said[-1].event_ms
    return None if click and claimed - click.id.ms <= -SAME_SECOND_MS else claimed


def _line(fact: Fact) -> tuple[object, ...]:
    """Whose money a fact moves, and in which currencies."""
    sharing = [(credit.affiliate, credit.weight, credit.due_in) for credit in fact.credits]
    return fact.advertiser, fact.affiliate, fact.campaign, fact.after.currency, fact.due_in, sharing


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
    """Whether a click was named when the conversion was booked, and something else came before it: a coupon, or another
    touch by the campaign's rule.
    """
    outdone = (fact for fact in said if fact.after.confirmed and (not fact.click_id or fact.how))
    return any(click_id in fact.touches for fact in outdone)


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
