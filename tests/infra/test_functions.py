"""Functions that no visitor calls run on the packaged stack, under their own roles and with their own triggers."""

import json
import time
from collections.abc import Callable

import pytest

from audit.verify import Verify
from chalicelib.model.network import Affiliate, Campaign
from chalicelib.store import setup_items
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
        fact_item(sale("A-1", OCTOBER, 15), "test"),
    ]
    for item in told:
        spare.client("dynamodb").put_item(TableName=table, Item=item)
    early = spare.invoke("CloseName", scheduled("2026-11-02T12:00:00Z"))
    spare.invoke("ReportName", scheduled("2026-11-01T03:00:00Z"))

    first, again = (spare.invoke("CloseName", scheduled("2026-11-02T12:00:00Z")) for _ in range(2))

    # October is closed when all its days are reported, and only once.
    assert (early, first, again) == ({"periods": []}, {"periods": ["2026-10"]}, {"periods": []})
    s3 = spare.client("s3")
    manifest = json.loads(s3.get_object(Bucket=bucket, Key="closes/2026-10/manifest.json")["Body"].read())
    parts = {part["name"]: s3.get_object(Bucket=bucket, Key=part["key"])["Body"].read() for part in manifest["parts"]}
    assert parts["statements/affiliate-anna-eur.pdf"].startswith(b"%PDF-")
    assert b"2026-10/anna/EUR,anna,EUR,4.50" in parts["payables.csv"]
    assert Verify(lambda key: _read(spare, bucket, key), "2026-10").run() == []


def _read(stack: Standing, bucket: str, key: str) -> bytes | None:
    try:
        body: bytes = stack.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read()
    except stack.client("s3").exceptions.NoSuchKey:
        return None
    return body
