"""Every sale is one conversion, once, at the server's word."""

from dataclasses import replace
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.model import judge, life
from chalicelib.model.fact import Fact
from chalicelib.model.judge import Replay
from chalicelib.model.money import Money
from chalicelib.model.network import DAY_MS, Campaign, Goal
from chalicelib.model.sale import Refusal, Sale, Status
from chalicelib.model.terms import Terms
from tests.model.world import (
    CAMPAIGN,
    CLICK,
    LEAD,
    LINK,
    NOW,
    OTHER_CLICK,
    OTHER_LINK,
    SALE,
    at,
    ground,
    id_of,
    money,
    sale,
    tell,
)

PIXEL = sale("browser", "80.00")
PENDING = sale(status="pending")
APPROVED = sale(status="approved")
OTHER_AMOUNT = sale(amount="120.00", status="approved")
SAID = {"pixel": PIXEL, "pending": PENDING, "approved": APPROVED, "replay": APPROVED, "other amount": OTHER_AMOUNT}


@pytest.mark.parametrize("order", list(permutations(SAID)), ids=" > ".join)
def test_one_sale_in_any_order_is_one_commission_of_the_servers_amount(order: tuple[str, ...]) -> None:
    facts: list[Fact] = []
    for name in order:
        facts, _ = tell(facts, SAID[name])
    first = next(name for name in order if name != "pixel")
    commission = 1200 if first == "other amount" else 1000
    assert [fact.kind for fact in facts].count("booked") == 1
    assert money(facts) == (0, commission)
    assert facts[-1].after.state == "approved"


@pytest.mark.parametrize("order", list(permutations(SAID)), ids=" > ".join)
def test_whatever_the_order_a_contradiction_is_a_conflict_and_a_repetition_is_not(order: tuple[str, ...]) -> None:
    facts: list[Fact] = []
    answers = {}
    for name in order:
        facts, answers[name] = tell(facts, SAID[name])
    first = next(name for name in order if name != "pixel")
    disagrees = {"pending", "approved", "replay"} if first == "other amount" else {"other amount"}
    assert {name for name, answer in answers.items() if isinstance(answer, Refusal)} == disagrees
    assert all(answers[name].reason == "other_amount" for name in disagrees)  # type: ignore[union-attr]


def test_another_click_for_the_same_order_is_a_conflict_and_pays_nobody_twice() -> None:
    facts, _ = tell([], APPROVED)
    facts, answer = tell(facts, replace(APPROVED, click_id=id_of(OTHER_CLICK)), OTHER_CLICK)
    assert isinstance(answer, Refusal)
    assert (answer.outcome, answer.reason, answer.state) == ("conflict", "other_click", "approved")
    assert (money(facts, "anna"), money(facts, "ben")) == ((0, 1000), (0, 0))


def test_a_claim_for_one_affiliate_that_the_server_confirms_for_another_moves_whole() -> None:
    facts, _ = tell([], PIXEL)
    assert money(facts, "anna") == (800, 0)
    facts, answer = tell(facts, replace(APPROVED, click_id=id_of(OTHER_CLICK)), OTHER_CLICK)
    assert [(fact.kind, fact.affiliate) for fact in facts] == [
        ("booked", "anna"),
        ("rejected", "anna"),
        ("confirmed", "ben"),
    ]
    assert (money(facts, "anna"), money(facts, "ben")) == ((0, 0), (0, 1000))
    assert isinstance(answer, Fact)


def test_a_confirmation_that_died_half_way_is_finished_by_its_repetition() -> None:
    facts, _ = tell([], PIXEL)
    said = replace(APPROVED, click_id=id_of(OTHER_CLICK))
    taken_back = judge.decide(facts, said, SALE, "conversion", OTHER_CLICK, at())
    assert isinstance(taken_back, Fact)
    facts, _ = tell([*facts, taken_back], said, OTHER_CLICK)
    assert (money(facts, "anna"), money(facts, "ben")) == ((0, 0), (0, 1000))


def test_a_claim_never_outranks_a_server() -> None:
    facts, _ = tell([], PENDING)
    facts, answer = tell(facts, replace(PIXEL, amount=Money(999_00, "USD")))
    assert isinstance(answer, Replay)
    assert money(facts) == (1000, 0)


def test_an_expired_claim_is_rejected_and_a_late_postback_still_confirms_it() -> None:
    facts, _ = tell([], PIXEL)
    expired = life.expire(facts, at(NOW + 45 * DAY_MS))
    assert isinstance(expired, Fact)
    facts = [*facts, expired]
    assert (facts[-1].after.reason, money(facts)) == ("unconfirmed", (0, 0))
    facts, _ = tell(facts, replace(APPROVED, event_ms=NOW), now=at(NOW + 46 * DAY_MS))
    assert (facts[-1].kind, money(facts)) == ("confirmed", (0, 1000))


# A claim is worth nothing without a server's word that knows the click


def test_a_servers_word_without_the_click_confirms_nobodys_claim() -> None:
    facts, _ = tell([], PIXEL)
    facts, answer = tell(
        facts, Sale("server", "sale", order_id="A-1", amount=Money(100_00, "USD"), status="approved"), None
    )
    assert answer == Refusal("rejected", "click_id_missing", "conversion", "pending")
    assert money(facts) == (800, 0)


def test_a_server_can_reject_a_claim_without_knowing_its_click_and_confirm_it_later() -> None:
    facts, _ = tell([], PIXEL)
    facts, _ = tell(facts, Sale("server", "sale", order_id="A-1", status="rejected"), None)
    assert (facts[-1].after.reason, money(facts)) == ("by_advertiser", (0, 0))
    facts, _ = tell(facts, APPROVED)
    assert (facts[-1].kind, money(facts)) == ("confirmed", (0, 1000))


def test_nothing_that_only_a_browser_said_is_held_against_a_server() -> None:
    claim = replace(PIXEL, coupon="BROWSER", customer="browser")
    facts, _ = tell([], claim)
    facts, _ = tell(facts, PENDING)
    assert (facts[-1].amount, facts[-1].coupon, facts[-1].customer) == (Money(100_00, "USD"), "", "")
    _, answer = tell(facts, APPROVED)
    assert isinstance(answer, Fact)


def test_a_share_is_never_confirmed_by_a_browsers_amount() -> None:
    facts, _ = tell([], replace(PIXEL, amount=Money(9_000_000_00, "USD")))
    _, answer = tell(facts, sale(amount="", status="approved"))
    assert isinstance(answer, Refusal)
    assert answer.reason == "amount_missing"


def test_a_refund_before_any_server_spoke_has_nothing_to_refund() -> None:
    facts, _ = tell([], PIXEL)
    facts, answer = tell(facts, refund("r1", "10.00"), None)
    assert isinstance(answer, Refusal)
    assert (answer.reason, len(facts)) == ("unknown_conversion", 1)


@pytest.mark.parametrize(
    ("event_ms", "reason"),
    [(NOW + 300_001, "in_future"), (NOW - 91 * DAY_MS, "too_old"), (NOW - 2 * DAY_MS, "before_click"), (NOW, "")],
)
def test_a_confirmation_must_say_a_believable_time_too(event_ms: int, reason: str) -> None:
    facts, _ = tell([], PIXEL)
    answer = tell(facts, replace(APPROVED, event_ms=event_ms))[1]
    assert (answer.reason if isinstance(answer, Refusal) else "") == reason


@pytest.mark.parametrize("where", [CLICK, OTHER_CLICK])
def test_a_late_confirmation_that_names_no_time_counts_from_the_claim(where: judge.Ground) -> None:
    facts, _ = tell([], PIXEL)
    said = replace(APPROVED, click_id=id_of(where))
    facts, _ = tell(facts, said, where, now=at(NOW + 35 * DAY_MS))
    assert (facts[-1].kind, facts[-1].event_ms) == ("confirmed", NOW)


def test_a_confirmed_conversion_does_not_expire() -> None:
    facts, _ = tell([], PENDING)
    assert isinstance(life.expire(facts, at(NOW + 90 * DAY_MS)), Replay)


# The life of a confirmed conversion


@pytest.mark.parametrize(
    ("first", "then", "kind", "state"),
    [
        ("pending", "approved", "approved", "approved"),
        ("pending", "rejected", "rejected", "rejected"),
        ("approved", "rejected", "rejected", "rejected"),
        ("approved", "pending", "replay", "approved"),
        ("approved", "", "replay", "approved"),
        ("rejected", "rejected", "replay", "rejected"),
        ("rejected", "pending", "replay", "rejected"),
        ("rejected", "approved", "already_rejected", "rejected"),
    ],
)
def test_a_status_moves_forward_only(first: str, then: Status, kind: str, state: str) -> None:
    facts, _ = tell([], sale(status=first))
    facts, answer = tell(facts, Sale("server", "sale", order_id="A-1", status=then), None)
    match answer:
        case Fact():
            assert answer.kind == kind
        case Replay():
            assert kind == "replay"
        case Refusal():
            assert answer.reason == kind
    assert facts[-1].after.state == state
    assert money(facts) == {"approved": (0, 1000), "rejected": (0, 0), "pending": (1000, 0)}[state]


@pytest.mark.parametrize(
    ("review", "status", "state"),
    [
        ("auto", "", "approved"),
        ("manual", "", "pending"),
        ("after 14", "", "pending"),
        ("manual", "approved", "approved"),
        ("auto", "pending", "pending"),
    ],
)
def test_the_review_rule_decides_only_where_the_advertiser_says_nothing(review: str, status: str, state: str) -> None:
    facts, _ = tell([], sale(status=status), goal=Goal("sale", review=review))
    assert facts[0].after.state == state


def test_time_approves_what_waited_for_review() -> None:
    facts, _ = tell([], PENDING)
    answer = life.approve_by_time(facts, at())
    assert isinstance(answer, Fact)
    assert money([*facts, answer]) == (0, 1000)


def test_time_does_not_approve_an_unconfirmed_claim() -> None:
    facts, _ = tell([], PIXEL)
    assert isinstance(life.approve_by_time(facts, at()), Replay)


# Refunds


def refund(id: str, amount: str) -> Sale:
    return Sale("server", "sale", order_id="A-1", refund_id=id, amount=Money(round(float(amount) * 100), "USD"))


def test_partial_refunds_take_back_exactly_what_was_earned() -> None:
    campaign = replace(CAMPAIGN, terms=(Terms("sale", "*", 0, "RevShare 12.5%", "RevShare 20%"),))
    facts, _ = tell([], sale(amount="10.00"), replace(CLICK, campaign=campaign))
    for id, amount in (("r1", "3.33"), ("r2", "3.33"), ("r3", "3.34")):
        facts, _ = tell(facts, refund(id, amount), None)
    assert [fact.moved.approved_commission for fact in facts] == [125, -42, -41, -42]


def test_the_same_refund_twice_is_a_replay_and_one_too_many_is_refused() -> None:
    facts, _ = tell([], APPROVED)
    facts, _ = tell(facts, refund("r1", "60.00"), None)
    facts, again = tell(facts, refund("r1", "60.00"), None)
    assert isinstance(again, Replay)
    facts, _ = tell(facts, refund("r2", "60.00"), None)
    assert money(facts) == (0, 0)
    facts, over = tell(facts, refund("r3", "1.00"), None)
    assert isinstance(over, Refusal)
    assert over.reason == "nothing_left"


def test_the_same_refund_with_another_amount_is_a_conflict() -> None:
    facts, _ = tell([], APPROVED)
    facts, _ = tell(facts, refund("r 1", "5.00"), None)
    facts, answer = tell(facts, refund("r 1", "50.00"), None)
    assert isinstance(answer, Refusal)
    assert (answer.outcome, answer.reason, money(facts)) == ("conflict", "other_amount", (0, 950))


def test_a_cumulative_refund_counts_only_what_is_new() -> None:
    facts, _ = tell([], APPROVED)
    for total, commission in (("30.00", 700), ("30.00", 700), ("20.00", 700), ("100.00", 0)):
        refunded = Money(round(float(total) * 100), "USD")
        facts, _ = tell(facts, Sale("server", "sale", order_id="A-1", refunded=refunded), None)
        assert money(facts) == (0, commission)


@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(1, 9000)), max_size=8), st.integers(1, 20000))
def test_no_refund_ever_takes_more_than_was_booked(refunds: list[tuple[str, int]], amount: int) -> None:
    facts, _ = tell([], replace(APPROVED, amount=Money(amount, "USD")))
    for id, minor in refunds:
        facts, _ = tell(facts, Sale("server", "sale", order_id="A-1", refund_id=id, amount=Money(minor, "USD")), None)
        assert 0 <= money(facts)[1] == facts[-1].after.commission


@pytest.mark.parametrize(
    ("first", "said", "reason"),
    [
        (None, refund("r", "1.00"), "unknown_conversion"),
        (sale(status="rejected"), refund("r", "1.00"), "already_rejected"),
        (APPROVED, replace(refund("r", "1.00"), amount=Money(1_00, "EUR")), "other_currency"),
        (
            sale(amount="", goal="lead", click_id=id_of(CLICK)),
            replace(refund("r", "1.00"), goal="lead"),
            "amount_unknown",
        ),
    ],
)
def test_a_refund_of_nothing_is_refused(first: Sale | None, said: Sale, reason: str) -> None:
    goal = LEAD if said.goal == "lead" else SALE
    facts = tell([], first, goal=goal)[0] if first else []
    answer = tell(facts, said, None, goal)[1]
    assert isinstance(answer, Refusal)
    assert answer.reason == reason


# What a new conversion must fulfil

WINDOW = 30 * DAY_MS


@pytest.mark.parametrize(
    ("campaign", "since_ms", "reason"),
    [
        (CAMPAIGN, WINDOW, ""),
        (CAMPAIGN, WINDOW + 1, "outside_window"),
        (replace(CAMPAIGN, minimum_ms=15_000), 15_000, ""),
        (replace(CAMPAIGN, minimum_ms=15_000), 14_999, "below_minimum_time"),
        (replace(CAMPAIGN, terms=()), 1000, "no_terms"),
    ],
)
def test_the_window_includes_its_last_millisecond(campaign: Campaign, since_ms: int, reason: str) -> None:
    answer = tell([], APPROVED, ground(ago_ms=since_ms, campaign=campaign))[1]
    assert (answer.reason if isinstance(answer, Refusal) else "") == reason


@pytest.mark.parametrize(
    ("event_ms", "reason"),
    [
        (NOW + 300_000, ""),
        (NOW + 300_001, "in_future"),
        (NOW - DAY_MS, ""),
        (NOW - DAY_MS - 1000, "before_click"),
        (NOW - 91 * DAY_MS, "too_old"),
    ],
)
def test_event_time_must_be_believable(event_ms: int, reason: str) -> None:
    answer = tell([], replace(APPROVED, event_ms=event_ms))[1]
    assert (answer.reason if isinstance(answer, Refusal) else "") == reason


def test_a_new_conversion_needs_a_click() -> None:
    answer = tell([], APPROVED, None)[1]
    assert isinstance(answer, Refusal)
    assert answer.reason == "click_id_missing"


def test_a_share_of_no_amount_is_quarantined() -> None:
    answer = tell([], sale(amount=""))[1]
    assert isinstance(answer, Refusal)
    assert (answer.outcome, answer.reason) == ("quarantined", "amount_missing")


def test_terms_are_pinned_by_the_click_and_the_affiliates_own_come_first() -> None:
    assert CLICK.click is not None
    start = CLICK.click.id.ms
    campaign = replace(
        CAMPAIGN,
        terms=(
            Terms("sale", "*", 0, "RevShare 10%", "RevShare 15%"),
            Terms("sale", "*", start + 1, "RevShare 50%", "RevShare 60%"),
            Terms("sale", "anna", start, "RevShare 12%", "RevShare 15%"),
            Terms("sale", "ben", 0, "RevShare 90%", "RevShare 95%"),
        ),
    )
    facts, _ = tell([], APPROVED, replace(CLICK, campaign=campaign))
    assert (facts[0].terms, money(facts)) == (f"sale/anna/{start}", (0, 1200))


def test_two_currencies_without_a_rate_are_held_and_never_mixed() -> None:
    campaign = replace(CAMPAIGN, terms=(Terms("sale", "*", 0, "CPA 5.00 USD", "RevShare 10%"),))
    said = replace(APPROVED, amount=Money(100_00, "EUR"))
    facts, _ = tell([], said, replace(CLICK, campaign=campaign))
    standing = facts[0].after
    assert (standing.state, standing.reason, standing.commission, standing.revenue) == ("pending", "no_fx_rate", 0, 0)
    assert isinstance(tell(facts, said, replace(CLICK, campaign=campaign))[1], Replay)


# What only some sales say


def test_a_late_repetition_from_before_a_change_is_a_replay_and_no_word_about_the_present() -> None:
    facts, _ = tell([], PENDING)
    facts, _ = tell(facts, replace(PENDING, change_id="a", amount=Money(80_00, "USD")), None)
    assert facts[-1].kind == "amended"
    assert isinstance(tell(facts, PENDING)[1], Replay)
    assert told(tell(facts, APPROVED)[1]) == "other_amount"
    facts, answer = tell(facts, sale(amount="80.00", status="approved"))
    assert (told(answer), money(facts)) == ("approved", (0, 800))
    assert told(tell(facts, sale(amount="90.00"))[1]) == "other_amount"


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"tax": Money(19_00, "USD")}, "replay"),
        ({"tax": Money(18_00, "USD")}, "other_deductions"),
        ({"shipping": Money(1, "USD")}, "other_deductions"),
        ({"seconds": 90}, "replay"),
        ({"seconds": 91}, "other_duration"),
    ],
)
def test_tax_shipping_and_duration_can_contradict(change: dict[str, object], word: str) -> None:
    facts, _ = tell([], sale(tax=Money(19_00, "USD"), seconds=90))
    assert told(tell(facts, replace(sale(), **change))[1]) == word  # type: ignore[arg-type]


CALL = sale("call", "", goal="lead", click_id="", order_id="", call_id="T-1", seconds=90, caller="k/30", status="")
CALLS = replace(CAMPAIGN, terms=(Terms("lead", "*", 0, "Call 8.00 USD from 60s", "CPA 9.00 USD"),))
TELEPHONE = judge.Ground(None, LINK, CALLS)


@pytest.mark.parametrize(
    ("change", "standing"),
    [
        ({}, ("approved", "", 800)),
        ({"seconds": 59}, ("approved", "below_duration", 0)),
        ({"seconds": 59, "status": "pending"}, ("pending", "below_duration", 0)),
        ({"caller": ""}, ("pending", "caller_withheld", 800)),
        ({"caller": "", "status": "rejected"}, ("rejected", "by_advertiser", 0)),
    ],
)
def test_a_call_earns_by_its_length_and_a_withheld_caller_waits_for_a_person(
    change: dict[str, object], standing: tuple[str, str, int]
) -> None:
    facts, _ = tell([], replace(CALL, **change), TELEPHONE, LEAD)  # type: ignore[arg-type]
    after = facts[0].after
    assert (after.state, after.reason, after.commission) == standing
    assert (facts[0].seconds, facts[0].source, facts[0].click_id) == (facts[0].seconds, "call", "")
    if after.reason == "caller_withheld":
        assert isinstance(life.approve_by_time(facts, at()), Replay)


def test_a_call_is_one_conversion_by_the_telephone_systems_own_id() -> None:
    ids = {judge.identity(said, LEAD, "shop", "") for said in (CALL, replace(CALL, order_id="x", seconds=1))}
    assert len(ids) == 1
    assert judge.identity(replace(CALL, call_id="T-2"), LEAD, "shop", "") not in ids


def test_a_postback_never_books_a_call() -> None:
    assert told(tell([], replace(CALL, source="server"), TELEPHONE, LEAD)[1]) == "unknown_conversion"


def test_a_click_that_a_coupon_outdid_is_no_contradiction_when_it_is_named_again() -> None:
    coupon = judge.Ground(None, OTHER_LINK, CAMPAIGN)
    said = sale(coupon="SPRING", status="approved")
    facts, _ = tell([], said, coupon)
    assert (facts[0].affiliate, facts[0].click_id, facts[0].touches) == ("ben", "", (id_of(CLICK),))
    facts, _ = tell(facts, replace(refund("r", "10.00"), click_id=""), None)
    assert isinstance(tell(facts, said, coupon)[1], Replay)
    assert told(tell(facts, replace(said, click_id=id_of(OTHER_CLICK)), coupon)[1]) == "other_click"


def test_terms_without_a_click_are_pinned_by_the_customers_first_payment() -> None:
    versions = (Terms("sale", "*", 0, "RevShare 10%", "none"), Terms("sale", "*", NOW, "RevShare 50%", "none"))
    campaign = replace(CAMPAIGN, terms=versions)
    for pinned_ms, commission in ((NOW - 1, 1000), (NOW, 5000), (None, 5000)):
        ground = judge.Ground(None, LINK, campaign, pinned_ms=pinned_ms)
        facts, _ = tell([], replace(APPROVED, click_id=""), ground)
        assert facts[0].after.commission == commission


def test_a_change_of_an_unknown_sale_is_refused() -> None:
    for change in ({"change_id": "a"}, {"dispute_id": "d", "dispute": "opened"}, {"correction_id": "c", "seconds": 1}):
        assert told(tell([], replace(APPROVED, **change))[1]) == "unknown_conversion"


def test_a_rejection_of_a_claim_that_is_repeated_is_written_once() -> None:
    facts, _ = tell([], PIXEL)
    said = Sale("server", "sale", order_id="A-1", status="rejected", reason="cancelled")
    facts, _ = tell(facts, said, None)
    facts, again = tell(facts, said, None)
    assert (len(facts), told(again), facts[-1].after.reason) == (2, "replay", "cancelled")


def told(answer: Fact | Replay | Refusal) -> str:
    match answer:
        case Fact():
            return answer.kind
        case Replay():
            return "replay"
    return answer.reason


# Identity

IDENTITIES = [
    ("order", sale(), sale(click_id=id_of(OTHER_CLICK)), True),
    ("order", sale(), sale(order_id="A-2"), False),
    ("order", sale(), sale(order_id="a-1"), False),
    ("order", sale(), sale(test=True), False),
    ("click", sale(), sale(order_id="A-2"), True),
    ("click", sale(), sale(click_id=id_of(OTHER_CLICK)), False),
    ("customer", sale(customer="c"), sale(customer="c", order_id="A-2"), True),
    ("customer", sale(customer="c"), sale(customer="d"), False),
]


@pytest.mark.parametrize(("once_per", "one", "other", "same"), IDENTITIES)
def test_the_goal_decides_what_is_the_same_sale(once_per: str, one: Sale, other: Sale, same: bool) -> None:
    goal = Goal("sale", once_per)  # type: ignore[arg-type]
    ids = {judge.identity(said, goal, "shop", "") for said in (one, other)}
    assert (len(ids) == 1) is same


def test_each_shop_of_an_advertiser_numbers_its_own_orders() -> None:
    assert judge.identity(sale(), SALE, "shop", "de") != judge.identity(sale(), SALE, "shop", "fr")


@pytest.mark.parametrize(
    ("once_per", "said", "outcome", "reason"),
    [
        ("order", sale(order_id=""), "quarantined", "order_id_missing"),
        ("order", sale("browser", order_id=""), "rejected", "order_id_missing"),
        ("customer", sale(), "quarantined", "customer_id_missing"),
        ("click", sale(click_id=""), "rejected", "click_id_missing"),
    ],
)
def test_a_missing_identity_is_said(once_per: str, said: Sale, outcome: str, reason: str) -> None:
    answer = judge.identity(said, Goal("sale", once_per), "shop", "")  # type: ignore[arg-type]
    assert isinstance(answer, Refusal)
    assert (answer.outcome, answer.reason) == (outcome, reason)


@pytest.mark.parametrize(("once_per", "reason"), [("click", "duplicate_click"), ("customer", "duplicate_customer")])
def test_a_second_order_where_one_is_paid_is_a_conflict(once_per: str, reason: str) -> None:
    goal = Goal("sale", once_per)  # type: ignore[arg-type]
    facts, _ = tell([], sale(customer="c"), goal=goal)
    answer = tell(facts, sale(customer="c", order_id="A-2"), goal=goal)[1]
    assert isinstance(answer, Refusal)
    assert answer.reason == reason


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"amount": Money(1, "USD")}, "other_amount"),
        ({"amount": Money(100_00, "EUR")}, "other_currency"),
        ({"click_id": id_of(OTHER_CLICK)}, "other_click"),
        ({"coupon": "SPRING"}, "other_coupon"),
        ({"customer": "c2"}, "other_customer"),
    ],
)
def test_each_field_of_the_fingerprint_can_contradict(change: dict[str, object], reason: str) -> None:
    first = sale(coupon="WINTER", customer="c1")
    facts, _ = tell([], first)
    answer = tell(facts, replace(first, **change))[1]  # type: ignore[arg-type]
    assert isinstance(answer, Refusal)
    assert (answer.outcome, answer.reason) == ("conflict", reason)


def test_what_is_not_said_contradicts_nothing() -> None:
    facts, _ = tell([], sale(coupon="WINTER", customer="c1"))
    assert isinstance(tell(facts, Sale("server", "sale", order_id="A-1"), None)[1], Replay)
