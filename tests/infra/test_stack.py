"""Putting a stack up, again, down and up again: quiet where nothing changed, and never at the cost of data."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from infra.account import Account, StackError
from infra.package import Package
from infra.stack import deploy, destroy, outputs
from tests.infra.conftest import unsaid
from tests.stack import Standing

NAME = "fleeting"
ITEM = {"pk": {"S": "KEEP#1"}, "sk": {"S": "X"}}


@pytest.fixture
def account(stack: Standing) -> Iterator[Account]:
    """The shared account; the stack of this module is gone from it afterwards."""
    yield stack.account
    destroy(NAME, stack.account, data=True, say=unsaid)


@pytest.fixture
def up(stack: Standing, account: Account) -> dict[str, str]:
    """The outputs of a stack that stands, with an item, a report and a key in it."""
    told = deploy(stack.made, NAME, account, say=unsaid)
    account.client("dynamodb").put_item(TableName=told["LedgerTable"], Item=ITEM)
    account.client("s3").put_object(Bucket=told["Bucket"], Key="report.csv", Body=b"kept")
    return told


@pytest.fixture
def broken(stack: Standing, tmp_path: Path) -> Package:
    """A package whose template CloudFormation takes and cannot fulfil."""
    folder = shutil.copytree(stack.made.folder, tmp_path / "broken", ignore=shutil.ignore_patterns("code", "layer"))
    made = Package("local", folder, stack.made.architecture)
    template = json.loads(made.template.read_text())
    # The local AWS refuses this alarm's metric math when it comes to make it.
    del template["Resources"]["ClicksWithoutWrites"]["Condition"]
    made.template.write_text(json.dumps(template))
    return made


def master(account: Account, told: dict[str, str], function: str = "EdgeName") -> str:
    """The master secret as a function sees it."""
    found: dict[str, Any] = account.client("lambda").get_function_configuration(FunctionName=told[function])
    return str(found["Environment"]["Variables"]["CLICKLEDGER_MASTER"])


def test_deploying_twice_is_quiet(stack: Standing, account: Account, up: dict[str, str]) -> None:
    said: list[str] = []

    again = deploy(stack.made, NAME, account, say=said.append)

    assert again == up
    assert [line.partition(" after ")[0] for line in said] == [f"deploy: {NAME} is up to date"]


def test_a_parameter_that_is_not_given_keeps_its_value(stack: Standing, account: Account, up: dict[str, str]) -> None:
    deploy(stack.made, NAME, account, {"TimeZone": "Europe/Berlin"}, say=unsaid)

    deploy(stack.made, NAME, account, {"Clid": "cid"}, say=unsaid)

    seen = account.client("lambda").get_function_configuration(FunctionName=up["EdgeName"])["Environment"]["Variables"]
    assert (seen["CLICKLEDGER_TIME_ZONE"], seen["CLICKLEDGER_CLID"]) == ("Europe/Berlin", "cid")


def test_the_generated_secret_reaches_its_functions_and_no_output(account: Account, up: dict[str, str]) -> None:
    secret = account.client("secretsmanager").get_secret_value(SecretId=up["MasterSecretArn"])["SecretString"]

    assert len(secret) == 64
    assert secret.isalnum()
    assert [master(account, up, name) for name in ("APIHandlerName", "EdgeName", "DrainName")] == [secret] * 3
    assert [value for value in up.values() if secret in value] == []


def test_a_rotated_secret_arrives_with_the_next_deploy(stack: Standing, account: Account, up: dict[str, str]) -> None:
    rotated = f"1:{master(account, up)},2:{'x' * 64}"
    account.client("secretsmanager").put_secret_value(SecretId=up["MasterSecretArn"], SecretString=rotated)
    said: list[str] = []

    deploy(stack.made, NAME, account, say=unsaid)
    deploy(stack.made, NAME, account, say=said.append)

    assert [master(account, up, name) for name in ("APIHandlerName", "EdgeName", "DrainName")] == [rotated] * 3
    assert "is up to date" in said[-1]


def test_destroying_keeps_the_data_and_deploying_takes_it_over(
    stack: Standing, account: Account, up: dict[str, str]
) -> None:
    secret = master(account, up)
    destroy(NAME, account, say=unsaid)
    with pytest.raises(StackError, match="there is no stack fleeting"):
        outputs(NAME, account)
    assert account.client("dynamodb").scan(TableName=up["LedgerTable"])["Items"] == [ITEM]

    again = deploy(stack.made, NAME, account, say=unsaid)

    assert (again["LedgerTable"], again["Bucket"]) == (up["LedgerTable"], up["Bucket"])
    assert account.client("dynamodb").scan(TableName=again["LedgerTable"])["Items"] == [ITEM]
    assert account.client("s3").get_object(Bucket=again["Bucket"], Key="report.csv")["Body"].read() == b"kept"
    assert master(account, again) == secret


def test_a_stack_that_took_data_over_is_quiet_and_can_go_again(
    stack: Standing, account: Account, up: dict[str, str]
) -> None:
    destroy(NAME, account, say=unsaid)
    told = deploy(stack.made, NAME, account, say=unsaid)
    said: list[str] = []

    deploy(stack.made, NAME, account, say=said.append)
    destroy(NAME, account, say=unsaid)

    assert "is up to date" in said[-1]
    assert account.client("dynamodb").scan(TableName=told["LedgerTable"])["Items"] == [ITEM]


def test_destroying_deletes_the_data_when_told(account: Account, up: dict[str, str]) -> None:
    destroy(NAME, account, data=True, say=unsaid)

    assert [t for t in account.client("dynamodb").list_tables()["TableNames"] if t.startswith(NAME)] == []
    assert [b["Name"] for b in account.client("s3").list_buckets()["Buckets"] if b["Name"].startswith(NAME)] == []
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        account.client("secretsmanager").get_secret_value(SecretId=up["MasterSecretArn"])


def test_data_that_an_earlier_destroy_kept_can_be_deleted_later(account: Account, up: dict[str, str]) -> None:
    destroy(NAME, account, say=unsaid)

    destroy(NAME, account, data=True, say=unsaid)

    assert up["LedgerTable"] not in account.client("dynamodb").list_tables()["TableNames"]


def test_the_ledger_cannot_be_deleted_by_hand(account: Account, up: dict[str, str]) -> None:
    with pytest.raises(ClientError, match="protect"):
        account.client("dynamodb").delete_table(TableName=up["LedgerTable"])


def test_a_stack_does_not_go_while_messages_wait(account: Account, up: dict[str, str]) -> None:
    account.client("sqs").send_message(QueueUrl=up["FallbackDeadQueue"], MessageBody="{}")

    with pytest.raises(StackError, match=r"messages wait in fleeting-FallbackDead-\w+: let them drain"):
        destroy(NAME, account, say=unsaid)

    assert outputs(NAME, account) == up


def test_two_of_a_kind_are_for_a_person_to_tell_apart(stack: Standing, account: Account) -> None:
    s3 = account.client("s3")
    for bucket in (f"{NAME}-reports-one", f"{NAME}-reports-two"):
        s3.create_bucket(Bucket=bucket)

    with pytest.raises(StackError, match="left more than one Reports: fleeting-reports-one, fleeting-reports-two"):
        deploy(stack.made, NAME, account, say=unsaid)

    for bucket in (f"{NAME}-reports-one", f"{NAME}-reports-two"):
        s3.delete_bucket(Bucket=bucket)


@pytest.mark.parametrize("name", ["9lives", "a" * 31, "my_stack", ""])
def test_a_name_that_would_not_do_is_refused(stack: Standing, name: str) -> None:
    with pytest.raises(StackError, match="a stack cannot be called"):
        deploy(stack.made, name, stack.account, say=unsaid)


def test_a_parameter_that_does_not_exist_is_named(stack: Standing) -> None:
    with pytest.raises(StackError, match="the template has no parameter Timezone"):
        deploy(stack.made, NAME, stack.account, {"Timezone": "UTC"}, say=unsaid)


def test_a_stack_that_cannot_be_made_says_why_and_leaves_nothing(
    stack: Standing, account: Account, broken: Package
) -> None:
    with pytest.raises(StackError, match=r"create of fleeting ended in ROLLBACK_COMPLETE: ClicksWithoutWrites: .+"):
        deploy(broken, NAME, account, say=unsaid)

    assert [t for t in account.client("dynamodb").list_tables()["TableNames"] if t.startswith(NAME)] == []
    with pytest.raises(StackError, match=r"fleeting is in ROLLBACK_COMPLETE: .* make destroy"):
        deploy(stack.made, NAME, account, say=unsaid)
