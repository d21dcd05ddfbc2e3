"""A visitor who follows a short link arrives, and the click is there, once."""

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from chalicelib.model import clickid
from chalicelib.model.network import DAY_MS
from chalicelib.store.errors import Refused
from tests.web.shopfront import Front


def test_a_click_is_redirected_and_never_cached(front: Front) -> None:
    link = front.link()
    answer = front.ask("GET", f"/c/{link.slug}")
    assert answer.status == 302
    assert answer.headers["Location"].startswith("https://shop.example/?clid=")
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Robots-Tag"] == "noindex"
    assert "Referrer-Policy" in answer.headers


def test_a_click_keeps_its_evidence_cut_to_what_may_be_kept(front: Front) -> None:
    id = front.click(front.link().slug, "?sub1=news&sub2=%C3%BC&sub5=" + "x" * 600)
    found = clickid.read(front.edge.redirect().ring, id)
    assert found is not None
    click = front.edge.postback().clicks.click(found)
    assert click.subs == ("news", "ü", "", "", "x" * 500)
    assert (click.agent, click.address, click.country, click.method) == ("Test/1", "192.0.2.0/24", "DE", "GET")


def test_a_warm_click_is_one_write_and_no_read(front: Front) -> None:
    slug = front.link().slug
    front.click(slug)
    front.table.calls.clear()
    front.click(slug)
    assert front.table.calls == ["PutItem"]


@pytest.mark.parametrize("header", ["sec-purpose", "purpose", "x-moz", "x-purpose"])
def test_a_prefetch_is_redirected_and_says_what_it_is(front: Front, header: str) -> None:
    answer = front.ask("GET", f"/c/{front.link().slug}", **{header: "prefetch"})
    assert answer.status == 302
    assert purpose(front, answer.headers["Location"]) == ("GET", "prefetch")


def test_a_head_request_is_redirected_and_says_what_it_is(front: Front) -> None:
    answer = front.ask("HEAD", f"/c/{front.link().slug}")
    assert answer.status == 302
    assert purpose(front, answer.headers["Location"]) == ("HEAD", "")


def purpose(front: Front, location: str) -> tuple[str, str]:
    id = clickid.read(front.edge.redirect().ring, parse_qs(urlsplit(location).query)["clid"][0])
    assert id is not None
    click = front.edge.postback().clicks.click(id)
    return click.method, click.purpose


def test_macros_are_filled_into_path_and_query(front: Front) -> None:
    link = front.link(destination="https://shop.example/p/{campaign_id}?a={affiliate_id}&c={click_id}&s={sub1}")
    location = front.ask("GET", f"/c/{link.slug}?sub1=a%26b%2Fc").headers["Location"]
    asked = parse_qs(urlsplit(location).query)
    assert urlsplit(location).path == f"/p/{link.campaign}"
    assert asked["a"] == [link.affiliate]
    assert asked["s"] == ["a&b/c"]
    assert "clid" not in asked


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://deep.example/product?x=1", "deep.example"),
        ("https://evil.example/", "shop.example"),
        ("https://deep.example@evil.example/", "shop.example"),
        ("//deep.example/", "shop.example"),
        ("javascript:alert(1)", "shop.example"),
        ("", "shop.example"),
    ],
)
def test_a_deep_link_is_followed_to_listed_hosts_only(front: Front, url: str, host: str) -> None:
    link = front.link(hosts=("deep.example",))
    location = front.ask("GET", f"/c/{link.slug}?url={url}").headers["Location"]
    assert urlsplit(location).hostname == host
    assert "clid=" in location


def test_an_unknown_slug_is_a_plain_404_page(front: Front) -> None:
    answer = front.ask("GET", "/c/nobody-made-this")
    assert answer.status == 404
    assert answer.headers["Content-Type"].startswith("text/html")
    assert b"does not exist" in answer.body


@pytest.mark.parametrize("state", ["paused", "ended"])
def test_a_closed_campaign_sends_visitors_to_its_fallback_or_says_it_is_gone(front: Front, state: str) -> None:
    with_one = front.link(fallback="https://other.example/", state=state)
    without = front.link(state=state)
    answer = front.ask("GET", f"/c/{with_one.slug}")
    assert (answer.status, answer.headers["Location"]) == (302, "https://other.example/")
    assert front.ask("GET", f"/c/{without.slug}").status == 410


def test_a_full_campaign_sends_visitors_to_its_fallback(front: Front) -> None:
    assert front.ask("GET", f"/c/{front.link(caps={'day': 0}).slug}").status == 410


def test_a_change_arrives_within_the_cache_time(front: Front) -> None:
    link = front.link()
    front.click(link.slug)
    front.office.set_state(link.campaign, "paused")
    assert front.ask("GET", f"/c/{link.slug}").status == 302
    front.passes(60_001)
    assert front.ask("GET", f"/c/{link.slug}").status == 410


# When the table is away


def test_a_visitor_arrives_while_the_table_is_away_and_the_click_is_there_afterwards(front: Front) -> None:
    slug = front.link().slug
    front.click(slug)
    front.table.is_off = True
    front.passes(10 * 60_000)
    id = front.click(slug)
    front.table.is_off = False
    found = clickid.read(front.edge.redirect().ring, id)
    assert found is not None
    assert front.edge.postback().clicks.click(found).agent == ""
    assert front.drain.take(front.queued()) == []
    assert front.edge.postback().clicks.click(found).agent == "Test/1"


def test_a_conversion_is_attributed_before_its_click_has_come(front: Front) -> None:
    link = front.link()
    front.click(link.slug)
    front.table.is_off = True
    id = front.click(link.slug)
    front.table.is_off = False
    status, said = front.postback(click_id=id, goal="sale", order_id="A-1", amount="50.00")
    assert (status, said["status"]) == (200, "accepted")
    assert front.facts(said["conversion_id"])[0].affiliate == link.affiliate


def test_a_link_that_was_never_seen_asks_for_patience(front: Front) -> None:
    slug = front.link().slug
    front.table.is_off = True
    answer = front.ask("GET", f"/c/{slug}")
    assert (answer.status, answer.headers["Retry-After"]) == (503, "2")


def test_a_click_that_nobody_takes_is_one_complete_line(front: Front, capsys: pytest.CaptureFixture[str]) -> None:
    import json

    slug = front.link().slug
    front.click(slug)
    front.table.is_off = front.queue.is_off = True
    id = front.click(slug, "?sub1=%E2%98%83")
    front.table.is_off = front.queue.is_off = False
    [line] = [json.loads(text) for text in capsys.readouterr().out.splitlines() if '"spilled"' in text]
    assert line["_aws"]["CloudWatchMetrics"][0]["Metrics"][0]["Name"] == "spilled"
    front.drain.write(line["message"])
    found = clickid.read(front.edge.redirect().ring, id)
    assert found is not None
    assert front.edge.postback().clicks.click(found).subs[0] == "☃"


def test_a_queued_click_that_comes_twice_is_one_click_marked_late(front: Front) -> None:
    slug = front.link().slug
    front.click(slug)
    front.table.is_off = True
    front.click(slug)
    front.table.is_off = False
    front.passes(DAY_MS)
    [record] = front.queued()
    assert front.drain.take([record, record]) == []


def test_a_bad_message_comes_again_and_holds_up_nobody(front: Front) -> None:
    slug = front.link().slug
    front.click(slug)
    front.table.is_off = True
    front.click(slug)
    front.table.is_off = False
    [good] = front.queued()
    bad = [
        {"messageId": f"bad-{n}", "body": body} for n, body in enumerate(["{", "{}", '{"kind": "click", "id": "x"}'])
    ]
    assert front.drain.take([*bad, good]) == ["bad-0", "bad-1", "bad-2"]


@pytest.mark.parametrize("slug", ["x" * 2100, "a", "%E2%82%AC" * 700, "a.b", "a b"])
def test_what_cannot_be_a_slug_is_not_looked_up(front: Front, slug: str) -> None:
    front.table.calls.clear()
    assert front.ask("GET", f"/c/{slug}").status == 404
    assert front.table.calls == []


def test_of_a_referring_page_only_the_host_is_kept(front: Front) -> None:
    answer = front.ask("GET", f"/c/{front.link().slug}", referer="https://me@blog.example?email=x#y")
    id = clickid.read(front.edge.redirect().ring, parse_qs(urlsplit(answer.headers["Location"]).query)["clid"][0])
    assert id is not None
    assert front.edge.postback().clicks.click(id).referrer == "blog.example"


def test_a_table_that_refuses_us_strands_nobody_who_follows_a_known_link(front: Front) -> None:
    known, unknown = front.link().slug, front.link().slug
    front.click(known)
    front.passes(3_600_000)
    front.table.client = Forbidden()
    assert front.ask("GET", f"/c/{known}").status == 302
    assert front.ask("GET", f"/c/{unknown}").status == 503
    assert front.ask("GET", f"/i/{unknown}.gif").status == 200


class Forbidden:
    """A table for which our credentials have run out."""

    def call(self, operation: str, body: dict[str, Any], deadline: float | None = None) -> dict[str, Any]:
        raise Refused("ExpiredTokenException", operation)
