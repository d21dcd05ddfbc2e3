"""The two doors into the same views: REST events through Chalice, and payload 2.0 (HTTP API, function URL)."""

from base64 import b64decode, b64encode
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, quote_plus, urlencode

from chalicelib.web.message import Request, Response


def from_http(event: Mapping[str, Any]) -> Request:
    """Shape an event of payload format 2.0."""
    http = event["requestContext"]["http"]
    headers = {name.lower(): value for name, value in event.get("headers", {}).items()}
    return Request(
        method=http["method"],
        path=event.get("rawPath") or "/",
        queries=(event.get("rawQueryString") or "",),
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
    headers = {name.lower(): value for name, value in (event.get("headers") or {}).items()}
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


def _body(event: Mapping[str, Any]) -> bytes:
    body = event.get("body") or b""
    if event.get("isBase64Encoded"):
        return b64decode(body)
    return body if isinstance(body, bytes) else body.encode("utf-8", "surrogatepass")
