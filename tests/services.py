"""Services that speak AWS's protocols on this machine, and the clients of the store to speak to them with."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import boto3
import pytest
from botocore import exceptions
from moto.server import ThreadedMotoServer

from chalicelib.store.boto import Boto
from chalicelib.store.client import Client
from chalicelib.store.wire import Credentials, Wire
from infra import emulator
from tests.store import tables


@dataclass(frozen=True, slots=True)
class Service:
    """A running DynamoDB and SQS, and the client to speak to it with."""

    endpoint: str
    client: str

    def connect(self, service: str) -> Client:
        """A new client of the kind under test."""
        if self.client == "wire":
            return Wire(service, "us-east-1", lambda: Credentials("test", "test"), self.endpoint, 5.0)
        lost = (exceptions.ConnectionError, exceptions.HTTPClientError)
        return Boto(self.boto3(service), lost, (exceptions.BotoCoreError,))

    def boto3(self, service: str) -> Any:
        """A plain boto3 client, to look behind the store's back."""
        session: Any = boto3.Session("test", "test", region_name="us-east-1")
        return session.client(service, endpoint_url=self.endpoint)


@pytest.fixture(scope="session")
def moto() -> Iterator[str]:
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    endpoint = f"http://{host}:{port}"
    tables.create(Service(endpoint, "boto3").boto3("dynamodb"))
    yield endpoint
    server.stop()


@pytest.fixture(scope="session")
def ministack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    running = emulator.start(tmp_path_factory.mktemp("store"), auth=False, say=lambda _: None)
    tables.create(Service(running.endpoint, "boto3").boto3("dynamodb"))
    yield running.endpoint
    running.stop()
