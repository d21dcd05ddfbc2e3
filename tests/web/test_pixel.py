"""A browser's claim is always answered, booked once, and pending until a server confirms it."""

import json
from urllib.parse import urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chalicelib.model.network import DAY_MS
from chalicelib.web.message import Request
from tests.web.shopfront import Front

SALE = {"goal": "sale", "order_id": "A-1", "amount": "50.00", "currency": "USD"}


def show(front: Front, **said: str) -> None:
    answer = front.ask("GET", "/p.gif?" + urlencode(said))
    assert (answer.status, len(answer.body)) == (200, 43)


def confirmed(front: Front, click: str) -> list[str]:
    """What the facts are once the server has spoken: this is how a claim shows itself."""
    _, said = front.postback(click_id=click, **SALE)
    return [fact.kind for fact in front.facts(said["conversion_id"])]


def test_the_answer_is_a_dot_that_nobody_keeps(front: Front) -> None:
    answer = front.ask("GET", "/p.gif")
    assert answer.status == 200
    assert (answer.headers["Content-Type"], answer.headers["Cache-Control"]) == ("image/gif", "no-store")
    assert answer.body[:6] == b"GIF89a"
    assert len(answer.body) == 43


def test_a_claim_is_pending_and_the_server_confirms_it(front: Front) -> None:
    click = front.click(front.link().slug)
    show(front, click_id=click, **(SALE | {"amount": "40.00"}))
    status, said = front.postback(click_id=click, **SALE)
    facts = front.facts(said["conversion_id"])
    assert (status, said["status"], said["state"]) == (200, "accepted", "approved")
    assert [(f.kind, f.after.state, f.after.commission) for f in facts] == [
        ("booked", "pending", 400),
        ("confirmed", "approved", 500),
    ]


def test_a_page_that_is_loaded_again_claims_nothing_new(front: Front) -> None:
    click = front.click(front.link().slug)
    for _ in range(3):
        show(front, click_id=click, **SALE)
    assert confirmed(front, click) == ["booked", "confirmed"]


def test_the_beacon_is_answered_without_a_body(front: Front) -> None:
    click = front.click(front.link().slug)
    answer = front.ask("POST", "/p", urlencode({"clids": f"{'x' * 52}.{click}", **SALE}).encode())
    assert (answer.status, answer.body) == (204, b"")
    assert confirmed(front, click) == ["booked", "confirmed"]


def test_the_newest_click_earns_and_the_earlier_ones_are_remembered(front: Front) -> None:
    slug = front.link().slug
    old, new = front.click(slug), front.click(slug)
    front.ask("POST", "/p", urlencode({"clids": f"{new}.{old}", **SALE}).encode())
    _, said = front.postback(click_id=new, **SALE)
    first = front.facts(said["conversion_id"])[0]
    assert (first.click_id, first.touches) == (new, (old,))


def test_a_claim_is_one_write_and_no_read(front: Front) -> None:
    slug = front.link().slug
    show(front, click_id=front.click(slug), **SALE)
    click = front.click(slug)
    front.table.calls.clear()
    show(front, click_id=click, **(SALE | {"order_id": "A-2"}))
    assert front.table.calls == ["PutItem"]


def test_a_head_request_claims_nothing(front: Front) -> None:
    click = front.click(front.link().slug)
    front.ask("HEAD", "/p.gif?" + urlencode({"click_id": click, **SALE}))
    assert confirmed(front, click) == ["booked"]


@pytest.mark.parametrize(
    "said",
    [
        SALE,
        SALE | {"click_id": "x" * 52},
        SALE | {"click_id": "{click_id}"},
        {"click_id": "ours"},
        SALE | {"click_id": "ours", "order_id": ""},
        SALE | {"click_id": "ours", "amount": "1.234,56"},
        SALE | {"click_id": "ours", "amount": ""},
        SALE | {"click_id": "ours", "goal": "nothing"},
        SALE | {"click_id": "ours", "currency": "XXX"},
    ],
)
def test_a_claim_that_cannot_be_is_refused_in_silence(
    front: Front, said: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    click = front.click(front.link().slug)
    capsys.readouterr()
    front.table.calls.clear()
    show(front, **(said | ({"click_id": click} if said.get("click_id") == "ours" else {})))
    assert "PutItem" not in front.table.calls
    line = json.loads(capsys.readouterr().out)
    assert line["event"] == "claim_refused"
    assert line["reason"]


def test_a_claim_outside_the_window_is_refused(front: Front) -> None:
    click = front.click(front.link().slug)
    front.passes(31 * DAY_MS)
    front.table.calls.clear()
    show(front, click_id=click, **SALE)
    assert "PutItem" not in front.table.calls


def test_a_claim_waits_in_the_queue_while_the_table_is_away(front: Front) -> None:
    slug = front.link().slug
    show(front, click_id=front.click(slug), **(SALE | {"order_id": "warm"}))
    click = front.click(slug)
    front.table.is_off = True
    show(front, click_id=click, customer_id="person@example.com", **SALE)
    front.table.is_off = False
    front.passes(40 * DAY_MS)
    [record] = front.queued()
    assert "person" not in record["body"]
    assert front.drain.take([record, record]) == []
    _, said = front.postback(
        click_id=click, customer_id="person@example.com", event_time=str(front.now // 1000 - 40 * 86400), **SALE
    )
    facts = front.facts(said["conversion_id"])
    assert [fact.kind for fact in facts] == ["booked", "confirmed"]
    assert facts[0].at_ms - facts[0].event_ms == 40 * DAY_MS


def test_a_claim_on_a_link_never_seen_waits_too(front: Front) -> None:
    click = front.click(front.link().slug)
    front.passes(61_000)
    front.edge.pixel().directory._known.clear()  # type: ignore[attr-defined]  # another process, which has seen nothing
    front.table.is_off = True
    show(front, click_id=click, **SALE)
    front.table.is_off = False
    assert front.drain.take(front.queued()) == []
    assert confirmed(front, click) == ["booked", "confirmed"]


def test_a_claim_that_nobody_takes_is_one_complete_line(front: Front, capsys: pytest.CaptureFixture[str]) -> None:
    slug = front.link().slug
    click = front.click(slug)
    front.table.is_off = front.queue.is_off = True
    show(front, click_id=click, **SALE)
    front.table.is_off = front.queue.is_off = False
    [line] = [json.loads(text) for text in capsys.readouterr().out.splitlines() if '"spilled"' in text]
    front.drain.write(line["message"])
    assert confirmed(front, click) == ["booked", "confirmed"]


@given(
    method=st.sampled_from(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]),
    path=st.sampled_from(["/p.gif", "/p"]),
    query=st.one_of(st.text(max_size=300), st.sampled_from(["&" * 70_000, "a=1&" * 9000, "click_id=%ff%fe", "%"])),
    body=st.binary(max_size=300),
)
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_garbage_is_answered(front: Front, method: str, path: str, query: str, body: bytes) -> None:
    answer = front.edge.answer(Request(method, path, (query,), {}, body), front.now)
    assert answer.status == (200 if path == "/p.gif" else 204)


def test_the_pages_own_parameters_are_its_own_business(front: Front) -> None:
    click = front.click(front.link().slug)
    show(front, click_id=click, cb="[timestamp]", event_time="x", **SALE)
    assert confirmed(front, click) == ["booked", "confirmed"]


def test_control_characters_are_refused_at_the_pixel_too(front: Front) -> None:
    click = front.click(front.link().slug)
    front.table.calls.clear()
    show(front, click_id=click, **(SALE | {"order_id": "\x1b]0;owned\x07"}))
    assert "PutItem" not in front.table.calls
