"""The parameters of a postback: from the query, a form or JSON, each read strictly."""

import json
from collections.abc import Collection, Iterable
from typing import Any, Final

from chalicelib.model import personal
from chalicelib.model.click import CONSENT
from chalicelib.model.sale import CHANGES, VALUE_CHARACTERS, is_plain
from chalicelib.web.message import Request, Unreadable, strict

FIELDS: Final = (
    *("click_id", "goal", "order_id", "amount", "currency", "status", "event_time", "customer_id", "coupon", "test"),
    *("tax", "shipping", "duration", "call_id", "reason", *CHANGES, "dispute"),
    *("clids", "impression_id", "advertiser", "campaign", "token", "ts", "sig"),
    *personal.FIELDS,
)
"""What a postback may say. Other parameters are the sender's own business."""


def parameters(request: Request) -> dict[str, str]:
    """What a postback says, by query and body together, trimmed; raises Unreadable.

    A parameter stands once, in the query or in the body: nobody can say which one was meant.
    """
    return _once([*strict(request.queries[0]), *_body(request, FIELDS)], FIELDS)


def content(request: Request, fields: Collection[str]) -> dict[str, str]:
    """What the body alone says of `fields`, trimmed; raises Unreadable."""
    return _once(_body(request, fields), fields)


def is_json(request: Request) -> bool:
    """Whether the body calls itself JSON, or calls itself nothing and looks like an object."""
    kind = request.header("content-type").partition(";")[0].strip().lower()
    unnamed = kind in ("", "text/plain", "application/octet-stream")
    return kind == "application/json" or kind.endswith("+json") or (unnamed and request.body.lstrip()[:1] == b"{")


def _once(pairs: Iterable[tuple[str, str]], fields: Collection[str]) -> dict[str, str]:
    said: dict[str, str] = {}
    for name, value in pairs:
        if name in said:
            raise Unreadable("duplicate_parameter")
        if name in fields:
            # A string of consent may be longer than anything else, and only its beginning matters.
            kept = value[:VALUE_CHARACTERS] if name in CONSENT else value
            if not is_plain(kept):
                raise Unreadable("bad_parameter")
            said[name] = kept.strip()
    return said


def _body(request: Request, fields: Collection[str]) -> list[tuple[str, str]]:
    if not request.body.strip():
        return []
    try:
        text = request.body.decode()
    except UnicodeDecodeError as error:
        raise Unreadable("bad_body") from error
    return _json(text, fields) if is_json(request) else strict(text.strip())


def _json(text: str, fields: Collection[str]) -> list[tuple[str, str]]:
    # Numbers stay the text they are: no float ever touches an amount.
    try:
        said = json.loads(
            text, parse_float=str, parse_int=str, parse_constant=_no_constant, object_pairs_hook=_no_repetition
        )
    except (ValueError, RecursionError) as error:
        raise Unreadable("bad_body") from error
    if not isinstance(said, dict):
        raise Unreadable("bad_body")
    return [(name, _text(name, value)) for name, value in said.items() if name in fields and value is not None]


def _text(name: str, value: object) -> str:
    match value:
        case bool() if name == "test":
            return "1" if value else "0"
        case str():
            return value
    raise Unreadable("bad_parameter")


def _no_constant(word: str) -> str:
    raise ValueError(f"not a JSON number: {word}")


def _no_repetition(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    said = dict(pairs)
    if len(said) != len(pairs):
        raise Unreadable("duplicate_parameter")
    return said
