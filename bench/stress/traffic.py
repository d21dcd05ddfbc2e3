"""Those who speak to the workers: browsers, who never ask twice, and servers, who try again when they are told to."""

import heapq
import itertools
import json
import threading
import time
from base64 import b64decode
from collections import Counter, defaultdict, deque
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from random import Random
from typing import Any, Final

from bench.stress.crew import Answer, Crew
from bench.stress.plan import Delivery

SHORTENED: Final = 0.02
"""A sender waits this part of what Retry-After says: the faults here pass sooner than a real outage."""

_REFUND_WITHIN: Final = 2.0
"""Seconds between a sale and its refunds, at most."""

Outcome = tuple[int, str, str]
"""HTTP status, the status and the reason in the answer; a claim's are 'claim' and ''."""


class Traffic:
    """Sends deliveries in their order, from several at once, until each is answered for good.

    `event` gives a delivery's event, `on_way` is called with the number of deliveries done. Refunds wait, as a shop's
    do, until the sale they speak of was accepted.
    """

    def __init__(
        self,
        crew: Crew,
        order: Iterable[Delivery],
        event: Callable[[Delivery], Mapping[str, Any]],
        on_way: Callable[[int], None],
        dice: Random,
    ) -> None:
        self._crew, self._event, self._on_way, self._dice = crew, event, on_way, dice
        self._turn = threading.Condition()
        self._order: deque[Delivery] = deque()
        self._held: defaultdict[int, list[Delivery]] = defaultdict(list)
        for delivery in order:
            if delivery.is_refund:
                self._held[delivery.sale].append(delivery)
            else:
                self._order.append(delivery)
        self._later: list[tuple[float, int, Delivery]] = []
        self._number, self._under_way = itertools.count(), 0
        self.done = self.tried_again = 0
        self.outcomes: Counter[Outcome] = Counter()
        self.conversions: defaultdict[int, set[str]] = defaultdict(set)

    def run(self) -> None:
        """Send everything."""
        with ThreadPoolExecutor(self._crew.size) as senders:
            under_way = [senders.submit(self._send) for _ in range(self._crew.size)]
            try:
                for sender in under_way:
                    sender.result()
            finally:
                self._give_up()

    @property
    def unsent(self) -> int:
        """Refunds of sales that were never accepted."""
        return sum(map(len, self._held.values()))

    def _send(self) -> None:
        while delivery := self._next():
            try:
                answer = self._crew.answer(self._event(delivery))
                with self._turn:
                    self._hear(delivery, answer)
            finally:
                with self._turn:
                    self._under_way -= 1
                    self._turn.notify_all()

    def _give_up(self) -> None:
        """Send nothing more: when all is sent, or when something broke and the others need not go on."""
        with self._turn:
            self._order.clear()
            self._later.clear()
            self._turn.notify_all()

    def _next(self) -> Delivery | None:
        """What is sent next; None when nothing is left and nothing can come back."""
        with self._turn:
            while True:
                if self._later and (self._later[0][0] <= time.monotonic() or not self._order):
                    due, _, delivery = self._later[0]
                    if due > time.monotonic():
                        self._turn.wait(due - time.monotonic())
                        continue
                    heapq.heappop(self._later)
                elif self._order:
                    delivery = self._order.popleft()
                elif self._under_way:
                    self._turn.wait()
                    continue
                else:
                    return None
                self._under_way += 1
                return delivery

    def _hear(self, delivery: Delivery, answer: Answer) -> None:
        status = answer["statusCode"]
        if status == 503 and not delivery.is_claim:
            self.tried_again += 1
            self._put_off(delivery, int(answer["headers"]["Retry-After"]) * SHORTENED)
            return
        self.done += 1
        self._on_way(self.done)
        if delivery.is_claim:
            self.outcomes[status, "claim", ""] += 1
            return
        said = json.loads(b64decode(answer["body"]))
        self.outcomes[status, said["status"], said["reason"]] += 1
        if said["conversion_id"]:
            self.conversions[delivery.sale].add(said["conversion_id"])
        if status == 200:
            for refund in self._held.pop(delivery.sale, ()):
                self._put_off(refund, self._dice.uniform(0, _REFUND_WITHIN))

    def _put_off(self, delivery: Delivery, seconds: float) -> None:
        heapq.heappush(self._later, (time.monotonic() + seconds, next(self._number), delivery))
