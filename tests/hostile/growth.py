"""What time an attack of 64 KB takes beside one of 32 KB: `python -m tests.hostile.growth DOOR` prints both, for each.

Twice the input may take twice the time. Four times would be a way to stop the service with a few requests.
"""

import io
import json
import logging
import sys
import time
from collections.abc import Callable
from contextlib import redirect_stdout
from typing import Final
from urllib.parse import quote

from chalicelib.web.body import FIELDS
from tests.hostile import envelopes
from tests.hostile.pieces import Knowledge
from tests.hostile.wild import Wild
from tests.hostile.worker import Attack, attack

SIZES: Final = (32_700, 65_400)
TRIES: Final = 5
ACCENTS: Final = "\u0301\u0323"
"""Two marks whose order Unicode swaps: putting many of them into order takes the square of their number."""

FORM: Final = ("content-type", "application/x-www-form-urlencoded")
JSON: Final = ("content-type", "application/json")
Made = Callable[[int, Knowledge], Wild]


def claimed(field: str, unit: str) -> Made:
    """A browser's claim with one long field of repeated text, as a form that is not encoded."""
    return lambda size, known: Wild(
        "beacon", "POST", "", "", (FORM,), _filled(f"click_id={known.clicks[1]}&goal=sale&{field}=", unit, size)
    )


def told(field: str, unit: str) -> Made:
    """A trusted server's JSON with one long field."""
    return lambda size, known: Wild(
        "postback", "POST", "", "", (JSON,), _filled(f'{{"token":"{known.token}","{field}":"', unit, size)[:-2] + b'"}'
    )


def many(size: int, known: Knowledge) -> Wild:
    """A trusted server's form, full of fields that are each as long as they may be and take long to read."""
    names = [name for name in FIELDS if name not in ("token", "ts", "sig", "advertiser")]
    said = [f"{name}={ACCENTS * 1_000}" for name in names[: (size - 200) // 4_020]]
    return Wild("postback", "POST", "", "", (FORM,), "&".join([f"token={known.token}", *said]).encode())


def query(route: str, unit: str, path: str = "") -> Made:
    """A query of repeated text."""
    return lambda size, known: Wild(route, "GET", path, unit * (size // len(unit)))


def header(route: str, name: str, unit: str) -> Made:
    """A header of repeated text, longer than any gateway lets through."""
    return lambda size, known: Wild(
        route, "POST", "plain", f"token={known.token}", ((name, unit * (size // len(unit))),), b"a=b"
    )


def body(route: str, unit: bytes, *headers: tuple[str, str]) -> Made:
    """A body of repeated bytes."""
    return lambda size, known: Wild(route, "POST", "", "", headers, unit * (size // len(unit)))


TWILIO: Final = ("x-twilio-signature", "x")
ATTACKS: Final[dict[str, Made]] = {
    **{f"claim {field} of accents": claimed(field, ACCENTS) for field in ("order_id", "coupon", "customer_id", "goal")},
    "claim of click ids": claimed("clids", "x" * 52 + "."),
    "claim of dots": claimed("clids", "."),
    "claim of blanks": claimed("order_id", " "),
    "claim of percent signs": claimed("order_id", "%"),
    "pixel of fields": query("pixel", "a=b&"),
    "pixel of ampersands": query("pixel", "&"),
    "pixel of equal signs": query("pixel", "="),
    "pixel of encoded accents": query("pixel", quote(ACCENTS)),
    "pixel of half escapes": query("pixel", "%e2%"),
    "click of a deep link": query("click", "url=https://deep.example/{sub1}../", "plain"),
    "click of sub ids": query("click", "sub1=" + quote("😀") + "&", "path"),
    "click of one sub id": lambda size, known: Wild("click", "GET", "path", "sub1=" + "%2e/" * (size // 4)),
    "click of slashes": lambda size, known: Wild("click", "GET", "/" * size),
    "click of a long slug": lambda size, known: Wild("click", "GET", "a" * size),
    "click of a long referrer": header("click", "referer", "https://a@"),
    "click of a long agent": header("click", "user-agent", "Mozilla/5.0 (bot) "),
    "impression of dots": lambda size, known: Wild("impression", "GET", ".gif" * (size // 4)),
    "postback of accents": told("order_id", ACCENTS),
    "postback of digits": told("amount", "9"),
    "postback of points": told("amount", "1."),
    "postback of a long time": told("event_time", "2026-11-24T"),
    "postback of fields": many,
    "postback of signs": query("postback", "&sig=x"),
    "postback of brackets": body("postback", b"[", JSON),
    "postback of braces": body("postback", b'{"a":', JSON),
    "postback of escapes": body("postback", b"\\u0041", JSON),
    "postback of a number": body("postback", b"1", JSON),
    "postback of names": lambda size, known: Wild(
        "postback", "POST", "", "", (JSON,), ("{" + ",".join(f'"{n}":1' for n in range(size // 9)) + "}").encode()
    ),
    "postback of signatures": header("postback", "webhook-signature", "v1,x "),
    "call of signatures": header("call", "x-twilio-signature", "x "),
    "call of a long date": body("call", b"Timestamp=1+Jan+2026+", FORM, TWILIO),
    "call of digits": lambda size, known: Wild(
        "call", "POST", "", "", (FORM, TWILIO), b"Timestamp=1+Jan+2026+" + b"9" * (size - 30)
    ),
    "call of parentheses": lambda size, known: Wild(
        "call", "POST", "", "", (FORM, TWILIO), b"Timestamp=" + b"(" * (size - 30)
    ),
    "call of colons": lambda size, known: Wild(
        "call", "POST", "", "", (FORM, TWILIO), b"Timestamp=1+Jan+2026+" + b"1:" * (size // 2 - 30)
    ),
    "call of a number": lambda size, known: Wild(
        "call", "POST", "", "", (FORM, TWILIO), b"To=%2B" + b"-1" * (size // 2)
    ),
    "call of hosts": header("call", "host", "a."),
    "call of a bearer": header("call", "authorization", "Bearer "),
}


def _filled(start: str, unit: str, size: int) -> bytes:
    once = unit.encode()
    return start.encode() + once * ((size - len(start)) // len(once))


def seconds(at: Attack, sent: Wild) -> float:
    """The least CPU time of some tries."""
    ask, shape = (at.scene.rest, envelopes.rest) if at.door == "rest" else (at.scene.http, envelopes.http)
    event, took = shape(sent), []
    for _ in range(TRIES):
        start = time.process_time()
        with redirect_stdout(io.StringIO()):
            answer = ask(event)
        took.append(time.process_time() - start)
        if answer["statusCode"] >= 500:
            raise AssertionError(answer)
        if took[-1] > 0.5:
            break
    return min(took)


def main(door: str) -> None:
    """Measure every attack."""
    logging.disable()
    at = attack("", door)
    found = {}
    for name, made in ATTACKS.items():
        found[name] = [round(seconds(at, made(size, at.known)) * 1000, 2) for size in SIZES]
    sys.stdout.write(json.dumps(found))


if __name__ == "__main__":
    main(sys.argv[1])
