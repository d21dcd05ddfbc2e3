"""What DynamoDB bills for calls: sizes of items, request units, and bytes that stay.

Names and strings count their UTF-8 bytes; a number one byte for two digits and one more; a list or map three bytes and
one for each element (Developer Guide: "DynamoDB item sizes and formats", "DynamoDB read and write operations").
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import ceil
from typing import Any, Final

from bench.stub import Call

WRITE_UNIT: Final = 1024
READ_UNIT: Final = 4096
BESIDE: Final = 100
"""Bytes that each kept item and each entry of an index costs beside its own."""

INDEXES: Final = {"dpk": "ALL", "fpk": "KEYS_ONLY"}
"""The ledger's indexes: the key that brings an item in, and what is copied."""

KEYS: Final = ("pk", "sk", "fpk", "fsk")


@dataclass(frozen=True, slots=True)
class Bill:
    """What some calls come to. `table_bytes` and `index_bytes` stay until they expire."""

    calls: int
    reads: int
    write_units: int
    read_units: float
    table_bytes: int
    index_bytes: int


def bill(calls: Iterable[Call]) -> Bill:
    """The bill for calls. A write whose condition fails is billed like one that succeeds, but leaves nothing."""
    every = list(calls)
    puts = [call.body["Item"] for call in every if call.operation == "PutItem"]
    kept = [call.body["Item"] for call in every if call.operation == "PutItem" and call.status == 200]
    entries = [size for item in kept for size in _entries(item)]
    reads = [call for call in every if call.operation in ("GetItem", "Query")]
    return Bill(
        calls=len(every),
        reads=len(reads),
        write_units=sum(ceil(item_bytes(item) / WRITE_UNIT) for item in puts)
        + sum(ceil(size / WRITE_UNIT) for size in entries),
        read_units=sum(map(_read_units, reads)),
        table_bytes=sum(item_bytes(item) + BESIDE for item in kept),
        index_bytes=sum(size + BESIDE for size in entries),
    )


def item_bytes(item: Mapping[str, Mapping[str, Any]]) -> int:
    """The size of an item, given as its attribute map."""
    return sum(len(name.encode()) + _value_bytes(attribute) for name, attribute in item.items())


def _value_bytes(attribute: Mapping[str, Any]) -> int:
    [(kind, value)] = attribute.items()
    match kind:
        case "S":
            return len(str(value).encode())
        case "N":
            digits = len(str(value).lstrip("-").replace(".", "").strip("0"))
            return ceil(digits / 2) + 1 + str(value).startswith("-")
        case "BOOL":
            return 1
        case "M":
            return 3 + len(value) + item_bytes(value)
        case "L":
            return 3 + len(value) + sum(map(_value_bytes, value))
    raise ValueError(f"no size is known for {kind}")


def _entries(item: Mapping[str, Mapping[str, Any]]) -> list[int]:
    """The sizes of an item's entries in the indexes."""
    whole = {"ALL": item, "KEYS_ONLY": {name: item[name] for name in KEYS if name in item}}
    return [item_bytes(whole[projection]) for key, projection in INDEXES.items() if key in item]


def _read_units(call: Call) -> float:
    found = call.answer.get("Items") or [call.answer.get("Item", {})]
    units = max(1, ceil(sum(map(item_bytes, found)) / READ_UNIT))
    return units if call.body.get("ConsistentRead") else units / 2
