"""The files by which one close hands on to the next: open conversions, what was priced together, visits.

Each is written and read back here, side by side, so that what is read is what was written.
"""

import csv
import io
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import BinaryIO, Final, cast

from chalicelib.model.balance import Share, Tax
from chalicelib.model.close import Carry
from chalicelib.model.line import Buckets, Moved
from chalicelib.model.room import Agreed, Taken
from chalicelib.model.settling import Carried, Older
from chalicelib.model.together import Base, Group, Seen
from chalicelib.model.visit import Kind, Visit
from chalicelib.reports import lines, reading
from chalicelib.reports.cells import cell, line, told
from chalicelib.reports.close_files import BUCKETS, amount, buckets, joined, minor, rows, time
from chalicelib.reports.manifest import Broken

OPEN: Final = (
    "origin",
    "grouped",
    *(f"carried_{bucket}_commission" for bucket in BUCKETS),
    *(f"carried_{bucket}_due" for bucket in BUCKETS),
    *("missing", "older"),
    *lines.COMMISSIONS,
)
"""open-items.csv, sorted by conversion: the period that booked it, where its money is, which facts are missing, and its
last fact that is known.
"""

BASES: Final = (
    *("origin", "kind", "affiliate", "advertiser", "campaign", "goal", "currency", "due_currency"),
    *("terms", "commission_rate", "revenue_rate"),
    *(f"{bucket}_commission" for bucket in BUCKETS),
    *("pending_revenue", "revenue"),
    *(f"{bucket}_due" for bucket in BUCKETS),
    *("quantity", "fx"),
)
TAKEN: Final = Taken._fields
SEEN: Final = ("who", "campaign", "key", "period", "at")
SHARES: Final = Share._fields
AGREED: Final = Agreed._fields
TAXES: Final = Tax._fields
VISITS: Final = ("kind", "at", "id", "affiliate", "campaign", "billable", "reason", "rules")
"""visits.csv, sorted by campaign, time and id."""

_OWN: Final = 10


def of_carried(one: Carried) -> str:
    """A line of open-items.csv. The fact stands as in the daily report of the day that it is stamped with."""
    entry = one.entry
    own = f"{buckets(one.commission, entry.currency)},{buckets(one.due, entry.due_in)}"
    own = f"{own},{one.missing},{one.older}"
    return f"{one.origin},{int(one.grouped)},{own},{lines.of_entry(entry, entry.day)[0]}"


def of_visit(one: Visit) -> str:
    """A line of visits.csv."""
    return line((one.kind, time(one.at_ms), *map(cell, one[2:5]), str(int(one.billable)), cell(one.reason), one.rules))


def parts(carry: Carry) -> Iterator[tuple[str, tuple[str, ...], Iterable[str]]]:
    """The small files: name, columns and lines of each."""
    yield "bases.csv", BASES, map(_of_base, carry.bases)
    yield "taken.csv", TAKEN, (line(map(cell, one)) for one in carry.taken)
    yield "seen.csv", SEEN, (line((*map(cell, one[:4]), time(one.at_ms))) for one in carry.seen)
    yield "shares.csv", SHARES, map(_of_share, carry.shares)
    yield "taxes.csv", TAXES, map(_of_tax, carry.taxes)
    yield "agreed.csv", AGREED, (line((*map(cell, one[:3]), str(one.waiting))) for one in carry.agreed)


def carried(stream: BinaryIO) -> Iterator[Carried]:
    """The conversions of an open-items.csv."""
    text = io.TextIOWrapper(stream, "utf-8", newline="")
    if next(text, "") != line(OPEN):
        raise Broken("no open-items.csv of this version")
    try:
        for cells in reading.lines(text):
            own, entry = cells[:_OWN], reading.entry(cells[_OWN:])
            amounts = [minor(one) for one in own[2:8]]
            money = Buckets(*amounts[:3]), Buckets(*amounts[3:])
            yield Carried(entry, own[0], own[1] == "1", *money, own[8], cast("Older", own[9]))
    except (ValueError, csv.Error) as strange:
        raise Broken("a line of open-items.csv that is none of ours") from strange


def bases(stream: BinaryIO) -> Iterator[Base]:
    """The bases of a bases.csv."""
    for cells in rows(stream, BASES):
        group, amounts = Group(*cells[:11]), [minor(one) for one in cells[11:19]]
        moved = Moved(Buckets(*amounts[:3]), Buckets(*amounts[5:]), amounts[3], amounts[4])
        yield Base(group, moved, int(cells[19]), cells[20])


def taken(stream: BinaryIO) -> Iterator[Taken]:
    """The rows of a taken.csv."""
    return map(Taken._make, rows(stream, TAKEN))


def seen(stream: BinaryIO) -> Iterator[Seen]:
    """The rows of a seen.csv."""
    for who, campaign, key, period, at in rows(stream, SEEN):
        yield Seen(who, campaign, key, period, _ms(at))


def shares(stream: BinaryIO) -> Iterator[Share]:
    """The rows of a shares.csv."""
    for cells in rows(stream, SHARES):
        yield Share._make((*cells[:7], *map(minor, cells[7:])))


def agreed(stream: BinaryIO) -> Iterator[Agreed]:
    """The rows of an agreed.csv."""
    for period, campaign, caps, waiting in rows(stream, AGREED):
        yield Agreed(period, campaign, caps, int(waiting))


def taxes(stream: BinaryIO) -> Iterator[Tax]:
    """The rows of a taxes.csv."""
    for affiliate, currency, kind, percent, taxable, booked in rows(stream, TAXES):
        yield Tax(affiliate, currency, kind, percent, minor(taxable), minor(booked))


def visits(stream: BinaryIO) -> Iterator[Visit]:
    """The visits of a visits.csv."""
    for kind, at, id, affiliate, campaign, billable, reason, rules in rows(stream, VISITS):
        yield Visit(cast("Kind", kind), _ms(at), id, affiliate, campaign, billable == "1", reason, rules)


def _of_base(one: Base) -> str:
    group, moved = one.group, one.moved
    earned, due = buckets(moved.commission, group.currency), buckets(moved.due, group.due_in)
    owed = (amount(moved.pending_revenue, group.currency), amount(moved.revenue, group.currency))
    return line((joined(group), earned, *owed, due, str(one.quantity), cell(one.fx)))


def _of_share(one: Share) -> str:
    earned = (amount(one.base, one.currency), amount(one.booked, one.currency))
    return line((joined(one[:7]), *earned, amount(one.due, one.due_in)))


def _of_tax(one: Tax) -> str:
    return line((joined(one[:4]), amount(one.taxable, one.currency), amount(one.booked, one.currency)))


def _ms(text: str) -> int:
    return round(datetime.fromisoformat(told(text)).timestamp() * 1000)
