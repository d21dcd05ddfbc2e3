"""The signed client against botocore's own signatures and against servers that fail in every way we know."""

import json
import socket
import ssl
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials as BotoCredentials
from hypothesis import given, settings
from hypothesis import strategies as st

import chalicelib.store.wire as module
from chalicelib.store.errors import Unavailable
from chalicelib.store.wire import Credentials, Wire, secured
from tests.store.listener import (
    HANG_UP,
    OK,
    SILENCE,
    THROTTLED,
    Act,
    Listener,
    answer,
    certificate,
    failing,
    headers,
    in_time,
    listening,
    noting,
    saying,
)

KEYS = Credentials("ASIAEXAMPLE", "secret/with+signs", "token==")
ITEM = {"pk": {"S": "C#é"}, "n": {"N": "12"}, "ok": {"BOOL": True}, "m": {"M": {"l": {"L": [{"S": "\U0001f600"}]}}}}
PUT = {"TableName": "visits", "Item": ITEM}


def wire(listener: Listener, deadline: float = 20, **more: Any) -> Wire:
    return Wire("dynamodb", "eu-west-1", lambda: KEYS, listener.endpoint, deadline, **more)


def botocores(client: Wire, url: str, operation: str, payload: bytes, now: float) -> dict[str, str]:
    """The headers of botocore's SigV4Auth for the same request. These are the steps of its `add_auth`, at `now`."""
    target = {"dynamodb": "DynamoDB_20120810", "sqs": "AmazonSQS"}[client.service]
    told = {"Content-Type": "application/x-amz-json-1.0", "X-Amz-Target": f"{target}.{operation}"}
    request = AWSRequest("POST", url, told, payload)
    request.context["timestamp"] = datetime.fromtimestamp(int(now), UTC).strftime("%Y%m%dT%H%M%SZ")
    keys = client.credentials()
    theirs = BotoCredentials(keys.access_key, keys.secret_key, keys.session_token)
    auth: Any = SigV4Auth(theirs, client.service, client.region)
    auth._modify_request_before_signing(request)
    text = auth.string_to_sign(request, auth.canonical_request(request))
    auth._inject_signature_to_request(request, auth.signature(text, request))
    found = {name.lower(): value for name, value in request.headers.items()}
    return found | {"host": auth.headers_to_sign(request)["host"]}


def signed(request: bytes) -> dict[str, str]:
    """The headers of a request of ours, without the two that no signature covers."""
    found = headers(request)
    assert int(found.pop("content-length")) == len(request.partition(b"\r\n\r\n")[2])
    assert found.pop("accept-encoding") == "identity"
    return found


ascii_text = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=60)
tokens = st.just("") | st.text("ABCxyz0189+/=", min_size=1, max_size=900)
urls = st.builds(
    "{}://{}{}".format,
    st.sampled_from(["http", "https"]),
    st.sampled_from(["127.0.0.1", "localhost", "[::1]", "VPCE-1.Example", "sqs.cn-north-1.amazonaws.com.cn"]),
    st.sampled_from(["", ":80", ":443", ":8080", ":1443"]),
)
moments = st.floats(0, 4_102_444_800)


@given(
    st.sampled_from(["dynamodb", "sqs"]),
    st.from_regex(r"[a-z]{2}-[a-z]{4,9}-[1-9]", fullmatch=True),
    st.builds(Credentials, ascii_text, ascii_text, tokens),
    urls,
    st.from_regex(r"[A-Z][A-Za-z]{2,24}", fullmatch=True),
    st.binary(max_size=300) | st.text(max_size=300).map(str.encode),
    moments,
)
@settings(max_examples=300, deadline=None)
def test_every_header_is_byte_for_byte_botocores(
    service: str, region: str, keys: Credentials, url: str, operation: str, payload: bytes, now: float
) -> None:
    client = Wire(service, region, lambda: keys, url, now=lambda: now, dial=socket.create_connection)
    assert signed(client.request(operation, payload)) == botocores(client, url, operation, payload, now)


def typed(kind: str, values: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return values.map(lambda value: {kind: value})


attributes = st.recursive(
    typed("S", st.text(max_size=30)) | typed("N", st.integers().map(str)) | typed("BOOL", st.booleans()),
    lambda inner: typed("M", st.dictionaries(st.text(max_size=9), inner)) | typed("L", st.lists(inner)),
    max_leaves=12,
)


def test_what_leaves_for_the_network_is_signed_as_botocore_would_and_says_what_was_meant() -> None:
    with listening(OK) as server:
        now = [0.0]
        client = wire(server, now=lambda: now[0])

        @given(st.dictionaries(st.text(max_size=9), attributes, max_size=6), moments)
        @settings(max_examples=100, deadline=None)
        def check(item: dict[str, Any], moment: float) -> None:
            now[0] = moment
            client.call("PutItem", {"TableName": "visits", "Item": item})
            request = server.requests[-1]
            payload = request.partition(b"\r\n\r\n")[2]
            assert json.loads(payload) == {"TableName": "visits", "Item": item}
            assert signed(request) == botocores(client, server.endpoint, "PutItem", payload, moment)

        check()


def test_botocores_own_clock_gives_the_same_signature() -> None:
    told = {"Content-Type": "application/x-amz-json-1.0", "X-Amz-Target": "AmazonSQS.SendMessage"}
    request = AWSRequest("POST", "http://127.0.0.1:1/", told, b"{}")
    SigV4Auth(BotoCredentials("AKIA", "secret", "token"), "sqs", "us-east-1").add_auth(request)
    then = datetime.strptime(request.headers["X-Amz-Date"], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    keys = Credentials("AKIA", "secret", "token")
    client = Wire("sqs", "us-east-1", lambda: keys, "http://127.0.0.1:1", now=then.timestamp)
    assert headers(client.request("SendMessage", b"{}"))["authorization"] == request.headers["Authorization"]


def test_a_new_day_and_new_credentials_are_signed_with_a_new_key() -> None:
    now, keys, other, seen = 0.0, KEYS, Credentials("ASIAEXAMPLE", "another secret", "another token"), set()
    client = Wire("dynamodb", "eu-west-1", lambda: keys, "http://127.0.0.1:1", now=lambda: now)
    for now, keys in [(86_399.9, KEYS), (86_400.0, KEYS), (86_400.0, other), (86_399.9, KEYS)]:  # noqa: B007
        found = signed(client.request("PutItem", b"{}"))
        assert found == botocores(client, "http://127.0.0.1:1", "PutItem", b"{}", now)
        seen.add(found["authorization"])
    assert len(seen) == 3


def test_the_stamp_is_universal_time_wherever_the_machine_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    time.tzset()
    client = Wire("dynamodb", "eu-west-1", lambda: KEYS, "http://127.0.0.1:1", now=lambda: 0)
    assert headers(client.request("PutItem", b"{}"))["x-amz-date"] == "19700101T000000Z"
    monkeypatch.undo()
    time.tzset()


def test_the_token_of_a_role_is_sent_and_signed_and_a_user_has_none() -> None:
    with listening(OK) as server:
        wire(server).call("PutItem", PUT)
        assert headers(server.requests[0])["x-amz-security-token"] == KEYS.session_token
        assert ";x-amz-security-token;" in headers(server.requests[0])["authorization"]
        Wire("dynamodb", "eu-west-1", lambda: Credentials("AKIA", "s"), server.endpoint, 20).call("PutItem", PUT)
        assert b"security-token" not in server.requests[1]


def test_secrets_do_not_show_when_credentials_are_printed() -> None:
    assert repr(KEYS) == "Credentials(access_key='ASIAEXAMPLE')"


@pytest.mark.parametrize("service", ["dynamodb", "sqs"])
def test_without_an_endpoint_it_goes_where_boto3_goes(service: str) -> None:
    session: Any = boto3.Session()
    for partition in ("aws", "aws-us-gov"):
        for region in session.get_available_regions(service, partition):
            client = Wire(service, region, lambda: KEYS, dial=socket.create_connection)
            url = session.client(service, region, aws_access_key_id="a", aws_secret_access_key="b").meta.endpoint_url
            assert f"https://{headers(client.request('PutItem', b''))['host']}" == url


@pytest.mark.parametrize(
    ("service", "operation", "body"),
    [("dynamodb", "PutItem", PUT), ("sqs", "SendMessage", {"QueueUrl": "http://127.0.0.1/0/q", "MessageBody": "é"})],
)
def test_the_service_reads_the_same_request_as_from_boto3(service: str, operation: str, body: dict[str, Any]) -> None:
    with listening(OK) as server:
        session: Any = boto3.Session("key id", "key", region_name="eu-west-1")
        theirs = session.client(service, endpoint_url=server.endpoint)
        getattr(theirs, {"PutItem": "put_item", "SendMessage": "send_message"}[operation])(**body)
        Wire(service, "eu-west-1", lambda: KEYS, server.endpoint, 20).call(operation, body)
    told = [[headers(raw)[name] for name in ("host", "content-type", "x-amz-target")] for raw in server.requests]
    assert told[0] == told[1]
    assert json.loads(server.requests[0].partition(b"\r\n\r\n")[2]) == body
    assert [raw.split(b"\r\n")[0] for raw in server.requests] == [b"POST / HTTP/1.1"] * 2


def test_calls_share_a_connection_that_does_not_wait_for_full_packets() -> None:
    dialled: list[socket.socket] = []
    with listening(OK, answer(""), OK) as server:
        client = wire(server, dial=noting(dialled))
        assert [client.call("PutItem", PUT) for _ in range(3)] == [{}, {}, {}]
        assert server.connections == 1
        assert dialled[0].getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


@pytest.mark.parametrize("last", [answer("{}", head="Connection: Close\r\n"), answer("{}", version="HTTP/1.0")])
def test_a_connection_that_the_server_ends_is_not_used_again(last: bytes) -> None:
    with listening(last, OK) as server:
        client = wire(server)
        client.call("PutItem", PUT)
        client.call("PutItem", PUT)
        assert (server.connections, len(server.requests)) == (2, 2)


def test_a_connection_that_died_while_it_was_kept_is_made_anew() -> None:
    with listening(saying(OK, keep=False), OK) as server:
        client = wire(server)
        client.call("PutItem", PUT)
        assert client.call("PutItem", PUT) == {}
        assert (server.connections, len(server.requests)) == (2, 2)


def test_a_lost_answer_is_asked_for_once_more_in_the_same_words() -> None:
    with listening(HANG_UP, OK) as server:
        assert wire(server).call("PutItem", PUT) == {}
        assert server.requests[0] == server.requests[1]


@pytest.mark.parametrize("first", [THROTTLED, failing("InternalServerError", "500 Internal Server Error")])
def test_a_throttled_call_waits_a_moment_and_then_passes(first: bytes) -> None:
    with listening(first, OK) as server:
        begun = time.monotonic()
        assert wire(server).call("PutItem", PUT) == {}
        assert time.monotonic() - begun >= 0.02
        assert (server.connections, len(server.requests)) == (1, 2)


@pytest.mark.parametrize(
    ("act", "error"),
    [(THROTTLED, r"^ProvisionedThroughputExceededException: why$"), (HANG_UP, r"^ConnectionResetError: closed before")],
)
def test_what_fails_twice_is_unavailable_and_not_tried_a_third_time(act: bytes | Act, error: str) -> None:
    with listening(act) as server:
        with pytest.raises(Unavailable, match=error):
            wire(server).call("PutItem", PUT)
        assert len(server.requests) == 2


def test_there_is_no_second_try_that_the_deadline_would_cut_short() -> None:
    with listening(saying(THROTTLED, every=0.5), OK) as server, in_time(0.5):
        with pytest.raises(Unavailable, match=r"ProvisionedThroughputExceededException|TimeoutError"):
            wire(server, 0.515).call("PutItem", PUT)
        assert len(server.requests) == 1


@pytest.mark.parametrize(
    "act",
    [
        SILENCE,
        saying(OK, size=1, every=0.05),
        saying(answer("{" + " " * 1000 + "}"), size=70, every=0.05),
        saying(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + b"1\r\n \r\n" * 999, size=9, every=0.05),
    ],
    ids=["silent", "drips its head", "drips its body", "drips chunks for ever"],
)
def test_no_server_holds_a_call_beyond_its_deadline(act: Act) -> None:
    with listening(act) as server, in_time(0.3), pytest.raises(Unavailable):
        wire(server, 0.3).call("PutItem", PUT)


def test_a_stalled_name_lookup_does_not_hold_the_call() -> None:
    over = threading.Event()

    def dial(address: tuple[str, int], seconds: float) -> socket.socket:
        over.wait(60)
        raise TimeoutError(address, seconds)

    with listening(OK) as server, in_time(0.3), pytest.raises(Unavailable, match="TimeoutError"):
        wire(server, 0.3, dial=dial).call("PutItem", PUT)
    over.set()


def test_a_server_that_never_shakes_hands_does_not_hold_the_call() -> None:
    with listening(OK) as server, in_time(0.3), pytest.raises(Unavailable, match="TimeoutError"):
        Wire("sqs", "eu-west-1", lambda: KEYS, server.endpoint.replace("http:", "https:"), 0.3).call("SendMessage", {})


def test_an_answer_that_comes_too_late_is_not_taken_for_the_next_one() -> None:
    dialled: list[socket.socket] = []
    late, mine = answer('{"late": 1}'), answer('{"mine": 1}')
    with listening(saying(late, every=1.5), mine) as server:
        client = wire(server, dial=noting(dialled))
        with pytest.raises(Unavailable):
            client.call("PutItem", PUT, 1)
        assert dialled[0].fileno() < 0, "closed"
        assert client.call("PutItem", PUT) == {"mine": 1}


def test_what_comes_after_an_answer_is_not_taken_for_the_next_one() -> None:
    with listening(OK + answer('{"stray": 1}'), answer('{"mine": 1}')) as server:
        client = wire(server)
        assert client.call("PutItem", PUT) == {}
        assert client.call("PutItem", PUT) == {"mine": 1}
        assert server.connections == 2


def test_a_port_where_nobody_listens_is_unavailable() -> None:
    with listening(OK) as gone:
        client = wire(gone)
    with pytest.raises(Unavailable, match="ConnectionRefusedError"):
        client.call("PutItem", PUT)


@pytest.mark.parametrize(
    "raw",
    [
        answer("<html>it broke</html>", "500 Internal Server Error"),
        answer("<html>it worked</html>"),
        answer("no, said the proxy", "403 Forbidden"),
        answer("[]"),
        answer('"{}"'),
        answer("[" * 100_000),
        b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n{\xff}",
        b"HTTP/1.1 200 OK\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\nContent-Length: two\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n{}\r\n0\r\n\r\n",
        b"HTTP/1.1 OK\r\nContent-Length: 2\r\n\r\n{}",
        b"SSH-2.0-OpenSSH_9.2\r\n\r\n",
    ],
)
def test_an_answer_that_cannot_be_read_is_unavailable(raw: bytes) -> None:
    with listening(raw) as server:
        client = wire(server)
        with pytest.raises(Unavailable):
            client.call("PutItem", PUT)
        assert len(server.requests) == 2
        server.script = [saying(OK)]
        assert client.call("PutItem", PUT) == {}


def test_an_answer_that_is_cut_short_is_unavailable_and_never_half_an_answer() -> None:
    whole = answer('{"Item": {}}')
    for end in range(1, len(whole)):
        with listening(saying(whole[:end], keep=False)) as server, pytest.raises(Unavailable):
            wire(server).call("GetItem", {})


@given(st.lists(st.text(min_size=1, max_size=40), max_size=6), st.integers(1, 60), st.booleans())
@settings(max_examples=60, deadline=None)
def test_chunks_and_packets_can_be_cut_anywhere(parts: list[str], size: int, trailer: bool) -> None:
    texts = ['{\r\n"a": "', *(json.dumps(part)[1:-1] for part in parts), '"}']
    body = "".join(f"{len(text):X};x=y\r\n{text}\r\n" for text in texts) + "0\r\n" + "X-Sum: 1\r\n" * trailer + "\r\n"
    raw = f"HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\n\r\n{body}".encode()
    with listening(saying(raw, size=size), OK) as server:
        client = wire(server)
        assert client.call("Query", {}) == {"a": "".join(parts)}
        assert client.call("Query", {}) == {}
        assert server.connections == 1


def test_large_requests_and_answers_pass_whole() -> None:
    item = {"blob": {"S": "é" * 2_000_000}}
    with listening(answer(json.dumps({"Item": item}, ensure_ascii=False))) as server:
        assert wire(server).call("PutItem", item) == {"Item": item}
        assert json.loads(server.requests[0].partition(b"\r\n\r\n")[2]) == item


def test_tls_is_spoken_with_those_it_trusts_and_with_nobody_else(tmp_path: Path) -> None:
    file = certificate(tmp_path)
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(file)
    large = {"blob": {"S": "x" * 300_000}}
    with listening(OK, THROTTLED, answer(json.dumps(large)), HANG_UP, OK, tls=tls) as server:
        url, dial = server.endpoint.replace("http:", "https:"), secured(str(file))
        client = Wire("dynamodb", "eu-west-1", lambda: KEYS, url, 20, dial=dial)
        assert [client.call("PutItem", large) for _ in range(3)] == [{}, large, {}]
        assert (server.connections, len(server.requests)) == (2, 5)
        for stranger in (
            Wire("dynamodb", "eu-west-1", lambda: KEYS, url, 20),
            Wire("dynamodb", "eu-west-1", lambda: KEYS, url.replace("127.0.0.1", "localhost"), 20, dial=dial),
        ):
            with pytest.raises(Unavailable, match="SSLCertVerificationError"):
                stranger.call("PutItem", PUT)


def test_the_client_is_small_and_brings_nothing_heavy_along() -> None:
    assert len(Path(module.__file__).read_text().splitlines()) <= 150
    heavy = "{'boto3', 'botocore', 'email', 'http', 'ssl', 'urllib3', 'asyncio'}"
    code = f"import sys, chalicelib.store.wire; print({heavy} & set(sys.modules))"
    ran = subprocess.run(
        [sys.executable, "-c", code], cwd=Path(module.__file__).parents[2], capture_output=True, text=True, check=True
    )
    assert ran.stdout == "set()\n"
