"""The list of erasures, and the stripping of visits.

Both lie in the visits table: it has no backups, so a restored ledger finds the whole list and can be told again. An
erasure is written down before anything is deleted, and the drain looks for one after it has written a visit down: so
whichever comes first, no visit of an erased visitor stays as it was.
"""

from collections.abc import Callable, Iterator

from chalicelib.model.click import Click
from chalicelib.model.clickid import VIEW, ClickId
from chalicelib.model.day import utc_day
from chalicelib.model.erasure import Erasure, erased
from chalicelib.model.personal import erasure_key
from chalicelib.store import items, keys
from chalicelib.store.client import Client, pages
from chalicelib.store.errors import ConditionFailed
from chalicelib.store.visits import Visits


class Erasures:
    """Erasures of the visits table named `table`. `secret` is the network's lasting one."""

    def __init__(self, client: Client, table: str, secret: bytes) -> None:
        self._client, self._table, self._secret = client, table, secret

    def record(self, erasure: Erasure) -> None:
        """Write an erasure down. One that is said again keeps its first time and gets what is new."""
        known = self._known(erasure.kind, erasure.whom)
        names = dict.fromkeys((*(known.conversions if known else ()), *erasure.conversions))
        item = keys.erasure(erasure.kind, erasure.whom) | {
            "at": items.pack(known.at_ms if known else erasure.at_ms),
            "conversions": items.pack(list(names)),
        }
        self._client.call("PutItem", {"TableName": self._table, "Item": item})

    def of_visit(self, id: ClickId) -> str:
        """What the list holds instead of a visit's id."""
        return erasure_key(self._secret, "visitor", id.text)

    def listing(self, kind: str) -> Iterator[Erasure]:
        """All erasures of a kind."""
        query = {
            "TableName": self._table,
            "KeyConditionExpression": "pk = :pk",
            "ExpressionAttributeValues": {":pk": {"S": keys.erasures(kind)}},
            "ConsistentRead": True,
        }
        return map(_erasure, pages(self._client, query))

    def same_visitor(self, id: ClickId) -> list[ClickId]:
        """All visits of the visitor of a visit on its UTC day, the visit itself last; alone where nobody knows more.

        Reads every visit of the day.
        """
        row = self._client.call("GetItem", self._asked(id)).get("Item")
        visitor = items.click(id, row).visitor if row else ""
        found: list[ClickId] = []
        if visitor:
            visits = Visits(self._client, self._table, 0)
            for kind in ("click", "impression"):
                for shard in range(Visits.shards):
                    day = visits.day(kind, utc_day(id.ms), shard)
                    found += [seen.id for seen in day if seen.visitor == visitor and seen.id.text != id.text]
        return [*found, id]

    def strip(self, id: ClickId, is_machine: Callable[[str], bool] = lambda _: False) -> bool:
        """Strip a visit of its person where it lies; False if it is not there. Twice changes nothing more."""
        row = self._client.call("GetItem", self._asked(id)).get("Item")
        if row is None:
            return False
        if "erased" in row:
            return True
        bare = {name: value for name, value in row.items() if name not in items.EVIDENCE}
        left: Click = erased(items.click(id, row), self._secret, is_machine)
        item = items.with_evidence(bare | {"erased": {"BOOL": True}}, left)
        body = {"TableName": self._table, "Item": item, "ConditionExpression": "attribute_exists(pk)"}
        try:
            self._client.call("PutItem", body)
        except ConditionFailed:
            return False  # its time has come in between
        return True

    def settle(self, id: ClickId) -> None:
        """Strip a visit that has just come in late, if its visitor was erased meanwhile."""
        if self._known("visitor", self.of_visit(id)):
            self.strip(id)

    def _known(self, kind: str, whom: str) -> Erasure | None:
        body = {"TableName": self._table, "Key": keys.erasure(kind, whom), "ConsistentRead": True}
        found = self._client.call("GetItem", body).get("Item")
        return _erasure(found) if found else None

    def _asked(self, id: ClickId) -> keys.Key:
        key = keys.impression(id) if id.variant == VIEW else keys.click(id)
        return {"TableName": self._table, "Key": key, "ConsistentRead": True}


def _erasure(item: keys.Key) -> Erasure:
    kind, whom = keys.name_of(item["pk"]["S"]), item["sk"]["S"]
    return Erasure(kind, whom, items.unpack(item["at"]), tuple(items.unpack(item["conversions"])))
