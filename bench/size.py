"""How large an item is to DynamoDB: what it writes, keeps and bills by.

Names and strings count their UTF-8 bytes, a number one byte for two digits and one more, a list or map three bytes
and one for each element (Developer Guide, "DynamoDB item sizes and formats").
"""

from collections.abc import Mapping
from typing import Any

KEPT_BESIDE = 100
"""Bytes that each kept item, and each entry of an index, costs beside its own."""


def item_bytes(item: Mapping[str, Mapping[str, Any]]) -> int:
    """The size of an item given as its attribute map."""
    return sum(len(name.encode()) + _value_bytes(attribute) for name, attribute in item.items())


def _value_bytes(attribute: Mapping[str, Any]) -> int:
    [(kind, value)] = attribute.items()
    match kind:
        case "S":
            return len(value.encode())
        case "N":
            digits = len(value.lstrip("-").replace(".", "").strip("0"))
            return (digits + 1) // 2 + 1 + value.startswith("-")
        case "BOOL":
            return 1
        case "M":
            return 3 + len(value) + item_bytes(value)
        case "L":
            return 3 + len(value) + sum(map(_value_bytes, value))
    raise ValueError(f"no size is known for {kind}")
