"""The parameters of a postback: from the query, a form or JSON, each read strictly."""

import json
from typing import Any, Final

from chalicelib.web.message import Request, Unreadable, strict

FIELDS: Final = (
    *("click_id", "goal", "order_id", "amount", "currency", "status", "event_time", "customer_id", "coupon", "test"),
    *("refund_id", "refunded_total", "advertiser", "campaign", "token", "ts", "sig"),
)
"""What a postback may say. Other parameters are the sender's own business."""


def parameters(request: Request) -> dict[str, str]:
    """What a postback says, by query and body together; raises Unreadable.

    A parameter stands in the query or in the body, not in both: nobody can say which one was meant.
    """
    said = strict(request.queries[0])
    inside = _body(request)
    if said.keys() & inside.keys() & set(FIELDS):
        raise Unreadable("duplicate_parameter")
    known = {name: value for name, value in (said | inside).items() if name in FIELDS}
    if any(_is_bad(value) for value in known.values()):
        raise Unreadable("bad_parameter")
    return known


def is_json(request: Request) -> bool:
    """Whether the body calls itself JSON, or calls itself nothing and looks like an object."""
    kind = request.header("content-type").partition(";")[0].strip().lower()
    unnamed = kind in ("", "text/plain", "application/octet-stream")
    return kind == "application/json" or kind.endswith("+json") or (unnamed and request.body.lstrip()[:1] == b"{")


def _body(request: Request) -> dict[str, str]:
    if not request.body.strip():
        return {}
    try:
        text = request.body.decode()
    except UnicodeDecodeError as error:
        raise Unreadable("bad_body") from error
    return _json(text) if is_json(request) else strict(text.strip())


def _json(text: str) -> dict[str, str]:
    # Numbers stay the text they are: no float ever touches an amount.
    try:
        said = json.loads(
            text, parse_float=str, parse_int=str, parse_constant=_no_constant, object_pairs_hook=_no_repetition
        )
    except (ValueError, RecursionError) as error:
        raise Unreadable("bad_body") from error
    if not isinstance(said, dict):
        raise Unreadable("bad_body")
    return {name: _text(value) for name, value in said.items() if name in FIELDS and value is not None}


def _text(value: object) -> str:
    match value:
        case bool():
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


def _is_bad(value: str) -> bool:
    return len(value) > 2048 or not value.isprintable()
