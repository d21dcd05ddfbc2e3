"""The packaged program as a stack on the local AWS, for the tests of any room.

Every call of a function is held to the rights of its role, as on AWS. The fixture `stack` (tests/conftest.py) gives
one stack to the whole run: tests make their own advertisers and campaigns and leave others' alone.
"""

import http.client
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import boto3

from infra import account, emulator
from infra import stack as service
from infra.account import Account
from infra.emulator import REGION, Emulator
from infra.package import Package, package

NAME = "clickledger-test"
DOMAIN = "go.localhost"


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back over HTTP; header names in small letters, a repeated header's last value."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """The body read as JSON."""
        return json.loads(self.body)


@dataclass(frozen=True, slots=True)
class Standing:
    """A stack that stands: its package, its account (as root), its outputs and its doors."""

    made: Package
    emulator: Emulator
    account: Account
    outputs: dict[str, str]

    @property
    def doors(self) -> dict[str, str]:
        """Base addresses: `edge` (HTTP API), `rest` (REST API), `url` (function URL)."""
        return emulator.doors(self.emulator, self.outputs)

    @property
    def site(self) -> str:
        """The stack's address for a browser, which knows *.localhost."""
        return f"http://{DOMAIN}:{self.emulator.port}"

    def client(self, service: str) -> Any:
        """A boto3 client as root."""
        return self.account.client(service)

    def ask(
        self,
        method: str,
        path: str,
        body: bytes = b"",
        headers: Mapping[str, str] | None = None,
        door: str = "edge",
    ) -> Answer:
        """One HTTP request; `path` begins with a slash and may carry a query. Redirects are not followed.

        `door` is one of `doors`, or `site` for the stack's own domain.
        """
        base = urlsplit(self.emulator.endpoint if door == "site" else self.doors[door])
        host = {"Host": f"{DOMAIN}:{self.emulator.port}"} if door == "site" else {}
        connection = http.client.HTTPConnection(base.hostname or "", base.port, timeout=30)
        try:
            connection.request(method, base.path + path, body or None, {**host, **(headers or {})})
            answer = connection.getresponse()
            return Answer(answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read())
        finally:
            connection.close()

    def invoke(self, function: str, event: Mapping[str, Any]) -> Any:
        """Call a function by the key of its name in the outputs (ReportName ...); AssertionError if it fails."""
        answer = self.client("lambda").invoke(FunctionName=self.outputs[function], Payload=json.dumps(event))
        body = answer["Payload"].read()
        assert "FunctionError" not in answer, body
        return json.loads(body)

    def as_role_of(self, function: str) -> Account:
        """The account with nothing but the rights of a function's role."""
        role = self.client("lambda").get_function_configuration(FunctionName=self.outputs[function])["Role"]
        keys = self.client("sts").assume_role(RoleArn=role, RoleSessionName="test")["Credentials"]
        session = boto3.Session(keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"], REGION)
        return Account(session, self.emulator.endpoint)


@contextmanager
def standing(folder: Path, name: str = NAME) -> Iterator[Standing]:
    """Package the program, start a local AWS in a folder, put the stack up; end it all afterwards."""
    made = package("local", say=_quiet)
    running = emulator.start(folder, auth=True, say=_quiet)
    try:
        here = account.local(running)
        parameters = {"Domain": DOMAIN, "WithFunctionUrl": "true", "LinkSeconds": "1"}
        yield Standing(made, running, here, service.deploy(made, name, here, parameters, say=_quiet))
    finally:
        running.stop()


def _quiet(_: str) -> None:
    """Progress is for people."""
