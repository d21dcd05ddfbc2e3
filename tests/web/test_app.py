"""The whole road through Chalice's own test client: every route and every other trigger of app.py."""

import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit
from uuid import uuid4

import pytest
from chalice.test import Client, HTTPResponse

from chalicelib import wiring
from chalicelib.settings import settings
from tests.services import Service
from tests.web.shopfront import MASTER, Front, build

ROOT = Path(__file__).parent.parent.parent


def sale() -> dict[str, str]:
    """A sale of an order that no other test uses."""
    return {"goal": "sale", "order_id": uuid4().hex, "amount": "50.00", "currency": "USD"}


@pytest.fixture(scope="module")
def environment(ministack: str) -> Iterator[Front]:
    """The environment of a function."""
    front = build(Service(ministack, "boto3"))
    told = {
        "AWS_ENDPOINT_URL": ministack,
        "AWS_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "CLICKLEDGER_VISITS": "visits",
        "CLICKLEDGER_LEDGER": "ledger",
        "CLICKLEDGER_FALLBACK": front.queue_url,
        "CLICKLEDGER_DEAD": front.queue_url,
        "CLICKLEDGER_MASTER": MASTER,
        "CLICKLEDGER_LINK_SECONDS": "0",
    }
    before = dict(os.environ)
    os.environ.update(told)
    forget()
    yield front
    os.environ.clear()
    os.environ.update(before)
    forget()


def forget() -> None:
    """What this process knows of its environment is read again: other tests may have asked before."""
    settings.cache_clear()
    for part in vars(wiring).values():
        if hasattr(part, "cache_clear"):
            part.cache_clear()


@pytest.fixture(scope="module")
def client(environment: Front) -> Iterator[Client]:
    sys.path.insert(0, str(ROOT))
    import app

    with Client(app.app, project_dir=str(ROOT)) as running:
        yield running


@pytest.fixture
def front(environment: Front) -> Front:
    environment.now = wiring.now_ms()
    return environment


def follow(client: Client, front: Front) -> str:
    answer = client.http.get(f"/c/{front.link().slug}")
    assert answer.status_code == 302
    return parse_qs(urlsplit(answer.headers["Location"]).query)["clid"][0]


def postback(client: Client, **said: str) -> dict[str, str]:
    told: dict[str, str] = client.http.get("/postback?" + urlencode(said)).json_body
    return told


def test_a_click_a_claim_and_a_postback_are_one_commission(client: Client, front: Front) -> None:
    click, order = follow(client, front), sale()
    for _ in range(2):
        client.http.get("/p.gif?" + urlencode({"click_id": click, **order}))
    answers = [postback(client, click_id=click, token=front.token, **order) for _ in range(2)]
    assert [answer["status"] for answer in answers] == ["accepted", "replayed"]
    assert [fact.kind for fact in front.facts(answers[0]["conversion_id"])] == ["booked", "confirmed"]


def test_head_is_served_like_get(client: Client, front: Front) -> None:
    slug = front.link().slug
    assert client.http.request("HEAD", f"/c/{slug}").status_code == 302
    assert client.http.request("HEAD", "/p.gif").status_code == 200


@pytest.mark.parametrize("accept", ["text/html", "image/avif,image/webp", "application/json", "garbage", ""])
@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE", "OPTIONS"])
def test_the_pixel_answers_every_accept_and_method(client: Client, accept: str, method: str) -> None:
    headers = {"Accept": accept} if accept else {}
    answer: HTTPResponse = client.http.request(method, "/p.gif?%ff=%fe&a", headers=headers)
    assert (answer.status_code, len(answer.body)) == (200, 43)


@pytest.mark.parametrize(
    "kind", ["text/plain;charset=UTF-8", "application/x-www-form-urlencoded", "application/json", "x/y"]
)
def test_the_beacon_takes_every_content_type(client: Client, front: Front, kind: str) -> None:
    body = urlencode({"clids": follow(client, front), **sale()}).encode()
    answer = client.http.post("/p", body=body, headers={"Content-Type": kind})
    assert (answer.status_code, answer.body) == (204, b"")


def test_a_json_postback_is_read_as_it_was_sent(client: Client, front: Front) -> None:
    body = json.dumps({"click_id": follow(client, front), "token": front.token, **sale()}).encode()
    answer = client.http.post("/postback", body=body, headers={"Content-Type": "application/json"})
    assert (answer.status_code, answer.json_body["status"]) == (200, "accepted")


def test_a_signed_query_survives_the_rest_door(client: Client, front: Front) -> None:
    from tests.web.test_postback import signed

    secret = front.office.add_secret(front.shop, MASTER)
    query = signed(front, secret, {"click_id": follow(client, front), **sale()})
    assert client.http.get(f"/postback?{query}").json_body["status"] == "accepted"


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST"])
def test_an_impression_is_answered_by_the_dot_through_the_rest_door(client: Client, front: Front, method: str) -> None:
    answer = client.http.request(method, f"/i/{front.link().slug}.gif", headers={"Accept": "text/html"})
    assert (answer.status_code, answer.headers["Content-Type"], len(answer.body)) == (200, "image/gif", 43)


def test_a_call_is_told_through_both_doors(client: Client, front: Front) -> None:
    from base64 import b64decode

    from chalicelib.manage import offers
    from chalicelib.model import phone
    from chalicelib.model.network import Number

    link = front.link()
    number = f"+1{uuid4().int % 10**10:010d}"
    offers.add_number(front.office, Number(number, link.affiliate, link.campaign, "lead"))
    body = json.dumps({"call_id": "c-1", "number": number, "caller": "+4930901820", "duration": 61}).encode()
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {front.token}"}
    assert client.http.post("/call", body=body, headers=headers).json_body["status"] == "accepted"
    event = payload("/call", method="POST") | {"body": body.decode()}
    event["headers"] = {"authorization": f"Bearer {front.token}", "content-type": "application/json"}
    told = client.lambda_.invoke("edge", event).payload
    assert json.loads(b64decode(told["body"]))["status"] == "replayed"

    offers.add_phone_token(front.office, front.shop, "0123456789abcdef", MASTER)
    fields = {"CallSid": "CA1", "To": number, "From": "+4930901820", "CallStatus": "completed", "CallDuration": "61"}
    signature = phone.twilio_signature("0123456789abcdef", "https://go.example/call", fields.items())
    form = {"Content-Type": "application/x-www-form-urlencoded", "X-Twilio-Signature": signature, "Host": "go.example"}
    answer = client.http.post("/call", body=urlencode(fields).encode(), headers=form)
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "text/xml")
    assert b'"status": "accepted"' in answer.body


def test_an_unknown_link_is_a_page_for_people(client: Client) -> None:
    answer = client.http.get("/c/nobody")
    assert answer.status_code == 404
    assert answer.headers["Content-Type"].startswith("text/html")


def test_the_tag_and_the_health_check_answer(client: Client) -> None:
    tag = client.http.get("/tag.js")
    assert tag.headers["Content-Type"].startswith("text/javascript")
    assert b"clickledger" in tag.body
    assert client.http.get("/healthz").json_body == {"status": "ok"}


def payload(path: str, query: str = "", method: str = "GET") -> dict[str, Any]:
    return {
        "version": "2.0",
        "rawPath": path,
        "rawQueryString": query,
        "headers": {"host": "go.example", "user-agent": "Test/1"},
        "requestContext": {"http": {"method": method, "path": path, "sourceIp": "192.0.2.7"}},
        "isBase64Encoded": False,
    }


def test_the_edge_function_serves_the_same_views(client: Client, front: Front) -> None:
    answer = client.lambda_.invoke("edge", payload(f"/c/{front.link().slug}")).payload
    assert answer["statusCode"] == 302
    click = parse_qs(urlsplit(answer["headers"]["Location"]).query)["clid"][0]
    query = urlencode({"click_id": click, "token": front.token, **sale()})
    told = client.lambda_.invoke("edge", payload("/postback", query)).payload
    from base64 import b64decode

    assert json.loads(b64decode(told["body"]))["status"] == "accepted"


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/", 404),
        ("GET", "/c/", 404),
        ("GET", "/c/a/b", 404),
        ("POST", "/c/x", 405),
        ("DELETE", "/postback", 405),
        ("GET", "/call", 405),
    ],
)
def test_the_edge_function_knows_what_it_does_not_serve(client: Client, method: str, path: str, status: int) -> None:
    assert client.lambda_.invoke("edge", payload(path, method=method)).payload["statusCode"] == status


def test_the_drain_answers_with_what_must_come_again(client: Client) -> None:
    event = client.events.generate_sqs_event(["not json"])
    [failed] = client.lambda_.invoke("drain", event).payload["batchItemFailures"]
    assert failed["itemIdentifier"] == event["Records"][0]["messageId"]
