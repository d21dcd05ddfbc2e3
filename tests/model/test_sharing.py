"""A sale that several affiliates share: whatever a claim said of it, each is paid its part, once."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

import pytest

from chalicelib.model import life
from chalicelib.model.act import Hold, Refund, Reject
from chalicelib.model.close import Carry, Close, Setup
from chalicelib.model.credit import Credit
from chalicelib.model.fact import Fact
from chalicelib.model.fx import NO_QUOTES, Quotes
from chalicelib.model.line import Line
from chalicelib.model.money import Money
from chalicelib.model.network import DAY_MS, Affiliate
from chalicelib.model.period import Period
from chalicelib.model.sharing import shares
from chalicelib.reports.fold_facts import entries
from tests.model.world import CAMPAIGN, CLICK, NOW, OTHER_CLICK, at, ground, id_of, sale, tell

ANNA, BEN, CARL = (Credit(name, f"click-of-{name}", 1, "") for name in ("anna", "ben", "carl"))
CLAIM, WORD = sale("browser", "100.01"), sale(amount="100.01", status="approved")
PERIOD = Period.of("2026-09", "UTC")
KNOWN: dict[str, tuple[Credit, ...]] = {
    "anna": (),
    "both": (ANNA, BEN),
    "others": (BEN, CARL),
    "all": (CARL, ANNA, BEN),
}


def lives(before: tuple[Credit, ...], then: tuple[Credit, ...]) -> list[Fact]:
    """A claim that is shared by the first, and a server's word that has it shared by the second."""
    facts, _ = tell([], CLAIM, replace(CLICK, credits=before))
    return tell(facts, WORD, replace(CLICK, credits=then))[0]


def parts(facts: Sequence[Fact]) -> list[Fact]:
    """What reports read of them."""
    return [one for fact in facts for one in (shares(fact) or [fact])]


def close(facts: Sequence[Fact], **campaign: object) -> list[Line]:
    """The lines of one month in which these facts lie."""
    lines: list[Line] = []
    spring = replace(CAMPAIGN, **campaign)  # type: ignore[arg-type]
    affiliates = {name: Affiliate(name, name) for name in ("anna", "ben", "carl")}
    setup = Setup("UTC", {"spring": spring}, affiliates, lambda _: NO_QUOTES, lambda *_: 0)
    made = Close(PERIOD, setup, Carry(), lines.append, lambda _: None, lambda rows, key: sorted(rows, key=key))
    read = sorted(entries(facts), key=lambda one: (one.conversion, one.n))
    made.together(list(made.conversions([], read)))
    return lines


def paid(lines: Sequence[Line]) -> dict[str, int]:
    """What is payable of them, by affiliate."""
    found = Counter[str]()
    assert not sum(line.commission.pending for line in lines)
    for line in lines:
        found[line.affiliate] += line.commission.payable
    return {name: minor for name, minor in sorted(found.items()) if minor}


@pytest.mark.parametrize("before", KNOWN)
@pytest.mark.parametrize("then", KNOWN)
def test_whoever_a_claim_was_shared_by_only_those_earn_whom_the_servers_word_names(before: str, then: str) -> None:
    facts = lives(KNOWN[before], KNOWN[then])
    sums = Counter[str]()
    for one in parts(facts):
        sums[one.affiliate] += one.moved.pending_commission + one.moved.approved_commission
    named = {credit.affiliate for credit in KNOWN[then]} or {"anna"}
    assert {name for name, minor in sums.items() if minor} == named
    assert sums.total() == 1000
    assert paid(close(facts)) == {name: minor for name, minor in sorted(sums.items()) if minor}


@pytest.mark.parametrize("before", KNOWN)
@pytest.mark.parametrize("then", KNOWN)
def test_a_cap_counts_a_shared_sale_however_it_was_claimed(before: str, then: str) -> None:
    assert paid(close(lives(KNOWN[before], KNOWN[then]), caps={"month": 0})) == {}


def test_a_refund_of_everything_leaves_nobody_anything() -> None:
    facts = lives(KNOWN["all"], KNOWN["others"])
    for minor in (3_333, 1, 6_667):
        fact = life.change(facts, Refund(f"r{minor}", Money(minor, "USD")), at())
        assert isinstance(fact, Fact)
        facts.append(fact)
        assert [
            sum(one) for one in zip(*[(p.after.commission, p.after.revenue) for p in shares(fact)], strict=True)
        ] == [
            fact.after.commission,
            fact.after.revenue,
        ]
    assert paid(close(facts)) == {}


def test_a_held_sale_is_held_for_each_who_shares_it_and_rejected_for_all() -> None:
    facts = lives(KNOWN["both"], KNOWN["both"])
    held = life.change(facts, Hold("bot", "1"), at())
    assert isinstance(held, Fact)
    lines = close([*facts, held])
    assert (paid(lines), sum(line.commission.held for line in lines)) == ({}, 1000)
    gone = life.change([*facts, held], Reject("by_network"), at())
    assert isinstance(gone, Fact)
    lines = close([*facts, held, gone])
    assert (paid(lines), sum(line.commission.held for line in lines)) == ({}, 0)


def test_where_one_of_those_who_share_has_no_rate_all_wait_and_then_all_are_priced() -> None:
    credits = (ANNA, replace(BEN, due_in="JPY"))
    facts, _ = tell([], WORD, replace(CLICK, credits=credits))
    waits = facts[-1]
    assert [(one.after.reason, one.after.state, one.after.due) for one in shares(waits)] == [
        ("no_fx_rate", "pending", 0)
    ] * 2
    assert [life.may_need_rate(one) for one in shares(waits)] == [False, True]
    quotes = Quotes(waits.day, "9f86d081", "USD", (("JPY", "150"),))
    rated = life.rate(facts, at(NOW + DAY_MS), lambda _: quotes)
    assert isinstance(rated, Fact)
    assert [(one.after.state, one.after.commission, one.after.due, one.due_in) for one in shares(rated)] == [
        ("approved", 500, 500, "USD"),
        ("approved", 500, 750, "JPY"),
    ]
    gone = life.change([*facts, rated], Reject("by_network"), at(NOW + DAY_MS))
    assert isinstance(gone, Fact)
    assert [one.moved.approved_due for one in shares(gone)] == [-500, -750]


def test_a_test_sale_is_shared_like_any_other_and_pays_nobody() -> None:
    facts, _ = tell([], replace(WORD, test=True), replace(CLICK, credits=KNOWN["both"]))
    assert all(one.test for one in shares(facts[0]))
    assert close(facts) == []


def test_nobody_finds_another_in_its_own_part() -> None:
    facts, _ = tell([], replace(WORD, touches=("ben's click",)), replace(CLICK, credits=KNOWN["both"]))
    mine, _ = shares(facts[0])
    assert all(word not in repr(mine) for word in ("ben", id_of(CLICK)))


# Order ids can be guessed


def test_a_claim_made_in_advance_does_not_get_the_buyers_click_refused() -> None:
    facts, _ = tell([], CLAIM, OTHER_CLICK, now=at(NOW - 10 * 60_000))
    late = ground(ago_ms=60_000)
    _, answer = tell(facts, replace(WORD, click_id=id_of(late)), late)
    assert isinstance(answer, Fact)
    assert (answer.kind, answer.event_ms) == ("confirmed", NOW)
