"""Statements of a month: what an affiliate earned and has, as CSV and on paper, and what an advertiser owes.

A statement adds lines up by what they are about; lines.csv has each of them.
"""

from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Final, NamedTuple

from chalicelib.model.balance import Balance
from chalicelib.model.day import back
from chalicelib.model.line import Line, Moved
from chalicelib.model.party import Party
from chalicelib.model.period import Period
from chalicelib.reports.cells import cell, line
from chalicelib.reports.close_files import BUCKETS, amount, buckets, joined
from chalicelib.reports.paper import Statement, StatementLine, pdf

AFFILIATE: Final = (
    *("statement", "period", "affiliate", "row", "campaign", "goal", "kind", "origin", "reason", "commission_rate"),
    *("note", "quantity", "currency"),
    *(f"{bucket}_commission" for bucket in BUCKETS),
    "due_currency",
    *(f"{bucket}_due" for bucket in BUCKETS),
)
"""An affiliate's statement: in each of its currencies the opening balance, what moved it, the closing balance and the
payout (`reason` says why there is none); nothing of what the advertiser pays the network."""

ADVERTISER: Final = (
    *("period", "advertiser", "campaign", "goal", "kind", "origin", "reason", "quantity", "currency"),
    *("pending_revenue", "revenue"),
)
"""An advertiser's statement: what it owes, and nothing of what the network pays on."""

_OWES_NOTHING: Final = frozenset(("matured", "second_tier"))


class About(NamedTuple):
    """What the lines of a row have in common. `note` tells second tiers, manual lines and payouts apart."""

    due_in: str
    campaign: str
    goal: str
    kind: str
    origin: str
    reason: str
    commission_rate: str
    note: str
    currency: str


class Row(NamedTuple):
    """What they add up to."""

    moved: Moved = Moved()
    quantity: int = 0


class Earned:
    """The rows of one affiliate."""

    def __init__(self) -> None:
        self._rows: dict[About, Row] = {}

    def add(self, one: Line) -> None:
        """Take one line into account."""
        about = About(
            one.due_in,
            one.campaign,
            one.goal,
            one.kind,
            one.origin,
            one.reason,
            one.commission_rate,
            one.note,
            one.currency,
        )
        row = self._rows.get(about, _NONE)
        self._rows[about] = Row(row.moved.plus(one), row.quantity + one.quantity)

    def table(self, period: str, affiliate: str, known: Iterable[tuple[int, Balance]]) -> Iterator[str]:
        """The lines of the CSV, without its header: for each balance, with the number of its statement."""
        for number, balance in known:
            code, empty = balance.currency, ",,"
            start = (numbered(number), period, cell(affiliate))

            def side(row: str, cells: str, reason: str = "") -> str:
                return line((*start, row, ",,,", reason, ",,", "", empty, code, cells))  # noqa: B023 - used at once

            yield side("opening", buckets(balance.opening, code))
            for about, row in self._of(code):
                names = joined(about[1:8])
                money = (about.currency, buckets(row.moved.commission, about.currency))
                yield line((*start, "movement", names, str(row.quantity), *money, code, buckets(row.moved.due, code)))
            yield side("closing", buckets(balance.closing, code))
            yield side("payout", f",,{amount(balance.payout, code)}", balance.status)

    def paper(self, period: Period, number: int, balance: Balance, issuer: Party, partner: Party) -> bytes:
        """The statement of one balance as a PDF."""
        by = groupby(self._of(balance.currency), lambda pair: (pair[0].campaign, pair[0].kind))
        sums = [(name, _total(row for _, row in rows)) for name, rows in by]
        statement = Statement(
            kind="affiliate",
            number=numbered(number),
            period=period.name,
            issued=back(period.last_day, -1),
            currency=balance.currency,
            issuer=issuer,
            partner_id=balance.affiliate,
            partner=partner,
            columns=BUCKETS,
            opening=tuple(balance.opening),
            lines=tuple(StatementLine(*name, row.quantity, tuple(row.moved.due)) for name, row in sums),
            closing=tuple(balance.closing),
            to_pay=balance.payout,
        )
        return pdf(statement)

    def _of(self, due_in: str) -> list[tuple[About, Row]]:
        rows = [pair for pair in self._rows.items() if pair[0].due_in == due_in]
        return sorted(rows, key=lambda pair: (pair[0].campaign, pair[0].kind, pair[0]))


class Owed:
    """The rows of all advertisers."""

    def __init__(self) -> None:
        self._rows: dict[tuple[str, ...], tuple[int, int, int]] = {}

    def add(self, one: Line) -> None:
        """Take one line into account, if it is about an advertiser's side."""
        if not one.advertiser or one.kind in _OWES_NOTHING:
            return
        about = (one.advertiser, one.campaign, one.goal, one.kind, one.origin, one.reason, one.currency)
        quantity, pending, revenue = self._rows.get(about, (0, 0, 0))
        self._rows[about] = (quantity + one.quantity, pending + one.pending_revenue, revenue + one.revenue)

    def tables(self, period: str) -> Iterator[tuple[str, Iterator[str]]]:
        """Each advertiser with the lines of its CSV, without the header."""
        for advertiser, rows in groupby(sorted(self._rows.items()), lambda pair: pair[0][0]):
            yield advertiser, (_owed(period, about, sums) for about, sums in rows)


def numbered(number: int) -> str:
    """A statement's number as it is written."""
    return f"{number:06d}"


def _owed(period: str, about: tuple[str, ...], sums: tuple[int, int, int]) -> str:
    quantity, pending, revenue = sums
    code = about[-1]
    return line((period, joined(about[:-1]), str(quantity), code, amount(pending, code), amount(revenue, code)))


def _total(rows: Iterable[Row]) -> Row:
    whole = _NONE
    for row in rows:
        whole = Row(whole.moved.plus(row.moved), whole.quantity + row.quantity)
    return whole


_NONE: Final = Row()
