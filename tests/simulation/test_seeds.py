"""Sixty seeds of `make simulate`, and that a seed is a whole history."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from simulation import bugs
from simulation.__main__ import shown
from simulation.assembly import Parts
from simulation.course import run

ROOT = Path(__file__).parent.parent.parent
SEEDS = 60
GROUPS = 6


@pytest.mark.parametrize("group", range(GROUPS))
def test_every_law_holds_whatever_happens(group: int, tmp_path: Path) -> None:
    for seed in range(1 + group, SEEDS + 1, GROUPS):
        outcome = run(seed, Parts(), tmp_path / "work")
        assert outcome.law == "", shown(outcome)


def test_things_go_wrong_in_the_seeds(tmp_path: Path) -> None:
    outcomes = [run(seed, Parts(), tmp_path / "work") for seed in range(1, 9)]
    seen = {fault for outcome in outcomes for fault in outcome.faults}
    assert seen == {"throttled", "lost", "repeated", "slow", "crash"}
    assert sum(outcome.figures["facts"] for outcome in outcomes) > 8 * 10


def test_the_same_seed_is_the_same_history_in_every_process(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from simulation.course import run; from simulation.assembly import Parts"
    )
    code += "; print(run(7, Parts(), Path(sys.argv[1])).hash)"
    told = {
        subprocess.run(
            [sys.executable, "-c", code, str(tmp_path / salt)],
            cwd=ROOT,
            env={**os.environ, "PYTHONHASHSEED": salt},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for salt in ("1", "2")
    }
    assert told == {run(7, Parts(), tmp_path / "here").hash + "\n"}
    assert told != {run(8, Parts(), tmp_path / "here").hash + "\n"}


def test_a_broken_law_says_how_to_see_it_again(tmp_path: Path) -> None:
    parts = bugs.BUGS[0].parts
    outcome = next(found for seed in range(1, 99) if (found := run(seed, parts, tmp_path / "work")).law)
    text = shown(outcome)
    assert f"make simulate SEED={outcome.seed}" in text
    assert outcome.law in text
    assert run(outcome.seed, parts, tmp_path / "work").lines == outcome.lines
