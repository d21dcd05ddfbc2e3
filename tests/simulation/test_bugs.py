"""Each planted bug is caught within the first 200 seeds; a law that catches nothing is no law."""

from pathlib import Path

import pytest

from simulation.__main__ import FIRST_SEEDS
from simulation.bugs import BUGS, Bug
from simulation.course import run


@pytest.mark.parametrize("bug", BUGS, ids=lambda bug: bug.name.replace(" ", "-"))
def test_a_planted_bug_is_caught(bug: Bug, tmp_path: Path) -> None:
    assert any(run(seed, bug.parts, tmp_path / "work").law for seed in range(1, FIRST_SEEDS + 1))


def test_there_are_more_than_ten() -> None:
    assert len({bug.name for bug in BUGS}) >= 10
