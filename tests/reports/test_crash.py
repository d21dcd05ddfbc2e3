"""A run may end anywhere, before or after any call; the next one makes the same report."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from chalicelib.model.day import back, end
from chalicelib.reports.daily import HandOver
from tests.reports.world import DAY, HOUR, MORNING_AFTER, NOON, ZONE, Desk, fact, stories, time_for

TOMORROW = back(DAY, -1)
AFTER_TOMORROW = end(TOMORROW, ZONE) + HOUR
FACTS = stories(12)
LATE = [fact("C-1"), fact("C-2", NOON + 24 * HOUR, affiliate="ben")]


class Ended(Exception):
    """The process is no more."""


class Mortal:
    """A table or bucket whose process ends at one of its calls, before or after it is carried out."""

    def __init__(self, immortal: Any, life: "Life") -> None:
        self._immortal, self._life = immortal, life

    def __getattr__(self, name: str) -> Callable[..., Any]:
        act = getattr(self._immortal, name)

        def call(*given: Any, **more: Any) -> Any:
            self._life.spend()
            answer = act(*given, **more)
            self._life.spend()
            return answer

        return call


class Life:
    """So many moments, two for each call."""

    def __init__(self, moments: int) -> None:
        self.left = self.moments = moments

    def spend(self) -> None:
        if not self.left:
            raise Ended
        self.left -= 1


def mortal(desk: Desk, moments: int) -> tuple[Desk, Life]:
    """The same desk in a process that ends."""
    life = Life(moments)
    table, bucket = Mortal(desk.table, life), Mortal(desk.bucket, life)
    return replace(desk, table=table, bucket=bucket), life  # type: ignore[arg-type]


def yesterday_is_published(desk: Desk) -> Desk:
    desk.table.show(FACTS)
    desk.run()
    desk.table.show(LATE)
    return desk


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """What a run that does not end publishes."""
    desk = yesterday_is_published(Desk(tmp_path_factory.mktemp("whole")))
    desk.run(AFTER_TOMORROW)
    return desk.published()


def lifetimes(folder: Path, run: Callable[[Desk], object]) -> int:
    """How many moments the second day's run has."""
    ends, life = mortal(yesterday_is_published(Desk(folder)), 10**6)
    run(ends)
    return life.moments - life.left


def test_a_run_that_ends_anywhere_is_made_good_by_the_next(tmp_path: Path, whole: dict[str, bytes]) -> None:
    moments = lifetimes(tmp_path, lambda desk: desk.run(AFTER_TOMORROW))
    assert moments > 150
    for moment in range(moments):
        desk = yesterday_is_published(Desk(tmp_path))
        before = desk.published()
        with pytest.raises(Ended):
            mortal(desk, moment)[0].run(AFTER_TOMORROW)
        so_far = desk.published()
        assert so_far in (before, whole)
        desk.run(AFTER_TOMORROW)
        assert desk.published() == whole
        assert desk.run(AFTER_TOMORROW) == ()
        assert desk.report.rebuild(TOMORROW).differing == ()


def test_a_run_that_ends_while_it_hands_over_is_made_good_by_the_next(tmp_path: Path, whole: dict[str, bytes]) -> None:
    def three_hands(desk: Desk) -> None:
        cursor = None
        for steps in (48, 2, 2):
            outcome = desk.report.run(AFTER_TOMORROW, time_for(steps), cursor)
            assert isinstance(outcome, HandOver)
            cursor = outcome.cursor

    moments = lifetimes(tmp_path, three_hands)
    surveyed = 100
    assert moments > surveyed + 60
    for moment in range(surveyed, moments):
        desk = yesterday_is_published(Desk(tmp_path))
        with pytest.raises(Ended):
            three_hands(mortal(desk, moment)[0])
        desk.run(AFTER_TOMORROW)
        assert desk.published() == whole
        assert not [key for key in desk.bucket.content if key.startswith("work/")]


def test_the_table_learns_of_a_manifest_whose_run_ended_at_once(desk: Desk) -> None:
    desk.table.show(FACTS)
    desk.run()
    rows = dict(desk.table.rows)
    desk.table.rows.clear()
    assert desk.run(MORNING_AFTER) == ()
    assert desk.table.rows == rows
