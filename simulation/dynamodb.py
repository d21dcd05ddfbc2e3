"""DynamoDB as the stores ask for it: requests in, answers out, in the service's own JSON."""

from collections.abc import Callable, Mapping
from threading import Lock
from typing import Any, Final

from chalicelib.store.errors import ConditionFailed, Refused
from simulation.expressions import Item, holds, updated
from simulation.table import Index, Key, Table

INDEXES: Final = {"day": Index("dpk", "dsk", True), "find": Index("fpk", "fsk", False)}
"""Those of the ledger, as infra/resources.yaml has them; the visits have none."""


class DynamoDB:
    """Some tables behind DynamoDB's calls. A page holds `page` items."""

    def __init__(self, tables: Mapping[str, Table], page: int = 1_000_000) -> None:
        self.tables, self.page = tables, page
        # Real threads come only from tests that race; a call is one step, as it is in the service.
        self._lock = Lock()
        self._operations: Mapping[str, Callable[[Table, dict[str, Any]], dict[str, Any]]] = {
            "GetItem": self._get,
            "PutItem": self._put,
            "DeleteItem": self._delete,
            "UpdateItem": self._update,
            "Query": self._query,
            "Scan": self._scan,
        }

    def call(self, operation: str, body: dict[str, Any], deadline: float | None = None) -> dict[str, Any]:
        """Carry out one request; raises the errors of store.errors."""
        table = self.tables.get(body["TableName"])
        if table is None:
            raise Refused("ResourceNotFoundException", "no such table")
        with self._lock:
            return self._operations[operation](table, body)

    def _get(self, table: Table, body: dict[str, Any]) -> dict[str, Any]:
        found = table.get(_key(body["Key"]), body.get("ConsistentRead", False))
        return {"Item": _shown(body, found)} if found is not None else {}

    def _put(self, table: Table, body: dict[str, Any]) -> dict[str, Any]:
        key = _key(body["Item"])
        _checked(table, key, body)
        table.put(key, dict(body["Item"]))
        return {}

    def _delete(self, table: Table, body: dict[str, Any]) -> dict[str, Any]:
        key = _key(body["Key"])
        _checked(table, key, body)
        if table.get(key) is not None:
            table.put(key, None)
        return {}

    def _update(self, table: Table, body: dict[str, Any]) -> dict[str, Any]:
        key = _key(body["Key"])
        _checked(table, key, body)
        table.put(key, updated(body, table.get(key) or dict(body["Key"])))
        return {}

    def _query(self, table: Table, body: dict[str, Any]) -> dict[str, Any]:
        expression, name = body["KeyConditionExpression"], body.get("IndexName")
        partition = body["ExpressionAttributeValues"][expression.split()[2]]["S"]
        if name:
            if body.get("ConsistentRead"):
                raise Refused("ValidationException", "an index is never read consistently")
            found = table.indexed(name, partition)
        else:
            found = table.collection(partition, body.get("ConsistentRead", False))
        rows = [one for one in found if holds(body, expression, one[1])]
        if not body.get("ScanIndexForward", True):
            rows.reverse()
        return self._paged(body, rows, table.indexes[name] if name else None)

    def _scan(self, table: Table, body: dict[str, Any]) -> dict[str, Any]:
        keys = [(pk, sk) for pk, there in sorted(table.rows.items()) for sk in sorted(there)]
        rows = [((f"{pk}\0{sk}", pk, sk), table.rows[pk][sk]) for pk, sk in keys]
        return self._paged(body, rows, None)

    def _paged(
        self, body: dict[str, Any], rows: list[tuple[tuple[str, str, str], Item]], index: Index | None
    ) -> dict[str, Any]:
        if "ExclusiveStartKey" in body:
            rows = _behind(body, rows, index)
        size = min(self.page, body.get("Limit", self.page))
        page = rows[:size]
        answer: dict[str, Any] = {"Items": [_shown(body, item) for _, item in page], "Count": len(page)}
        # A full page does not know that it was the last.
        if len(page) == size:
            last = page[-1][1]
            names = ("pk", "sk") + ((index.pk, index.sk) if index else ())
            answer["LastEvaluatedKey"] = {name: last[name] for name in names}
        return answer


def _behind(
    body: dict[str, Any], rows: list[tuple[tuple[str, str, str], Item]], index: Index | None
) -> list[tuple[tuple[str, str, str], Item]]:
    """The rows that come after the ExclusiveStartKey."""
    start = body["ExclusiveStartKey"]
    pk, sk = start["pk"]["S"], start["sk"]["S"]
    if body.get("KeyConditionExpression") is None:
        place = (f"{pk}\0{sk}", pk, sk)
    else:
        place = (start[index.sk]["S"] if index else sk, pk, sk)
    if not body.get("ScanIndexForward", True):
        return [one for one in rows if one[0] < place]
    return [one for one in rows if one[0] > place]


def _checked(table: Table, key: Key, body: dict[str, Any]) -> None:
    """The condition of a write, against what is there now."""
    condition, there = body.get("ConditionExpression"), table.get(key)
    if condition and not holds(body, condition, there):
        is_asked = body.get("ReturnValuesOnConditionCheckFailure") == "ALL_OLD"
        raise ConditionFailed(dict(there) if is_asked and there is not None else None)


def _shown(body: dict[str, Any], item: Item) -> Item:
    if "ProjectionExpression" not in body:
        return dict(item)
    wanted = [name.strip() for name in body["ProjectionExpression"].split(",")]
    names = body.get("ExpressionAttributeNames", {})
    return {name: item[name] for name in (names.get(one, one) for one in wanted) if name in item}


def _key(of: dict[str, Any]) -> Key:
    pk, sk = of["pk"].get("S", ""), of["sk"].get("S", "")
    if not pk or not sk:
        raise Refused("ValidationException", "a key is a text that is not empty")
    return pk, sk
