"""How values and clicks lie in the tables: nothing else knows the names of their attributes.

`visits` holds clicks and impressions (personal evidence, TTL). `ledger` holds facts, the network's set-up and the
reports' hashes.
"""

from collections.abc import Mapping
from typing import Any, Final

from chalicelib.model.click import SUBS, Click
from chalicelib.model.clickid import ClickId, unchecked
from chalicelib.store import keys

Item = dict[str, Any]
"""A DynamoDB attribute map: {'pk': {'S': ...}, ...}."""

EVIDENCE: Final = (*SUBS, "method", "agent", "purpose", "net", "country", "referrer", "visitor", "consent")
"""The attributes of a visit's row that say something of the visit."""


def pack(value: Any) -> Item:  # noqa: ANN401 - any JSON-like value
    """A plain value as a typed attribute. Floats have no place here and are refused."""
    match value:
        case bool():
            return {"BOOL": value}
        case str():
            return {"S": value}
        case int():
            return {"N": str(value)}
        case Mapping():
            return {"M": {name: pack(one) for name, one in value.items()}}
        case list() | tuple():
            return {"L": [pack(one) for one in value]}
    raise TypeError(f"not storable: {type(value).__name__}")


def unpack(attribute: Item) -> Any:  # noqa: ANN401 - the inverse of pack
    """The plain value of a typed attribute."""
    [(kind, value)] = attribute.items()
    match kind:
        case "N":
            return int(value)
        case "M":
            return {name: unpack(one) for name, one in value.items()}
        case "L":
            return [unpack(one) for one in value]
    return value


def click_item(click: Click, ends: int) -> Item:
    """The row of a click; `ends` is its TTL in Unix seconds. What was not said takes no room."""
    return _evidence(keys.click(click.id), click, ends)


def impression_item(shown: Click, ends: int) -> Item:
    """The row of an impression: the same evidence under a key of its own."""
    return _evidence(keys.impression(shown.id), shown, ends)


def visit(item: Item) -> tuple[str, Click]:
    """'click' or 'impression', and what is kept of it."""
    kind, id = keys.visit(item)
    return kind, click(unchecked(id), item)


def _evidence(item: Item, click: Click, ends: int) -> Item:
    item["ttl"] = {"N": str(ends)}
    return with_evidence(item, click)


def with_evidence(item: Item, click: Click) -> Item:
    """A row with what is kept of its visit; what was not said takes no room."""
    for name, value in zip(SUBS, click.subs, strict=True):
        if value:
            item[name] = {"S": value}
    if click.method != "GET":
        item["method"] = {"S": click.method}
    if click.agent:
        item["agent"] = {"S": click.agent}
    if click.purpose:
        item["purpose"] = {"S": click.purpose}
    if click.address:
        item["net"] = {"S": click.address}
    if click.country:
        item["country"] = {"S": click.country}
    if click.referrer:
        item["referrer"] = {"S": click.referrer}
    if click.visitor:
        item["visitor"] = {"S": click.visitor}
    if click.consent:
        item["consent"] = {"S": click.consent}
    return item


def click(id: ClickId, item: Item) -> Click:
    """The click of a row."""
    said = {name: attribute["S"] for name, attribute in item.items() if "S" in attribute}
    return Click(
        id,
        tuple(said.get(name, "") for name in SUBS),
        said.get("method", "GET"),
        said.get("agent", ""),
        said.get("purpose", ""),
        said.get("net", ""),
        said.get("country", ""),
        said.get("referrer", ""),
        said.get("visitor", ""),
        said.get("consent", ""),
    )
