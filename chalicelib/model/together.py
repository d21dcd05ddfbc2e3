"""What conversions earn together: repeated calls, recurring limits, caps and tiers, campaign by campaign.

A fact books what its conversion earns by itself. Here all conversions that one period booked for one campaign are taken
by the time of call or order, then by identity, never by arrival; each is given what it may keep, and the differences
are summed by what they are about. A later close asks again, and books what has changed since.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from fractions import Fraction
from typing import Final, NamedTuple

from chalicelib.model import credit
from chalicelib.model.entry import Entry
from chalicelib.model.fx import Quotes, exact, quotes, rounded
from chalicelib.model.line import Buckets, Line, Moved
from chalicelib.model.money import Money
from chalicelib.model.network import DAY_MS
from chalicelib.model.period import Period, months_after
from chalicelib.model.pricing import Pinned, price
from chalicelib.model.rate_text import per_conversion
from chalicelib.model.rates import Basis, Rate, Tiers
from chalicelib.model.room import Room
from chalicelib.model.settling import Carried, place, placed

REASONS: Final = {
    "recurring": "recurring_limit",
    "call_difference": "repeat_caller",
    "cap_difference": "cap_reached",
    "tier_difference": "",
}

CUSTOMER, CALLER = "customer", "caller"


class Seen(NamedTuple):
    """What a campaign remembers of a customer (the first payment) or a caller (the last paid call) from a period."""

    who: str
    campaign: str
    key: str
    period: str
    at_ms: int


class Group(NamedTuple):
    """What a difference line is about."""

    origin: str
    kind: str
    affiliate: str
    advertiser: str
    campaign: str
    goal: str
    currency: str
    due_in: str
    terms: str
    commission_rate: str
    revenue_rate: str


class Base(NamedTuple):
    """What has been booked for a group so far, how many conversions it is about, and the quotes that converted it."""

    group: Group
    moved: Moved
    quantity: int
    fx: str


class Keep(NamedTuple):
    """What a conversion may keep of what it earns by itself, and the kind of difference if that is not all."""

    kind: str
    commission: bool
    revenue: bool


ALL: Final = Keep("", True, True)
_CALLED: Final = Keep("call_difference", False, False)
_OVER: Final = Keep("cap_difference", False, False)
_ENDED: Final = {
    (commission, revenue): Keep("recurring", commission, revenue)
    for commission in (False, True)
    for revenue in (False, True)
}


class Rules:
    """The rules of one campaign for the conversions that period `origin` booked, asked in order of their time.

    `memory` holds what earlier periods saw of customers and callers, as (who, key) -> Unix milliseconds; `seen` what
    this one adds.
    """

    def __init__(self, room: Room, memory: Mapping[tuple[str, str], int], time_zone: str) -> None:
        self.room, self._memory, self._zone = room, memory, time_zone
        self.seen: dict[tuple[str, str], int] = {}

    def keep(self, entry: Entry) -> Keep:
        """What a conversion that is not rejected may keep. A call too short to earn takes no room."""
        ended = self._recurring(entry)
        if ended is not ALL:
            return ended
        if self._is_repeated(entry):
            return _CALLED
        if entry.reason == "below_duration":
            return ALL
        return ALL if self.room.take(entry.affiliate, entry.event_ms, _needs(entry)) else _OVER

    def _recurring(self, entry: Entry) -> Keep:
        """Whether a customer's first months are over; they run from the first payment."""
        months = [per_conversion(text).months for text in (entry.commission_rate, entry.revenue_rate)]
        if not any(months) or not entry.customer:
            return ALL
        who = (CUSTOMER, entry.customer)
        first = self._memory.get(who)
        if first is None:
            first = self.seen.setdefault(who, entry.event_ms)
        inside = [not limit or entry.event_ms < months_after(first, limit, self._zone) for limit in months]
        return ALL if all(inside) else _ENDED[inside[0], inside[1]]

    def _is_repeated(self, entry: Entry) -> bool:
        """Whether the same caller was paid for within the days that the number's agreement says."""
        key, _, days = entry.caller.partition("/")
        if not key or not int(days or 0) or not (entry.commission or entry.revenue):
            return False
        who = (CALLER, key)
        last = max(self._memory.get(who, -1), self.seen.get(who, -1))
        if last >= 0 and entry.event_ms < last + int(days) * DAY_MS:
            return True
        self.seen[who] = entry.event_ms
        return False


def _needs(entry: Entry) -> dict[str, Fraction]:
    """The room that a conversion takes, by measure: what it earned before anything was refunded.

    Those who share a conversion take the room of one together.
    """
    commission, revenue = entry.commission, entry.revenue
    if entry.refunded:
        rates = per_conversion(entry.commission_rate), per_conversion(entry.revenue_rate)
        by = Pinned(rates[0], rates[1], entry.currency, entry.currency, quotes(entry.fx))
        whole = price(replace(basis(entry), refunded=0), by)
        mine = (credit.part(whole.commission, entry.share), credit.part(whole.revenue, entry.share)) if whole else None
        commission, revenue = mine or (commission, revenue)
    room = credit.fraction(entry.share)
    return {"conversions": room, "commission": Fraction(commission), "revenue": Fraction(revenue)}


def booked(members: Iterable[Carried], rules: Rules, origin: str, period: Period) -> dict[Group, tuple[Moved, int]]:
    """What the conversions of one campaign and `origin` should have booked besides their own money, by group.

    `members` are iterated twice, in order of time and identity. What is `due` of tiers is left open: it is converted as
    a whole, see `converted`.
    """
    kept, ends = list[Keep](), dict[tuple[str, str, str], int]()
    for member in members:
        entry = member.entry
        keep = ALL if entry.state == "rejected" else rules.keep(entry)
        kept.append(keep)
        if keep is ALL and entry.state != "rejected":
            for text in {entry.commission_rate, entry.revenue_rate}:
                place = (entry.affiliate, entry.goal, text)
                ends[place] = ends.get(place, 0) + _size(entry, text)
    found: dict[Group, tuple[Moved, int]] = {}
    places: dict[tuple[str, str, str], int] = {}
    for member, keep in zip(members, kept, strict=True):
        entry = member.entry
        if entry.state == "rejected":
            continue
        kind, difference = _difference(member, keep, places, ends, period)
        if kind:
            group = _group(entry, origin, kind)
            moved, quantity = found.get(group, (Moved(), 0))
            found[group] = moved.plus(difference), quantity + 1
    return found


def converted(moved: Moved, group: Group, by: Quotes) -> Moved:
    """A tier's difference with what is due of it: made in the campaign's currency, converted as a whole."""
    if group.kind != "tier_difference":
        return moved
    due = [exact([(Fraction(part), group.currency)], group.due_in, by) for part in moved.commission]
    if any(part is None for part in due):
        raise NoRate(group.currency, group.due_in)
    return moved._replace(due=Buckets(*(rounded(part) for part in due if part is not None)))


class NoRate(Exception):
    """A close cannot convert one currency into another: finance must upload rates first."""

    def __init__(self, source: str, target: str) -> None:
        super().__init__(f"no exchange rate from {source} to {target} at the period's end")


def line(group: Group, moved: Moved, quantity: int, period: Period, fx: str) -> Line:
    """The line of a difference that a close books."""
    return Line(
        kind=group.kind,
        affiliate=group.affiliate,
        advertiser=group.advertiser,
        campaign=group.campaign,
        goal=group.goal,
        currency=group.currency,
        due_in=group.due_in,
        commission=moved.commission,
        due=moved.due,
        pending_revenue=moved.pending_revenue,
        revenue=moved.revenue,
        at_ms=period.end_ms - 1,
        event_ms=period.end_ms - 1,
        origin=group.origin,
        quantity=quantity,
        reason=REASONS[group.kind],
        terms=group.terms,
        commission_rate=group.commission_rate,
        revenue_rate=group.revenue_rate,
        fx=fx,
    )


def _difference(
    member: Carried,
    keep: Keep,
    places: dict[tuple[str, str, str], int],
    ends: Mapping[tuple[str, str, str], int],
    period: Period,
) -> tuple[str, Moved]:
    """The kind of a conversion's difference and what it moves; '' for a conversion that keeps its own."""
    entry, where = member.entry, place(member, period)
    if keep is not ALL:
        commission = 0 if keep.commission else -entry.commission
        due = 0 if keep.commission else -entry.due
        revenue = 0 if keep.revenue else -entry.revenue
        return keep.kind, _moved(where, commission, due, revenue)
    priced = []
    for text in (entry.commission_rate, entry.revenue_rate):
        whose = (entry.affiliate, entry.goal, text)
        rate = per_conversion(text)
        priced.append(_in_tiers(entry, rate, places.get(whose, 0), ends[whose]) if isinstance(rate, Tiers) else None)
    for text in {entry.commission_rate, entry.revenue_rate}:
        whose = (entry.affiliate, entry.goal, text)
        places[whose] = places.get(whose, 0) + _size(entry, text)
    if priced == [None, None] or entry.reason == "no_fx_rate":
        return "", Moved()
    commission = 0 if priced[0] is None else priced[0] - entry.commission
    revenue = 0 if priced[1] is None else priced[1] - entry.revenue
    return "tier_difference", _moved(where, commission, 0, revenue)


def _moved(where: int, commission: int, due: int, revenue: int) -> Moved:
    pending, owed = (revenue, 0) if where == 0 else (0, revenue)
    return Moved(placed(commission, where), placed(due, where), pending, owed)


def _size(entry: Entry, text: str) -> int:
    """How far a conversion leads in tiers: by one, or by its amount in the tiers' currency, refunded or not."""
    rate = per_conversion(text)
    if not isinstance(rate, Tiers) or rate.by == "count":
        return 1
    amount = credit.part(entry.amount or 0, entry.share)
    found = exact([(Fraction(amount), entry.sale_currency)], rate.currency, quotes(entry.fx))
    return 0 if found is None else rounded(found)


def _in_tiers(entry: Entry, rate: Tiers, before: int, end: int) -> int:
    """What a conversion earns in its tier, in the campaign's currency; `before` and `end` are places among its like."""
    size = _size(entry, str(rate))
    if rate.mode == "marginal" and rate.by == "amount" and size:
        parts = list(_slices(entry, rate, before, size))
        found = exact(parts, entry.currency, quotes(entry.fx))
        return 0 if found is None else credit.part(rounded(found), entry.share)
    place = end if rate.mode == "retroactive" else before + (1 if rate.by == "count" else 0)
    by = Pinned(rate.at(place), Rate(), entry.currency, entry.currency, quotes(entry.fx))
    single = price(basis(entry), by)
    return 0 if single is None else credit.part(single.commission, entry.share)


def _slices(entry: Entry, rate: Tiers, before: int, size: int) -> Iterator[tuple[Fraction, str]]:
    """The parts of an amount that runs through several tiers; a fixed part is earned once, in the first of them."""
    whole, is_first = basis(entry), True
    for number, tier in enumerate(rate.tiers):
        ends = rate.tiers[number + 1].start if number + 1 < len(rate.tiers) else before + size
        width = min(before + size, ends) - max(before, tier.start)
        if width <= 0:
            continue
        for part in tier.rate.parts:
            amount, code = part.earns(whole)
            if part.needs_amount:
                yield amount * Fraction(width, size), code
            elif is_first:
                yield amount, code
        is_first = False


def basis(entry: Entry) -> Basis:
    """What an entry's conversion is priced by."""
    amount = None if entry.amount is None else Money(entry.amount, entry.sale_currency)
    return Basis(amount, entry.deductions, entry.refunded, entry.seconds)


def _group(entry: Entry, origin: str, kind: str) -> Group:
    return Group(
        origin,
        kind,
        entry.affiliate,
        entry.advertiser,
        entry.campaign,
        entry.goal,
        entry.currency,
        entry.due_in,
        entry.terms,
        entry.commission_rate,
        entry.revenue_rate,
    )
