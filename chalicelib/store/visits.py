"""The visits table: clicks, one write each, found again by their id."""

from typing import Final

from chalicelib.model.click import Click
from chalicelib.model.clickid import ClickId
from chalicelib.store import items, keys
from chalicelib.store.client import Client
from chalicelib.store.errors import ConditionFailed
from chalicelib.store.items import Item

NEW: Final = "attribute_not_exists(pk)"


class Visits:
    """Clicks of the table named `table`, kept for `days` days."""

    def __init__(self, client: Client, table: str, days: int) -> None:
        self._client, self._table, self._days = client, table, days

    def item(self, click: Click) -> Item:
        """The row that `put` writes; it also travels through the fallback queue."""
        return items.click_item(click, click.id.ms // 1000 + self._days * 86_400)

    def put(self, row: Item, deadline: float | None = None) -> None:
        """Write a click's row once. A row that exists is this click: its id holds 80 random bits."""
        try:
            self._client.call("PutItem", {"TableName": self._table, "Item": row, "ConditionExpression": NEW}, deadline)
        except ConditionFailed:
            return

    def click(self, id: ClickId) -> Click:
        """The click of an id; one without evidence if its row has not arrived (yet)."""
        key = keys.click(id)
        found = self._client.call("GetItem", {"TableName": self._table, "Key": key, "ConsistentRead": True})
        return items.click(id, found["Item"]) if "Item" in found else Click(id)

    def mark_late(self, id: ClickId, day: str, ends: int) -> None:
        """Note on UTC day `day` that this click came in late, for readers who had read its own day before."""
        mark = keys.late(id, day) | {"ttl": items.pack(ends)}
        self._client.call("PutItem", {"TableName": self._table, "Item": mark})
