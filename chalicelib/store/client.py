"""What a store needs of AWS: one call, the service's own JSON in and out. Wire and Boto are the two that exist."""

from collections.abc import Iterator
from typing import Any, Protocol


class Client(Protocol):
    """A DynamoDB or SQS client."""

    def call(self, operation: str, body: dict[str, Any], deadline: float | None = None) -> dict[str, Any]:
        """Send one request; raises the errors of store.errors.

        `deadline` is in seconds for the whole call, retry included; None means the client's own.
        """


def pages(client: Client, query: dict[str, Any], deadline: float | None = None) -> Iterator[dict[str, Any]]:
    """Every item of a query, page after page."""
    start: dict[str, Any] | None = None
    while True:
        answer = client.call("Query", query | ({"ExclusiveStartKey": start} if start else {}), deadline)
        yield from answer["Items"]
        start = answer.get("LastEvaluatedKey")
        if not start:
            return
