"""What was written is read back, exactly, or not at all."""

import io
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.model.entry import Entry
from chalicelib.model.fact import KINDS
from chalicelib.reports import lines
from chalicelib.reports.cells import encoded, line
from chalicelib.reports.manifest import Broken
from chalicelib.reports.reading import entries
from tests.reports.test_cells import TRICKY
from tests.reports.world import DAY, entry, fact, later, story

CURRENCIES = st.sampled_from(["EUR", "JPY", "KWD", "CLF"])
MINOR = st.integers(-(10**15), 10**15)
TEXT = TRICKY.map(lambda text: text.encode("utf-8", "replace").decode())
MS = st.integers(0, 4_000_000_000_000)


@st.composite
def any_entry(draw: Any) -> Entry:
    """An entry as a ledger may hold it: no sale's money without its amount, and no other due in the same currency."""
    amount, currency, due_in = draw(st.none() | MINOR), draw(CURRENCIES), draw(CURRENCIES)
    refunded, deductions, disputed = (0 if amount is None else draw(MINOR) for _ in range(3))
    commission, pending, approved = draw(st.tuples(MINOR, MINOR, MINOR))
    due = (commission, pending, approved) if due_in == currency else draw(st.tuples(MINOR, MINOR, MINOR))
    at_ms = draw(MS)
    said = (
        draw(st.text("0123456789abcdef", min_size=32, max_size=32)),
        draw(st.integers(0, 99_999)),
        draw(st.sampled_from(KINDS)),
        at_ms,
        draw(st.just(at_ms) | MS),
        draw(st.dates().map(str)),
        draw(st.sampled_from(["server", "browser", "call", "hand"])),
        *(draw(TEXT) for _ in ("advertiser", "affiliate", "campaign", "goal", "click_id", "order_id")),
        amount,
        "" if amount is None else draw(CURRENCIES),
        *(draw(TEXT) for _ in ("coupon", "status_word", "terms", "commission_rate", "revenue_rate")),
        draw(st.sampled_from(["pending", "approved", "rejected"])),
        draw(st.sampled_from(["", "by_advertiser", "no_fx_rate"])),
        draw(st.booleans()),
        refunded,
        commission,
        draw(MINOR),
        currency,
        pending,
        approved,
        draw(MINOR),
        draw(MINOR),
        draw(st.tuples(TEXT, TEXT, TEXT, TEXT, TEXT)),
        draw(TEXT),
        deductions,
        draw(st.integers(0, 100_000)),
        draw(TEXT),
        draw(st.integers(0, 90)),
        draw(TEXT),
        disputed,
        due_in,
        *due,
        draw(st.sampled_from(["", "bot", "bot burst"])),
        draw(st.sampled_from(["", "2/1:2:1"])),
    )
    return Entry._make(said)


def written(*said: Entry) -> bytes:
    """A commissions.csv of these."""
    return encoded([line(lines.COMMISSIONS), *(lines.of_entry(one, DAY)[0] for one in said)])


def read(content: bytes) -> list[Entry]:
    """The entries of a file."""
    return list(entries(io.BytesIO(content)))


@given(st.lists(any_entry(), max_size=4))
def test_every_entry_is_read_back_as_it_was_written(said: list[Entry]) -> None:
    assert read(written(*said)) == said


def test_the_life_of_a_sale_is_read_back() -> None:
    disputed = later(fact(), "disputed", replace(fact().after, disputed=4999))
    said = [entry(one) for number in range(8) for one in story(number)] + [entry(fact()), entry(disputed)]
    assert read(written(*said)) == said


def test_a_cell_with_line_breaks_does_not_move_the_next_line() -> None:
    said = [entry(fact(order_id=order)) for order in ('a\r\n"b', "=\n=", "plain", "it's")]
    assert read(written(*said)) == said


@pytest.mark.parametrize(
    "damaged",
    [
        b"",
        written(entry(fact())).replace(b"due_after", b"due_later"),
        written(entry(fact()))[:-1],
        written(entry(fact()))[:-2],
        written(entry(fact()))[:-9],
        written(entry(fact(order_id='"')))[:-300],
        written(entry(fact())) + b"\r\n",
        written(entry(fact())) + b"\xff\r\n",
        written(entry(fact())).replace(b"4.50", b"4,50"),
        written(entry(fact())).replace(b"4.50", b"four"),
    ],
    ids=["nothing", "header", "half an end", "no end", "short", "open quote", "empty line", "bytes", "cells", "words"],
)
def test_what_is_no_report_is_not_read(damaged: bytes) -> None:
    with pytest.raises(Broken):
        read(damaged)
