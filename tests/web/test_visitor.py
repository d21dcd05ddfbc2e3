"""What is kept of a visitor: a key for a day, or nothing that could tell it again, as it asks or consents."""

import json
from uuid import uuid4

import pytest

from chalicelib.model import clickid, trust
from chalicelib.model.click import WITHHELD, Click
from chalicelib.model.clickid import VIEW
from chalicelib.model.day import utc_day
from chalicelib.model.network import DAY_MS
from chalicelib.store.visits import Visits
from chalicelib.web.message import Request
from tests.model.test_consent import tcf
from tests.web.shopfront import MASTER, Front

BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"
GOOGLE = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"
YES, NO = tcf((1, 7)), tcf(())


def kept(front: Front, slug: str, query: str = "", address: str = "192.0.2.7", **headers: str) -> Click:
    """The row of a click as it was written."""
    named = {"user-agent": BROWSER, "referer": "https://blog.example/page", **headers}
    named = {name.replace("_", "-"): value for name, value in named.items()}
    request = Request("GET", f"/c/{slug}", (query,), named, b"", address, "DE")
    answer = front.edge.answer(request, front.now)
    assert answer.status == 302
    id = clickid.read(trust.click_keys(MASTER), answer.headers["Location"].rpartition("clid=")[2])
    assert id is not None
    return Visits(front.table, "visits", 120).click(id)


def is_anonymous(seen: Click) -> bool:
    return (seen.agent, seen.address, seen.referrer, seen.visitor) == (WITHHELD, "", "", "")


def test_a_visitor_is_told_again_on_its_day_and_not_on_the_next(front: Front) -> None:
    slug = front.link().slug
    keys = [kept(front, slug).visitor, kept(front, slug).visitor]
    front.passes(DAY_MS)
    keys.append(kept(front, slug).visitor)
    assert keys[0] == keys[1] != keys[2]
    assert all(len(key) == 16 for key in keys)


def test_visitors_of_one_network_are_told_apart_by_what_is_not_kept(front: Front) -> None:
    slug = front.link().slug
    seen = [kept(front, slug, address=address) for address in ("192.0.2.7", "192.0.2.8")]
    assert seen[0].address == seen[1].address == "192.0.2.0/24"
    assert seen[0].visitor != seen[1].visitor
    agents = [kept(front, slug, user_agent=BROWSER + "x" * 300 + end).visitor for end in "ab"]
    assert agents[0] != agents[1]


def test_without_a_salt_the_visitor_arrives_and_is_nobody(front: Front) -> None:
    slug = front.link().slug
    front.click(slug)
    front.passes(DAY_MS)
    front.table.is_off = True
    answer = front.ask("GET", f"/c/{slug}")
    assert answer.status == 302
    [record] = front.queued()
    row = json.loads(record["body"])["row"]
    assert "visitor" not in row
    assert row["net"] == {"S": "192.0.2.0/24"}


def test_a_warm_click_is_still_one_write_and_no_read(front: Front) -> None:
    slug = front.link().slug
    front.click(slug)
    front.table.calls.clear()
    front.click(slug)
    assert front.table.calls == ["PutItem"]


def test_global_privacy_control_counts_without_an_identifier(front: Front) -> None:
    link = front.link(consent="ignore")
    assert is_anonymous(kept(front, link.slug, sec_gpc="1"))
    assert kept(front, link.slug, sec_gpc="0").visitor


def test_a_robot_that_asks_for_privacy_keeps_its_name(front: Front) -> None:
    slug = front.link().slug
    assert kept(front, slug, sec_gpc="1", user_agent=GOOGLE).agent == GOOGLE
    assert kept(front, slug, sec_gpc="1", user_agent="curl/8.5").agent == "curl/8.5"
    assert kept(front, slug, sec_gpc="1", user_agent="").agent == ""


def test_nobody_can_call_itself_withheld(front: Front) -> None:
    assert kept(front, front.link().slug, user_agent=WITHHELD).agent == ""


SIGNALS: list[tuple[str, str, bool]] = [
    ("respect", "", True),
    ("respect", f"gdpr=1&gdpr_consent={YES}", True),
    ("respect", f"gdpr=1&gdpr_consent={NO}", False),
    ("respect", "gdpr=1", False),
    ("respect", f"gdpr=0&gdpr_consent={NO}", True),
    ("respect", "us_privacy=1YYN", False),
    ("respect", "gpp=DBABVg~BVVVVVVg.YA&gpp_sid=12", False),
    ("respect", "gdpr_consent={gdpr_consent}", True),
    ("require", "", False),
    ("require", f"gdpr=1&gdpr_consent={YES}", True),
    ("ignore", f"gdpr=1&gdpr_consent={NO}", True),
]


@pytest.mark.parametrize(("rule", "query", "known"), SIGNALS)
def test_a_campaign_obeys_consent_and_the_visitor_always_arrives(
    front: Front, rule: str, query: str, known: bool
) -> None:
    seen = kept(front, front.link(consent=rule).slug, query + "&sub1=spring")
    assert bool(seen.visitor) is known
    assert is_anonymous(seen) is not known
    assert seen.subs[0] == "spring"
    assert seen.consent == ("" if "{" in query else query)


def test_a_refusal_is_obeyed_for_impressions_too(front: Front) -> None:
    link = front.link()
    front.ask("GET", f"/i/{link.slug}.gif?gdpr=1&gdpr_consent={NO}", user_agent=BROWSER)
    front.ask("GET", f"/i/{link.slug}.gif", user_agent=BROWSER)
    visits = Visits(front.table, "visits", 120)
    day = utc_day(front.now)
    seen = [one for shard in range(256) for one in visits.day("impression", day, shard) if one.id.link == link.number]
    assert sorted(is_anonymous(one) for one in seen) == [False, True]
    assert {one.id.variant for one in seen} == {VIEW}


def test_a_conversion_of_a_click_without_an_identifier_earns(front: Front) -> None:
    link = front.link(consent="require")
    click = front.click(link.slug, f"?gdpr=1&gdpr_consent={NO}")
    said = {"goal": "sale", "amount": "50.00", "currency": "USD", "order_id": uuid4().hex}
    code, answer = front.postback(click_id=click, **said)
    assert (code, answer["state"]) == (200, "approved")
    assert front.facts(answer["conversion_id"])[0].affiliate == link.affiliate
