"""The same request as each door's event."""

from base64 import b64encode
from typing import Any, Final
from urllib.parse import parse_qsl

from tests.hostile.wild import Wild

PATHS: Final = {
    "click": "/c/{slug}",
    "impression": "/i/{file}",
    "pixel": "/p.gif",
    "beacon": "/p",
    "postback": "/postback",
    "call": "/call",
    "tag": "/tag.js",
    "health": "/healthz",
}
BROKEN: Final = ("%%%", "a", "=====", "\u00e9", "YQ=", "\x00")
"""Bodies that call themselves base64."""


def http(wild: Wild) -> dict[str, Any]:
    """Payload format 2.0."""
    prefix = PATHS[wild.route].partition("{")[0]
    path = prefix + wild.path
    inside = {"method": wild.method, "path": path, "sourceIp": wild.address}
    event: dict[str, Any] = {
        "version": "2.0",
        "rawPath": path,
        "rawQueryString": wild.query,
        "headers": _joined(wild),
        "requestContext": {"http": inside},
        **_body(wild),
    }
    return _shaped(event, wild, "rawQueryString")


def rest(wild: Wild) -> dict[str, Any]:
    """A REST event. API Gateway has decoded the query."""
    resource = PATHS[wild.route]
    name = resource.partition("{")[2].rstrip("}")
    said: dict[str, list[str]] = {}
    for key, value in parse_qsl(wild.query, keep_blank_values=True, errors="replace"):
        said.setdefault(key, []).append(value)
    context = {
        "httpMethod": wild.method,
        "resourcePath": resource,
        "path": f"/stage{resource.partition('{')[0]}{wild.path}",
        "identity": {"sourceIp": wild.address},
    }
    event: dict[str, Any] = {
        "resource": resource,
        "httpMethod": wild.method,
        "headers": _joined(wild),
        "multiValueHeaders": {key: [value] for key, value in wild.headers},
        "multiValueQueryStringParameters": said or None,
        "pathParameters": {name: wild.path} if name else None,
        "stageVariables": None,
        "requestContext": context,
        **_body(wild),
    }
    return _shaped(event, wild, "multiValueQueryStringParameters")


def _joined(wild: Wild) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in wild.headers:
        found[name] = f"{found[name]},{value}" if name in found else value
    return found


def _body(wild: Wild) -> dict[str, Any]:
    if wild.encoding == "broken":
        return {"body": BROKEN[len(wild.body) % len(BROKEN)], "isBase64Encoded": True}
    if wild.encoding == "base64":
        return {"body": b64encode(wild.body).decode(), "isBase64Encoded": True}
    return {"body": wild.body.decode("utf-8", "replace"), "isBase64Encoded": False}


def _shaped(event: dict[str, Any], wild: Wild, query: str) -> dict[str, Any]:
    """The event with what its envelope lacks; API Gateway's console sends such ones."""
    is_rest = query != "rawQueryString"
    match wild.shape:
        case "no headers" if not is_rest:
            del event["headers"]
        case "null headers":
            event["headers"] = None
        case "list headers" if not is_rest:
            event["headers"] = {name: [value, value] for name, value in event["headers"].items()}
        case "no body" if not is_rest:
            del event["body"], event["isBase64Encoded"]
        case "null everything":
            event |= {"headers": None, "body": None, query: None, "isBase64Encoded": False}
        case "half characters":
            event["headers"] = {name: value + "\ud800" for name, value in event["headers"].items()}
            event["body"], event["isBase64Encoded"] = "\udc80", False
    return event
