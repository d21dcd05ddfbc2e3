"""One simulated network in service: AWS, processes, clock, dice, history, and what is known to be true."""

import shutil
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from chalicelib.model.day import accounting_day
from chalicelib.model.failures import StoreError
from chalicelib.model.together import NoRate
from simulation.assembly import LEDGER, VISITS, ZONE, Container, Outside, Parts
from simulation.crew import Crew
from simulation.dice import Dice
from simulation.dynamodb import INDEXES, DynamoDB
from simulation.expressions import Item
from simulation.history import Clock, Died, History, Task, Violation
from simulation.line import FAIR, Line, Service, Sky
from simulation.log import Log
from simulation.published import Published
from simulation.s3 import S3
from simulation.scene import set_up
from simulation.sqs import SQS
from simulation.table import Table
from simulation.truth import Truth

HOUR_MS: Final = 3_600_000
LONGEST_LAG_MS: Final = 60 * HOUR_MS
"""How far an index is behind at most; a report promises to find what is seen within three days."""

FAILED: Final = "failed"
DIED: Final = "died"


@dataclass(frozen=True, slots=True)
class Job:
    """One run of one handler. `may_fail` says that its trigger comes again by itself when it raises.

    `done` is told what it gave: FAILED if it raised what a retry can help, DIED if its process ended.
    """

    name: str
    act: Callable[[Container], Any]
    done: Callable[[Task, Any], None]
    may_fail: bool = False
    calls: int = 5


class World:
    """A network on the first day of its life."""

    def __init__(self, seed: int, parts: Parts, scratch: Path, start_ms: int) -> None:
        self.dice, self.clock = Dice(seed), Clock(start_ms)
        self.history, self.crew, self.sky = History(self.clock), Crew(self.dice), Sky()
        self.log, self.parts, self._scratch = Log(self.history), parts, scratch
        self.lags = False
        ledger = Table(LEDGER, INDEXES, self.clock.now, self._lag, self._is_stale)
        visits = Table(VISITS, {}, self.clock.now, is_stale=self._is_stale)
        self.tables = {LEDGER: ledger, VISITS: visits}
        self.dynamodb, self.sqs, self.s3 = DynamoDB(self.tables, self.dice.number(2, 9)), SQS(), S3(7)
        self.truth = Truth(self.history)
        self.published = Published(self.truth, self.s3)
        self.stream: list[Item] = []
        self.received, self.outcomes = Counter[str](), Counter[str]()
        self.deadly, self.dies_at = 0.0, -1
        set_up(parts.network(self.dynamodb, LEDGER))
        self.clock.pass_by(60_000)
        for table in self.tables.values():
            table.changed += [self.truth.changed, self._streamed]
        self.s3.changed.append(self.published.changed)
        self.fair()
        self._made = 0
        # Where nobody says it, the first day is searched for.
        self._first_day = accounting_day(start_ms, ZONE) if self.dice.chance(0.8) else ""
        self._idle: list[Container] = []

    def fair(self) -> None:
        """From now on nothing goes wrong, and what lags catches up."""
        self.sky.over = dict.fromkeys(("dynamodb", "sqs", "s3"), FAIR)
        self.lags, self.deadly = False, 0.0

    def run(self, jobs: Sequence[Job]) -> None:
        """Run handlers together, each in a process of its own."""
        work = [self._work(job, self._process()) for job in jobs]
        self.crew.run(work)

    def fresh(self) -> Container:
        """A process that remembers nothing."""
        self._made += 1
        folder = self._scratch / str(self._made)
        db, sqs, s3 = self._line("dynamodb", self.dynamodb), self._line("sqs", self.sqs), self._line("s3", self.s3)
        outside = Outside(db, sqs, s3, self.clock.now, self.clock.seconds, self.dice.bytes, folder, self._first_day)
        return Container(outside, self.parts)

    def close(self) -> None:
        """Leave nothing behind."""
        shutil.rmtree(self._scratch, ignore_errors=True)

    def _work(self, job: Job, process: Container) -> Callable[[], None]:
        task = Task(job.name)
        if self.dice.chance(self.deadly):
            task.dies_at = self.dice.number(0, 2 * job.calls) if self.dies_at < 0 else self.dies_at
        self.received[job.name.split()[0]] += 1

        def work() -> None:
            self.history.running.task = task
            try:
                answer = self._answer(job, process)
            finally:
                self.history.running.task = None
            if answer is not DIED:
                self._idle.append(process)
            job.done(task, answer)

        return work

    def _answer(self, job: Job, process: Container) -> Any:  # noqa: ANN401 - whatever the handler gives
        try:
            return job.act(process)
        except Died:
            return DIED
        except Violation:
            raise
        except (StoreError, NoRate) as error:
            if not job.may_fail:
                raise Violation(f"{job.name} raised {error!r}") from error
            self.history.note(f"fails: {error!r}")
            return FAILED
        except Exception as error:
            raise Violation(f"{job.name} raised {error!r}") from error

    def _process(self) -> Container:
        """An idle process, or a new one."""
        if self._idle and not self.dice.chance(0.1):
            return self._idle.pop(int(len(self._idle) * 0.5))
        return self.fresh()

    def _line(self, name: str, service: Service) -> Line:
        return Line(name, service, self.sky, self.dice, self.clock, self.crew, self.history)

    def _lag(self, index: str) -> int:
        if not self.lags:
            return 0
        if self.dice.chance(0.06):
            return self.dice.number(HOUR_MS // 6, LONGEST_LAG_MS)
        return self.dice.number(0, 1_500)

    def _is_stale(self) -> bool:
        return self.lags and self.dice.chance(0.4)

    def _streamed(self, table: str, old: Item | None, item: Item | None) -> None:
        if table == LEDGER and old is None and item is not None:
            self.stream.append(item)
