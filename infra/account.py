"""An AWS account to work on: the real one that boto3 finds by itself, or a local emulator."""

from dataclasses import dataclass
from typing import Any

import boto3

from infra.emulator import KEY, KEY_ID, REGION, Emulator


class StackError(Exception):
    """A stack or its data cannot be had or cannot go; the message is one line for a person."""


@dataclass(frozen=True, slots=True)
class Account:
    """A session, and the endpoint of an emulator (None: AWS itself, or what AWS_ENDPOINT_URL says)."""

    session: Any
    endpoint: str | None = None

    def client(self, service: str) -> Any:  # noqa: ANN401 - each service has a type of its own
        """A boto3 client for this account."""
        return self.session.client(service, endpoint_url=self.endpoint)


def ambient() -> Account:
    """The account that the environment and ~/.aws name, as for the aws command."""
    return Account(boto3.Session())


def local(emulator: Emulator) -> Account:
    """The account of a running emulator, as its root user."""
    session = boto3.Session(aws_access_key_id=KEY_ID, aws_secret_access_key=KEY, region_name=REGION)
    return Account(session, emulator.endpoint)
