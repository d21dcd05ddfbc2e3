"""The day index: the facts of an accounting day, read page by page in a fixed order."""

from collections.abc import Callable, Iterator
from typing import Any, Final, TypeVar

from chalicelib.model.entry import Entry
from chalicelib.model.fact import Fact
from chalicelib.store import fact_items, keys
from chalicelib.store.client import Client
from chalicelib.store.errors import ConditionFailed
from chalicelib.store.items import Item

T = TypeVar("T")


class Days:
    """Accounting days of the ledger table named `table`, and the hashes of their published manifests."""

    shards: Final = keys.SHARDS
    """A day's facts lie in these; the first digit of the conversion's id says where."""

    def __init__(self, client: Client, table: str) -> None:
        self._client, self._table = client, table

    def pages(self, day: str, shard: str, after: str = "") -> Iterator[list[Item]]:
        """Pages of a day's shard ('0' to 'f') in order of (affiliate, accepted, conversion, number).

        `after` is the order key to start behind ('' for the start); fact_items.fact turns an item into a Fact.
        The index lags behind the table now and then: what is missing here today is found by a later day's report.
        """
        return self._pages(keys.day(day, shard), after)

    def listing(self, day: str, shard: str, after: str, make: Callable[[str, Entry], T]) -> Iterator[T]:
        """What `make` makes of the order key and entry of each item that `pages` gives, in order.

        A page is made at once, and each item let go of as it is: it takes many times the room of what is made of it,
        a report reads dozens of shards at a time, and what was just read is the cheapest to forget.
        """
        for page in self.pages(day, shard, after):
            made = []
            page.reverse()
            while page:
                item = page.pop()
                made.append(make(item["dsk"]["S"], fact_items.entry(item)))
            yield from made

    def order_keys(self, day: str, shard: str) -> Iterator[str]:
        """The order keys of a day's shard, without the facts."""
        for page in self._pages(keys.day(day, shard), "", ProjectionExpression="dsk"):
            for item in page:
                yield item["dsk"]["S"]

    def order_key(self, affiliate: str, at_ms: int, conversion: str, n: int) -> str:
        """The order key of a fact that is known by its parts."""
        return keys.in_day(affiliate, at_ms, conversion, n)

    def manifest(self, day: str) -> str:
        """The SHA-256 of a day's published manifest, '' if there is none."""
        key = keys.report(day)
        found = self._client.call("GetItem", {"TableName": self._table, "Key": key, "ConsistentRead": True})
        return str(found["Item"]["manifest"]["S"]) if "Item" in found else ""

    def publish(self, day: str, manifest: str) -> str:
        """Keep the hash of a day's manifest, once; what stands there, which is another's hash if somebody was first."""
        item = keys.report(day) | {"manifest": {"S": manifest}}
        try:
            self._client.call(
                "PutItem",
                {"TableName": self._table, "Item": item, "ConditionExpression": "attribute_not_exists(pk)"},
            )
        except ConditionFailed:
            return self.manifest(day)
        return manifest

    def facts(self, day: str, shard: str) -> Iterator[Fact]:
        """The facts of a day's shard, in order."""
        for page in self.pages(day, shard):
            yield from map(fact_items.fact, page)

    def shared(self, day: str, shard: str) -> Iterator[Fact]:
        """The facts of a day's shard of conversions that several share; `facts` has their shares."""
        for page in self._pages(keys.shared_on(day, shard), ""):
            yield from map(fact_items.fact, page)

    def progress(self, task: str) -> str:
        """How far a day-by-day task has got, in its own words; '' before its first note."""
        key = keys.task(task)
        found = self._client.call("GetItem", {"TableName": self._table, "Key": key, "ConsistentRead": True})
        return str(found["Item"]["note"]["S"]) if "Item" in found else ""

    def note_progress(self, task: str, note: str) -> None:
        """Keep how far a task has got."""
        item = keys.task(task) | {"note": {"S": note}}
        self._client.call("PutItem", {"TableName": self._table, "Item": item})

    def _pages(self, place: str, after: str, **more: str) -> Iterator[list[Item]]:
        names = {":day": {"S": place}}
        condition = "dpk = :day"
        if after:
            condition, names = "dpk = :day AND dsk > :after", names | {":after": {"S": after}}
        query: dict[str, Any] = {
            "TableName": self._table,
            "IndexName": "day",
            "KeyConditionExpression": condition,
            "ExpressionAttributeValues": names,
            **more,
        }
        while True:
            answer = self._client.call("Query", query)
            yield answer["Items"]
            if "LastEvaluatedKey" not in answer:
                return
            query["ExclusiveStartKey"] = answer["LastEvaluatedKey"]
