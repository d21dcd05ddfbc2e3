"""What must hold of every answer, every log line and every item, whatever was asked."""

import json
import re
from base64 import b64decode
from functools import lru_cache
from typing import Any, Final
from xml.etree import ElementTree

import ada_url

from chalicelib.model import reasons
from chalicelib.model.click import AGENT_CHARACTERS, SUB_BYTES, SUBS
from chalicelib.model.sale import KEY_CHARACTERS, VALUE_CHARACTERS
from chalicelib.store import fact_items, items
from chalicelib.web.dot import GIF
from chalicelib.web.redirect import REFERRER_CHARACTERS
from tests.hostile.memory import Item
from tests.hostile.pieces import MARK, Knowledge
from tests.hostile.scene import HOSTS, MASTER, PHONE_TOKEN
from tests.hostile.wild import Wild

NAME: Final = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
VALUE: Final = re.compile(r"(?:[!-~](?:[ -~]*[!-~])?)?")
NETWORK: Final = re.compile(r"[0-9.]+\.0/24|[0-9a-f:]+::/48|::/48")
MOST_HEADER_BYTES: Final = 10_240
ANSWER: Final = {"status", "reason", "conversion_id", "state"}
PAGES: Final = frozenset((404, 410, 503))
AWAY: Final = 503


class Broken(AssertionError):
    """A property does not hold."""


def holds(is_so: object, what: str, value: object = "") -> None:
    """Broken unless `is_so`."""
    if not is_so:
        raise Broken(f"{what}: {value!a}"[:2000])


def check_answer(wild: Wild, event: dict[str, Any], log: list[dict[str, Any]], is_away: bool) -> None:
    """The status, headers and body of an answer, and that every refusal has its reason."""
    status, headers = event["statusCode"], event["headers"]
    holds(type(status) is int and (status < 500 or (is_away and status == AWAY)), "an error of ours", event)
    holds(not event.get("multiValueHeaders"), "headers that nobody means", event)
    for name, value in headers.items():
        holds(NAME.fullmatch(name) and type(value) is str and VALUE.fullmatch(value), "no header", (name, value))
    holds(sum(len(n) + len(v) + 4 for n, v in headers.items()) <= MOST_HEADER_BYTES, "headers too long")
    encoded, text = event.get("isBase64Encoded"), event["body"]
    body = b64decode(text, validate=True) if encoded else text.encode()
    _check_body(wild, status, headers, body)
    if status == 302:
        check_location(headers["Location"])
    if status >= 400 and status != 405:
        words = {log_reason(line) for line in log} | _body_reason(headers, body)
        holds(words & set(reasons.EVERY), "a refusal without a reason", (status, body, log))


def _check_body(wild: Wild, status: int, headers: dict[str, str], body: bytes) -> None:
    if wild.route in ("pixel", "impression"):
        nowhere = status in (404, 405)
        holds((status, body) == (200, GIF) or nowhere, "no dot", (status, body))
    elif wild.route == "beacon":
        holds((status, body) in ((204, b""),) or status == 405, "no 204", (status, body))
    elif wild.route in ("postback", "call") and status != 405:
        holds("application/json" in headers["Content-Type"] or b"<?xml" in body, "neither JSON nor XML", headers)
        said = _told(body)
        holds(said.keys() == ANSWER and all(type(one) is str for one in said.values()), "no answer", said)
    for secret in (MARK.encode(), MASTER.encode(), PHONE_TOKEN.encode()):
        holds(secret not in body, "a secret or a person in an answer", body)


def _told(body: bytes) -> dict[str, str]:
    if body.startswith(b"<?xml"):
        root = ElementTree.fromstring(body)
        holds(root.tag == "Response" and not len(root) and not root.text, "TwiML that does something", body)
        body = body.partition(b"<!-- ")[2].rpartition(b" -->")[0]
    told: dict[str, str] = strict_json(body.decode())
    return told


def _body_reason(headers: dict[str, str], body: bytes) -> set[str]:
    return {_told(body)["reason"]} if "json" in headers.get("Content-Type", "") or body.startswith(b"<?xml") else set()


def check_location(location: str) -> None:
    """A browser that is sent there comes to a host that the network has stored, and to nobody in particular."""
    goal = _read(location)
    holds(goal.host in HOSTS and goal.protocol in ("https:", "http:"), "an open redirect", location)
    holds((goal.username, goal.password) == ("", ""), "a name in a URL", location)
    holds(location.isascii() and location.isprintable() and " " not in location, "no URL", location)


def _read(location: str) -> ada_url.URL:
    return ada_url.URL(location)


def check_log(text: str, secrets: tuple[str, ...], most: int) -> list[dict[str, Any]]:
    """The lines of a log: JSON that any parser reads, one object a line, no more than `most`, and nothing secret."""
    if not text:
        return []
    holds(text.endswith("\n") and text.isascii() and text.replace("\n", "").isprintable(), "raw characters", text)
    holds(not any(secret in text for secret in secrets), "a secret or a person in the log", text)
    lines = [strict_json(line) for line in text[:-1].split("\n")]
    holds(len(lines) <= most, f"more than {most} lines", text)
    for line in lines:
        holds(type(line) is dict and re.fullmatch(r"[a-z_]+", line["event"]), "no event", line)
        holds(line.get("reason", "") in reasons.EVERY or not line.get("reason"), "an unknown reason", line)
    return lines


def log_reason(line: dict[str, Any]) -> str:
    """The reason that a log line gives; the event's own word where it has no other."""
    return str(line.get("reason") or line["event"])


def strict_json(text: str) -> Any:
    """What every parser reads in the same way: no NaN, no name twice, no half characters."""
    if "\\u" in text or not text.isascii():
        found = json.loads(text, parse_constant=_no, object_pairs_hook=_once)
        json.dumps(found, ensure_ascii=False).encode()
        return found
    return json.loads(text, parse_constant=_no, object_pairs_hook=_once)


def _no(word: str) -> Any:
    raise Broken(f"not a JSON number: {word}")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    holds(len(found) == len(pairs), "a name twice", pairs)
    return found


def check_item(table: str, item: Item, secrets: tuple[str, ...]) -> None:
    """What is kept: nothing beside what its schema knows, nothing longer than it may be, nothing secret."""
    kind = item["pk"]["S"].partition("#")[0]
    if table == "visits" and kind in ("C", "I"):
        _check_visit(kind, item)
    elif kind == "V" and item["sk"]["S"].isdigit():
        _check_fact(item)
    elif kind == "X":
        _check_refusal(item)
    text = str({name: value for name, value in item.items() if name not in _OPAQUE})
    holds(not any(secret in text for secret in secrets), "a secret or a person in an item", text)


_OPAQUE: Final = (*SUBS, "agent", "subs")
"""The affiliate's own words, and a browser's own name: neither is ours to understand."""


def _check_visit(kind: str, item: Item) -> None:
    _, seen = items.visit(item)
    make = items.click_item if kind == "C" else items.impression_item
    holds(make(seen, int(item["ttl"]["N"])) == item, "an attribute that no visit has", item)
    holds(all(len(sub.encode()) <= SUB_BYTES for sub in seen.subs), "a long sub id", item)
    holds(len(seen.agent) <= AGENT_CHARACTERS and len(seen.purpose) <= 32, "a long header", item)
    holds(len(seen.referrer) <= REFERRER_CHARACTERS and len(seen.country) <= 2, "a long header", item)
    holds(not seen.address or NETWORK.fullmatch(seen.address), "a whole address", item)
    holds(seen.method in ("GET", "HEAD"), "an odd method", item)


def _check_fact(item: Item) -> None:
    fact = fact_items.fact(item)
    holds(fact_items.fact_item(fact, item["by"]["S"]) == item, "an attribute that no fact has", item)
    for text in (fact.order_id, fact.coupon, fact.goal, fact.status_word, fact.key):
        holds(len(text) <= 3 * KEY_CHARACTERS + 64 and text.isprintable(), "no plain text", item)
    touches = fact.touches
    holds(all(len(one) <= VALUE_CHARACTERS and one.isprintable() for one in touches), "no plain text", touches)


def _check_refusal(item: Item) -> None:
    answer, said = items.unpack(item["answer"]), items.unpack(item["said"])
    holds(answer["reason"] in reasons.EVERY and answer.keys() == ANSWER, "no answer", answer)
    holds(said.keys() <= _may_be_kept(), "a field that nobody may keep", said)
    holds(all(len(one) <= VALUE_CHARACTERS and one.isprintable() for one in said.values()), "no plain text", said)


@lru_cache(maxsize=1)
def _may_be_kept() -> frozenset[str]:
    from chalicelib.model import call
    from chalicelib.web import body

    personal = {"customer_id", "caller", "email", "email_sha256", "ip"}
    return frozenset((*body.FIELDS, *call.FIELDS)) - {"token", "sig", "ts"} - personal


def secrets(known: Knowledge) -> tuple[str, ...]:
    """What may stand in no log line and no item."""
    return MARK, known.token, known.secret, known.phone_token, MASTER, "+4930901820", "198.51.100.23"
