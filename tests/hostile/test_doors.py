"""Whatever strangers send to whichever route, through whichever door, nothing breaks and nothing leaks."""

import secrets

import pytest

from tests.hostile.crew import DOORS, attacks, spoken
from tests.hostile.envelopes import PATHS
from tests.hostile.growth import SIZES
from tests.hostile.wild import ROUTES

COUNT = 50_000
"""Requests for each route, half of them through each door. `make fuzz` sends as many through each."""

MOST_MS = 150.0
LITTLE_MS = 6.0
"""What takes less is not compared: there is more noise in it than growth."""


def test_every_route_of_the_program_is_attacked() -> None:
    import sys

    from tests.hostile.crew import ROOT

    sys.path.insert(0, str(ROOT))
    import app

    assert set(PATHS.values()) == set(app.app.routes)
    assert set(PATHS) == set(ROUTES)


@pytest.mark.parametrize("route", PATHS)
def test_no_request_breaks_a_door_or_gets_anything_out_of_it(route: str) -> None:
    seed = secrets.randbelow(1_000_000)
    for told in attacks([(route, door) for door in DOORS], seed, COUNT // len(DOORS)):
        again = f"python -m tests.hostile.worker {route} {told['door']} {seed} {COUNT // len(DOORS)}"
        assert told["failures"] == [], again
        assert told["requests"] == COUNT // len(DOORS)


@pytest.mark.parametrize("door", DOORS)
def test_twice_the_input_takes_twice_the_time_and_no_more(door: str) -> None:
    for name, (half, whole) in spoken("tests.hostile.growth", door).items():
        assert whole < MOST_MS, f"{name}: {whole} ms for {SIZES[1]} bytes"
        assert whole < LITTLE_MS or whole / half < 3, f"{name}: {half} ms, then {whole} ms for twice as much"
