"""Several at once, yet one at a time: the dice say at each call who goes on, so a race can be run again.

Each runs in a thread of its own, because the program's handlers are plain functions; all but one of them wait.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from threading import Semaphore, Thread

from simulation.dice import Dice


@dataclass(slots=True, eq=False)
class _Hand:
    job: Callable[[], None]
    gate: Semaphore = field(default_factory=lambda: Semaphore(0))
    error: BaseException | None = None


class Crew:
    """Runs jobs. Whoever is about to call AWS asks `turn` before."""

    def __init__(self, dice: Dice) -> None:
        self._dice = dice
        self._alive: list[_Hand] = []
        self._now: _Hand | None = None
        self._done = Semaphore(0)

    def run(self, jobs: Sequence[Callable[[], None]]) -> None:
        """Run jobs together until all have ended; raises the first error that one of them did not catch."""
        if len(jobs) == 1:
            jobs[0]()
            return
        hands = self._alive = [_Hand(job) for job in jobs]
        hands = list(hands)
        for hand in hands:
            Thread(target=self._work, args=(hand,), daemon=True).start()
        self._pass_on()
        self._done.acquire()
        for hand in hands:
            if hand.error is not None:
                raise hand.error

    def turn(self) -> None:
        """Perhaps somebody else goes on first."""
        me = self._now
        if len(self._alive) < 2 or me is None:
            return
        other = self._dice.pick(self._alive)
        if other is not me:
            self._now = other
            other.gate.release()
            me.gate.acquire()

    def _work(self, hand: _Hand) -> None:
        hand.gate.acquire()
        try:
            hand.job()
        except BaseException as error:  # noqa: BLE001 - it is raised again where the jobs were started
            hand.error = error
        self._alive.remove(hand)
        self._pass_on()

    def _pass_on(self) -> None:
        if not self._alive:
            self._now = None
            self._done.release()
            return
        self._now = self._dice.pick(self._alive)
        self._now.gate.release()
