"""Each role on the local AWS, which enforces it: what a function calls works, what it has no business with does not."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest
from botocore.exceptions import ClientError

from chalicelib.store import keys
from infra.account import Account
from tests.stack import Standing

Call = Callable[[Account, Mapping[str, str]], Any]

KEY = {"pk": {"S": "RIGHTS#1"}, "sk": {"S": "X"}}
SALT = keys.salt("20260921")
HOT = ("APIHandlerName", "EdgeName", "DrainName")
LEDGER_READERS = ("ReportName", "RipenName", "CloseName")


def get(table: str) -> Call:
    return lambda a, told: a.client("dynamodb").get_item(TableName=told[table], Key=KEY)


def put(table: str) -> Call:
    return lambda a, told: a.client("dynamodb").put_item(TableName=told[table], Item=KEY)


def delete(table: str, key: Mapping[str, Any] = KEY) -> Call:
    return lambda a, told: a.client("dynamodb").delete_item(TableName=told[table], Key=key)


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
    *((f, "get a visit", get("VisitsTable")) for f in ("CloseName", "ReportName")),
    ("ReportName", "query visits", query("VisitsTable")),
    ("ClicksName", "get a visit", get("VisitsTable")),
    ("ClicksName", "query visits", query("VisitsTable")),
    ("ClicksName", "get a link", get("LedgerTable")),
    ("ClicksName", "put a count", put("LedgerTable")),
    ("ClicksName", "query a campaign", query("LedgerTable")),
    ("ClicksName", "list campaigns", query("LedgerTable", "find")),
    ("JudgeName", "get a visit", get("VisitsTable")),
    ("JudgeName", "query visits", query("VisitsTable")),
    ("JudgeName", "query by day", query("LedgerTable", "day")),
    ("JudgeName", "put a hold", put("LedgerTable")),
    ("JudgeName", "query a conversion", query("LedgerTable")),
    ("JudgeName", "keep evidence", s3("put_object", "trust/visits-20261001.json")),
    ("JudgeName", "get evidence", s3("get_object", "trust/visits-20261001.json")),
    ("ForgetName", "delete a salt", delete("VisitsTable", SALT)),
    ("CloseName", "put a close's part", s3("put_object", "closes/2026-10/part.csv")),
    ("ReportName", "put a part", s3("put_object", "2026-10-01/part.csv")),
    ("ReportName", "get a part", s3("get_object", "2026-10-01/part.csv")),
    ("CloseName", "keep its work", s3("put_object", "work/closes/2026-10/half.csv")),
    ("CloseName", "delete its work", s3("delete_object", "work/closes/2026-10/half.csv")),
    ("CloseName", "hand over to itself", invoke("CloseName")),
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
    *((f, "read visits", get("VisitsTable")) for f in ("FactsName", "RipenName")),
    *((f, "put a visit", put("VisitsTable")) for f in ("CloseName", "ReportName")),
    *((f, "scan visits", scan("VisitsTable")) for f in ("CloseName", "ReportName")),
    ("JudgeName", "put a visit", put("VisitsTable")),
    ("JudgeName", "delete a fact", delete("LedgerTable")),
    ("JudgeName", "update a fact", update("LedgerTable")),
    ("JudgeName", "put a part", s3("put_object", "2026-10-01/part.csv")),
    ("JudgeName", "delete evidence", s3("delete_object", "trust/visits-20261001.json")),
    ("JudgeName", "put a list of datacenters", s3("put_object", "datacenters.csv")),
    ("JudgeName", "read the master secret", secret),
    ("ForgetName", "get a salt", get("VisitsTable")),
    ("ForgetName", "put a salt", put("VisitsTable")),
    ("ForgetName", "query visits", query("VisitsTable")),
    ("ForgetName", "get from the ledger", get("LedgerTable")),
    ("ForgetName", "delete a fact", delete("LedgerTable")),
    ("ForgetName", "read the master secret", secret),
    *((f, "delete a salt", delete("VisitsTable", SALT)) for f in HOT),
    ("ClicksName", "put a visit", put("VisitsTable")),
    ("ClicksName", "delete a visit", delete("VisitsTable")),
    ("ClicksName", "delete a count", delete("LedgerTable")),
    ("ClicksName", "query by day", query("LedgerTable", "day")),
    ("ClicksName", "read the master secret", secret),
    ("ClicksName", "list reports", s3("list_objects_v2")),
    ("CloseName", "put a report's part", s3("put_object", "2026-10-01/part.csv")),
    ("CloseName", "delete a part", s3("delete_object", "closes/2026-10/part.csv")),
    ("CloseName", "put a report's work", s3("put_object", "work/2026-10-01/half.csv")),
    ("CloseName", "delete a report's work", s3("delete_object", "work/2026-10-01/half.csv")),
    ("CloseName", "call the report", invoke("ReportName")),
    ("ReportName", "call the close", invoke("CloseName")),
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
