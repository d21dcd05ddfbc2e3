"""The course of a seed: days in the life of a network in which anything may happen, and then a quiet end, at which
every law must hold.
"""

import contextlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from chalicelib.model.day import accounting_day, back, end
from chalicelib.reports.daily import HandOver
from simulation import ending
from simulation.acts import Senders
from simulation.assembly import FALLBACK, ZONE, Container, Parts
from simulation.history import Task, Violation
from simulation.line import CALM, FAIR, OUTAGE, STORM
from simulation.market import Market, rates_of
from simulation.world import DIED, FAILED, HOUR_MS, Job, World

START_MS: Final = 1_790_582_400_000
"""Monday 2026-09-28, 10:00 in Berlin: three days before a month ends."""

STEPS: Final = 44
FOREVER: Final = 900_000
BATCH: Final = 6


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a seed came to. `law` is the law that did not hold, '' if all did."""

    seed: int
    law: str
    hash: str
    steps: int
    faults: dict[str, int]
    figures: dict[str, int]
    lines: list[str] = field(default_factory=list)


def run(seed: int, parts: Parts, scratch: Path, keep_lines: bool = False) -> Outcome:
    """Live through a seed."""
    world = World(seed, parts, scratch, START_MS)
    course, law = Course(world), ""
    try:
        with contextlib.redirect_stdout(world.log):
            course.live()
            ending.end_of(course)
    except Violation as broken:
        law = str(broken)
        world.history.note(f"LAW BROKEN: {law}")
    finally:
        world.close()
    history = world.history
    is_kept = keep_lines or law
    figures = dict(world.received) | {"facts": len(world.truth.every), "calls": course.calls}
    return Outcome(seed, law, history.hash, course.steps, world.sky.faults, figures, history.lines if is_kept else [])


class Course:
    """One network's days."""

    def __init__(self, world: World) -> None:
        self.world, self.dice = world, world.dice
        self.senders = Senders(world)
        self.market = Market(world, self.senders)
        self.steps = self.calls = self.streamed = 0
        # A close takes as long as all the rest, so some networks do without.
        self.closes = self.dice.chance(0.35)
        self._deliveries: list[tuple[int, int]] = []

    def live(self) -> None:
        """Let things happen, in any order."""
        self._act(self.market.visitors())
        kinds: list[tuple[Callable[[], None], float]] = [
            (lambda: self._act(self.market.visitors()), 6),
            (lambda: self._act(self.market.sale()), 8),
            (lambda: self._act(self.market.ring()), 2),
            (lambda: self._act(self.market.change()), 10),
            (lambda: self._act(self.market.again()), 8),
            (lambda: self._act([self.drain()]), 6),
            (lambda: self._act([self.follow()]), 4),
            (lambda: self._act([*self.market.sale(), self.drain(), self.follow()]), 3),
            (self._rates, 1.5),
            (self._sweep, 1),
            (self._weather, 6),
            (self._time, 4),
            (self.night, 5),
        ]
        for _ in range(STEPS):
            self.dice.weighed(kinds)()

    def _act(self, jobs: list[Job]) -> None:
        self.steps += 1
        if jobs:
            self.world.run([self._counted(job) for job in jobs])
        self.world.clock.pass_by(self.dice.number(1, 20_000))

    def _counted(self, job: Job) -> Job:
        def done(task: Task, answer: Any) -> None:  # noqa: ANN401
            self.calls += task.calls
            self.steps += task.calls
            job.done(task, answer)

        return Job(job.name, job.act, done, job.may_fail, job.calls)

    def quiet(self, jobs: list[Job]) -> None:
        """Run what the end asks for."""
        self._act(jobs)

    # What triggers bring

    def drain(self) -> Job:
        """Some messages of the fallback queue are delivered; what was not handled comes again, and some of the rest."""
        records = self.world.sqs.receive(FALLBACK, self.dice)

        def done(task: Task, failed: Any) -> None:  # noqa: ANN401
            if failed in (DIED, FAILED):
                return
            for record in records:
                if record["messageId"] not in failed and not self.dice.chance(self.world.deadly):
                    self.world.sqs.delete(FALLBACK, record["messageId"])

        return Job("drain", lambda one: one.drain.take(records), done, calls=12)

    def follow(self) -> Job:
        """The next records of the ledger's stream, in order; a batch that failed comes again, and now and then one that
        did not.
        """
        first, last = self.streamed, min(self.streamed + BATCH, len(self.world.stream))
        if self._deliveries and self.dice.chance(self.world.deadly * 2):
            first, last = self._deliveries[-1]
        items = self.world.stream[first:last]
        records = [
            {"dynamodb": {"NewImage": item, "SequenceNumber": str(n)}} for n, item in enumerate(items, start=first)
        ]

        def done(task: Task, failed: Any) -> None:  # noqa: ANN401
            if failed == [] and first == self.streamed:
                self._deliveries.append((first, last))
                self.streamed = last

        return Job("follow", lambda one: one.follower.follow(records), done, may_fail=True, calls=3)

    def ripen(self) -> Job:
        """Time brings what is due."""
        return Job(
            "ripen",
            lambda one: one.ripener.run(self.world.clock.now(), lambda: FOREVER),
            _nothing,
            may_fail=True,
            calls=60,
        )

    def report(self, is_short: bool = False) -> Job:
        """The daily report, in one run or in several whose time is short."""
        now = self.world.clock.now()

        def act(process: Container) -> None:
            outcome, cursor = process.report.run(now, self._time_for(is_short), None), None
            while isinstance(outcome, HandOver):
                cursor = outcome.cursor if self.dice.chance(0.9) else None
                outcome = process.report.run(now, self._time_for(is_short), cursor)

        return Job("report", act, _nothing, may_fail=True, calls=130)

    def close(self) -> Job:
        """The month close."""
        return Job("close", lambda one: one.close.run(self.world.clock.now()), _nothing, may_fail=True, calls=60)

    def upload_rates(self, days: Iterable[int] = (0, 1, 2)) -> None:
        """Finance uploads the rates of so many days ago, from a table of its own each time."""
        rates, now = self.world.fresh().rates, self.world.clock.now()
        for ago in days:
            day = back(accounting_day(now, ZONE), ago)
            rates.add(day, "EUR", rates_of(), f"{now:064x}", now)
        self.world.history.note("rates are uploaded")

    def night(self) -> None:
        """The day ends; what is scheduled runs, or is forgotten, or runs twice, while the rest goes on."""
        clock = self.world.clock
        ends_ms = end(accounting_day(clock.now_ms, ZONE), ZONE)
        clock.now_ms = ends_ms - self.dice.number(1, 2_000)
        self._act(self.market.sale())
        clock.now_ms = max(clock.now_ms, ends_ms) + self.dice.number(16, 120) * 60_000
        jobs: list[Job] = []
        for make, likely in (
            (self.ripen, 0.8),
            (self.report, 0.8),
            (self.close, 0.4 if self.closes else 0),
            (self.report, 0.2),
        ):
            if self.dice.chance(likely):
                jobs.append(make())
        jobs += self.market.again() if self.dice.chance(0.4) else []
        self._act(jobs)
        clock.pass_by(self.dice.number(1, 10) * HOUR_MS)

    def _time_for(self, is_short: bool) -> Callable[[], float]:
        """A clock of a function's time: out at the look after some steps if it is short."""
        if not is_short and not self.dice.chance(0.15 if self.world.deadly else 0):
            return lambda: FOREVER
        left = iter([FOREVER] * self.dice.number(20, 60))
        return lambda: next(left, 0)

    def _rates(self) -> None:
        self.upload_rates()

    def _sweep(self) -> None:
        for table in self.world.tables.values():
            table.sweep(lambda: self.dice.chance(0.6))

    def _weather(self) -> None:
        weathers = ((FAIR, 1.0), (CALM, 4.0), (STORM, 4.0), (OUTAGE, 2.0))
        over = {name: self.dice.weighed(weathers) for name in self.world.sky.over}
        # What is away is often the network, and with it everything.
        self.world.sky.over = dict.fromkeys(over, over["dynamodb"]) if self.dice.chance(0.3) else over
        self.world.lags, self.world.deadly = True, self.dice.pick((0.0, 0.05, 0.25))
        self.world.history.note(f"weather: {' '.join(one.name for one in self.world.sky.over.values())}")
        if self.dice.chance(0.5):
            # What processes have read of links has just become old, and visitors come all the same.
            self.world.clock.pass_by(61_000)
            self._act([*self.market.visitors(), self.drain()])

    def _time(self) -> None:
        self.world.clock.pass_by(self.dice.number(1, 120) * 60_000)


def _nothing(task: Task, answer: Any) -> None:  # noqa: ANN401
    """What comes of it is seen where it is written."""
