"""A telephone system tells of a call, and the affiliate whose number was rung earns by its length, once."""

import json
from dataclasses import dataclass
from urllib.parse import urlencode
from uuid import uuid4

import pytest

from chalicelib.manage import offers
from chalicelib.model import phone, trust
from chalicelib.model.network import DAY_MS, Number
from chalicelib.model.personal import caller_key
from chalicelib.web.message import Response
from tests.web.shopfront import MASTER, Front

CALLER = "+4930901820"
TOKEN = "0123456789abcdef0123456789abcdef"
RATES = ("Call 8.00 USD from 60s, 12.00 USD from 300s", "Call 10.00 USD from 60s")


@dataclass
class Line:
    """A tracking number of a campaign that pays for calls."""

    front: Front
    number: str
    affiliate: str
    campaign: str

    def tell(self, **said: object) -> tuple[int, dict[str, str]]:
        """A message in our own words, with the advertiser's token in the Authorization header."""
        body = {"call_id": uuid4().hex, "number": self.number, "caller": CALLER, "duration": 61, **said}
        return self.told(json.dumps(body).encode(), authorization=f"Bearer {self.front.token}")

    def told(self, body: bytes, path: str = "/call", **headers: str) -> tuple[int, dict[str, str]]:
        answer = self.front.ask("POST", path, body, **headers)
        return answer.status, json.loads(answer.body)


def line_of(front: Front, review: str = "auto", repeat_days: int = 30) -> Line:
    link, goal = front.link(), f"call-{uuid4().hex[:6]}"
    front.office.add_goal(front.shop, goal, "order", review)
    front.office.add_terms(link.campaign, goal, "*", RATES, None)
    number = Number(f"+1{uuid4().int % 10**10:010d}", link.affiliate, link.campaign, goal, repeat_days)
    return Line(front, offers.add_number(front.office, number).number, link.affiliate, link.campaign)


@pytest.fixture
def line(front: Front) -> Line:
    return line_of(front)


def test_a_call_earns_for_the_affiliate_of_its_number(line: Line) -> None:
    code, answer = line.tell(call_id="c-1", started=line.front.now // 1000 - 600)
    [fact] = line.front.facts(answer["conversion_id"])
    assert (code, answer["status"], answer["state"]) == (200, "accepted", "approved")
    assert (fact.affiliate, fact.campaign, fact.source, fact.order_id) == (line.affiliate, line.campaign, "call", "c-1")
    assert (fact.after.commission, fact.after.revenue, fact.seconds, fact.click_id) == (800, 1000, 61, "")
    assert fact.event_ms == line.front.now - 600_000


@pytest.mark.parametrize(
    ("duration", "commission", "reason"),
    [(59, 0, "below_duration"), (60, 800, ""), (299, 800, ""), (300, 1200, "")],
)
def test_a_call_earns_by_its_length(line: Line, duration: int, commission: int, reason: str) -> None:
    answer = line.tell(duration=duration)[1]
    after = line.front.facts(answer["conversion_id"])[0].after
    assert (after.commission, after.reason, after.state) == (commission, reason, "approved")


def test_without_a_start_a_call_began_its_length_ago(line: Line) -> None:
    answer = line.tell(duration=61)[1]
    assert line.front.facts(answer["conversion_id"])[0].event_ms == line.front.now - 61_000


def test_terms_are_those_of_the_calls_start(line: Line) -> None:
    started = line.front.now
    goal = line.front.edge.call().directory.number(line.number)
    assert goal is not None
    rates = ("Call 9.00 USD from 60s", "Call 10.00 USD from 60s")
    line.front.office.add_terms(line.campaign, goal.goal, "*", rates, None)
    line.front.passes(DAY_MS)
    earned = []
    for start in (started, line.front.now):
        answer = line.tell(started=start // 1000)[1]
        earned.append(line.front.facts(answer["conversion_id"])[0].after.commission)
    assert earned == [800, 900]


def test_the_same_call_again_is_a_replay_and_another_length_a_conflict(line: Line) -> None:
    first = line.tell(call_id="c-1")[1]
    assert line.tell(call_id="c-1", duration="61.7") == (200, {**first, "status": "replayed"})
    code, answer = line.tell(call_id="c-1", duration=300)
    assert (code, answer["status"], answer["reason"]) == (409, "conflict", "other_duration")
    assert answer["conversion_id"] == first["conversion_id"]
    assert len(line.front.facts(first["conversion_id"])) == 1


def test_a_length_is_corrected_by_a_postback_that_names_the_call(line: Line) -> None:
    first = line.tell(call_id="c-1", duration=59)[1]
    goal = line.front.facts(first["conversion_id"])[0].goal
    code, answer = line.front.postback(goal=goal, call_id="c-1", correction_id="k-1", duration="300")
    last = line.front.facts(first["conversion_id"])[-1]
    assert (code, answer["status"], last.kind) == (200, "accepted", "corrected")
    assert (last.seconds, last.after.commission, last.after.reason) == (300, 1200, "")
    assert line.tell(call_id="c-1", duration=59)[1]["status"] == "replayed"


def test_a_withheld_caller_waits_for_a_person(line: Line) -> None:
    answer = line.tell(caller="anonymous")[1]
    [fact] = line.front.facts(answer["conversion_id"])
    assert (answer["state"], answer["reason"], fact.caller, fact.after.commission) == (
        "pending",
        "caller_withheld",
        "",
        800,
    )


def test_a_caller_is_kept_as_a_key_with_the_days_of_its_number(front: Front) -> None:
    lines = [line_of(front, repeat_days=7), line_of(front, repeat_days=0)]
    facts = [front.facts(one.tell()[1]["conversion_id"])[0] for one in lines]
    keys = [fact.caller.partition("/") for fact in facts]
    assert [days for _, _, days in keys] == ["7", "0"]
    assert keys[0][0] == keys[1][0] == caller_key(trust.lasting(MASTER), front.shop, CALLER)
    assert CALLER[1:] not in repr(facts)


def test_a_goal_that_is_reviewed_leaves_its_calls_pending(front: Front) -> None:
    assert line_of(front, review="manual").tell()[1]["state"] == "pending"


def test_a_test_call_takes_nobodys_id(line: Line) -> None:
    tried = line.tell(call_id="c-1", test=True)[1]
    real = line.tell(call_id="c-1")[1]
    assert tried["conversion_id"] != real["conversion_id"]
    assert real["status"] == "accepted"


def test_an_unanswered_call_leaves_its_id_free(line: Line) -> None:
    assert line.tell(call_id="c-1", status="no-answer")[1]["reason"] == "unanswered"
    assert line.tell(call_id="c-1")[1]["status"] == "accepted"


@pytest.mark.parametrize("way", ["query", "body", "header"])
def test_a_token_may_stand_in_the_header_the_body_or_the_query(line: Line, way: str) -> None:
    token = line.front.token
    said = {"call_id": uuid4().hex, "number": line.number, "caller": CALLER, "duration": "61"}
    body = urlencode(said | ({"token": token} if way == "body" else {})).encode()
    headers = {"authorization": f"Bearer {token}"} if way == "header" else {}
    assert line.told(body, "/call" + (f"?token={token}" if way == "query" else ""), **headers)[0] == 200


def test_a_signed_body_is_trusted_like_a_postback(line: Line) -> None:
    secret = line.front.office.add_secret(line.front.shop, MASTER)
    line.front.passes(61_000)  # a new secret is known once the advertiser is read again
    ts = str(line.front.now // 1000)
    body = json.dumps({"call_id": "c-1", "number": line.number, "caller": CALLER, "duration": 61}).encode()
    signed = trust.webhook_signature(secret, "m-1", ts, body)
    headers = {"webhook_id": "m-1", "webhook_timestamp": ts, "webhook_signature": signed}
    assert line.told(body, **headers)[0] == 200
    assert line.told(body.replace(b'"duration": 61', b'"duration": 99'), **headers) == (
        401,
        {"status": "rejected", "reason": "bad_signature", "conversion_id": "", "state": ""},
    )


@pytest.mark.parametrize(
    ("change", "code", "reason"),
    [
        ({"number": "+15550100100"}, 422, "unknown_number"),
        ({"call_id": ""}, 400, "call_id_missing"),
        ({"duration": "long"}, 400, "bad_duration"),
        ({"duration": [61]}, 400, "bad_parameter"),
    ],
)
def test_what_cannot_be_booked_says_why(line: Line, change: dict[str, object], code: int, reason: str) -> None:
    found, answer = line.tell(**change)
    assert (found, answer["reason"]) == (code, reason)


@pytest.mark.parametrize(
    ("authorization", "reason"),
    [("", "credentials_missing"), ("Bearer nobody.x", "unknown_advertiser"), ("Bearer {shop}.x", "bad_token")],
)
def test_a_stranger_is_not_believed(line: Line, authorization: str, reason: str) -> None:
    body = json.dumps({"call_id": "c-1", "number": line.number, "caller": CALLER, "duration": 61}).encode()
    code, answer = line.told(body, authorization=authorization.format(shop=line.front.shop))
    assert (code, answer["reason"]) == (401, reason)


def test_nobody_can_tell_of_another_advertisers_number(line: Line, front: Front) -> None:
    other = f"other-{uuid4().hex[:8]}"
    front.office.add_advertiser(other, "Other", {})
    token = front.office.add_token(other)
    body = json.dumps({"call_id": "c-1", "number": line.number, "duration": 61}).encode()
    assert line.told(body, authorization=f"Bearer {token}")[1]["reason"] == "unknown_number"


def test_a_refused_call_is_kept_without_the_callers_number(line: Line) -> None:
    line.tell(number="+15550100100", call_id="kept-1")
    pages = line.front.table.call(
        "Query",
        {
            "TableName": "ledger",
            "IndexName": "find",
            "KeyConditionExpression": "fpk = :k",
            "ExpressionAttributeValues": {":k": {"S": f"X#{line.front.shop}#2026-09-21"}},
        },
    )
    items = [
        line.front.table.call("GetItem", {"TableName": "ledger", "Key": {"pk": one["pk"], "sk": one["sk"]}})["Item"]
        for one in pages["Items"]
    ]
    assert "kept-1" in repr(items)
    assert CALLER not in repr(items)
    assert line.front.token not in repr(items)


def test_while_the_table_is_away_the_system_is_told_to_come_back(line: Line) -> None:
    line.tell()
    line.front.table.is_off = True
    assert line.tell()[0] == 503


def test_a_body_that_is_too_large_or_unreadable_is_refused(line: Line) -> None:
    assert line.told(b"x" * 70_000)[0] == 413
    assert line.told(b"\xff=1")[1]["reason"] == "bad_body"


def test_only_post_tells_of_a_call(front: Front) -> None:
    assert front.ask("GET", "/call").status == 405


# Twilio


def twilio(
    line: Line, token: str = TOKEN, url: str = "https://go.example/call", proxied: str = "", **changes: str
) -> Response:
    """A status callback as Twilio sends it, signed with `token` for `url`."""
    fields = {
        "CallSid": f"CA{uuid4().hex}",
        "AccountSid": "AC0",
        "To": line.number,
        "From": CALLER,
        "CallerCountry": "",
        "CallStatus": "completed",
        "CallDuration": "61",
        "Timestamp": "Mon, 21 Sep 2026 14:13:20 +0000",
        **changes,
    }
    signature = phone.twilio_signature(token, url, fields.items())
    query = "" if proxied else url.partition("?")[2]
    path = "/call" + (f"?{query}" if query else "")
    body = urlencode(fields).encode()
    headers = {"host": "go.example", "x_forwarded_host": proxied, "x_twilio_signature": signature}
    return line.front.ask("POST", path, body, **headers)


@pytest.fixture
def connected(line: Line) -> Line:
    offers.add_phone_token(line.front.office, line.front.shop, TOKEN, MASTER)
    return line


def told(answer: Response) -> dict[str, str]:
    text = answer.body.decode()
    found: dict[str, str] = json.loads(text[text.index("<!-- ") + 5 : text.index(" -->")])
    return found


def test_twilio_is_believed_by_its_signature_and_answered_in_its_xml(connected: Line) -> None:
    answer = twilio(connected)
    [fact] = connected.front.facts(told(answer)["conversion_id"])
    assert (answer.status, answer.headers["Content-Type"], told(answer)["status"]) == (200, "text/xml", "accepted")
    assert answer.body.startswith(b'<?xml version="1.0" encoding="UTF-8"?><Response>')
    assert (fact.after.commission, fact.seconds, fact.event_ms) == (800, 61, 1_790_000_000_000 - 61_000)


@pytest.mark.parametrize(
    "url",
    [
        "https://go.example/call",
        "https://go.example:443/call",
        "http://go.example/call",
        "https://go.example/call?source=tv&x=%20y",
    ],
)
def test_twilio_may_have_called_any_spelling_of_our_address(connected: Line, url: str) -> None:
    assert twilio(connected, url=url).status == 200


@pytest.mark.parametrize(
    ("token", "url"), [("f" * 32, "https://go.example/call"), (TOKEN, "https://evil.example/call"), (TOKEN, "")]
)
def test_a_signature_of_something_else_is_refused(connected: Line, token: str, url: str) -> None:
    answer = twilio(connected, token=token, url=url)
    assert (answer.status, told(answer)["reason"]) == (401, "bad_signature")


@pytest.mark.parametrize("host", ["other.example/hook?next=", "other.example/hook", "go@other.example"])
def test_what_was_signed_for_another_address_is_not_made_ours_by_a_header(connected: Line, host: str) -> None:
    answer = twilio(connected, url=f"https://{host}/call", proxied=host)
    assert (answer.status, told(answer)["reason"]) == (401, "bad_signature")


def test_without_a_token_of_the_advertiser_twilio_is_a_stranger(line: Line) -> None:
    assert told(twilio(line))["reason"] == "bad_signature"


def test_an_unknown_number_is_nobodys(connected: Line) -> None:
    assert told(twilio(connected, To="+15550100100"))["reason"] == "unknown_advertiser"


def test_a_withheld_number_by_twilio_waits_for_a_person(connected: Line) -> None:
    assert told(twilio(connected, From="+266696687"))["reason"] == "caller_withheld"


def test_the_token_before_the_last_one_stays_good_and_no_table_holds_either(connected: Line) -> None:
    front = connected.front
    offers.add_phone_token(front.office, front.shop, "f" * 32, MASTER)
    front.passes(61_000)
    assert twilio(connected).status == twilio(connected, token="f" * 32).status == 200
    advertiser = front.office.advertiser(front.shop)
    assert len(advertiser.phone_tokens) == 2
    assert TOKEN not in repr(advertiser)
