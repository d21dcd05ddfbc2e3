"""The simulated services behind the fixtures of the store's own contract."""

from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest

from chalicelib.store.client import Client
from simulation.dice import Dice
from simulation.dynamodb import INDEXES, DynamoDB
from simulation.s3 import S3
from simulation.sqs import SQS
from simulation.table import Table


@dataclass(frozen=True, slots=True)
class Queues:
    """What boto3's SQS client gives a test."""

    sqs: SQS

    def create_queue(self, QueueName: str) -> dict[str, str]:  # noqa: N803 - AWS's own spelling
        return {"QueueUrl": QueueName}

    def receive_message(self, QueueUrl: str) -> dict[str, list[dict[str, str]]]:  # noqa: N803
        return {"Messages": [{"Body": one["body"]} for one in self.sqs.receive(QueueUrl, Dice(1))]}


@dataclass(frozen=True, slots=True)
class Simulated:
    """The simulated AWS, in the place of tests.services.Service."""

    dynamodb: DynamoDB
    sqs: SQS

    def connect(self, service: str) -> Client:
        return self.dynamodb if service == "dynamodb" else self.sqs

    def boto3(self, service: str) -> Any:
        return Queues(self.sqs)


@pytest.fixture
def service() -> Simulated:
    return Simulated(tables(page=3), SQS())


@pytest.fixture
def dynamodb(service: Simulated) -> Client:
    return service.connect("dynamodb")


@pytest.fixture
def name() -> str:
    return uuid4().hex[:12]


@pytest.fixture
def archive() -> Any:
    from chalicelib.store.archive import Archive

    return Archive(S3(3), "reports")


def tables(page: int = 1_000_000) -> DynamoDB:
    """Both tables, with nothing that lags."""
    made = {"ledger": Table("ledger", INDEXES, lambda: 0), "visits": Table("visits", {}, lambda: 0)}
    return DynamoDB(made, page)
