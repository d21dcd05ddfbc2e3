"""What happens to a conversion after it was booked: each act in each state, once, and never more than was booked."""

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.model import judge, life
from chalicelib.model.act import Act, Amend, Approve, Correct, Dispute, Hold, Refund, Refuse, Reinstate, Reject, Release
from chalicelib.model.answer import Replay
from chalicelib.model.fact import Fact, Standing
from chalicelib.model.fx import NO_QUOTES, Quotes
from chalicelib.model.money import Money
from chalicelib.model.network import DAY_MS, Campaign, Goal
from chalicelib.model.sale import Refusal
from chalicelib.model.terms import Terms
from tests.model.world import CAMPAIGN, CLICK, NOW, SALE, at, sale, tell

QUOTES = Quotes("2026-09-21", "9f86d081", "EUR", (("GBP", "0.8541"), ("JPY", "163.2"), ("USD", "1.0812")))
LATER = at(NOW + DAY_MS)


def dollars(amount: float) -> Money:
    return Money(round(amount * 100), "USD")


def rates(_: str) -> Quotes:
    return QUOTES


def booked(status: str = "approved", commission: str = "RevShare 10%", **changes: object) -> list[Fact]:
    """A sale of 100.00 USD that earns 10.00, or whatever `commission` and `changes` make of it."""
    campaign = replace(CAMPAIGN, terms=(Terms("sale", "*", 0, commission, "RevShare 15%"),))
    said = replace(sale(status=status), **changes)  # type: ignore[arg-type]
    fact = judge.decide([], said, SALE, "c", replace(CLICK, campaign=campaign), at())
    assert isinstance(fact, Fact)
    return [fact]


def after(facts: Sequence[Fact], *acts: Act) -> list[Fact]:
    """The facts after acts that are all accepted."""
    facts = list(facts)
    for act in acts:
        answer = life.change(facts, act, LATER)
        assert isinstance(answer, Fact), answer
        assert answer.n == len(facts)
        facts.append(answer)
    return facts


def told(answer: Fact | Replay | Refusal) -> str:
    """The kind of the fact, 'replay', or the reason of the refusal."""
    match answer:
        case Fact():
            return answer.kind
        case Replay():
            return "replay"
    return answer.reason


# Every act in every state

PENDING, APPROVED = booked("pending"), booked()
STATES = {
    "nothing": [],
    "claimed": booked(source="browser"),
    "pending": PENDING,
    "approved": APPROVED,
    "rejected": after(APPROVED, Reject("fraud")),
    "reinstated": after(APPROVED, Reject("fraud"), Reinstate("anna: genuine")),
    "refunded": after(APPROVED, Refund("r0", dollars(100))),
    "disputed": after(APPROVED, Dispute("d0", "opened", dollars(40))),
    "won": after(APPROVED, Dispute("d0", "opened", dollars(40)), Dispute("d0", "won")),
    "lost": after(APPROVED, Dispute("d0", "opened", dollars(40)), Dispute("d0", "lost")),
}
ACTS: dict[str, Act] = {
    "approve": Approve(),
    "reject": Reject("fraud"),
    "reinstate": Reinstate("anna: genuine"),
    "amend": Amend("a", dollars(150)),
    "refund": Refund("r", dollars(30)),
    "open": Dispute("d", "opened", dollars(40)),
    "win": Dispute("d0", "won"),
    "lose": Dispute("d0", "lost"),
    "correct": Correct("c", tax=dollars(19)),
}
TABLE = """
             nothing            claimed     pending     approved    rejected         reinstated   refunded     disputed     won           lost
approve      unknown_conversion unconfirmed approved    replay      already_rejected replay       replay       replay       replay        replay
reject       unknown_conversion rejected    rejected    rejected    replay           rejected     rejected     rejected     rejected      rejected
reinstate    unknown_conversion unconfirmed not_rejected not_rejected reinstated     replay       not_rejected not_rejected not_rejected  not_rejected
amend        unknown_conversion unconfirmed amended     not_pending already_rejected not_pending  not_pending  not_pending  not_pending   not_pending
refund       unknown_conversion unconfirmed refunded    refunded    already_rejected refunded     nothing_left refunded     refunded      refunded
open         unknown_conversion unconfirmed disputed    disputed    already_rejected disputed     nothing_left dispute_open disputed      disputed
win          unknown_conversion unconfirmed dispute_won dispute_won already_rejected dispute_won  dispute_won  dispute_won  replay        other_outcome
lose         unknown_conversion unconfirmed dispute_lost dispute_lost already_rejected dispute_lost dispute_lost dispute_lost other_outcome replay
correct      unknown_conversion unconfirmed corrected   corrected   already_rejected corrected    corrected    corrected    corrected     corrected
"""  # noqa: E501 - a table is read by its columns
HEAD, *ROWS = [line.split() for line in TABLE.strip().splitlines()]
CASES = [(row[0], state, word) for row in ROWS for state, word in zip(HEAD, row[1:], strict=True)]


@pytest.mark.parametrize(("act", "state", "word"), CASES)
def test_each_act_in_each_state_has_one_answer(act: str, state: str, word: str) -> None:
    facts = STATES[state]
    answer = life.change(facts, ACTS[act], LATER)
    assert told(answer) == word
    if isinstance(answer, Refusal) and facts:
        assert (answer.conversion, answer.state) == ("c", facts[-1].after.state)
    if isinstance(answer, Fact):
        assert (answer.n, answer.at_ms, answer.day) == (len(facts), LATER.ms, LATER.day)


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize("state", STATES)
def test_an_act_that_was_accepted_is_a_replay_ever_after(act: str, state: str) -> None:
    answer = life.change(STATES[state], ACTS[act], LATER)
    if isinstance(answer, Fact):
        facts = [*STATES[state], answer]
        assert told(life.change(facts, ACTS[act], LATER)) == "replay"


OTHER_CONTENT: list[tuple[Act, Act, str]] = [
    (Amend("a", dollars(150)), Amend("a", dollars(151)), "other_change"),
    (Amend("a", dollars(150)), Amend("a", dollars(150), tax=dollars(1)), "other_change"),
    (Refund("r", dollars(30)), Refund("r", dollars(31)), "other_amount"),
    (Refund("r", dollars(30)), Refund("r", dollars(30), is_total=True), "other_amount"),
    (Dispute("d", "opened", dollars(40)), Dispute("d", "opened", dollars(41)), "other_change"),
    (Dispute("d", "opened", dollars(40)), Dispute("d", "opened"), "other_change"),
    (Dispute("d", "lost", dollars(40)), Dispute("d", "lost", dollars(41)), "other_change"),
    (Dispute("d", "lost"), Dispute("d", "won"), "other_outcome"),
    (Correct("c", tax=dollars(19)), Correct("c", tax=dollars(20)), "other_change"),
    (Correct("c", tax=dollars(19)), Correct("c", shipping=dollars(19)), "other_change"),
    (Correct("c", seconds=60), Correct("c", seconds=61), "other_change"),
    (Amend("a", dollars(150)), Amend("b", Money(1, "EUR")), "other_currency"),
    (Refund("r", dollars(30)), Refund("s", Money(1, "EUR")), "other_currency"),
    (Dispute("d", "opened"), Dispute("d", "lost", Money(1, "EUR")), "other_currency"),
    (Correct("c", tax=dollars(19)), Correct("d", tax=Money(1, "EUR")), "other_currency"),
]


@pytest.mark.parametrize(("first", "second", "word"), OTHER_CONTENT)
def test_the_same_name_with_other_content_is_a_conflict(first: Act, second: Act, word: str) -> None:
    facts = after(PENDING, first)
    answer = life.change(facts, second, LATER)
    assert isinstance(answer, Refusal)
    assert (answer.outcome, answer.reason) == ("conflict", word)


def test_names_with_spaces_are_names_like_any_other() -> None:
    facts = after(PENDING, Refund("r 1", dollars(5)), Amend("a - 1", dollars(150)), Correct("c 1 2", tax=dollars(1)))
    facts = after(facts, Dispute("d - 1", "opened"), Dispute("d - 1", "won"))
    assert told(life.change(facts, Refund("r 1", dollars(5)), LATER)) == "replay"
    assert told(life.change(facts, Refund("1", dollars(5)), LATER)) == "refunded"
    assert told(life.change(facts, Dispute("d", "won"), LATER)) == "dispute_won"


# Reviews


def test_a_rejection_keeps_its_reason_and_earns_nothing() -> None:
    last = after(APPROVED, Reject("fraud", "anna: stolen card"))[-1]
    assert last.after == Standing("rejected", "fraud", True, 0, 0, 0, "USD")
    assert last.status_word == "anna: stolen card"


@pytest.mark.parametrize(
    ("first", "state"), [("pending", "pending"), ("approved", "approved"), ("rejected", "pending")]
)
def test_what_is_reinstated_stands_again_where_it_stood(first: str, state: str) -> None:
    facts = booked(first)
    facts = facts if first == "rejected" else after(facts, Refund("r", dollars(20)), Reject("fraud"))
    last = after(facts, Reinstate("anna: genuine"))[-1]
    earned = (1000, 1500) if first == "rejected" else (800, 1200)
    assert (last.after.state, last.after.reason, last.after.commission, last.after.revenue) == (state, "", *earned)
    assert last.status_word == "anna: genuine"


def test_what_was_rejected_again_can_be_reinstated_again() -> None:
    facts = after(APPROVED, Reject("fraud"), Reinstate("anna: a"), Reject("returned"), Reinstate("anna: b"))
    assert (facts[-1].after.state, facts[-1].after.commission) == ("approved", 1000)


# New amounts


def test_an_amended_amount_replaces_the_old_one_upwards_and_downwards() -> None:
    facts = after(PENDING, Amend("a", dollars(150)), Amend("b", dollars(20)))
    assert [fact.moved.pending_commission for fact in facts] == [1000, 500, -1300]
    assert facts[-1].amount == dollars(20)


def test_an_amount_below_what_was_refunded_leaves_nothing() -> None:
    facts = after(PENDING, Refund("r", dollars(60)), Dispute("d", "opened"), Amend("a", dollars(50)))
    assert (facts[-1].after.commission, facts[-1].after.disputed) == (0, 0)
    assert told(life.change(facts, Refund("s", dollars(1)), LATER)) == "nothing_left"
    assert after(facts, Dispute("d", "lost"))[-1].after.commission == 0


def test_an_amount_of_nothing_does_not_bring_back_what_was_refunded() -> None:
    facts = after(booked("pending", "CPA 5.00 USD"), Refund("r", dollars(100)), Amend("a", dollars(0)))
    assert [fact.after.commission for fact in facts] == [500, 0, 0]


def test_an_amount_that_was_never_said_can_be_said_later() -> None:
    campaign = replace(CAMPAIGN, terms=(Terms("sale", "*", 0, "CPA 5.00 USD", "CPA 7.00 USD"),))
    first = judge.decide([], sale(amount="", status="pending"), SALE, "c", replace(CLICK, campaign=campaign), at())
    assert isinstance(first, Fact)
    facts = after([first], Amend("a", dollars(80)), Refund("r", dollars(80)))
    assert [fact.after.commission for fact in facts] == [500, 500, 0]


# Disputes


def test_an_open_dispute_holds_and_its_end_lets_go() -> None:
    facts = after(APPROVED, Dispute("d", "opened", dollars(40)), Dispute("d", "won"))
    assert [(fact.after.disputed, fact.after.commission) for fact in facts] == [(0, 1000), (4000, 1000), (0, 1000)]


@pytest.mark.parametrize(
    ("opened", "lost", "refunded", "left"),
    [
        (None, None, 0, 0),
        (40, None, 0, 600),
        (400, None, 0, 0),
        (40, 15, 0, 850),
        (40, 90, 0, 600),
        (40, None, 80, 0),
        (40, None, 100, 0),
        (None, None, 30, 0),
    ],
)
def test_a_lost_dispute_takes_what_was_disputed_and_is_still_there(
    opened: float | None, lost: float | None, refunded: float, left: int
) -> None:
    facts = after(APPROVED, Dispute("d", "opened", dollars(opened) if opened else None))
    facts = after(facts, Refund("r", dollars(refunded))) if refunded else facts
    last = after(facts, Dispute("d", "lost", dollars(lost) if lost else None))[-1]
    assert (last.after.commission, last.after.disputed) == (left, 0)


def test_an_opening_that_comes_late_says_nothing_new() -> None:
    for end in ("won", "lost"):
        facts = after(APPROVED, Dispute("d", end, None))
        assert told(life.change(facts, Dispute("d", "opened", dollars(40)), LATER)) == "replay"


def test_a_dispute_is_decided_even_if_the_conversion_was_rejected_meanwhile() -> None:
    facts = after(APPROVED, Dispute("d", "opened", dollars(40)), Reject("fraud"), Dispute("d", "lost"))
    assert (facts[-1].after.state, facts[-1].after.commission, facts[-1].after.disputed) == ("rejected", 0, 0)
    assert after(facts, Reinstate("anna: genuine"))[-1].after.commission == 600


def test_what_a_shop_calls_refunded_does_not_count_lost_disputes() -> None:
    facts = after(APPROVED, Dispute("d", "lost", dollars(30)), Refund("", dollars(20), is_total=True))
    assert [fact.after.refunded for fact in facts] == [0, 3000, 5000]
    assert told(life.change(facts, Refund("", dollars(20), is_total=True), LATER)) == "replay"
    facts = after(facts, Refund("", dollars(100), is_total=True))
    assert facts[-1].after.refunded == 10000


# Corrections


def test_tax_and_shipping_are_corrected_apart() -> None:
    facts = booked(commission="RevShare 10% net", tax=dollars(19), shipping=dollars(5))
    facts = after(facts, Correct("c", tax=dollars(9)), Correct("d", shipping=dollars(1)), Correct("e", tax=dollars(0)))
    assert [fact.deductions for fact in facts] == [2400, 1400, 1000, 100]
    assert [fact.after.commission for fact in facts] == [760, 860, 900, 990]


def test_an_amended_amount_brings_its_own_tax() -> None:
    facts = booked("pending", "RevShare 10% net", tax=dollars(19), shipping=dollars(5))
    facts = after(facts, Amend("a", dollars(50), tax=dollars(9.50)), Correct("c", shipping=dollars(0.50)))
    assert [fact.deductions for fact in facts] == [2400, 1450, 1000]
    assert life.deductions(facts) == (950, 50)


@pytest.mark.parametrize(
    ("seconds", "commission", "reason"),
    [(59, 0, "below_duration"), (60, 800, ""), (600, 1500, ""), (0, 0, "below_duration")],
)
def test_a_corrected_call_earns_by_its_new_length(seconds: int, commission: int, reason: str) -> None:
    rate = "Call 8.00 USD from 60s, 15.00 USD from 600s"
    facts = booked(commission=rate, seconds=90, source="call", caller="k/30")
    last = after(facts, Correct("c", seconds=seconds))[-1]
    assert (last.seconds, last.after.commission, last.after.reason) == (seconds, commission, reason)
    assert last.after.state == "approved"


# Rates of exchange

ABROAD = replace(CAMPAIGN, currency="EUR", terms=(Terms("sale", "*", 0, "RevShare 10%", "RevShare 15%"),))


def abroad(status: str, known: bool) -> list[Fact]:
    """A sale of 100.00 USD in a campaign of EUR by an affiliate that is paid in GBP."""
    ground = replace(CLICK, campaign=ABROAD, due_in="GBP")
    fact = judge.decide([], sale(status=status), SALE, "c", ground, at(), rates=rates if known else lambda _: NO_QUOTES)
    assert isinstance(fact, Fact)
    return [fact]


def test_three_currencies_are_one_exact_commission_each_rounded_once() -> None:
    [fact] = abroad("approved", known=True)
    # 10.00 USD / 1.0812 = 9.2490 EUR; times 0.8541 = 7.8996 GBP.
    assert (fact.after.commission, fact.after.revenue, fact.after.due) == (925, 1387, 790)
    assert fact.fx == "2026-09-21 9f86d081 EUR GBP=0.8541 USD=1.0812"


def test_a_refund_goes_by_the_rates_of_the_booking() -> None:
    facts = after(abroad("approved", known=True), Refund("r", dollars(50)), Refund("s", dollars(50)))
    assert [fact.after.due for fact in facts] == [790, 395, 0]
    assert facts[-1].fx == facts[0].fx


@pytest.mark.parametrize("status", ["approved", "pending"])
def test_without_a_rate_it_waits_with_no_money_and_is_then_what_it_was_to_be(status: str) -> None:
    facts = abroad(status, known=False)
    standing = facts[0].after
    assert (standing.state, standing.reason, standing.wanted) == ("pending", "no_fx_rate", status)
    assert (standing.commission, standing.revenue, standing.due, facts[0].fx) == (0, 0, 0, "")
    rated = life.rate(facts, LATER, rates)
    assert isinstance(rated, Fact)
    assert (rated.kind, rated.after.state, rated.after.reason, rated.fx) == (
        "rated",
        status,
        "",
        abroad("pending", True)[0].fx,
    )
    assert (rated.after.commission, rated.after.revenue, rated.after.due) == (925, 1387, 790)
    assert told(life.rate([*facts, rated], LATER, rates)) == "replay"


def test_a_rate_that_is_still_missing_changes_nothing() -> None:
    facts = abroad("approved", known=False)
    lacking = replace(QUOTES, rates=(("USD", "1.0812"),))
    assert told(life.rate(facts, LATER, lambda _: NO_QUOTES)) == "replay"
    assert told(life.rate(facts, LATER, lambda _: lacking)) == "replay"


def test_the_rates_of_the_booking_day_are_asked_for() -> None:
    asked: list[str] = []

    def noting(day: str) -> Quotes:
        asked.append(day)
        return QUOTES

    life.rate(after(abroad("pending", known=False), Approve()), at(NOW + 9 * DAY_MS), noting)
    assert asked == [at().day]


def test_what_waits_for_a_rate_is_reviewed_amended_and_refunded_meanwhile() -> None:
    facts = after(abroad("pending", known=False), Amend("a", dollars(200)), Refund("r", dollars(100)), Approve())
    assert told(life.change(facts, Approve(), LATER)) == "replay"
    assert told(life.change(facts, Amend("b", dollars(10)), LATER)) == "not_pending"
    rated = life.rate(facts, LATER, rates)
    assert isinstance(rated, Fact)
    assert (rated.after.state, rated.after.due) == ("approved", 790)


def test_time_approves_what_waits_for_a_rate_so_that_the_rate_is_all_it_waits_for() -> None:
    facts = abroad("pending", known=False)
    fact = life.approve_by_time(facts, LATER)
    assert isinstance(fact, Fact)
    assert (fact.after.state, fact.after.wanted) == ("pending", "approved")
    assert told(life.approve_by_time([*facts, fact], LATER)) == "replay"


def test_what_is_reinstated_without_a_rate_waits_again() -> None:
    facts = after(abroad("approved", known=False), Reject("fraud"), Reinstate("anna: genuine"))
    assert (facts[-1].after.reason, facts[-1].after.wanted) == ("no_fx_rate", "approved")
    rated = life.rate(facts, LATER, rates)
    assert isinstance(rated, Fact)
    assert (rated.after.state, rated.after.due) == ("approved", 790)


def test_the_whole_refund_of_what_waits_for_a_rate_needs_none() -> None:
    last = after(abroad("approved", known=False), Refund("r", dollars(100)))[-1].after
    assert (last.state, last.reason, last.commission, last.due) == ("approved", "", 0, 0)


# Whatever happens, in whatever order

RATES = [
    "RevShare 10%",
    "RevShare 12.5% net",
    "CPA 5.00 EUR",
    "CPA 2.00 USD + RevShare 3.333333%",
    "Call 8.00 EUR from 60s, 15.00 EUR from 600s",
    "Tiers amount marginal: RevShare 7%; from 1000.00 EUR RevShare 9%",
    "RevShare 250%",
]
NAMES = st.sampled_from(["1", "2", "3 4"])
MONEYS = st.integers(0, 15_000).map(lambda minor: Money(minor, "USD"))
MAYBE = st.none() | MONEYS
ANY_ACT = st.one_of(
    st.just(Approve()),
    st.just(Reject("fraud")),
    st.just(Reinstate("anna: genuine")),
    st.builds(Amend, NAMES, MONEYS, MAYBE, MAYBE),
    st.builds(Refund, NAMES, MONEYS, st.booleans()),
    st.builds(Dispute, NAMES, st.sampled_from(["opened", "won", "lost"]), MAYBE),
    st.builds(Correct, NAMES, st.none() | st.integers(0, 900), MAYBE, MAYBE),
    st.just("rate"),
)


def sums(facts: Sequence[Fact]) -> tuple[int, int, int]:
    """Commission, revenue and due by all movements, both states together."""
    moved = [fact.moved for fact in facts]
    return (
        sum(one.pending_commission + one.approved_commission for one in moved),
        sum(one.pending_revenue + one.approved_revenue for one in moved),
        sum(one.pending_due + one.approved_due for one in moved),
    )


def opening(amount: int, commission: str, revenue: str, status: str, known: bool, seconds: int) -> Fact:
    """A booking in three currencies."""
    campaign: Campaign = replace(ABROAD, terms=(Terms("sale", "*", 0, commission, revenue),))
    said = replace(sale(status=status), amount=Money(amount, "USD"), seconds=seconds, tax=Money(amount // 7, "USD"))
    ground = replace(CLICK, campaign=campaign, due_in="GBP")
    fact = judge.decide([], said, Goal("sale"), "c", ground, at(), rates=rates if known else lambda _: NO_QUOTES)
    assert isinstance(fact, Fact)
    return fact


@given(
    st.builds(
        opening,
        st.integers(1, 12_000),
        st.sampled_from(RATES),
        st.sampled_from(RATES),
        st.sampled_from(["approved", "pending"]),
        st.booleans(),
        st.sampled_from([0, 60, 700]),
    ),
    st.lists(ANY_ACT, max_size=14),
)
def test_nothing_takes_back_more_than_was_booked_and_a_full_reversal_leaves_nothing(
    first: Fact, acts: list[Act | str]
) -> None:
    facts = [first]
    for act in acts:
        answer = step(facts, act)
        if isinstance(answer, Fact):
            facts.append(answer)
            assert not isinstance(step(facts, act), Fact), "the same act twice"
        holds(facts)
    reversals: list[Act | str] = [
        *(Dispute(name, "lost") for name in ("1", "2", "3 4")),
        Refund("all", Money(10**9, "USD")),
        # A sale of nothing, such as a free trial, has nothing to give back: it is rejected.
        *([Reject("returned")] if facts[-1].amount == Money(0, "USD") else []),
    ]
    for act in reversals:
        answer = step(facts, act)
        facts += [answer] if isinstance(answer, Fact) else []
    holds(facts)
    assert sums(facts) == (0, 0, 0)


def step(facts: list[Fact], act: Act | str) -> Fact | Replay | Refusal:
    """What one act adds; 'rate' is the ripener's."""
    return life.rate(facts, LATER, rates) if isinstance(act, str) else life.change(facts, act, LATER)


def holds(facts: list[Fact]) -> None:
    """What must be true after each fact."""
    standing, amount = facts[-1].after, facts[-1].amount
    assert amount is not None
    assert sums(facts) == (standing.commission, standing.revenue, standing.due)
    assert min(sums(facts)) >= 0
    assert 0 <= standing.disputed <= max(0, amount.minor - standing.refunded)
    assert (standing.reason == "no_fx_rate") <= (sums(facts) == (0, 0, 0))


# What a rule of trust holds


def claim() -> list[Fact]:
    return tell([], sale("browser", "80.00"))[0]


def test_what_held_a_claim_holds_what_a_server_confirms_until_a_person_has_looked() -> None:
    facts, _ = tell(after(claim(), Hold("bot", "1"), Hold("burst", "2")), sale(status="approved"))
    assert (facts[-1].kind, facts[-1].after.state, facts[-1].after.held) == ("confirmed", "approved", "bot burst")
    assert [fact.after.held for fact in after(facts, Release("bot"), Release("burst"))[-2:]] == ["burst", ""]


def test_a_claim_that_a_person_refused_is_held_when_a_server_confirms_it() -> None:
    facts, _ = tell(after(claim(), Hold("cookie_stuffing", "1"), Refuse("cookie_stuffing")), sale(status="approved"))
    assert (facts[-1].after.state, facts[-1].after.held) == ("approved", "cookie_stuffing")
    assert told(life.change(facts, Hold("cookie_stuffing", "1"), LATER)) == "replay"
    assert after(facts, Release("cookie_stuffing"))[-1].after.held == ""
    again = after(facts, Refuse("cookie_stuffing"))
    assert (again[-1].after.state, again[-1].after.reason) == ("rejected", "cookie_stuffing")
    assert told(life.change(again, Refuse("cookie_stuffing"), LATER)) == "replay"


def test_a_hold_outlasts_a_rejection_and_a_refund_and_ripens_with_its_sale() -> None:
    facts = after(booked("pending"), Hold("bot", "1"), Refund("r1", dollars(100)), Reject("by_advertiser"))
    facts = after(facts, Reinstate("a person"))
    ripe = life.approve_by_time(facts, LATER)
    assert isinstance(ripe, Fact)
    assert (ripe.after.state, ripe.after.held, ripe.after.commission) == ("approved", "bot", 0)
    assert after([*facts, ripe], Release("bot"))[-1].after.held == ""


def test_what_was_refused_stands_free_where_a_person_reinstates_it() -> None:
    facts = after(booked(), Hold("bot", "1"), Refuse("bot"), Reinstate("a person"))
    assert (facts[-1].after.state, facts[-1].after.held, facts[-1].after.commission) == ("approved", "", 1000)
    assert told(life.change(facts, Refuse("bot"), LATER)) == "replay"
    assert after(facts, Hold("bot", "2"), Refuse("bot"))[-1].after.reason == "bot"
