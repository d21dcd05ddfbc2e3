"""The double-entry journal: what a month's lines do to the network's books.

Each sum of lines becomes an entry whose debits equal its credits in every currency it touches. Where a campaign's
currency meets an affiliate's, one trading account per pair stands between: its balance is what the rates have made.

    receivable:<advertiser>   what it owes               revenue           what we have earned
    accrued:<advertiser>      what it may come to owe    revenue_pending   the same, not yet earned
    payable:<affiliate>       what we pay next           expense           what affiliates have earned
    held:<affiliate>          approved, not yet due      expense_pending   the same, not yet earned
    pending:<affiliate>       not yet approved           trading:EUR/USD   between two currencies
    vat, withholding          taxes                      write_off         debts given up
    clearing                  on its way to or from a bank
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from chalicelib.model.line import Line, Moved
from chalicelib.model.money import decimal
from chalicelib.reports import cells
from chalicelib.reports.cells import cell

COLUMNS: Final = ("entry", "date", "account", "debit", "credit", "currency", "text")

SETTLED_AGAINST: Final = {
    "vat": "vat",
    "withheld": "withholding",
    "write_off": "write_off",
    "frozen": "clearing",
    "failed": "clearing",
    "returned": "clearing",
}
"""Kinds that are no commission: what stands against the affiliate's balance, in its own currency."""


class Sum(NamedTuple):
    """What lines of one kind, affiliate, advertiser and pair of currencies move together, in minor units.

    `pending`, `held` and `payable` are commission, and like both revenues of `currency`; the three `due` are of
    `due_in`, the affiliate's currency.
    """

    kind: str
    affiliate: str
    advertiser: str
    currency: str
    due_in: str
    pending: int = 0
    held: int = 0
    payable: int = 0
    pending_due: int = 0
    held_due: int = 0
    payable_due: int = 0
    pending_revenue: int = 0
    revenue: int = 0

    @property
    def commission(self) -> int:
        """All commission."""
        return self.pending + self.held + self.payable

    @property
    def due(self) -> int:
        """All that is due of it."""
        return self.pending_due + self.held_due + self.payable_due


@dataclass(frozen=True, slots=True)
class Posting:
    """A movement of an account: minor units of `currency`, a debit above zero and a credit below."""

    account: str
    currency: str
    minor: int


def summed(lines: Iterable[Line]) -> list[Sum]:
    """The lines added up by kind, affiliate, advertiser and currencies, in that order: one entry for each."""
    sums: dict[tuple[str, str, str, str, str], Moved] = {}
    for one in lines:
        about = (one.kind, one.affiliate, one.advertiser, one.currency, one.due_in)
        sums[about] = sums.get(about, Moved()).plus(one)
    return [
        Sum(
            kind,
            affiliate,
            advertiser,
            currency,
            due_in,
            *moved.commission,
            *moved.due,
            moved.pending_revenue,
            moved.revenue,
        )
        for (kind, affiliate, advertiser, currency, due_in), moved in sorted(sums.items())
    ]


def postings(one: Sum) -> list[Posting]:
    """What a sum does to the accounts, without those that it leaves alone; ValueError if it contradicts itself."""
    moved: list[Posting] = [
        Posting(f"pending:{one.affiliate}", one.due_in, -one.pending_due),
        Posting(f"held:{one.affiliate}", one.due_in, -one.held_due),
        Posting(f"payable:{one.affiliate}", one.due_in, -one.payable_due),
        Posting(f"accrued:{one.advertiser}", one.currency, one.pending_revenue),
        Posting("revenue_pending", one.currency, -one.pending_revenue),
        Posting(f"receivable:{one.advertiser}", one.currency, one.revenue),
        Posting("revenue", one.currency, -one.revenue),
    ]
    if one.kind in SETTLED_AGAINST:
        moved.append(Posting(SETTLED_AGAINST[one.kind], one.due_in, one.due))
    else:
        moved += _spent(one)
    return [posting for posting in moved if posting.minor]


def rows(sums: Iterable[Sum], day: str, period: str) -> Iterator[str]:
    """The journal as CSV lines, header first; entries are numbered within the period and dated `day`, its last."""
    yield cells.line(COLUMNS)
    number = 0
    for one in sums:
        moved = postings(one)
        if not moved:
            continue
        number += 1
        text = cell(" ".join(word for word in (one.kind, one.affiliate, one.advertiser) if word))
        for posting in moved:
            amount = decimal(abs(posting.minor), posting.currency)
            sides = (amount, "") if posting.minor > 0 else ("", amount)
            yield cells.line((f"{period}-{number:06d}", day, cell(posting.account), *sides, posting.currency, text))


def balance(moved: Sequence[Posting]) -> dict[str, int]:
    """Debits less credits by currency; an entry's are all 0."""
    sums: dict[str, int] = {}
    for posting in moved:
        sums[posting.currency] = sums.get(posting.currency, 0) + posting.minor
    return sums


def _spent(one: Sum) -> list[Posting]:
    """The commission as an expense in the campaign's currency, and what lies between it and the affiliate's."""
    if not (one.pending or one.held or one.payable):
        # A bonus whose revenue is in another currency: it never was commission in that one.
        return [Posting("expense", one.due_in, one.due)]
    spent = [
        Posting("expense_pending", one.currency, one.pending),
        Posting("expense", one.currency, one.held + one.payable),
    ]
    if one.currency == one.due_in:
        if one.commission != one.due:
            raise ValueError(f"a {one.kind} of {one.affiliate} moves {one.commission} and {one.due} of one currency")
        return spent
    pair = "trading:" + "/".join(sorted((one.currency, one.due_in)))
    return [*spent, Posting(pair, one.currency, -one.commission), Posting(pair, one.due_in, one.due)]
