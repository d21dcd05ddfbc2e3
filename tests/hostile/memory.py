"""DynamoDB and SQS in memory, as strict about what they are given as AWS's own are documented to be.

They know the operations of the hot path and one condition, that nothing is there yet.
"""

import json
import re
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

from chalicelib.store.errors import ConditionFailed, Refused, Unavailable

Item = dict[str, Any]

MOST_ITEM_BYTES: Final = 400 * 1024
MOST_KEY_BYTES: Final = {"pk": 2048, "sk": 1024, "dpk": 2048, "dsk": 1024, "fpk": 2048, "fsk": 1024}
MOST_DEPTH: Final = 32
MOST_MESSAGE_BYTES: Final = 256 * 1024
NUMBER: Final = re.compile(r"-?[0-9]{1,38}")


class NotStorable(AssertionError):
    """AWS would refuse this item or message, so nobody may send it."""


@dataclass
class Table:
    """Every table, by name and key. `seen` is told each item that is written; while `is_away` nothing is answered."""

    seen: Callable[[str, Item], None] = lambda _table, _item: None
    is_away: bool = False
    rows: dict[tuple[str, str], dict[str, Item]] = field(default_factory=lambda: defaultdict(dict))

    def call(self, operation: str, body: Item, deadline: float | None = None) -> Item:
        """As a store's client."""
        if self.is_away:
            raise Unavailable("SwitchedOff")
        table = body["TableName"]
        match operation:
            case "PutItem":
                return self._put(table, body)
            case "GetItem":
                found = self.rows[table, body["Key"]["pk"]["S"]].get(body["Key"]["sk"]["S"])
                return {"Item": found} if found else {}
            case "Query":
                [value] = body["ExpressionAttributeValues"].values()
                collection = self.rows[table, value["S"]]
                return {"Items": [collection[sk] for sk in sorted(collection)]}
        raise Refused("UnknownOperationException", operation)

    def _put(self, table: str, body: Item) -> Item:
        item = body["Item"]
        storable(item)
        collection, sk = self.rows[table, item["pk"]["S"]], item["sk"]["S"]
        if sk in collection and body.get("ConditionExpression", "").startswith("attribute_not_exists(pk)"):
            raise ConditionFailed(collection[sk])
        self.seen(table, item)
        collection[sk] = item
        return {}


@dataclass
class Queue:
    """The fallback queue. `sent` are the messages, read as the drain reads them."""

    sent: list[Item] = field(default_factory=list)

    def call(self, operation: str, body: Item, deadline: float | None = None) -> Item:
        """As a store's client."""
        text = body["MessageBody"]
        if not text.isascii() or not text.isprintable():
            raise NotStorable(f"SQS takes no such characters: {text[:200]!a}")
        if len(text) > MOST_MESSAGE_BYTES:
            raise NotStorable(f"{len(text)} bytes are more than SQS takes")
        self.sent.append(json.loads(text))
        return {}


def storable(item: Item) -> None:
    """NotStorable if DynamoDB would refuse the item: keys, types, numbers, depth, size, and text that is no UTF-8."""
    for name, most in MOST_KEY_BYTES.items():
        if name in item:
            value = item[name].get("S", "")
            if not 0 < len(_utf8(value)) <= most:
                raise NotStorable(f"{name}: {value[:100]!a}")
        elif name in ("pk", "sk"):
            raise NotStorable(f"no {name}")
    size = sum(len(_utf8(name)) + _size(value, 0) for name, value in item.items())
    if size > MOST_ITEM_BYTES:
        raise NotStorable(f"an item of {size} bytes")


def _size(attribute: Item, depth: int) -> int:
    if depth > MOST_DEPTH or len(attribute) != 1:
        raise NotStorable(f"not one value, or too deep: {str(attribute)[:100]!a}")
    [(kind, value)] = attribute.items()
    match kind, value:
        case "S", str():
            return len(_utf8(value))
        case "N", str() if NUMBER.fullmatch(value):
            return len(value)
        case "BOOL", bool():
            return 1
        case "M", dict():
            return 3 + sum(len(_utf8(name)) + 1 + _size(one, depth + 1) for name, one in value.items())
        case "L", list():
            return 3 + sum(1 + _size(one, depth + 1) for one in value)
    raise NotStorable(f"{kind}: {str(value)[:100]!a}")


def _utf8(text: str) -> bytes:
    try:
        return text.encode()
    except UnicodeEncodeError as half:
        raise NotStorable(f"half a character in {text[:100]!a}") from half
