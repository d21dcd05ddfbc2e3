"""A run that has too little time hands over, and the bytes are the same as if it had not."""

import json
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.model.day import back, end
from chalicelib.model.fact import Fact
from chalicelib.reports.daily import Done, HandOver
from tests.reports.world import DAY, FOREVER, HOUR, MORNING_AFTER, NOON, ZONE, Bucket, Desk, fact, stories, time_for

TOMORROW = back(DAY, -1)
AFTER_TOMORROW = end(TOMORROW, ZONE) + HOUR
FACTS = [*stories(20), *(fact(f"B-{number}", NOON + number, affiliate=f"aff-{number}") for number in range(5))]
LATE = [fact("C-1"), fact("C-2", affiliate="ben"), fact("C-3", NOON + 24 * HOUR, affiliate="ben")]


def two_days(desk: Desk, in_hands: bool) -> int:
    """Publish a day and the day after with its late facts; how many runs the second one took."""
    desk.table.show(FACTS)
    desk.run_in_hands() if in_hands else desk.run()
    desk.table.show(LATE)
    return desk.run_in_hands(AFTER_TOMORROW) if in_hands else len(desk.run(AFTER_TOMORROW))


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """What runs with time enough publish."""
    desk = Desk(tmp_path_factory.mktemp("whole"))
    two_days(desk, in_hands=False)
    return desk.published()


@pytest.mark.parametrize("batch", [1, 2, 3, 7])
def test_a_report_in_many_hands_is_the_same_to_the_byte(desk: Desk, whole: dict[str, bytes], batch: int) -> None:
    desk.batch = batch
    assert two_days(desk, in_hands=True) > 48
    assert desk.published() == whole


def test_only_the_report_remains_of_the_work(desk: Desk) -> None:
    two_days(desk, in_hands=True)
    assert not [key for key in desk.bucket.content if key.startswith("work/")]
    named = {part["key"] for day in (DAY, TOMORROW) for part in desk.manifest(day)["parts"]}
    assert {key for key in desk.bucket.content if not key.endswith("manifest.json")} == named


def handed_over(desk: Desk, steps: int) -> dict[str, str]:
    """The cursor after that many runs of one step each."""
    cursor: dict[str, str] = {}
    for _ in range(steps):
        outcome = desk.report.run(MORNING_AFTER, lambda: 0, cursor)
        assert isinstance(outcome, HandOver)
        cursor = outcome.cursor
    return cursor


@pytest.mark.parametrize("steps", [1, 48, 49, 60, 66])
def test_a_lost_cursor_is_found_in_the_bucket(desk: Desk, whole: dict[str, bytes], steps: int) -> None:
    desk.batch = 5
    desk.table.show(FACTS)
    handed_over(desk, steps)
    looks = iter([FOREVER] * 100)
    assert desk.report.run(MORNING_AFTER, lambda: next(looks)) == Done((DAY,))
    assert len(list(looks)) > steps
    assert {name: content for name, content in whole.items() if name.startswith(DAY)} == desk.published()


def test_a_run_hands_over_when_only_its_reserve_is_left(desk: Desk) -> None:
    desk.table.show(FACTS)
    left = iter([29_999.0] * 2)
    assert isinstance(desk.report.run(MORNING_AFTER, lambda: next(left)), HandOver)
    assert list(left) == [29_999.0]
    assert desk.report.run(MORNING_AFTER, lambda: 60_000) == Done((DAY,))


def test_days_that_were_published_before_the_hand_over_are_told(desk: Desk) -> None:
    desk.table.show(FACTS)
    outcome = desk.report.run(AFTER_TOMORROW, time_for(100))
    assert isinstance(outcome, HandOver)
    assert outcome.days == (DAY,)
    assert outcome.cursor["day"] == TOMORROW


@pytest.mark.parametrize("steps", [0, 10, 49, 55])
def test_two_runs_at_once_cannot_mix(desk: Desk, steps: int) -> None:
    """The second sees facts that the first did not; whichever manifest comes first stands, with all its parts."""
    desk.batch = 3
    desk.table.show(FACTS)
    cursor = handed_over(desk, steps)
    other = replace(desk, scratch=desk.scratch / "other")
    desk.table.show(LATE)
    assert other.run() == (DAY,)
    before = other.published()
    desk.report.run(MORNING_AFTER, lambda: FOREVER, cursor)
    assert desk.published() == before
    assert desk.report.rebuild(DAY).differing == ()


class Interrupted(Bucket):
    """A bucket in whose way another run gets, just before the manifest is put."""

    other: Desk | None = None

    def put_new(self, key: str, content: bytes | Path) -> bool:
        if key.endswith("manifest.json") and self.other is not None:
            other, self.other = self.other, None
            other.table.show(LATE)
            other.run()
        return super().put_new(key, content)


def test_who_comes_second_takes_the_firsts_manifest(desk: Desk) -> None:
    desk.table.show(FACTS)
    bucket = Interrupted(desk.bucket.content)
    bucket.other = replace(desk, scratch=desk.scratch / "other")
    assert replace(desk, bucket=bucket).run() == (DAY,)
    assert len(desk.lines()) == len(FACTS) + 2
    assert desk.report.rebuild(DAY).differing == ()
    assert desk.run() == ()


@pytest.mark.parametrize(
    "cursor",
    [
        {},
        {"day": DAY},
        {"day": "2026-01-01", "state": "x-state.json"},
        {"day": DAY, "state": "x-state.json"},
        {"day": DAY, "state": "../../reports/x"},
    ],
)
def test_a_cursor_that_leads_nowhere_is_not_missed(desk: Desk, cursor: dict[str, str]) -> None:
    desk.table.show(FACTS)
    assert desk.report.run(MORNING_AFTER, lambda: FOREVER, cursor) == Done((DAY,))
    assert len(desk.lines()) == len(FACTS)


def harm(content: dict[str, bytes], cursor: dict[str, str], how: str) -> dict[str, str]:
    """Do harm to the work that a cursor names; the cursor that names it now."""
    state = f"work/{DAY}/{cursor['state']}"
    [part] = [key for key in content if key.startswith("work/") and key.endswith("-commissions.csv")][-1:]
    match how:
        case "a part is gone":
            del content[part]
        case "a part has changed":
            content[part] += b"x"
        case "the state is gone":
            del content[state]
        case "the state has changed":
            content[state] = content[state].replace(b'"is_read": false', b'"is_read": true')
        case "the state is of another version":
            other = json.dumps(json.loads(content[state]) | {"format": 0}).encode()
            name = f"{sha256(other).hexdigest()}-state.json"
            content[f"work/{DAY}/{name}"] = other
            return cursor | {"state": name}
    return cursor


@pytest.mark.parametrize(
    "how",
    [
        "a part is gone",
        "a part has changed",
        "the state is gone",
        "the state has changed",
        "the state is of another version",
    ],
)
def test_harmed_work_is_begun_anew(desk: Desk, whole: dict[str, bytes], how: str) -> None:
    desk.batch = 3
    desk.table.show(FACTS)
    cursor = harm(desk.bucket.content, handed_over(desk, 55), how)
    desk.bucket.delete(f"work/{DAY}/latest")
    handed = desk.report.run(MORNING_AFTER, time_for(53), cursor)
    assert isinstance(handed, HandOver)
    assert desk.report.run(MORNING_AFTER, lambda: FOREVER, handed.cursor) == Done((DAY,))
    assert {name: content for name, content in whole.items() if name.startswith(DAY)} == desk.published()


def test_facts_that_appear_between_two_hands_never_spoil_the_report(desk: Desk) -> None:
    """At each hand-over every affiliate, done with or not, gets one more fact, later than all it has."""
    desk.batch = 2
    desk.table.show(FACTS)
    shown: list[Fact] = []

    def appear() -> None:
        if len(shown) < 100:
            at_ms = NOON + 5 * HOUR + len(shown)
            fresh = [
                fact(f"D-{id}-{len(shown)}", at_ms, affiliate=id) for id in ("aff-3", "anna", "anna-a", "ben", "zoe")
            ]
            desk.table.show(fresh)
            shown.extend(fresh)

    assert isinstance(desk.report.run(MORNING_AFTER, time_for(48)), HandOver)
    desk.run_in_hands(between=appear)
    first = desk.lines()
    assert len(FACTS) < len(first) < len(FACTS) + len(shown)
    assert desk.report.rebuild(DAY).differing == ()
    desk.run(AFTER_TOMORROW)
    listed = [(line["conversion"], line["fact"]) for line in first + desk.lines(day=TOMORROW)]
    assert sorted(listed) == sorted((one.conversion, str(one.n)) for one in FACTS + shown)


@given(st.lists(st.booleans(), max_size=120))
def test_it_does_not_matter_when_the_time_runs_out(
    whole: dict[str, bytes], tmp_path_factory: pytest.TempPathFactory, enough: list[bool]
) -> None:
    desk = Desk(tmp_path_factory.mktemp("desk"), batch=4)
    desk.table.show(FACTS)
    cursor = None
    while isinstance(
        outcome := desk.report.run(MORNING_AFTER, lambda: FOREVER if not enough or enough.pop() else 0, cursor),
        HandOver,
    ):
        cursor = outcome.cursor
    assert {name: content for name, content in whole.items() if name.startswith(DAY)} == desk.published()
