"""The whole road on the packaged stack, every function held to its own role: set up, click, buy, report, download."""

import csv
import hashlib
import hmac
import json
import os
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from chalicelib.model import clickid, trust
from chalicelib.store import keys
from tests.journey.operator import SALE, Network


@pytest.mark.parametrize("door", ["edge", "rest", "url", "site"])
def test_a_click_a_pixel_and_a_postback_are_one_commission(network: Network, door: str, order: str) -> None:
    click = network.click(door, "?sub1=news")
    for _ in range(2):
        claim = urlencode({"click_id": click, "order_id": order, **SALE})
        pixel = network.stack.ask("GET", f"/p.gif?{claim}", headers={"Accept": "image/*"}, door=door)
        assert (pixel.status, len(pixel.body)) == (200, 43)
    answers = [network.postback(door, click_id=click, order_id=order, **SALE) for _ in range(2)]
    assert [(answer.status, answer.json["status"], answer.json["state"]) for answer in answers] == [
        (200, "accepted", "approved"),
        (200, "replayed", "approved"),
    ]


def test_a_beacon_is_answered_with_204(network: Network, order: str) -> None:
    body = urlencode({"clids": network.click(), "order_id": order, **SALE}).encode()
    answer = network.stack.ask("POST", "/p", body, {"Content-Type": "text/plain;charset=UTF-8"})
    assert (answer.status, answer.body) == (204, b"")


@pytest.mark.parametrize("door", ["edge", "rest", "site"])
def test_a_signed_query_is_believed_at_every_door(network: Network, door: str, order: str) -> None:
    stamp = str(int(datetime.now(UTC).timestamp()))
    query = urlencode({"click_id": network.click(), "order_id": order, **SALE, "ts": stamp})
    sig = hmac.new(network.secret.encode(), f"{stamp}.{query}".encode(), hashlib.sha256).hexdigest()
    answer = network.stack.ask("GET", f"/postback?{query}&sig={sig}", door=door)
    assert (answer.status, answer.json["status"]) == (200, "accepted")


def test_the_command_shows_what_was_received_and_what_became_of_it(network: Network, order: str) -> None:
    click = network.click()
    network.stack.ask("GET", "/p.gif?" + urlencode({"click_id": click, "order_id": order, **SALE}))
    network.postback(click_id=click, order_id=order, **SALE)
    network.postback(click_id=click, order_id=order, **SALE)
    network.stack.ask("GET", "/p.gif?" + urlencode({"click_id": click, "order_id": order, **SALE}))
    network.stack.ask("GET", "/p.gif?" + urlencode({"click_id": click, "order_id": order, **(SALE | {"amount": "x"})}))
    network.postback(click_id=click, order_id=order, **(SALE | {"amount": "1.00"}))
    network.postback(click_id=click, order_id=order, **(SALE | {"amount": "1.234,00"}))
    log = network.command("log", "kettles", "--last", "50")
    mine = [line for line in log.splitlines() if order in line]
    for word in ("pixel", "accepted (booked)", "accepted (confirmed)", "conflict", "other_amount", "ambiguous_amount"):
        assert any(word in line for line in mine), f"{word} is not in\n{log}"
    for door in ("pixel", "postback"):
        assert any("replayed" in line and door in line for line in mine), log
    assert any("bad_amount" in line and "pixel" in line for line in mine), log
    assert network.token not in log


def test_a_click_that_waited_in_the_queue_is_drained_by_its_function(network: Network) -> None:
    """The queue's own trigger, function and role do it; the message is what a redirect leaves in an outage."""
    arn = network.stack.outputs["MasterSecretArn"]
    master = network.stack.client("secretsmanager").get_secret_value(SecretId=arn)["SecretString"]
    now = int(datetime.now(UTC).timestamp() * 1000)
    id = clickid.mint(trust.click_keys(master), 7, now, os.urandom(10))
    row = {**keys.click(id), "ttl": {"N": "1900000000"}, "sub1": {"S": "late"}}
    message = {"kind": "click", "id": id.text, "row": row}
    queue = network.stack.outputs["FallbackQueue"]
    network.stack.client("sqs").send_message(QueueUrl=queue, MessageBody=json.dumps(message))
    table = network.stack.outputs["VisitsTable"]
    found = patiently(
        lambda: network.stack.client("dynamodb").get_item(TableName=table, Key=keys.click(id)).get("Item")
    )
    assert found["sub1"] == {"S": "late"}


def test_the_stream_counts_conversions_towards_soft_caps(network: Network, order: str) -> None:
    network.postback(click_id=network.click(), order_id=order, **SALE)
    table = network.stack.outputs["LedgerTable"]
    client = network.stack.client("dynamodb")
    state = patiently(lambda: client.get_item(TableName=table, Key=keys.cap("spring")).get("Item"))
    assert int(state["taken"]["M"]["total"]["N"]) >= 1


def patiently(look: Callable[[], Mapping[str, Any] | None]) -> dict[str, Any]:
    """What `look` finds within ten seconds."""
    for _ in range(100):
        if found := look():
            return dict(found)
        time.sleep(0.1)
    raise AssertionError("it never came")


def schedule(at: datetime) -> dict[str, Any]:
    """The event of a schedule that fired at a given time."""
    return {
        "version": "0",
        "id": "x",
        "detail-type": "Scheduled Event",
        "source": "aws.events",
        "account": "000000000000",
        "time": at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "region": "us-east-1",
        "resources": ["arn:aws:events:us-east-1:000000000000:rule/x"],
        "detail": {},
    }


def rows(path: Path) -> Iterator[Mapping[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        yield from csv.DictReader(file)


def test_the_day_is_published_once_and_finance_downloads_a_report_that_adds_up(
    network: Network, order: str, tmp_path: Path
) -> None:
    network.postback(click_id=network.click(), order_id=order, **SALE)
    day = datetime.now(UTC).date()
    after = datetime.combine(day + timedelta(days=1), datetime.min.time(), UTC) + timedelta(minutes=20)
    assert str(day) in network.stack.invoke("ReportName", schedule(after))["days"]
    assert network.stack.invoke("ReportName", schedule(after))["days"] == []
    assert str(day) in network.command("report")
    network.command("report", str(day), "--to", str(tmp_path))
    folder = tmp_path / str(day)
    manifest = json.loads((folder / "manifest.json").read_bytes())
    for part in manifest["parts"]:
        assert hashlib.sha256((folder / part["name"]).read_bytes()).hexdigest() == part["sha256"]
    lines = list(rows(folder / "commissions.csv"))
    mine = [line for line in lines if line["order_id"] == order]
    assert [(line["kind"], line["state"], line["approved_commission"]) for line in mine] == [
        ("booked", "approved", "4.99")
    ]
    summary = list(rows(folder / "summary.csv"))
    total = sum(round(float(line["approved_commission"]) * 100) for line in lines)
    assert total == sum(round(float(line["approved_commission"]) * 100) for line in summary) > 0
