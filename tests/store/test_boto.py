"""Both clients give the same answers and the same errors: from a scripted server, and from a local AWS that checks."""

import json
import socket
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ConnectionError, HTTPClientError
from botocore.parsers import ResponseParserError

from chalicelib.store.boto import Boto
from chalicelib.store.client import Client
from chalicelib.store.errors import ConditionFailed, Refused, StoreError, Unavailable
from chalicelib.store.wire import Credentials, Wire
from infra import emulator
from tests.store import tables
from tests.store.listener import OK, SILENCE, answer, failing, in_time, listening

KEYS = Credentials("ASIAEXAMPLE", "secret", "token")
ITEM = {"pk": {"S": "C#é"}, "sk": {"S": "C"}, "n": {"N": "12"}, "m": {"M": {"l": {"L": [{"BOOL": True}, {"S": ""}]}}}}
PUT = {"TableName": "visits", "Item": ITEM}
ONCE = PUT | {
    "ConditionExpression": "attribute_not_exists(pk)",
    "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
}
KINDS = ["boto3", "wire"]


def client(
    kind: str, endpoint: str, keys: Credentials = KEYS, service: str = "dynamodb", tries: int = 1, seconds: float = 20
) -> Client:
    if kind == "wire":
        return Wire(service, "us-east-1", lambda: keys, endpoint, seconds)
    session: Any = boto3.Session(keys.access_key, keys.secret_key, keys.session_token or None, "us-east-1")
    config = Config(retries={"total_max_attempts": tries}, connect_timeout=seconds, read_timeout=seconds)
    lost = (ConnectionError, HTTPClientError, ResponseParserError)
    return Boto(session.client(service, endpoint_url=endpoint, config=config), lost, (BotoCoreError,))


@pytest.mark.parametrize("kind", KINDS)
def test_an_answer_is_the_services_own_and_nothing_else(kind: str) -> None:
    with listening(answer(json.dumps({"Item": ITEM}), head="x-amzn-RequestId: 1\r\n")) as server:
        assert client(kind, server.endpoint).call("GetItem", {"TableName": "visits", "Key": {}}) == {"Item": ITEM}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("code", "status", "error"),
    [
        ("ProvisionedThroughputExceededException", 400, Unavailable),
        ("ThrottlingException", 400, Unavailable),
        ("RequestLimitExceeded", 400, Unavailable),
        ("TransactionConflictException", 400, Unavailable),
        ("InternalServerError", 500, Unavailable),
        ("Whatever", 503, Unavailable),
        ("Whatever", 429, Unavailable),
        ("ConditionalCheckFailedException", 400, ConditionFailed),
        ("ValidationException", 400, Refused),
        ("ResourceNotFoundException", 400, Refused),
        ("AccessDeniedException", 400, Refused),
        ("UnrecognizedClientException", 400, Refused),
        ("InvalidSignatureException", 400, Refused),
    ],
)
def test_each_refusal_of_the_service_has_its_error(kind: str, code: str, status: int, error: type[StoreError]) -> None:
    with listening(failing(code, f"{status} Because")) as server:
        with pytest.raises(StoreError) as caught:
            client(kind, server.endpoint).call("PutItem", PUT)
        assert (type(caught.value), caught.value.code) == (error, code)
        assert len(server.requests) == (2 if kind == "wire" and error is Unavailable else 1)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("item", [ITEM, None])
def test_a_failed_condition_hands_over_what_stood_in_the_way_and_does_not_print_it(kind: str, item: object) -> None:
    more: dict[str, Any] = {"Item": item} if item else {}
    with listening(failing("ConditionalCheckFailedException", **more)) as server, pytest.raises(StoreError) as caught:
        client(kind, server.endpoint).call("PutItem", ONCE)
    assert isinstance(caught.value, ConditionFailed)
    assert caught.value.item == item
    assert str(caught.value) == "ConditionalCheckFailedException"


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("raw", [answer("<html>", "500 Internal Server Error"), b"SSH-2\r\n\r\n"])
def test_an_answer_that_cannot_be_read_is_unavailable(kind: str, raw: bytes) -> None:
    with listening(raw) as server, pytest.raises(Unavailable):
        client(kind, server.endpoint).call("PutItem", PUT, 20)


@pytest.mark.parametrize("kind", KINDS)
def test_a_port_where_nobody_listens_is_unavailable(kind: str) -> None:
    with listening(OK) as server:
        pass
    with pytest.raises(Unavailable):
        client(kind, server.endpoint).call("PutItem", PUT)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("own", "deadline"), [(0.5, None), (60, 0.3)])
def test_a_silent_server_is_unavailable_at_the_clients_deadline_or_the_calls(
    kind: str, own: float, deadline: float | None
) -> None:
    with listening(SILENCE) as server, in_time(deadline or own), pytest.raises(Unavailable):
        client(kind, server.endpoint, seconds=own).call("PutItem", PUT, deadline)


def test_boto3_tries_as_often_as_its_config_says() -> None:
    with listening(failing("ThrottlingException"), OK) as server:
        assert client("boto3", server.endpoint, tries=2).call("PutItem", PUT) == {}


@pytest.mark.parametrize("body", [{"TableName": "visits"}, PUT | {"Item": {"pk": {"S": 1}}}])
def test_a_request_that_boto3_itself_will_not_send_is_refused(body: dict[str, Any]) -> None:
    with listening(OK) as server:
        with pytest.raises(Refused, match="ParamValidationError"):
            client("boto3", server.endpoint).call("PutItem", body)
        assert server.requests == []


# The local AWS, which checks who signed and what they may do.


@dataclass(frozen=True, slots=True)
class Cloud:
    """A local AWS with a table, a queue, and the credentials of a role that may use both."""

    endpoint: str
    queue: str
    role: Credentials


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cloud]:
    running = emulator.start(tmp_path_factory.mktemp("cloud"), auth=True, say=lambda _: None)
    try:
        session: Any = boto3.Session("test", "test", region_name="us-east-1")
        dynamodb, sqs, iam, sts = (
            session.client(service, endpoint_url=running.endpoint) for service in ("dynamodb", "sqs", "iam", "sts")
        )
        tables.create(dynamodb)
        queue = sqs.create_queue(QueueName="fallback")["QueueUrl"]
        trust = {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}
        role = iam.create_role(RoleName="hot", AssumeRolePolicyDocument=policy(trust))["Role"]["Arn"]
        table = "arn:aws:dynamodb:us-east-1:000000000000:table/visits"
        may: list[dict[str, Any]] = [
            {"Effect": "Allow", "Action": ["dynamodb:PutItem", "dynamodb:GetItem"], "Resource": table},
            {"Effect": "Allow", "Action": "sqs:*", "Resource": "*"},
        ]
        iam.put_role_policy(RoleName="hot", PolicyName="hot", PolicyDocument=policy(*may))
        lent = sts.assume_role(RoleArn=role, RoleSessionName="test")["Credentials"]
        keys = Credentials(lent["AccessKeyId"], lent["SecretAccessKey"], lent["SessionToken"])
        yield Cloud(running.endpoint, queue, keys)
    finally:
        running.stop()


def policy(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": statements})


@pytest.mark.parametrize("kind", KINDS)
def test_a_role_writes_once_and_reads_what_it_wrote(cloud: Cloud, kind: str) -> None:
    item = ITEM | {"pk": {"S": f"C#é{kind}"}}
    once = ONCE | {"Item": item}
    found = client(kind, cloud.endpoint, cloud.role)
    assert found.call("PutItem", once) == {}
    with pytest.raises(ConditionFailed) as caught:
        found.call("PutItem", once | {"Item": item | {"n": {"N": "13"}}})
    assert caught.value.item == item
    key = {"TableName": "visits", "Key": {"pk": item["pk"], "sk": item["sk"]}}
    assert found.call("GetItem", key) == {"Item": item}
    assert found.call("GetItem", key | {"Key": {"pk": {"S": "none"}, "sk": {"S": "C"}}}) == {}


@pytest.mark.parametrize("kind", KINDS)
def test_a_role_queues_a_message_and_takes_it_out_again(cloud: Cloud, kind: str) -> None:
    found = client(kind, cloud.endpoint, cloud.role, "sqs")
    sent = found.call("SendMessage", {"QueueUrl": cloud.queue, "MessageBody": f"{kind} é"})
    got = found.call("ReceiveMessage", {"QueueUrl": cloud.queue, "MaxNumberOfMessages": 10})["Messages"]
    assert [(each["MessageId"], each["Body"]) for each in got] == [(sent["MessageId"], f"{kind} é")]
    handle = got[0]["ReceiptHandle"]
    assert found.call("DeleteMessage", {"QueueUrl": cloud.queue, "ReceiptHandle": handle}) == {}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"secret_key": "wrong"}, "InvalidSignatureException"),
        ({"session_token": "wrong"}, "UnrecognizedClientException"),
        ({"session_token": ""}, "UnrecognizedClientException"),
        ({"access_key": "ASIAUNKNOWN000000000"}, "UnrecognizedClientException"),
    ],
)
def test_credentials_that_do_not_fit_are_refused(cloud: Cloud, kind: str, changes: dict[str, str], code: str) -> None:
    with pytest.raises(Refused, match=f"^{code}: "):
        client(kind, cloud.endpoint, replace(cloud.role, **changes)).call("PutItem", PUT)


@pytest.mark.parametrize("kind", KINDS)
def test_what_the_role_may_not_do_is_refused(cloud: Cloud, kind: str) -> None:
    with pytest.raises(Refused, match=r"^AccessDenied"):
        client(kind, cloud.endpoint, cloud.role).call("PutItem", PUT | {"TableName": "ledger"})


@pytest.mark.parametrize(("old", "new"), [(b'"12"', b'"13"'), (b".PutItem", b".GetItem"), (b"json-1.0", b"json-1.1")])
def test_a_request_that_was_changed_on_its_way_is_refused(cloud: Cloud, old: bytes, new: bytes) -> None:
    class Meddler(socket.socket):
        def sendall(self, data: Any, flags: int = 0) -> None:
            super().sendall(bytes(data).replace(old, new), flags)

    def dial(address: tuple[str, int], seconds: float) -> socket.socket:
        return Meddler(fileno=socket.create_connection(address, seconds).detach())

    meddled = Wire("dynamodb", "us-east-1", lambda: cloud.role, cloud.endpoint, 20, dial=dial)
    with pytest.raises(Refused, match=r"^InvalidSignatureException: "):
        meddled.call("PutItem", PUT)


def test_a_clock_that_is_an_hour_late_is_refused(cloud: Cloud) -> None:
    late = Wire("dynamodb", "us-east-1", lambda: cloud.role, cloud.endpoint, 20, now=lambda: time.time() - 3600)
    with pytest.raises(Refused, match=r"^InvalidSignatureException: "):
        late.call("PutItem", PUT)
