"""The books as a reader sees them: the facts of the day index, and those that a published report lists."""

import csv
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

from bench.stress import oracle
from bench.stress.network import DIGITS
from bench.stress.oracle import Sums
from chalicelib.model.fact import Fact
from chalicelib.model.money import Money
from chalicelib.store.days import Days


@dataclass(frozen=True, slots=True)
class Line:
    """A fact as a reader of the books sees it. `moved_...` are movements of both states together."""

    conversion: str
    number: int
    kind: str
    affiliate: str
    advertiser: str
    currency: str
    moved_commission: Decimal
    moved_revenue: Decimal
    state: str
    confirmed: bool
    commission: Decimal
    revenue: Decimal
    click: str
    amount: Decimal | None
    refunded: Decimal


@dataclass(slots=True)
class Book:
    """What a pile of lines says."""

    lines: int = 0
    booked: Counter[str] = field(default_factory=Counter)
    last: dict[str, Line] = field(default_factory=dict)
    commissions: Sums = field(default_factory=dict)
    revenues: Sums = field(default_factory=dict)


def book(lines: Iterable[Line]) -> Book:
    """Read lines in any order."""
    made = Book()
    for line in lines:
        made.lines += 1
        made.booked[line.conversion] += line.kind == "booked"
        before = made.last.get(line.conversion)
        if before is None or before.number < line.number:
            made.last[line.conversion] = line
        oracle.add(made.commissions, line.affiliate, line.currency, line.moved_commission)
        oracle.add(made.revenues, line.advertiser, line.currency, line.moved_revenue)
    return made


def index(days: Days, stamped: Iterable[str]) -> Iterator[Line]:
    """The facts that the day index shows for these days."""
    for day in stamped:
        for shard in days.shards:
            yield from map(_of_fact, days.facts(day, shard))


def report(folder: Path) -> Iterator[Line]:
    """The facts that the downloaded commissions.csv of a day lists."""
    for row in _rows(folder / "commissions.csv"):
        sale = row["sale_amount"]
        yield Line(
            conversion=row["conversion"],
            number=int(row["fact"]),
            kind=row["kind"],
            affiliate=row["affiliate"],
            advertiser=row["advertiser"],
            currency=row["currency"],
            moved_commission=Decimal(row["pending_commission"]) + Decimal(row["approved_commission"]),
            moved_revenue=Decimal(row["pending_revenue"]) + Decimal(row["approved_revenue"]),
            state=row["state"],
            confirmed=row["confirmed"] == "1",
            commission=Decimal(row["commission_after"]),
            revenue=Decimal(row["revenue_after"]),
            click=row["click_id"],
            amount=Decimal(sale) if sale else None,
            refunded=Decimal(row["sale_refunded"] or 0),
        )


def summary(folder: Path) -> Sums:
    """What a day's summary.csv says that each affiliate earned."""
    rows = _rows(folder / "summary.csv")
    return oracle.total((row["affiliate"], row["currency"], Decimal(row["commission"])) for row in rows)


def statements(folder: Path, kind: str, money: str) -> Sums:
    """What the statements of affiliates or advertisers (`kind`) say that each earned or owes (`money`)."""
    return oracle.total(
        (path.stem.removeprefix(f"{kind}-"), row["currency"], Decimal(row[f"{state}_{money}"]))
        for path in sorted((folder / "statements").glob(f"{kind}-*.csv"))
        for row in _rows(path)
        for state in ("pending", "approved")
    )


def _of_fact(fact: Fact) -> Line:
    after, moved, code = fact.after, fact.moved, fact.after.currency

    def money(minor: int) -> Decimal:
        return Decimal(minor).scaleb(-DIGITS[code])

    return Line(
        conversion=fact.conversion,
        number=fact.n,
        kind=fact.kind,
        affiliate=fact.affiliate,
        advertiser=fact.advertiser,
        currency=code,
        moved_commission=money(moved.pending_commission + moved.approved_commission),
        moved_revenue=money(moved.pending_revenue + moved.approved_revenue),
        state=after.state,
        confirmed=after.confirmed,
        commission=money(after.commission),
        revenue=money(after.revenue),
        click=fact.click_id,
        amount=_sale(fact.amount, fact.amount.minor) if fact.amount else None,
        refunded=_sale(fact.amount, after.refunded) if fact.amount else Decimal(0),
    )


def _sale(amount: Money, minor: int) -> Decimal:
    return Decimal(minor).scaleb(-DIGITS[amount.currency])


def _rows(path: Path) -> Iterator[dict[str, str]]:
    with path.open(newline="") as file:
        yield from csv.DictReader(file)
