"""Facts that are numbered within a collection: read, decide, put at the next number if it is free."""

import os
from collections.abc import Callable, Sequence
from typing import Any, Final, TypeVar

from chalicelib.store.client import Client
from chalicelib.store.errors import ConditionFailed, Unavailable
from chalicelib.store.items import Item

ROUNDS: Final = 8

F = TypeVar("F")
A = TypeVar("A")


class Numbered:
    """Collections of the ledger table named `table`."""

    def __init__(self, client: Client, table: str) -> None:
        self._client, self._table = client, table

    def settle(
        self,
        read: Callable[[], Sequence[F]],
        decide: Callable[[Sequence[F]], A],
        item: Callable[[A], Item | None],
        name: str,
    ) -> A:
        """Ask what follows from the facts that `read` finds, and write it down; the answer.

        `item` is the item of an answer that is a new fact, and None for any other. Who loses a race reads again, at
        most ROUNDS times; then Unavailable.
        """
        for _ in range(ROUNDS):
            answer = decide(read())
            made = item(answer)
            if made is None or self.put(made):
                return answer
        raise Unavailable("Contended", name)

    def put(self, item: Item) -> bool:
        """Write an item where nothing is; False if somebody else's is there.

        The answer to a successful write can get lost, and its repetition then finds the place taken by ourselves: the
        random `by` of what stands there tells.
        """
        mine = item | {"by": {"S": os.urandom(6).hex()}}
        body = {
            "TableName": self._table,
            "Item": mine,
            "ConditionExpression": "attribute_not_exists(pk)",
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        }
        try:
            self._client.call("PutItem", body)
        except ConditionFailed as failed:
            return failed.item is not None and failed.item.get("by") == mine["by"]
        return True

    def collection(self, pk: str, start: str = "") -> dict[str, Any]:
        """A consistent query of a collection, or of those of its items whose sort key begins with `start`."""
        values = {":pk": {"S": pk}} | ({":start": {"S": start}} if start else {})
        return {
            "TableName": self._table,
            "KeyConditionExpression": "pk = :pk AND begins_with(sk, :start)" if start else "pk = :pk",
            "ExpressionAttributeValues": values,
            "ConsistentRead": True,
        }

    def indexed(self, index: str, value: str) -> dict[str, Any]:
        """A query of the 'day' or the 'find' index, which may lag behind the table."""
        return {
            "TableName": self._table,
            "IndexName": index,
            "KeyConditionExpression": f"{index[0]}pk = :value",
            "ExpressionAttributeValues": {":value": {"S": value}},
        }
