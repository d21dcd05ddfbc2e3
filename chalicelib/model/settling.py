"""One conversion in one period: its facts become lines, and what is not settled by the period's end is carried on.

The period's last instant decides what time alone decides: an approved commission is payable when its hold is over,
nobody disputes it and no rule of trust holds it back.

Where an index lags, the reports of a month may list a fact, but one before it only next month. Each fact moves its own
money in the month that lists it, no more and no less. While one is missing the conversion is carried on, and what is
approved of it is held: nobody is paid, and nobody owes, on half a story.
"""

from collections.abc import Sequence
from typing import Final, Literal, NamedTuple

from chalicelib.model.day import LATE_DAYS
from chalicelib.model.entry import Entry
from chalicelib.model.line import NOTHING, Buckets, Line
from chalicelib.model.network import DAY_MS
from chalicelib.model.period import Period

Older = Literal["", "settled", "missing"]

SETTLED_AT: Final = 2
"""Where a conversion stands that no close hands on: payable."""


class Carried(NamedTuple):
    """A conversion that a close hands on: its last fact, the period that a server booked it in, and where its money is.

    `grouped` says that it is kept because its period prices it together with others. `commission` and `due` are what
    its facts have moved so far: where its last fact has led, but for the facts that are missing. `missing` are their
    numbers, with a space between them. `older` is about facts before the first that is known: '' if there are none to
    come, 'settled' if some may, whose money is taken for settled long ago, and 'missing' if some must.
    """

    entry: Entry
    origin: str
    grouped: bool
    commission: Buckets
    due: Buckets
    missing: str = ""
    older: Older = ""


class Settled(NamedTuple):
    """What a period makes of a conversion: lines, and the conversion as it is after them."""

    lines: list[Line]
    carried: Carried


def settle(prior: Carried | None, facts: Sequence[Entry], period: Period, grouped: bool) -> Settled:
    """The lines of a conversion's `facts` (in order of their numbers), which may be none, in `period`.

    `prior` is what the period before handed on; a conversion without it is new, or was settled long ago.
    """
    lines: list[Line] = []
    # A browser's claim belongs to the period in which a server confirms it: it cannot push out what was paid before.
    origin = prior.origin if prior and prior.entry.confirmed else period.name
    now = prior or _before(facts[0], period)
    if prior:
        now = _mature(now, period, lines)
    for entry in facts:
        commission, due, now = _heard(now, entry, period)
        line = _line(entry.kind, entry, period, commission, due)
        lines.append(line._replace(pending_revenue=entry.pending_revenue, revenue=entry.approved_revenue))
    # What was held for a fact of somebody else's is free once that is listed.
    now = _mature(now, period, lines)
    # The reports of this period were the last that could list what was older.
    older: Older = "" if prior and now.older == "settled" else now.older
    return Settled(lines, now._replace(origin=origin, grouped=grouped, older=older))


def is_new(first: Entry, period: Period) -> bool:
    """Whether a conversion that no close has handed on begins in `period`, by the first of its facts that is listed.

    Its beginning itself may be missing.
    """
    return begins(first) or _before(first, period).older == "missing"


def begins(first: Entry) -> bool:
    """Whether the first fact that is known of a conversion starts it, and nothing older was settled long ago.

    Its number does not say so: where a server's word has changed who shares a claim, the parts begin with that word.
    """
    return first.kind in ("booked", "confirmed")


def is_open(carried: Carried, period: Period) -> bool:
    """Whether its money can still move: by time, by a review, by the end of a dispute, or by a fact that is missing."""
    entry = carried.entry
    doubted = entry.disputed > 0 or (entry.held != "" and entry.state != "rejected")
    waits = entry.state == "pending" or carried.commission.held != 0 or carried.due.held != 0 or doubted
    waits = waits or carried.missing != "" or carried.older != ""
    unripe = entry.state == "approved" and entry.event_ms + entry.hold_days * DAY_MS >= period.end_ms
    return waits or unripe


def bucket(entry: Entry, period: Period) -> int:
    """Where the money of a standing is at the end of `period`: 0 pending, 1 held, 2 payable."""
    if entry.state == "pending":
        return 0
    return 1 if entry.disputed or entry.held or entry.event_ms + entry.hold_days * DAY_MS >= period.end_ms else 2


def placed(minor: int, place: int) -> Buckets:
    """An amount in one of the three."""
    return Buckets(*(minor if place == one else 0 for one in range(3)))


def place(carried: Carried, period: Period) -> int:
    """Where a conversion's money is at the end of `period`, which is not payable while facts are missing."""
    found = bucket(carried.entry, period)
    return min(found, 1) if carried.missing or carried.older == "missing" else found


def _mature(now: Carried, period: Period, lines: list[Line]) -> Carried:
    """The conversion with its money where it is at the end of `period`; a line says what time alone has moved."""
    after = _in_place(now, period)
    if after != now:
        moved = after.commission.less(now.commission), after.due.less(now.due)
        lines.append(_line("matured", now.entry, period, *moved))
    return after


def _heard(now: Carried, entry: Entry, period: Period) -> tuple[Buckets, Buckets, Carried]:
    """What a fact moves of commission and due, and the conversion after it."""
    missing = {int(number) for number in now.missing.split()}
    is_mine, is_expected = _whose(entry) == _whose(now.entry), entry.n in missing or now.older == "missing"
    after = now._replace(missing=_text(missing - {entry.n}))
    if entry.n > now.entry.n:
        after = now._replace(entry=entry, missing=_text(missing | set(range(now.entry.n + 1, entry.n))))
        if not is_mine:
            # What a claim moved for somebody else is taken back by another fact, listed or not.
            now = now._replace(commission=NOTHING, due=NOTHING)
            after = after._replace(older="settled" if after.older else "")
    elif entry.n < now.entry.n and not (is_mine and is_expected):
        # It leaves the conversion where its last fact has brought it: its money was thought to be settled, or is
        # somebody else's.
        return *_moved(entry), after
    commission, due = _moved(entry)
    after = after._replace(commission=now.commission.plus(commission), due=now.due.plus(due))
    if after.older == "missing" and not after.missing and _is_whole(after):
        after = after._replace(older="")
    after = _in_place(after, period)
    return after.commission.less(now.commission), after.due.less(now.due), after


def _moved(entry: Entry) -> tuple[Buckets, Buckets]:
    """What a fact moves of commission and due by state; what is approved, as if it were payable."""
    return (
        Buckets(entry.pending_commission, 0, entry.approved_commission),
        Buckets(entry.pending_due, 0, entry.approved_due),
    )


def _in_place(carried: Carried, period: Period) -> Carried:
    """The same with what is approved of it where it is at the end of `period`."""
    where, sides = max(1, place(carried, period)), (carried.commission, carried.due)
    commission, due = (Buckets(one.pending).plus(placed(one.held + one.payable, where)) for one in sides)
    return carried._replace(commission=commission, due=due)


def _before(first: Entry, period: Period) -> Carried:
    """Where a conversion stood that no close has handed on: nowhere if it is new, else settled and payable.

    It cannot have been settled if what it stood with was still pending, or not yet due when the period began: then its
    older facts are missing. Otherwise some may be, if a report can still list them.
    """
    nowhere = Carried(first, "", False, NOTHING, NOTHING)
    if first.n == 0:
        return nowhere
    stood = _standing(first)
    commission, due = (one.less(moved) for one, moved in zip(stood, _moved(first), strict=True))
    approved = commission.payable or due.payable
    is_unripe = first.event_ms + first.hold_days * DAY_MS >= period.start_ms
    if commission.pending or due.pending or (approved and is_unripe):
        return nowhere._replace(older="missing")
    may_come = not begins(first) and first.day in period.days[-LATE_DAYS:]
    return nowhere._replace(commission=commission, due=due, older="settled" if may_come else "")


def _is_whole(carried: Carried) -> bool:
    """Whether what its facts have moved is what its last fact says."""
    sides = [Buckets(one.pending, 0, one.held + one.payable) for one in (carried.commission, carried.due)]
    return sides == list(_standing(carried.entry))


def _standing(entry: Entry) -> tuple[Buckets, Buckets]:
    """Commission and due after a fact by state; what is approved, as if it were payable."""
    if entry.state == "rejected":
        return NOTHING, NOTHING
    where = 0 if entry.state == "pending" else SETTLED_AT
    return placed(entry.commission, where), placed(entry.due, where)


def _whose(entry: Entry) -> tuple[str, ...]:
    """Whose money a fact moves, and in which currencies."""
    return entry.affiliate, entry.advertiser, entry.campaign, entry.currency, entry.due_in


def _text(numbers: set[int]) -> str:
    return " ".join(map(str, sorted(numbers)))


def _line(kind: str, entry: Entry, period: Period, commission: Buckets, due: Buckets) -> Line:
    return Line(
        kind=kind,
        affiliate=entry.affiliate,
        advertiser=entry.advertiser,
        campaign=entry.campaign,
        goal=entry.goal,
        currency=entry.currency,
        due_in=entry.due_in,
        commission=commission,
        due=due,
        conversion=entry.conversion,
        n=entry.n,
        at_ms=period.end_ms - 1 if kind == "matured" else entry.at_ms,
        event_ms=entry.event_ms,
        origin=period.name,
        reason=entry.reason,
        terms=entry.terms,
        commission_rate=entry.commission_rate,
        revenue_rate=entry.revenue_rate,
        fx=entry.fx,
    )
