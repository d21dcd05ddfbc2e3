"""Who brought which customer: written once beside a customer's first conversion, read for the payments after it."""

from typing import Final

from chalicelib.model.fact import Fact
from chalicelib.model.network import Binding
from chalicelib.model.personal import Personal
from chalicelib.store import keys, setup_items
from chalicelib.store.client import Client
from chalicelib.store.errors import ConditionFailed
from chalicelib.store.personal import Personals

NEW: Final = "attribute_not_exists(pk)"
PERSONAL_DAYS: Final = 120


class Customers:
    """Customers of the ledger table named `table`, each known by a key only (model.personal.customer_key).

    What else is said of one is kept for `days` days.
    """

    def __init__(self, client: Client, table: str, days: int = PERSONAL_DAYS) -> None:
        self._client, self._table, self._personals = client, table, Personals(client, table, days)

    def binding(self, advertiser: str, customer: str) -> Binding | None:
        """Who brought a customer, read consistently; None for a new one."""
        key = keys.binding(advertiser, customer)
        found = self._client.call("GetItem", {"TableName": self._table, "Key": key, "ConsistentRead": True})
        return setup_items.binding(found["Item"]) if "Item" in found else None

    def keep(self, fact: Fact, personal: Personal) -> None:
        """Keep what was said of the customer of a fact that is about to be written."""
        self._personals.keep(fact, personal)

    def bind(self, advertiser: str, customer: str, binding: Binding) -> None:
        """Keep who brought a customer. Whoever is known to have brought it stays."""
        item = setup_items.binding_item(keys.binding(advertiser, customer), binding)
        try:
            self._client.call("PutItem", {"TableName": self._table, "Item": item, "ConditionExpression": NEW})
        except ConditionFailed:
            return
