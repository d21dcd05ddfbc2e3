"""Payouts, lines by hand and bank accounts are facts: written once, in order, whoever races for the place."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from chalicelib.model import bank, manual, payout
from chalicelib.model.bank import Account, BankFact
from chalicelib.model.manual import Manual
from chalicelib.model.payout import Act, Payout
from chalicelib.model.sale import Refusal
from chalicelib.store.client import Client
from chalicelib.store.manual import Manuals
from chalicelib.store.parties import Parties
from chalicelib.store.payouts import Payouts

AT = 1_793_600_000_000
CLOSED = Act("closed", "2026-10", AT, "2026-11-02", "close", amount=4200)
FROZEN = Act("frozen", "2026-10", AT, "2026-11-03", "ben", batch="2026-10-b", party="f")


def tell(payouts: Payouts, who: str, act: Act) -> payout.Answer:
    return payouts.settle(who, "EUR", lambda said: payout.decide(said, who, "EUR", act))


def test_payout_facts_are_read_back_in_order(dynamodb: Client, name: str) -> None:
    payouts = Payouts(dynamodb, "ledger")
    made = [tell(payouts, name, act) for act in (CLOSED, FROZEN, replace(FROZEN, kind="failed", reason="AC04"))]
    assert payouts.facts(name, "EUR") == made
    assert [fact.n for fact in made if isinstance(fact, Payout)] == [0, 1, 2]


def test_payouts_are_found_by_day_period_and_batch(dynamodb: Client, name: str) -> None:
    payouts = Payouts(dynamodb, "ledger")
    period, batch, day = f"p{name}", f"b{name}", f"d{name}"
    closed = tell(payouts, name, replace(CLOSED, period=period, day="q"))
    frozen = Payout(name, "EUR", 1, "frozen", period, 4200, AT, day, "ben", batch)
    assert payouts.settle(name, "EUR", lambda _: frozen) == frozen
    assert isinstance(closed, Payout)
    assert list(payouts.closed_in(period)) == [(name, "EUR")]
    assert list(payouts.in_batch(batch)) == [(name, "EUR")]
    assert list(payouts.on(day)) == [frozen]


def test_of_forty_who_freeze_a_line_one_does(dynamodb: Client, name: str) -> None:
    payouts = Payouts(dynamodb, "ledger")
    tell(payouts, name, CLOSED)
    with ThreadPoolExecutor(40) as crowd:
        acts = [replace(FROZEN, batch=f"2026-10-{number}") for number in range(40)]
        answers = list(crowd.map(lambda act: tell(payouts, name, act), acts))
    assert sum(isinstance(answer, Payout) for answer in answers) == 1
    assert answers.count(Refusal("conflict", "other_batch")) == 39
    assert [fact.kind for fact in payouts.facts(name, "EUR")] == ["closed", "frozen"]


def line(affiliate: str, key: str = "a-1", **more: object) -> Manual:
    plain = Manual(affiliate, "EUR", key, "bonus", 5000, "well done", "ben", AT, f"d{affiliate}")
    return replace(plain, **more)  # type: ignore[arg-type]


def write(manuals: Manuals, wanted: Manual, alone: int = 5000) -> manual.Answer:
    return manuals.settle(
        wanted.affiliate, "EUR", wanted.key, lambda said: manual.write(said, wanted, {"EUR": alone}, 0)
    )


def test_lines_by_hand_are_listed_on_the_day_on_which_they_count(dynamodb: Client, name: str) -> None:
    manuals = Manuals(dynamodb, "ledger")
    small = write(manuals, line(name))
    large = write(manuals, line(name, "a-2", amount=9000, revenue=1, revenue_currency="EUR", advertiser="shop"))
    assert isinstance(large, Manual)
    assert list(manuals.on(f"d{name}")) == [small]
    later = f"e{name}"
    seconded = manuals.settle(name, "EUR", "a-2", lambda said: manual.second(said, "carl", AT + 1, later, 0))
    assert list(manuals.on(later)) == [seconded]
    assert manuals.of(name, "EUR") == [small, large, seconded]


def test_of_many_who_write_the_same_line_one_does(dynamodb: Client, name: str) -> None:
    manuals = Manuals(dynamodb, "ledger")
    with ThreadPoolExecutor(20) as crowd:
        answers = list(crowd.map(lambda number: write(manuals, line(name, at_ms=AT + number)), range(20)))
    assert sum(isinstance(answer, Manual) for answer in answers) == 1
    assert len(manuals.of(name, "EUR")) == 1


def test_a_key_that_begins_like_another_is_another(dynamodb: Client, name: str) -> None:
    manuals = Manuals(dynamodb, "ledger")
    write(manuals, line(name, "a-11"))
    assert isinstance(write(manuals, line(name, "a-1")), Manual)


def test_bank_accounts_are_facts_beside_the_affiliate(dynamodb: Client, name: str) -> None:
    parties = Parties(dynamodb, "ledger")
    account = Account("DE89370400440532013000", "COBADEFF", "Anna")
    proposed = parties.settle(name, lambda said: bank.propose(said, name, account, "anna", AT))
    confirmed = parties.settle(name, lambda said: bank.confirm(said, account.iban, "ben", AT + 5))
    assert parties.accounts(name) == [proposed, confirmed]
    assert isinstance(confirmed, BankFact)
    assert bank.in_force(parties.accounts(name), AT + bank.WAIT_MS) == account


def test_the_networks_own_details_are_kept(dynamodb: Client) -> None:
    parties = Parties(dynamodb, "ledger")
    parties.put_own({"legal_name": "Netzwerk GmbH"})
    assert parties.own() == {"legal_name": "Netzwerk GmbH"}
