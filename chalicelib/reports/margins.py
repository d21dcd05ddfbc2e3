"""summary.csv of a month: revenue, commission and margin by advertiser, campaign, goal and currency.

Beside the campaign's currency stands the report currency, converted by the rates of the period's last day; it is empty
where no rate is known.
"""

from collections.abc import Iterator
from fractions import Fraction
from typing import Final

from chalicelib.model.fx import Quotes, exact, rounded
from chalicelib.model.line import UNTAXED, Line
from chalicelib.reports.cells import line
from chalicelib.reports.close_files import amount, joined

SUMMARY: Final = (
    *("period", "advertiser", "campaign", "goal", "currency", "lines", "conversions"),
    *("pending_revenue", "revenue", "pending_commission", "held_commission", "payable_commission"),
    *("pending_margin", "margin"),
    *("report_currency", "report_revenue", "report_commission", "report_margin"),
)
"""`margin` is revenue less held and payable commission; `conversions` are those that were booked."""

Amounts = tuple[int, int, int, int, int, int, int]


class Margins:
    """The sums of a close's lines."""

    def __init__(self) -> None:
        self._rows: dict[tuple[str, str, str, str], Amounts] = {}

    def add(self, one: Line) -> None:
        """Take one line into account, unless it is no business with anybody's campaign (taxes, payouts)."""
        if one.kind in UNTAXED:
            return
        about = (one.advertiser, one.campaign, one.goal, one.currency)
        lines, booked, pending_owed, owed, pending, held, payable = self._rows.get(about, (0,) * 7)
        self._rows[about] = (
            lines + 1,
            booked + (one.kind == "booked"),
            pending_owed + one.pending_revenue,
            owed + one.revenue,
            pending + one.commission.pending,
            held + one.commission.held,
            payable + one.commission.payable,
        )

    def table(self, period: str, currency: str, by: Quotes) -> Iterator[str]:
        """The lines of summary.csv, without its header; `currency` is the report currency, '' for none."""
        for about, (lines, booked, pending_owed, owed, pending, held, payable) in sorted(self._rows.items()):
            code, earned = about[3], held + payable
            money = (pending_owed, owed, pending, held, payable, pending_owed - pending, owed - earned)
            reported = _reported(owed, earned, code, currency, by)
            counts = (str(lines), str(booked))
            yield line((period, joined(about), *counts, *(amount(minor, code) for minor in money), *reported))


def _reported(owed: int, earned: int, code: str, currency: str, by: Quotes) -> tuple[str, str, str, str]:
    if not currency:
        return "", "", "", ""
    found = [exact([(Fraction(minor), code)], currency, by) for minor in (owed, earned)]
    revenue, commission = (None if part is None else rounded(part) for part in found)
    if revenue is None or commission is None:
        return currency, "", "", ""
    shown = (amount(minor, currency) for minor in (revenue, commission, revenue - commission))
    return currency, *shown  # type: ignore[return-value]  # three amounts
