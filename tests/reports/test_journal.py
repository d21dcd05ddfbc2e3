"""The books balance: whatever a month brings, debits equal credits in every currency."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.model.line import PRICED, Buckets, Line
from chalicelib.reports import journal
from chalicelib.reports.journal import Posting, Sum

KINDS = sorted(
    PRICED | {"booked", "approved", "refunded", "bonus", "adjusted", "write_off", "frozen", "failed", "paid"}
)
CODES = ("EUR", "USD", "JPY")
MINOR = st.integers(-(10**9), 10**9)
BUCKETS = st.builds(Buckets, MINOR, MINOR, MINOR)


@st.composite
def lines(draw: st.DrawFn) -> Line:
    """Any line that a close may make."""
    kind, currency, due_in = draw(st.sampled_from(KINDS)), draw(st.sampled_from(CODES)), draw(st.sampled_from(CODES))
    due = draw(BUCKETS)
    commission = draw(BUCKETS) if currency != due_in else due
    who = draw(st.sampled_from(("anna", "ben"))), draw(st.sampled_from(("shop", "")))
    return Line(kind, *who, "spring", "sale", currency, due_in, commission, due, draw(MINOR), draw(MINOR))


@given(st.lists(lines(), max_size=12))
def test_debits_equal_credits_in_every_currency_of_every_entry(made: list[Line]) -> None:
    for one in journal.summed(made):
        assert set(journal.balance(journal.postings(one)).values()) <= {0}


@given(st.lists(lines(), min_size=1, max_size=12))
def test_a_balance_of_the_books_is_the_sum_of_its_lines(made: list[Line]) -> None:
    moved = [posting for one in journal.summed(made) for posting in journal.postings(one)]
    for affiliate, code in {(one.affiliate, one.due_in) for one in made}:
        due = sum(one.due.payable for one in made if (one.affiliate, one.due_in) == (affiliate, code))
        assert due == -sum(p.minor for p in moved if (p.account, p.currency) == (f"payable:{affiliate}", code))


def test_a_commission_is_an_expense_and_a_debt_to_the_affiliate() -> None:
    line = Sum("approved", "anna", "shop", "EUR", "EUR", held=125, held_due=125, revenue=200)
    assert journal.postings(line) == [
        Posting("held:anna", "EUR", -125),
        Posting("receivable:shop", "EUR", 200),
        Posting("revenue", "EUR", -200),
        Posting("expense", "EUR", 125),
    ]


def test_what_becomes_approved_leaves_the_pending_accounts() -> None:
    line = Sum("approved", "anna", "shop", "EUR", "EUR", -125, 125, 0, -125, 125, 0, -200, 200)
    assert journal.postings(line) == [
        Posting("pending:anna", "EUR", 125),
        Posting("held:anna", "EUR", -125),
        Posting("accrued:shop", "EUR", -200),
        Posting("revenue_pending", "EUR", 200),
        Posting("receivable:shop", "EUR", 200),
        Posting("revenue", "EUR", -200),
        Posting("expense_pending", "EUR", -125),
        Posting("expense", "EUR", 125),
    ]


def test_one_trading_account_stands_between_two_currencies() -> None:
    there = Sum("booked", "anna", "shop", "USD", "EUR", payable=100, payable_due=92)
    back = Sum("booked", "anna", "shop", "EUR", "USD", payable=92, payable_due=100)
    accounts = {posting.account for one in (there, back) for posting in journal.postings(one)}
    assert accounts == {"payable:anna", "expense", "trading:EUR/USD"}
    assert journal.balance(journal.postings(there)) == {"EUR": 0, "USD": 0}


@pytest.mark.parametrize(
    ("kind", "due", "account"),
    [
        ("vat", 19, "vat"),
        ("withheld", -5, "withholding"),
        ("write_off", 100, "write_off"),
        ("frozen", -100, "clearing"),
        ("failed", 100, "clearing"),
        ("returned", 100, "clearing"),
    ],
)
def test_taxes_payouts_and_forgiven_debts_have_accounts_of_their_own(kind: str, due: int, account: str) -> None:
    moved = journal.postings(Sum(kind, "anna", "", "EUR", "EUR", payable_due=due))
    assert moved == [Posting("payable:anna", "EUR", -due), Posting(account, "EUR", due)]


def test_a_sum_that_contradicts_itself_is_not_booked() -> None:
    with pytest.raises(ValueError, match="one currency"):
        journal.postings(Sum("booked", "anna", "shop", "EUR", "EUR", payable=1, payable_due=2))


def test_the_journal_is_a_table_whose_debits_equal_its_credits() -> None:
    sums = [
        Sum("booked", "anna", "shop", "USD", "EUR", payable=100, payable_due=92, revenue=150),
        Sum("deferred", "anna", "", "EUR", "EUR"),
        Sum("vat", "anna", "", "EUR", "EUR", payable_due=17),
    ]
    text = "".join(journal.rows(sums, "2026-10-31", "2026-10"))
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    assert tuple(rows[0]) == journal.COLUMNS
    assert {row["entry"] for row in rows} == {"2026-10-000001", "2026-10-000002"}
    for code in ("EUR", "USD"):
        mine = [row for row in rows if row["currency"] == code]
        sides = [sum(round(float(row[side] or 0) * 100) for row in mine) for side in ("debit", "credit")]
        assert sides[0] == sides[1] > 0
    assert rows[0]["text"] == "booked anna shop"
