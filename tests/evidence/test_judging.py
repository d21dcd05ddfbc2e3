"""What is planted is found, what is honest is left alone: under seeds that nobody has seen before."""

import pytest

from tests.evidence.scoring import fresh, score

CLICKS = 200_000


@pytest.mark.parametrize("seed", fresh(1))
def test_eight_planted_schemes_are_held_and_next_to_nothing_else(seed: int) -> None:
    found = score(seed, CLICKS, planted=True)
    assert found.recall >= 0.95, f"seed {seed} of {CLICKS} clicks: missed {found.missed} of {found.by_scheme}"
    assert found.precision >= 0.99, f"seed {seed} of {CLICKS} clicks: held beside them {found.wrong}"


def test_honest_traffic_is_left_alone() -> None:
    """Of three streams together: one in some twenty has an affiliate that looks odd by chance, docs/trust.md says."""
    found = [score(seed, CLICKS, planted=False) for seed in fresh(3)]
    told = [(one.seed, one.wrong) for one in found]
    assert sum(one.held for one in found) <= 0.001 * sum(one.conversions for one in found), f"seeds and held: {told}"
