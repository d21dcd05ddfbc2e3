"""One conversion in one period: its facts become lines, and what is not settled by the period's end is carried on.

The period's last instant decides what time alone decides: an approved commission is payable when its hold is over and
nobody disputes it.
"""

from collections.abc import Sequence
from typing import NamedTuple

from chalicelib.model.entry import Entry
from chalicelib.model.line import NOTHING, Buckets, Line
from chalicelib.model.network import DAY_MS
from chalicelib.model.period import Period


class Carried(NamedTuple):
    """A conversion that a close hands on: its last fact, the period that a server booked it in, and where its money is.

    `grouped` says that it is kept because its period prices it together with others.
    """

    entry: Entry
    origin: str
    grouped: bool
    commission: Buckets
    due: Buckets


class Settled(NamedTuple):
    """What a period makes of a conversion: lines, and the conversion as it is after them."""

    lines: list[Line]
    carried: Carried


def settle(prior: Carried | None, facts: Sequence[Entry], period: Period, grouped: bool) -> Settled:
    """The lines of a conversion's `facts` (in order of their numbers), which may be none, in `period`.

    `prior` is what the period before handed on; a conversion without it is new, or was settled long ago.
    """
    lines: list[Line] = []
    commission, due = (prior.commission, prior.due) if prior else _before(facts[0])
    if prior is not None:
        matured = _where(prior.entry, prior.entry.commission, period), _where(prior.entry, prior.entry.due, period)
        if matured != (commission, due):
            lines.append(_line("matured", prior.entry, period, matured[0].less(commission), matured[1].less(due)))
            commission, due = matured
    for entry in (entry for entry in facts if prior and entry.n <= prior.entry.n):
        lines.append(_belated(entry, prior.entry, period))  # type: ignore[union-attr]  # it is there, says the condition
    facts = [entry for entry in facts if not prior or entry.n > prior.entry.n]
    for entry in facts:
        after = _where(entry, entry.commission, period), _where(entry, entry.due, period)
        line = _line(entry.kind, entry, period, after[0].less(commission), after[1].less(due))
        lines.append(line._replace(pending_revenue=entry.pending_revenue, revenue=entry.approved_revenue))
        commission, due = after
    last = facts[-1] if facts else prior.entry  # type: ignore[union-attr]  # one of them is there
    # A browser's claim belongs to the period in which a server confirms it: it cannot push out what was paid before.
    origin = prior.origin if prior and prior.entry.confirmed else period.name
    return Settled(lines, Carried(last, origin, grouped, commission, due))


def is_open(carried: Carried, period: Period) -> bool:
    """Whether its money can still move: by time, by a review, or by the end of a dispute."""
    entry = carried.entry
    waits = entry.state == "pending" or carried.commission.held != 0 or carried.due.held != 0 or entry.disputed > 0
    unripe = entry.state == "approved" and entry.event_ms + entry.hold_days * DAY_MS >= period.end_ms
    return waits or unripe


def bucket(entry: Entry, period: Period) -> int:
    """Where the money of a standing is at the end of `period`: 0 pending, 1 held, 2 payable."""
    if entry.state == "pending":
        return 0
    return 1 if entry.disputed or entry.event_ms + entry.hold_days * DAY_MS >= period.end_ms else 2


def placed(minor: int, place: int) -> Buckets:
    """An amount in one of the three."""
    return Buckets(*(minor if place == one else 0 for one in range(3)))


def _where(entry: Entry, minor: int, period: Period) -> Buckets:
    return NOTHING if entry.state == "rejected" or not minor else placed(minor, bucket(entry, period))


def _before(first: Entry) -> tuple[Buckets, Buckets]:
    """Where a conversion stood that no close has handed on: nowhere if it is new, else settled and payable."""
    if first.n == 0:
        return NOTHING, NOTHING
    pending, approved = first.state == "pending", first.state == "approved"
    return (
        Buckets(
            (first.commission if pending else 0) - first.pending_commission,
            0,
            (first.commission if approved else 0) - first.approved_commission,
        ),
        Buckets(
            (first.due if pending else 0) - first.pending_due, 0, (first.due if approved else 0) - first.approved_due
        ),
    )


def _belated(entry: Entry, last: Entry, period: Period) -> Line:
    """The line of a fact that a report lists only after a later one of the same conversion, because an index lagged.

    It moves what it moved, and leaves the conversion where its last fact has brought it.
    """
    place = max(1, bucket(last, period))
    commission = Buckets(entry.pending_commission, 0, 0).plus(placed(entry.approved_commission, place))
    due = Buckets(entry.pending_due, 0, 0).plus(placed(entry.approved_due, place))
    line = _line(entry.kind, entry, period, commission, due)
    return line._replace(pending_revenue=entry.pending_revenue, revenue=entry.approved_revenue)


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
