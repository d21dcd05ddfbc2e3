"""What lies beside conversions about their customers: apart from the facts, with an end, and deleted on its own.

The item of a conversion is `P` in its collection. Where the customer's id was said, the customer's own collection
names the conversion, so that all of a customer's are found without an index.
"""

from collections.abc import Iterator

from chalicelib.model.fact import Fact
from chalicelib.model.personal import Personal
from chalicelib.store import keys
from chalicelib.store.client import Client, pages
from chalicelib.store.errors import ConditionFailed
from chalicelib.store.items import Item, pack, unpack

UNLESS_LATER = "attribute_not_exists(pk) OR n < :n"
"""Whose fact has the higher number knows better; of two with the same number one is not going to be written."""


class Personals:
    """Personal items of the ledger table named `table`, kept for `days` days."""

    def __init__(self, client: Client, table: str, days: int) -> None:
        self._client, self._table, self._days = client, table, days

    def keep(self, fact: Fact, personal: Personal) -> None:
        """Keep what was said of the customer of a fact that is about to be written. Harmless if it never is."""
        ends = pack(fact.at_ms // 1000 + self._days * 86_400)
        if fact.customer:
            self._put(keys.of_customer(fact.advertiser, fact.customer, fact.conversion) | {"ttl": ends, "n": pack(0)})
        said = {
            "email": personal.email,
            "net": personal.address,
            "consent": personal.consent,
            "customer": fact.customer,
            "advertiser": fact.advertiser,
        }
        item = keys.personal(fact.conversion) | {name: pack(text) for name, text in said.items() if text}
        self._put(item | {"ttl": ends, "n": pack(fact.n + 1)})

    def of(self, conversion: str) -> Personal:
        """What is known of a conversion's customer."""
        body = {"TableName": self._table, "Key": keys.personal(conversion), "ConsistentRead": True}
        item = self._client.call("GetItem", body).get("Item", {})
        said = {name: unpack(attribute) for name, attribute in item.items()}
        return Personal(said.get("email", ""), said.get("net", ""), said.get("consent", ""))

    def delete(self, conversion: str) -> None:
        """Delete what is known of a conversion's customer. The facts stay, and with them all sums."""
        self._delete(keys.personal(conversion))

    def of_customer(self, advertiser: str, customer: str) -> Iterator[Item]:
        """The items of a customer's own collection: who brought it, and its conversions by name."""
        query = {
            "TableName": self._table,
            "KeyConditionExpression": "pk = :pk",
            "ExpressionAttributeValues": {":pk": keys.binding(advertiser, customer)["pk"]},
            "ConsistentRead": True,
        }
        return pages(self._client, query)

    def forget_customer(self, advertiser: str, customer: str) -> list[str]:
        """Delete a customer's own collection and what is known beside its conversions; the conversions."""
        found = []
        for item in list(self.of_customer(advertiser, customer)):
            if conversion := keys.conversion_of_customer(item):
                self.delete(conversion)
                found.append(conversion)
            self._delete(keys.key(item["pk"]["S"], item["sk"]["S"]))
        return found

    def of_click(self, click_id: str) -> list[str]:
        """The conversions of a click, by the find index, which may lag behind by a moment."""
        query = {
            "TableName": self._table,
            "IndexName": "find",
            "KeyConditionExpression": "fpk = :click",
            "ExpressionAttributeValues": {":click": keys.of_click(click_id, 0)["fpk"]},
        }
        found = (keys.conversion(item) for item in pages(self._client, query))
        return [one[0] for one in found if one]

    def _put(self, item: Item) -> None:
        body = {
            "TableName": self._table,
            "Item": item,
            "ConditionExpression": UNLESS_LATER,
            "ExpressionAttributeValues": {":n": item["n"]},
        }
        try:
            self._client.call("PutItem", body)
        except ConditionFailed:
            return

    def _delete(self, key: keys.Key) -> None:
        self._client.call("DeleteItem", {"TableName": self._table, "Key": key})
