"""A trace says what became of a click or a sale, and tells an affiliate nothing of anybody else."""

from argparse import Namespace
from dataclasses import replace
from types import SimpleNamespace
from typing import Any, cast
from uuid import uuid4

import pytest

from chalicelib.manage import trace_command
from chalicelib.manage.setup import Wrong
from chalicelib.manage.trace import Tracer, Unseen, is_conversion
from chalicelib.model import clickid, trust
from chalicelib.model.fact import Fact
from chalicelib.store.ledger import Ledger
from chalicelib.store.network import Network
from chalicelib.store.received import Refusals
from chalicelib.store.visits import Visits
from tests.web.shopfront import MASTER, Front
from tests.web.test_touches import clicks, follow, second

BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:144.0) Gecko/20100101 Firefox/144.0"
HOUR = 3_600_000


@pytest.fixture
def tracer(front: Front) -> Tracer:
    front.passes(HOUR)
    ring = trust.click_keys(MASTER)
    return Tracer(
        Visits(front.table, "visits", 120),
        Ledger(front.table, "ledger"),
        Network(front.table, "ledger"),
        Refusals(front.table, "ledger"),
        lambda text: clickid.read(ring, text),
        lambda fact: f"in no published daily report ({fact.n})",
        "UTC",
        lambda: front.now,
    )


def sold(front: Front, **said: str) -> Fact:
    code, answer = front.postback(**{"goal": "sale", "amount": "100.10", **said})
    assert code == 200, answer
    fact = front.facts(answer["conversion_id"])[-1]
    follow(front, fact)
    return fact


def told(sentences: Any) -> str:
    return "\n".join(sentences)


def test_a_click_that_earned_says_all_from_the_row_to_the_report(front: Front, tracer: Tracer) -> None:
    link = front.link()
    answer = front.ask("GET", f"/c/{link.slug}", user_agent=BROWSER)
    click = answer.headers["Location"].partition("clid=")[2]
    fact = sold(front, click_id=click, order_id="A-1")
    text = told(tracer.visit(click))
    assert f"link {link.slug} of {link.affiliate}" in text
    assert "seen: GET, from DE" in text
    assert "billable by itself" in text
    assert "window: is open until" in text
    assert "it earned a conversion by the last click" in text
    assert f"{fact.conversion}, order A-1: approved, commission 10.01 USD" in text
    assert "in no published daily report" in text


def test_a_robots_click_says_so(front: Front, tracer: Tracer) -> None:
    link = front.link()
    location = front.ask("GET", f"/c/{link.slug}", user_agent="curl/8.5.0").headers["Location"]
    assert "not billable: bot" in told(tracer.visit(location.partition("clid=")[2]))


def test_a_click_whose_row_never_came_is_known_by_its_id(front: Front, tracer: Tracer) -> None:
    link = front.link()
    id = clickid.mint(trust.click_keys(MASTER), link.number, front.now, b"0123456789").text
    assert "its row is not there" in told(tracer.visit(id))


def test_a_touch_says_who_was_preferred_and_by_what_rule(front: Front, tracer: Tracer) -> None:
    link = front.link(attribution="first")
    other = second(front, link)
    first, last = clicks(front, link, other)
    fact = sold(front, click_id=last, clids=first, order_id="A-2")
    assert f"{fact.conversion} of" in told(tracer.visit(last))
    assert f"but {link.affiliate} earned it by the first click of its path" in told(tracer.visit(last))
    hidden = told(replace(tracer, viewer=other.affiliate).visit(last))
    assert "but another affiliate earned it" in hidden
    assert link.affiliate not in hidden
    assert fact.conversion not in hidden


def test_those_who_share_each_see_their_own_part_alone(front: Front, tracer: Tracer) -> None:
    link = front.link(attribution="linear")
    other = second(front, link)
    first, last = clicks(front, link, other)
    fact = sold(front, click_id=last, clids=first, order_id="A-3")
    mine = told(replace(tracer, viewer=link.affiliate).conversion(fact.conversion))
    assert f"earns {first}" in mine
    assert "path: another affiliate earns" in mine
    assert (last in mine, other.affiliate in mine, "5.01 USD" in mine, "5.00 USD" in mine) == (
        False,
        False,
        True,
        False,
    )
    everything = told(tracer.conversion(f"{fact.conversion}.2"))
    assert all(one in everything for one in (first, last, link.affiliate, other.affiliate, "5.01 USD", "5.00 USD"))


def test_whoever_lost_a_claim_hears_nothing_of_what_it_became(front: Front, tracer: Tracer) -> None:
    link = front.link()
    other = second(front, link)
    claimed, bought = clicks(front, link, other)
    order = uuid4().hex
    front.ask("GET", f"/p.gif?click_id={claimed}&goal=sale&order_id={order}&amount=20.00&currency=USD")
    fact = sold(front, click_id=bought, order_id=order, amount="77.77")
    lost = told(replace(tracer, viewer=link.affiliate).conversion(fact.conversion))
    assert "stands: rejected (reattributed)" in lost
    assert all(word not in lost for word in ("77.77", "approved", bought, other.affiliate))
    assert "it earned a conversion" in told(tracer.visit(bought))


def test_what_servers_said_in_vain_is_told_to_the_operator_alone(front: Front, tracer: Tracer) -> None:
    link = front.link()
    click, order = front.click(link.slug), uuid4().hex
    fact = sold(front, click_id=click, order_id=order)
    front.postback(goal="sale", order_id=order, click_id=click, amount="99.00")
    assert f"other_amount of conversion {fact.conversion}" in told(tracer.conversion(fact.conversion))
    assert "other_amount" in told(tracer.visit(click))
    assert "other_amount" not in told(replace(tracer, viewer=link.affiliate).visit(click))


def test_a_time_and_a_link_give_the_clicks_around_it(front: Front, tracer: Tracer) -> None:
    link = front.link()
    one, two = front.click(link.slug), front.click(front.link().slug)
    text = told(tracer.around(link.slug, front.now + 500, 1000))
    assert (one in text, two in text) == (True, False)
    assert "no click of" in told(tracer.around(link.slug, front.now + HOUR, 1000))


def test_nobody_else_may_ask(front: Front, tracer: Tracer) -> None:
    link = front.link()
    click = front.click(link.slug)
    fact, stranger = sold(front, click_id=click, order_id=uuid4().hex), replace(tracer, viewer="carl")
    for ask in (stranger.visit(click), stranger.conversion(fact.conversion), stranger.around(link.slug, 0, 1)):
        with pytest.raises(Unseen, match="no such"):
            list(ask)
    with pytest.raises(Unseen):
        list(tracer.visit("x" * 52))


def test_an_id_is_told_by_its_looks() -> None:
    assert is_conversion("0123456789abcdef0123456789abcdef")
    assert is_conversion("0123456789abcdef0123456789abcdef.2")
    assert not is_conversion("x" * 52)


def test_the_command_prints_and_says_what_it_needs(
    front: Front, tracer: Tracer, capsys: pytest.CaptureFixture[str]
) -> None:
    link = front.link()
    click = front.click(link.slug)
    desk = cast("Any", SimpleNamespace(tracer=lambda: tracer))
    asked = {"id": click, "order": None, "shop": "", "link": "", "at": "", "within": 60, "viewer": ""}
    trace_command._trace(Namespace(**asked), desk)
    assert click in capsys.readouterr().out
    for change, message in (
        ({"id": ""}, "name a click"),
        ({"link": link.slug}, "needs --at"),
        ({"link": link.slug, "at": "yesterday"}, "not a time"),
        ({"id": "nothing"}, "no such click"),
    ):
        with pytest.raises(Wrong, match=message):
            trace_command._trace(Namespace(**(asked | change)), desk)
