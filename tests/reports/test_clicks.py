"""The clicks of a day's report: each is in one report and no other, whenever it comes in."""

from collections import Counter
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.model.day import back, end
from chalicelib.model.follow import Follow
from chalicelib.reports.gathering import Spool
from chalicelib.reports.leaves import of_click
from tests.reports.world import DAY, HOUR, MORNING_AFTER, NOON, ZONE, Desk, click, fact, stories

TOMORROW = back(DAY, -1)
START, END = end(back(DAY, 1), ZONE), end(DAY, ZONE)
AFTER_TOMORROW = end(TOMORROW, ZONE) + HOUR


def listed(desk: Desk, day: str = DAY) -> list[str]:
    """The ids of the clicks that a day's report lists."""
    return [line["click_id"] for line in desk.lines("clicks.csv", day)]


def test_clicks_are_listed_by_affiliate_and_time(desk: Desk) -> None:
    clicks = [click(n, NOON - 977 * (n * 7 % 5), ("ben", "anna-b", "anna")[n % 3]) for n in range(9)]
    desk.clicks.come(*clicks)
    desk.run()
    assert listed(desk) == [one.id for one in sorted(clicks, key=lambda one: (one.affiliate, one.at_ms))]


def test_a_line_says_which_link_was_followed_and_nothing_of_who_did(desk: Desk) -> None:
    desk.clicks.come(click(at_ms=NOON, method="HEAD", purpose="prefetch"))
    desk.run()
    assert desk.lines("clicks.csv") == [
        {
            "affiliate": "anna",
            "clicked": "2026-11-24T11:00:00.000Z",
            "click_id": click().id,
            "campaign": "spring",
            "link": "go-anna",
            "method": "HEAD",
            "purpose": "prefetch",
            "late": "0",
        }
    ]


def test_the_manifest_counts_clicks(desk: Desk) -> None:
    desk.clicks.come(click(1), click(2, affiliate="ben"))
    desk.run()
    desk.clicks.come(click(3), at_ms=END + HOUR)
    desk.run(AFTER_TOMORROW)
    assert [(desk.manifest(day)["proofs"][name]) for day in (DAY, TOMORROW) for name in ("clicks", "late_clicks")] == [
        2,
        0,
        1,
        1,
    ]


# The bounds of a day


@pytest.mark.parametrize(
    ("at_ms", "day"), [(START - 1, None), (START, DAY), (END - 1, DAY), (END, TOMORROW), (END + 24 * HOUR, None)]
)
def test_a_click_belongs_to_the_day_of_the_networks_zone(desk: Desk, at_ms: int, day: str | None) -> None:
    desk.clicks.come(click(at_ms=at_ms))
    desk.run(AFTER_TOMORROW)
    assert [one for one in (DAY, TOMORROW) if listed(desk, one)] == [day] * bool(day)


@pytest.mark.parametrize(("day", "hours"), [("2026-10-25", 25), ("2026-03-29", 23), ("2026-11-24", 24)])
def test_a_day_with_a_changed_clock_lists_all_its_hours(desk: Desk, day: str, hours: int) -> None:
    desk.start, last = day, end(day, ZONE)
    desk.clicks.come(*(click(n, last + (2 - n) * HOUR - 1) for n in range(32)))
    desk.run(last + 24 * HOUR)
    assert len(listed(desk, day)) == hours


def test_between_two_zones_no_moment_is_lost_or_told_twice(desk: Desk) -> None:
    clicks = [click(n, START + n * HOUR) for n in range(24 * 4)]
    desk.clicks.come(*clicks)
    zones = ("Europe/Berlin", "Pacific/Auckland", "America/Los_Angeles", "UTC")
    for later, zone in enumerate(zones):
        day = back(DAY, -later)
        assert replace(desk, zone=zone).run(end(day, zone) + HOUR) == (day,)
    found = Counter(one for later in range(4) for one in listed(desk, back(DAY, -later)))
    until = end(back(DAY, -3), "UTC")
    assert found == Counter(one.id for one in clicks if one.at_ms < until)


# What comes in late


def test_a_late_click_is_in_the_next_report_and_says_so(desk: Desk) -> None:
    desk.run()
    desk.clicks.come(click(), at_ms=MORNING_AFTER)
    desk.run(AFTER_TOMORROW)
    [line] = desk.lines("clicks.csv", TOMORROW)
    assert (line["click_id"], line["clicked"][:10], line["late"]) == (click().id, DAY, "1")


def test_what_came_through_the_queue_in_time_is_not_late(desk: Desk) -> None:
    desk.clicks.come(click(), at_ms=NOON + HOUR)
    desk.run(AFTER_TOMORROW)
    assert [line["late"] for line in desk.lines("clicks.csv")] == ["0"]
    assert listed(desk, TOMORROW) == []


def test_a_click_that_came_twice_is_listed_once(desk: Desk) -> None:
    desk.run()
    for later in (0, 1, 23, 25):
        desk.clicks.come(click(), at_ms=MORNING_AFTER + later * HOUR)
    desk.run(AFTER_TOMORROW + 24 * HOUR)
    assert listed(desk, TOMORROW) == [click().id]
    assert listed(desk, back(DAY, -2)) == []


def test_a_click_that_is_weeks_late_is_listed_once(desk: Desk) -> None:
    desk.clicks.come(click(1))
    weeks = back(DAY, -21)
    desk.run(end(back(weeks, 1), ZONE) + HOUR)
    desk.clicks.come(click(1), click(2), at_ms=end(weeks, ZONE) - HOUR)
    desk.run(end(weeks, ZONE) + HOUR)
    assert listed(desk, weeks) == [click(2).id]


@st.composite
def coming(draw: st.DrawFn) -> list[tuple[Follow, int]]:
    """Clicks of three days, and how many hours after its click each comes in; 0 for at once."""
    clicks = []
    for number in range(draw(st.integers(0, 20))):
        at_ms = START + draw(st.integers(0, 3 * 24 * HOUR - 1))
        affiliate = draw(st.sampled_from(["anna", "anna-b", "ben"]))
        clicks.append((click(number, at_ms, affiliate), draw(st.sampled_from([0, 0, 0, 1, 2, 26, 50]))))
    return clicks


@settings(deadline=None, max_examples=60)
@given(coming(), st.sampled_from(["Europe/Berlin", "UTC", "Pacific/Auckland", "America/Los_Angeles"]), st.booleans())
def test_every_click_is_in_exactly_one_report(clicks: list[tuple[Follow, int]], zone: str, in_hands: bool) -> None:
    with TemporaryDirectory() as folder:
        desk = Desk(Path(folder), zone=zone, start=back(DAY, 1), batch=2)
        days = [back(DAY, 1 - later) for later in range(8)]
        for day in days:
            now, before = end(day, zone) + HOUR, end(back(day, 1), zone) + HOUR
            for one, hours in clicks:
                came = one.at_ms + hours * HOUR
                if before <= came < now or (day == days[0] and came < before):
                    desk.clicks.come(one, at_ms=came if hours else 0)
            desk.run_in_hands(now, steps=5) if in_hands else desk.run(now)
        found = Counter(id for day in days for id in listed(desk, day))
        since = end(back(days[0], 1), zone)
        expected = [one.id for one, hours in clicks if one.at_ms >= since or hours]
        assert found == Counter(expected)
        for day in days:
            assert desk.report.rebuild(day).differing == ()


# Many hands, and a rebuild


def test_a_report_with_clicks_in_many_hands_is_the_same_to_the_byte(tmp_path: Path) -> None:
    whole, hands = Desk(tmp_path / "whole"), Desk(tmp_path / "hands", batch=2)
    for desk in (whole, hands):
        desk.table.show(stories(6))
        desk.clicks.come(*(click(n, START + n * HOUR, ("anna", "carl")[n % 2]) for n in range(20)))
        desk.run() if desk is whole else desk.run_in_hands()
        desk.clicks.come(*(click(n, START + n * HOUR) for n in range(40, 50)), at_ms=MORNING_AFTER)
        desk.clicks.come(*(click(n, START + n * HOUR, "carl") for n in range(18, 24)), at_ms=MORNING_AFTER)
        desk.run(AFTER_TOMORROW) if desk is whole else desk.run_in_hands(AFTER_TOMORROW)
    assert hands.published() == whole.published()
    assert not [key for key in hands.bucket.content if key.startswith("work/")]
    assert {line["late"] for line in whole.lines("clicks.csv", TOMORROW)} == {"0", "1"}


def test_a_rebuild_needs_no_clicks_that_are_long_gone(desk: Desk) -> None:
    desk.table.show([fact()])
    desk.clicks.come(click(1), click(2, affiliate="ben"))
    desk.run()
    desk.clicks.rows.clear()
    assert desk.report.rebuild(DAY).differing == ()


def test_a_click_that_nobody_has_a_link_for_is_listed_too(desk: Desk) -> None:
    desk.clicks.come(click(affiliate="", campaign="", link=""))
    desk.run()
    assert listed(desk) == [click(affiliate="").id]
    assert desk.report.rebuild(DAY).differing == ()


def test_a_cell_of_strangers_does_no_harm(desk: Desk, tmp_path: Path) -> None:
    desk.clicks.come(click(1, purpose='=1\r\n"x",2'), click(2, affiliate="=a,b\n"), click(3, affiliate='"'))
    desk.run()
    assert desk.report.rebuild(DAY).differing == ()
    desk.report.fetch(DAY, tmp_path / "out")
    assert [line["affiliate"] for line in desk.lines("clicks.csv")] == ['"', "'=a,b\n", "anna"]


@pytest.mark.parametrize(("run", "most"), [(1, 2), (3, 2), (3, 3), (100, 2)])
def test_a_spool_holds_each_leaf_once_in_order(tmp_path: Path, run: int, most: int) -> None:
    spool = Spool("own", tmp_path, run, most)
    all_ = [of_click(click(n % 7, NOON + n % 7), is_late=False) for n in range(20)]
    for one in all_:
        spool.add(one)
    assert list(spool) == sorted(set(all_)) == list(spool)
    assert len(list(tmp_path.iterdir())) == len(spool.files) <= most


# Where the network begins


@pytest.mark.parametrize(("days", "begins"), [((), 0), ((1,), 1), ((1, 2, 3), 3), ((2, 3), 0)])
def test_the_first_report_begins_where_clicks_led_up_to_the_first_fact(
    desk: Desk, days: tuple[int, ...], begins: int
) -> None:
    desk.start = ""
    desk.table.show([fact()])
    desk.clicks.come(*(click(n, NOON - n * 24 * HOUR) for n in days))
    assert desk.run()[0] == back(DAY, begins)
