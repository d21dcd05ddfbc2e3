"""A close that has too little time hands over, and the bytes are the same as if it had not."""

import json
import pickle
from dataclasses import replace
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.model.entry import Entry
from chalicelib.model.fx import Quotes
from chalicelib.model.together import NoRate
from chalicelib.model.visit import Visit
from chalicelib.reports.close_work import CLASSES, ROWS
from chalicelib.reports.month import Done, HandOver
from tests.reports.close_world import (
    DUE,
    WORK,
    Content,
    about_to_close,
    again,
    finish,
    hand_over,
    in_hands,
    published,
)
from tests.reports.month_world import DAY_MS, NOVEMBER, Bureau
from tests.reports.test_crash import Life, Mortal
from tests.reports.world import FOREVER, time_for


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


def test_the_month_of_these_tests_has_something_of_everything(whole: Content) -> None:
    kinds = {line.split(b",")[1] for line in whole["lines.csv"].splitlines()[1:]}
    assert kinds >= {b"matured", b"booked", b"rejected", b"tier_difference", b"cpc", b"flat", b"bonus", b"second_tier"}
    assert all(whole[name].count(b"\n") > 1 for name in ("open-items.csv", "bases.csv", "taken.csv", "visits.csv"))


@pytest.mark.parametrize("steps", [1, 2, 3, 10])
def test_a_close_in_many_hands_is_the_same_to_the_byte(bureau: Bureau, whole: Content, steps: int) -> None:
    runs = in_hands(bureau, steps)
    # There are stops inside the long steps: days with visits and with facts, slices of conversions, affiliates.
    assert runs > 70 // steps
    assert published(bureau) == whole
    assert bureau.month.rebuild("2026-11") == ()


def test_only_the_close_remains_of_the_work(bureau: Bureau, whole: Content) -> None:
    before = set(bureau.bucket.content)
    in_hands(bureau)
    named = {f"closes/2026-11/{sha256(content).hexdigest()}-{name.split('/')[-1]}" for name, content in whole.items()}
    assert len(set(bureau.bucket.content) - before) == len(named)
    assert {key for key in bureau.bucket.content if "/2026-11/" in key and "manifest" not in key} < named
    assert not [key for key in bureau.bucket.content if key.startswith("work/")]
    assert list(bureau.scratch.rglob("*")) == []


def test_what_changes_after_the_first_run_is_not_seen_by_the_later_ones(bureau: Bureau, whole: Content) -> None:
    def change(runs: int) -> None:
        bureau.affiliates = [
            replace(one, currency="GBP", profile={"vat_mode": "standard"}) for one in bureau.affiliates
        ]
        bureau.campaigns = [replace(one, hold_days=9, terms=()) for one in bureau.campaigns]
        bureau.rates = lambda day: Quotes(day, "0a0a0a0a", "EUR", (("GBP", "0.8"), ("USD", f"2.{runs}")))
        bureau.least, bureau.hands.written = {"EUR": 10**6, "USD": 10**6}, []

    assert in_hands(bureau, between=change) > 70
    assert published(bureau) == whole


def test_visits_that_were_read_stay_as_they_were_read(bureau: Bureau, whole: Content) -> None:
    cursor = hand_over(bureau, 6)
    read = [key for key in bureau.bucket.content if key.endswith("-visits.csv") and "/2026-11/" in key]
    assert len(read) == 1
    bureau.seen.visits = [replace_reason(one) for one in bureau.seen.visits]
    assert finish(bureau, cursor) == Done(("2026-11",))
    assert published(bureau) == whole


def replace_reason(one: Visit) -> Visit:
    return one._replace(billable=False, reason="bot")


@pytest.mark.parametrize("runs", [1, 7, 20, 50, 70])
def test_a_lost_cursor_is_found_in_the_bucket(bureau: Bureau, whole: Content, runs: int) -> None:
    hand_over(bureau, runs)
    looks = iter([FOREVER] * 1000)
    assert bureau.month.advance(DUE, lambda: next(looks)) == Done(("2026-11",))
    assert published(bureau) == whole
    # It has looked at the clock only for what was left to do.
    assert len(list(looks)) > 900 + runs


def test_a_run_hands_over_when_only_its_reserve_is_left(bureau: Bureau) -> None:
    left = iter([240_001.0, 240_001.0, 239_999.0])
    assert isinstance(bureau.month.advance(DUE, lambda: next(left)), HandOver)
    assert list(left) == []
    assert bureau.month.advance(DUE, lambda: 600_000) == Done(("2026-11",))


def test_months_that_were_closed_before_the_hand_over_are_told(bureau: Bureau) -> None:
    looks = iter([FOREVER] * 1000)
    again(bureau, bureau.scratch / "other").month.advance(DUE, lambda: next(looks))
    bureau.report("2026-12-31")
    outcome = bureau.month.advance(DUE + 40 * DAY_MS, time_for(1000 - len(list(looks)) + 3))
    assert isinstance(outcome, HandOver)
    assert (outcome.periods, outcome.cursor["period"]) == (("2026-11",), "2026-12")
    assert bureau.month.advance(DUE + 40 * DAY_MS, lambda: FOREVER, outcome.cursor) == Done(("2026-12",))


def test_two_closes_at_once_cannot_mix(bureau: Bureau, whole: Content) -> None:
    """Both began when there was no work yet, and found another set-up; they take turns until one of them publishes."""
    other = replace(bureau, least={"EUR": 10**6}, scratch=bureau.scratch / "other")
    mine = hand_over(bureau, 1)
    bureau.bucket.delete(f"{WORK}latest")
    theirs = hand_over(other, 1)
    alone = again(bureau, bureau.scratch / "alone")
    finish(replace(alone, least=other.least), theirs)
    turns = [(bureau, mine, whole), (other, theirs, published(alone))]
    while True:
        turn, cursor, _ = turns[0]
        outcome = turn.month.advance(DUE, time_for(2), cursor)
        if isinstance(outcome, Done):
            break
        turns = [turns[1], (turn, outcome.cursor, turns[0][2])]
    assert whole != published(alone)
    assert published(bureau) in (whole, published(alone))
    assert bureau.month.rebuild("2026-11") == ()
    slower, cursor, _ = turns[1]
    assert finish(slower, cursor) == Done(())


class Interrupted(Mortal):
    """A bucket in whose way another run gets, just before the manifest of November is put."""

    def __init__(self, bureau: Bureau) -> None:
        super().__init__(bureau.bucket, Life(10**9))
        self._bureau = bureau

    def put_new(self, key: str, content: Any) -> bool:
        if key.endswith("2026-11/manifest.json") and key not in self._bureau.bucket.content:
            finish(replace(self._bureau, least={"EUR": 10**6}, scratch=self._bureau.scratch / "other"))
        done: bool = self._bureau.bucket.put_new(key, content)
        return done


def test_who_comes_second_takes_the_firsts_manifest(bureau: Bureau) -> None:
    assert finish(replace(bureau, bucket=Interrupted(bureau))) == Done(("2026-11",))
    assert {one["status"] for one in bureau.lines("2026-11", "balances.csv") if one["currency"] == "EUR"} == {
        "below_minimum"
    }
    assert bureau.month.rebuild("2026-11") == ()
    assert finish(bureau) == Done(())


def harm(content: Content, cursor: dict[str, str], how: str) -> dict[str, str]:
    """Do harm to the work that a cursor names; the cursor that names it now."""
    state = WORK + cursor["state"]
    files = json.loads(content[state])["files"]
    [run, *_] = [f"{WORK}{hashed}-{name}" for name, hashed in files.items() if name.startswith("run-")]
    match how:
        case "a file is gone":
            del content[run]
        case "a file has changed":
            content[run] += b"x"
        case "the state is gone":
            del content[state]
        case "the state has changed":
            content[state] = content[state].replace(b'"draft"', b'"draft" ')
        case "the state is of another version":
            other = json.dumps(json.loads(content[state]) | {"format": "1-0123456789abcdef"}).encode()
            name = f"{sha256(other).hexdigest()}-state.json"
            content[WORK + name] = other
            return cursor | {"state": name}
    return cursor


@pytest.mark.parametrize(
    "how",
    [
        "a file is gone",
        "a file has changed",
        "the state is gone",
        "the state has changed",
        "the state is of another version",
    ],
)
def test_harmed_work_is_begun_anew(bureau: Bureau, whole: Content, how: str) -> None:
    cursor = harm(bureau.bucket.content, hand_over(bureau, 20), how)
    bureau.bucket.delete(f"{WORK}latest")
    handed = hand_over(bureau, 1, 6, cursor)
    assert finish(bureau, handed) == Done(("2026-11",))
    assert published(bureau) == whole


def test_work_on_what_was_reported_otherwise_is_begun_anew(bureau: Bureau, whole: Content) -> None:
    """Two networks whose buckets were mixed up, or a restored one: the days are not those that the work is about."""
    cursor = hand_over(bureau, 20)
    other = about_to_close(bureau.scratch / "other", 6)
    finish(other)
    wanted = published(other)
    fresh = about_to_close(bureau.scratch / "fresh", 6)
    fresh.bucket.content |= {key: value for key, value in bureau.bucket.content.items() if key.startswith(WORK)}
    assert finish(fresh, cursor) == Done(("2026-11",))
    assert published(fresh) == wanted != whole


def test_a_month_that_lacks_a_rate_takes_it_when_it_is_there(bureau: Bureau, whole: Content) -> None:
    rates, bureau.rates = bureau.rates, lambda day: rates(day) if day < NOVEMBER.first_day else Quotes("", "", "", ())
    cursor = hand_over(bureau, 20)
    with pytest.raises(NoRate):
        finish(bureau, cursor)
    assert not [key for key in bureau.bucket.content if key.startswith("work/")]
    bureau.rates = rates
    assert finish(bureau, cursor) == Done(("2026-11",))
    assert published(bureau) == whole


def test_payouts_are_told_by_several_runs_each_of_every_balance_once(bureau: Bureau) -> None:
    before = len(bureau.payouts.facts)
    assert isinstance(finish(bureau), Done)
    known = bureau.payouts.facts[before:]
    hurried = again(bureau, bureau.scratch / "hurried")
    hurried.payouts.facts = hurried.payouts.facts[:before]
    hurried.table.rows = {key: row for key, row in hurried.table.rows.items() if "2026-11" not in key[0]}
    assert in_hands(hurried, steps=0) == len(known) > 1
    assert hurried.payouts.facts[before:] == known
    assert hurried.month.advance(DUE, lambda: 0) == Done(())


class Witness(pickle.Unpickler):
    """Reads a file of the work, and remembers which classes it names."""

    found: set[type] = set()  # noqa: RUF012 - of all files together

    def find_class(self, module: str, name: str) -> type:
        kind: type = super().find_class(module, name)
        self.found.add(kind)
        return kind


def test_whatever_a_state_consists_of_is_part_of_its_format(bureau: Bureau) -> None:
    def look(_: int) -> None:
        for key, content in bureau.bucket.content.items():
            if key.startswith(WORK) and not key.endswith((".json", ".csv", "latest")):
                stream = BytesIO(content)
                while stream.tell() < len(content):
                    Witness(stream).load()

    in_hands(bureau, 7, look)
    assert Entry in Witness.found
    named = {kind.__name__ for kind in Witness.found}
    assert named <= {kind.__name__ for kind in (*ROWS, *CLASSES)} | {"Owed", "Margins", "Tally", "Networks"}


@settings(max_examples=15, deadline=None)
@given(st.lists(st.booleans(), max_size=120))
def test_it_does_not_matter_when_the_time_runs_out(
    start: Bureau, whole: Content, tmp_path_factory: pytest.TempPathFactory, enough: list[bool]
) -> None:
    bureau, cursor = again(start, tmp_path_factory.mktemp("bureau")), None
    while isinstance(
        outcome := bureau.month.advance(DUE, lambda: FOREVER if not enough or enough.pop() else 0, cursor), HandOver
    ):
        cursor = outcome.cursor
    assert published(bureau) == whole
