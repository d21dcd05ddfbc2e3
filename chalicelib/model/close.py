"""The month close as a pure fold: what the period before handed on, and what happened, become lines and balances.

    conversions   each conversion's facts, merged by identity with those carried over
    visits        clicks and impressions that are paid for by themselves
    together      caps, tiers, recurring limits and repeated calls, campaign by campaign
    rest          fees, payouts and manual lines, second tier, taxes; then the balances

The steps run in this order and hand their lines to `emit` one by one, so memory holds sums, never lines. Sorting is
done by `sort`, which may use a disk. Same input, same lines, in whatever order it arrived.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any, Final, Protocol, TypeVar

from chalicelib.model import billing, caps
from chalicelib.model.balance import Balance, Share, Sums, Tax, balances, shares, taxes
from chalicelib.model.entry import Entry
from chalicelib.model.fx import Quotes, quotes
from chalicelib.model.line import Line, Moved
from chalicelib.model.network import Affiliate, Campaign
from chalicelib.model.period import Period, months_apart
from chalicelib.model.rate_text import per_conversion, rate
from chalicelib.model.rates import Rate, RevShare, Tiers
from chalicelib.model.room import SPAN_MONTHS, Agreed, Room, Taken, before, read, rows, written
from chalicelib.model.settling import Carried, is_new, is_open, settle
from chalicelib.model.terms import SECOND_TIER, in_force
from chalicelib.model.together import CALLER, CUSTOMER, Base, Group, Rules, Seen, booked, converted, line
from chalicelib.model.visit import Visit

REMEMBERED_MONTHS: Final = 12
"""So long conversions that are priced together can still change what their own period should have booked."""

CALLER_MONTHS: Final = 13
"""So long a caller is remembered: agreements about repeated calls are made for a year at most."""

T = TypeVar("T")


class Sort(Protocol):
    """Sorts what may be more than memory holds; what it gives can be iterated more than once."""

    def __call__(self, rows: Iterable[T], key: Callable[[T], Any]) -> Iterable[T]:
        """The rows in order of their keys."""


@dataclass(frozen=True, slots=True)
class Setup:
    """What the network had agreed when the period was closed. `rates` gives the exchange rates of a day.

    `minimum` is an affiliate's smallest payout in a currency, in minor units.
    """

    time_zone: str
    campaigns: Mapping[str, Campaign]
    affiliates: Mapping[str, Affiliate]
    rates: Callable[[str], Quotes]
    minimum: Callable[[str, str], int]


@dataclass(frozen=True, slots=True)
class Carry:
    """What one close hands to the next beside its open conversions: all of it small, but for `seen`."""

    bases: tuple[Base, ...] = ()
    taken: tuple[Taken, ...] = ()
    seen: tuple[Seen, ...] = ()
    shares: tuple[Share, ...] = ()
    taxes: tuple[Tax, ...] = ()
    balances: tuple[Balance, ...] = ()
    agreed: tuple[Agreed, ...] = ()


@dataclass
class Close:
    """The close of `period`. Call the steps in order, then `carry`.

    `emit` is given each line, `keep` each conversion that the next period must know of, in order of identity.
    """

    period: Period
    setup: Setup
    prior: Carry
    emit: Callable[[Line], None]
    keep: Callable[[Carried], None]
    sort: Sort
    _sums: Sums = field(default_factory=Sums)
    _bases: list[Base] = field(default_factory=list)
    _taken: list[Taken] = field(default_factory=list)
    _asked: set[tuple[str, str, str]] = field(default_factory=set)
    _seen: list[Seen] = field(default_factory=list)
    _shares: dict[tuple[str, ...], Share] = field(default_factory=dict)
    _taxes: dict[tuple[str, ...], Tax] = field(default_factory=dict)
    _balances: list[Balance] = field(default_factory=list)
    _agreed: dict[tuple[str, str], Agreed] = field(default_factory=dict)
    _new: list[Agreed] = field(default_factory=list)
    _waiting: dict[tuple[str, str], int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._agreed = {row[:2]: row for row in self.prior.agreed}

    def conversions(self, carried: Iterable[Carried], facts: Iterable[Entry]) -> Iterator[Carried]:
        """The lines of each conversion; gives those whose money depends on others, for `together`.

        Both come in order of identity, facts of one conversion in order of their numbers.
        """
        for prior, entries in _merged(carried, facts):
            # An entry may be older than what was carried: an index lags now and then.
            known = [prior.entry] if prior else []
            last = max(known + entries, key=lambda entry: entry.n)
            is_known = prior is not None and prior.entry.confirmed
            starts = prior is not None or is_new(entries[0], self.period)
            grouped = prior.grouped if prior and is_known else starts and self._is_grouped(last)
            settled = settle(prior, entries, self.period, grouped)
            for one in settled.lines:
                self._add(one)
            waits = is_open(settled.carried, self.period)
            about = (settled.carried.origin, last.campaign)
            grouped = grouped and self._remembers(*about)
            if waits or grouped:
                self.keep(settled.carried._replace(grouped=grouped))
            if settled.carried.grouped and last.confirmed:
                self._waiting[about] = self._waiting.get(about, 0) + waits
                yield settled.carried

    def visits(self, visits: Iterable[Visit]) -> None:
        """The lines of clicks and impressions of the campaigns that pay for them."""
        by = self.setup.rates(self.period.last_day)
        ordered = self.sort(visits, lambda visit: (visit.campaign, visit.at_ms, visit.id))
        for name, mine in groupby(ordered, lambda visit: visit.campaign):
            campaign = self.setup.campaigns.get(name)
            if campaign is None:
                continue
            room = self._room(name, self.period.name, "visits", self._caps(name))
            counted = billing.count(campaign, mine, room)
            for one in billing.lines(counted, campaign, self.setup.affiliates, by, self.period):
                self._add(one)
            self._take(name, self.period.name, "visits", room)

    def together(self, members: Iterable[Carried]) -> None:
        """The differences of what is priced together: of this period, and of earlier ones where something changed."""
        ordered = self.sort(members, lambda m: (m.origin, m.entry.campaign, m.entry.event_ms, m.entry.conversion))
        so_far = {base.group: base for base in self.prior.bases}
        for (origin, name), mine in groupby(ordered, lambda member: (member.origin, member.entry.campaign)):
            # They are looked at twice, and may be more than memory holds.
            again = self.sort(mine, lambda member: (member.entry.event_ms, member.entry.conversion))
            self._campaign(origin, name, again, so_far)
        for base in so_far.values():
            self._book(base, Moved(), 0)

    def rest(self, others: Iterable[Line]) -> Iterator[Balance]:
        """Fees, then `others` (manual lines and payouts), second tier and taxes; gives the balances after all lines."""
        by, affiliates = self.setup.rates(self.period.last_day), self.setup.affiliates
        for _, campaign in sorted(self.setup.campaigns.items()):
            for fee in billing.fees(campaign, affiliates, by, self.period):
                self._add(fee)
        for one in others:
            self._add(one)
        self._shares = {share.key: share for share in self.prior.shares}
        for shared, new in list(shares(self._sums, self.prior.shares, affiliates, self._percent, by, self.period)):
            self._shares[new.key] = new
            if shared is not None:
                self._add(shared)
        self._taxes = {tax.key: tax for tax in self.prior.taxes}
        for levied, tax in list(taxes(self._sums, self.prior.taxes, affiliates, self.period)):
            self._taxes[tax.key] = tax
            if levied is not None:
                self._add(levied)
        self._balances = list(balances(self._sums, self.prior.balances, self.setup.minimum))
        yield from self._balances

    def carry(self) -> Carry:
        """What the next close needs, when all steps are done: without what can change nothing any more."""
        now = self.period.name
        untouched = [row for row in self.prior.taken if (row.period, row.campaign, row.source) not in self._asked]
        seen = [row for row in self.prior.seen if row.who != CALLER or months_apart(row.period, now) < CALLER_MONTHS]
        return Carry(
            tuple(sorted(b for b in self._bases if self._remembers(b.group.origin, b.group.campaign))),
            tuple(
                sorted(
                    row
                    for row in (*untouched, *self._taken)
                    if row.span == "total" or months_apart(row.period, now) < REMEMBERED_MONTHS + SPAN_MONTHS
                )
            ),
            tuple(sorted((*seen, *self._seen))),
            tuple(self._shares[key] for key in sorted(self._shares)),
            tuple(self._taxes[key] for key in sorted(self._taxes)),
            tuple(self._balances),
            tuple(sorted(row for row in self._new if self._remembers(row.period, row.campaign))),
        )

    def _campaign(self, origin: str, name: str, members: Iterable[Carried], so_far: dict[Group, Base]) -> None:
        agreed = self._agreed.get((origin, name)) or Agreed(origin, name, self._caps(name), 0)
        self._new.append(agreed._replace(waiting=self._waiting.get((origin, name), 0)))
        room = self._room(name, origin, "conversions", agreed.caps)
        rules = Rules(room, self._memory(name, origin), self.setup.time_zone)
        for group, (moved, quantity) in sorted(booked(members, rules, origin, self.period).items()):
            base = so_far.pop(group, None)
            if base is None:
                last_day = Period.of(origin, self.setup.time_zone).last_day
                by = self.setup.rates(last_day).only((group.currency, group.due_in))
                exchanged = group.kind == "tier_difference" and group.currency != group.due_in
                base = Base(group, Moved(), 0, str(by) if exchanged and by.date else "")
            self._book(base, moved, quantity)
        self._take(name, origin, "conversions", room)
        if origin == self.period.name:
            self._seen += [Seen(who, name, key, origin, at_ms) for (who, key), at_ms in rules.seen.items()]

    def _book(self, base: Base, moved: Moved, quantity: int) -> None:
        """Book what is missing between what a group should have booked and what it has."""
        whole = converted(moved, base.group, quotes(base.fx))
        difference = line(base.group, whole.less(base.moved), quantity, self.period, base.fx)
        if difference.moves:
            self._add(difference)
        self._bases.append(Base(base.group, whole, quantity, base.fx))

    def _add(self, one: Line) -> None:
        self._sums.add(one)
        self.emit(one)

    def _remembers(self, origin: str, campaign: str) -> bool:
        """Whether the next close can still ask what a period's conversions of a campaign should have booked."""
        known = self._agreed.get((origin, campaign))
        waits = known is not None and known.waiting > 0
        return waits or months_apart(origin, self.period.name) < REMEMBERED_MONTHS

    def _is_grouped(self, entry: Entry) -> bool:
        """Whether a new conversion's money depends on others."""
        campaign = self.setup.campaigns.get(entry.campaign)
        if (campaign is not None and campaign.caps) or "/" in entry.caller:
            return True
        found = (per_conversion(entry.commission_rate), per_conversion(entry.revenue_rate))
        return any(isinstance(one, Tiers) or one.months for one in found)

    def _caps(self, campaign: str) -> str:
        found = self.setup.campaigns.get(campaign)
        return written(found.caps) if found else ""

    def _room(self, campaign: str, period: str, source: str, limits: str) -> Room:
        known = (*self.prior.taken, *(row for row in self._taken if row.period == self.period.name))
        return Room(caps.read(read(limits)), before(known, campaign, period, source), self.setup.time_zone)

    def _take(self, campaign: str, period: str, source: str, room: Room) -> None:
        self._taken += rows(period, campaign, source, room, self.prior.taken)
        self._asked.add((period, campaign, source))

    def _memory(self, campaign: str, origin: str) -> dict[tuple[str, str], int]:
        """What the periods before `origin` saw of customers (first payment) and callers (last paid call)."""
        found: dict[tuple[str, str], int] = {}
        for seen in self.prior.seen:
            if seen.campaign == campaign and seen.period < origin:
                who, known = (seen.who, seen.key), found.get((seen.who, seen.key))
                pick = min if seen.who == CUSTOMER else max
                found[who] = seen.at_ms if known is None else pick(known, seen.at_ms)
        return found

    def _percent(self, campaign: str, recruiter: str) -> str:
        """The recruiter's share in a campaign at the period's last instant, '' for none."""
        known = self.setup.campaigns.get(campaign)
        terms = in_force(known.terms, SECOND_TIER, recruiter, self.period.end_ms - 1) if known else None
        found = rate(terms.commission) if terms else Rate()
        parts = found.parts if isinstance(found, Rate) else ()
        return parts[0].percent if parts and isinstance(parts[0], RevShare) else ""


def _merged(carried: Iterable[Carried], facts: Iterable[Entry]) -> Iterator[tuple[Carried | None, list[Entry]]]:
    """Both sides by identity: what was carried of a conversion, if anything, and its facts, if there are new ones."""
    groups = groupby(facts, lambda entry: entry.conversion)
    before, new = iter(carried), ((id, list(entries)) for id, entries in groups)
    prior, group = next(before, None), next(new, None)
    while prior is not None or group is not None:
        mine = prior.entry.conversion if prior is not None else ""
        theirs = group[0] if group is not None else ""
        if group is None or (prior is not None and mine < theirs):
            yield prior, []
            prior = next(before, None)
        elif prior is None or theirs < mine:
            yield None, group[1]
            group = next(new, None)
        else:
            yield prior, group[1]
            prior, group = next(before, None), next(new, None)
