"""The salts of the days: 32 random bytes in the visits table, which has no backups, and gone a day later.

They are what a visitor's key is made with (model.click.visitor_key): once a day's salt is deleted, nobody can find out
whose visit a key stands for, or tell a visitor of that day on another.
"""

import os
import time
from collections.abc import Callable
from typing import Final

from chalicelib.model.day import utc_day
from chalicelib.store import keys
from chalicelib.store.client import Client
from chalicelib.store.errors import ConditionFailed, StoreError, Unavailable

BYTES: Final = 32
DAY_MS: Final = 86_400_000
SECONDS: Final = 0.1
"""How long a visitor may wait for a day's salt: once a day in each process."""

REST_SECONDS: Final = 2.0
"""After a failure nobody waits for so long."""

KEPT_DAYS: Final = 2
"""A salt's day and the one after: clocks differ, and what was queued before midnight carries its key already."""

PAST_DAYS: Final = 35
"""So far back a run of `forget` looks, should earlier runs have been missed. The table's TTL ends what is older."""


class Salts:
    """Salts of the visits table named `table`, each read once in a process. `clock` is monotonic, in seconds."""

    def __init__(
        self,
        client: Client,
        table: str,
        random: Callable[[int], bytes] = os.urandom,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._client, self._table, self._random, self._clock = client, table, random, clock
        self._known: dict[int, bytes] = {}
        self._rests_until = float("-inf")

    def on(self, ms: int) -> bytes:
        """The salt of the UTC day of `ms`; b'' while it is not known and cannot be read in time."""
        day = ms // DAY_MS
        found = self._known.get(day)
        if found is None:
            found = self._look(day, ms)
        return found

    def forget(self, now_ms: int) -> int:
        """Delete the salts of all days before yesterday; how many days were gone through."""
        for ago in range(KEPT_DAYS, PAST_DAYS):
            key = keys.salt(utc_day(now_ms - ago * DAY_MS))
            self._client.call("DeleteItem", {"TableName": self._table, "Key": key})
        return PAST_DAYS - KEPT_DAYS

    def _look(self, day: int, ms: int) -> bytes:
        started = self._clock()
        if started < self._rests_until:
            return b""
        try:
            found = self._read(ms, started + SECONDS)
        except StoreError:
            self._rests_until = self._clock() + REST_SECONDS
            return b""
        # Yesterday's is kept, for a process may still have a request of it; an older one is not to be remembered.
        self._known = {one: salt for one, salt in self._known.items() if one >= day - 1} | {day: found}
        return found

    def _read(self, ms: int, end: float) -> bytes:
        key = keys.salt(utc_day(ms))
        asked = {"TableName": self._table, "Key": key, "ConsistentRead": True}
        item = self._client.call("GetItem", asked, end - self._clock()).get("Item") or self._made(ms, key, end)
        return bytes.fromhex(item["salt"]["S"])

    def _made(self, ms: int, key: keys.Key, end: float) -> keys.Key:
        """Make the day's salt, unless somebody else does: what stands there counts, be it another's or our own.

        So it does no harm that the answer to a successful write may get lost.
        """
        left = end - self._clock()
        if left <= 0:
            raise Unavailable("NoTimeLeft")
        ends = (ms // DAY_MS + 1 + KEPT_DAYS) * DAY_MS // 1000
        mine = key | {"salt": {"S": self._random(BYTES).hex()}, "ttl": {"N": str(ends)}}
        body = {
            "TableName": self._table,
            "Item": mine,
            "ConditionExpression": "attribute_not_exists(pk)",
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        }
        try:
            self._client.call("PutItem", body, left)
        except ConditionFailed as failed:
            if failed.item is None:
                raise
            return failed.item
        return mine
