"""The events that API Gateway makes of what browsers and servers send (payload format 2.0)."""

import json
from base64 import b64encode
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlencode

from bench.stress.plan import Delivery

AGENT: Final = "Stress/1"


def visit(slug: str) -> dict[str, Any]:
    """A visitor follows a link."""
    return _event("GET", f"/c/{slug}", "sub1=stress", b"")


def event(delivery: Delivery, clicks: Mapping[str, str], token: str) -> dict[str, Any]:
    """What a delivery sends. `clicks` are the ids of the sale's own click and the rival's, by those names."""
    ids = [clicks[name] for name in delivery.clicks]
    said = {"click_id": ids[0], **delivery.said} if len(ids) == 1 else {"clids": ".".join(ids), **delivery.said}
    if not delivery.is_claim:
        said["token"] = token
    text = urlencode(said)
    match delivery.door:
        case "pixel":
            return _event("GET", "/p.gif", text, b"")
        case "beacon":
            return _event("POST", "/p", "", text.encode(), "text/plain;charset=UTF-8")
        case "query":
            return _event("GET", "/postback", text, b"")
        case "form":
            return _event("POST", "/postback", "", text.encode(), "application/x-www-form-urlencoded")
        case "json":
            return _event("POST", "/postback", "", json.dumps(said).encode(), "application/json")


def _event(method: str, path: str, query: str, body: bytes, kind: str = "") -> dict[str, Any]:
    headers = {"user-agent": AGENT} | ({"content-type": kind} if kind else {})
    return {
        "version": "2.0",
        "rawPath": path,
        "rawQueryString": query,
        "headers": headers,
        "requestContext": {"http": {"method": method, "path": path, "sourceIp": "192.0.2.7"}},
        "isBase64Encoded": bool(body),
        "body": b64encode(body).decode(),
    }
