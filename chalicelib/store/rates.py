"""Exchange rates: the tables that finance has uploaded, date by date, in the ledger table.

Nothing is ever replaced: each upload adds an item of its own, named by its hash, and the last one uploaded for a date
is the one that counts.
"""

from collections.abc import Callable, Mapping
from typing import Final, NamedTuple

from chalicelib.model.day import back
from chalicelib.model.fx import NO_QUOTES, OLDEST_DAYS, Quotes
from chalicelib.store import items, keys
from chalicelib.store.client import Client, pages
from chalicelib.store.errors import ConditionFailed

SIZE: Final = 512
"""How many dates are remembered at a time."""

NAME_CHARACTERS: Final = 12
"""So much of a table's SHA-256 names it in the quotes that facts pin."""


class Known(NamedTuple):
    """A date's quotes, and when they were uploaded (Unix milliseconds)."""

    quotes: Quotes
    at_ms: int


UNKNOWN: Final = Known(NO_QUOTES, 0)


class Rates:
    """The rates in the ledger table named `table`; a date is read again after `seconds` by the monotonic `clock`."""

    def __init__(self, client: Client, table: str, seconds: float, clock: Callable[[], float]) -> None:
        self._client, self._table, self._seconds, self._clock = client, table, seconds, clock
        self._known: dict[str, tuple[float, Known]] = {}

    def on(self, day: str) -> Quotes:
        """The newest quotes dated on or before `day` and at most OLDEST_DAYS old; NO_QUOTES if there are none."""
        return self.known(day).quotes

    def known(self, day: str) -> Known:
        """What `on` gives, and since when it is there."""
        found = (self._dated(back(day, ago)) for ago in range(OLDEST_DAYS + 1))
        return next((known for known in found if known.quotes.date), UNKNOWN)

    def add(self, date: str, base: str, rates: Mapping[str, str], table: str, at_ms: int) -> bool:
        """Keep the rates of a date from the table whose SHA-256 is `table`; False if they are there."""
        item = keys.rates(date, table) | {
            "base": items.pack(base),
            "rates": items.pack(dict(rates)),
            "at": items.pack(at_ms),
        }
        query = {"TableName": self._table, "Item": item, "ConditionExpression": "attribute_not_exists(pk)"}
        try:
            self._client.call("PutItem", query)
        except ConditionFailed:
            return False
        self._known.pop(date, None)
        return True

    def _dated(self, date: str) -> Known:
        ends, known = self._known.get(date, (0.0, UNKNOWN))
        if self._clock() >= ends:
            known = self._read(date)
            if len(self._known) >= SIZE:
                self._known.clear()
            self._known[date] = (self._clock() + self._seconds, known)
        return known

    def _read(self, date: str) -> Known:
        query = {
            "TableName": self._table,
            "KeyConditionExpression": "pk = :pk",
            "ExpressionAttributeValues": {":pk": keys.rates(date, "")["pk"]},
            "ConsistentRead": True,
        }
        found = [(items.unpack(item["at"]), item["sk"]["S"], item) for item in pages(self._client, query)]
        if not found:
            return UNKNOWN
        at_ms, table, item = max(found, key=lambda one: one[:2])
        rates = tuple(sorted(items.unpack(item["rates"]).items()))
        return Known(Quotes(date, table[:NAME_CHARACTERS], items.unpack(item["base"]), rates), at_ms)
