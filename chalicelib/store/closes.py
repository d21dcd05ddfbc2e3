"""The month closes in the ledger table: the hash of each manifest, and whether the payouts know of it."""

from typing import Any

from chalicelib.store import keys
from chalicelib.store.client import Client
from chalicelib.store.errors import ConditionFailed
from chalicelib.store.keys import Key


class Closes:
    """Closed periods of the ledger table named `table`."""

    def __init__(self, client: Client, table: str) -> None:
        self._client, self._table = client, table

    def close(self, period: str) -> str:
        """The SHA-256 of a period's published manifest, '' if there is none."""
        found = self._get(keys.close(period))
        return str(found["Item"]["manifest"]["S"]) if "Item" in found else ""

    def publish(self, period: str, manifest: str) -> str:
        """Keep the hash of a period's manifest, once; what stands there, another's hash if somebody was first."""
        item = keys.close(period) | {"manifest": {"S": manifest}}
        body = {"TableName": self._table, "Item": item, "ConditionExpression": "attribute_not_exists(pk)"}
        try:
            self._client.call("PutItem", body)
        except ConditionFailed:
            return self.close(period)
        return manifest

    def is_paid_out(self, period: str) -> bool:
        """Whether the payouts know of every balance that was closed payable."""
        return "Item" in self._get(keys.paid_out(period))

    def note_paid_out(self, period: str) -> None:
        """Note that they do."""
        self._client.call("PutItem", {"TableName": self._table, "Item": keys.paid_out(period)})

    def _get(self, key: Key) -> dict[str, Any]:
        body = {"TableName": self._table, "Key": key, "ConsistentRead": True}
        found: dict[str, Any] = self._client.call("GetItem", body)
        return found
