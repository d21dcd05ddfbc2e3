"""make simulate: a thousand seeds on every processor, the planted bugs, a crash at every call; or one seed again."""

import argparse
import os
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from pathlib import Path
from typing import Final, TypeVar

from simulation import bugs, course, crash
from simulation.assembly import Parts
from simulation.course import Outcome

SEEDS: Final = 1_000
FIRST_SEEDS: Final = 200
"""Each planted bug is caught within so many."""

SHOWN: Final = 40
CHUNK: Final = 10
TRACES: Final = Path("build") / "simulation"
MEMORY: Final = Path("/dev/shm")

T = TypeVar("T")


def main(words: Sequence[str]) -> int:
    """Run what was asked for; 0 if every law held."""
    parser = argparse.ArgumentParser(prog="simulation")
    parser.add_argument("--seed", type=int, help="run this one and print what happened")
    parser.add_argument("--seeds", type=int, default=SEEDS, help="how many, from 1 on")
    asked = parser.parse_args(words)
    if asked.seed is not None:
        return _one(asked.seed)
    begun = time.monotonic()
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        good = _seeds(pool, asked.seeds) and _bugs(pool) and _crashes(pool)
    print(f"simulate: {time.monotonic() - begun:.0f} s altogether; {'every law held' if good else 'A LAW WAS BROKEN'}")
    return 0 if good else 1


def lived(first: int, last: int) -> list[Outcome]:
    """The outcomes of some seeds; of one that broke a law, with its history."""
    return [course.run(seed, Parts(), scratch()) for seed in range(first, last + 1)]


def caught(number: int) -> tuple[int, str]:
    """The first seed that catches a planted bug, and by which law; 0 if none does."""
    for seed in range(1, FIRST_SEEDS + 1):
        outcome = course.run(seed, bugs.BUGS[number].parts, scratch())
        if outcome.law:
            return seed, outcome.law
    return 0, ""


def crashed(number: int) -> tuple[int, list[int]]:
    """How many moments a handler has, and those after which a retry leaves something else."""
    scene = crash.scenes()[number]
    every = crash.moments(scene, scratch())
    return every, crash.differing(scene, scratch(), range(every))


def shown(outcome: Outcome) -> str:
    """A broken law, what led to it, and how to see it again."""
    last = "\n".join(line[:180] for line in outcome.lines[-SHOWN:])
    return f"LAW BROKEN by seed {outcome.seed}: {outcome.law}\n{last}\nagain: make simulate SEED={outcome.seed}"


def scratch() -> Path:
    """A folder of this process's own for reports in the making."""
    return (MEMORY if MEMORY.is_dir() else Path(tempfile.gettempdir())) / f"clickledger-simulation-{os.getpid()}"


def _one(seed: int) -> int:
    outcome = course.run(seed, Parts(), scratch(), keep_lines=True)
    print("\n".join(outcome.lines))
    print(f"simulate: seed {seed}, {outcome.steps} steps, history {outcome.hash}: {outcome.law or 'every law held'}")
    return 1 if outcome.law else 0


def _seeds(pool: ProcessPoolExecutor, count: int) -> bool:
    begun, steps, broken = time.monotonic(), 0, list[Outcome]()
    faults, figures = Counter[str](), Counter[str]()
    starts = range(1, count + 1, CHUNK)
    jobs = [(lived, (first, min(first + CHUNK - 1, count))) for first in starts]
    done = 0
    for outcomes in _each(pool, jobs):
        for outcome in outcomes:
            done, steps = done + 1, steps + outcome.steps
            faults.update(outcome.faults)
            figures.update(outcome.figures)
            broken += [outcome] if outcome.law else []
        _progress(f"{done} of {count} seeds, {time.monotonic() - begun:.0f} s, {len(broken)} broken")
    seconds = time.monotonic() - begun
    print(f"\nsimulate: {count} seeds, {steps:,} steps in {seconds:.0f} s")
    print(f"simulate: faults {_told(faults)}")
    print(f"simulate: {_told(figures)}")
    for outcome in sorted(broken, key=lambda one: one.seed)[:3]:
        _show(outcome)
    return not broken


def _bugs(pool: ProcessPoolExecutor) -> bool:
    jobs = [(caught, (number,)) for number in range(len(bugs.BUGS))]
    found = dict(zip(bugs.BUGS, _in_order(pool, jobs), strict=True))
    for bug, (seed, law) in found.items():
        print(f"simulate: bug caught by seed {seed:>3}: {bug.name} ({law[:70]})" if seed else f"NOT CAUGHT: {bug.name}")
    return all(seed for seed, _ in found.values())


def _crashes(pool: ProcessPoolExecutor) -> bool:
    scenes = crash.scenes()
    jobs = [(crashed, (number,)) for number in range(len(scenes))]
    found = dict(zip(scenes, _in_order(pool, jobs), strict=True))
    for scene, (every, bad) in found.items():
        told = f"OTHERWISE AT {bad[:5]}" if bad else "the same state"
        print(f"simulate: {scene.name} ended at each of {every} moments and came again: {told}")
    return not any(bad for _, bad in found.values())


def _show(outcome: Outcome) -> None:
    TRACES.mkdir(parents=True, exist_ok=True)
    path = TRACES / f"{outcome.seed}.txt"
    path.write_text("\n".join(outcome.lines) + "\n")
    print(f"\n{shown(outcome)}\nall of it: {path}")


def _each(pool: ProcessPoolExecutor, jobs: Sequence[tuple[Callable[..., T], tuple[int, ...]]]) -> Iterator[T]:
    for future in as_completed([pool.submit(act, *given) for act, given in jobs]):
        yield future.result()


def _in_order(pool: ProcessPoolExecutor, jobs: Sequence[tuple[Callable[..., T], tuple[int, ...]]]) -> list[T]:
    return [future.result() for future in [pool.submit(act, *given) for act, given in jobs]]


def _progress(text: str) -> None:
    end = "\r" if sys.stderr.isatty() else "\n"
    print(f"simulate: {text}   ", end=end, file=sys.stderr, flush=True)


def _told(counted: Counter[str]) -> str:
    return ", ".join(f"{name} {number:,}" for name, number in sorted(counted.items()))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
