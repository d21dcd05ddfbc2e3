"""A door under attack, in a process of its own: `python -m tests.hostile.worker ROUTE DOOR SEED COUNT`.

It prints what it did and the first failures as one JSON object. Request number N of a seed is always the same, and a
failing one is cut down to what it takes to fail.
"""

import io
import json
import logging
import sys
import time
from base64 import urlsafe_b64encode
from collections import Counter
from contextlib import redirect_stdout
from dataclasses import dataclass, field, replace
from random import Random
from typing import Any, Final

from tests.hostile import envelopes, properties
from tests.hostile.memory import Item
from tests.hostile.pieces import Knowledge
from tests.hostile.scene import MASTER, PHONE_TOKEN, Scene, scene
from tests.hostile.wild import Wild, wild

BLOCK: Final = 500
"""So many requests meet one state of the tables; then all that was booked is forgotten."""

AWAY_IN: Final = 20
"""In one block of so many the table is away."""

MOST_FAILURES: Final = 3


@dataclass
class Attack:
    """One route behind one door, attacked."""

    route: str
    door: str
    scene: Scene
    known: Knowledge
    statuses: Counter[int] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    written: Counter[str] = field(default_factory=Counter)
    lines: int = 0
    slowest: float = 0.0

    def run(self, seed: int, count: int) -> dict[str, Any]:
        """Send so many requests; the figures, and what failed."""
        start, failures = time.process_time(), []
        clean = {key: dict(rows) for key, rows in self.scene.table.rows.items()}
        for number in range(count):
            if number % BLOCK == 0:
                self._forget(clean)
                self.scene.table.is_away = number // BLOCK % AWAY_IN == AWAY_IN - 1
            sent = wild(self.route, Random(seed * 1_000_003 + number), self.known)
            if wrong := self.wrong(sent):
                least = self._least(sent)
                failures.append({"number": number, "wrong": wrong, "least": repr(least)[:3000]})
                if len(failures) == MOST_FAILURES:
                    break
        return self._figures(time.process_time() - start, number + 1, failures)

    def wrong(self, sent: Wild) -> str:
        """What is wrong with the answer to a request, '' if nothing is."""
        is_away, said = self.scene.table.is_away, io.StringIO()
        ask, shape = (self.scene.rest, envelopes.rest) if self.door == "rest" else (self.scene.http, envelopes.http)
        event = shape(sent)
        start = time.process_time()
        try:
            with redirect_stdout(said):
                answer = ask(event)
            took = time.process_time() - start
            log = properties.check_log(said.getvalue(), properties.secrets(self.known), 3 if is_away else 1)
            properties.check_answer(sent, answer, log, is_away)
        except Exception as bad:  # noqa: BLE001 - whatever it is, it is what was looked for
            return f"{type(bad).__name__}: {bad}"
        self.statuses[answer["statusCode"]] += 1
        self.reasons.update(properties.log_reason(line) for line in log)
        self.lines += len(log)
        self.slowest = max(self.slowest, took)
        return ""

    def seen(self, table: str, item: Item) -> None:
        """Look at an item that is about to be kept."""
        self.written[f"{table} {item['pk']['S'].partition('#')[0]}"] += 1
        properties.check_item(table, item, properties.secrets(self.known))

    def _forget(self, clean: dict[tuple[str, str], dict[str, Item]]) -> None:
        rows = self.scene.table.rows
        rows.clear()
        rows.update({key: dict(old) for key, old in clean.items()})
        self.scene.queue.sent.clear()

    def _least(self, sent: Wild) -> Wild:
        """The request with everything taken away that it fails without."""
        while smaller := next((one for one in _smaller(sent) if self.wrong(one)), None):
            sent = smaller
        return sent

    def _figures(self, took: float, count: int, failures: list[dict[str, Any]]) -> dict[str, Any]:
        return {
            "route": self.route,
            "door": self.door,
            "requests": count,
            "seconds": round(took, 1),
            "slowest_ms": round(self.slowest * 1000, 1),
            "statuses": dict(sorted(self.statuses.items())),
            "log_lines": self.lines,
            "reasons": dict(self.reasons.most_common()),
            "written": dict(self.written),
            "failures": failures,
        }


def _smaller(sent: Wild) -> list[Wild]:
    """The same request with one thing less."""
    found = [replace(sent, shape="")] if sent.shape else []
    found += [replace(sent, headers=sent.headers[:at] + sent.headers[at + 1 :]) for at in range(len(sent.headers))]
    parts, half = sent.query.split("&"), len(sent.body) // 2
    if sent.query:
        found += [replace(sent, query="&".join(parts[:at] + parts[at + 1 :])) for at in range(min(len(parts), 30))]
    if sent.body:
        found.append(replace(sent, body=b""))
    if half:
        found += [replace(sent, body=sent.body[:half]), replace(sent, body=sent.body[half:])]
    return found


def attack(route: str, door: str) -> Attack:
    """A scene to attack, with everything an attacker may know."""
    made: list[Attack] = []
    network = scene(lambda table, item: made[0].seen(table, item) if made else None)
    now = int(time.time())
    known = Knowledge(_clicks(now), network.token, network.secret, PHONE_TOKEN, now)
    made.append(Attack(route, door, network, known))
    return made[0]


def _clicks(now: int) -> tuple[str, ...]:
    """Click ids: good ones of several links and times, one that is forged, and some that only look like one."""
    from chalicelib import wiring
    from chalicelib.model import clickid, trust

    ring, directory = trust.click_keys(MASTER), wiring.redirect().directory
    links = [link.number for slug in ("plain", "path", "closed", "mall") if (link := directory.slug(slug))]
    good = [
        clickid.mint(ring, links[n % len(links)], (now - 60 * n * n) * 1000, bytes([n] * 10)).text for n in range(60)
    ]
    unknown = clickid.mint(ring, 1, now * 1000, bytes(10)).text
    ahead = clickid.mint(ring, links[0], now * 1000 + 10**9, bytes(10)).text
    return (*good, good[0][:-1] + "A", urlsafe_b64encode(bytes(39)).decode(), unknown, ahead, good[1].lower(), "x" * 52)


if __name__ == "__main__":
    # Chalice tells of an exception in many lines; here the 500 that follows is enough.
    logging.disable()
    route, door, seed, count = sys.argv[1:]
    sys.stdout.write(json.dumps(attack(route, door).run(int(seed), int(count))))
