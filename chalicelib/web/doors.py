"""The two doors into the same views: REST events through Chalice, and payload 2.0 (HTTP API, function URL)."""

from base64 import b64decode, b64encode
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import quote, quote_plus, urlencode

from chalicelib.web.message import Request, Response

NO_TEXT: Final = b"\xff"
"""Stands for a body that calls itself base64 and is not: no text begins so, and whoever reads it refuses it."""


def from_http(event: Mapping[str, Any]) -> Request:
    """Shape an event of payload format 2.0."""
    http = event["requestContext"]["http"]
    headers = _headers(event)
    return Request(
        method=http["method"],
        path=event.get("rawPath") or "/",
        queries=(_whole(event.get("rawQueryString") or ""),),
        headers=headers,
        body=_body(event),
        address=http.get("sourceIp") or "",
        country=headers.get("cloudfront-viewer-country", ""),
    )


def to_http(response: Response) -> dict[str, Any]:
    """The answer to an event of payload format 2.0."""
    return {
        "statusCode": response.status,
        "headers": dict(response.headers),
        "isBase64Encoded": True,
        "body": b64encode(response.body).decode(),
    }


def from_rest(event: Mapping[str, Any]) -> Request:
    """Shape a REST event. It hides the raw query, so the two usual spellings of its parameters stand in for it."""
    pairs = [(name, one) for name, many in (event.get("multiValueQueryStringParameters") or {}).items() for one in many]
    headers = _headers(event)
    context = event["requestContext"]
    path, called = context.get("resourcePath", ""), context.get("path", "")
    return Request(
        method=context["httpMethod"],
        path=path,
        queries=tuple(urlencode(pairs, quote_via=way, safe="", errors="replace") for way in (quote, quote_plus)),
        headers=headers,
        body=_body(event),
        address=context.get("identity", {}).get("sourceIp") or "",
        country=headers.get("cloudfront-viewer-country", ""),
        base=called.removesuffix(path) if called.endswith(path) else "",
    )


def _headers(event: Mapping[str, Any]) -> dict[str, str]:
    """Each header by its name in small letters. An event may have none at all; one that comes as a list is joined."""
    said = event.get("headers") or {}
    return {name.lower(): _whole(value) if type(value) is str else _joined(value) for name, value in said.items()}


def _joined(values: Any) -> str:  # noqa: ANN401 - whatever stands in place of a text
    return ",".join(_whole(value) for value in values or () if type(value) is str)


def _whole(text: str) -> str:
    """The text with a question mark for each half of a character: no table takes one, nor can it be signed."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode()


def _body(event: Mapping[str, Any]) -> bytes:
    body = event.get("body") or b""
    if event.get("isBase64Encoded"):
        try:
            return b64decode(body, validate=True)
        except ValueError:
            return NO_TEXT
    return body if isinstance(body, bytes) else body.encode("utf-8", "surrogatepass")
