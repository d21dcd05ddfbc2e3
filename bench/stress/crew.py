"""The workers: whoever has an event gets the answer of one that is free, and now and then one is killed at work."""

import threading
from collections.abc import Mapping
from pathlib import Path
from queue import SimpleQueue
from random import Random
from typing import Any, Final

from bench.stress.worker import Killed, Worker

Answer = dict[str, Any]

_KILL_WITHIN: Final = 0.004
"""A worker is at its event for some milliseconds; the blow falls within so many seconds."""


class Crew:
    """`size` workers; each event goes to one that is free. What a killed one had not answered goes to another."""

    def __init__(self, environment: Mapping[str, str], log: Path, size: int, dice: Random) -> None:
        self._environment, self._log, self._dice = environment, log, dice
        self.size = size
        self._lock, self._to_kill = threading.Lock(), 0
        self.kills = 0
        self._free: SimpleQueue[Worker] = SimpleQueue()
        for _ in range(size):
            self._free.put(Worker(environment, self._log))

    def kill_one(self) -> None:
        """Have one of the next events end with a kill -9 of the worker that is at it."""
        with self._lock:
            self._to_kill += 1

    def answer(self, event: Mapping[str, Any]) -> Answer:
        """The answer to an event. RuntimeError if a worker ends by itself: the handlers must not fail."""
        while True:
            worker, seconds = self._free.get(), self._sentence()
            try:
                answer = worker.ask(event, seconds)
            except Killed as ended:
                worker.stop()
                self._free.put(Worker(self._environment, self._log))
                if seconds is None:
                    raise RuntimeError(f"{ended} by itself; {self._log} says why") from ended
                self.kills += 1
                continue
            self._free.put(worker)
            if seconds is not None:
                self.kill_one()  # it was done before the blow
            return answer

    def __enter__(self) -> "Crew":
        return self

    def __exit__(self, *raised: object) -> None:
        """Let all workers end."""
        for _ in range(self.size):
            self._free.get().stop()

    def _sentence(self) -> float | None:
        with self._lock:
            if not self._to_kill:
                return None
            self._to_kill -= 1
            return self._dice.uniform(0, _KILL_WITHIN)
