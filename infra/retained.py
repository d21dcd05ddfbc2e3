"""What outlives a stack: tables, reports, the master secret, logs of the hot path.

Taking a stack down leaves them. Putting it up again adopts them, so that links, ids and books go on; and only
`destroy` with an explicit word deletes them. Both need to find them again by name, for CloudFormation names them
<stack>-<logical id>-<random> and forgets them.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from infra.account import Account, StackError

TABLES = ("Visits", "Ledger")
BUCKET = "Reports"
SECRET_TAG = "clickledger:stack"


@dataclass(frozen=True, slots=True)
class Retained:
    """The data of one stack: physical names of tables and bucket by logical id, the secret's ARN or an empty text."""

    named: dict[str, str]
    secret: str

    def __bool__(self) -> bool:
        return bool(self.named or self.secret)


def find(stack: str, account: Account) -> Retained:
    """What an earlier stack of this name left, and what a standing one would.

    Raises StackError if there are two of a kind: then only a person can say which one counts.
    """
    tables = list(_tables(stack, account))
    buckets = [bucket["Name"] for bucket in account.client("s3").list_buckets()["Buckets"]]
    named: dict[str, str] = {}
    for logical, names in [*((logical, tables) for logical in TABLES), (BUCKET, buckets)]:
        found = [name for name in names if _is_of(stack, logical, name)]
        if len(found) > 1:
            raise StackError(f"{stack} left more than one {logical}: {', '.join(found)}; delete what is not wanted")
        named.update((logical, name) for name in found)
    secrets = list(_secrets(stack, account))
    if len(secrets) > 1:
        raise StackError(f"{stack} left more than one master secret: {', '.join(secrets)}; delete what is not wanted")
    return Retained(named, secrets[0] if secrets else "")


def adoption(template: dict[str, Any], retained: Retained) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The template and the list with which CloudFormation imports tables and bucket into a new stack.

    An import may bring nothing else along: the rest of the template follows as an update.
    """
    kept = {logical: template["Resources"][logical] for logical in retained.named}
    reduced = {**{part: template[part] for part in ("Parameters", "Conditions")}, "Resources": kept}
    imports = [
        {
            "ResourceType": kept[logical]["Type"],
            "LogicalResourceId": logical,
            "ResourceIdentifier": {("BucketName" if logical == BUCKET else "TableName"): name},
        }
        for logical, name in retained.named.items()
    ]
    return reduced, imports


def erase(stack: str, account: Account, say: Callable[[str], None]) -> None:
    """Delete for good what the stack left: tables (their protection lifted first), reports, secret, logs."""
    retained = find(stack, account)
    for logical, name in retained.named.items():
        say(f"destroy: deleting {name}")
        if logical == BUCKET:
            empty_bucket(name, account)
            account.client("s3").delete_bucket(Bucket=name)
        else:
            _delete_table(name, account)
    if retained.secret:
        say("destroy: deleting the master secret")
        account.client("secretsmanager").delete_secret(SecretId=retained.secret, ForceDeleteWithoutRecovery=True)
    logs = account.client("logs")
    for group in _log_groups(stack, account):
        logs.delete_log_group(logGroupName=group)


def empty_bucket(name: str, account: Account) -> None:
    """Delete every version of every object of a bucket."""
    s3 = account.client("s3")
    for page in s3.get_paginator("list_object_versions").paginate(Bucket=name):
        gone = [*page.get("Versions", ()), *page.get("DeleteMarkers", ())]
        keys = [{"Key": version["Key"], "VersionId": version["VersionId"]} for version in gone]
        if keys:
            s3.delete_objects(Bucket=name, Delete={"Objects": keys, "Quiet": True})


def _delete_table(name: str, account: Account) -> None:
    dynamodb = account.client("dynamodb")
    dynamodb.get_waiter("table_exists").wait(TableName=name, WaiterConfig={"Delay": 2})
    if dynamodb.describe_table(TableName=name)["Table"].get("DeletionProtectionEnabled"):
        dynamodb.update_table(TableName=name, DeletionProtectionEnabled=False)
        dynamodb.get_waiter("table_exists").wait(TableName=name, WaiterConfig={"Delay": 2})
    dynamodb.delete_table(TableName=name)


def _is_of(stack: str, logical: str, name: str) -> bool:
    """Whether CloudFormation made this name; a bucket's is in small letters."""
    if logical == BUCKET:
        stack, logical = stack.lower(), logical.lower()
    return re.fullmatch(rf"{re.escape(stack)}-{logical}-[A-Za-z0-9]+", name) is not None


def _tables(stack: str, account: Account) -> Iterator[str]:
    for page in account.client("dynamodb").get_paginator("list_tables").paginate():
        yield from (name for name in page["TableNames"] if name.startswith(f"{stack}-"))


def _secrets(stack: str, account: Account) -> Iterator[str]:
    wanted = [{"Key": "tag-key", "Values": [SECRET_TAG]}, {"Key": "tag-value", "Values": [stack]}]
    for page in account.client("secretsmanager").get_paginator("list_secrets").paginate(Filters=wanted):
        for secret in page["SecretList"]:
            # The filters match beginnings.
            if {"Key": SECRET_TAG, "Value": stack} in secret.get("Tags", []):
                yield secret["ARN"]


def _log_groups(stack: str, account: Account) -> Iterator[str]:
    """Groups of the hot path, which the stack leaves; AWS names them like tables, the emulator by a path."""
    pattern = re.compile(
        rf"({re.escape(stack)}-(APIHandler|Edge)Log-\w+|/aws/cloudformation/{re.escape(stack)}/\w+Log)"
    )
    for page in account.client("logs").get_paginator("describe_log_groups").paginate():
        yield from (g["logGroupName"] for g in page["logGroups"] if pattern.fullmatch(g["logGroupName"]))
