"""Functions that no visitor calls run on the packaged stack, under their own roles and with their own triggers."""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest

from audit.verify import Verify
from chalicelib.model.caps import ClickState
from chalicelib.model.day import utc_day
from chalicelib.model.network import Affiliate, Campaign, Link
from chalicelib.store import keys, setup_items
from chalicelib.store.fact_items import fact_item
from tests.reports.month_world import OCTOBER, sale
from tests.stack import Standing

LONG = 60.0


def until(true: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + LONG
    while not true() and time.monotonic() < deadline:
        time.sleep(0.1)
    return true()


def scheduled(moment: str) -> dict[str, object]:
    """What a schedule sends."""
    return {
        "version": "0",
        "id": "00000000-0000-0000-0000-000000000000",
        "detail-type": "Scheduled Event",
        "source": "aws.events",
        "account": "000000000000",
        "time": moment,
        "region": "us-east-1",
        "resources": ["arn:aws:events:us-east-1:000000000000:rule/hourly"],
        "detail": {},
    }


def test_the_schedule_publishes_a_day_once(spare: Standing) -> None:
    event = scheduled("2026-10-02T03:00:00Z")

    first, again = spare.invoke("ReportName", event), spare.invoke("ReportName", event)

    assert first == {"days": ["2026-10-01"], "done": True}
    assert again == {"days": [], "done": True}


def test_time_brings_nothing_to_an_empty_network(spare: Standing) -> None:
    assert set(spare.invoke("RipenName", scheduled("2026-10-02T03:00:00Z")).values()) <= {0}


def test_the_judge_finds_nothing_in_an_empty_network_and_looks_once(spare: Standing) -> None:
    first, again = (spare.invoke("JudgeName", scheduled("2026-10-02T03:00:00Z")) for _ in range(2))
    assert [first, again] == [{"days": 1, "held": 0}, {"days": 0, "held": 0}]


def test_what_forgets_goes_through_the_days_under_its_own_role(spare: Standing) -> None:
    table, day_ms = spare.outputs["VisitsTable"], round(time.time() * 1000) - 3 * 86_400_000
    item = keys.salt(utc_day(day_ms)) | {"salt": {"S": "00" * 32}}
    spare.client("dynamodb").put_item(TableName=table, Item=item)

    assert spare.invoke("ForgetName", scheduled("2026-10-02T03:00:00Z"))["salts"] > 1

    assert "Item" not in spare.client("dynamodb").get_item(TableName=table, Key=keys.salt(utc_day(day_ms)))


def test_the_drain_takes_what_the_queue_brings(spare: Standing) -> None:
    sqs, queue = spare.client("sqs"), spare.outputs["FallbackQueue"]
    message = {"kind": "claim", "said": {}, "customer": "", "at": 1_790_000_000_000}

    sqs.send_message(QueueUrl=queue, MessageBody=json.dumps(message))

    assert until(lambda: waiting(spare, "FallbackQueue") == 0)
    assert waiting(spare, "FallbackDeadQueue") == 0


def test_a_message_that_is_none_of_ours_stays_in_the_queue(spare: Standing) -> None:
    spare.client("sqs").send_message(QueueUrl=spare.outputs["FallbackQueue"], MessageBody="none of ours")

    time.sleep(2)

    assert waiting(spare, "FallbackQueue") == 1
    spare.client("sqs").purge_queue(QueueUrl=spare.outputs["FallbackQueue"])


def test_a_record_that_cannot_be_read_is_put_aside(spare: Standing) -> None:
    before = waiting(spare, "LedgerDeadQueue")
    item = {"pk": {"S": "V#unreadable"}, "sk": {"S": "00000"}}

    spare.client("dynamodb").put_item(TableName=spare.outputs["LedgerTable"], Item=item)

    assert until(lambda: waiting(spare, "LedgerDeadQueue") == before + 1)


def waiting(stack: Standing, queue: str) -> int:
    """Messages in a queue, taken or not."""
    counts = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    answer = stack.client("sqs").get_queue_attributes(QueueUrl=stack.outputs[queue], AttributeNames=counts)
    return sum(int(answer["Attributes"][count]) for count in counts)


@pytest.mark.parametrize("function", ["ReportName", "RipenName", "FactsName", "CloseName"])
def test_functions_behind_the_hot_path_find_their_layer(spare: Standing, function: str) -> None:
    layers = spare.client("lambda").get_function_configuration(FunctionName=spare.outputs[function])["Layers"]

    assert len(layers) == 1


def test_the_close_makes_a_month_of_its_daily_reports(spare: Standing) -> None:
    table, bucket = spare.outputs["LedgerTable"], spare.outputs["Bucket"]
    told = [
        setup_items.affiliate_item(Affiliate("anna", "Anna")),
        setup_items.campaign_item(Campaign("spring", "Spring", "shop", "EUR", "https://shop.example/")),
        fact_item(sale("A-1", OCTOBER, 30), "test"),
    ]
    for item in told:
        spare.client("dynamodb").put_item(TableName=table, Item=item)
    early = spare.invoke("CloseName", scheduled("2026-11-02T12:00:00Z"))
    spare.invoke("ReportName", scheduled("2026-11-01T03:00:00Z"))

    with hurried(spare, "CloseName"):
        first = spare.invoke("CloseName", scheduled("2026-11-02T12:00:00Z"))
        assert until(lambda: len(_states(spare, bucket)) > 3)
    # Lambda lets a function call itself some sixteen times. Then it is for the next hour's run, which nobody has told.
    again, third = (spare.invoke("CloseName", scheduled("2026-11-02T12:00:00Z")) for _ in range(2))

    # October is closed when all its days are reported, by as many runs as it takes, and only once.
    assert early == {"periods": [], "done": True}
    assert first == {"periods": [], "done": False}
    assert again["done"]
    assert third == {"periods": [], "done": True}
    s3 = spare.client("s3")
    manifest = json.loads(s3.get_object(Bucket=bucket, Key="closes/2026-10/manifest.json")["Body"].read())
    parts = {part["name"]: s3.get_object(Bucket=bucket, Key=part["key"])["Body"].read() for part in manifest["parts"]}
    assert parts["statements/affiliate-anna-eur.pdf"].startswith(b"%PDF-")
    assert b"2026-10/anna/EUR,anna,EUR,4.50" in parts["payables.csv"]
    assert Verify(lambda key: _read(spare, bucket, key), "2026-10").run() == []


@contextmanager
def hurried(stack: Standing, function: str) -> Iterator[None]:
    """A function with less time than a close keeps in reserve, so that it hands over after each step."""
    client, name = stack.client("lambda"), stack.outputs[function]
    seconds = client.get_function_configuration(FunctionName=name)["Timeout"]
    client.update_function_configuration(FunctionName=name, Timeout=120)
    try:
        yield
    finally:
        client.update_function_configuration(FunctionName=name, Timeout=seconds)


def _read(stack: Standing, bucket: str, key: str) -> bytes | None:
    try:
        body: bytes = stack.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read()
    except stack.client("s3").exceptions.NoSuchKey:
        return None
    return body


def test_a_campaign_that_has_had_its_clicks_redirects_to_its_fallback(spare: Standing) -> None:
    caps = {"clicks/day": 3}
    to = ("https://shop.example/", "https://other.example/")
    told = [
        setup_items.affiliate_item(Affiliate("ben", "Ben")),
        setup_items.campaign_item(Campaign("few", "Few", "shop", "EUR", to[0], fallback=to[1], caps=caps)),
        setup_items.click_item("few", ClickState({}, {"clicks/day": int(time.time() * 1000)})),
        setup_items.link_item(Link(77, "few", "ben", "few")),
        setup_items.slug_item(Link(77, "few", "ben", "few")),
    ]
    for item in told:
        spare.client("dynamodb").put_item(TableName=spare.outputs["LedgerTable"], Item=item)
    browser = {"User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"}
    answers = [spare.ask("GET", "/c/few", headers=browser) for _ in range(3)]
    in_three_minutes = datetime.fromtimestamp(time.time() + 180, UTC).isoformat(timespec="seconds")

    first, again = (spare.invoke("ClicksName", scheduled(in_three_minutes)) for _ in range(2))

    assert [answer.headers["location"].startswith(to[0]) for answer in answers] == [True] * 3
    assert (first, again) == ({"campaigns": 1, "clicks": 3}, {"campaigns": 1, "clicks": 0})
    # The other door's function has not read the campaign yet.
    full = spare.ask("GET", "/c/few", headers=browser, door="rest")
    assert (full.status, full.headers["location"].startswith(to[1])) == (302, True)


def _states(stack: Standing, bucket: str) -> list[str]:
    """What the runs of a close have handed over so far."""
    listed = stack.client("s3").list_objects_v2(Bucket=bucket, Prefix="work/closes/").get("Contents", ())
    return [one["Key"] for one in listed if one["Key"].endswith("-state.json")]
