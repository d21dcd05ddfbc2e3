"""The visits of a close: each decided once, and gross = billable + each reason."""

from pathlib import Path

import pytest

from chalicelib.model import clickid
from chalicelib.model.click import Click
from chalicelib.model.clickid import KeyRing
from chalicelib.model.network import Campaign, Link
from chalicelib.model.terms import Terms
from chalicelib.model.traffic import REASONS, RULES
from chalicelib.model.visit import Visit, visit
from chalicelib.reports.manifest import Broken
from tests.reports.month_world import DAY_MS, OCTOBER, Bureau, sale

RING = KeyRing(1, {1: b"a key for tests"})
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:144.0) Gecko/20100101 Firefox/144.0"
NOON = OCTOBER.start_ms + 12 * 3_600_000
TERMS = (Terms("click", "*", 0, "CPC 0.10 EUR", "CPC 0.20 EUR"), Terms("impression", "*", 0, "CPM 2.00 EUR", "none"))


def seen(number: int, at_ms: int, link: int = 1, kind: str = "click", **changes: str) -> Visit:
    id = clickid.mint(RING, link, at_ms, bytes([number] * 10))
    said = {"agent": FIREFOX, "address": "192.0.2.0/24", "visitor": f"v{number}"} | changes
    return visit(kind, Click(id, **said), Link(link, "go", "anna", "spring"))  # type: ignore[arg-type]


@pytest.fixture
def paying(tmp_path: Path) -> Bureau:
    bureau = Bureau(tmp_path)
    bureau.campaigns = [Campaign("spring", "Spring", "shop", "EUR", "", terms=TERMS)]
    bureau.table.show([sale("A", OCTOBER, 3)])
    return bureau


def counts(bureau: Bureau) -> list[dict[str, str]]:
    """The lines of traffic.csv without what is 0."""
    rows = bureau.lines("2026-10", "traffic.csv")
    for row in rows:
        assert int(row["gross"]) == int(row["billable"]) + sum(int(row[reason]) for reason in REASONS)
    return [{name: cell for name, cell in row.items() if cell != "0"} for row in rows]


def test_gross_is_billable_and_each_reason(paying: Bureau) -> None:
    paying.seen.visits = [
        seen(1, NOON),
        seen(2, NOON + 60_000, agent="curl/8.5.0"),
        seen(3, NOON + 60_000, method="HEAD"),
        seen(4, NOON + 120_000, visitor="same"),
        seen(5, NOON + 130_000, visitor="same"),
        *(seen(10 + link, NOON + 300_000 + link, link) for link in (1, 2, 3)),
        seen(20, NOON, kind="impression"),
    ]
    paying.close(OCTOBER)
    about = {"affiliate": "anna", "campaign": "spring"}
    assert counts(paying) == [
        about
        | {"kind": "click", "gross": "8", "billable": "2", "head": "1", "bot": "1", "scanner": "3", "duplicate": "1"},
        about | {"kind": "impression", "gross": "1", "billable": "1"},
    ]
    (paid,) = (one for one in paying.lines("2026-10") if one["kind"] == "cpc" and not one["reason"])
    assert (paid["quantity"], paid["payable_commission"]) == ("2", "0.20")


def test_a_verdict_is_kept_with_its_rules_and_with_nobody_s_evidence(paying: Bureau) -> None:
    paying.seen.visits = [seen(1, NOON), seen(2, NOON + 1, visitor="v1")]
    paying.close(OCTOBER)
    assert [(one["reason"], one["rules"]) for one in paying.lines("2026-10", "visits.csv")] == [
        ("", RULES),
        ("duplicate", RULES),
    ]
    written = paying.parts("2026-10")["visits.csv"]
    assert b"192.0.2" not in written
    assert b"Firefox" not in written
    assert b"v1" not in written
    paying.seen.visits = []
    assert paying.month.rebuild("2026-10") == ()


def test_what_is_over_a_cap_is_no_longer_billable(paying: Bureau) -> None:
    paying.campaigns = [Campaign("spring", "Spring", "shop", "EUR", "", terms=TERMS, caps={"clicks/month": 2})]
    paying.seen.visits = [seen(number, NOON + number * DAY_MS) for number in range(5)]
    paying.close(OCTOBER)
    about = {"affiliate": "anna", "campaign": "spring", "kind": "click"}
    assert counts(paying) == [about | {"gross": "5", "billable": "2", "over_cap": "3"}]
    assert {(one["reason"], one["quantity"]) for one in paying.lines("2026-10") if one["kind"] == "cpc"} == {
        ("", "2"),
        ("over_cap", "3"),
    }


def test_a_visit_of_an_unknown_link_is_counted_for_nobody(paying: Bureau) -> None:
    id = clickid.mint(RING, 9, NOON, bytes(10))
    paying.seen.visits = [visit("click", Click(id, agent=FIREFOX), None)]
    paying.close(OCTOBER)
    assert counts(paying) == [{"affiliate": "", "campaign": "", "kind": "click", "gross": "1", "unknown_link": "1"}]


def test_the_operator_s_list_says_what_a_datacenter_is(paying: Bureau) -> None:
    paying.bucket.put("datacenters.csv", b"198.51.100.0/24, Example Cloud\r\n")
    paying.seen.visits = [seen(1, NOON), seen(2, NOON + 1, address="198.51.100.0/24")]
    paying.close(OCTOBER)
    about = {"affiliate": "anna", "campaign": "spring", "kind": "click"}
    assert counts(paying) == [about | {"gross": "2", "billable": "1", "datacenter": "1"}]
    paying.bucket.put("datacenters.csv", b"")
    assert paying.month.rebuild("2026-10") == ()


def test_a_list_that_cannot_be_read_leaves_the_month_open(paying: Bureau) -> None:
    paying.bucket.put("datacenters.csv", b"nonsense\n")
    paying.seen.visits = [seen(1, NOON)]
    with pytest.raises(Broken, match=r"datacenters\.csv: line 1"):
        paying.close(OCTOBER)


def test_a_month_without_visits_has_an_empty_list(paying: Bureau) -> None:
    paying.close(OCTOBER)
    assert counts(paying) == []
