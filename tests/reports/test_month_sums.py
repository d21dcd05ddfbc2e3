"""A close of many random conversions against a plain sum in memory; and what conversions earn together."""

import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from chalicelib.model.fact import Fact, Standing
from chalicelib.model.fx import Quotes
from chalicelib.model.network import DAY_MS, Affiliate, Campaign
from chalicelib.model.period import Period
from chalicelib.model.terms import Terms
from chalicelib.model.together import NoRate
from chalicelib.model.visit import Visit
from tests.reports.month_world import NOVEMBER, OCTOBER, Bureau, sale
from tests.reports.world import HOUR, later

CODES = {"anna": "EUR", "ben": "JPY", "carl": "KWD"}


@pytest.fixture
def bureau(tmp_path: Path) -> Bureau:
    return Bureau(tmp_path, run_rows=100)


def story(number: int, dice: random.Random) -> Iterator[Fact]:
    """A conversion of October and what becomes of it within some weeks, perhaps over the end of the month."""
    affiliate = dice.choice(sorted(CODES))
    code, earned, owed = CODES[affiliate], dice.randint(0, 900), dice.randint(0, 1500)
    hold, state = dice.choice((0, 0, 14, 30)), dice.choice(("pending", "approved"))
    standing = Standing(state, "", True, 0, earned, owed, code, earned)  # type: ignore[arg-type]  # both are states
    changes = {"affiliate": affiliate, "due_in": code, "hold_days": hold, "campaign": f"of-{affiliate}"}
    last = sale(f"S-{number}", OCTOBER, dice.randint(1, 30), dice.randint(0, 20), after=standing, **changes)
    yield last
    for _ in range(dice.randint(0, 2)):
        standing = last.after
        match dice.choice(("approved", "rejected", "refunded", "disputed")):
            case "approved" if standing.state == "pending":
                last = later(last, "approved", replace(standing, state="approved"), dice.randint(1, 400))
            case "rejected" if standing.state != "rejected":
                gone = replace(standing, state="rejected", reason="by_advertiser", commission=0, revenue=0, due=0)
                last = later(last, "rejected", gone, dice.randint(1, 400))
            case "refunded" if standing.state != "rejected":
                half = standing.commission // 2
                less = replace(standing, refunded=1, commission=half, revenue=standing.revenue // 2, due=half)
                last = later(last, "refunded", less, dice.randint(1, 400))
            case "disputed" if standing.state == "approved" and not standing.disputed:
                last = later(last, "disputed", replace(standing, disputed=1), dice.randint(1, 400))
            case _:
                continue
        yield last


def plain(facts: list[Fact], end_ms: int, until: Period) -> Counter[tuple[str, str]]:
    """What each affiliate has at the end of a period: the last standing of each conversion, in its bucket."""
    last: dict[str, Fact] = {}
    for fact in sorted(facts, key=lambda fact: fact.n):
        if fact.day <= until.last_day:
            last[fact.conversion] = fact
    found: Counter[tuple[str, str]] = Counter()
    for fact in last.values():
        ripe = fact.event_ms + fact.hold_days * DAY_MS < end_ms and not fact.after.disputed
        bucket = "pending" if fact.after.state == "pending" else "payable" if ripe else "held"
        found[fact.affiliate, bucket] += fact.after.due if fact.after.state != "rejected" else 0
    return found


def test_a_thousand_random_conversions_close_to_their_plain_sum(bureau: Bureau) -> None:
    dice = random.Random(31)
    bureau.campaigns = [Campaign(f"of-{id}", id, "shop", code, "") for id, code in CODES.items()]
    bureau.affiliates = [Affiliate(id, id) for id in CODES]
    facts = [fact for number in range(1000) for fact in story(number, dice)]
    bureau.table.page = 1000
    bureau.table.show(facts)
    bureau.close(OCTOBER, NOVEMBER)
    for period in (OCTOBER, NOVEMBER):
        wanted = plain(facts, period.end_ms, period)
        for balance in bureau.lines(period.name, "balances.csv"):
            for bucket in ("pending", "held", "payable"):
                found = int(balance[f"closing_{bucket}"].replace(".", ""))
                assert found == wanted[balance["affiliate"], bucket], (period.name, balance["affiliate"], bucket)
        assert bureau.month.rebuild(period.name) == ()
    listed = [(one["conversion"], one["fact"]) for p in (OCTOBER, NOVEMBER) for one in bureau.lines(p.name)]
    booked = {(fact.conversion, str(fact.n)) for fact in facts if fact.day <= NOVEMBER.last_day}
    assert set(listed) == booked


def test_a_tier_that_a_later_rejection_moves_is_booked_in_the_open_month(bureau: Bureau) -> None:
    tiers = "Tiers count retroactive: RevShare 9%; from 3 RevShare 10%"
    sales = [sale(f"T-{number}", OCTOBER, 5 + number, commission_rate=tiers) for number in range(3)]
    gone = replace(sales[2].after, state="rejected", reason="by_advertiser", commission=0, revenue=0, due=0)
    bureau.table.show([*sales, later(sales[2], "rejected", gone, 24 * 30)])
    bureau.close(OCTOBER, NOVEMBER)
    # Three at 10 % of 49.99 are 15.00, two at 9 % are 9.00: with the third's own 4.50 the month takes back 6.00.
    assert bureau.balance("2026-10") == ("0.00", "0.00", "15.00")
    assert bureau.balance("2026-11") == ("0.00", "0.00", "9.00")
    difference = [one for one in bureau.lines("2026-11") if one["kind"] == "tier_difference"]
    assert [(one["origin"], one["payable_due"]) for one in difference] == [("2026-10", "-1.50")]


def visit(number: int, at_ms: int) -> Visit:
    return Visit("click", at_ms, f"C{number}", "anna", "spring", True, "")


def test_clicks_are_paid_in_their_month_and_late_ones_once_in_the_next(bureau: Bureau) -> None:
    terms = (Terms("click", "*", 0, "CPC 0.10 EUR", "CPC 0.20 EUR"),)
    bureau.campaigns = [Campaign("spring", "Spring", "shop", "EUR", "", terms=terms)]
    bureau.seen.visits = [visit(1, OCTOBER.start_ms), visit(2, OCTOBER.end_ms - 1), visit(3, OCTOBER.end_ms)]
    bureau.table.show([sale("A", OCTOBER, 3)])
    bureau.close(OCTOBER)
    assert [one["id"] for one in bureau.lines("2026-10", "visits.csv")] == ["C1", "C2"]
    assert bureau.balance("2026-10") == ("0.00", "0.00", "4.70")
    # One was there when October was closed, though it came after its end; the other came in after the close.
    bureau.seen.marks = [("20261101", bureau.seen.visits[1]), ("20261104", visit(4, OCTOBER.end_ms - HOUR))]
    bureau.close(NOVEMBER)
    assert [one["id"] for one in bureau.lines("2026-11", "visits.csv")] == ["C4", "C3"]
    assert bureau.month.rebuild("2026-11") == ()


def test_a_month_without_a_rate_that_it_needs_stays_open(bureau: Bureau) -> None:
    terms = (Terms("month", "anna", 0, "Flat 100.00 EUR", "Flat 120.00 EUR"),)
    bureau.campaigns = [Campaign("spring", "Spring", "shop", "EUR", "", terms=terms)]
    bureau.affiliates = [Affiliate("anna", "Anna", "USD")]
    bureau.table.show([sale("A", OCTOBER, 3)])
    with pytest.raises(NoRate):
        bureau.close(OCTOBER)
    bureau.rates = lambda day: Quotes(day, "9f86d081", "EUR", (("USD", "1.25"),))
    assert bureau.month.run(OCTOBER.end_ms + 3 * DAY_MS) == ("2026-10",)
    (flat,) = (one for one in bureau.lines("2026-10") if one["kind"] == "flat")
    assert (flat["payable_commission"], flat["due_currency"], flat["payable_due"]) == ("100.00", "USD", "125.00")
