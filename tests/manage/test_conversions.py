"""A person reviews, changes, books and looks at conversions by the command, and stands for it with a name."""

from types import SimpleNamespace
from typing import Any, cast
from uuid import uuid4

import pytest

from chalicelib.manage.command import Desk, main
from chalicelib.manage.conversions import Conversions
from chalicelib.model import trust
from chalicelib.model.day import iso
from chalicelib.model.network import DAY_MS, Link
from chalicelib.store.network import Network
from tests.web.shopfront import MASTER, Front

SALE = {"goal": "sale", "order_id": "A-1", "amount": "50.00", "currency": "USD"}


@pytest.fixture
def link(front: Front) -> Link:
    return front.link()


@pytest.fixture
def conversion(front: Front, link: Link) -> str:
    return front.postback(click_id=front.click(link.slug), status="pending", **SALE)[1]["conversion_id"]


@pytest.fixture
def desk(front: Front) -> Desk:
    network = Network(front.table, "ledger")
    person = lambda: trust.lasting(MASTER)  # noqa: E731
    made = Conversions(front.ledger, network, front.rates.on, lambda: front.now, "UTC", person)
    return cast("Desk", SimpleNamespace(conversions=made))


def run(desk: Any, *words: str) -> int:
    return main(("conversion", *words), lambda _: desk)


def test_a_person_leads_a_conversion_through_its_life(
    front: Front, desk: Desk, conversion: str, capsys: pytest.CaptureFixture[str]
) -> None:
    acts = [
        ("amend", "--amount", "100.00", "--key", "a", "--by", "anna", "--note", "typed wrong"),
        ("approve", "--by", "anna"),
        ("refund", "--amount", "20.00", "--key", "r", "--by", "anna"),
        ("dispute", "--phase", "opened", "--amount", "30.00", "--key", "d", "--by", "anna"),
        ("dispute", "--phase", "lost", "--key", "d", "--by", "anna"),
        ("correct", "--tax", "5.00", "--key", "c", "--by", "anna"),
        ("reject", "--reason", "fraud", "--by", "anna"),
        ("reinstate", "--reason", "the bank says it is genuine", "--by", "ben"),
    ]
    for act, *words in acts:
        assert run(desk, act, conversion, *words) == 0
    done = capsys.readouterr().out.splitlines()
    assert [line.partition(":")[0] for line in done] == [
        *("amended", "approved", "refunded", "disputed"),
        *("dispute_lost", "corrected", "rejected", "reinstated"),
    ]
    assert done[-1] == f"reinstated: {conversion} is approved, commission 5.00 USD, revenue 7.50 USD"
    facts = front.facts(conversion)
    assert facts[1].status_word == "anna: typed wrong"
    assert (facts[-1].status_word, facts[-2].after.reason) == ("ben: the bank says it is genuine", "fraud")


def test_what_was_done_is_already_done(desk: Desk, conversion: str, capsys: pytest.CaptureFixture[str]) -> None:
    words = ("refund", conversion, "--amount", "20.00", "--key", "r", "--by", "anna")
    assert [run(desk, *words) for _ in range(2)] == [0, 0]
    assert [line.partition(":")[0] for line in capsys.readouterr().out.splitlines()] == ["refunded", "already"]


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (("refund", "--amount", "21.00", "--key", "r", "--by", "anna"), "other_amount"),
        (("amend", "--amount", "1.234", "--key", "a", "--by", "anna"), "ambiguous_amount"),
        (("reinstate", "--reason", "why not", "--by", "anna"), "not_rejected"),
        (("reinstate", "--reason", " ", "--by", "anna"), "needs a reason"),
        (("approve", "--by", " "), "who and why"),
        (("approve", "--by", "anna", "--note", "x" * 128), "who and why"),
        (("correct", "--key", "c", "--by", "anna"), "what should have been said"),
        (("correct", "--seconds", "-1", "--key", "c", "--by", "anna"), "0 to 86400"),
        (("refund", "--amount", "1.00", "--key", " ", "--by", "anna"), "a name"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line(
    desk: Desk, conversion: str, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], reason: str
) -> None:
    run(desk, "refund", conversion, "--amount", "20.00", "--key", "r", "--by", "anna")
    assert run(desk, words[0], conversion, *words[1:]) == 1
    told = capsys.readouterr().err
    assert reason in told
    assert told.count("\n") == 1


def test_an_unknown_conversion_is_said(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(desk, "show", "0" * 32) == 1
    assert run(desk, "approve", "0" * 32, "--by", "anna") == 1
    assert run(desk, "approve", "--by", "anna") == 1
    assert "which conversion?" in capsys.readouterr().err


def test_a_conversion_is_found_by_its_order_its_click_or_its_customer(front: Front, desk: Desk, link: Link) -> None:
    front.office.add_goal(front.shop, "trial", "customer", "auto")
    front.office.add_terms(link.campaign, "trial", "*", ("CPA 1.00 USD", "CPA 2.00 USD"), None)
    front.passes(120_000)
    click = front.click(link.slug)
    ids = [
        front.postback(click_id=click, **SALE)[1]["conversion_id"],
        front.postback(click_id=click, goal="lead")[1]["conversion_id"],
        front.postback(click_id=click, goal="trial", customer_id="c-7")[1]["conversion_id"],
    ]
    found = [
        desk.conversions.of_order(front.shop, goal, key, "")
        for goal, key in (("sale", "A-1"), ("lead", click), ("trial", "c-7"))
    ]
    assert found == ids


def test_a_conversion_is_shown_with_all_that_happened(
    front: Front, desk: Desk, conversion: str, capsys: pytest.CaptureFixture[str]
) -> None:
    run(desk, "refund", "--order", front.shop, "sale", "A-1", "--amount", "20.00", "--key", "r", "--by", "anna")
    capsys.readouterr()
    assert run(desk, "show", conversion) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith(f"{conversion}: sale of ")
    assert lines[1] == "amount 50.00 USD, refunded 20.00, disputed 0.00, rates none needed"
    assert [line.split()[:5] for line in lines[3:]] == [
        ["0", iso(front.now), "booked", "pending", "5.00"],
        ["1", iso(front.now), "refunded", "pending", "3.00"],
    ]


# By hand


def by_hand(front: Front, link: Link, **changes: str) -> list[str]:
    plain = {
        "affiliate": link.affiliate,
        "campaign": link.campaign,
        "goal": "sale",
        "order": "H-1",
        "amount": "80.00",
        "at": iso(front.now - DAY_MS),
        "reason": "the pixel was broken",
        "by": "anna",
    }
    return ["add", *(f"--{name}={value}" for name, value in (plain | changes).items() if value)]


def test_a_conversion_by_hand_needs_no_click_and_is_booked_once(
    front: Front, desk: Desk, link: Link, capsys: pytest.CaptureFixture[str]
) -> None:
    assert [run(desk, *by_hand(front, link)) for _ in range(2)] == [0, 0]
    assert [line.partition(":")[0] for line in capsys.readouterr().out.splitlines()] == ["booked", "already"]
    [fact] = front.facts(desk.conversions.of_order(front.shop, "sale", "H-1", ""))
    assert (fact.source, fact.click_id, fact.affiliate, fact.event_ms) == (
        "hand",
        "",
        link.affiliate,
        front.now - DAY_MS,
    )
    assert (fact.after.commission, fact.status_word) == (800, "anna: the pixel was broken")


def test_a_conversion_by_hand_and_a_postback_of_the_same_order_are_one(
    front: Front, desk: Desk, link: Link, capsys: pytest.CaptureFixture[str]
) -> None:
    click = front.click(link.slug)
    said = SALE | {"order_id": "H-1", "amount": "80.00"}
    run(desk, *by_hand(front, link))
    assert front.postback(**said)[1]["status"] == "replayed"
    assert front.postback(click_id=click, **said)[1]["reason"] == "other_click"
    front.postback(click_id=click, **(said | {"order_id": "H-2"}))
    assert run(desk, *by_hand(front, link, order="H-2", amount="81.00")) == 1
    assert "other_amount" in capsys.readouterr().err


def test_a_goal_that_pays_once_per_click_is_booked_by_hand_under_a_name(front: Front, desk: Desk, link: Link) -> None:
    words = [by_hand(front, link, goal="lead", order=name, amount="") for name in ("fair-1", "fair-1", "fair-2")]
    front.table.calls.clear()
    assert [run(desk, *said) for said in words] == [0, 0, 0]
    assert run(desk, *by_hand(front, link, goal="lead", order="", amount="")) == 1


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"campaign": "nowhere"}, "no campaign nowhere"),
        ({"affiliate": "nobody"}, "no affiliate nobody"),
        ({"goal": "install"}, "has no goal install"),
        ({"at": "yesterday"}, "not a time with a zone"),
        ({"at": "2020-01-01T00:00:00Z"}, "too_old"),
        ({"at": "2030-01-01T00:00:00Z"}, "in_future"),
        ({"order": ""}, "order_id_missing"),
        ({"order": "x" * 129}, "at most 128"),
        ({"amount": ""}, "amount_missing"),
        ({"currency": "XXX"}, "bad_currency"),
    ],
)
def test_what_cannot_be_booked_by_hand_is_said(
    front: Front, desk: Desk, link: Link, capsys: pytest.CaptureFixture[str], change: dict[str, str], reason: str
) -> None:
    assert run(desk, *by_hand(front, link, **change)) == 1
    assert reason in capsys.readouterr().err


def test_what_is_reinstated_after_its_day_was_passed_over_is_priced_at_once(
    front: Front, desk: Desk, link: Link
) -> None:
    front.passes(int(uuid4().hex[:4], 16) * DAY_MS)
    click = front.click(link.slug)
    said = SALE | {"order_id": f"A-{uuid4().hex}", "currency": "PLN"}
    conversion = front.postback(click_id=click, **said)[1]["conversion_id"]
    run(desk, "reject", conversion, "--reason", "fraud", "--by", "anna")
    front.rates.add(iso(front.now)[:10], "USD", {"PLN": "4"}, uuid4().hex, front.now)
    front.passes(DAY_MS)
    assert run(desk, "reinstate", conversion, "--reason", "genuine", "--by", "anna") == 0
    last = front.facts(conversion)[-1]
    assert (last.kind, last.after.state, last.after.commission) == ("rated", "approved", 125)


def test_a_person_holds_a_conversion_and_lets_it_go(
    front: Front, desk: Desk, conversion: str, capsys: pytest.CaptureFixture[str]
) -> None:
    words = (conversion, "--reason", "self_referral", "--person", "anna")
    assert [run(desk, act, *words) for act in ("hold", "hold", "release", "release", "hold")] == [0] * 5
    lines = capsys.readouterr().out.splitlines()
    assert [line.partition(":")[0] for line in lines] == ["held", "already", "released", "already", "already"]
    assert "held by self_referral" in lines[0]
    assert front.facts(conversion)[-1].after.held == ""


def test_a_person_refuses_what_is_held_with_the_rule_as_reason(front: Front, desk: Desk, conversion: str) -> None:
    run(desk, "hold", conversion, "--reason", "own_pixel", "--person", "anna", "--note", "asked the shop")
    assert run(desk, "refuse", conversion, "--reason", "own_pixel", "--person", "ben") == 0
    last = front.facts(conversion)[-1]
    assert (last.kind, last.after.state, last.after.reason) == ("refused", "rejected", "own_pixel")
    assert last.status_word == "ben"


def test_what_no_rule_holds_cannot_be_let_go(desk: Desk, conversion: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(desk, "release", conversion, "--reason", "bot", "--person", "anna") == 1
    assert "not_held" in capsys.readouterr().err


def test_holding_again_for_something_new_takes_another_version(desk: Desk, conversion: str) -> None:
    words = (conversion, "--reason", "last_second", "--person", "anna")
    run(desk, "hold", *words)
    run(desk, "release", *words)
    assert run(desk, "hold", *words, "--version", "seen-again") == 0
    assert desk.conversions.facts(conversion)[-1].after.held == "last_second"
    assert run(desk, "hold", *words, "--version", "two words") == 1
