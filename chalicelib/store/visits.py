"""The visits table: clicks and impressions, one write each, found again by their ids and by their UTC day."""

from collections.abc import Iterator
from typing import Any, Final

from chalicelib.model.click import Click
from chalicelib.model.clickid import ClickId
from chalicelib.store import items, keys
from chalicelib.store.client import Client, pages
from chalicelib.store.errors import ConditionFailed
from chalicelib.store.items import Item

NEW: Final = "attribute_not_exists(pk)"


class Visits:
    """Visits of the table named `table`, kept for `days` days."""

    shards: Final = 256
    """A UTC day's clicks lie in so many partitions, and so do its impressions."""

    def __init__(self, client: Client, table: str, days: int) -> None:
        self._client, self._table, self._days = client, table, days

    def item(self, click: Click) -> Item:
        """The row that `put` writes; it also travels through the fallback queue."""
        return items.click_item(click, self._ends(click))

    def impression_item(self, shown: Click) -> Item:
        """The row of an impression, whose evidence is a click's."""
        return items.impression_item(shown, self._ends(shown))

    def put(self, row: Item, deadline: float | None = None) -> None:
        """Write a visit's row once. A row that exists is this visit: its id holds 80 random bits."""
        try:
            self._client.call("PutItem", {"TableName": self._table, "Item": row, "ConditionExpression": NEW}, deadline)
        except ConditionFailed:
            return

    def click(self, id: ClickId) -> Click:
        """The click of an id; one without evidence if its row has not arrived (yet)."""
        found = self._get(keys.click(id))
        return items.click(id, found) if found else Click(id)

    def mark_late(self, row: Item, day: str) -> None:
        """Note on UTC day `day` that this visit came in late, for readers who had read its own day before."""
        self._client.call("PutItem", {"TableName": self._table, "Item": keys.late(row, day) | {"ttl": row["ttl"]}})

    def day(self, kind: str, day: str, shard: int) -> Iterator[Click]:
        """The visits of a shard (0 to 255) of UTC day 'YYYYMMDD' by time, page after page, read consistently.

        `kind` is 'click' or 'impression'. The id of each is taken as it lies in our own table, unchecked.
        """
        return (items.visit(row)[1] for row in self._rows(keys.visits(kind, day, shard)))

    def late(self, day: str, shard: int) -> Iterator[tuple[str, Click]]:
        """Kind and visit of all that came in late on UTC day `day`, whichever day they belong to."""
        for mark in self._rows(keys.lates(day, shard)):
            if row := self._get(keys.late_row(mark)):
                yield items.visit(row)

    def _ends(self, click: Click) -> int:
        return click.id.ms // 1000 + self._days * 86_400

    def _rows(self, pk: str) -> Iterator[Item]:
        query: dict[str, Any] = {
            "TableName": self._table,
            "KeyConditionExpression": "pk = :pk",
            "ExpressionAttributeValues": {":pk": {"S": pk}},
            "ConsistentRead": True,
        }
        return pages(self._client, query)

    def _get(self, key: keys.Key) -> Item | None:
        found = self._client.call("GetItem", {"TableName": self._table, "Key": key, "ConsistentRead": True})
        return found.get("Item")
