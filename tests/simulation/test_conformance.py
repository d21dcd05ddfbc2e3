"""The simulated services answer as ministack does: one list of requests, sent to both, with the same answers.

The requests are the kinds that the stores send, over few keys, so that they meet; each seed is another list.
"""

import io
from typing import Any
from uuid import uuid4

import pytest

from chalicelib.store.boto import Boto
from chalicelib.store.client import Client
from chalicelib.store.errors import ConditionFailed, StoreError
from simulation.dice import Dice
from simulation.s3 import S3
from tests.services import Service
from tests.simulation.conftest import tables

REQUESTS = 250
KEYS = ("pk", "sk")
CONDITIONS: tuple[dict[str, Any], ...] = (
    {},
    {"ConditionExpression": "attribute_not_exists(pk)"},
    {"ConditionExpression": "attribute_not_exists(pk)", "ReturnValuesOnConditionCheckFailure": "ALL_OLD"},
    {"ConditionExpression": "version = :seen", "ExpressionAttributeValues": {":seen": {"N": "2"}}},
    {
        "ConditionExpression": "(attribute_not_exists(#name) OR #name = :name) AND #state = :state",
        "ExpressionAttributeNames": {"#name": "name", "#state": "state"},
        "ExpressionAttributeValues": {":name": {"S": "a"}, ":state": {"S": "open"}},
    },
)


def request(dice: Dice, run: str) -> tuple[str, dict[str, Any]]:
    """One request of a kind that the stores send."""
    key = {"pk": {"S": f"{run}{dice.number(1, 3)}"}, "sk": {"S": f"{dice.number(0, 12):05d}"}}
    kind = dice.weighed((("put", 5.0), ("get", 2.0), ("query", 2.0), ("index", 2.0), ("update", 1.0), ("delete", 0.5)))
    match kind:
        case "put":
            item: dict[str, Any] = {**key, "version": {"N": str(dice.number(1, 3))}}
            if dice.chance(0.7):
                item |= {"dpk": {"S": f"{run}d{dice.number(1, 2)}"}, "dsk": {"S": f"{dice.number(1, 30):03d}"}}
            if dice.chance(0.5):
                item |= {"fpk": {"S": f"{run}f"}, "fsk": {"S": f"{dice.number(1, 30):03d}"}}
            if dice.chance(0.5):
                item |= {"name": {"S": dice.pick("ab")}, "state": {"S": dice.pick(("open", "shut"))}}
            return "PutItem", {"Item": item, **dice.pick(CONDITIONS)}
        case "get":
            return "GetItem", {"Key": key, "ConsistentRead": True}
        case "query":
            return "Query", {"ConsistentRead": True, **collection(dice, key["pk"])}
        case "index":
            return "Query", index(dice, run)
        case "delete":
            return "DeleteItem", {"Key": key, **dice.pick(CONDITIONS[3:])}
    names, values = {"#state": "state"}, {":n": {"N": "2"}}
    change = {"UpdateExpression": "ADD counted :n REMOVE #state", "ExpressionAttributeNames": names}
    return "UpdateItem", {"Key": key, **change, "ExpressionAttributeValues": values}


def collection(dice: Dice, pk: dict[str, str]) -> dict[str, Any]:
    """A query of a partition, as the stores write it."""
    condition, more = dice.pick(
        (
            ("pk = :pk", {}),
            ("pk = :pk AND begins_with(sk, :start)", {":start": {"S": "0000"}}),
            ("pk = :pk AND sk BETWEEN :from AND :to", {":from": {"S": "00003"}, ":to": {"S": "00009"}}),
        )
    )
    return {"KeyConditionExpression": condition, "ExpressionAttributeValues": {":pk": pk, **more}}


def index(dice: Dice, run: str) -> dict[str, Any]:
    """A query of an index."""
    if dice.chance(0.4):
        values: dict[str, Any] = {":value": {"S": f"{run}f"}}
        return {"IndexName": "find", "KeyConditionExpression": "fpk = :value", "ExpressionAttributeValues": values}
    values = {":day": {"S": f"{run}d{dice.number(1, 2)}"}}
    condition = "dpk = :day"
    if dice.chance(0.5):
        condition, values = "dpk = :day AND dsk > :after", values | {":after": {"S": f"{dice.number(1, 30):03d}"}}
    more = {"ProjectionExpression": "dsk"} if dice.chance(0.3) else {}
    return {"IndexName": "day", "KeyConditionExpression": condition, "ExpressionAttributeValues": values, **more}


def answer(client: Client, operation: str, body: dict[str, Any]) -> Any:
    """What a request comes to: items, or the error and what stood in the way."""
    body = {"TableName": "ledger", **body}
    try:
        if operation != "Query":
            return client.call(operation, body).get("Item")
        return queried(client, body)
    except ConditionFailed as failed:
        return failed.code, failed.item
    except StoreError as error:
        return error.code


def queried(client: Client, body: dict[str, Any]) -> list[dict[str, Any]]:
    """Every page of two items, put together; among equal index keys no order is promised."""
    found, start = [], None
    while True:
        page = client.call("Query", {**body, "Limit": 2, **({"ExclusiveStartKey": start} if start else {})})
        found += page["Items"]
        start = page.get("LastEvaluatedKey")
        if not start:
            break
    place = {"day": "dsk", "find": "fsk"}.get(body.get("IndexName", ""), "sk")
    assert [item[place]["S"] for item in found] == sorted(item[place]["S"] for item in found)
    return sorted(found, key=repr_of)


def repr_of(item: dict[str, Any]) -> str:
    return repr(sorted(item.items()))


@pytest.mark.parametrize("seed", range(4))
def test_the_tables_answer_as_ministacks(ministack: str, seed: int) -> None:
    dice, real, simulated = Dice(seed), Service(ministack, "wire").connect("dynamodb"), tables()
    run, refused = f"S{uuid4().hex[:8]}", 0
    for number in range(REQUESTS):
        operation, body = request(dice, run)
        expected, found = answer(real, operation, body), answer(simulated, operation, body)
        assert found == expected, f"request {number}: {operation} {body}"
        refused += isinstance(expected, tuple)
    assert 10 < refused < REQUESTS / 2


@pytest.fixture
def bucket(ministack: str) -> tuple[Boto, str]:
    service, name = Service(ministack, "boto3"), f"simulated-{uuid4().hex[:8]}"
    service.boto3("s3").create_bucket(Bucket=name)
    client = service.connect("s3")
    assert isinstance(client, Boto)
    return client, name


def shelf(client: Client, operation: str, body: dict[str, Any]) -> Any:
    """What a request to S3 comes to, without what is each service's own."""
    if "Body" in body:
        body = {**body, "Body": io.BytesIO(body["Body"])}
    try:
        told = client.call(operation, body)
    except StoreError as error:
        return error.code
    if "Body" in told:
        return told["Body"].read()
    listed = [one["Key"] for one in told.get("Contents", ())], [one["Prefix"] for one in told.get("CommonPrefixes", ())]
    return listed if operation == "ListObjectsV2" else (told.get("ETag"), told.get("ContentLength"))


@pytest.mark.parametrize("seed", range(2))
def test_the_bucket_answers_as_ministacks(bucket: tuple[Boto, str], seed: int) -> None:
    (real, name), simulated, dice = bucket, S3(), Dice(seed)
    for number in range(120):
        key = f"{dice.pick(('reports', 'work'))}/{dice.number(1, 3)}/{dice.pick('abc')}"
        content = dice.pick((b"one", b"two", b"three"))
        kinds: tuple[tuple[str, dict[str, Any]], ...] = (
            ("PutObject", {"Key": key, "Body": content}),
            ("PutObject", {"Key": key, "Body": content, "IfNoneMatch": "*"}),
            ("GetObject", {"Key": key}),
            ("GetObject", {"Key": key, "Range": "bytes=1-2"}),
            ("HeadObject", {"Key": key}),
            ("DeleteObject", {"Key": key}),
            ("ListObjectsV2", {"Prefix": "reports/"}),
            ("ListObjectsV2", {"Prefix": "reports/", "Delimiter": "/"}),
        )
        operation, more = dice.pick(kinds)
        body: dict[str, Any] = {"Bucket": name, **more}
        assert shelf(simulated, operation, body) == shelf(real, operation, body), f"{number}: {operation} {more}"
