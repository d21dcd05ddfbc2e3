"""The same store over two clients and two services: what holds here holds whichever one is plugged in."""

from uuid import uuid4

import pytest

from chalicelib.store.client import Client
from tests.services import Service


@pytest.fixture(params=["moto-wire", "moto-boto3", "ministack-wire", "ministack-boto3"])
def service(request: pytest.FixtureRequest) -> Service:
    backend, _, client = request.param.partition("-")
    return Service(request.getfixturevalue(backend), client)


@pytest.fixture
def dynamodb(service: Service) -> Client:
    return service.connect("dynamodb")


@pytest.fixture
def name() -> str:
    """A name that no other test uses."""
    return uuid4().hex[:12]
