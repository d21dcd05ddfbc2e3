"""The bars on rows of installed packages: how many robots are caught, and how few people are refused."""

from collections.abc import Sequence
from time import process_time

import pytest

from bench.traffic import commonest, crossed, modern, refuses, share
from chalicelib.model import agent
from infra import agents


@pytest.fixture(scope="module")
def bots() -> list[str]:
    return list(agents.bots())


@pytest.fixture(scope="module")
def devices() -> list[str]:
    return list(agents.devices())


def part(of: tuple[int, int]) -> float:
    return of[0] / of[1]


def test_of_robots_at_least_985_in_a_thousand_are_caught(bots: Sequence[str]) -> None:
    assert len(bots) > 3000
    assert part(share(bots)) >= 0.985


def test_of_devices_at_most_one_in_a_thousand_is_refused(devices: Sequence[str]) -> None:
    mine = modern(devices)
    assert len(mine) > 30_000
    assert part(share(mine)) <= 0.001


def test_none_of_the_hundred_commonest_browsers_is_refused() -> None:
    top = commonest(list(agents.browsers()))
    assert len(top) == 100
    assert not list(filter(refuses, top))


@pytest.mark.parametrize("seed", range(3))
def test_what_one_half_teaches_holds_on_the_other(bots: Sequence[str], devices: Sequence[str], seed: int) -> None:
    caught, hit = crossed(bots, modern(devices), seed)
    assert part(caught) >= 0.98
    assert part(hit) <= 0.001


def test_general_marks_alone_catch_robots_that_no_list_knows(bots: Sequence[str]) -> None:
    assert part(share(bots, lambda text: agent.judged(text[:256], {}) != "")) >= 0.97


def test_ten_thousand_verdicts_take_less_than_a_second_of_the_processor(devices: Sequence[str]) -> None:
    rows = [text[:256] for text in devices[:10_000]]
    taken = []
    for _ in range(3):
        start = process_time()
        for text in rows:
            agent.fresh(text)
        taken.append(process_time() - start)
    assert min(taken) < 1


def test_the_checked_in_names_are_those_of_the_installed_lists() -> None:
    from infra import robots

    made = robots.source(robots.names(robots.known(), agents.people()))
    assert robots.TARGET.read_text() == made, "say `make robots`, and give traffic.RULES another name"
