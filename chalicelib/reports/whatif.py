"""What a closed period would have come to under other terms. It is folded twice, and nothing is written.

Other terms price all conversions that the period booked, whatever was pinned; what earlier periods booked stays as it
is. Manual lines and payouts are left out, since terms do not change them.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Final, NamedTuple

from chalicelib.model import agreement
from chalicelib.model.close import Close, Setup, Sort
from chalicelib.model.credit import part
from chalicelib.model.entry import Entry
from chalicelib.model.fx import Quotes
from chalicelib.model.line import UNTAXED, Line
from chalicelib.model.network import Campaign
from chalicelib.model.period import Period
from chalicelib.model.pricing import Price, Rates, pinned, price, quoted
from chalicelib.model.terms import Terms
from chalicelib.model.together import NoRate, basis
from chalicelib.reports.close_given import Given

NOTHING: Final = Price(0, 0, 0)


@dataclass(frozen=True, slots=True)
class Change:
    """Other rates for a campaign's goal, of everyone ('*') or one affiliate; '' leaves one as it was."""

    campaign: str
    goal: str
    affiliate: str = "*"
    commission: str = ""
    revenue: str = ""


class Difference(NamedTuple):
    """What somebody earned (an affiliate) or owed (an advertiser), and what it would have been; minor units."""

    party: str
    name: str
    currency: str
    was: int
    would: int


Sums = Mapping[tuple[str, str, str], int]


def summed(period: Period, given: Given, sort: Sort) -> Sums:
    """What affiliates earned (before tax, by their currency) and advertisers owed in a period."""
    sums: dict[tuple[str, str, str], int] = {}

    def add(line: Line) -> None:
        if line.kind in UNTAXED:
            return
        earned, owed = ("affiliate", line.affiliate, line.due_in), ("advertiser", line.advertiser, line.currency)
        sums[earned] = sums.get(earned, 0) + line.due.total
        sums[owed] = sums.get(owed, 0) + line.revenue + line.pending_revenue

    close = Close(period, given.agreed.setup, given.carry, add, lambda _: None, sort)
    facts = sort(given.facts, lambda entry: (entry.conversion, entry.n))
    together = sort(close.conversions(given.carried, facts), lambda one: one.entry.conversion)
    close.visits(given.visits)
    close.together(together)
    for _ in close.rest(()):
        pass
    return sums


def changed(given: Given, change: Change, rates: Rates, sort: Sort) -> Given:
    """The same period under other terms. ValueError for terms that make no sense, NoRate for a missing rate.

    `rates` gives the exchange rates of a day: other terms may need some that the close did not.
    """
    setup = given.agreed.setup
    campaign = setup.campaigns.get(change.campaign)
    if campaign is None:
        raise ValueError(f"no campaign {change.campaign}")
    campaigns = {**setup.campaigns, campaign.id: replace(campaign, terms=_terms(campaign, change))}
    facts = sort(given.facts, lambda entry: (entry.conversion, entry.n))
    agreed = replace(given.agreed, setup=replace(setup, campaigns=campaigns, rates=_either(setup, rates)))
    return replace(given, agreed=agreed, facts=_repriced(facts, change, rates))


def differences(was: Sums, would: Sums) -> Iterator[Difference]:
    """Both sides of everyone, affiliates first; those that nothing changes for as well."""
    for key in sorted(was.keys() | would.keys(), key=lambda key: (key[0] != "affiliate", *key)):
        before, after = was.get(key, 0), would.get(key, 0)
        if key[1] and (before or after):
            yield Difference(*key, before, after)


def _terms(campaign: Campaign, change: Change) -> tuple[Terms, ...]:
    """A campaign's terms with the change in each version that it is about."""
    mine = [one for one in campaign.terms if one.goal == change.goal]
    meant = [one for one in mine if change.affiliate in ("*", one.affiliate)]
    if not meant:
        # The affiliate had everyone's terms so far: it gets its own beside them.
        meant = [replace(one, affiliate=change.affiliate) for one in mine]
    if not meant:
        raise ValueError(f"campaign {campaign.id} has no terms for {change.goal}")
    made = [replace(one, commission=_or(change.commission, one.commission)) for one in meant]
    made = [replace(one, revenue=_or(change.revenue, one.revenue)) for one in made]
    for one in made:
        if wrong := agreement.mistake(one, campaign.currency):
            raise ValueError(wrong)
    versions = {one.version for one in made}
    return (*(one for one in campaign.terms if one.version not in versions), *made)


def _repriced(facts: Iterable[Entry], change: Change, rates: Rates) -> Iterator[Entry]:
    for _, mine in groupby(facts, lambda entry: entry.conversion):
        known, before = list(mine), (NOTHING, NOTHING)
        first = known[0]
        meant = first.n == 0 and (first.campaign, first.goal) == (change.campaign, change.goal)
        for entry in known:
            # A claim can be confirmed for another affiliate, so each fact is asked for its own.
            if not meant or change.affiliate not in ("*", entry.affiliate):
                yield entry
                before = _stands(entry, Price(entry.commission, entry.revenue, entry.due))
                continue
            other = entry._replace(
                commission_rate=_or(change.commission, entry.commission_rate),
                revenue_rate=_or(change.revenue, entry.revenue_rate),
            )
            after = _stands(other, _price(other, rates))
            yield _moved(other, before, after)
            before = after


def _price(entry: Entry, rates: Rates) -> Price:
    """What an entry earns where it stands, by its pinned rates or, where they do not do, by those of its day."""
    if entry.state == "rejected" or entry.reason == "no_fx_rate":
        return NOTHING
    by = pinned(entry.commission_rate, entry.revenue_rate, entry.currency, entry.due_in, entry.fx)
    found = price(basis(entry), by) or price(basis(entry), quoted(by, basis(entry), rates, entry.day))
    if found is None:
        raise NoRate(entry.sale_currency or entry.currency, entry.due_in)
    commission, revenue, due = (part(one, entry.share) for one in (found.commission, found.revenue, found.due))
    return Price(commission, revenue, due)


def _stands(entry: Entry, found: Price) -> tuple[Price, Price]:
    """The money of a standing: pending and approved."""
    return (found if entry.state == "pending" else NOTHING, found if entry.state == "approved" else NOTHING)


def _moved(entry: Entry, before: tuple[Price, Price], after: tuple[Price, Price]) -> Entry:
    (pending, approved), (old_pending, old_approved) = after, before
    whole = approved if entry.state == "approved" else pending
    return entry._replace(
        commission=whole.commission,
        revenue=whole.revenue,
        due=whole.due,
        pending_commission=pending.commission - old_pending.commission,
        approved_commission=approved.commission - old_approved.commission,
        pending_revenue=pending.revenue - old_pending.revenue,
        approved_revenue=approved.revenue - old_approved.revenue,
        pending_due=pending.due - old_pending.due,
        approved_due=approved.due - old_approved.due,
    )


def _either(setup: Setup, rates: Rates) -> Callable[[str], Quotes]:
    """The rates that the close used, and where it used none those that are known by now."""

    def on(day: str) -> Quotes:
        known = setup.rates(day)
        return known if known.date else rates(day)

    return on


def _or(new: str, old: str) -> str:
    return new or old
