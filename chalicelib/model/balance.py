"""Balances: what an affiliate had, what moved, what it has, and what of that can be paid; taxes and second-tier shares.

All sums of a close come from its lines, one after the other, so that opening + movements = closing by construction.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import NamedTuple

from chalicelib.model.fx import Quotes, exact, rounded
from chalicelib.model.layers import spread
from chalicelib.model.line import NOTHING, UNSHARED, UNTAXED, Buckets, Line
from chalicelib.model.network import Affiliate
from chalicelib.model.period import Period
from chalicelib.model.rate_text import share
from chalicelib.model.together import NoRate


class Balance(NamedTuple):
    """An affiliate's balance in one currency over a period, in minor units.

    `payout` is what can be paid of the closing balance: all of `closing.payable` or, below the minimum, nothing.
    """

    affiliate: str
    currency: str
    opening: Buckets
    moved: Buckets
    closing: Buckets
    payout: int = 0
    status: str = ""


class Tax(NamedTuple):
    """What a tax of so many per cent has been taken on, and what was booked for it."""

    affiliate: str
    currency: str
    kind: str
    percent: str
    taxable: int = 0
    booked: int = 0

    @property
    def key(self) -> tuple[str, str, str, str]:
        """What it is about."""
        return self[:4]


class Share(NamedTuple):
    """What a recruiter's share has been taken on: the payable commission of one affiliate in one campaign.

    `base` and `booked` are minor units of `currency`, the campaign's; `due` of `due_in`, the recruiter's.
    """

    recruiter: str
    affiliate: str
    advertiser: str
    campaign: str
    percent: str
    currency: str
    due_in: str
    base: int = 0
    booked: int = 0
    due: int = 0

    @property
    def key(self) -> tuple[str, str, str, str, str, str, str]:
        """What it is about."""
        return self[:7]


@dataclass(slots=True)
class Sums:
    """What the lines of a close add up to while they are made."""

    due: dict[tuple[str, str], Buckets] = field(default_factory=dict)
    taxable: dict[tuple[str, str], int] = field(default_factory=dict)
    shared: dict[tuple[str, str, str, str], int] = field(default_factory=dict)

    def add(self, line: Line) -> None:
        """Take one line into account."""
        whose = (line.affiliate, line.due_in)
        if line.affiliate and any(line.due):
            self.due[whose] = self.due.get(whose, NOTHING).plus(line.due)
            if line.kind not in UNTAXED:
                self.taxable[whose] = self.taxable.get(whose, 0) + line.due.payable
        if line.commission.payable and line.kind not in UNSHARED:
            place = (line.affiliate, line.advertiser, line.campaign, line.currency)
            self.shared[place] = self.shared.get(place, 0) + line.commission.payable


def taxes(
    sums: Sums, prior: Iterable[Tax], affiliates: Mapping[str, Affiliate], period: Period
) -> Iterator[tuple[Line | None, Tax]]:
    """The VAT that is paid on top of what became payable, and what is withheld of it; with what is remembered of each.

    VAT is a line only where the affiliate's `vat_mode` is 'standard': under reverse charge the network owes it.
    """
    known = {tax.key: tax for tax in prior}
    for (affiliate, currency), taxable in sorted(sums.taxable.items()):
        profile = affiliates[affiliate].profile if affiliate in affiliates else {}
        rates = {"vat": profile.get("vat_percent", "") if profile.get("vat_mode") == "standard" else ""}
        rates["withheld"] = profile.get("withholding_percent", "")
        for kind, percent in rates.items():
            layers = {key: tax.taxable for key, tax in known.items() if key[:3] == (affiliate, currency, kind)}
            current = (affiliate, currency, kind, percent) if percent else None
            for key, base in spread(layers, current, taxable):
                whole = rounded(base * share(key[3]))
                moved = whole - known.get(key, Tax(*key)).booked
                known[key] = Tax(*key, base, whole)
                yield _tax(known[key], moved, period) if moved else None, known[key]


def _tax(tax: Tax, moved: int, period: Period) -> Line:
    return Line(
        tax.kind,
        tax.affiliate,
        "",
        "",
        "",
        tax.currency,
        tax.currency,
        due=Buckets(0, 0, moved if tax.kind == "vat" else -moved),
        at_ms=period.end_ms - 1,
        event_ms=period.end_ms - 1,
        origin=period.name,
        commission_rate=f"{tax.percent}%",
    )


def shares(
    sums: Sums,
    prior: Iterable[Share],
    affiliates: Mapping[str, Affiliate],
    percent: Callable[[str, str], str],
    quotes: Quotes,
    period: Period,
) -> Iterator[tuple[Line | None, Share]]:
    """What recruiters earn of what became payable to those they brought. `percent` gives a campaign's and recruiter's.

    A reversal takes back from whom it was given, and of what is due as much as of the share.
    """
    known = {old.key: old for old in prior}
    for (affiliate, advertiser, campaign, currency), base in sorted(sums.shared.items()):
        about = (affiliate, advertiser, campaign)
        layers = {key: old.base for key, old in known.items() if (key[1:4], key[5]) == (about, currency)}
        recruiter = affiliates[affiliate].recruiter if affiliate in affiliates else ""
        of = percent(campaign, recruiter) if recruiter else ""
        due_in = affiliates[recruiter].currency or currency if recruiter in affiliates else currency
        current = (recruiter, *about, of, currency, due_in) if of else None
        for key, whole_base in spread(layers, current, base):
            old = known.get(key, Share(*key))
            new = _shared(old, whole_base, quotes)
            known[key] = new
            yield _share(old, new, quotes, period) if new[8:] != old[8:] else None, new


def _shared(old: Share, base: int, quotes: Quotes) -> Share:
    booked = rounded(base * share(old.percent))
    if abs(base) < abs(old.base):
        due = rounded(Fraction(old.due * booked, old.booked)) if old.booked else 0
        return old._replace(base=base, booked=booked, due=due)
    more = exact([(Fraction(booked - old.booked), old.currency)], old.due_in, quotes)
    if more is None:
        raise NoRate(old.currency, old.due_in)
    return old._replace(base=base, booked=booked, due=old.due + rounded(more))


def _share(old: Share, new: Share, quotes: Quotes, period: Period) -> Line:
    exchanged = new.due_in != new.currency and quotes.date
    return Line(
        "second_tier",
        new.recruiter,
        new.advertiser,
        new.campaign,
        "second_tier",
        new.currency,
        new.due_in,
        commission=Buckets(0, 0, new.booked - old.booked),
        due=Buckets(0, 0, new.due - old.due),
        at_ms=period.end_ms - 1,
        event_ms=period.end_ms - 1,
        origin=period.name,
        commission_rate=f"RevShare {new.percent}%",
        fx=str(quotes.only((new.currency, new.due_in))) if exchanged else "",
        note=new.affiliate,
    )


def balances(sums: Sums, prior: Iterable[Balance], minimum: Callable[[str, str], int]) -> Iterator[Balance]:
    """The balances after the period, in order of affiliate and currency. `minimum` is the smallest payout of each."""
    opening = {(old.affiliate, old.currency): old.closing for old in prior}
    for whose in sorted(opening.keys() | sums.due.keys()):
        before, moved = opening.get(whose, NOTHING), sums.due.get(whose, NOTHING)
        closing = before.plus(moved)
        payout = closing.payable if closing.payable >= max(1, minimum(*whose)) else 0
        yield Balance(*whose, before, moved, closing, payout, _status(closing.payable, payout))


def _status(payable: int, payout: int) -> str:
    if payout:
        return "payable"
    return "debt" if payable < 0 else "below_minimum" if payable else "settled"
