"""What the store promises, on each client and each service."""

import json
import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import pairwise

import pytest

from chalicelib.model import clickid, judge
from chalicelib.model.caps import NOTHING, Cap
from chalicelib.model.click import Click
from chalicelib.model.day import utc_day
from chalicelib.model.fact import Fact, conversion_id
from chalicelib.model.judge import Replay
from chalicelib.model.money import Money
from chalicelib.model.network import DAY_MS, Advertiser, Affiliate, Binding, Campaign, Coupon, Goal, Link, Number
from chalicelib.model.sale import Refusal, Sale
from chalicelib.model.terms import Terms
from chalicelib.store import items, keys
from chalicelib.store.client import Client
from chalicelib.store.customers import Customers
from chalicelib.store.days import Days
from chalicelib.store.errors import Refused
from chalicelib.store.fallback import Fallback
from chalicelib.store.ledger import Ledger
from chalicelib.store.network import Network, Taken
from chalicelib.store.received import Refusals
from chalicelib.store.visits import Visits
from tests.model.world import CLICK, NOW, RING, SALE, at, sale
from tests.services import Service


def booked(name: str, **changes: object) -> Fact:
    """The first fact of a conversion that no other test uses."""
    fact = judge.decide([], sale(order_id=name), SALE, conversion_id(name), CLICK, at())
    assert isinstance(fact, Fact)
    return replace(fact, **changes)  # type: ignore[arg-type]


# Clicks


def test_a_click_is_found_by_its_id_alone(dynamodb: Client) -> None:
    visits = Visits(dynamodb, "visits", 120)
    id = clickid.mint(RING, 7, NOW, os.urandom(10))
    click = Click(id, ("a", "", "ü", "", "b"), "HEAD", "Agent/1", "prefetch", "192.0.2.0/24", "DE", "blog.example")
    visits.put(visits.item(click))
    assert visits.click(id) == click


def test_a_click_whose_row_never_came_is_still_a_click(dynamodb: Client) -> None:
    id = clickid.mint(RING, 7, NOW, os.urandom(10))
    assert Visits(dynamodb, "visits", 120).click(id) == Click(id)


def test_a_click_put_twice_is_one_row(dynamodb: Client) -> None:
    visits = Visits(dynamodb, "visits", 120)
    id = clickid.mint(RING, 7, NOW, os.urandom(10))
    visits.put(visits.item(Click(id, agent="first")))
    visits.put(visits.item(Click(id, agent="second")))
    assert visits.click(id).agent == "first"


def some_day() -> int:
    """The first moment of a UTC day that no other test uses."""
    return (30_000 + int.from_bytes(os.urandom(2))) * DAY_MS


def test_a_late_click_is_marked_under_the_day_it_came(dynamodb: Client) -> None:
    visits, start = Visits(dynamodb, "visits", 120), some_day()
    click, shown = (Click(clickid.mint(RING, 7, NOW, b"\x07" + os.urandom(9)), agent="Late/1") for _ in range(2))
    never = Click(clickid.mint(RING, 7, NOW, b"\x07" + os.urandom(9)))
    for row in (visits.item(click), visits.impression_item(shown)):
        visits.put_late(row, start + 5)
        visits.put_late(row, start + 400)
    visits.mark_late(visits.item(never), start + 6)
    assert sorted(visits.late(utc_day(start), 7)) == [("click", click), ("impression", shown)]
    assert list(visits.late(utc_day(start), 8)) == []


def arrived(visits: Visits, from_ms: int, to_ms: int) -> list[Click]:
    return sorted(visits.arrivals(7, from_ms, to_ms), key=lambda click: click.id.ms)


def test_a_click_arrives_once_when_it_is_made_or_when_it_gets_there(dynamodb: Client) -> None:
    visits, start = Visits(dynamodb, "visits", 120), some_day()
    early, prompt, late = (Click(clickid.mint(RING, 7, start + ms, b"\x07" + os.urandom(9))) for ms in (10, 20, 15))
    for click in (early, prompt):
        visits.put(visits.item(click))
    visits.put_late(visits.item(late), start + 5_000)
    visits.put_late(visits.item(late), start + 9_000)
    visits.put_late(visits.impression_item(late), start + 5_000)
    # The answer to this one's first write was lost, so it was queued as well.
    visits.put_late(visits.item(prompt), start + 5_000)
    ends = [start, start + 20, start + 5_000, start + 8_000, start + DAY_MS]
    assert [arrived(visits, *span) for span in pairwise(ends)] == [[early], [prompt], [late], []]
    assert list(visits.arrivals(8, start, start + DAY_MS)) == []


def test_a_click_that_is_drained_again_after_midnight_arrives_once(dynamodb: Client) -> None:
    visits, start = Visits(dynamodb, "visits", 120), some_day()
    whole, killed = (Click(clickid.mint(RING, 7, start + ms, b"\x07" + os.urandom(9))) for ms in (10, 20))
    midnight = start + DAY_MS
    visits.put_late(visits.item(whole), midnight - 10)
    # Killed after the first of its two writes.
    visits.put(visits.item(killed) | {"late": items.pack(midnight - 10)})
    for click in (whole, killed):
        visits.put_late(visits.item(click), midnight + 10)
        visits.put_late(visits.item(click), midnight + 20)
    assert arrived(visits, start, midnight) == [whole]
    assert arrived(visits, midnight, midnight + DAY_MS) == [killed]


def test_a_utc_day_is_read_by_kind_and_shard_in_order_of_time(dynamodb: Client) -> None:
    visits, start = Visits(dynamodb, "visits", 120), 1_700_000_000_000 + int.from_bytes(os.urandom(2)) * 86_400_000
    made = [Click(clickid.mint(RING, n, start + n, b"\x2a" + os.urandom(9)), purpose="p" * 400) for n in range(40)]
    for click in reversed(made):
        visits.put(visits.item(click))
    visits.put(visits.impression_item(replace(made[0], method="HEAD")))
    visits.put(visits.item(Click(clickid.mint(RING, 1, start, b"\x2b" + os.urandom(9)))))
    day = utc_day(start)
    assert list(visits.day("click", day, 0x2A)) == made
    assert list(visits.day("impression", day, 0x2A)) == [replace(made[0], method="HEAD")]


def test_a_customer_stays_with_whoever_brought_it_first(dynamodb: Client, name: str) -> None:
    customers = Customers(dynamodb, "ledger")
    assert customers.binding("shop", name) is None
    customers.bind("shop", name, Binding("anna", "spring", NOW, "c" * 52))
    customers.bind("shop", name, Binding("ben", "summer", NOW + 1))
    assert customers.binding("shop", name) == Binding("anna", "spring", NOW, "c" * 52)
    assert customers.binding("other", name) is None


# Facts


def test_a_fact_comes_back_as_it_went(dynamodb: Client, name: str) -> None:
    ledger = Ledger(dynamodb, "ledger")
    fact = booked(
        name, subs=("x", "", "é", "", ""), touches=("t" * 52,), coupon="SPRING", customer="c", status_word="Sale"
    )
    assert ledger.put(fact)
    assert ledger.facts(fact.conversion) == [fact]


def test_a_test_fact_is_kept_off_the_day_index(dynamodb: Client, name: str) -> None:
    fact = booked(name, test=True)
    assert Ledger(dynamodb, "ledger").put(fact)
    assert Ledger(dynamodb, "ledger").facts(fact.conversion) == [fact]
    assert fact not in list(Days(dynamodb, "ledger").facts(fact.day, fact.conversion[0]))


def test_a_number_is_given_to_one_writer_only(dynamodb: Client, name: str) -> None:
    ledger, fact = Ledger(dynamodb, "ledger"), booked(name)
    assert ledger.put(fact)
    assert not ledger.put(replace(fact, order_id="another"))
    assert ledger.facts(fact.conversion)[0].order_id == name


def test_settling_the_same_question_twice_books_once(dynamodb: Client, name: str) -> None:
    ledger, conversion, said = Ledger(dynamodb, "ledger"), conversion_id(name), sale(order_id=name)
    answers = [
        ledger.settle(conversion, lambda facts: judge.decide(facts, said, SALE, conversion, CLICK, at()), is_new=True)
        for _ in range(2)
    ]
    assert isinstance(answers[0], Fact)
    assert answers[1] == Replay(answers[0])


def test_many_writers_at_once_make_one_unbroken_list(service: Service, name: str) -> None:
    conversion = conversion_id(name)

    def send(number: int) -> object:
        said = sale(order_id=name) if number == 0 else refund(name, str(number % 7))
        ledger = Ledger(service.connect("dynamodb"), "ledger")
        return ledger.settle(
            conversion, lambda facts: judge.decide(facts, said, SALE, conversion, CLICK, at()), is_new=number == 0
        )

    send(0)
    with ThreadPoolExecutor(4) as crowd:
        list(crowd.map(send, range(1, 29)))
    facts = Ledger(service.connect("dynamodb"), "ledger").facts(conversion)
    assert [fact.n for fact in facts] == list(range(8))
    assert len({fact.key for fact in facts}) == 8
    assert facts[-1].after.commission == 1000 - 7 * 100 == sum(fact.moved.approved_commission for fact in facts)


def refund(order: str, id: str) -> Sale:
    return Sale("server", "sale", order_id=order, refund_id=id, amount=Money(1000, "USD"))


def test_a_day_is_read_in_order_of_affiliate_and_time(dynamodb: Client, name: str) -> None:
    ledger, day = Ledger(dynamodb, "ledger"), f"2026-{name[:2]}-{name[2:4]}"
    made = [
        booked(f"{name}{number}", day=day, affiliate=affiliate, at_ms=NOW + number)
        for number, affiliate in enumerate(["ben", "anna", "ben", "anna"])
    ]
    for fact in made:
        ledger.put(fact)
    for shard in keys.SHARDS:
        found = list(Days(dynamodb, "ledger").facts(day, shard))
        mine = [fact for fact in made if fact.conversion[0] == shard]
        assert found == sorted(mine, key=lambda fact: (fact.affiliate, fact.at_ms))


def test_reading_goes_on_behind_a_given_place(dynamodb: Client, name: str) -> None:
    day = f"2027-{name[:2]}-{name[2:4]}"
    fact = booked(name, day=day)
    Ledger(dynamodb, "ledger").put(fact)
    shard = fact.conversion[0]
    [[item]] = Days(dynamodb, "ledger").pages(day, shard)
    assert list(Days(dynamodb, "ledger").pages(day, shard, item["dsk"]["S"])) == [[]]


def test_a_refusal_is_kept_once_by_content(dynamodb: Client, name: str) -> None:
    ledger = Ledger(dynamodb, "ledger")
    answer = {"status": "conflict", "reason": "other_amount"}
    for at_ms in (NOW, NOW + 5):
        ledger.keep_refusal(name, (at_ms, "2026-09-21"), answer, {"order_id": "A-1"})
    ledger.keep_refusal(name, (NOW + 9, "2026-09-21"), answer, {"order_id": "A-2"})
    found = list(Refusals(dynamodb, "ledger").refusals(name, "2026-09-21"))
    assert found == [(NOW, answer, {"order_id": "A-1"}), (NOW + 9, answer, {"order_id": "A-2"})]


def test_the_first_manifest_of_a_day_stands(dynamodb: Client, name: str) -> None:
    days = Days(dynamodb, "ledger")
    assert days.manifest(name) == ""
    assert days.publish(name, "one") == "one"
    assert days.publish(name, "two") == "one" == days.manifest(name)


# The network


CAMPAIGN = Campaign(
    "spring",
    "Spring",
    "shop",
    "EUR",
    "https://shop.example/",
    "paused",
    "https://x.example/",
    ("shop.example",),
    5,
    1,
    "de",
)


def test_what_the_operator_sets_up_comes_back_as_it_went(dynamodb: Client, name: str) -> None:
    network = Network(dynamodb, "ledger")
    goals = {"sale": Goal("sale", recurring=True), "lead": Goal("lead", "click", "after 14")}
    status = {"ok": "approved"}
    advertiser = Advertiser(f"shop-{name}", "Shop & Söhne", ("t1", "t2"), ("1.1",), status, goals, ("1.seal",))
    terms = Terms("sale", "*", 0, "RevShare 10%", "CPA 3.00 EUR")
    campaign = replace(CAMPAIGN, id=f"c-{name}", caps={"day": 5, "commission/month/anna": 900}, hold_days=14)
    link = Link(int(name, 16), f"s{name}", "anna", campaign.id, "https://own.example/")
    network.add_advertiser(advertiser)
    network.add_affiliate(Affiliate(f"a-{name}", "Anna"))
    network.add_campaign(campaign)
    network.add_terms(campaign.id, terms)
    network.add_link(link)
    assert network.advertiser(advertiser.id) == advertiser
    assert network.affiliate(f"a-{name}") == Affiliate(f"a-{name}", "Anna")
    assert network.campaign(campaign.id) == replace(campaign, terms=(terms,))
    assert network.link(link.number) == network.slug(link.slug) == link


def test_coupons_and_numbers_come_back_as_they_went_and_are_given_once(dynamodb: Client, name: str) -> None:
    network = Network(dynamodb, "ledger")
    coupon, number = Coupon(name, "TEA#10%", "anna", "spring", "always"), Number(f"+1{int(name, 16)}", "a", "b", "c", 7)
    network.add_coupon(coupon)
    network.add_number(number)
    assert network.coupon((name, "TEA#10%")) == coupon
    assert network.number(number.number) == number
    assert (network.coupon((name, "OTHER")), network.number("+15550100")) == (None, None)
    with pytest.raises(Taken):
        network.add_coupon(coupon)
    with pytest.raises(Taken):
        network.add_number(number)


def test_an_affiliate_is_changed_only_as_it_was_seen(dynamodb: Client, name: str) -> None:
    network, known = Network(dynamodb, "ledger"), Affiliate(name, "Anna")
    network.add_affiliate(known)
    changed = Affiliate(name, "Anna", "EUR", "ben", {"country": "DE"})
    assert network.replace_affiliate(known, changed)
    assert not network.replace_affiliate(known, replace(known, name="Other"))
    assert network.affiliate(name) == changed


def test_what_was_written_before_there_were_such_attributes_can_still_be_changed(dynamodb: Client, name: str) -> None:
    network, old = Network(dynamodb, "ledger"), keys.key(keys.advertiser(name), keys.META)
    plain = {"name": "S", "tokens": ["t"], "secrets": [], "statuses": {}}
    item = old | {key: items.pack(value) for key, value in plain.items()}
    dynamodb.call("PutItem", {"TableName": "ledger", "Item": item})
    known = network.advertiser(name)
    assert known is not None
    assert network.replace_advertiser(known, replace(known, phone_tokens=("1.x",)))
    assert not network.replace_advertiser(known, replace(known, phone_tokens=("1.y",)))


def test_what_is_not_there_is_none(dynamodb: Client, name: str) -> None:
    network = Network(dynamodb, "ledger")
    assert [network.advertiser(name), network.affiliate(name), network.campaign(name), network.slug(name)] == [None] * 4


def test_a_slug_is_given_once_and_never_again(dynamodb: Client, name: str) -> None:
    network = Network(dynamodb, "ledger")
    network.add_link(Link(int(name, 16), name, "anna", "spring"))
    with pytest.raises(Taken):
        network.add_link(Link(int(name, 16) + 1, name, "ben", "spring"))
    found = network.slug(name)
    assert found is not None
    assert found.affiliate == "anna"


def test_things_are_listed_by_kind_and_links_by_affiliate(dynamodb: Client, name: str) -> None:
    network = Network(dynamodb, "ledger")
    network.add_affiliate(Affiliate(name, "A"))
    link = Link(int(name, 16), f"l{name}", name, "spring")
    network.add_link(link)
    assert name in network.listed("affiliate")
    assert network.links_of(name) == [link]


def test_a_cap_state_is_written_over_the_version_it_was_made_from(dynamodb: Client, name: str) -> None:
    network = Network(dynamodb, "ledger")
    network.add_campaign(replace(CAMPAIGN, id=name))
    state = network.cap_state(name)
    assert state == NOTHING
    assert network.put_cap_state(name, state.counting([booked(name)]))
    assert not network.put_cap_state(name, state.counting([booked(f"{name}x")]))
    found = network.campaign(name)
    assert found is not None
    assert found.taken == {"2026-09-21": 1, "2026-09": 1, "total": 1}


def test_a_cap_state_says_what_has_to_be_counted(dynamodb: Client, name: str) -> None:
    network, day = Network(dynamodb, "ledger"), "2026-09-21"
    network.add_campaign(replace(CAMPAIGN, id=name, caps={"total": 9, "commission/month": 900, "revenue/day/anna": 5}))
    network.add_terms(name, Terms("sale", "*", 0, "RevShare 10%", "CPA 3.00 EUR"))
    state = network.cap_state(name)
    assert network.put_cap_state(name, state.counting([booked(name), replace(booked(f"{name}x"), affiliate="ben")]))
    expected = {day: 2, day[:7]: 2, "total": 2, f"commission/{day[:7]}": 2000, f"revenue/{day}/anna": 1500}
    assert network.cap_state(name).taken == expected


def test_a_campaign_with_a_cap_on_clicks_is_listed_and_counted_over_the_version_it_was_made_from(
    dynamodb: Client, name: str
) -> None:
    network = Network(dynamodb, "ledger")
    network.add_campaign(replace(CAMPAIGN, id=f"{name}-plain", caps={"total": 9}))
    network.add_campaign(replace(CAMPAIGN, id=name, caps={"total": 9, "clicks/day": 2}))
    assert {id for id in network.listed("clicks") if id.startswith(name)} == {name}
    state = network.click_state(name)
    assert (state.taken, state.through, state.caps) == ({}, {}, (Cap("clicks", "day", "*", 2),))
    assert network.put_click_state(name, state.counting(state.caps, {("2026-09-21", "anna"): 2}, 1_000))
    assert not network.put_click_state(name, state)
    network.put_cap_state(name, network.cap_state(name).counting([booked(name)]))
    found = network.campaign(name)
    assert found is not None
    assert found.taken == {"2026-09-21": 1, "2026-09": 1, "total": 1, "clicks/2026-09-21": 2}


def test_a_campaign_that_gets_a_cap_on_clicks_later_is_listed_and_keeps_its_count(dynamodb: Client, name: str) -> None:
    network, plain = Network(dynamodb, "ledger"), replace(CAMPAIGN, id=name)
    capped = replace(plain, caps={"clicks/day": 2})
    network.add_campaign(plain)
    assert network.replace_campaign(plain, capped)
    assert not network.replace_campaign(plain, replace(plain, caps={"total": 1}))
    state = network.click_state(name)
    network.put_click_state(name, state.counting(state.caps, {("2026-09-21", "anna"): 2}, 1_000))
    assert network.replace_campaign(capped, plain)
    assert network.replace_campaign(plain, capped)
    assert name in network.listed("clicks")
    assert network.click_state(name).taken == {"clicks/2026-09-21": 2}


def test_a_coupon_is_ended_only_as_it_was_seen(dynamodb: Client, name: str) -> None:
    network, known = Network(dynamodb, "ledger"), Coupon(name, "TEA", "anna", "spring")
    network.add_coupon(known)
    assert network.replace_coupon(known, replace(known, ended_ms=5))
    assert not network.replace_coupon(known, replace(known, ended_ms=6))
    assert network.coupon((name, "TEA")) == replace(known, ended_ms=5)


# Failures


def test_a_wrong_request_is_refused_and_not_retried_as_busy(dynamodb: Client) -> None:
    with pytest.raises(Refused):
        dynamodb.call("GetItem", {"TableName": "no-such-table", "Key": keys.key("a", "b")})


def test_a_message_waits_in_the_fallback_queue(service: Service, name: str) -> None:
    queues = service.boto3("sqs")
    url = queues.create_queue(QueueName=name)["QueueUrl"]
    Fallback(service.connect("sqs"), url).send({"kind": "claim", "said": {"goal": "sälé"}})
    [message] = queues.receive_message(QueueUrl=url)["Messages"]
    assert json.loads(message["Body"]) == {"kind": "claim", "said": {"goal": "sälé"}}


def test_a_lost_race_is_read_again_until_there_is_an_answer(dynamodb: Client, name: str) -> None:
    ledger, conversion = Ledger(dynamodb, "ledger"), conversion_id(name)
    said = sale(order_id=name, status="pending")

    def question(facts: list[Fact]) -> Fact | Replay | Refusal:
        if not facts:  # somebody else is faster, just now
            Ledger(dynamodb, "ledger").put(booked(name))
        return judge.decide(facts, said, SALE, conversion, CLICK, at())

    assert isinstance(ledger.settle(conversion, question, is_new=True), Replay)
    assert len(ledger.facts(conversion)) == 1
