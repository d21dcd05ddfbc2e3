"""What time alone brings about: claims that no server confirmed are rejected, reviewed goals approve by themselves, and
what waited for a rate of exchange is priced. Shares that nobody has written are written.

Each day is worked through once, shard by shard, and how far it got is kept; a run that was missed is made up for. For
rates a day is worked through once for each table that gives it new ones. A day that is worked through while the index
may still show new facts of it is worked through once more when it no longer does.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final, Protocol

from chalicelib.model import judge, life
from chalicelib.model.day import LATE_DAYS, back
from chalicelib.model.fact import Fact
from chalicelib.model.fx import Quotes
from chalicelib.model.judge import Moment
from chalicelib.model.network import Advertiser
from chalicelib.model.ports import Facts, Question
from chalicelib.model.sharing import shares

SHARDS: Final = "0123456789abcdef"
SPARE_MS: Final = 30_000
"""A run ends by itself when this little time is left."""

FIRST_DAYS: Final = 7
"""A task's first run works through so many days: those before it may have been missed, or have failed."""

RATED_DAYS: Final = 90
"""So far back a conversion may wait for a rate: finance cannot have slept longer."""

SETTLED_MS: Final = 15 * 60_000
"""So long after an upload every function knows its rates, and what was booked without them is on the day index."""


class Days(Protocol):
    """Facts by accounting day, and notes of how far a day-by-day task has got."""

    def facts(self, day: str, shard: str) -> Iterator[Fact]:
        """The facts of a day's shard."""

    def shared(self, day: str, shard: str) -> Iterator[Fact]:
        """The facts of a day's shard of conversions that several share."""

    def progress(self, task: str) -> str:
        """The note of a task, '' if there is none."""

    def note_progress(self, task: str, note: str) -> None:
        """Keep a task's note."""


class Ledger(Facts, Protocol):
    """The ledger."""

    def put(self, fact: Fact) -> bool:
        """Write a fact at its number; False if it is there."""


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
    ledger: Ledger
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

        written = {"unconfirmed": self._twice("unconfirmed", self.confirm_days, is_unconfirmed, now, remaining_ms)}
        for days in sorted({days for days in waits.values() if days}):
            written[f"review {days}"] = self._twice(f"review {days}", days, is_waiting(days), now, remaining_ms)
        days_of_rates = (back(now.day, ago) for ago in range(RATED_DAYS, -1, -1))
        written["rated"] = sum(self._rate(day, now, remaining_ms) for day in days_of_rates)
        written["shares"] = self._share("shares", 0, now, remaining_ms)
        written["shares"] += self._share("shares again", LATE_DAYS, now, remaining_ms)
        return written

    def _twice(
        self, task: str, age: int, is_due: Callable[[Fact], bool], now: Moment, remaining_ms: Callable[[], int]
    ) -> int:
        """Work through the days that are due, and again through those that were due before the index showed all."""
        written = self._work(task, age, is_due, now, remaining_ms)
        if age < LATE_DAYS:
            written += self._work(f"{task} again", LATE_DAYS, is_due, now, remaining_ms)
        return written

    def _work(
        self, task: str, age: int, is_due: Callable[[Fact], bool], now: Moment, remaining_ms: Callable[[], int]
    ) -> int:
        """Ask each due fact's conversion what time brings, for all days up to `age` days ago that are not done."""
        question, written = _questions(task, now), 0
        for day, shard in self._places(task, age, now, remaining_ms):
            for fact in self.days.facts(day, shard):
                if is_due(fact):
                    answer = self.ledger.settle(fact.conversion, question, is_new=False)
                    written += isinstance(answer, Fact)
        return written

    def _share(self, task: str, age: int, now: Moment, remaining_ms: Callable[[], int]) -> int:
        """Write the shares that follow from facts and are not there: the stream function has given up on them."""
        written = 0
        for day, shard in self._places(task, age, now, remaining_ms):
            for fact in self.days.shared(day, shard):
                written += sum(map(self.ledger.put, shares(fact)))
        return written

    def _places(self, task: str, age: int, now: Moment, remaining_ms: Callable[[], int]) -> Iterator[tuple[str, str]]:
        """Days and shards that a task has not done, up to `age` days ago; one is done when the next is asked for."""
        # A day is due when its last moment is `age` days ago, so nobody's time is cut short by hours.
        last = back(now.day, age + 1)
        day, _, shard = (self.days.progress(task) or f"{back(last, FIRST_DAYS)}#f").partition("#")
        while (step := _after(day, shard)) <= (last, "f") and remaining_ms() > SPARE_MS:
            yield step
            day, shard = step
            self.days.note_progress(task, f"{day}#{shard}")

    def _rate(self, day: str, now: Moment, remaining_ms: Callable[[], int]) -> int:
        """Price what was booked on `day` without a rate, once for each table that quotes the day, and once more when
        the index shows all of the day.
        """
        known, task, written = self.rates.known(day), f"rated {day}", 0
        if not known.quotes.date or now.ms < known.at_ms + SETTLED_MS:
            return 0
        table, _, shard = self.days.progress(task).partition("#")
        is_whole = day < back(now.day, LATE_DAYS)
        name = f"{known.quotes.date}/{known.quotes.table}{'/whole' if is_whole else ''}"
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
