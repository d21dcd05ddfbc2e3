"""The facts of a vector: each act of docs/vectors.md is put to the model, in order of time, as a sender's would be."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final, cast

from chalicelib.model import judge, life, money, pricing
from chalicelib.model.act import (
    Act,
    Amend,
    Approve,
    Correct,
    Dispute,
    Hold,
    Refund,
    Refuse,
    Reinstate,
    Reject,
    Release,
)
from chalicelib.model.answer import Moment, Replay, moment
from chalicelib.model.credit import Credit
from chalicelib.model.entry import Entry
from chalicelib.model.fact import Fact
from chalicelib.model.judge import Ground
from chalicelib.model.money import Money
from chalicelib.model.network import Link
from chalicelib.model.sale import Refusal, Sale, Source, Status
from chalicelib.model.sharing import shares
from chalicelib.reports.fold_network import Network, Rates, Said, at_ms

Answer = Fact | Replay | Refusal


def history(said: Iterable[Said], network: Network, rates: Rates) -> tuple[list[Fact], list[dict[str, Any]]]:
    """The facts that follow from a vector's `facts`, and what was answered to those that gave none."""
    facts: dict[str, list[Fact]] = {}
    refused: list[dict[str, Any]] = []
    for number, one in sorted(enumerate(said), key=lambda pair: (at_ms(pair[1]["at"]), pair[0])):
        mine = facts.setdefault(one["conversion"], [])
        answer: Answer | None = _told(mine, one, network, rates)
        while isinstance(answer, Fact):
            mine.append(answer)
            # A claim that was taken back is confirmed elsewhere by the same word.
            answer = _told(mine, one, network, rates) if judge.more_follows(answer) else None
        if isinstance(answer, Refusal):
            refused.append({"fact": number, "answer": answer.outcome, "reason": answer.reason})
        elif isinstance(answer, Replay):
            refused.append({"fact": number, "answer": "replay"})
    return [fact for known in facts.values() for fact in known], sorted(refused, key=lambda one: one["fact"])


def entries(facts: Iterable[Fact]) -> Iterator[Entry]:
    """Facts as a close reads them; what was only tried is no fact of the books."""
    booked = (fact for fact in facts if not fact.test)
    return (entry(one) for fact in booked for one in (shares(fact) or [fact]))


def entry(fact: Fact) -> Entry:
    """One fact, flat."""
    after, moved = fact.after, fact.moved
    return Entry(
        conversion=fact.conversion,
        n=fact.n,
        kind=fact.kind,
        at_ms=fact.at_ms,
        event_ms=fact.event_ms,
        day=fact.day,
        source=fact.source,
        advertiser=fact.advertiser,
        affiliate=fact.affiliate,
        campaign=fact.campaign,
        goal=fact.goal,
        click_id=fact.click_id,
        order_id=fact.order_id,
        amount=fact.amount.minor if fact.amount else None,
        sale_currency=fact.amount.currency if fact.amount else "",
        coupon=fact.coupon,
        status_word=fact.status_word,
        terms=fact.terms,
        commission_rate=fact.commission_rate,
        revenue_rate=fact.revenue_rate,
        state=after.state,
        reason=after.reason,
        confirmed=after.confirmed,
        refunded=after.refunded,
        commission=after.commission,
        revenue=after.revenue,
        currency=after.currency,
        pending_commission=moved.pending_commission,
        approved_commission=moved.approved_commission,
        pending_revenue=moved.pending_revenue,
        approved_revenue=moved.approved_revenue,
        subs=fact.subs,
        customer=fact.customer,
        deductions=fact.deductions,
        seconds=fact.seconds,
        caller=fact.caller,
        hold_days=fact.hold_days,
        fx=fact.fx,
        disputed=after.disputed,
        due_in=fact.due_in,
        due=after.due,
        pending_due=moved.pending_due,
        approved_due=moved.approved_due,
        held=after.held,
        share=fact.share,
    )


def _told(said: list[Fact], one: Said, network: Network, rates: Rates) -> Answer:
    now = moment(at_ms(one["at"]), network.time_zone)
    known = rates.known(now.ms).on
    match one["act"]:
        case "book":
            return _book(said, one, now, network, known)
        case "expire":
            return life.expire(said, now)
        case "ripen":
            return life.approve_by_time(said, now)
        case "rate":
            return life.rate(said, now, known)
        case act if act in ACTS:
            return life.change(said, ACTS[act](one), now)
    raise ValueError(f"not an act: {one['act']!r}")


def _book(said: list[Fact], one: Said, now: Moment, network: Network, known: pricing.Rates) -> Answer:
    campaign = network.campaigns[one["campaign"]]
    affiliate = network.affiliates[one["affiliate"]]
    goal = network.goal(campaign.advertiser, one.get("goal", "sale"))
    pinned_ms = at_ms(one["pinned"]) if one.get("pinned") else None
    link = Link(0, "", affiliate.id, campaign.id)
    credits = tuple(_credit(name, weight, network) for name, weight in one.get("credits", ()))
    ground = Ground(None, link, campaign, affiliate.currency, pinned_ms, credits)
    sale = Sale(
        source=cast("Source", one.get("source", "server")),
        goal=goal.name,
        order_id=one["conversion"],
        amount=_amount(one, "amount"),
        status=cast("Status", one.get("status", "")),
        event_ms=at_ms(one["event"]) if one.get("event") else None,
        customer=one.get("customer", ""),
        test=bool(one.get("test")),
        tax=_amount(one, "tax"),
        shipping=_amount(one, "shipping"),
        seconds=one.get("seconds"),
        caller=one.get("caller", ""),
    )
    return judge.decide(said, sale, goal, one["conversion"], ground, now, rates=known)


def _credit(affiliate: str, weight: int, network: Network) -> Credit:
    return Credit(affiliate, "", weight, network.affiliates[affiliate].currency)


def _amount(one: Said, name: str) -> Money | None:
    if one.get(name) is None:
        return None
    return money.parse(one[name], money.currency(one["currency"]))


def _given(one: Said) -> Money:
    found = _amount(one, "amount")
    if found is None:
        raise ValueError(f"{one['act']} needs an amount")
    return found


def _key(one: Said) -> str:
    return str(one.get("key", ""))


ACTS: Final[Mapping[str, Callable[[Said], Act]]] = {
    "approve": lambda one: Approve(),
    "reject": lambda one: Reject(one.get("reason", "by_advertiser")),
    "reinstate": lambda one: Reinstate(one.get("reason", "")),
    "amend": lambda one: Amend(_key(one), _given(one), _amount(one, "tax"), _amount(one, "shipping")),
    "refund": lambda one: Refund(_key(one), _given(one), bool(one.get("total"))),
    "dispute": lambda one: Dispute(_key(one), "opened", _amount(one, "amount")),
    "win": lambda one: Dispute(_key(one), "won"),
    "lose": lambda one: Dispute(_key(one), "lost", _amount(one, "amount")),
    "correct": lambda one: Correct(_key(one), one.get("seconds"), _amount(one, "tax"), _amount(one, "shipping")),
    "hold": lambda one: Hold(one["rule"], one.get("version", "1")),
    "release": lambda one: Release(one["rule"], one.get("version", "")),
    "refuse": lambda one: Refuse(one["rule"], one.get("version", "")),
}
"""What later acts say, by their name in a vector."""
