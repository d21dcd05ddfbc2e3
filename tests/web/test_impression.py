"""An impression is answered with the dot whatever happens, and is there, once."""

import json
from typing import Any
from uuid import uuid4

import pytest

from chalicelib.model.click import Click
from chalicelib.model.day import utc_day
from chalicelib.store.visits import Visits
from chalicelib.web.dot import GIF
from tests.web.shopfront import Front


def shown(front: Front, link: int) -> list[Click]:
    """Today's impressions of a link."""
    visits, day = Visits(front.table, "visits", 120), utc_day(front.now)
    return [
        one for shard in range(visits.shards) for one in visits.day("impression", day, shard) if one.id.link == link
    ]


def test_an_impression_is_answered_by_the_dot_and_never_cached(front: Front) -> None:
    answer = front.ask("GET", f"/i/{front.link().slug}.gif")
    assert (answer.status, answer.body, len(GIF)) == (200, GIF, 43)
    assert (answer.headers["Content-Type"], answer.headers["Cache-Control"]) == ("image/gif", "no-store")


def test_an_impression_keeps_a_clicks_evidence_under_an_id_of_its_own(front: Front) -> None:
    link = front.link()
    front.ask("GET", f"/i/{link.slug}.gif?sub1=news", referer="https://blog.example/private/page")
    [one] = shown(front, link.number)
    assert (one.subs[0], one.agent, one.address, one.country) == ("news", "Test/1", "192.0.2.0/24", "DE")
    assert (one.method, one.referrer, one.id.ms) == ("GET", "blog.example", front.now)


@pytest.mark.parametrize(
    ("method", "headers", "expected"),
    [("HEAD", {}, ("HEAD", "")), ("GET", {"purpose": "prefetch"}, ("GET", "prefetch"))],
)
def test_what_no_person_saw_says_so(
    front: Front, method: str, headers: dict[str, str], expected: tuple[str, str]
) -> None:
    link = front.link()
    front.ask(method, f"/i/{link.slug}.gif", **headers)
    assert [(one.method, one.purpose) for one in shown(front, link.number)] == [expected]


def test_a_warm_impression_is_one_write_no_read_and_no_line(front: Front, capsys: pytest.CaptureFixture[str]) -> None:
    slug = front.link().slug
    front.ask("GET", f"/i/{slug}.gif")
    front.table.calls.clear()
    capsys.readouterr()
    front.ask("GET", f"/i/{slug}.gif")
    assert front.table.calls == ["PutItem"]
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("path", ["/i/nobody-made-this.gif", "/i/.gif", "/i/x", "/i/%ff.gif", "/i/a.gif.gif"])
def test_an_image_of_no_link_is_the_dot_too(front: Front, path: str) -> None:
    assert front.ask("GET", path).body == GIF


def test_a_method_that_shows_nothing_is_answered_and_not_kept(front: Front) -> None:
    link = front.link()
    assert front.ask("POST", f"/i/{link.slug}.gif").body == GIF
    assert shown(front, link.number) == []


@pytest.mark.parametrize("change", [{"state": "paused"}, {"caps": {"conversions/total": 0}}])
def test_a_closed_campaign_is_not_advertised_any_more(front: Front, change: dict[str, Any]) -> None:
    link = front.link(**change)
    assert front.ask("GET", f"/i/{link.slug}.gif").body == GIF
    assert shown(front, link.number) == []


def test_while_the_table_is_away_an_impression_waits_and_comes_late(front: Front) -> None:
    link = front.link()
    front.ask("GET", f"/i/{link.slug}.gif")
    front.table.is_off = True
    assert front.ask("GET", f"/i/{link.slug}.gif?sub1=late").body == GIF
    front.table.is_off = False
    waiting = list(front.queued())
    front.passes(86_400_000)
    for _ in range(2):
        assert front.drain.take(waiting) == []
    visits, came = Visits(front.table, "visits", 120), utc_day(front.now)
    late = [(kind, one) for shard in range(256) for kind, one in visits.late(came, shard) if one.id.link == link.number]
    assert [(kind, one.subs[0]) for kind, one in late] == [("impression", "late")]


def test_when_nothing_can_be_written_a_line_holds_the_impression(
    front: Front, capsys: pytest.CaptureFixture[str]
) -> None:
    link = front.link()
    front.ask("GET", f"/i/{link.slug}.gif")
    front.table.is_off = front.queue.is_off = True
    capsys.readouterr()
    assert front.ask("GET", f"/i/{link.slug}.gif").body == GIF
    [line] = [json.loads(line) for line in capsys.readouterr().out.splitlines() if '"spilled"' in line]
    front.table.is_off = front.queue.is_off = False
    front.drain.write(line["message"])
    assert len(shown(front, link.number)) == 2


def test_an_unseen_link_that_cannot_be_read_is_the_dot(front: Front) -> None:
    front.table.is_off = True
    assert front.ask("GET", f"/i/{uuid4().hex}.gif").body == GIF
