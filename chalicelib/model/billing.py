"""Clicks and impressions that are paid for by themselves (CPC, CPM), and monthly fees: lines of the month close.

A price may be finer than a coin: count times price is one exact fraction, rounded once for each line.
"""

from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from typing import NamedTuple

from chalicelib.model.fx import Quotes, exact, rounded
from chalicelib.model.line import Buckets, Line
from chalicelib.model.network import Affiliate, Campaign
from chalicelib.model.period import Period
from chalicelib.model.rate_text import rate
from chalicelib.model.rates import Flat, VisitPrice
from chalicelib.model.room import Room
from chalicelib.model.terms import CLICK, IMPRESSION, MONTH, Terms, in_force
from chalicelib.model.together import NoRate
from chalicelib.model.visit import Visit

KINDS = {CLICK: "cpc", IMPRESSION: "cpm"}

OVER_CAP = "over_cap"
"""The reason of a visit that is billable by itself and finds no room under a cap (traffic.REASONS)."""


class Counted(NamedTuple):
    """Visits that are priced alike: of one affiliate and campaign, under one version of terms."""

    kind: str
    affiliate: str
    campaign: str
    terms: str
    commission_rate: str
    revenue_rate: str
    reason: str


def version(campaign: Campaign, visit: Visit) -> Terms | None:
    """The terms that price a visit, if any do."""
    return in_force(campaign.terms, visit.kind, visit.affiliate, visit.at_ms)


def count(campaign: Campaign, visits: Iterable[Visit], room: Room) -> dict[Counted, int]:
    """How many visits of a campaign there are of each sort. `visits` come in order of time and id.

    A visit that is not billable, or that finds no room, is counted under its reason and earns nothing.
    """
    found: dict[Counted, int] = {}
    for visit in visits:
        terms = version(campaign, visit)
        if terms is None:
            continue
        reason = visit.reason
        if visit.billable:
            needs = {"clicks": Fraction(1)} if visit.kind == CLICK else {}
            needs |= {"commission": _each(terms.commission), "revenue": _each(terms.revenue)}
            reason = "" if room.take(visit.affiliate, visit.at_ms, needs) else OVER_CAP
        sort = Counted(visit.kind, visit.affiliate, campaign.id, terms.version, terms.commission, terms.revenue, reason)
        found[sort] = found.get(sort, 0) + 1
    return found


def lines(
    counted: Mapping[Counted, int], campaign: Campaign, affiliates: Mapping[str, Affiliate], by: Quotes, period: Period
) -> Iterator[Line]:
    """The lines of counted visits, in order; those with a reason are kept with 0 money."""
    for sort, quantity in sorted(counted.items()):
        paid = 0 if sort.reason else quantity
        earned, owed = paid * _each(sort.commission_rate), paid * _each(sort.revenue_rate)
        yield _line(KINDS[sort.kind], sort.affiliate, campaign, affiliates, by, period, earned, owed)._replace(
            goal=sort.kind,
            quantity=quantity,
            reason=sort.reason,
            terms=sort.terms,
            commission_rate=sort.commission_rate,
            revenue_rate=sort.revenue_rate,
        )


def fees(campaign: Campaign, affiliates: Mapping[str, Affiliate], by: Quotes, period: Period) -> Iterator[Line]:
    """The fees of a month: of each affiliate whose agreement is in force at the period's last instant."""
    for affiliate in sorted({terms.affiliate for terms in campaign.terms if terms.goal == MONTH}):
        terms = in_force(campaign.terms, MONTH, affiliate, period.end_ms - 1)
        if terms is None:
            continue
        earned, owed = _fee(terms.commission), _fee(terms.revenue)
        if earned or owed:
            yield _line("flat", affiliate, campaign, affiliates, by, period, earned, owed)._replace(
                goal=MONTH,
                terms=terms.version,
                commission_rate=terms.commission,
                revenue_rate=terms.revenue,
            )


def _line(
    kind: str,
    affiliate: str,
    campaign: Campaign,
    affiliates: Mapping[str, Affiliate],
    by: Quotes,
    period: Period,
    earned: Fraction,
    owed: Fraction,
) -> Line:
    currency = campaign.currency
    due_in = affiliates[affiliate].currency or currency if affiliate in affiliates else currency
    due = exact([(earned, currency)], due_in, by)
    if due is None:
        raise NoRate(currency, due_in)
    return Line(
        kind,
        affiliate,
        campaign.advertiser,
        campaign.id,
        "",
        currency,
        due_in,
        commission=Buckets(0, 0, rounded(earned)),
        due=Buckets(0, 0, rounded(due)),
        revenue=rounded(owed),
        at_ms=period.end_ms - 1,
        event_ms=period.end_ms - 1,
        origin=period.name,
        fx=str(by.only((currency, due_in))) if due_in != currency and by.date else "",
    )


def _each(text: str) -> Fraction:
    found = rate(text)
    return found.each if isinstance(found, VisitPrice) else Fraction(0)


def _fee(text: str) -> Fraction:
    found = rate(text)
    return Fraction(found.amount.minor if isinstance(found, Flat) else 0)
