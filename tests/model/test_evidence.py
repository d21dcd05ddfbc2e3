"""Each rule on rows small enough to be read, in the names that docs/trust.md gives them."""

import json
from hashlib import sha256
from typing import Any

import pytest

from chalicelib.manage.judge_command import judged
from chalicelib.model.persons import account_keys, person_keys

AT = 1_800_000_000_000

Row = dict[str, Any]


def held(*rows: Row) -> dict[str, list[str]]:
    """What is held, by id with the reasons."""
    told = [json.loads(line) for line in judged(json.dumps(row) for row in rows)]
    return {one["id"]: one["reasons"] for one in told}


def click(id: str, at: int = AT, **told: Any) -> Row:
    plain = {"type": "visit", "affiliate": "anna", "campaign": "spring", "link": "l1", "address": "198.51.100.0/24"}
    return {**plain, "id": id, "at": at, "referrer": "anna.example", **told}


def sale(id: str, click_id: str = "", at: int = AT + 3_600_000, **told: Any) -> Row:
    plain = {"type": "conversion", "affiliate": "anna", "campaign": "spring", "goal": "sale", "source": "server"}
    return {**plain, "id": id, "at": at, "click_id": click_id, **told}


@pytest.mark.parametrize(
    ("links", "span", "is_burst"),
    [("abc", 5000, True), ("abc", 5002, False), ("aba", 100, False), ("abcd", 200, True)],
)
def test_three_links_of_one_affiliate_from_one_network_in_five_seconds_are_a_scanner(
    links: str, span: int, is_burst: bool
) -> None:
    clicks = [click(f"k{n}", AT + n * span // (len(links) - 1), link=link) for n, link in enumerate(links)]
    sales = [sale(f"v{n}", f"k{n}") for n in range(len(links))]
    assert held(*clicks, *sales) == ({one["id"]: ["scanner"] for one in sales} if is_burst else {})


def test_links_of_several_affiliates_or_from_several_networks_are_no_scanner() -> None:
    affiliates = [click(f"k{n}", link=f"l{n}", affiliate=f"a{n}") for n in range(3)]
    networks = [click(f"m{n}", link=f"l{n}", address=f"198.51.{n}.0/24") for n in range(3)]
    assert held(*affiliates, *networks, *(sale(f"v{n}", f"k{n}") for n in range(3)), sale("w", "m0")) == {}


def test_a_persons_own_click_after_the_scanners_earns() -> None:
    clicks = [click(f"k{n}", link=f"l{n}") for n in range(3)]
    assert held(*clicks, click("own", AT + 60_000), sale("v", "own")) == {}


@pytest.mark.parametrize(
    ("affiliate", "buyer", "is_held"),
    [
        ({"email": "Anna.B+shop@Gmail.com"}, {"email": "annab@googlemail.com"}, True),
        ({"email_hash": sha256(b"anna@b.example").hexdigest()}, {"email": "ANNA@b.example "}, True),
        ({"email": "anna@b.example"}, {"email": "an.na@b.example"}, False),
        ({"payout_account": "DE89 3704 0044"}, {"payment_account": "de8937040044"}, True),
        ({"payout_account": "DE89 3704 0044"}, {"email": "ben@b.example"}, False),
        ({}, {}, False),
    ],
)
def test_an_affiliate_that_buys_from_itself_is_held(affiliate: Row, buyer: Row, is_held: bool) -> None:
    known = {"type": "affiliate", "id": "anna", **affiliate}
    assert held(known, click("k"), sale("v", "k", **buyer)) == ({"v": ["self_referral"]} if is_held else {})


def test_an_affiliate_that_buys_through_anothers_link_is_a_customer() -> None:
    known = [{"type": "affiliate", "id": id, "email": f"{id}@b.example"} for id in ("anna", "ben")]
    assert held(*known, click("k"), sale("v", "k", email="ben@b.example")) == {}


def test_a_pixel_called_from_where_the_affiliate_works_is_its_own_unless_a_server_says_so_too() -> None:
    known = {"type": "affiliate", "id": "anna", "network": "203.0.113.9"}
    claim: Row = {"source": "browser", "address": "203.0.113.77"}
    rows = [sale("v", **claim), sale("w", confirmed=True, **claim), sale("x", source="browser", address="192.0.2.1")]
    assert held(known, *rows) == {"v": ["own_pixel"]}


def test_one_order_under_two_goals_is_held_and_the_affiliate_that_had_it_first_is_left_alone() -> None:
    rows = [
        sale("first", at=AT, affiliate="ben", order="A-1"),
        sale("v", order="A-1", goal="lead"),
        sale("w", order="A-1", goal="trial"),
        sale("other", order="A-2"),
    ]
    assert held(*rows) == {"v": ["duplicate_orders"], "w": ["duplicate_orders"]}


def test_goals_that_a_shops_orders_usually_have_together_are_no_duplicates() -> None:
    rows = [
        sale(f"{who}{n}{goal}", affiliate=who, order=f"{who}-{n}", goal=goal)
        for who in ("anna", "ben", "carl", "dora", "emil")
        for n in range(4)
        for goal in ("sale", "new_customer")
    ]
    assert held(*rows) == {}


def cap(n: int) -> Row:
    return {"type": "campaign", "id": "spring", "affiliate_cap": n}


def test_what_two_accounts_of_one_person_earn_beyond_the_cap_of_one_is_held() -> None:
    accounts = [{"type": "affiliate", "id": id, "payout_account": "DE89"} for id in ("anna", "ben")]
    rows = [sale(f"v{n}", at=AT + n * 1000, affiliate=("anna", "ben")[n % 2]) for n in range(6)]
    assert held(cap(4), *accounts, *rows) == {"v4": ["cap_evasion"], "v5": ["cap_evasion"]}
    assert held(cap(4), *rows) == {}


def test_a_report_kept_back_until_the_next_day_does_not_get_round_the_cap() -> None:
    day = 86_400_000
    rows = [sale(f"v{n}", at=AT + n * 1000 + (n // 2) * day, event_time=AT + n * 1000) for n in range(4)]
    assert held(cap(2), *rows) == {"v2": ["cap_evasion"], "v3": ["cap_evasion"]}


def test_more_than_the_cap_by_one_account_is_the_caps_own_business() -> None:
    assert held(cap(2), *(sale(f"v{n}", at=AT + n) for n in range(5))) == {}


def test_a_robots_click_holds_its_conversion_and_an_unknown_agents_does_not() -> None:
    rows = [click("k", agent="Googlebot/2.1 (+http://www.google.com/bot.html)"), click("m", agent="Homebrew")]
    assert held(*rows, sale("v", "k"), sale("w", "m")) == {"v": ["bot"]}


def test_clicks_seconds_before_sales_are_held_and_quick_customers_are_not() -> None:
    honest = [sale(f"h{n}", affiliate=f"a{n % 20}", click_at=AT, at=AT + (40 + 7 * n) * 1000) for n in range(200)]
    injected = [sale(f"v{n}", click_at=AT, at=AT + 1500 + 400 * n) for n in range(6)]
    assert held(*honest, *injected) == {f"v{n}": ["last_second"] for n in range(6)}
    assert held(*honest, sale("w", click_at=AT, at=AT + 2000)) == {}


@pytest.mark.parametrize(
    "names",
    [
        {"id": "conversionId", "at": "timestamp", "affiliate": "affiliateId", "click_id": "clickId"},
        {"id": "conversion-id", "at": "created_at", "affiliate": "publisher", "click_id": "clid"},
    ],
)
@pytest.mark.parametrize("time", [1_800_003_600, 1_800_003_600_000, "2027-01-15T09:00:00Z", "2027-01-15T09:00:00"])
def test_other_programs_names_and_times_are_understood(names: dict[str, str], time: object) -> None:
    clicks = [click(f"k{n}", link=f"l{n}") for n in range(3)]
    said = {names.get(name, name): value for name, value in (sale("v", "k1") | {"at": time}).items()}
    assert held(*clicks, said) == {"v": ["scanner"]}


@pytest.mark.parametrize(
    "row", ["{", "[]", '{"type": "nothing"}', '{"type": "conversion", "id": "v"}', '{"type": "visit", "at": "soon"}']
)
def test_a_row_that_cannot_be_read_is_named_by_its_line(row: str) -> None:
    with pytest.raises(ValueError, match="line 2"):
        list(judged([json.dumps(click("k")), row]))


def test_keys_of_people_do_not_run_into_each_other() -> None:
    assert person_keys("anna@b.example") & person_keys("Anna+x@b.example")
    assert not person_keys("anna@b.example") & person_keys("ben@b.example")
    assert account_keys("de 89") == account_keys("DE89")
