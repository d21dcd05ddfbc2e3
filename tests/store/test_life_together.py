"""Forty senders speak of one conversion at once: whatever order they are taken in, nothing is taken back twice."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from random import Random
from threading import Barrier
from uuid import uuid4

import pytest

from chalicelib.model import judge, life
from chalicelib.model.act import Act, Approve, Correct, Dispute, Refund, Reinstate, Reject
from chalicelib.model.answer import Replay
from chalicelib.model.fact import Fact
from chalicelib.model.fx import Quotes
from chalicelib.model.money import Money
from chalicelib.model.ports import Answer
from chalicelib.model.sale import Refusal
from chalicelib.model.terms import Terms
from chalicelib.store.errors import Unavailable
from chalicelib.store.ledger import Ledger
from tests.model.world import CAMPAIGN, CLICK, SALE, at, sale
from tests.services import Service

SENDERS = 40
QUOTES = Quotes("2026-09-21", "9f86d081", "EUR", (("GBP", "0.8541"), ("USD", "1.0812")))


def opening(conversion: str) -> Fact:
    """A sale of 100.00 USD in a campaign of EUR by an affiliate that is paid in GBP."""
    campaign = replace(CAMPAIGN, currency="EUR", terms=(Terms("sale", "*", 0, "RevShare 33.333333%", "RevShare 50%"),))
    ground = replace(CLICK, campaign=campaign, due_in="GBP")
    fact = judge.decide([], sale(status="approved"), SALE, conversion, ground, at(), rates=lambda _: QUOTES)
    assert isinstance(fact, Fact)
    return fact


def acts(dice: Random) -> list[Act]:
    """What forty senders say: many refunds, each told twice, disputes and their ends, and reviews in between."""
    refunds: list[Act] = [Refund(f"r{n}", Money(dice.randrange(1, 2_000), "USD")) for n in range(14)]
    totals: list[Act] = [Refund("", Money(dice.randrange(1, 10_000), "USD"), is_total=True) for _ in range(4)]
    disputes: list[Act] = [
        Dispute(f"d{n}", phase, Money(3_000, "USD") if phase == "opened" else None)
        for n in range(2)
        for phase in ("opened", dice.choice(("won", "lost")))
    ]
    others: list[Act] = [Approve(), Reject("fraud"), Reinstate("anna: genuine"), Correct("c", tax=Money(500, "USD"))]
    said = [*refunds, *refunds, *totals, *disputes, *others]
    dice.shuffle(said)
    return said[:SENDERS]


def tell(ledger: Ledger, conversion: str, act: Act) -> Answer:
    """One sender's word, sent again as long as the table is busy, as a sender would."""
    while True:
        try:
            return ledger.settle(conversion, lambda said: life.change(said, act, at()), is_new=False)
        except Unavailable:
            continue


@pytest.mark.parametrize(("backend", "seed"), [("ministack", 0), ("ministack", 1), ("ministack", 2), ("moto", 3)])
def test_forty_senders_at_once_never_take_back_more_than_was_booked(
    request: pytest.FixtureRequest, backend: str, seed: int
) -> None:
    service = Service(request.getfixturevalue(backend), "wire")
    conversion, dice = uuid4().hex, Random(seed)
    assert Ledger(service.connect("dynamodb"), "ledger").put(opening(conversion))
    said, start = acts(dice), Barrier(SENDERS)
    assert len(said) == SENDERS
    ledgers = [Ledger(service.connect("dynamodb"), "ledger") for _ in said]

    def at_once(ledger: Ledger, act: Act) -> Answer:
        start.wait()
        return tell(ledger, conversion, act)

    with ThreadPoolExecutor(SENDERS) as crew:
        answers = list(crew.map(at_once, ledgers, said))
    facts = ledgers[0].facts(conversion)
    assert [fact.n for fact in facts] == list(range(len(facts)))
    assert len(facts) == 1 + sum(isinstance(answer, Fact) for answer in answers)
    assert all(isinstance(answer, (Fact, Replay, Refusal)) for answer in answers)
    for names in ("refund ", "dispute ", "correct "):
        keys = [fact.key for fact in facts if fact.key.startswith(names) and not fact.key.endswith(" ")]
        assert len(keys) == len(set(keys))
    reverses_to_nothing(ledgers[0], conversion)


def reverses_to_nothing(ledger: Ledger, conversion: str) -> None:
    """What is left is never less than nothing, and giving it all back leaves exactly nothing."""
    for act in (
        Reinstate("anna: genuine"),
        Dispute("d0", "lost"),
        Dispute("d1", "lost"),
        Refund("all", Money(10_000, "USD")),
    ):
        ledger.settle(conversion, lambda said, act=act: life.change(said, act, at()), is_new=False)  # type: ignore[misc]
    commission = revenue = due = 0
    facts = ledger.facts(conversion)
    for fact in facts:
        commission += fact.moved.pending_commission + fact.moved.approved_commission
        revenue += fact.moved.pending_revenue + fact.moved.approved_revenue
        due += fact.moved.pending_due + fact.moved.approved_due
        assert (commission, revenue, due) == (fact.after.commission, fact.after.revenue, fact.after.due)
        assert min(commission, revenue, due) >= 0
    assert (commission, revenue, due, facts[-1].after.refunded) == (0, 0, 0, 10_000)
