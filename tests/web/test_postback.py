"""An advertiser's server is believed when it proves who it is, and always told what became of its word."""

import json
from fractions import Fraction
from itertools import permutations
from urllib.parse import quote, urlencode
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chalicelib.model import reasons, trust
from chalicelib.model.day import iso
from chalicelib.model.network import DAY_MS
from chalicelib.web.message import Request, Response
from tests.web.shopfront import MASTER, Front

SALE = {"goal": "sale", "order_id": "A-1", "amount": "50.00", "currency": "USD"}


@pytest.fixture
def front(front: Front) -> Front:
    """A network in years that are this file's own: rates that are uploaded here are there for every network."""
    front.passes(1_000 * DAY_MS)
    return front


@pytest.fixture
def click(front: Front) -> str:
    return front.click(front.link().slug)


def said(answer: Response) -> dict[str, str]:
    body: dict[str, str] = json.loads(answer.body)
    assert set(body) == {"status", "reason", "conversion_id", "state"}
    return body


def test_a_sale_is_accepted_once_and_its_repetition_replayed(front: Front, click: str) -> None:
    first = front.postback(click_id=click, **SALE)
    again = front.postback(click_id=click, **SALE)
    assert first == (
        200,
        {"status": "accepted", "reason": "", "state": "approved", "conversion_id": first[1]["conversion_id"]},
    )
    assert again == (200, first[1] | {"status": "replayed"})


def test_a_conversion_is_two_calls_warm(front: Front, click: str) -> None:
    front.postback(click_id=click, **SALE)
    front.table.calls.clear()
    front.postback(click_id=click, **(SALE | {"order_id": "A-2"}))
    assert front.table.calls == ["GetItem", "PutItem"]


def test_the_conversion_remembers_the_clicks_sub_ids(front: Front) -> None:
    click = front.click(front.link().slug, "?sub1=news&sub3=top")
    _, answer = front.postback(click_id=click, **SALE)
    assert front.facts(answer["conversion_id"])[0].subs == ("news", "", "top", "", "")


@pytest.mark.parametrize("form", ["query", "form", "json", "json without a type"])
def test_query_form_and_json_say_the_same(front: Front, click: str, form: str) -> None:
    whole = {"click_id": click, "token": front.token, **SALE}
    types = {"form": "application/x-www-form-urlencoded", "json": "application/json; charset=utf-8"}
    bodies = {"query": b"", "form": urlencode(whole).encode()}
    path = "/postback?" + urlencode(whole) if form == "query" else "/postback"
    body = bodies.get(form, json.dumps(whole | {"amount": 50.00}).encode())
    answer = front.ask("POST", path, body, **({"content_type": types[form]} if form in types else {}))
    assert (answer.status, said(answer)["status"]) == (200, "accepted")


@pytest.mark.parametrize(
    "order", list(permutations(["pixel", "pending", "approved", "replay", "other"])), ids=" > ".join
)
def test_one_sale_in_any_order_is_one_commission_over_the_wire(
    front: Front, click: str, order: tuple[str, ...]
) -> None:
    front.click(front.link().slug)
    plain = {"click_id": click, **SALE}
    ids = set()
    for name in order:
        if name == "pixel":
            front.ask("GET", "/p.gif?" + urlencode(plain | {"amount": "40.00"}))
            continue
        change = {
            "pending": {"status": "pending"},
            "approved": {"status": "approved"},
            "replay": {"status": "approved"},
            "other": {"status": "approved", "amount": "70.00"},
        }[name]
        status, answer = front.postback(**(plain | change))
        assert status in (200, 409)
        ids.add(answer["conversion_id"])
    [conversion] = ids
    facts = front.facts(conversion)
    first = next(name for name in order if name != "pixel")
    assert sum(fact.moved.approved_commission for fact in facts) == (700 if first == "other" else 500)
    assert sum(fact.moved.pending_commission for fact in facts) == 0


# Life after the sale


def test_a_sale_is_approved_rejected_and_refunded_by_its_order_id_alone(front: Front, click: str) -> None:
    front.postback(click_id=click, status="pending", **SALE)
    about = {"goal": "sale", "order_id": "A-1"}
    assert front.postback(status="approved", **about)[1]["state"] == "approved"
    assert front.postback(refund_id="r1", amount="20.00", **about)[1]["status"] == "accepted"
    assert front.postback(refund_id="r1", amount="20.00", **about)[1]["status"] == "replayed"
    assert front.postback(refunded_total="50.00", **about)[1]["status"] == "accepted"
    status, answer = front.postback(refund_id="r2", amount="1.00", **about)
    assert (status, answer["reason"]) == (422, "nothing_left")
    assert [fact.after.commission for fact in front.facts(answer["conversion_id"])] == [500, 500, 300, 0]


def test_a_sale_is_amended_disputed_and_corrected_by_its_order_id_alone(front: Front, click: str) -> None:
    front.postback(click_id=click, status="pending", **SALE)
    about = {"goal": "sale", "order_id": "A-1"}
    acts = [
        ({"change_id": "c1", "amount": "100.00"}, 1000),
        ({"refund_id": "r1", "amount": "10.00"}, 900),
        ({"dispute_id": "d1", "dispute": "opened", "amount": "30.00"}, 900),
        ({"dispute_id": "d1", "dispute": "lost"}, 600),
        ({"correction_id": "k1", "tax": "19.00"}, 600),
        ({"status": "approved"}, 600),
    ]
    for said, commission in acts:
        assert front.postback(**about, **said)[1]["status"] == "accepted"
        status, answer = front.postback(**about, **said)
        assert (status, answer["status"]) == (200, "replayed")
        assert front.facts(answer["conversion_id"])[-1].after.commission == commission
    kinds = [fact.kind for fact in front.facts(answer["conversion_id"])]
    assert kinds == ["booked", "amended", "refunded", "disputed", "dispute_lost", "corrected", "approved"]


@pytest.mark.parametrize(
    ("first", "second", "code", "reason"),
    [
        ({"change_id": "c", "amount": "60.00"}, {"change_id": "c", "amount": "61.00"}, 409, "other_change"),
        ({"correction_id": "c", "tax": "1.00"}, {"correction_id": "c", "tax": "2.00"}, 409, "other_change"),
        ({"dispute_id": "d", "dispute": "won"}, {"dispute_id": "d", "dispute": "lost"}, 409, "other_outcome"),
        ({"dispute_id": "d", "dispute": "opened"}, {"dispute_id": "e", "dispute": "opened"}, 409, "dispute_open"),
        ({"status": "approved"}, {"change_id": "c", "amount": "60.00"}, 422, "not_pending"),
        ({"status": "rejected", "reason": "fraud"}, {"dispute_id": "d", "dispute": "won"}, 422, "already_rejected"),
    ],
)
def test_changes_that_contradict_are_refused_and_kept(
    front: Front, click: str, first: dict[str, str], second: dict[str, str], code: int, reason: str
) -> None:
    front.postback(click_id=click, status="pending", **SALE)
    about = {"goal": "sale", "order_id": "A-1"}
    assert front.postback(**about, **first)[1]["status"] == "accepted"
    status, answer = front.postback(**about, **second)
    assert (status, answer["reason"]) == (code, reason)


@pytest.mark.parametrize("change", ["change_id", "dispute_id", "correction_id"])
def test_a_change_of_a_sale_that_nobody_knows_is_refused(front: Front, click: str, change: str) -> None:
    said = {change: "c", "tax": "1.00"} | ({"dispute": "opened"} if change == "dispute_id" else {})
    status, answer = front.postback(click_id=click, **SALE, **said)
    assert (status, answer["reason"]) == (422, "unknown_conversion")


def test_a_rebill_is_a_sale_of_its_own(front: Front, click: str) -> None:
    front.postback(click_id=click, **SALE)
    status, answer = front.postback(click_id=click, status="rebill", **(SALE | {"order_id": "A-1-2"}))
    assert (status, answer["status"], answer["state"]) == (200, "accepted", "approved")


def test_a_sale_in_a_currency_without_a_rate_waits_and_its_repetition_is_a_replay(front: Front, click: str) -> None:
    zlotys = SALE | {"currency": "PLN"}
    first = front.postback(click_id=click, **zlotys)
    assert (first[0], first[1]["state"], first[1]["reason"]) == (200, "pending", "no_fx_rate")
    assert front.postback(click_id=click, **zlotys) == (200, first[1] | {"status": "replayed"})


def test_a_conversion_in_one_currency_never_asks_for_rates(front: Front, click: str) -> None:
    front.postback(click_id=click, **SALE)
    front.table.calls.clear()
    front.postback(click_id=click, **(SALE | {"order_id": "A-2"}))
    assert "Query" not in front.table.calls


def test_a_refused_attempt_does_not_take_the_key_of_the_sale(front: Front, click: str) -> None:
    assert front.postback(click_id="x" * 52, **SALE)[1]["reason"] == "unknown_click"
    assert front.postback(click_id=click, **SALE)[1]["status"] == "accepted"


def test_another_click_for_the_same_order_is_409_and_earns_nothing(front: Front, click: str) -> None:
    link = front.link()
    front.postback(click_id=click, **SALE)
    status, answer = front.postback(click_id=front.click(link.slug), **SALE)
    assert (status, answer["status"], answer["reason"]) == (409, "conflict", "other_click")
    assert {fact.affiliate for fact in front.facts(answer["conversion_id"])} != {link.affiliate}


def test_a_test_is_answered_as_in_earnest_and_takes_nobodys_key(front: Front, click: str) -> None:
    first = front.postback(click_id=click, test="1", **SALE)[1]
    assert first["status"] == "accepted"
    assert front.postback(click_id=click, test="1", **SALE)[1]["status"] == "replayed"
    assert front.postback(click_id=click, **SALE)[1]["status"] == "accepted"
    assert front.facts(first["conversion_id"])[0].test


def test_each_shop_of_an_advertiser_has_its_own_order_ids(front: Front) -> None:
    clicks = [front.click(front.link(shop=shop).slug) for shop in ("de", "fr")]
    ids = {front.postback(click_id=click, **SALE)[1]["conversion_id"] for click in clicks}
    assert len(ids) == 2


def test_a_campaign_can_be_named_where_no_click_is(front: Front) -> None:
    link = front.link(shop="de")
    front.postback(click_id=front.click(link.slug), status="pending", **SALE)
    about = {"goal": "sale", "order_id": "A-1", "status": "approved"}
    assert front.postback(**about)[1]["reason"] == "click_id_missing"
    assert front.postback(campaign=link.campaign, **about)[1]["state"] == "approved"


# What is refused, and how


@pytest.mark.parametrize(
    ("change", "code", "status", "reason"),
    [
        ({"order_id": "{order}"}, 400, "rejected", "unexpanded_macro"),
        ({"click_id": "{click_id}"}, 400, "rejected", "unexpanded_macro"),
        ({"amount": "1.234,56"}, 400, "rejected", "ambiguous_amount"),
        ({"amount": "fifty"}, 400, "rejected", "bad_amount"),
        ({"amount": "1.999"}, 400, "rejected", "ambiguous_amount"),
        ({"currency": "BTC"}, 400, "rejected", "bad_currency"),
        ({"event_time": "now"}, 400, "rejected", "bad_event_time"),
        ({"refund_id": "r", "amount": ""}, 400, "rejected", "refund_amount_missing"),
        ({"status": "maybe"}, 422, "quarantined", "unknown_status"),
        ({"goal": "install"}, 422, "quarantined", "unknown_goal"),
        ({"goal": ""}, 422, "quarantined", "goal_missing"),
        ({"order_id": ""}, 422, "quarantined", "order_id_missing"),
        ({"amount": ""}, 422, "quarantined", "amount_missing"),
        ({"order_id": "x" * 129}, 422, "quarantined", "field_too_long"),
        ({"click_id": ""}, 422, "rejected", "click_id_missing"),
        ({"click_id": "x" * 52}, 422, "rejected", "unknown_click"),
        ({"refund_id": "r"}, 422, "rejected", "unknown_conversion"),
        ({"event_time": "2030-01-01T00:00:00Z"}, 422, "rejected", "in_future"),
        ({"event_time": "2020-01-01T00:00:00Z"}, 422, "rejected", "too_old"),
    ],
)
def test_each_refusal_has_its_status_and_reason(
    front: Front, click: str, change: dict[str, str], code: int, status: str, reason: str
) -> None:
    got, answer = front.postback(**({"click_id": click} | SALE | change))
    assert (got, answer["status"], answer["reason"]) == (code, status, reason)
    assert reason in reasons.EVERY


def test_a_sale_after_the_window_is_refused_and_one_that_happened_inside_is_not(front: Front, click: str) -> None:
    sold = str(front.now // 1000 + 60)
    front.passes(31 * DAY_MS)
    assert front.postback(click_id=click, **SALE)[1]["reason"] == "outside_window"
    assert front.postback(click_id=click, event_time=sold, **SALE)[1]["status"] == "accepted"


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b'{"goal": "sale", "amount": NaN}', "bad_body"),
        (b'{"goal": "sale", "amount": Infinity}', "bad_body"),
        (b'{"goal": "sale", "goal": "lead"}', "duplicate_parameter"),
        (b'{"goal": ["sale"]}', "bad_parameter"),
        (b"[1]", "bad_body"),
        (b'"sale"', "bad_body"),
        (b"{", "bad_body"),
        (b"\xff\xfe", "bad_body"),
        (b"[" * 60_000, "bad_body"),
        (b'{"goal":' * 8_000, "bad_body"),
        (b'{"goal": "sa\\u0000le"}', "bad_parameter"),
    ],
)
def test_a_body_that_cannot_be_read_is_400(front: Front, body: bytes, reason: str) -> None:
    answer = front.ask("POST", "/postback", body, content_type="application/json")
    assert (answer.status, said(answer)["reason"]) == (400, reason)


def test_a_parameter_given_twice_is_400(front: Front, click: str) -> None:
    twice = [("goal", "sale"), ("goal", "lead"), ("token", front.token)]
    assert said(front.ask("GET", "/postback?" + urlencode(twice)))["reason"] == "duplicate_parameter"
    split = front.ask("POST", "/postback?goal=sale", b"goal=lead", content_type="application/x-www-form-urlencoded")
    assert said(split)["reason"] == "duplicate_parameter"


def test_a_body_over_64_kilobytes_is_413_before_it_is_read(front: Front) -> None:
    answer = front.ask("POST", "/postback", b"{" + b" " * 65_536)
    assert (answer.status, said(answer)["reason"]) == (413, "too_large")


def test_a_busy_table_is_503_and_the_same_request_is_accepted_afterwards(front: Front, click: str) -> None:
    front.postback(click_id=click, **(SALE | {"order_id": "warm"}))
    front.table.is_off = True
    answer = front.ask("GET", "/postback?" + urlencode({"token": front.token, "click_id": click, **SALE}))
    assert (answer.status, answer.headers["Retry-After"], said(answer)["reason"]) == (503, "5", "try_again")
    front.table.is_off = False
    assert front.postback(click_id=click, **SALE)[1]["status"] == "accepted"


# Who is believed


@pytest.mark.parametrize(
    ("token", "reason"),
    [
        ("", "credentials_missing"),
        ("nobody.x", "unknown_advertiser"),
        ("{shop}.wrong", "bad_token"),
        ("x", "unknown_advertiser"),
    ],
)
def test_without_a_good_token_nothing_is_stored(front: Front, click: str, token: str, reason: str) -> None:
    front.token = token.replace("{shop}", front.shop)
    front.table.calls.clear()
    status, answer = front.postback(click_id=click, **SALE)
    assert (status, answer["reason"]) == (401, reason)
    assert "PutItem" not in front.table.calls


def test_the_last_two_tokens_are_good_and_no_third(front: Front, click: str) -> None:
    tokens = [front.token, front.office.add_token(front.shop), front.office.add_token(front.shop)]
    answers = []
    for front.token in tokens:
        answers.append(front.postback(click_id=click, **SALE)[0])
    assert answers == [401, 200, 200]


def test_an_advertiser_cannot_speak_about_anothers_click(front: Front, click: str) -> None:
    other = f"other-{uuid4().hex[:8]}"
    front.office.add_advertiser(other, "Other", {})
    front.office.add_goal(other, "sale", "order", "auto")
    front.token = front.office.add_token(other)
    assert front.postback(click_id=click, **SALE)[1]["reason"] == "unknown_click"


def signed(front: Front, secret: str, said: dict[str, str], ts: int | None = None) -> str:
    stamp = str(front.now // 1000 if ts is None else ts)
    query = urlencode(said | {"ts": stamp}, quote_via=quote)
    return f"{query}&sig={trust.query_signature(secret, stamp, query)}"


def test_a_signed_query_is_believed(front: Front, click: str) -> None:
    secret = front.office.add_secret(front.shop, MASTER)
    query = signed(front, secret, {"click_id": click, **SALE})
    assert said(front.ask("GET", f"/postback?{query}"))["status"] == "accepted"


def test_a_signed_form_is_believed(front: Front, click: str) -> None:
    secret = front.office.add_secret(front.shop, MASTER)
    body = signed(front, secret, {"click_id": click, **SALE}).encode()
    answer = front.ask("POST", "/postback", body, content_type="application/x-www-form-urlencoded")
    assert said(answer)["status"] == "accepted"


@pytest.mark.parametrize("late", [-301, 301])
def test_a_signature_ends_after_five_minutes(front: Front, click: str, late: int) -> None:
    secret = front.office.add_secret(front.shop, MASTER)
    query = signed(front, secret, {"click_id": click, **SALE}, front.now // 1000 + late)
    answer = front.ask("GET", f"/postback?{query}")
    assert (answer.status, said(answer)["reason"]) == (401, "stale_signature")


def test_any_change_breaks_a_signature(front: Front, click: str) -> None:
    secret = front.office.add_secret(front.shop, MASTER)
    query = signed(front, secret, {"click_id": click, **SALE})
    for changed in (query.replace("50.00", "90.00"), query + "&coupon=X", "coupon=X&" + query, query[:-1] + "x"):
        answer = front.ask("GET", f"/postback?{changed}")
        assert (answer.status, said(answer)["reason"]) == (401, "bad_signature")


def test_what_is_beside_a_signature_is_not_believed(front: Front, click: str) -> None:
    secret = front.office.add_secret(front.shop, MASTER)
    query = signed(front, secret, {"click_id": click, "goal": "sale", "order_id": "A-1"})
    answer = front.ask("POST", f"/postback?{query}", b"amount=99.00", content_type="application/x-www-form-urlencoded")
    assert said(answer)["reason"] == "bad_signature"


def webhook(front: Front, secret: str, body: bytes, ts: int) -> dict[str, str]:
    signature = trust.webhook_signature(secret, "msg_1", str(ts), body)
    return {"webhook_id": "msg_1", "webhook_timestamp": str(ts), "webhook_signature": f"v1,old {signature}"}


def test_a_json_body_is_signed_the_standard_webhooks_way(front: Front, click: str) -> None:
    secret = front.office.add_secret(front.shop, MASTER)
    body = json.dumps({"advertiser": front.shop, "click_id": click, **SALE}).encode()
    headers = webhook(front, secret, body, front.now // 1000)
    answer = front.ask("POST", "/postback", body, content_type="application/json", **headers)
    assert said(answer)["status"] == "accepted"
    changed = front.ask(
        "POST", "/postback", body.replace(b"50.00", b"60.00"), content_type="application/json", **headers
    )
    beside = front.ask("POST", "/postback?coupon=X", body, content_type="application/json", **headers)
    assert [said(answer)["reason"] for answer in (changed, beside)] == ["bad_signature", "bad_signature"]


def test_the_last_two_secrets_are_good_and_no_third(front: Front, click: str) -> None:
    secrets = [front.office.add_secret(front.shop, MASTER) for _ in range(3)]
    codes = [
        front.ask("GET", "/postback?" + signed(front, secret, {"click_id": click, **SALE})).status for secret in secrets
    ]
    assert codes == [401, 200, 200]


def test_no_secret_and_no_person_is_in_the_log_or_the_kept_refusals(
    front: Front, click: str, capsys: pytest.CaptureFixture[str]
) -> None:
    front.postback(click_id=click, customer_id="whoever@example.com", **(SALE | {"goal": "install"}))
    front.postback(click_id=click, customer_id="whoever@example.com", **SALE)
    told = capsys.readouterr().out
    items = front.table.client.call("Scan", {"TableName": "ledger"})["Items"]
    secret = front.token.partition(".")[2]
    assert "whoever" not in told + json.dumps(items)
    assert secret not in told + json.dumps(items)


@given(
    method=st.sampled_from(["GET", "POST"]),
    query=st.text(max_size=200),
    body=st.binary(max_size=300),
    kind=st.sampled_from(
        ["", "application/json", "application/x-www-form-urlencoded", "text/plain", "multipart/form-data"]
    ),
)
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_garbage_gets_a_reason(front: Front, method: str, query: str, body: bytes, kind: str) -> None:
    answer = front.edge.answer(Request(method, "/postback", (query,), {"content-type": kind}, body), front.now)
    assert answer.status in (400, 401)
    assert said(answer)["reason"] in reasons.EVERY


# What a sender leaves out is never guessed from a stranger


def test_claims_made_in_advance_earn_nothing_on_orders_that_no_click_led_to(front: Front, click: str) -> None:
    for order in ("1001", "1002"):
        front.ask("GET", "/p.gif?" + urlencode({"click_id": click, **SALE, "order_id": order, "amount": "0.01"}))
        status, answer = front.postback(**(SALE | {"order_id": order, "status": "approved"}))
        assert (status, answer["reason"]) == (422, "click_id_missing")
        assert front.facts(answer["conversion_id"])[-1].after.state == "pending"


@pytest.mark.parametrize(
    ("currency", "amount", "refund", "left"), [("JPY", "10000", "50", 9950), ("KWD", "10.000", "1", 9000)]
)
def test_a_refund_without_a_currency_is_in_the_sales_own(
    front: Front, click: str, currency: str, amount: str, refund: str, left: int
) -> None:
    rates_of_the_day(front)
    front.postback(click_id=click, goal="sale", order_id="A-1", amount=amount, currency=currency)
    _, answer = front.postback(goal="sale", order_id="A-1", refund_id="r1", amount=refund)
    last = front.facts(answer["conversion_id"])[-1]
    cents = {"JPY": Fraction(10000, 15000), "KWD": Fraction(100, 1000) * 3}[currency]
    assert last.after.refunded == last.amount.minor - left  # type: ignore[union-attr]
    assert last.after.commission == round(left * cents / 10)


def rates_of_the_day(front: Front) -> None:
    """Upload rates of the day: a dollar is 150 yen, a dinar is 3 dollars."""
    day = iso(front.now)[:10]
    front.rates.add(day, "USD", {"JPY": "150", "KWD": "0.3333333333333333", "EUR": "0.8"}, uuid4().hex, front.now)
    front.passes(60_000)


def test_an_approval_that_repeats_the_amount_needs_no_currency(front: Front, click: str) -> None:
    rates_of_the_day(front)
    euros = {"goal": "sale", "order_id": "A-1", "amount": "100.00"}
    front.postback(click_id=click, currency="EUR", status="pending", **euros)
    assert front.postback(status="approved", **euros)[1]["state"] == "approved"


def test_parameters_of_the_senders_own_may_repeat(front: Front, click: str) -> None:
    pairs = [*{"click_id": click, "token": front.token, **SALE}.items(), ("utm", "1"), ("utm", "2")]
    assert front.ask("GET", "/postback?" + urlencode(pairs)).status == 200


def test_only_test_may_be_a_boolean(front: Front, click: str) -> None:
    whole = {"click_id": click, "token": front.token, **SALE}
    for change, code in (({"test": True}, 200), ({"amount": True}, 400)):
        answer = front.ask("POST", "/postback", json.dumps(whole | change).encode(), content_type="application/json")
        assert answer.status == code


def test_a_secret_whose_generation_has_ended_spoils_no_other(front: Front, click: str) -> None:
    from chalicelib.web.proof import Prover

    old = "1:" + "o" * 48
    both = f"{old},2:{'n' * 48}"
    front.office.add_secret(front.shop, old.partition(":")[2])
    secret = front.office.add_secret(front.shop, both)
    front.edge.postback().prover = Prover("2:" + "n" * 48)
    assert front.ask("GET", "/postback?" + signed(front, secret, {"click_id": click, **SALE})).status == 200


@pytest.mark.parametrize("name", ["token", "advertiser", "campaign"])
def test_a_name_that_cannot_be_an_id_is_unknown_without_a_look(front: Front, name: str) -> None:
    front.table.calls.clear()
    assert front.ask("GET", "/postback?" + urlencode({name: "x" * 1900, "sig": "x"})).status == 401
    assert front.table.calls == []
