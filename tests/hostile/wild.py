"""Requests as strangers send them: most are nearly right, so that they get far, and something in each is not.

The dice are a `random.Random`: a seeded one for many requests fast, hypothesis's own to find a small one.
"""

import hmac
from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Final
from urllib.parse import quote

from tests.hostile.pieces import (
    MARK,
    SALE,
    SUBS,
    Knowledge,
    encoded,
    hostile,
    json_body,
    junk,
    pairs,
    signed,
    webhook,
)
from tests.hostile.scene import DESTINATIONS

ADDRESSES: Final = (
    "198.51.100.23",
    "2001:db8:1:2:3:4:5:6",
    "",
    "x",
    "::ffff:198.51.100.23",
    "1.2.3.4, 5.6.7.8",
    "\x00",
)
ODD_METHODS: Final = ("TRACE", "CONNECT", "PROPFIND", "get", "", "G\r\nET", "GET /", "M" * 300, "\x00", "GÉT")
METHODS: Final = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
TYPES: Final = (
    *("application/json", "application/x-www-form-urlencoded", "text/plain;charset=UTF-8", "", "image/gif", "x/y", "é"),
    *("multipart/form-data; boundary=x", "application/vnd.api+json", "APPLICATION/JSON; charset=utf-16", ";;;"),
    "a" * 300,
)


@dataclass(frozen=True, slots=True)
class Wild:
    """One request: `path` as the platform hands it over, `query` as it was sent. `shape` says what the event lacks."""

    route: str
    method: str
    path: str
    query: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    encoding: str = "base64"
    address: str = "198.51.100.23"
    shape: str = ""


CHANGE: Final = ("refund_id", "refunded_total", "change_id", "dispute_id", "dispute", "correction_id")
OTHERS: Final = ("status", "event_time", "customer_id", "coupon", "test", "tax", "shipping", "duration", "reason")
CALL: Final = ("call_id", "number", "caller", "started", "duration", "status")
TWILIO: Final = {"CallSid": "call_id", "To": "number", "From": "caller", "CallDuration": "duration"}
DATES: Final = (
    "Tue, 24 Nov 2026 10:00:00 +0000",
    "Tue, 24 Nov 2026 10:00:00 +99999999999999999999",
    "1 Jan 9999999999 0:0",
)

SLUGS: Final = (*DESTINATIONS, *DESTINATIONS, "paused", "closed", "mall")


def wild(route: str, dice: Random, known: Knowledge) -> Wild:
    """A request for one of ROUTES."""
    return ROUTES[route](route, dice, known)


def visit(route: str, dice: Random, known: Knowledge) -> Wild:
    """Of a link, or of an advertisement."""
    slug = dice.choice(SLUGS) if dice.random() < 0.8 else hostile(dice)
    names = [name for name in (*SUBS, "url") if dice.random() < 0.4]
    query = encoded(pairs(names, dice, known), dice)
    end = dice.choice((".gif", ".gif", ".gif", ".gif.gif", ".GIF", "")) if route == "impression" else ""
    return _sent(route, dice, slug + end, query, b"", ())


def claim(route: str, dice: Random, known: Knowledge) -> Wild:
    """Of a browser, by image or beacon."""
    names = [name for name in (*SALE, "clids", "coupon", "test", "customer_id") if dice.random() < 0.8]
    said = encoded(pairs(names, dice, known), dice)
    if route == "pixel" or dice.random() < 0.3:
        return _sent(route, dice, "", said, b"", ())
    body = said.encode("utf-8", "surrogatepass") if dice.random() < 0.9 else junk(dice)
    return _sent(route, dice, "", "", body, (("content-type", dice.choice(TYPES)),))


def postback(route: str, dice: Random, known: Knowledge) -> Wild:
    """Of a server that has a token, a secret, both or neither."""
    names = [name for name in SALE if dice.random() < 0.9] + [name for name in OTHERS if dice.random() < 0.25]
    if dice.random() < 0.3:
        names += [name for name in CHANGE if dice.random() < 0.35]
    said, headers = pairs(names, dice, known), [("content-type", dice.choice(TYPES))]
    is_json = dice.random() < 0.6
    if is_json and dice.random() < 0.8:
        headers = [("content-type", "application/json")]
    match dice.randrange(10):
        case 0:
            return _sent(route, dice, "", signed(encoded(said, dice), dice, known), b"", tuple(headers))
        case 1:
            return _sent(route, dice, "", "", signed(encoded(said, dice), dice, known).encode(), tuple(headers))
        case 2:
            said.append(("advertiser", "shop"))
            body = json_body(said, dice)
            headers += webhook(body, dice, known)
            return _sent(route, dice, "", "", body, tuple(headers))
        case 3:
            said.append(("token", hostile(dice)))
        case _:
            said.append(("token", known.token))
    if dice.random() < 0.5:
        return _sent(route, dice, "", encoded(said, dice), b"", tuple(headers))
    body = json_body(said, dice) if is_json else encoded(said, dice).encode("utf-8", "surrogatepass")
    return _sent(route, dice, "", "", body, tuple(headers))


def call(route: str, dice: Random, known: Knowledge) -> Wild:
    """Of a telephone system of ours, or of Twilio."""
    is_json = dice.random() < 0.7
    kind = dice.choice(TYPES) if dice.random() < 0.3 else "application/json" if is_json else ""
    headers = [("content-type", kind), ("host", dice.choice(("go.example", "go.example", "x/y", "a" * 300)))]
    said = pairs([name for name in CALL if dice.random() < 0.9], dice, known)
    if dice.random() < 0.4:
        own = dict(said)
        fields = [(name, own.get(word, "")) for name, word in TWILIO.items()]
        fields += [("CallStatus", dice.choice(("completed", "busy", hostile(dice))))]
        fields += [("Timestamp", dice.choice((*DATES, hostile(dice))))]
        text = "https://go.example/call" + "".join(name + value for name, value in sorted(set(fields)))
        made = hmac.digest(known.phone_token.encode(), text.encode("utf-8", "replace"), "sha1")
        headers += [("x-twilio-signature", b64encode(made).decode() if dice.random() < 0.8 else hostile(dice))]
        body = "&".join(f"{name}={quote(value, safe='', errors='replace')}" for name, value in fields).encode()
        return _sent(route, dice, "", "", body, tuple(headers))
    match dice.randrange(4):
        case 0:
            said.append(("token", known.token))
        case 1 | 2:
            headers.append(("authorization", f"{dice.choice(('Bearer', 'bearer', 'Basic'))} {known.token}"))
        case 3:
            headers.append(("authorization", f"Bearer {hostile(dice)}"))
    body = json_body(said, dice) if is_json else encoded(said, dice).encode("utf-8", "surrogatepass")
    return _sent(route, dice, "", "", body, tuple(headers))


def plain(route: str, dice: Random, known: Knowledge) -> Wild:
    """Of the tag or the health check."""
    return _sent(route, dice, "", encoded(pairs(SUBS[:2], dice, known), dice), junk(dice), ())


Maker = Callable[[str, Random, Knowledge], Wild]
ROUTES: Final[dict[str, Maker]] = {
    "click": visit,
    "impression": visit,
    "pixel": claim,
    "beacon": claim,
    "postback": postback,
    "call": call,
    "tag": plain,
    "health": plain,
}
USUAL: Final = {"postback": ("GET", "POST"), "call": ("POST",), "beacon": ("POST", "GET"), "pixel": ("GET", "POST")}


def _sent(route: str, dice: Random, path: str, query: str, body: bytes, headers: tuple[tuple[str, str], ...]) -> Wild:
    """The request with what every request has: a method, a browser's headers, and an envelope."""
    usual = USUAL.get(route, ("GET", "GET", "HEAD"))
    method = dice.choice(usual) if dice.random() < 0.93 else dice.choice((*METHODS, *ODD_METHODS))
    agent = f"Mozilla/5.0 {MARK}" if dice.random() < 0.7 else hostile(dice)
    more = [("user-agent", agent), ("cookie", f"clids={hostile(dice)}; session={MARK}")]
    if dice.random() < 0.3:
        names = ("referer", "sec-purpose", "x-moz", "cloudfront-viewer-country", "accept", "x-forwarded-for", "te")
        more.append((dice.choice(names), hostile(dice)))
    if dice.random() < 0.1:
        more.append(("referer", f"https://{MARK}@blog.example/{MARK}?{MARK}"))
    if dice.random() < 0.03:
        more.append(dice.choice(more))
    return Wild(
        route,
        method,
        path,
        query,
        (*headers, *more),
        body,
        dice.choice(("base64", "base64", "text", "text", "broken") if dice.random() < 0.2 else ("base64", "text")),
        dice.choice(ADDRESSES),
        dice.choice(SHAPES) if dice.random() < 0.03 else "",
    )


SHAPES: Final = ("no headers", "null headers", "list headers", "no body", "null everything", "half characters")
"""What an envelope lacks or holds that it should not."""
