"""What stands in which column, and who gets to see it."""

import csv
import io
from dataclasses import fields, replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.model.day import iso
from chalicelib.model.fact import KINDS
from chalicelib.reports import lines
from chalicelib.reports.cells import told
from chalicelib.reports.sums import Sums
from tests.reports.world import DAY, NOON, entry, fact, later

EVIL = "=cmd|' /C calc'!A0"


def by_column(header: tuple[str, ...], line: str) -> dict[str, str]:
    """A line's cells as a CSV reader reads them."""
    [cells] = csv.reader(io.StringIO(line, newline=""))
    return dict(zip(header, cells, strict=True))


def told_of(**changes: Any) -> dict[str, str]:
    """The line of a fact in commissions.csv."""
    return by_column(lines.COMMISSIONS, lines.of_entry(entry(fact(**changes)), DAY)[0])


def test_a_line_says_all_of_a_sale() -> None:
    assert told_of(event_ms=NOON - 1) == {
        "provisional_period": "2026-11",
        "stamped_day": "2026-11-24",
        "late": "0",
        "accepted": "2026-11-24T11:00:00.000Z",
        "event": "2026-11-24T10:59:59.999Z",
        "kind": "booked",
        "conversion": fact().conversion,
        "fact": "0",
        "source": "server",
        "affiliate": "anna",
        "advertiser": "shop",
        "campaign": "spring",
        "goal": "sale",
        "click_id": "AQ" + "x" * 50,
        "order_id": "A-1",
        "coupon": "",
        "sale_amount": "49.99",
        "sale_refunded": "0.00",
        "sale_currency": "EUR",
        "status_word": "approved",
        "state": "approved",
        "reason": "",
        "confirmed": "1",
        "currency": "EUR",
        "pending_commission": "0.00",
        "approved_commission": "4.50",
        "pending_revenue": "0.00",
        "approved_revenue": "6.00",
        "commission_after": "4.50",
        "revenue_after": "6.00",
        "terms": "sale/*/0",
        "commission_rate": "RevShare 9%",
        "revenue_rate": "RevShare 12%",
        "sub1": "news",
        "sub2": "",
        "sub3": "",
        "sub4": "",
        "sub5": "",
        "customer": "",
        "deductions": "0.00",
        "seconds": "0",
        "caller": "",
        "hold_days": "0",
        "disputed": "0.00",
        "fx": "",
        "due_currency": "EUR",
        "pending_due": "0.00",
        "approved_due": "4.50",
        "due_after": "4.50",
        "held": "",
        "share": "",
    }


def test_a_sale_without_an_amount_has_none() -> None:
    line = told_of(amount=None)
    assert (line["sale_amount"], line["sale_refunded"], line["sale_currency"]) == ("", "", "")
    assert (line["deductions"], line["disputed"]) == ("", "")


def test_a_line_says_what_few_sales_have() -> None:
    line = told_of(
        customer="c" * 32,
        deductions=899,
        seconds=95,
        caller="d" * 32,
        hold_days=30,
        fx="2026-11-24 9f86d081 EUR USD=1.0812",
        after=replace(fact().after, disputed=1000),
    )
    assert {name: line[name] for name in ("customer", "deductions", "seconds", "caller", "hold_days", "disputed")} == {
        "customer": "c" * 32,
        "deductions": "8.99",
        "seconds": "95",
        "caller": "d" * 32,
        "hold_days": "30",
        "disputed": "10.00",
    }
    assert line["fx"] == "2026-11-24 9f86d081 EUR USD=1.0812"


def test_an_affiliate_paid_in_another_currency_sees_both() -> None:
    line = told_of(due_in="JPY", after=replace(fact().after, due=737))
    assert (line["currency"], line["approved_commission"], line["commission_after"]) == ("EUR", "4.50", "4.50")
    assert (line["due_currency"], line["pending_due"], line["approved_due"], line["due_after"]) == (
        *("JPY", "0", "737", "737"),
    )


def test_old_columns_keep_their_places() -> None:
    assert lines.COMMISSIONS[:4] == ("provisional_period", "stamped_day", "late", "accepted")
    assert lines.COMMISSIONS[37:39] == ("confirmed", "customer")
    assert lines.SUMMARY[20:22] == ("margin", "reinstated")
    assert lines.AFFILIATE[-7:-5] == ("sub5", "due_currency")
    assert lines.ADVERTISER[-6:-4] == ("confirmed", "deductions")


def test_what_is_taken_back_is_a_negative_number() -> None:
    gone = later(fact(), "rejected", replace(fact().after, state="rejected", commission=0, revenue=0))
    line = by_column(lines.COMMISSIONS, lines.of_entry(entry(gone), DAY)[0])
    assert (line["approved_commission"], line["approved_revenue"]) == ("-4.50", "-6.00")


def test_a_fact_of_an_earlier_day_is_late() -> None:
    assert told_of(day="2026-11-23")["late"] == "1"


@pytest.mark.parametrize(
    ("field", "column"),
    [
        ("affiliate", "affiliate"),
        ("advertiser", "advertiser"),
        ("campaign", "campaign"),
        ("goal", "goal"),
        ("click_id", "click_id"),
        ("order_id", "order_id"),
        ("coupon", "coupon"),
        ("customer", "customer"),
        ("caller", "caller"),
        ("fx", "fx"),
        ("status_word", "status_word"),
        ("terms", "terms"),
        ("commission_rate", "commission_rate"),
        ("revenue_rate", "revenue_rate"),
    ],
)
def test_a_strangers_formula_is_disarmed(field: str, column: str) -> None:
    text = told_of(**{field: EVIL})[column]
    assert text == "'" + EVIL
    assert told(text) == EVIL


def test_a_formula_in_any_sub_id_is_disarmed() -> None:
    line = told_of(subs=(EVIL,) * 5)
    assert {line[f"sub{number}"] for number in range(1, 6)} == {"'" + EVIL}


def test_an_affiliate_never_sees_what_the_advertiser_pays() -> None:
    assert not [name for name in lines.AFFILIATE if "revenue" in name or "margin" in name]
    assert not {"status_word", "advertiser", "source", "customer", "caller", "fx", "deductions"} & set(lines.AFFILIATE)
    line = lines.of_entry(entry(fact(after=replace(fact().after, revenue=987654))), DAY)[1]
    assert "9876.54" not in line
    assert fact().revenue_rate not in line


def test_an_advertiser_never_sees_what_the_affiliate_earns() -> None:
    assert not [name for name in lines.ADVERTISER if "commission" in name or name.startswith(("sub", "terms"))]
    assert not {"customer", "caller", "fx"} & set(lines.ADVERTISER)
    assert not [name for name in lines.ADVERTISER if "due" in name]
    line = lines.of_entry(entry(fact(after=replace(fact().after, commission=987654))), DAY)[2]
    assert "9876.54" not in line
    assert fact().commission_rate not in line
    assert "news" not in line


def test_a_statement_says_the_same_as_the_line_it_is_taken_from() -> None:
    one = fact(order_id='A"1,2', subs=("a,b", "=1", "", "", "x"), coupon="-10%")
    commission, earned, owed = lines.of_entry(entry(one), DAY)
    whole = by_column(lines.COMMISSIONS, commission)
    for header, line in ((lines.AFFILIATE, earned), (lines.ADVERTISER, owed)):
        assert by_column(header, line) == {name: whole[name] for name in header}
    assert set(lines.COMMISSIONS) == {
        *lines.AFFILIATE,
        *lines.ADVERTISER,
        *("advertiser", "source", "customer", "caller", "hold_days", "fx"),
    }


def test_every_part_is_provisional_by_its_header() -> None:
    headers = (lines.COMMISSIONS, lines.SUMMARY, lines.AFFILIATE, lines.ADVERTISER)
    assert {header[0] for header in headers} == {"provisional_period"}


@given(st.integers(0, 4_000_000_000_000))
def test_a_time_is_written_as_the_model_writes_it(ms: int) -> None:
    assert told_of(event_ms=ms)["event"] == iso(ms)


def test_a_summary_shows_both_states_and_their_sum() -> None:
    sums = Sums()
    sums.add("booked", (0, 450, 0, 600, 0, 737))
    sums.add("dispute_won", (100, 0, 300, 0, 164, 0))
    line = by_column(lines.SUMMARY, lines.of_group(("shop", "spring", "sale", "EUR", "JPY"), "=anna", sums, DAY))
    assert line == {
        "provisional_period": "2026-11",
        "affiliate": "'=anna",
        "advertiser": "shop",
        "campaign": "spring",
        "goal": "sale",
        "currency": "EUR",
        "facts": "2",
        "conversions": "1",
        "confirmed": "0",
        "approved": "0",
        "rejected": "0",
        "refunded": "0",
        "pending_revenue": "3.00",
        "approved_revenue": "6.00",
        "pending_commission": "1.00",
        "approved_commission": "4.50",
        "pending_margin": "2.00",
        "approved_margin": "1.50",
        "revenue": "9.00",
        "commission": "5.50",
        "margin": "3.50",
        "reinstated": "0",
        "amended": "0",
        "corrected": "0",
        "disputed": "0",
        "dispute_won": "1",
        "dispute_lost": "0",
        "rated": "0",
        "held": "0",
        "released": "0",
        "refused": "0",
        "due_currency": "JPY",
        "pending_due": "164",
        "approved_due": "737",
        "due": "901",
    }


def test_every_kind_of_fact_is_counted() -> None:
    sums = Sums()
    for kind in KINDS:
        sums.add(kind, (0,) * 6)
    assert sums.kinds == dict.fromkeys(KINDS, 1)
    assert sums.plus(sums).kinds == dict.fromkeys(sums.kinds, 2)


def test_every_kind_of_fact_has_a_column_in_the_summary() -> None:
    assert {"conversions", *KINDS} - {"booked"} <= set(lines.SUMMARY)


def test_nothing_that_moves_is_left_out_of_the_sums() -> None:
    moved = {field.name for field in fields(fact().moved)}
    assert moved <= {field.name for field in fields(Sums)}
