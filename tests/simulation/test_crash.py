"""A handler's process ends before or after any of its calls; the retry leaves what a run that did not end leaves."""

from pathlib import Path

import pytest

from simulation import crash
from simulation.crash import Scene

SAMPLED = 24
"""So many moments of a handler that has more; `make simulate` takes every one."""


@pytest.mark.parametrize("scene", crash.scenes(), ids=lambda scene: scene.name.replace(" ", "-"))
def test_a_handler_that_ends_anywhere_is_made_good_by_its_retry(scene: Scene, tmp_path: Path) -> None:
    every = crash.moments(scene, tmp_path)
    assert every >= 4
    assert crash.differing(scene, tmp_path, sorted({*range(0, every, 1 + every // SAMPLED), every - 1})) == []


def test_what_is_left_tells_one_history_from_another(tmp_path: Path) -> None:
    scenes = crash.scenes()
    assert crash.left(scenes[0], tmp_path) != crash.left(scenes[1], tmp_path)
