"""The month close over published daily reports: two months of a small network, and what can go wrong on the way."""

import json
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from chalicelib.model import payout
from chalicelib.model.day import accounting_day
from chalicelib.model.fact import Fact, Standing
from chalicelib.model.manual import Manual
from chalicelib.model.payout import Act
from chalicelib.model.period import Period
from chalicelib.reports.manifest import Broken
from chalicelib.reports.month import Open
from tests.reports.month_world import DAY_MS, NOVEMBER, OCTOBER, Bureau, sale
from tests.reports.world import HOUR, ZONE, later

PENDING = Standing("pending", "", True, 0, 450, 600, "EUR", 450)
REFUNDED = Standing("approved", "", True, 4999, 0, 0, "EUR", 0)


@pytest.fixture
def bureau(tmp_path: Path) -> Bureau:
    return Bureau(tmp_path)


def october() -> list[Fact]:
    """A sale that is held until November, one that is payable at once, and one that waits for a word."""
    return [
        sale("held", OCTOBER, 10, hold_days=30),
        sale("paid", OCTOBER, 11),
        sale("waits", OCTOBER, 12, after=PENDING),
    ]


def november() -> list[Fact]:
    """The word comes, and the sale that was paid for is refunded."""
    _, paid, waits = october()
    approved = replace(waits.after, state="approved")
    return [later(waits, "approved", approved, 24 * 25), later(paid, "refunded", REFUNDED, 24 * 26)]


def frozen(bureau: Bureau) -> None:
    """Pay out what October left payable, on the fourth of November."""
    at_ms = OCTOBER.end_ms + 3 * DAY_MS
    act = Act("frozen", "2026-10", at_ms, accounting_day(at_ms, ZONE), "clerk", batch="B1")
    bureau.payouts.settle("anna", "EUR", lambda said: payout.decide(said, "anna", "EUR", act))


def test_two_months_of_holds_a_refund_after_the_close_and_a_payout(bureau: Bureau) -> None:
    bureau.table.show([*october(), *november()])
    assert bureau.close(OCTOBER) == ("2026-10",)
    assert bureau.balance("2026-10") == ("4.50", "4.50", "4.50")
    assert [(one["payable"], one["amount"]) for one in bureau.lines("2026-10", "payables.csv")] == [
        ("2026-10/anna/EUR", "4.50")
    ]
    frozen(bureau)
    assert bureau.close(NOVEMBER) == ("2026-11",)
    # Held matured (+4.50), the word came (+4.50), the refund took back (-4.50), and 4.50 went out.
    assert bureau.balance("2026-11") == ("0.00", "0.00", "4.50")
    kinds = [(one["kind"], one["payable_due"]) for one in bureau.lines("2026-11")]
    assert sorted(kinds) == [("approved", "4.50"), ("frozen", "-4.50"), ("matured", "4.50"), ("refunded", "-4.50")]


def test_each_fact_of_the_daily_reports_is_a_line_of_one_close(bureau: Bureau) -> None:
    bureau.table.show([*october(), *november()])
    bureau.close(OCTOBER, NOVEMBER)
    for period, facts in (("2026-10", october()), ("2026-11", november())):
        listed = [(one["conversion"], one["fact"]) for one in bureau.lines(period) if one["kind"] != "matured"]
        assert sorted(listed) == sorted((one.conversion, str(one.n)) for one in facts)


def test_a_period_waits_for_its_grace_and_for_its_last_report(bureau: Bureau) -> None:
    bureau.table.show(october())
    bureau.report("2026-10-30")
    assert bureau.month.run(OCTOBER.end_ms + 2 * DAY_MS) == ()
    bureau.report("2026-10-31")
    assert bureau.month.run(OCTOBER.end_ms + DAY_MS - 1) == ()
    assert bureau.month.run(OCTOBER.end_ms + DAY_MS) == ("2026-10",)


def test_a_person_can_close_without_the_grace_but_not_before_the_end(bureau: Bureau) -> None:
    bureau.table.show(october())
    bureau.report("2026-10-31")
    with pytest.raises(Open, match="not over"):
        bureau.month.close("2026-10", OCTOBER.end_ms - 1)
    with pytest.raises(Open, match="2026-10"):
        bureau.month.close("2026-11", OCTOBER.end_ms)
    assert bureau.month.close("2026-10", OCTOBER.end_ms).period == "2026-10"


def test_a_closed_period_stays_as_it_is(bureau: Bureau) -> None:
    bureau.table.show(october())
    bureau.close(OCTOBER)
    before = dict(bureau.bucket.content)
    assert bureau.month.run(OCTOBER.end_ms + 3 * DAY_MS) == ()
    bureau.affiliates = [replace(one, currency="USD") for one in bureau.affiliates]
    bureau.month.close("2026-10", OCTOBER.end_ms + 3 * DAY_MS)
    assert bureau.bucket.content == before


def test_a_close_made_again_gives_the_same_bytes(bureau: Bureau) -> None:
    bureau.table.show([*october(), *november()])
    bureau.close(OCTOBER, NOVEMBER)
    bureau.affiliates = []
    assert bureau.month.rebuild("2026-10") == ()
    assert bureau.month.rebuild("2026-11") == ()


class Ended(Exception):
    """The process is no more."""


class Mortal:
    """A bucket whose process ends at its n-th write."""

    def __init__(self, bucket: Any, writes: int) -> None:
        self._bucket, self._left = bucket, writes

    def __getattr__(self, name: str) -> Any:
        return getattr(self._bucket, name)

    def put_new(self, key: str, content: Any) -> bool:
        if not self._left:
            raise Ended
        self._left -= 1
        done: bool = self._bucket.put_new(key, content)
        return done


def test_a_run_that_ends_anywhere_is_made_good_by_the_next(bureau: Bureau, tmp_path: Path) -> None:
    bureau.table.show([*october(), *november()])
    bureau.close(OCTOBER)
    bureau.report("2026-11-30")
    start, rows = dict(bureau.bucket.content), dict(bureau.table.rows)
    bureau.month.run(NOVEMBER.end_ms + 2 * DAY_MS)
    whole = bureau.parts("2026-11")
    for writes in range(len(whole) + 1):
        bureau.bucket.content, bureau.table.rows = dict(start), dict(rows)
        dying = replace(bureau, bucket=Mortal(bureau.bucket, writes))
        with pytest.raises(Ended):
            dying.month.run(NOVEMBER.end_ms + 2 * DAY_MS)
        assert [one.period for one in bureau.month.listing()] == ["2026-10"]
        assert bureau.month.run(NOVEMBER.end_ms + 2 * DAY_MS) == ("2026-11",)
        assert bureau.parts("2026-11") == whole


def test_a_run_that_ends_before_the_payouts_know_is_made_good_by_the_next(bureau: Bureau) -> None:
    bureau.table.show(october())
    bureau.payouts.ends = True
    with pytest.raises(ConnectionError):
        bureau.close(OCTOBER)
    bureau.payouts.ends = False
    assert bureau.month.run(OCTOBER.end_ms + 3 * DAY_MS) == ()
    assert [(one.kind, one.line, one.amount) for one in bureau.payouts.facts] == [("closed", "2026-10/anna/EUR", 450)]
    bureau.month.run(OCTOBER.end_ms + 4 * DAY_MS)
    assert len(bureau.payouts.facts) == 1


def test_of_two_runs_at_once_one_is_published_whole(bureau: Bureau) -> None:
    bureau.table.show(october())
    bureau.report("2026-10-31")
    other = replace(bureau, least={"EUR": 10_000}, scratch=bureau.scratch / "other")

    class Late(Mortal):
        """A bucket before whose manifest another run is done."""

        def put_new(self, key: str, content: Any) -> bool:
            if key.endswith("manifest.json") and not self._bucket.exists(key):
                other.month.run(OCTOBER.end_ms + 2 * DAY_MS)
            done: bool = self._bucket.put_new(key, content)
            return done

    replace(bureau, bucket=Late(bureau.bucket, 0)).month.run(OCTOBER.end_ms + 2 * DAY_MS)
    assert bureau.lines("2026-10", "payables.csv") == []
    assert [(one.amount, one.reason) for one in bureau.payouts.facts] == [(450, "below_minimum")]
    assert bureau.month.rebuild("2026-10") == ()


@pytest.mark.parametrize("name", ["open-items.csv", "balances.csv", "bases.csv", "taxes.csv"])
def test_an_altered_part_of_the_close_before_is_found(bureau: Bureau, name: str) -> None:
    bureau.table.show([*october(), *november()])
    bureau.close(OCTOBER)
    part = next(bureau.month.listing()).part(name)
    bureau.bucket.content[part.key] += b"x"
    with pytest.raises(Broken, match=name):
        bureau.close(NOVEMBER)
    assert [one.period for one in bureau.month.listing()] == ["2026-10"]


def test_an_altered_daily_part_is_found(bureau: Bureau) -> None:
    bureau.table.show(october())
    bureau.report("2026-10-31")
    key = next(key for key in bureau.bucket.content if "2026-10-11" in key and key.endswith("commissions.csv"))
    bureau.bucket.content[key] = bureau.bucket.content[key].replace(b"6.00", b"7.00")
    with pytest.raises(Broken, match=r"commissions\.csv"):
        bureau.month.run(OCTOBER.end_ms + 2 * DAY_MS)


@pytest.mark.parametrize("period", ["2026-10", "2026-11"])
def test_an_altered_manifest_is_found(bureau: Bureau, period: str) -> None:
    bureau.table.show([*october(), *november()])
    bureau.close(OCTOBER, NOVEMBER)
    key = f"closes/{period}/manifest.json"
    bureau.bucket.content[key] = bureau.bucket.content[key].replace(b'"lines":', b'"lines": ')
    with pytest.raises(Broken):
        bureau.month.run(NOVEMBER.end_ms + 40 * DAY_MS)


def test_manual_lines_move_the_balance_and_the_advertiser(bureau: Bureau) -> None:
    at_ms = OCTOBER.start_ms + 5 * HOUR
    bonus = Manual(
        "anna", "EUR", "B-1", "bonus", 1000, "best of month", "clerk", at_ms, "2026-10-01", "shop", "", 300, "EUR"
    )
    bureau.hands.written.append(bonus)
    bureau.table.show(october())
    bureau.close(OCTOBER)
    assert bureau.balance("2026-10") == ("4.50", "4.50", "14.50")
    owed = bureau.lines("2026-10", "statements/advertiser-shop.csv")
    assert [(one["kind"], one["revenue"]) for one in owed] == [("bonus", "3.00"), ("booked", "12.00")]


def test_statement_numbers_have_no_gaps_over_the_months(bureau: Bureau) -> None:
    bureau.table.show([*october(), sale("bens", OCTOBER, 3, affiliate="ben"), *november()])
    bureau.close(OCTOBER, NOVEMBER)
    manifests = [
        json.loads(bureau.bucket.content[f"closes/{period}/manifest.json"]) for period in ("2026-10", "2026-11")
    ]
    assert [one["numbers"] for one in manifests] == [{"first": 1, "last": 2}, {"first": 3, "last": 4}]
    statement = bureau.lines("2026-11", "statements/affiliate-ben.csv")
    assert [(one["statement"], one["row"], one["payable_due"]) for one in statement] == [
        ("000004", "opening", "4.50"),
        ("000004", "closing", "4.50"),
        ("000004", "payout", "4.50"),
    ]
    assert bureau.parts("2026-11")["statements/affiliate-ben-eur.pdf"].startswith(b"%PDF")


def total(lines: Iterable[dict[str, str]], column: str) -> int:
    return sum(int(one[column].replace(".", "")) for one in lines if one[column])


def test_every_file_adds_up_to_the_lines(bureau: Bureau) -> None:
    bureau.table.show([*october(), *november()])
    bureau.close(OCTOBER, NOVEMBER)
    for period in ("2026-10", "2026-11"):
        lines = bureau.lines(period)
        statement = [one for one in bureau.lines(period, "statements/affiliate-anna.csv") if one["row"] == "movement"]
        for bucket in ("pending", "held", "payable"):
            moved = total(lines, f"{bucket}_due")
            assert total(statement, f"{bucket}_due") == moved
            assert total(bureau.lines(period, "balances.csv"), f"moved_{bucket}") == moved
        assert total(bureau.lines(period, "summary.csv"), "revenue") == total(lines, "revenue")
        assert total(bureau.lines(period, "statements/advertiser-shop.csv"), "revenue") == total(lines, "revenue")
        journal = bureau.lines(period, "journal.csv")
        assert total(journal, "debit") == total(journal, "credit")


def test_a_downloaded_close_has_plain_names_and_was_checked(bureau: Bureau, tmp_path: Path) -> None:
    bureau.table.show(october())
    bureau.close(OCTOBER)
    paths = bureau.month.fetch("2026-10", tmp_path / "to")
    assert {str(path.relative_to(tmp_path / "to")) for path in paths} >= {
        "manifest.json",
        "lines.csv",
        "statements/affiliate-anna.csv",
        "statements/affiliate-anna-eur.pdf",
    }
    with pytest.raises(Open):
        bureau.month.fetch("2026-11", tmp_path / "to")


def test_an_empty_month_is_closed_too(bureau: Bureau) -> None:
    bureau.table.show(october())
    assert bureau.close(OCTOBER, NOVEMBER, Period.of("2026-12", ZONE)) == ("2026-10", "2026-11", "2026-12")
    assert bureau.lines("2026-12") == []


def test_a_debt_is_carried_and_the_payouts_know_of_it(bureau: Bureau) -> None:
    bureau.table.show([sale("A", OCTOBER, 3), later(sale("A", OCTOBER, 3), "refunded", REFUNDED, 24 * 40)])
    bureau.close(OCTOBER)
    frozen(bureau)
    bureau.close(NOVEMBER)
    assert bureau.balance("2026-11") == ("0.00", "0.00", "-4.50")
    assert bureau.lines("2026-11", "payables.csv") == []
    last = bureau.payouts.facts[-1]
    assert (last.kind, last.amount, last.reason) == ("closed", -450, "debt")
