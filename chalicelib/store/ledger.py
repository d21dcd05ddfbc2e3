"""The ledger table as a list of facts: the one commit point of all money.

A first fact is one conditional put, no read before it; a later fact is put at the next number if that is free.
"""

import os
from hashlib import sha256
from typing import Final

from chalicelib.model.fact import Fact
from chalicelib.model.judge import more_follows
from chalicelib.model.ports import Answer, Question
from chalicelib.model.sharing import whole
from chalicelib.store import fact_items, items, keys
from chalicelib.store.client import Client, pages
from chalicelib.store.errors import ConditionFailed, Unavailable

NEW: Final = "attribute_not_exists(pk)"
ROUNDS: Final = 8
REFUSAL_DAYS: Final = 400


class Ledger:
    """Facts of the table named `table`."""

    def __init__(self, client: Client, table: str, refusal_days: int = REFUSAL_DAYS) -> None:
        self._client, self._table, self._refusal_days = client, table, refusal_days

    def settle(self, conversion: str, question: Question, is_new: bool) -> Answer:
        """Ask what follows from the facts so far, and write it down; the written fact, or the Replay or Refusal.

        `is_new` says to try the first fact before reading, which makes a new conversion one write. Who loses a race
        reads again, at most ROUNDS times; then Unavailable. What happens to a share happens to the whole that it is of.
        """
        conversion = whole(conversion)
        said = [] if is_new else self.facts(conversion)
        for _ in range(ROUNDS):
            answer = question(said)
            if not isinstance(answer, Fact):
                return answer
            if not self.put(answer):
                said = self.facts(conversion)
            elif more_follows(answer):
                said = [*said, answer]
            else:
                return answer
        raise Unavailable("Contended", conversion)

    def put(self, fact: Fact) -> bool:
        """Write a fact at its number; False if that number is taken by another writer.

        The answer to a successful write can get lost, and its repetition then finds the number taken by ourselves: the
        random `by` of the item that stands there tells.
        """
        mine = fact_items.fact_item(fact, os.urandom(6).hex())
        try:
            self._client.call(
                "PutItem",
                {
                    "TableName": self._table,
                    "Item": mine,
                    "ConditionExpression": NEW,
                    "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
                },
            )
        except ConditionFailed as failed:
            return failed.item is not None and failed.item.get("by") == mine["by"]
        return True

    def facts(self, conversion: str) -> list[Fact]:
        """All facts of a conversion, in order, read consistently."""
        query = {
            "TableName": self._table,
            "KeyConditionExpression": "pk = :pk",
            "ExpressionAttributeValues": {":pk": keys.fact(conversion, 0)["pk"]},
            "ConsistentRead": True,
        }
        return [fact_items.fact(item) for item in pages(self._client, query) if keys.conversion(item)]

    def note_touches(self, fact: Fact) -> None:
        """Let the touches of a fact, the clicks that led to it and do not earn it, be found as its own click is.

        Where a server's word makes other clicks earn than the first fact said, they are found in the same way.
        """
        is_other = fact.kind == "confirmed" and (fact.how or fact.n > 1)
        earning = (fact.click_id, *(credit.click_id for credit in fact.credits)) if is_other else ()
        for click_id in filter(None, dict.fromkeys((*fact.touches, *earning))):
            item = keys.touch(fact.conversion, click_id, fact.at_ms)
            self._client.call("PutItem", {"TableName": self._table, "Item": item})

    def of_click(self, click_id: str) -> list[str]:
        """The conversions that a click earned, shares or led to, by the eventual find index; not for money."""
        query = {
            "TableName": self._table,
            "IndexName": "find",
            "KeyConditionExpression": "fpk = :pk",
            "ExpressionAttributeValues": {":pk": keys.of_click(click_id, 0)["fpk"]},
        }
        found = (keys.name_of(item["pk"]["S"]) for item in pages(self._client, query))
        return list(dict.fromkeys(map(whole, found)))

    def keep_refusal(
        self, advertiser: str, moment: tuple[int, str], answer: dict[str, str], said: dict[str, str]
    ) -> None:
        """Keep a trusted sender's refused attempt for people to read; once by content, for `refusal_days`.

        `moment` is Unix milliseconds and the accounting day; `said` comes without credentials and personal fields.
        """
        at_ms, day = moment
        content = "\0".join([advertiser, answer["reason"], *(f"{k}={v}" for k, v in sorted(said.items()))])
        item = keys.refusal(sha256(content.encode()).hexdigest()[:32]) | {
            **keys.found_by(keys.refusals(advertiser, day), f"{at_ms:013d}"),
            "at": items.pack(at_ms),
            "answer": items.pack(dict(answer)),
            "said": items.pack(dict(said)),
            "ttl": items.pack(at_ms // 1000 + self._refusal_days * 86_400),
        }
        try:
            self._client.call("PutItem", {"TableName": self._table, "Item": item, "ConditionExpression": NEW})
        except ConditionFailed:
            return
