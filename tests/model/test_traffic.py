"""The verdict on a visit: what it shows by itself, and what only shows beside others."""

import random
import re
import time
from hashlib import sha256

import pytest

from chalicelib.model import agent, reasons, robots
from chalicelib.model.click import WITHHELD
from chalicelib.model.traffic import LIMITS, LOOKALIKE, REASONS, RULES, Traffic, holds, judged, verdict
from chalicelib.model.visit import Visit

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:144.0) Gecko/20100101 Firefox/144.0"
NET = "192.0.2.0/24"
START = 1_790_000_000_000


def visit(at_ms: int, link: int = 1, visitor: str = "v", **changes: object) -> Visit:
    plain = Visit("click", START + at_ms, f"{at_ms}-{link}", "anna", "spring", True, "", "", link, NET, visitor)
    return plain._replace(**changes)  # type: ignore[arg-type]


def reasons_of(*visits: Visit, **options: object) -> list[str]:
    return [one.reason for one in judged(visits, Traffic(**options))]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("method", "said", "purpose", "reason"),
    [
        ("GET", FIREFOX, "", ""),
        ("get", FIREFOX, "", ""),
        ("HEAD", FIREFOX, "", "head"),
        ("HEAD", "curl/8.5.0", "prefetch", "head"),
        *(
            ("GET", FIREFOX, said, "prefetch")
            for said in (
                "prefetch",
                "Prefetch",
                "prefetch;prerender",
                "prefetch;anonymous-client-ip",
                "preview",
                "prerender",
            )
        ),
        ("GET", FIREFOX, ": preview", "prefetch"),
        ("GET", FIREFOX, "navigate", ""),
        ("GET", "curl/8.5.0", "", "bot"),
        ("GET", "", "", "unknown_agent"),
        ("GET", WITHHELD, "", ""),
    ],
)
def test_one_visit_shows_by_itself(method: str, said: str, purpose: str, reason: str) -> None:
    assert verdict(method, said, purpose) == reason


def test_other_rules_have_another_name() -> None:
    """What decides a visit by itself, and the limits of what is decided beside others. A change here is a new name."""
    constants = [value for name, value in sorted(vars(agent).items()) if name.isupper() and name != "_TABLE"]
    told = [one.pattern if isinstance(one, re.Pattern) else one for one in constants]
    digest = sha256(repr((told, sorted(robots.names().items()), LIMITS)).encode()).hexdigest()[:12]
    assert (RULES, digest) == ("2026-11-24.1", "ab8e2ce9cbb5")


def test_a_conversion_is_held_on_what_is_no_person_and_earns_on_all_else() -> None:
    assert {reason for reason in REASONS if holds(reason)} == {"bot", "scanner", "datacenter", "burst"}
    assert not holds("")
    assert {reason for reason in REASONS if holds(reason)} <= set(reasons.HELD)


def test_a_second_click_of_a_visitor_on_a_link_is_a_duplicate_until_its_window_ends() -> None:
    end = LIMITS.duplicate_ms
    assert reasons_of(visit(0), visit(end // 2), visit(end), visit(end + 1)) == ["", "duplicate", "duplicate", ""]


def test_another_link_and_another_visitor_are_no_duplicates() -> None:
    assert reasons_of(visit(0), visit(1, link=2), visit(2, visitor="w")) == ["", "", ""]


def test_a_lookalike_is_a_duplicate_only_as_a_double_click() -> None:
    alike = LOOKALIKE + "x"
    seen = (visit(at_ms, visitor=alike) for at_ms in (0, LIMITS.double_ms, LIMITS.double_ms + 1))
    assert reasons_of(*seen) == ["", "duplicate", ""]


def test_a_page_that_is_opened_again_shows_its_impression_again() -> None:
    seen = (visit(at_ms, kind="impression") for at_ms in (0, 500, 1500))
    assert reasons_of(*seen) == ["", "duplicate", ""]


def test_a_visitor_of_whom_nothing_is_known_has_no_duplicates() -> None:
    assert reasons_of(visit(0, visitor="", network=""), visit(1, visitor="", network="")) == ["", ""]


def test_three_links_of_one_affiliate_from_one_network_are_a_scanner_also_the_first() -> None:
    seen = [visit(0, 1, "a"), visit(2000, 2, "b"), visit(5000, 3, "c"), visit(60_000, 1, "d")]
    assert reasons_of(*seen) == ["scanner", "scanner", "scanner", ""]


@pytest.mark.parametrize(
    "third",
    [
        visit(5001, 3, "c"),
        visit(5000, 2, "c"),
        visit(5000, 3, "c", affiliate="ben"),
        visit(5000, 3, "c", network="198.51.100.0/24"),
        visit(5000, 3, "c", reason="bot", billable=False),
        visit(5000, 3, "c", kind="impression"),
    ],
)
def test_two_links_are_no_scanner(third: Visit) -> None:
    found = reasons_of(visit(0, 1, "a"), visit(1, 2, "b"), third)
    assert found == ["", "", third.reason]


def test_many_clicks_of_one_visitor_are_a_burst_also_the_first() -> None:
    many = [visit(number * 100, number % 2) for number in range(LIMITS.burst_clicks)]
    assert set(reasons_of(*many)) == {"burst"}
    assert "burst" not in reasons_of(*many[1:])


def test_a_crowd_from_one_network_is_a_burst_whoever_they_say_they_are() -> None:
    many = [visit(number * 10, 1, f"v{number}") for number in range(LIMITS.crowd_clicks)]
    assert set(reasons_of(*many)) == {"burst"}
    assert set(reasons_of(*many[1:])) == {""}


def test_a_burst_inside_a_crowd_leaves_nobody_out() -> None:
    crowd = [visit(number * 10, 1, f"v{number}") for number in range(LIMITS.crowd_clicks - LIMITS.burst_clicks)]
    after = len(crowd) * 10
    burst = [visit(after + number, 1, "same") for number in range(LIMITS.burst_clicks)]
    assert set(reasons_of(*crowd, *burst)) == {"burst"}


def test_what_a_visit_shows_by_itself_stays() -> None:
    robots = [visit(number, 1, reason="bot", billable=False) for number in range(20)]
    assert set(reasons_of(*robots)) == {"bot"}


def test_a_datacenter_is_what_the_operator_says() -> None:
    assert reasons_of(visit(0), visit(1, network="198.51.100.0/24"), is_datacenter=NET.__eq__) == ["datacenter", ""]


def test_a_verdict_names_its_rules_and_forgets_whose_the_visit_was() -> None:
    (found,) = judged([visit(0)], Traffic())
    assert found == visit(0)._replace(link=0, network="", visitor="", rules=RULES)


def test_what_was_decided_under_other_rules_stays() -> None:
    old = visit(1, rules="2025-01-01.1", reason="burst", billable=False)
    first, second, third = judged([visit(0), old, visit(2, visitor="w")], Traffic())
    assert (first.reason, third.reason) == ("", "")
    assert (second.reason, second.rules, second.billable) == ("burst", "2025-01-01.1", False)


def test_visits_come_in_order_of_time() -> None:
    with pytest.raises(ValueError, match="order of time"):
        reasons_of(visit(1), visit(0))


def test_each_visit_comes_out_once_and_in_order() -> None:
    dice = random.Random(5)
    seen = sorted(
        (visit(dice.randrange(60_000), dice.randrange(4), f"v{dice.randrange(9)}", id=f"{n}") for n in range(2000)),
        key=lambda one: one.at_ms,
    )
    found = list(judged(seen, Traffic()))
    assert [one.id for one in found] == [one.id for one in seen]
    assert all(one.billable == (not one.reason) and one.reason in ("", *REASONS) for one in found)


def test_an_attack_costs_no_more_for_each_click() -> None:
    flood = [visit(number // 100, number % 5, "same") for number in range(50_000)]
    start = time.process_time()
    found = reasons_of(*flood)
    assert time.process_time() - start < 5
    assert set(found) == {"scanner"}


def test_traffic_holds_only_what_is_near() -> None:
    traffic = Traffic()
    for number in range(5000):
        for _ in traffic.judge(visit(number * 1000, number, f"v{number}")):
            pass
    held = vars(traffic)
    assert all(len(held[name]) < 200 for name in ("_open", "_windows", "_counted", "_order"))
