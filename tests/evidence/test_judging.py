"""What is planted is found, what is honest is left alone: under seeds that nobody has seen before."""

import pytest

from tests.evidence.scoring import fresh, score

CLICKS = 200_000


@pytest.mark.parametrize("seed", fresh(1))
def test_eight_planted_schemes_are_held_and_next_to_nothing_else(seed: int) -> None:
    found = score(seed, CLICKS, planted=True)
    assert found.recall >= 0.95, f"seed {seed} of {CLICKS} clicks: missed {found.missed} of {found.by_scheme}"
    assert found.precision >= 0.99, f"seed {seed} of {CLICKS} clicks: held beside them {found.wrong}"


@pytest.mark.parametrize("seed", fresh(1))
def test_honest_traffic_is_left_alone(seed: int) -> None:
    found = score(seed, CLICKS, planted=False)
    assert found.held <= 0.001 * found.conversions, f"seed {seed} of {CLICKS} clicks: held {found.wrong}"
