"""An index that lags: facts appear late and in any order, yet each is in exactly one manifest."""

from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.model.day import back, end
from chalicelib.model.fact import Fact
from tests.reports.world import DAY, HOUR, NOON, ZONE, Desk, fact

DAYS = 4
"""So many days have facts."""

RUNS = DAYS + 3


@st.composite
def lagging(draw: st.DrawFn, longest: int = 3) -> list[tuple[Fact, int]]:
    """Facts of the first days, each with the run at which it is seen first, at most `longest` days after its own."""
    facts = []
    for number in range(draw(st.integers(0, 25))):
        day = draw(st.integers(0, DAYS - 1))
        affiliate = draw(st.sampled_from(["anna", "anna-b", "ben"]))
        one = fact(f"A-{number}", NOON + day * 24 * HOUR + draw(st.integers(0, 5)), affiliate=affiliate)
        facts.append((one, day + draw(st.integers(0, longest))))
    return facts


def due(run: int) -> int:
    """When the report of day number `run` is published."""
    return end(back(DAY, -run), ZONE) + HOUR


@settings(deadline=None, max_examples=60)
@given(lagging())
def test_every_fact_is_in_exactly_one_manifest(facts: list[tuple[Fact, int]]) -> None:
    with TemporaryDirectory() as folder:
        desk = Desk(Path(folder))
        for run in range(RUNS):
            desk.table.show(fact for fact, seen in facts if seen == run)
            assert desk.run(due(run)) == (back(DAY, -run),)
        listed = Counter(
            (line["conversion"], line["stamped_day"]) for run in range(RUNS) for line in desk.lines(day=back(DAY, -run))
        )
        assert listed == Counter((fact.conversion, fact.day) for fact, _ in facts)
        for run in range(RUNS):
            assert desk.report.rebuild(back(DAY, -run)).differing == ()


@settings(deadline=None, max_examples=60)
@given(lagging(), st.sets(st.integers(0, RUNS - 2)))
def test_and_so_it_is_when_runs_are_missed(facts: list[tuple[Fact, int]], missed: set[int]) -> None:
    with TemporaryDirectory() as folder:
        desk = Desk(Path(folder))
        for run in range(RUNS):
            desk.table.show(fact for fact, seen in facts if seen == run)
            if run not in missed:
                desk.run(due(run))
        listed = Counter(line["conversion"] for run in range(RUNS) for line in desk.lines(day=back(DAY, -run)))
        assert listed == Counter(fact.conversion for fact, _ in facts)


@settings(deadline=None, max_examples=30)
@given(lagging(2), st.integers(1, 3), st.integers(46, 56))
def test_and_so_it_is_when_facts_appear_while_a_report_is_handed_over(
    facts: list[tuple[Fact, int]], batch: int, steps: int
) -> None:
    with TemporaryDirectory() as folder:
        desk = Desk(Path(folder), batch=batch)
        for run in range(RUNS):
            waiting = [fact for fact, seen in facts if seen == run]

            def appear(waiting: list[Fact] = waiting) -> None:
                desk.table.show([waiting.pop()] if waiting else [])

            desk.run_in_hands(due(run), steps, between=appear)
            desk.table.show(waiting)
        days = [back(DAY, -run) for run in range(RUNS)]
        listed = Counter(line["conversion"] for day in days for line in desk.lines(day=day))
        assert listed == Counter(fact.conversion for fact, _ in facts)
