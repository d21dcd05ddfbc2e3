"""What wild requests are made of: good values, hostile texts, queries and bodies that are damaged here and there.

The dice are a `random.Random`.
"""

import hmac
import json
from base64 import b64encode
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random
from typing import Final
from urllib.parse import quote, quote_plus

from tests.hostile.naughty import BROKEN, ENCODED, NAUGHTY, NUMBERS, RAW
from tests.hostile.scene import NUMBER

Pairs = list[tuple[str, str]]

MARK: Final = "pers0nal"
"""Stands in everything that must never be logged, answered or kept as it came: people's data and secrets."""

PEOPLE: Final = (f"anna@{MARK}.example", f"{MARK}-4711", f"Emil {MARK}")
SUBS: Final = ("sub1", "sub2", "sub3", "sub4", "sub5")
SALE: Final = ("click_id", "goal", "order_id", "amount", "currency")
GOALS: Final = (*("sale", "lead", "signup", "plan") * 4, "SALE", "nothing")
AIMS: Final = (0.0, 0.02, 0.1, 0.3)
"""How much of a request is meant badly: what is nearly right gets furthest."""


@dataclass(frozen=True)
class Knowledge:
    """What an attacker knows: good click ids, a token and a secret of its own, and Unix seconds."""

    clicks: tuple[str, ...]
    token: str
    secret: str
    phone_token: str
    now: int

    def values(self, dice: Random) -> dict[str, Callable[[], str]]:
        """How to say each field of a postback, claim or call so that it is read."""
        pick = dice.choice
        return {
            "click_id": lambda: pick(self.clicks),
            "clids": lambda: ".".join(pick(self.clicks) for _ in range(dice.randrange(4))),
            "goal": lambda: pick(GOALS),
            "order_id": lambda: f"A-{dice.randrange(400)}",
            "amount": lambda: pick(("10", "10.00", "49.99", "10", "0", "12,5", "1.234,56", "10.001", "9" * 12)),
            "currency": lambda: pick(("EUR", "EUR", "EUR", "eur", "USD", "JPY", "KWD", "XXX")),
            "status": lambda: pick(("approved", "pending", "rejected", "Storno", "cancelled", "rebill", "huh")),
            "event_time": lambda: pick((str(self.now), str(self.now - 60), "2026-11-24T10:00:00+01:00", "1e9", "2026")),
            "customer_id": lambda: pick(PEOPLE),
            "coupon": lambda: pick(("SAVE", "save", "ALWAYS", "NONE")),
            "test": lambda: pick(("0", "0", "1", "maybe")),
            "tax": lambda: pick(("1.00", "0", "2")),
            "shipping": lambda: pick(("1.00", "0", "x")),
            "duration": lambda: pick(("61", "0", "86401", "61.5")),
            "call_id": lambda: f"call-{dice.randrange(200)}",
            "reason": lambda: pick(("fraud", "returned", "because")),
            "refund_id": lambda: f"r-{dice.randrange(9)}",
            "refunded_total": lambda: pick(("1.00", "5.00", "10.00")),
            "change_id": lambda: f"c-{dice.randrange(9)}",
            "dispute_id": lambda: f"d-{dice.randrange(9)}",
            "dispute": lambda: pick(("opened", "won", "lost", "maybe")),
            "correction_id": lambda: f"k-{dice.randrange(9)}",
            "advertiser": lambda: pick(("shop", "mall", "nobody")),
            "campaign": lambda: pick(("spring", "paused", "mall-sale", "nothing")),
            "number": lambda: pick((NUMBER, "0014155550100", "+14155550199")),
            "caller": lambda: pick(("+4930901820", "anonymous", "", "+266696687")),
            "started": lambda: pick((str(self.now - 90), "2026-11-24T10:00:00Z")),
            "url": lambda: pick(("https://deep.example/p?a=1#b", "http://127.0.0.1:8000/x", "https://shop.example")),
            **{sub: lambda: pick(("news", "a b", "ü", "")) for sub in SUBS},
        }


def hostile(dice: Random) -> str:
    """A text that nobody means well with."""
    kind = dice.random()
    if kind < 0.9:
        return dice.choice(NAUGHTY)
    if kind < 0.97:
        return dice.choice(NAUGHTY) + dice.choice(NAUGHTY)
    return "".join(chr(dice.choice((dice.randrange(0x20), dice.randrange(0xD800), 0xE000))) for _ in range(6))


def junk(dice: Random) -> bytes:
    """Bytes for a body."""
    match dice.randrange(5):
        case 0:
            return dice.choice(RAW) + dice.choice(NAUGHTY).encode("utf-8", "surrogatepass")
        case 1:
            return dice.choice((b"[", b'{"a":', b"{", b"[[],", b'"')) * dice.choice((1, 9, 300))
        case 2:
            return dice.choice((b"{}", b"[]", b"null", b"0", b'"a"', b"{", b" ", b"\n\n"))
        case 3:
            return dice.choice(BROKEN).encode()
    return b""


def pairs(names: Sequence[str], dice: Random, known: Knowledge) -> Pairs:
    """Names and values: most as they should be; now and then a name comes twice, or one that nobody asked for."""
    good, aim = known.values(dice), dice.choice(AIMS)
    said = [(name, good[name]() if dice.random() > aim else hostile(dice)) for name in names]
    if said and dice.random() < 0.04:
        said.append(dice.choice(said))
    if dice.random() < 0.04:
        said.append((hostile(dice), hostile(dice)))
    if dice.random() < 0.004:
        said += [(f"{dice.choice('abc')}{n}", "1") for n in range(dice.choice((150, 250, 3000)))]
    if dice.random() < 0.002:
        said.append((dice.choice(names or SUBS), hostile(dice) * 400))
    return said


def encoded(said: Pairs, dice: Random) -> str:
    """A query or form; sometimes with a piece that no encoder makes, or without any encoding."""
    way = dice.choice((quote, quote_plus))
    pieces = [f"{name if name.isalnum() else way(name)}={way(value, safe='')}" for name, value in said]
    if dice.random() < 0.15:
        pieces.insert(dice.randrange(len(pieces) + 1), dice.choice(BROKEN))
    if dice.random() < 0.05:
        pieces.append(f"{dice.choice(SUBS)}={dice.choice(ENCODED)}{dice.choice(BROKEN)}")
    if dice.random() < 0.03:
        pieces.append(f"{dice.choice(SALE)}={dice.choice(NAUGHTY)}")
    return "&".join(pieces)[:65_600]


def json_body(said: Pairs, dice: Random) -> bytes:
    """A JSON object, and what passes for one."""
    members = [f"{json.dumps(name)}:{_value(value, dice)}" for name, value in said]
    if dice.random() < 0.05:
        members.append(f'"{dice.choice(SALE)}":{dice.choice(NUMBERS)}')
    if dice.random() < 0.03:
        depth = dice.choice((50, 900, 3000, 100_000))
        members.append(f'"deep":{dice.choice(("[", chr(123) + chr(34) + "a" + chr(34) + ":")) * depth}')
    text = "{" + ",".join(members) + "}"
    body = text.encode("utf-8", "surrogatepass")
    if dice.random() < 0.04:
        at = dice.randrange(len(body))
        body = body[:at] + dice.choice(RAW) + body[at:]
    return body


def _value(value: str, dice: Random) -> str:
    match dice.randrange(40):
        case 0:
            return dice.choice(NUMBERS)
        case 1:
            return dice.choice(("null", "true", "false", "{}", "[]", '["a"]', '{"S":"x"}', '"\\ud800"', '"\\u0000"'))
        case 2 | 3 if value.isdigit():
            return value
        case 4:
            return f'"{value}"'
    return json.dumps(value, ensure_ascii=dice.random() < 0.5)


def signed(query: str, dice: Random, known: Knowledge) -> str:
    """A query with its signature at the end, most often a good one."""
    ts = str(known.now + dice.choice((0, 0, 0, 200, 900))) if dice.random() < 0.9 else hostile(dice)
    whole = f"advertiser=shop&ts={quote(ts, safe='')}&{query}"
    text = f"{ts}.{whole}".encode("utf-8", "replace")
    made = hmac.new(known.secret.encode(), text, "sha256").hexdigest()
    return f"{whole}&sig={made if dice.random() < 0.9 else quote(hostile(dice), safe='')}"


def webhook(body: bytes, dice: Random, known: Knowledge) -> Pairs:
    """The headers of Standard Webhooks, most often good ones."""
    id, ts = (hostile(dice) if dice.random() < 0.1 else text for text in ("msg-1", str(known.now)))
    made = hmac.digest(known.secret.encode(), f"{id}.{ts}.".encode("utf-8", "replace") + body, "sha256")
    good = "v1," + b64encode(made).decode()
    said = dice.choice((good, good, f"v1,x {good}", " " * 3000, hostile(dice)))
    return [("webhook-id", id), ("webhook-timestamp", ts), ("webhook-signature", said)]
