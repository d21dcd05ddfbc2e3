"""What time alone brings about: claims that no server confirmed are rejected, reviewed goals approve by themselves.

Each day is worked through once, shard by shard, and how far it got is kept; a run that was missed is made up for.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final, Protocol

from chalicelib.model import judge
from chalicelib.model.day import back
from chalicelib.model.fact import Fact
from chalicelib.model.judge import Moment
from chalicelib.model.network import Advertiser
from chalicelib.model.ports import Facts, Question

SHARDS: Final = "0123456789abcdef"
SPARE_MS: Final = 30_000
"""A run ends by itself when this little time is left."""


class Days(Protocol):
    """Facts by accounting day, and notes of how far a day-by-day task has got."""

    def facts(self, day: str, shard: str) -> Iterator[Fact]:
        """The facts of a day's shard."""

    def progress(self, task: str) -> str:
        """The note of a task, '' if there is none."""

    def note_progress(self, task: str, note: str) -> None:
        """Keep a task's note."""


class Advertisers(Protocol):
    """The network's advertisers."""

    def listed(self, kind: str) -> list[str]:
        """The ids of all things of a kind."""

    def advertiser(self, id: str) -> Advertiser | None:
        """An advertiser with its goals."""


@dataclass(frozen=True, slots=True)
class Ripener:
    """Works through days that have come of age. `confirm_days` is how long a claim waits for its server."""

    days: Days
    ledger: Facts
    network: Advertisers
    time_zone: str
    confirm_days: int

    def run(self, now_ms: int, remaining_ms: Callable[[], int]) -> dict[str, int]:
        """Do what is due; how many facts each task wrote."""
        now = judge.moment(now_ms, self.time_zone)
        waits = {(ad.id, goal.name): goal.review_days for ad in self._advertisers() for goal in ad.goals.values()}

        def is_unconfirmed(fact: Fact) -> bool:
            return fact.kind == "booked" and not fact.after.confirmed

        def is_waiting(days: int) -> Callable[[Fact], bool]:
            return lambda fact: fact.after.state == "pending" and waits.get((fact.advertiser, fact.goal)) == days

        written = {"unconfirmed": self._work("unconfirmed", self.confirm_days, is_unconfirmed, now, remaining_ms)}
        for days in sorted({days for days in waits.values() if days}):
            written[f"review {days}"] = self._work(f"review {days}", days, is_waiting(days), now, remaining_ms)
        return written

    def _work(
        self, task: str, age: int, is_due: Callable[[Fact], bool], now: Moment, remaining_ms: Callable[[], int]
    ) -> int:
        """Ask each due fact's conversion what time brings, for all days up to `age` days ago that are not done."""
        question = _questions(task, now)
        # A day is due when its last moment is `age` days ago, so nobody's time is cut short by hours.
        last, written = back(now.day, age + 1), 0
        day, _, shard = (self.days.progress(task) or f"{back(last, 1)}#f").partition("#")
        while (step := _after(day, shard)) <= (last, "f") and remaining_ms() > SPARE_MS:
            day, shard = step
            for fact in self.days.facts(day, shard):
                if is_due(fact):
                    answer = self.ledger.settle(fact.conversion, question, is_new=False)
                    written += isinstance(answer, Fact)
            self.days.note_progress(task, f"{day}#{shard}")
        return written

    def _advertisers(self) -> Iterator[Advertiser]:
        for id in self.network.listed("advertiser"):
            advertiser = self.network.advertiser(id)
            if advertiser is not None:
                yield advertiser


def _questions(task: str, now: Moment) -> Question:
    if task == "unconfirmed":
        return lambda facts: judge.expire(facts, now)
    return lambda facts: judge.approve_by_time(facts, now)


def _after(day: str, shard: str) -> tuple[str, str]:
    place = SHARDS.index(shard) + 1
    return (day, SHARDS[place]) if place < len(SHARDS) else (back(day, -1), SHARDS[0])
