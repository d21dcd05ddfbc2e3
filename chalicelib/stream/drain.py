"""The drain: what waited in the fallback queue is written down after all, once.

A click or an impression is put under its own key, so repeated deliveries change nothing, and marked as late for readers
of its day. A claim is booked now; its sale happened when the browser said so.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from chalicelib import telemetry
from chalicelib.model import clickid
from chalicelib.model.clickid import ClickId, KeyRing
from chalicelib.model.failures import StoreError
from chalicelib.model.ports import Answer, Clicks
from chalicelib.model.sale import Refusal


class Heard(Protocol):
    """What became of a claim."""

    @property
    def answer(self) -> Answer:
        """The fact that was written, the replay, or the refusal."""


class Claims(Protocol):
    """Who books a browser's claim: the pixel."""

    def claim(self, said: Mapping[str, str], customer: str, event_ms: int, now_ms: int) -> Heard:
        """Book a claim that was made at `event_ms`."""


@dataclass(frozen=True, slots=True)
class Drain:
    """Empties the fallback queue. `settle` strips a visit that was written down if its visitor was erased meanwhile."""

    clicks: Clicks
    claims: Claims
    ring: KeyRing
    clock: Callable[[], int]
    settle: Callable[[ClickId], None] = lambda _: None

    def take(self, records: Iterable[Mapping[str, Any]]) -> list[str]:
        """Handle SQS records; the ids of those that must come again, until they end as dead letters."""
        failed = []
        for record in records:
            try:
                self.write(json.loads(record["body"]))
            except (StoreError, ValueError, KeyError) as error:
                telemetry.line("drain_failed", message=record["messageId"], why=type(error).__name__)
                failed.append(record["messageId"])
        return failed

    def write(self, message: Mapping[str, Any]) -> None:
        """Write one message down; ValueError or KeyError if it is none of ours."""
        now_ms = self.clock()
        if message["kind"] == "claim":
            answer = self.claims.claim(message["said"], message["customer"], message["at"], now_ms).answer
            telemetry.line("claim_drained", reason=answer.reason if isinstance(answer, Refusal) else "")
            return
        id = clickid.read(self.ring, message["id"])
        if id is None or message["kind"] not in ("click", "impression"):
            raise ValueError("none of ours")
        self.clicks.put_late(message["row"], now_ms)
        # Behind the write: whoever erases after this look finds the row there.
        self.settle(id)
        telemetry.line(f"{message['kind']}_drained", late_ms=now_ms - id.ms)
