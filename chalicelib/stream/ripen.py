"""What time alone brings about: claims that no server confirmed are rejected, reviewed goals approve by themselves, and
what waited for a rate of exchange is priced.

Each day is worked through once, shard by shard, and how far it got is kept; a run that was missed is made up for. For
rates a day is worked through once for each table that gives it new ones.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final, Protocol

from chalicelib.model import judge, life
from chalicelib.model.day import back
from chalicelib.model.fact import Fact
from chalicelib.model.fx import Quotes
from chalicelib.model.judge import Moment
from chalicelib.model.network import Advertiser
from chalicelib.model.ports import Facts, Question

SHARDS: Final = "0123456789abcdef"
SPARE_MS: Final = 30_000
"""A run ends by itself when this little time is left."""

RATED_DAYS: Final = 90
"""So far back a conversion may wait for a rate: finance cannot have slept longer."""

SETTLED_MS: Final = 15 * 60_000
"""So long after an upload every function knows its rates, and what was booked without them is on the day index."""


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


class Known(Protocol):
    """A day's quotes, and since when they are there."""

    @property
    def quotes(self) -> Quotes:
        """The quotes."""

    @property
    def at_ms(self) -> int:
        """Unix milliseconds."""


class Rates(Protocol):
    """The exchange rates (store.rates)."""

    def known(self, day: str) -> Known:
        """The newest quotes for a day."""

    def on(self, day: str) -> Quotes:
        """The same without their time."""


@dataclass(frozen=True, slots=True)
class Ripener:
    """Works through days that have come of age. `confirm_days` is how long a claim waits for its server."""

    days: Days
    ledger: Facts
    network: Advertisers
    time_zone: str
    confirm_days: int
    rates: Rates

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
        days_of_rates = (back(now.day, ago) for ago in range(RATED_DAYS, -1, -1))
        written["rated"] = sum(self._rate(day, now, remaining_ms) for day in days_of_rates)
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

    def _rate(self, day: str, now: Moment, remaining_ms: Callable[[], int]) -> int:
        """Price what was booked on `day` without a rate, once for each table that quotes the day."""
        known, task, written = self.rates.known(day), f"rated {day}", 0
        if not known.quotes.date or now.ms < known.at_ms + SETTLED_MS:
            return 0
        table, _, shard = self.days.progress(task).partition("#")
        name = f"{known.quotes.date}/{known.quotes.table}"
        done = SHARDS.index(shard) + 1 if table == name else 0
        for place in SHARDS[done:]:
            if remaining_ms() <= SPARE_MS:
                break
            for fact in self.days.facts(day, place):
                if life.may_need_rate(fact):
                    question: Question = lambda facts: life.rate(facts, now, self.rates.on)  # noqa: E731
                    answer = self.ledger.settle(fact.conversion, question, is_new=False)
                    written += isinstance(answer, Fact)
            self.days.note_progress(task, f"{name}#{place}")
        return written

    def _advertisers(self) -> Iterator[Advertiser]:
        for id in self.network.listed("advertiser"):
            advertiser = self.network.advertiser(id)
            if advertiser is not None:
                yield advertiser


def _questions(task: str, now: Moment) -> Question:
    if task == "unconfirmed":
        return lambda facts: life.expire(facts, now)
    return lambda facts: life.approve_by_time(facts, now)


def _after(day: str, shard: str) -> tuple[str, str]:
    place = SHARDS.index(shard) + 1
    return (day, SHARDS[place]) if place < len(SHARDS) else (back(day, -1), SHARDS[0])
