"""Caps are read from their names, and count what they measure and nothing else."""

from dataclasses import replace

import pytest

from chalicelib.model.caps import NOTHING, Cap, CapState, ClickState, is_full, on_clicks, read
from chalicelib.model.fact import Fact
from tests.model.world import SALE, at, sale, tell

DAY = "2026-09-21"


def booked(name: str, affiliate: str = "anna") -> Fact:
    """A sale of 100.00 that earns 10.00 and owes 15.00."""
    facts, _ = tell([], sale(order_id=name), goal=SALE, now=at())
    return replace(facts[0], conversion=name, affiliate=affiliate)


@pytest.mark.parametrize(
    ("name", "cap"),
    [
        ("total", Cap("conversions", "total", "*", 5)),
        ("conversions/day", Cap("conversions", "day", "*", 5)),
        ("commission/month", Cap("commission", "month", "*", 5)),
        ("revenue/total/anna", Cap("revenue", "total", "anna", 5)),
        ("clicks/day/ben", Cap("clicks", "day", "ben", 5)),
    ],
)
def test_a_cap_is_read_from_its_name(name: str, cap: Cap) -> None:
    assert read({name: 5}) == (cap,)


@pytest.mark.parametrize("name", ["", "week", "sales/day", "commission", "commission/week", "clicks/day/a/b", "/day"])
def test_a_name_that_means_nothing_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="not a cap"):
        read({name: 5})


def test_a_state_counts_what_its_caps_measure() -> None:
    caps = read({"commission/day": 1, "revenue/month/ben": 1, "conversions/total/anna": 1, "clicks/day": 1})
    state = replace(NOTHING, caps=caps).counting([booked("a"), booked("b", "ben"), booked("c"), booked("c")])
    plain = {DAY: 3, DAY[:7]: 3, "total": 3}
    assert state.taken == plain | {
        f"commission/{DAY}": 3000,
        f"revenue/{DAY[:7]}/ben": 1500,
        "conversions/total/anna": 2,
    }


def test_only_recent_days_and_months_are_kept_of_every_measure() -> None:
    state = CapState({}, (), caps=read({"commission/day": 1, "commission/total/anna": 1}))
    for day in range(1, 10):
        state = state.counting([replace(booked(str(day)), day=f"2026-02-{day:02d}")])
    assert {place for place in state.taken if place.startswith("commission/")} == {
        "commission/2026-02-07",
        "commission/2026-02-08",
        "commission/2026-02-09",
        "commission/total/anna",
    }


@pytest.mark.parametrize(
    ("caps", "taken", "affiliate", "expected"),
    [
        ({"total": 2}, {"total": 2}, "anna", True),
        ({"total": 2}, {"total": 1}, "anna", False),
        ({"day": 2}, {DAY: 2}, "anna", True),
        ({"month": 2}, {"2026-08": 9}, "anna", False),
        ({"commission/month": 900}, {"commission/2026-09": 900}, "anna", True),
        ({"commission/month/anna": 900}, {"commission/2026-09/anna": 900}, "anna", True),
        ({"commission/month/anna": 900}, {"commission/2026-09/anna": 900}, "ben", False),
        ({"clicks/day": 3}, {f"clicks/{DAY}": 3}, "anna", True),
        ({"clicks/day": 3}, {f"clicks/{DAY}": 2, DAY: 9, "total": 9}, "anna", False),
        ({"clicks/total/anna": 3}, {"clicks/total/anna": 3}, "ben", False),
    ],
)
def test_a_campaign_is_full_by_its_own_caps_and_the_affiliates(
    caps: dict[str, int], taken: dict[str, int], affiliate: str, expected: bool
) -> None:
    assert is_full(caps, taken, DAY, affiliate) is expected


# Clicks

LIMITS = {"total": 9, "clicks/day": 5, "clicks/month/anna": 7, "clicks/total": 9}
CAME = {(DAY, "anna"): 2, (DAY, "ben"): 1, ("2026-09-20", "anna"): 4}


def test_a_click_counts_on_its_own_day_for_everyone_and_for_its_affiliate() -> None:
    caps = on_clicks(LIMITS)
    state = ClickState({}, {}, caps=caps).counting(caps, CAME, 1_000)
    assert state.taken == {
        f"clicks/{DAY}": 3,
        "clicks/2026-09-20": 4,
        "clicks/2026-09/anna": 6,
        "clicks/total": 7,
    }
    assert state.through == {"clicks/day": 1_000, "clicks/month/anna": 1_000, "clicks/total": 1_000}


def test_a_cap_that_does_not_count_stays_where_it_was() -> None:
    day, month, total = on_clicks(LIMITS)
    state = ClickState({"clicks/total": 5}, {"clicks/total": 900}, caps=(day, month, total)).counting(
        [day], CAME, 1_000
    )
    assert (state.taken["clicks/total"], state.through) == (5, {"clicks/total": 900, "clicks/day": 1_000})
    assert "clicks/2026-09/anna" not in state.taken


def test_only_recent_days_and_months_of_clicks_are_kept() -> None:
    caps = on_clicks({"clicks/day": 5, "clicks/total": 9})
    state = ClickState({}, {}, caps=caps)
    for day in range(1, 10):
        state = state.counting(caps, {(f"2026-02-{day:02d}", "anna"): 1}, day)
    assert state.taken == {"clicks/2026-02-07": 1, "clicks/2026-02-08": 1, "clicks/2026-02-09": 1, "clicks/total": 9}


def test_a_cap_on_clicks_is_one_however_often_it_is_written() -> None:
    assert on_clicks({"clicks/day": 5, "clicks/day/": 3, "day": 2}) == (Cap("clicks", "day", "*", 3),)
