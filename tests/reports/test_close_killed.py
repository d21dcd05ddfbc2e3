"""A close may be killed anywhere; the next run makes good what was lost, and goes on from what was saved."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.reports.close_world import (
    DUE,
    WORK,
    Content,
    about_to_close,
    again,
    finish,
    published,
    ticking,
)
from tests.reports.month_world import Bureau
from tests.reports.test_crash import Ended, Life, Mortal


@pytest.fixture(scope="module")
def start(tmp_path_factory: pytest.TempPathFactory) -> Bureau:
    """The network of all these tests: nobody changes it, see `again`."""
    return about_to_close(tmp_path_factory.mktemp("start"))


@pytest.fixture
def bureau(start: Bureau, tmp_path: Path) -> Bureau:
    return again(start, tmp_path)


@pytest.fixture(scope="module")
def whole(start: Bureau, tmp_path_factory: pytest.TempPathFactory) -> Content:
    """What a run with time enough publishes."""
    bureau = again(start, tmp_path_factory.mktemp("whole"))
    assert bureau.month.run(DUE) == ("2026-11",)
    return published(bureau)


class Killed(Mortal):
    """A bucket that remembers what was opened."""

    def __init__(self, bucket: Any, life: Life) -> None:
        super().__init__(bucket, life)
        self.opened: list[str] = []

    def open(self, key: str) -> Any:
        self.opened.append(key)
        return self._immortal.open(key)


def saving(bureau: Bureau, moments: int) -> tuple[Bureau, Life]:
    """The same network in a process that saves after each step, and ends after so many moments."""
    life = Life(moments)
    bucket, table = Mortal(bureau.bucket, life), Mortal(bureau.table, life)
    return replace(bureau, bucket=bucket, table=table, every_ms=0), life


def small(scratch: Path) -> Bureau:
    """A month of few steps."""
    return about_to_close(scratch, 3)


def test_a_run_that_is_killed_anywhere_is_made_good_by_the_next(tmp_path: Path) -> None:
    """It saves after every step, so a kill comes before, between and after the calls of every one of them."""
    begin = small(tmp_path / "begin")
    plain = again(begin, tmp_path / "plain")
    finish(plain)
    saved = again(begin, tmp_path / "saved")
    lives, life = saving(saved, 10**9)
    lives.month.advance(DUE, ticking())
    assert published(saved) == published(plain)
    moments = life.moments - life.left
    assert moments > 500
    for moment in range(0, moments, 7):
        bureau = again(begin, tmp_path / "again")
        with pytest.raises(Ended):
            saving(bureau, moment)[0].month.advance(DUE, ticking())
        finish(bureau)
        assert published(bureau) == published(plain)
        assert bureau.payouts.facts == plain.payouts.facts
        assert not [key for key in bureau.bucket.content if key.startswith("work/")]


def test_a_killed_run_loses_only_what_it_made_since_it_last_saved(bureau: Bureau, whole: Content) -> None:
    """Killed where the first statement is put: facts, visits and what was carried over are not read again."""

    class Ends(Mortal):
        def put_new(self, key: str, content: Any) -> bool:
            if key.endswith("-affiliate-ben.csv") and "2026-11" in key:
                raise Ended
            done: bool = self._immortal.put_new(key, content)
            return done

    with pytest.raises(Ended):
        replace(bureau, bucket=Ends(bureau.bucket, Life(10**9)), every_ms=0).month.advance(DUE, ticking())
    reading = Killed(bureau.bucket, Life(10**9))
    finish(replace(bureau, bucket=reading))
    assert published(bureau) == whole
    assert not [key for key in reading.opened if key.endswith(("-commissions.csv", "-open-items.csv"))]


def test_a_run_saves_every_few_minutes_and_not_more_often(bureau: Bureau) -> None:
    puts = list[str]()

    class Counting(Mortal):
        def put(self, key: str, content: Any) -> None:
            puts.append(key)
            self._immortal.put(key, content)

    left = iter(range(10**9, 0, -60_000))
    replace(bureau, bucket=Counting(bureau.bucket, Life(10**9))).month.advance(DUE, lambda: next(left))
    # A minute a step: it saves at every fourth, when more than three minutes have gone by.
    steps = (10**9 - next(left)) // 60_000 - 2
    assert 0 < puts.count(f"{WORK}latest") <= steps // 4
    assert puts.count(f"{WORK}latest") >= steps // 4 - 2
