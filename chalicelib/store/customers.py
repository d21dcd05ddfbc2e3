"""Who brought which customer: written once beside a customer's first conversion, read for the payments after it."""

from typing import Final

from chalicelib.model.network import Binding
from chalicelib.store import keys, setup_items
from chalicelib.store.client import Client
from chalicelib.store.errors import ConditionFailed

NEW: Final = "attribute_not_exists(pk)"


class Customers:
    """Bindings of the ledger table named `table`. A customer is known by a key only (model.sale.customer_key)."""

    def __init__(self, client: Client, table: str) -> None:
        self._client, self._table = client, table

    def binding(self, advertiser: str, customer: str) -> Binding | None:
        """Who brought a customer, read consistently; None for a new one."""
        key = keys.binding(advertiser, customer)
        found = self._client.call("GetItem", {"TableName": self._table, "Key": key, "ConsistentRead": True})
        return setup_items.binding(found["Item"]) if "Item" in found else None

    def bind(self, advertiser: str, customer: str, binding: Binding) -> None:
        """Keep who brought a customer. Whoever is known to have brought it stays."""
        item = setup_items.binding_item(keys.binding(advertiser, customer), binding)
        try:
            self._client.call("PutItem", {"TableName": self._table, "Item": item, "ConditionExpression": NEW})
        except ConditionFailed:
            return
