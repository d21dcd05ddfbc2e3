"""A buyer who has followed several links: who earns, and that those who share are paid what adds up."""

from typing import Any
from uuid import uuid4

import pytest

from chalicelib.model.fact import Fact
from chalicelib.model.network import Link
from chalicelib.store import fact_items
from chalicelib.store.fallback import Fallback
from chalicelib.store.network import Network
from chalicelib.stream.follow import Follower
from tests.web.shopfront import Front

HOUR = 3_600_000


@pytest.fixture(autouse=True)
def in_a_row(front: Front) -> None:
    """Each test starts an hour after the last one's clicks."""
    front.passes(HOUR)


def second(front: Front, link: Link, **about: Any) -> Link:
    """Another affiliate's link for the same campaign."""
    name = f"ben-{uuid4().hex[:8]}"
    front.office.add_affiliate(name, "Ben", **about)
    return front.office.add_link(name, link.campaign, "", "")


def clicks(front: Front, *links: Link) -> list[str]:
    """A click on each link, an hour apart, and then an hour until the sale."""
    found = []
    for number, link in enumerate(links):
        found.append(front.click(link.slug, f"?sub1=way{number}"))
        front.passes(HOUR)
    return found


def sold(front: Front, **said: str) -> Fact:
    code, answer = front.postback(**{"goal": "sale", "order_id": uuid4().hex, "amount": "100.10", **said})
    assert code == 200, answer
    return front.facts(answer["conversion_id"])[-1]


def follow(front: Front, *facts: Fact) -> None:
    """Let the stream function see these facts."""
    follower = Follower(
        Network(front.table, "ledger"), Fallback(front.queue, front.queue_url), fact_items.fact_or_none, front.ledger
    )
    images = [fact_items.fact_item(fact, "test") for fact in facts]
    assert follower.follow([{"dynamodb": {"NewImage": image, "SequenceNumber": "1"}} for image in images]) == []


def test_the_first_click_earns_and_the_named_one_is_kept_as_a_touch(front: Front) -> None:
    link = front.link(attribution="first")
    first, last = clicks(front, link, second(front, link))
    fact = sold(front, click_id=last, clids=first)
    assert (fact.affiliate, fact.click_id, fact.touches, fact.how) == (link.affiliate, first, (last,), "first")
    assert fact.subs[0] == "way0"


def test_a_repetition_of_a_sale_that_another_touch_earned_is_a_replay(front: Front) -> None:
    link = front.link(attribution="first")
    first, last = clicks(front, link, second(front, link))
    said = {"click_id": last, "clids": first, "order_id": "A-1", "goal": "sale", "amount": "5.00"}
    sold(front, **said)
    assert front.postback(**said)[1]["status"] == "replayed"
    assert front.postback(**{**said, "click_id": "", "clids": ""})[1]["status"] == "replayed"


def test_what_the_tag_has_collected_counts_when_the_server_names_only_the_last_click(front: Front) -> None:
    link = front.link(attribution="first")
    first, last = clicks(front, link, second(front, link))
    order = uuid4().hex
    front.ask("GET", f"/p.gif?click_id={last}&clids={first}&goal=sale&order_id={order}&amount=100.10&currency=USD")
    fact = sold(front, click_id=last, order_id=order)
    assert (fact.kind, fact.n, fact.affiliate) == ("confirmed", 1, link.affiliate)


def test_the_click_that_brought_the_customer_counts_where_nobody_names_it(front: Front) -> None:
    link, customer = front.link(attribution="first"), uuid4().hex
    first, last = clicks(front, link, second(front, link))
    sold(front, click_id=first, customer_id=customer)
    assert sold(front, click_id=last, customer_id=customer).affiliate == link.affiliate


def test_a_coupon_partner_stands_down_before_a_content_click(front: Front) -> None:
    link = front.link(stand_down_ms=2 * HOUR)
    content, till = clicks(front, link, second(front, link, kind="coupon"))
    fact = sold(front, click_id=till, clids=content)
    assert (fact.affiliate, fact.how, fact.touches) == (link.affiliate, "stand_down", (till,))
    assert sold(front, click_id=till).affiliate != link.affiliate


def test_those_who_share_are_conversions_of_their_own_and_add_up(front: Front) -> None:
    link = front.link(attribution="position")
    path = clicks(front, link, second(front, link), second(front, link))
    whole = sold(front, click_id=path[2], clids=f"{path[1]}.{path[0]}")
    follow(front, whole, whole)
    parts = [front.facts(f"{whole.conversion}.{number}")[0] for number in (1, 2, 3)]
    assert [(one.after.commission, one.after.revenue) for one in parts] == [(401, 601), (200, 300), (400, 601)]
    assert [(one.click_id, one.subs[0], one.share) for one in parts] == [
        (path[0], "way0", "1/2:1:2"),
        (path[1], "way1", "2/2:1:2"),
        (path[2], "way2", "3/2:1:2"),
    ]
    assert (whole.after.commission, whole.after.revenue, whole.affiliate) == (1001, 1502, parts[2].affiliate)
    assert not any(one.touches or one.credits for one in parts)


def test_what_happens_to_the_whole_happens_to_each_part(front: Front) -> None:
    link = front.link(attribution="linear")
    path = clicks(front, link, second(front, link))
    whole = sold(front, click_id=path[1], clids=path[0])
    refund = sold(front, click_id=path[1], order_id=whole.order_id, refund_id="r1", amount="50.05")
    follow(front, whole, refund)
    parts = [front.facts(f"{whole.conversion}.{number}") for number in (1, 2)]
    assert [[one.moved.approved_commission for one in facts] for facts in parts] == [[501, -250], [500, -250]]
    assert [facts[-1].kind for facts in parts] == ["refunded", "refunded"]


def test_a_claim_and_its_confirmation_are_shared_alike(front: Front) -> None:
    link = front.link(attribution="linear")
    first, last = clicks(front, link, second(front, link))
    order = uuid4().hex
    front.ask("GET", f"/p.gif?click_id={last}&clids={first}&goal=sale&order_id={order}&amount=100.10&currency=USD")
    fact = sold(front, click_id=last, order_id=order)
    assert [facts.kind for facts in front.facts(fact.conversion)] == ["booked", "confirmed"]
    follow(front, *front.facts(fact.conversion))
    moved = [front.facts(f"{fact.conversion}.{number}")[1].moved for number in (1, 2)]
    assert [(one.pending_commission, one.approved_commission) for one in moved] == [(-501, 501), (-500, 500)]


@pytest.mark.parametrize("rule", ["first", "linear", "position"])
def test_who_guesses_an_order_and_claims_it_in_advance_has_no_part_in_it(front: Front, rule: str) -> None:
    link = front.link(attribution=rule)
    guesser = second(front, link)
    stuffed, bought = clicks(front, guesser, link)
    order = uuid4().hex
    front.ask("GET", f"/p.gif?click_id={stuffed}&goal=sale&order_id={order}&amount=100.10&currency=USD")
    fact = sold(front, click_id=bought, order_id=order)
    assert (fact.affiliate, fact.click_id, fact.credits) == (link.affiliate, bought, ())
    assert [one.kind for one in front.facts(fact.conversion)] == ["booked", "rejected", "confirmed"]


def test_a_claim_older_than_the_click_does_not_get_the_sale_refused(front: Front) -> None:
    link = front.link(attribution="linear")
    stuffed, order = front.click(second(front, link).slug), uuid4().hex
    front.ask("GET", f"/p.gif?click_id={stuffed}&goal=sale&order_id={order}&amount=100.10&currency=USD")
    front.passes(HOUR)
    (bought,) = clicks(front, link)
    fact = sold(front, click_id=bought, order_id=order)
    assert (fact.affiliate, fact.event_ms, fact.credits) == (link.affiliate, front.now, ())


def test_a_word_that_makes_others_share_than_the_claim_is_written_for_them_alone(front: Front) -> None:
    link = front.link(attribution="linear")
    path = clicks(front, link, second(front, link), second(front, link))
    order = uuid4().hex
    front.ask("GET", f"/p.gif?click_id={path[0]}&goal=sale&order_id={order}&amount=100.10&currency=USD")
    fact = sold(front, click_id=path[2], clids=path[1], order_id=order)
    follow(front, *reversed(front.facts(fact.conversion)))
    assert [one.kind for one in front.facts(fact.conversion)] == ["booked", "rejected", "confirmed"]
    assert [(p.n, p.click_id) for k in (1, 2) for p in front.facts(f"{fact.conversion}.{k}")] == [
        (2, path[1]),
        (2, path[2]),
    ]
    assert all(front.ledger.of_click(click) == [fact.conversion] for click in path)


def test_a_text_that_is_no_click_id_is_no_touch_and_stops_nothing_behind_it(front: Front) -> None:
    link = front.link(attribution="linear")
    first, last = clicks(front, link, second(front, link))
    fact = sold(front, click_id=last, clids=f"{'x' * 1900}.{first}")
    assert fact.touches == (first,)
    follow(front, fact)
    assert front.facts(f"{fact.conversion}.2")[0].click_id == last


@pytest.mark.parametrize(("rule", "reads"), [("last", 1), ("first", 2), ("linear", 2)])
def test_only_a_campaign_that_looks_at_more_than_the_last_click_reads_more(front: Front, rule: str, reads: int) -> None:
    link = front.link(attribution=rule)
    first, last = clicks(front, link, second(front, link))
    sold(front, click_id=last, clids=first)
    front.table.calls.clear()
    said = {"goal": "sale", "amount": "1.00", "order_id": uuid4().hex, "click_id": last, "clids": first}
    assert front.postback(**said)[1]["status"] == "accepted"
    assert sorted(front.table.calls) == ["GetItem"] * reads + ["PutItem"]


# What was only seen


def shown(front: Front, link: Link) -> str:
    return front.ask("GET", f"/i/{link.slug}.gif").headers["Impression-Id"]


def test_an_impression_earns_by_its_id_inside_its_own_window(front: Front) -> None:
    link = front.link(view_ms=24 * HOUR)
    seen = shown(front, link)
    front.passes(24 * HOUR)
    fact = sold(front, impression_id=seen)
    assert (fact.affiliate, fact.how, fact.click_id) == (link.affiliate, "view", seen)
    front.passes(1)
    code, answer = front.postback(goal="sale", order_id=uuid4().hex, amount="1.00", impression_id=seen)
    assert (code, answer["reason"]) == (422, "outside_window")


def test_a_click_always_beats_an_impression(front: Front) -> None:
    link = front.link(view_ms=24 * HOUR)
    other = front.link()
    click = front.click(other.slug)
    assert sold(front, click_id=click, impression_id=shown(front, link)).affiliate == other.affiliate


def test_an_impression_is_no_click_and_a_click_no_impression(front: Front) -> None:
    link = front.link(view_ms=24 * HOUR)
    said = {"goal": "sale", "order_id": uuid4().hex, "amount": "1.00"}
    assert front.postback(**said, click_id=shown(front, link))[1]["reason"] == "unknown_click"
    assert front.postback(**said, impression_id=front.click(link.slug))[1]["reason"] == "click_id_missing"


def test_what_was_seen_earns_nothing_where_the_campaign_does_not_say_so(front: Front) -> None:
    seen = shown(front, front.link())
    front.passes(1000)
    answer = front.postback(goal="sale", order_id=uuid4().hex, amount="1.00", impression_id=seen)[1]
    assert answer["reason"] == "outside_window"


def test_a_browser_may_bring_an_impression_back_too(front: Front) -> None:
    link = front.link(view_ms=24 * HOUR)
    order = uuid4().hex
    front.ask("GET", f"/p.gif?impression_id={shown(front, link)}&goal=sale&order_id={order}&amount=9.00&currency=USD")
    fact = sold(front, order_id=order, impression_id=shown(front, link), amount="9.00")
    assert [one.how for one in front.facts(fact.conversion)] == ["view", "view"]


def test_no_sale_is_so_near_to_an_impression_that_it_earns_where_the_campaign_says_nothing(front: Front) -> None:
    seen = shown(front, front.link())
    said = {"goal": "sale", "order_id": uuid4().hex, "amount": "1.00", "event_time": str(front.now // 1000)}
    assert front.postback(**said, impression_id=seen)[1]["reason"] == "outside_window"


def test_an_impression_of_another_advertiser_earns_nothing(front: Front) -> None:
    other = f"other-{uuid4().hex[:8]}"
    front.office.add_advertiser(other, "Other", {})
    for goal in ("sale", "lead"):
        front.office.add_goal(other, goal, "order", "auto")
    seen = shown(front, front.link(advertiser=other, view_ms=24 * HOUR))
    answer = front.postback(goal="sale", order_id=uuid4().hex, amount="1.00", impression_id=seen)[1]
    assert answer["reason"] == "click_id_missing"


def test_an_impression_earns_once_where_a_goal_pays_once_per_click(front: Front) -> None:
    seen = shown(front, front.link(view_ms=24 * HOUR))
    said = {"goal": "lead", "impression_id": seen}
    assert [front.postback(**said)[1]["status"] for _ in range(2)] == ["accepted", "replayed"]
    assert front.postback(**said, order_id="A-9")[1]["status"] == "replayed"
