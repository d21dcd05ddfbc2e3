"""The published lines read back: each line of a commissions.csv gives the entry that it was written from.

The month close takes its facts from here, millions of them: so cells are taken by position, and a line in which nothing
is quoted is simply divided.
"""

import csv
import io
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import lru_cache
from itertools import chain
from typing import BinaryIO, Final, cast

from chalicelib.model.entry import Entry
from chalicelib.model.fact import Kind, State
from chalicelib.reports.cells import line, told
from chalicelib.reports.lines import COMMISSIONS
from chalicelib.reports.manifest import Broken

_HEADER: Final = line(COMMISSIONS)


def entries(stream: BinaryIO) -> Iterator[Entry]:
    """The entries of a commissions.csv, in its order. Broken if it is none, or ends inside a line.

    The bytes are trusted: whoever opens the part has checked its hash, or checks it while this reads.
    """
    text = io.TextIOWrapper(stream, "utf-8", newline="")
    try:
        if next(text, "") != _HEADER:
            raise Broken("no commissions.csv of this version")
        yield from map(entry, lines(text))
    except (ValueError, csv.Error) as strange:
        raise Broken("a line that is none of ours") from strange


def lines(text: Iterator[str]) -> Iterator[list[str]]:
    """The cells of each line, as they were before they were disarmed and quoted."""
    for start in text:
        if '"' not in start:
            if not start.endswith("\r\n"):
                raise ValueError("the file ends inside a line")
            cells = start[:-2].split(",")
            yield [told(cell) for cell in cells] if "'" in start else cells
        else:
            # The csv module takes as much of `text` as a quoted cell with line breaks needs, and no more.
            yield [told(cell) for cell in next(csv.reader(chain((start,), text), strict=True))]


def entry(cells: list[str]) -> Entry:
    """The entry of the cells of a line of commissions.csv."""
    (
        _,
        stamped_day,
        _,
        accepted,
        event,
        kind,
        conversion,
        number,
        affiliate,
        advertiser,
        source,
        campaign,
        goal,
        click_id,
        order_id,
        coupon,
        sale_amount,
        sale_refunded,
        sale_currency,
        state,
        reason,
        currency,
        pending_commission,
        approved_commission,
        commission_after,
        terms,
        commission_rate,
        sub1,
        sub2,
        sub3,
        sub4,
        sub5,
        pending_revenue,
        approved_revenue,
        revenue_after,
        revenue_rate,
        status_word,
        confirmed,
        customer,
        deductions,
        seconds,
        caller,
        hold_days,
        disputed,
        fx,
        due_currency,
        pending_due,
        approved_due,
        due_after,
        held,
        share,
    ) = cells
    at_ms = _ms(accepted)
    return Entry(
        conversion,
        int(number),
        cast("Kind", kind),
        at_ms,
        at_ms if event == accepted else _ms(event),
        stamped_day,
        source,
        advertiser,
        affiliate,
        campaign,
        goal,
        click_id,
        order_id,
        _minor(sale_amount) if sale_amount else None,
        sale_currency,
        coupon,
        status_word,
        terms,
        commission_rate,
        revenue_rate,
        cast("State", state),
        reason,
        confirmed == "1",
        _minor(sale_refunded) if sale_refunded else 0,
        _minor(commission_after),
        _minor(revenue_after),
        currency,
        _minor(pending_commission),
        _minor(approved_commission),
        _minor(pending_revenue),
        _minor(approved_revenue),
        (sub1, sub2, sub3, sub4, sub5),
        customer,
        _minor(deductions) if deductions else 0,
        int(seconds),
        caller,
        int(hold_days),
        fx,
        _minor(disputed) if disputed else 0,
        due_currency,
        _minor(due_after),
        _minor(pending_due),
        _minor(approved_due),
        held,
        share,
    )


@lru_cache(65536)
def _minor(text: str) -> int:
    """Minor units of an amount as `money.decimal` writes it: always with all digits of its currency."""
    return int(text.replace(".", ""))


def _ms(text: str) -> int:
    """Unix milliseconds of a time as `day.iso` writes it."""
    return _minute(text[:16]) + int(text[17:19]) * 1000 + int(text[20:23])


@lru_cache(8192)
def _minute(text: str) -> int:
    return round(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()) * 1000
