"""A new fact is counted towards its campaign's soft caps, once, and a bad record holds up nobody."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest

from chalicelib.model.caps import REMEMBERED, CapState
from chalicelib.model.fact import Fact, conversion_id
from chalicelib.store import fact_items
from chalicelib.store.errors import Unavailable
from chalicelib.store.fallback import Fallback
from chalicelib.store.network import Network
from chalicelib.stream.follow import Follower
from tests.model.world import SALE, at, sale, tell
from tests.web.shopfront import Front


@pytest.fixture
def follower(front: Front) -> Follower:
    dead = Fallback(front.queue, front.queue_url)
    return Follower(Network(front.table, "ledger"), dead, fact_items.fact_or_none, front.ledger)


def booked(campaign: str, name: str) -> Fact:
    facts, _ = tell([], sale(order_id=name), goal=SALE, now=at())
    return replace(facts[0], campaign=campaign, conversion=conversion_id(campaign, name))


def records(*facts: Fact) -> list[dict[str, Any]]:
    images = [fact_items.fact_item(fact, "test") for fact in facts]
    return [
        {"eventName": "INSERT", "dynamodb": {"NewImage": image, "SequenceNumber": str(number)}}
        for number, image in enumerate(images)
    ]


def taken(front: Front, campaign: str) -> int:
    return Network(front.table, "ledger").cap_state(campaign).taken.get("total", 0)


def test_a_campaign_is_full_when_its_cap_is_reached_and_visitors_go_elsewhere(front: Front, follower: Follower) -> None:
    link = front.link(caps={"total": 2}, fallback="https://other.example/")
    follower.follow(records(booked(link.campaign, "a")))
    assert "shop.example" in front.ask("GET", f"/c/{link.slug}").headers["Location"]
    follower.follow(records(booked(link.campaign, "b")))
    front.passes(61_000)
    assert front.ask("GET", f"/c/{link.slug}").headers["Location"] == "https://other.example/"


def test_an_affiliate_whose_own_cap_is_reached_is_full_alone(front: Front, follower: Follower) -> None:
    anna, ben = f"anna-{uuid4().hex[:6]}", f"ben-{uuid4().hex[:6]}"
    front.office.add_affiliate(anna, "Anna")
    caps = {f"commission/total/{anna}": 1000, "revenue/total": 3500}
    link = front.link(affiliate=ben, caps=caps, fallback="https://other.example/")
    own = front.office.add_link(anna, link.campaign, "", "")

    def hosts() -> list[str]:
        front.passes(61_000)
        return [front.ask("GET", f"/c/{one.slug}").headers["Location"].split("/")[2] for one in (own, link)]

    sold = {name: replace(booked(link.campaign, name), affiliate=anna if name == "a" else ben) for name in "abc"}
    follower.follow(records(sold["a"]))
    assert hosts() == ["other.example", "shop.example"]
    follower.follow(records(sold["b"]))
    assert hosts() == ["other.example", "shop.example"]
    follower.follow(records(sold["c"]))
    assert hosts() == ["other.example", "other.example"]


def test_a_call_that_is_too_short_takes_no_room(front: Front, follower: Follower) -> None:
    campaign = front.link().campaign
    call = booked(campaign, "a")
    follower.follow(records(replace(call, after=replace(call.after, reason="below_duration", commission=0))))
    assert taken(front, campaign) == 0


def test_records_that_come_again_count_once(front: Front, follower: Follower) -> None:
    campaign = front.link().campaign
    batch = records(*(booked(campaign, str(n)) for n in range(5)))
    for _ in range(3):
        assert follower.follow(batch) == []
    assert taken(front, campaign) == 5


def test_only_bookings_in_earnest_count(front: Front, follower: Follower) -> None:
    campaign = front.link().campaign
    first = booked(campaign, "a")
    follower.follow(records(first, replace(first, n=1, kind="approved"), replace(booked(campaign, "t"), test=True)))
    assert taken(front, campaign) == 1


def test_a_browser_cannot_close_a_campaign(front: Front, follower: Follower) -> None:
    campaign = front.link().campaign
    claimed = [booked(campaign, str(n)) for n in range(5)]
    claims = [replace(fact, source="browser", after=replace(fact.after, confirmed=False)) for fact in claimed]
    follower.follow(records(*claims))
    assert taken(front, campaign) == 0
    follower.follow(records(replace(claimed[0], n=1, kind="confirmed")))
    assert taken(front, campaign) == 1


def test_items_that_are_no_facts_pass_by(front: Front, follower: Follower) -> None:
    campaign = {"pk": {"S": "CMP#x"}, "sk": {"S": "META"}}
    assert follower.follow([{"dynamodb": {"NewImage": campaign, "SequenceNumber": "1"}}]) == []
    assert list(front.queued()) == []


def test_a_bad_record_goes_to_the_dead_letters_and_the_others_count(front: Front, follower: Follower) -> None:
    campaign = front.link().campaign
    bad = {
        "dynamodb": {
            "NewImage": {"pk": {"S": "V#x"}, "sk": {"S": "00000"}},
            "SequenceNumber": "7",
            "Keys": {"pk": {"S": "V#x"}},
        }
    }
    assert follower.follow([bad, *records(booked(campaign, "a"))]) == []
    assert taken(front, campaign) == 1
    [letter] = front.queued()
    assert '"number":"7"' in letter["body"]


def test_a_bad_record_that_nobody_takes_must_come_again(front: Front, follower: Follower) -> None:
    front.queue.is_off = True
    assert follower.follow([{"dynamodb": {"NewImage": {}, "SequenceNumber": "7"}}]) == ["7"]


def test_while_the_table_is_away_the_whole_batch_comes_again(front: Front, follower: Follower) -> None:
    campaign = front.link().campaign
    batch = records(booked(campaign, "a"))
    front.table.is_off = True
    with pytest.raises(Unavailable):
        follower.follow(batch)
    front.table.is_off = False
    follower.follow(batch)
    assert taken(front, campaign) == 1


def test_somebody_who_counts_at_the_same_time_is_not_overwritten(front: Front) -> None:
    campaign = front.link().campaign
    network = Network(front.table, "ledger")

    class Raced:
        """The real caps, where somebody else writes just before us, once."""

        races = 1

        def cap_state(self, campaign: str) -> CapState:
            return network.cap_state(campaign)

        def put_cap_state(self, campaign: str, state: CapState) -> bool:
            if self.races:
                self.races = 0
                network.put_cap_state(campaign, network.cap_state(campaign).counting([booked(campaign, "theirs")]))
            return network.put_cap_state(campaign, state)

    Follower(Raced(), Fallback(front.queue, front.queue_url), fact_items.fact_or_none, front.ledger).follow(
        records(booked(campaign, "ours"))
    )
    assert taken(front, campaign) == 2


def test_a_state_stays_small_and_keeps_recent_periods_only() -> None:
    state = CapState({}, ())
    for day in range(1, 29):
        facts: Sequence[Fact] = [replace(booked("c", f"{day}-{n}"), day=f"2026-02-{day:02d}") for n in range(20)]
        state = state.counting(facts)
    assert len(state.counted) == REMEMBERED
    assert set(state.taken) == {"2026-02-26", "2026-02-27", "2026-02-28", "2026-02", "total"}
    assert state.taken["total"] == 28 * 20
