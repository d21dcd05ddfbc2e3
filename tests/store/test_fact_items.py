"""A fact lies in an item so that both ways of reading it say the same."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from chalicelib.model.credit import Credit
from chalicelib.model.entry import Entry
from chalicelib.model.fact import KINDS, Fact, Movement, Standing
from chalicelib.model.money import Money
from chalicelib.store.fact_items import entry, fact, fact_item

WORDS = st.text(max_size=8)
NAMES = st.text(min_size=1, max_size=8)
TIMES = st.integers(0, 9_999_999_999_999)
SUMS = st.integers(-(10**15), 10**15)
STANDINGS = st.builds(
    Standing,
    st.sampled_from(["pending", "approved", "rejected"]),
    WORDS,
    st.booleans(),
    st.integers(0, 10**15),
    SUMS,
    SUMS,
    st.just("EUR"),
    SUMS,
    st.integers(0, 10**15),
    st.sampled_from(["pending", "approved"]),
    st.sampled_from(["", "bot", "bot burst"]),
)
MOVEMENTS = st.builds(Movement, SUMS, SUMS, SUMS, SUMS, SUMS, SUMS)
CREDITS = st.builds(
    Credit, NAMES, WORDS, st.integers(1, 10), st.sampled_from(["", "EUR"]), st.lists(WORDS, max_size=5).map(tuple)
)
SHARES = st.lists(st.tuples(CREDITS, st.integers(0, 10**15), MOVEMENTS), max_size=3)
"""Who shares a conversion, with the whole of it in the currency of each, and what a fact moves for each."""


def at_home(one: Fact) -> Fact:
    """The fact of an affiliate that is paid in the campaign's currency: what is due is the commission itself."""
    if one.due_in != one.after.currency:
        return one
    moved = replace(one.moved, pending_due=one.moved.pending_commission, approved_due=one.moved.approved_commission)
    return replace(one, after=replace(one.after, due=one.after.commission), moved=moved)


FACTS = st.builds(
    Fact,
    conversion=st.text("0123456789abcdef", min_size=32, max_size=32),
    n=st.integers(0, 99_999),
    kind=st.sampled_from(KINDS),
    key=NAMES,
    at_ms=TIMES,
    event_ms=TIMES,
    day=st.just("2026-11-24"),
    source=NAMES,
    advertiser=NAMES,
    affiliate=NAMES,
    campaign=NAMES,
    goal=NAMES,
    click_id=WORDS,
    order_id=WORDS,
    amount=st.none() | st.builds(Money, SUMS, st.sampled_from(["EUR", "JPY"])),
    coupon=WORDS,
    customer=WORDS,
    status_word=WORDS,
    test=st.booleans(),
    terms=NAMES,
    commission_rate=NAMES,
    revenue_rate=NAMES,
    after=STANDINGS,
    moved=MOVEMENTS,
    subs=st.tuples(WORDS, WORDS, WORDS, WORDS, WORDS),
    touches=st.lists(NAMES, max_size=3).map(tuple),
    deductions=st.integers(0, 10**15),
    seconds=st.integers(0, 86_400),
    caller=WORDS,
    hold_days=st.integers(0, 90),
    fx=WORDS,
    due_in=st.sampled_from(["EUR", "JPY"]),
    share=st.sampled_from(["", "2/1:2:1"]),
    how=st.sampled_from(["", "first", "view"]),
).map(at_home)


def shared(one: Fact, shares: list[tuple[Credit, int, Movement]]) -> Fact:
    """The fact, with those who share it."""
    after = replace(one.after, dues=tuple(whole for _, whole, _ in shares))
    credits, parts = tuple(credit for credit, _, _ in shares), tuple(part for _, _, part in shares)
    return replace(one, after=after, credits=credits, parts=parts)


@given(FACTS, SHARES)
def test_a_fact_is_read_as_it_was_written(one: Fact, shares: list[tuple[Credit, int, Movement]]) -> None:
    whole = shared(one, shares)
    assert fact(fact_item(whole, "test")) == whole


@given(FACTS)
def test_a_report_reads_the_same_of_it(one: Fact) -> None:
    read = entry(fact_item(one, "test"))
    sale = (None, "") if one.amount is None else (one.amount.minor, one.amount.currency)
    parts = {"after", "moved", "amount"}
    for whole in (one, one.after, one.moved):
        for name in whole.__slots__:
            if name in Entry._fields and name not in parts:
                assert getattr(read, name) == getattr(whole, name), name
    assert (read.amount, read.sale_currency) == sale
    assert {"key", "test", "touches", "after", "moved", "credits", "parts", "how"} == set(one.__slots__) - set(
        Entry._fields
    )
