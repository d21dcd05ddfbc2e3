"""Each role on the local AWS, which enforces it: what a function calls works, what it has no business with does not."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest
from botocore.exceptions import ClientError

from infra.account import Account
from tests.stack import Standing

Call = Callable[[Account, Mapping[str, str]], Any]

KEY = {"pk": {"S": "RIGHTS#1"}, "sk": {"S": "X"}}
HOT = ("APIHandlerName", "EdgeName", "DrainName")
LEDGER_READERS = ("ReportName", "RipenName", "CloseName")


def get(table: str) -> Call:
    return lambda a, told: a.client("dynamodb").get_item(TableName=told[table], Key=KEY)


def put(table: str) -> Call:
    return lambda a, told: a.client("dynamodb").put_item(TableName=told[table], Item=KEY)


def delete(table: str) -> Call:
    return lambda a, told: a.client("dynamodb").delete_item(TableName=told[table], Key=KEY)


def scan(table: str) -> Call:
    return lambda a, told: a.client("dynamodb").scan(TableName=told[table])


def update(table: str) -> Call:
    return lambda a, told: a.client("dynamodb").update_item(TableName=told[table], Key=KEY)


def query(table: str, index: str = "") -> Call:
    def call(account: Account, told: Mapping[str, str]) -> Any:
        where = {"IndexName": index} if index else {}
        key = {"": "pk", "day": "dpk", "find": "fpk"}[index]
        return account.client("dynamodb").query(
            TableName=told[table],
            **where,
            KeyConditionExpression=f"{key} = :k",
            ExpressionAttributeValues={":k": {"S": "RIGHTS#1"}},
        )

    return call


def send(queue: str) -> Call:
    return lambda a, told: a.client("sqs").send_message(QueueUrl=told[queue], MessageBody='{"kind":"rights"}')


def receive(queue: str) -> Call:
    return lambda a, told: a.client("sqs").receive_message(QueueUrl=told[queue])


def s3(deed: str, key: str = "") -> Call:
    extra: dict[str, Any] = {"Key": key} if key else {}
    extra |= {"Body": b"x"} if deed == "put_object" else {}
    return lambda a, told: getattr(a.client("s3"), deed)(Bucket=told["Bucket"], **extra)


def invoke(function: str) -> Call:
    return lambda a, told: a.client("lambda").invoke(
        FunctionName=told[function], InvocationType="DryRun", Payload=b"{}"
    )


def secret(account: Account, told: Mapping[str, str]) -> Any:
    return account.client("secretsmanager").get_secret_value(SecretId=told["MasterSecretArn"])


ALLOWED: list[tuple[str, str, Call]] = [
    *((f, "get a visit", get("VisitsTable")) for f in HOT),
    *((f, "put a visit", put("VisitsTable")) for f in HOT),
    *((f, "get from the ledger", get("LedgerTable")) for f in (*HOT, *LEDGER_READERS)),
    *((f, "put into the ledger", put("LedgerTable")) for f in (*HOT, "FactsName", *LEDGER_READERS)),
    *((f, "query the ledger", query("LedgerTable")) for f in (*HOT, "FactsName", *LEDGER_READERS)),
    *((f, "query by day", query("LedgerTable", "day")) for f in LEDGER_READERS),
    ("RipenName", "list advertisers", query("LedgerTable", "find")),
    *((f, "spill", send("FallbackQueue")) for f in ("APIHandlerName", "EdgeName")),
    ("FactsName", "put a record aside", send("LedgerDeadQueue")),
    ("CloseName", "list affiliates", query("LedgerTable", "find")),
    ("CloseName", "get a visit", get("VisitsTable")),
    ("CloseName", "put a close's part", s3("put_object", "closes/2026-10/part.csv")),
    ("ReportName", "put a part", s3("put_object", "2026-10-01/part.csv")),
    ("ReportName", "get a part", s3("get_object", "2026-10-01/part.csv")),
    ("CloseName", "get a report's part", s3("get_object", "2026-10-01/part.csv")),
    ("ReportName", "list parts", s3("list_objects_v2")),
    ("ReportName", "delete its work", s3("delete_object", "work/half.csv")),
    ("ReportName", "hand over to itself", invoke("ReportName")),
]

REFUSED: list[tuple[str, str, Call]] = [
    *((f, "scan visits", scan("VisitsTable")) for f in HOT),
    *((f, "delete a fact", delete("LedgerTable")) for f in (*HOT, "FactsName", *LEDGER_READERS)),
    *((f, "update a fact", update("LedgerTable")) for f in (*HOT, "FactsName", *LEDGER_READERS)),
    *((f, "query by day", query("LedgerTable", "day")) for f in (*HOT, "FactsName")),
    *((f, "read visits", get("VisitsTable")) for f in ("FactsName", "ReportName", "RipenName")),
    ("CloseName", "put a visit", put("VisitsTable")),
    ("CloseName", "put a report's part", s3("put_object", "2026-10-01/part.csv")),
    ("CloseName", "delete a part", s3("delete_object", "closes/2026-10/part.csv")),
    *((f, "read the master secret", secret) for f in (*HOT, "FactsName", *LEDGER_READERS)),
    *((f, "list reports", s3("list_objects_v2")) for f in (*HOT, "FactsName", "RipenName")),
    *((f, "call the report", invoke("ReportName")) for f in (*HOT, "FactsName", "RipenName")),
    *((f, "take messages", receive("FallbackQueue")) for f in ("APIHandlerName", "EdgeName", "FactsName")),
    *((f, "bury records", send("LedgerDeadQueue")) for f in HOT),
    ("ReportName", "delete a part", s3("delete_object", "2026-10-01/part.csv")),
    ("ReportName", "call the edge", invoke("EdgeName")),
]


def named(cases: list[tuple[str, str, Call]]) -> list[Any]:
    return [pytest.param(f, call, id=f"{f.removesuffix('Name')} {words}") for f, words, call in cases]


@pytest.mark.parametrize(("function", "call"), named(ALLOWED))
def test_a_function_may(spare: Standing, function: str, call: Call) -> None:
    answer = call(spare.as_role_of(function), spare.outputs)

    assert answer["ResponseMetadata"]["HTTPStatusCode"] < 300


@pytest.mark.parametrize(("function", "call"), named(REFUSED))
def test_a_function_may_not(spare: Standing, function: str, call: Call) -> None:
    with pytest.raises(ClientError, match="AccessDenied"):
        call(spare.as_role_of(function), spare.outputs)
