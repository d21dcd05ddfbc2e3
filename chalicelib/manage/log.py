"""The received log: what an advertiser's servers and pages have sent of late, and what became of each.

Three sources, each where it is kept: accepted facts and refused attempts in the ledger, and the log lines for what the
ledger does not hold (repetitions, untrusted postbacks, refused claims).
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from heapq import nlargest
from typing import Any, Final, Protocol

from chalicelib.model.day import accounting_day, back
from chalicelib.model.fact import Fact

SHARDS: Final = "0123456789abcdef"
DOORS: Final = {"postback": "postback", "claim_replayed": "pixel", "claim_refused": "pixel", "call": "call"}
"""Events of log lines, and the door through which each came."""


@dataclass(frozen=True, slots=True, order=True)
class Entry:
    """One thing that was received: when (Unix milliseconds), by which door, about which order, and the answer."""

    at_ms: int
    door: str
    order: str
    answer: str
    reason: str
    state: str
    conversion: str


class Days(Protocol):
    """Facts by accounting day."""

    def facts(self, day: str, shard: str) -> Iterator[Fact]:
        """The facts of a day's shard."""


class Refusals(Protocol):
    """Refused attempts of trusted senders."""

    def refusals(self, advertiser: str, day: str) -> Iterable[tuple[int, Mapping[str, str], Mapping[str, str]]]:
        """Time, answer and parameters of each."""


class Lines(Protocol):
    """The functions' log lines."""

    def lines(self, event: str, advertiser: str, since_ms: int) -> Iterable[Mapping[str, Any]]:
        """Lines of an event about an advertiser; each holds its time as `at`."""


@dataclass(frozen=True, slots=True)
class Log:
    """Reads the received log."""

    days: Days
    refusals: Refusals
    lines: Lines
    time_zone: str

    def last(self, advertiser: str, number: int, days: int, now_ms: int) -> list[Entry]:
        """The last `number` entries of an advertiser within `days` accounting days, newest first."""
        today = accounting_day(now_ms, self.time_zone)
        found: list[Entry] = []
        for day in (back(today, ago) for ago in range(days)):
            found += nlargest(number, self._kept(advertiser, day))
        found += self._unkept(advertiser, now_ms - days * 86_400_000)
        return nlargest(number, found)

    def _kept(self, advertiser: str, day: str) -> Iterator[Entry]:
        for shard in SHARDS:
            for fact in self.days.facts(day, shard):
                if fact.advertiser == advertiser and fact.source in ("server", "browser", "call"):
                    yield _entry_of(fact)
        for at_ms, answer, said in self.refusals.refusals(advertiser, day):
            yield Entry(
                at_ms,
                "call" if "call_id" in said and "number" in said else "postback",
                said.get("order_id", ""),
                answer["status"],
                answer["reason"],
                answer.get("state", ""),
                answer.get("conversion_id", ""),
            )

    def _unkept(self, advertiser: str, since_ms: int) -> Iterator[Entry]:
        for event, door in DOORS.items():
            for line in self.lines.lines(event, advertiser, since_ms):
                # Every other answer to a trusted postback is in the ledger.
                if line["status"] == "replayed" or line.get("code", 401) == 401:
                    state, conversion = line.get("state", ""), line.get("conversion_id", "")
                    order, answer, reason = line["order"], line["status"], line["reason"]
                    yield Entry(line["at"], door, order, answer, reason, state, conversion)


def _entry_of(fact: Fact) -> Entry:
    claimed = fact.kind == "booked" and fact.source == "browser"
    timed, rung = fact.key == "unconfirmed", fact.kind == "booked" and fact.source == "call"
    return Entry(
        fact.at_ms,
        "time" if timed else "pixel" if claimed else "call" if rung else "postback",
        fact.order_id,
        f"accepted ({fact.kind})",
        fact.after.reason,
        fact.after.state,
        fact.conversion,
    )
