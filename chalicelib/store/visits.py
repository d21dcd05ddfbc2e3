"""The visits table: clicks and impressions, one write each, found again by their ids and by their UTC day."""

from collections.abc import Iterator
from typing import Any, Final

from chalicelib.model.click import Click
from chalicelib.model.clickid import VIEW, ClickId, unchecked
from chalicelib.model.day import utc_day
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
        """The click of an id, or the impression if it is one's; without evidence if its row has not arrived (yet)."""
        return self.found(id) or Click(id)

    def found(self, id: ClickId) -> Click | None:
        """The same; None if there is no row."""
        row = self._get(keys.impression(id) if id.variant == VIEW else keys.click(id))
        return items.click(id, row) if row else None

    def put_late(self, row: Item, at_ms: int) -> None:
        """Write a visit that has waited in the queue until `at_ms`, once, and mark it for readers of its day.

        The row says since when it is there. One that says nothing was there in time: only the answer to it was lost.
        """
        late = row | {"late": items.pack(at_ms)}
        body = {"Item": late, "ConditionExpression": NEW, "ReturnValuesOnConditionCheckFailure": "ALL_OLD"}
        try:
            self._client.call("PutItem", {"TableName": self._table, **body})
        except ConditionFailed as failed:
            late = failed.item or late
        first = utc_day(int(late["late"]["N"]) if "late" in late else at_ms)
        # A message that comes again after midnight finds its mark on the day before, unless that got no further.
        if first == utc_day(at_ms) or not self._get(keys.late(row, first)):
            self.mark_late(row, at_ms)

    def mark_late(self, row: Item, at_ms: int) -> None:
        """Note on the UTC day of `at_ms` that this visit came in late, for readers who had read its own day before."""
        self.put(keys.late(row, utc_day(at_ms)) | {"ttl": row["ttl"], "at": items.pack(at_ms)})

    def day(self, kind: str, day: str, shard: int) -> Iterator[Click]:
        """The visits of a shard (0 to 255) of UTC day 'YYYYMMDD' by time, page after page, read consistently.

        `kind` is 'click' or 'impression'. The id of each is taken as it lies in our own table, unchecked.
        """
        return (items.visit(row)[1] for row in self._rows(keys.visits(kind, day, shard)))

    def clicks_between(self, day: str, shard: int, from_ms: int, to_ms: int) -> Iterator[Click]:
        """The clicks of a shard of UTC day 'YYYYMMDD' between two moments, the second not included, by time."""
        span = (keys.moment(from_ms), keys.moment(to_ms))
        return (items.visit(row)[1] for row in self._rows(keys.visits("click", day, shard), span))

    def late_clicks(self, day: str, shard: int, before_ms: int) -> Iterator[Click]:
        """The clicks from before a moment that came in late on UTC day `day`; no row of another visit is read."""
        for mark in self._rows(keys.lates(day, shard)):
            key = keys.late_row(mark)
            kind, id = keys.visit(key)
            if kind == "click" and unchecked(id).ms < before_ms and (row := self._get(key)):
                yield items.visit(row)[1]

    def arrivals(self, shard: int, from_ms: int, to_ms: int) -> Iterator[Click]:
        """The clicks of a shard that came in between two moments of one UTC day, the second not included, each once.

        What was written at once came when it was made, what waited in the queue when it was first marked. So whoever
        reads one span after the other misses no click and reads none twice.
        """
        day = utc_day(from_ms)
        for row in self._rows(keys.visits("click", day, shard), (keys.moment(from_ms), keys.moment(to_ms))):
            if "late" not in row:
                yield items.visit(row)[1]
        for mark in self._rows(keys.lates(day, shard)):
            key = keys.late_row(mark)
            if "at" in mark and from_ms <= int(mark["at"]["N"]) < to_ms and keys.visit(key)[0] == "click":
                row = self._get(key) or {}
                if "late" in row:
                    yield items.visit(row)[1]

    def late(self, day: str, shard: int) -> Iterator[tuple[str, Click]]:
        """Kind and visit of all that came in late on UTC day `day`, whichever day they belong to."""
        for mark in self._rows(keys.lates(day, shard)):
            if row := self._get(keys.late_row(mark)):
                yield items.visit(row)

    def _ends(self, click: Click) -> int:
        return click.id.ms // 1000 + self._days * 86_400

    def _rows(self, pk: str, span: tuple[str, str] | None = None) -> Iterator[Item]:
        query: dict[str, Any] = {
            "TableName": self._table,
            "KeyConditionExpression": "pk = :pk",
            "ExpressionAttributeValues": {":pk": {"S": pk}},
            "ConsistentRead": True,
        }
        if span:
            query["KeyConditionExpression"] += " AND sk BETWEEN :from AND :to"
            query["ExpressionAttributeValues"] |= {":from": {"S": span[0]}, ":to": {"S": span[1]}}
        return pages(self._client, query)

    def _get(self, key: keys.Key) -> Item | None:
        found = self._client.call("GetItem", {"TableName": self._table, "Key": key, "ConsistentRead": True})
        return found.get("Item")
