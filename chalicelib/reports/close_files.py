"""The files of a month close that say what was closed: lines, balances and payables, and which columns they have.

Times are UTC. Amounts are in the currency beside them, with its decimals; a movement takes back when it is negative.
"""

from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any, BinaryIO, Final

from chalicelib.model import money
from chalicelib.model.balance import Balance
from chalicelib.model.day import iso
from chalicelib.model.fact import KINDS
from chalicelib.model.line import Buckets, Line
from chalicelib.model.payout import line_id
from chalicelib.reports.cells import cell, line, repeated, table, told
from chalicelib.reports.manifest import Broken

BUCKETS: Final = ("pending", "held", "payable")

LINES: Final = (
    *("line", "kind", "affiliate", "advertiser", "campaign", "goal", "conversion", "fact", "accepted", "event"),
    *("origin", "quantity", "reason", "currency"),
    *("pending_commission", "held_commission", "payable_commission", "pending_revenue", "revenue"),
    *("due_currency", "pending_due", "held_due", "payable_due"),
    *("terms", "commission_rate", "revenue_rate", "fx", "note"),
)
"""lines.csv, sorted by `place`. A line's name is <period>/<line>."""

BALANCES: Final = (
    "affiliate",
    "currency",
    *(f"{when}_{bucket}" for when in ("opening", "moved", "closing") for bucket in BUCKETS),
    "payout",
    "status",
)
"""balances.csv, sorted by affiliate and currency."""

PAYABLES: Final = ("payable", "affiliate", "currency", "amount")
"""payables.csv: the balances that can be paid. A payable's name is <period>/<affiliate>/<currency>."""

_MADE: Final = (
    *("cpc", "cpm", "recurring", "call_difference", "cap_difference", "tier_difference", "flat"),
    *("bonus", "adjusted", "write_off", "deferred", "frozen", "sent", "paid", "failed", "returned"),
    *("second_tier", "vat", "withheld"),
)
_RANKS: Final = {kind: rank for rank, kind in enumerate(_MADE, 1)} | dict.fromkeys((*KINDS, "matured"), 0)

amount = lru_cache(16384)(money.decimal)
"""Minor units as the currency's decimal text."""


def place(one: Line) -> tuple[Any, ...]:
    """Where a line stands in lines.csv: by affiliate and its currency, facts first, then what a close makes of them."""
    return (one.affiliate, one.due_in, _RANKS[one.kind], one.campaign, one.goal, one.conversion, one.n, *one[15:])


def of_line(number: int, one: Line) -> str:
    """A line of lines.csv."""
    code, due_in = one.currency, one.due_in
    # A commission that its affiliate earns in the campaign's currency is written once and stands twice.
    commission = buckets(one.commission, code)
    due = commission if due_in == code and one.due == one.commission else buckets(one.due, due_in)
    fact = str(one.n) if one.conversion else ""
    accepted = time(one.at_ms)
    event = accepted if one.event_ms == one.at_ms else time(one.event_ms)
    return (
        f"{number},{one.kind},{repeated(one.affiliate)},{repeated(one.advertiser)},{repeated(one.campaign)},"
        f"{repeated(one.goal)},{one.conversion},{fact},{accepted},{event},{one.origin},{one.quantity},"
        f"{repeated(one.reason)},{code},{commission},{amount(one.pending_revenue, code)},{amount(one.revenue, code)},"
        f"{due_in},{due},{repeated(one.terms)},{repeated(one.commission_rate)},{repeated(one.revenue_rate)},"
        f"{repeated(one.fx)},{repeated(one.note)}\r\n"
    )


def of_balance(one: Balance) -> str:
    """A line of balances.csv."""
    code = one.currency
    sides = (buckets(side, code) for side in (one.opening, one.moved, one.closing))
    return line((cell(one.affiliate), code, *sides, amount(one.payout, code), one.status))


def of_payable(one: Balance, period: str) -> str:
    """A line of payables.csv."""
    name = line_id(period, one.affiliate, one.currency)
    return line((cell(name), cell(one.affiliate), one.currency, amount(one.payout, one.currency)))


def balances(stream: BinaryIO) -> Iterator[Balance]:
    """The balances of a balances.csv."""
    for cells in rows(stream, BALANCES):
        opening, moved, closing = (Buckets(*map(minor, cells[start : start + 3])) for start in (2, 5, 8))
        yield Balance(cells[0], cells[1], opening, moved, closing, minor(cells[11]), cells[12])


def rows(stream: BinaryIO, columns: tuple[str, ...]) -> Iterator[list[str]]:
    """The lines of a CSV file that we wrote, as plain text; Broken if it has other columns."""
    lines = table(stream)
    if next(lines, []) != list(columns):
        raise Broken(f"no file of this version: it should begin with {','.join(columns[:3])}")
    for cells in lines:
        yield [told(one) for one in cells]


def buckets(of: Buckets, code: str) -> str:
    """Three cells."""
    return _three(of[0], of[1], of[2], code)


@lru_cache(65536)
def minor(text: str) -> int:
    """Minor units of an amount as `money.decimal` writes it: always with all digits of its currency."""
    return int(text.replace(".", ""))


def time(ms: int) -> str:
    """What model.day.iso gives; the minute is remembered, for a million lines share few of them."""
    minutes, rest = divmod(ms, 60_000)
    return f"{_minute(minutes)}{rest // 1000:02d}.{rest % 1000:03d}Z"


def joined(cells: Iterable[str]) -> str:
    """Text cells side by side, disarmed and quoted as they must be."""
    return ",".join(map(repeated, cells))


@lru_cache(16384)
def _three(pending: int, held: int, payable: int, code: str) -> str:
    return f"{amount(pending, code)},{amount(held, code)},{amount(payable, code)}"


@lru_cache(65536)
def _minute(minutes: int) -> str:
    return iso(minutes * 60_000)[:17]
