"""Marked values go in by every door, and come to light nowhere but in the places that docs/privacy.md names."""

import base64
import json
import time
from collections.abc import Iterator
from dataclasses import fields
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

import pytest
from botocore.exceptions import BotoCoreError

from chalicelib.manage import offers
from chalicelib.manage.erase import Eraser
from chalicelib.model import trust
from chalicelib.model.day import end
from chalicelib.model.network import Number
from chalicelib.model.period import Period
from chalicelib.reports.agreements import Agreements
from chalicelib.reports.books import Books
from chalicelib.reports.daily import DailyReport
from chalicelib.reports.month import MonthClose
from chalicelib.settings import Settings
from chalicelib.store.archive import Archive
from chalicelib.store.closes import Closes
from chalicelib.store.days import Days
from chalicelib.store.erasures import Erasures
from chalicelib.store.manual import Manuals
from chalicelib.store.network import Network
from chalicelib.store.parties import Parties
from chalicelib.store.payouts import Payouts
from chalicelib.store.personal import Personals
from chalicelib.store.rates import Rates
from chalicelib.store.visited import Visited
from chalicelib.store.visits import Visits
from chalicelib.web.message import Request
from tests.services import Service
from tests.web.shopfront import MASTER, Front, build

ROOT = Path(__file__).parent.parent
HOUR = 3_600_000
MONTH = Period.of("2051-02", "UTC")
"""No other test uses this month of the table that all of them share."""

ADDRESS, NETWORK = "203.0.113.77", "203.0.113.0/24"
AGENT = "Mozilla/5.0 (X11; Linux x86_64) MarkedBrowser/17.5"
MAIL = "marked.customer@example.com"
CUSTOMER = "marked-customer-4711"
CALLER = "+14155550142"
PATH = "/marked-page?session=marked"
RAW = (
    *(ADDRESS, MAIL, CUSTOMER, CALLER[1:], "marked-page", sha256(MAIL.encode()).hexdigest()),
    sha256(CUSTOMER.encode()).hexdigest(),
)
"""What is nowhere to be found as it was said."""

EVIDENCE = ("MarkedBrowser", NETWORK, "blog.example")
"""What lies in visits, and in the queue on its way there; a network also beside a conversion."""


def ask(front: Front, method: str, path: str, body: bytes = b"", **headers: str) -> Any:
    named = {"user-agent": AGENT, "referer": f"https://blog.example{PATH}", "x-forwarded-for": ADDRESS, **headers}
    where, _, query = path.partition("?")
    request = Request(method, where, (query,), named, body, ADDRESS, "DE")
    return front.edge.answer(request, front.now)


def everything(front: Front, slug: str, number: str) -> str:
    """One request by each door and one refusal by each that refuses; the click id of a click."""
    location = ask(front, "GET", f"/c/{slug}?sub1=spring&us_privacy=1YNN&email={MAIL}").headers["Location"]
    click = str(location.rpartition("clid=")[2])
    sale = {"click_id": click, "goal": "sale", "amount": "50.00", "currency": "USD"}
    who = {"customer_id": CUSTOMER, "email": MAIL, "ip": ADDRESS, "us_privacy": "1YNN"}
    ask(front, "GET", f"/i/{slug}.gif")
    ask(front, "GET", "/p.gif?" + urlencode({**sale, **who, "order_id": uuid4().hex}))
    ask(front, "GET", "/p.gif?" + urlencode({**sale, **who, "click_id": "nonsense"}))
    ask(front, "POST", "/p", urlencode({**sale, **who, "order_id": uuid4().hex}).encode())
    told = {**sale, **who, "token": front.token, "order_id": uuid4().hex}
    for change in ({}, {}, {"amount": "51.00"}, {"order_id": ""}, {"goal": "nonsense"}, {"token": "wrong"}):
        ask(front, "GET", "/postback?" + urlencode({**told, **change}))
    hashed = {**told, "email": "", "email_sha256": sha256(MAIL.encode()).hexdigest(), "order_id": uuid4().hex}
    ask(front, "POST", "/postback", json.dumps(hashed).encode(), **{"content-type": "application/json"})
    call = {"number": number, "caller": CALLER, "duration": "61", "call_id": uuid4().hex, "token": front.token}
    for change in ({}, {"duration": "0"}, {"number": "+14155550999"}):
        answer = ask(front, "POST", "/call", json.dumps({**call, **change, "call_id": uuid4().hex}).encode())
        assert answer.status in (200, 422, 503), answer.body
    for path in ("/c/nobody-made-this", "/tag.js", "/healthz", "/nowhere"):
        ask(front, "GET", f"{path}?email={MAIL}")
    return click


def items(front: Front, table: str) -> Iterator[dict[str, Any]]:
    body: dict[str, Any] = {"TableName": table}
    while True:
        answer = front.table.call("Scan", body)
        yield from answer["Items"]
        if "LastEvaluatedKey" not in answer:
            return
        body["ExclusiveStartKey"] = answer["LastEvaluatedKey"]


def found(text: str, marks: tuple[str, ...]) -> set[str]:
    """The marks that stand in a text, plain or in base64."""
    coded = {mark: base64.b64encode(mark.encode()).decode().rstrip("=")[:-1] for mark in marks}
    return {mark for mark in marks if mark in text or coded[mark] in text}


@pytest.fixture
def world(ministack: str) -> Front:
    front = build(Service(ministack, "wire"))
    front.now = MONTH.end_ms - 6 * HOUR
    return front


def line_of(front: Front) -> tuple[str, str]:
    """A link, and a telephone number of the same campaign."""
    link = front.link()
    front.office.add_goal(front.shop, "ring", "order", "auto")
    front.office.add_terms(link.campaign, "ring", "*", ("CPA 8.00 USD", "CPA 9.00 USD"), None)
    made = offers.add_number(
        front.office, Number(f"+1415{uuid4().int % 10**7:07}", link.affiliate, link.campaign, "ring")
    )
    return link.slug, made.number


def test_nothing_personal_comes_to_light(world: Front, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    slug, number = line_of(world)
    click = everything(world, slug, number)
    world.table.is_off = True
    everything(world, slug, number)
    queued = [record["body"] for record in world.queued()]
    world.queue.is_off = True
    everything(world, slug, number)
    world.queue.is_off = world.table.is_off = False
    assert world.drain.take([{"messageId": "1", "body": body} for body in queued]) == []
    report, month, archive = _reports(world, tmp_path)
    report.run(end(MONTH.last_day, "UTC") + HOUR, lambda: 900_000)
    assert month.run(MONTH.end_ms + 48 * HOUR) == ("2051-02",)

    said = capsys.readouterr()
    assert '"spilled"' in said.out
    assert '"claim_queued"' in said.out
    assert found(said.out + said.err, (*RAW, *EVIDENCE)) == set()
    assert len(queued) > 3
    assert found("".join(queued), RAW) == set()
    for table in ("visits", "ledger"):
        for item in items(world, table):
            text = json.dumps(item)
            assert found(text, RAW) == set(), item["pk"]
            is_place = table == "visits" or item["sk"]["S"] == "P"
            assert is_place or found(text, EVIDENCE) == set(), item["pk"]
    files = list(archive.keys(""))
    assert any(key.startswith("closes/") for key in files)
    assert any(key.endswith("commissions.csv") or "commissions" in key for key in files)
    for key in files:
        assert found((archive.read(key) or b"").decode("latin-1"), (*RAW, *EVIDENCE)) == set(), key

    # The close is made again of what is left after everybody was erased: the same bytes, so the same sums.
    assert _erase(world, click) >= 2
    assert month.rebuild("2051-02") == ()


def test_erasing_changes_no_byte_of_an_open_days_report(world: Front, tmp_path: Path) -> None:
    world.now -= 40 * 24 * HOUR
    month_of = Period.of("2051-01", "UTC")
    slug, number = line_of(world)
    click = everything(world, slug, number)
    report, _, archive = _reports(world, tmp_path, month_of)
    day = next(day for day in month_of.days if end(day, "UTC") > world.now)
    before = {key: archive.read(key) for key in report.preview(day)}
    assert before

    assert _erase(world, click) >= 2  # the click and the impression

    assert {key: archive.read(key) for key in report.preview(day)} == before
    mine = [item for item in items(world, "visits") if "erased" in item]
    assert mine
    assert found(json.dumps(mine), (*RAW, *EVIDENCE)) == set()


def test_every_retention_is_a_setting_that_the_page_names() -> None:
    page = (ROOT / "docs" / "privacy.md").read_text()
    kept = [f.name for f in fields(Settings) if f.name.endswith(("_days", "_years")) and f.name != "confirm_days"]
    assert {"click_days", "personal_days", "refusal_days", "identity_years"} <= set(kept)
    for name in kept:
        assert f"`CLICKLEDGER_{name.upper()}`" in page, name


def _erase(front: Front, click: str) -> int:
    """Erase the visitor of a click, the customer and the caller; how many visits were stripped."""
    ring, dynamodb = trust.click_keys(MASTER), front.table
    erasures, personals = Erasures(dynamodb, "visits", ring.person), Personals(dynamodb, "ledger", 120)
    eraser = Eraser(erasures, personals, Network(dynamodb, "ledger"), ring, lambda: front.now, lambda _: False)
    eraser.customer(front.shop, CUSTOMER)
    eraser.caller(CALLER)
    return eraser.visitor(click)[0]


def _reports(front: Front, folder: Path, month: Period = MONTH) -> tuple[DailyReport, MonthClose, Archive]:
    client: Any = front.table.client
    service = Service(client.endpoint, "boto3")
    bucket = f"privacy-{uuid4().hex[:8]}"
    service.boto3("s3").create_bucket(Bucket=bucket)
    archive, dynamodb = Archive(service.connect("s3"), bucket, (BotoCoreError,)), service.connect("dynamodb")
    days, network = Days(dynamodb, "ledger"), Network(dynamodb, "ledger")
    report = DailyReport(days, archive, "UTC", folder / "daily", month.last_day)
    books = Books(Manuals(dynamodb, "ledger"), Payouts(dynamodb, "ledger"), "UTC")
    rates = Rates(dynamodb, "ledger", 60, time.monotonic)
    agreements = Agreements(network, Parties(dynamodb, "ledger").own, rates.on, "UTC", "USD")
    visited = Visited(Visits(dynamodb, "visits", 120), network.link)
    closes = Closes(dynamodb, "ledger")
    return report, MonthClose(days, closes, archive, agreements, visited, books, books, "UTC", folder), archive
