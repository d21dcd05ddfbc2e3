"""A closed month under other terms: the same sales, priced again, and nothing written."""

from dataclasses import replace
from pathlib import Path

import pytest

from chalicelib.model.fact import Fact, Standing
from chalicelib.model.fx import Quotes
from chalicelib.model.money import Money
from chalicelib.model.network import Affiliate, Campaign
from chalicelib.model.terms import Terms
from chalicelib.model.together import NoRate
from chalicelib.model.visit import Visit
from tests.reports.month_world import NOVEMBER, OCTOBER, Bureau, sale
from tests.reports.world import HOUR, later

EVERYONE = Terms("sale", "*", 0, "RevShare 9%", "RevShare 12%")
CLICKS = Terms("click", "*", 0, "CPC 0.10 EUR", "CPC 0.20 EUR")
SHARE = Terms("second_tier", "*", 0, "RevShare 10%", "none")
PENDING = Standing("pending", "", True, 0, 450, 600, "EUR", 450)


@pytest.fixture
def bureau(tmp_path: Path) -> Bureau:
    campaign = Campaign("spring", "Spring", "shop", "EUR", "", terms=(EVERYONE, CLICKS, SHARE))
    people = [Affiliate("anna", "Anna"), Affiliate("ben", "Ben"), Affiliate("carl", "Carl")]
    return Bureau(tmp_path, campaigns=[campaign], affiliates=people)


def two_sales() -> list[Fact]:
    """One of anna's and one of ben's: 49.99 each."""
    return [sale("one", OCTOBER, 10), sale("two", OCTOBER, 11, affiliate="ben")]


def replayed(
    bureau: Bureau,
    goal: str,
    affiliate: str = "*",
    commission: str = "",
    revenue: str = "",
    period: str = "2026-10",
) -> dict[str, tuple[int, int]]:
    """What somebody earned or owed, and would have."""
    found = bureau.month.replay(period, "spring", goal, affiliate, commission, revenue)
    return {one.name: (one.was, one.would) for one in found}


def test_a_month_under_its_own_terms_is_as_it_was(bureau: Bureau) -> None:
    bureau.table.show(two_sales())
    bureau.close(OCTOBER)
    assert replayed(bureau, "sale") == {"anna": (450, 450), "ben": (450, 450), "shop": (1200, 1200)}


def test_another_rate_prices_every_sale_of_the_month(bureau: Bureau) -> None:
    bureau.table.show(two_sales())
    bureau.close(OCTOBER)
    # 10 % of 49.99 is 4.999, and 20 % is 9.998.
    assert replayed(bureau, "sale", "*", "RevShare 10%", "RevShare 20%") == {
        "anna": (450, 500),
        "ben": (450, 500),
        "shop": (1200, 2000),
    }


def test_other_terms_of_one_affiliate_leave_the_others_alone(bureau: Bureau) -> None:
    bureau.table.show(two_sales())
    bureau.close(OCTOBER)
    assert replayed(bureau, "sale", "ben", "CPA 7.00 EUR") == {
        "anna": (450, 450),
        "ben": (450, 700),
        "shop": (1200,) * 2,
    }


def test_tiers_are_priced_together(bureau: Bureau) -> None:
    bureau.table.show([sale("one", OCTOBER, 10), sale("two", OCTOBER, 11)])
    bureau.close(OCTOBER)
    tiers = "Tiers count retroactive: CPA 5.00 EUR; from 2 CPA 6.00 EUR"
    assert replayed(bureau, "sale", "*", tiers)["anna"] == (900, 1200)


def test_clicks_are_priced_again(bureau: Bureau) -> None:
    noon = OCTOBER.start_ms + 12 * HOUR
    bureau.seen.visits = [Visit("click", noon, f"k{n}", "anna", "spring", True, "") for n in range(3)]
    bureau.close(OCTOBER)
    assert replayed(bureau, "click", "*", "CPC 0.25 EUR") == {"anna": (30, 75), "shop": (60, 60)}


def test_a_recruiters_share_follows(bureau: Bureau) -> None:
    bureau.affiliates[1] = replace(bureau.affiliates[1], recruiter="carl")
    bureau.table.show(two_sales())
    bureau.close(OCTOBER)
    assert replayed(bureau, "sale", "*", "CPA 10.00 EUR")["carl"] == (45, 100)


def test_what_earlier_months_booked_keeps_its_terms(bureau: Bureau) -> None:
    waits = sale("waits", OCTOBER, 12, after=PENDING)
    approved = later(waits, "approved", replace(waits.after, state="approved"), 24 * 25)
    bureau.table.show([waits, approved, sale("new", NOVEMBER, 3)])
    bureau.close(OCTOBER, NOVEMBER)
    # The approval moves 4.50 from pending to payable, and only November's own sale is priced again.
    assert replayed(bureau, "sale", "*", "CPA 10.00 EUR", period="2026-11")["anna"] == (450, 1000)


def test_a_rejected_sale_earns_nothing_under_any_terms(bureau: Bureau) -> None:
    gone = sale("gone", OCTOBER, 10)
    rejected = Standing("rejected", "fraud", True, 0, 0, 0, "EUR", 0)
    bureau.table.show([gone, later(gone, "rejected", rejected), sale("one", OCTOBER, 11)])
    bureau.close(OCTOBER)
    assert replayed(bureau, "sale", "*", "CPA 10.00 EUR")["anna"] == (450, 1000)


def test_a_refund_is_priced_on_what_remains(bureau: Bureau) -> None:
    one = sale("one", OCTOBER, 10, amount=Money(10000, "EUR"))
    half = Standing("approved", "", True, 5000, 450, 600, "EUR", 450)
    bureau.table.show([one, later(one, "refunded", half)])
    bureau.close(OCTOBER)
    assert replayed(bureau, "sale", "*", "RevShare 20%")["anna"] == (450, 1000)


def test_terms_in_another_currency_take_the_rates_of_the_day(bureau: Bureau) -> None:
    bureau.table.show(two_sales())
    bureau.close(OCTOBER)
    with pytest.raises(NoRate):
        replayed(bureau, "sale", "*", "CPA 10.00 USD")
    bureau.rates = lambda day: Quotes(day, "00000000", "EUR", (("USD", "1.25"),))
    assert replayed(bureau, "sale", "*", "CPA 10.00 USD")["anna"] == (450, 800)


@pytest.mark.parametrize(
    ("goal", "commission"), [("sale", "CPC 0.10 EUR"), ("sale", "nonsense"), ("lead", "CPA 1.00 EUR")]
)
def test_terms_that_make_no_sense_are_refused(bureau: Bureau, goal: str, commission: str) -> None:
    bureau.table.show(two_sales())
    bureau.close(OCTOBER)
    with pytest.raises(ValueError):  # noqa: PT011 - each says something else
        replayed(bureau, goal, "*", commission)


def test_nothing_is_written(bureau: Bureau) -> None:
    bureau.table.show(two_sales())
    bureau.close(OCTOBER)
    before = bureau.parts("2026-10")
    replayed(bureau, "sale", "*", "CPA 10.00 EUR")
    assert bureau.parts("2026-10") == before
    assert bureau.month.rebuild("2026-10") == ()


def test_an_open_month_cannot_be_replayed(bureau: Bureau) -> None:
    with pytest.raises(ValueError, match="not closed"):
        replayed(bureau, "sale", "*", "CPA 10.00 EUR")
