"""The store keeps its whole contract over the simulated DynamoDB and SQS: the same cases as over the real services."""

from tests.store.test_contract import *  # noqa: F403
