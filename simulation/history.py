"""What happened in a seed, line by line, and its hash: the same seed gives the same hash, or chance has leaked in."""

import threading
from dataclasses import dataclass, field
from hashlib import sha256

from chalicelib.model.day import iso


class Violation(Exception):
    """A law does not hold: the message says which, and for what."""


class Died(BaseException):
    """The process is no more. No handler may catch it, so it is no Exception."""


@dataclass(slots=True)
class Clock:
    """The one clock, in Unix milliseconds. One that `stands` lets no time pass by itself."""

    now_ms: int
    stands: bool = False

    def now(self) -> int:
        """Unix milliseconds."""
        return self.now_ms

    def seconds(self) -> float:
        """A monotonic clock."""
        return self.now_ms / 1000

    def pass_by(self, ms: int) -> None:
        """Let time pass."""
        if not self.stands:
            self.now_ms += ms


@dataclass(slots=True, eq=False)
class Task:
    """One run of one handler in one process. `dies_at` is the moment at which the process ends, two for each call.

    `wrote` are the facts that it has written, as (conversion, number, kind); `said` are the events of its log lines.
    """

    name: str
    dies_at: int = -1
    moments: int = 0
    elapsed_ms: int = 0
    calls: int = 0
    wrote: list[tuple[str, int, str]] = field(default_factory=list)
    said: list[str] = field(default_factory=list)

    def moment(self) -> None:
        """One moment passes; the process may end here."""
        if self.moments == self.dies_at:
            self.moments += 1
            raise Died
        self.moments += 1


@dataclass(slots=True, eq=False)
class History:
    """The lines of a seed: when, whose, what. `running.task` is the task of the current thread."""

    clock: Clock
    noted: list[tuple[int, str, str]] = field(default_factory=list)
    running: threading.local = field(default_factory=threading.local)

    def note(self, text: str) -> None:
        """Keep a line, with its time and whose it is."""
        task = self.task
        self.noted.append((self.clock.now_ms, task.name if task else "-", text))

    @property
    def task(self) -> Task | None:
        """The task of this thread."""
        return getattr(self.running, "task", None)

    @property
    def lines(self) -> list[str]:
        """All of it, for people."""
        return [f"{iso(at_ms)} {whose:<20} {text}" for at_ms, whose, text in self.noted]

    @property
    def hash(self) -> str:
        """What names this history."""
        return sha256("\n".join(f"{at_ms} {whose} {text}" for at_ms, whose, text in self.noted).encode()).hexdigest()[
            :16
        ]
