"""What the command `judge` makes of simulated traffic: how much of what was planted it holds, and what else."""

import json
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from random import Random, SystemRandom
from typing import Any

from tests.evidence.schemes import SCHEMES
from tests.evidence.traffic import Network

ROOT = Path(__file__).parent.parent.parent


@dataclass
class Score:
    """What became of the conversions of one seed. `missed` and `wrong` count by scheme, and by rule."""

    seed: int
    conversions: int
    planted: int
    held: int
    caught: int
    missed: Counter[str] = field(default_factory=Counter)
    wrong: Counter[str] = field(default_factory=Counter)
    by_scheme: dict[str, int] = field(default_factory=dict)
    seconds: float = 0.0

    @property
    def recall(self) -> float:
        """How much of what was planted is held."""
        return self.caught / self.planted if self.planted else 1.0

    @property
    def precision(self) -> float:
        """How much of what is held was planted."""
        return self.caught / self.held if self.held else 1.0


def fresh(count: int) -> list[int]:
    """Seeds that nobody has seen before."""
    return [SystemRandom().randrange(10**9) for _ in range(count)]


def score(seed: int, clicks: int, planted: bool) -> Score:
    """Simulate a month of so many clicks, have the command judge it, and compare. Clean traffic has nothing planted."""
    world = Network(seed, clicks, max(60, clicks // 500))
    truth: dict[str, str] = {}
    if planted:
        order = list(SCHEMES)
        Random(seed).shuffle(order)
        for scheme in order:
            truth |= dict.fromkeys(scheme(world), scheme.__name__)
    world.fill(max(0, clicks - len(world.visits)))
    found, seconds = judge(list(world.rows()))
    caught = truth.keys() & found.keys()
    made = Score(seed, len(world.sales), len(truth), len(found), len(caught), seconds=seconds)
    made.by_scheme = dict(Counter(truth.values()))
    made.missed.update(truth[id] for id in truth.keys() - caught)
    made.wrong.update(" ".join(found[id]) for id in found.keys() - caught)
    return made


def judge(rows: list[dict[str, Any]]) -> tuple[dict[str, list[str]], float]:
    """What the command holds, by id with the reasons; and how many seconds it took."""
    began = time.monotonic()
    command = [sys.executable, "clickledger", "judge"]
    text = "".join(json.dumps(row) + "\n" for row in rows)
    done = subprocess.run(command, input=text, env={}, cwd=ROOT, capture_output=True, text=True, check=True)
    told = [json.loads(line) for line in done.stdout.splitlines()]
    return {one["id"]: one["reasons"] for one in told}, time.monotonic() - began
