"""One conversion in one month: what it leaves behind, whatever order its facts are listed in."""

from dataclasses import replace

import pytest

from chalicelib.model.entry import Entry
from chalicelib.model.line import Buckets
from chalicelib.model.network import DAY_MS
from chalicelib.model.period import Period, following, months_after
from chalicelib.model.settling import Carried, Settled, begins, is_open, settle

OCTOBER, NOVEMBER = Period.of("2026-10", "Europe/Berlin"), Period.of("2026-11", "Europe/Berlin")
BOOKED = Entry(
    conversion="c1",
    n=0,
    kind="booked",
    at_ms=OCTOBER.end_ms - 1000,
    event_ms=OCTOBER.end_ms - 1000,
    day="2026-10-31",
    source="server",
    advertiser="shop",
    affiliate="anna",
    campaign="spring",
    goal="sale",
    click_id="",
    order_id="A-1",
    amount=None,
    sale_currency="",
    coupon="",
    status_word="",
    terms="sale/*/0",
    commission_rate="CPA 5.00 EUR",
    revenue_rate="CPA 8.00 EUR",
    state="pending",
    reason="",
    confirmed=True,
    refunded=0,
    commission=500,
    revenue=800,
    currency="EUR",
    pending_commission=500,
    approved_commission=0,
    pending_revenue=800,
    approved_revenue=0,
    subs=("", "", "", "", ""),
    due_in="EUR",
    due=500,
    pending_due=500,
)
APPROVED = BOOKED._replace(
    n=1,
    kind="approved",
    state="approved",
    pending_commission=-500,
    approved_commission=500,
    pending_revenue=-800,
    approved_revenue=800,
    pending_due=-500,
    approved_due=500,
)


def due(*settled: Settled) -> Buckets:
    """What all lines move of what is due."""
    total = Buckets()
    for one in settled:
        for line in one.lines:
            total = total.plus(line.due)
    return total


def handed_on(settled: Settled, period: Period) -> Carried | None:
    """What the next month is given."""
    return settled.carried if is_open(settled.carried, period) else None


def test_a_fact_that_a_report_lists_after_a_later_one_moves_its_own_money_and_no_more() -> None:
    held = APPROVED._replace(hold_days=30)
    first = settle(None, [held], OCTOBER, grouped=False)
    second = settle(handed_on(first, OCTOBER), [BOOKED._replace(hold_days=30)], NOVEMBER, grouped=False)
    assert due(first, second) == Buckets(0, 0, 500)
    assert second.carried.entry.state == "approved"


@pytest.mark.parametrize(("hold_days", "place"), [(0, 2), (1, 1), (90, 1)])
def test_what_time_decides_is_judged_at_the_last_instant(hold_days: int, place: int) -> None:
    settled = settle(None, [BOOKED, APPROVED._replace(hold_days=hold_days)], OCTOBER, grouped=False)
    assert due(settled)[place] == 500
    assert due(settled).total == 500


def test_a_hold_that_ends_with_the_month_is_over_and_a_millisecond_later_is_not() -> None:
    ends = OCTOBER.end_ms - 1 - DAY_MS
    for event_ms, expected in ((ends, Buckets(0, 0, 500)), (ends + 1, Buckets(0, 500, 0))):
        approved = APPROVED._replace(n=0, hold_days=1, event_ms=event_ms, pending_due=0, pending_commission=0)
        assert due(settle(None, [approved], OCTOBER, grouped=False)) == expected


def test_a_refund_of_what_was_settled_long_ago_is_taken_from_what_is_payable() -> None:
    refunded = APPROVED._replace(
        n=2, kind="refunded", commission=0, revenue=0, due=0, pending_commission=0, approved_commission=-500
    )._replace(pending_revenue=0, approved_revenue=-800, pending_due=0, approved_due=-500)
    settled = settle(None, [refunded], NOVEMBER, grouped=False)
    assert due(settled) == Buckets(0, 0, -500)
    assert not is_open(settled.carried, NOVEMBER)


def test_a_disputed_conversion_is_held_wherever_it_was() -> None:
    disputed = APPROVED._replace(n=2, kind="disputed", disputed=100, pending_due=0, approved_due=0)
    disputed = disputed._replace(pending_commission=0, approved_commission=0)
    settled = settle(None, [disputed], NOVEMBER, grouped=False)
    assert due(settled) == Buckets(0, 500, -500)
    assert is_open(settled.carried, NOVEMBER)


def test_months_follow_each_other_over_the_year() -> None:
    assert following("2026-12") == "2027-01"
    assert replace(OCTOBER, name="x").days[-1] == "x-31"
    # 31 January in Berlin, a month later: the last of February at the same time of day.
    january = Period.of("2027-01", "Europe/Berlin").end_ms - 3_600_000
    assert months_after(january, 1, "Europe/Berlin") == Period.of("2027-02", "Europe/Berlin").end_ms - 3_600_000


def test_a_conversion_begins_with_a_servers_word_whatever_its_number() -> None:
    assert begins(BOOKED)
    assert begins(BOOKED._replace(n=2, kind="confirmed"))
    assert not begins(APPROVED)
