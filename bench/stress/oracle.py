"""What has to come out: worked out from the sales alone, with decimals, sharing no line with the program."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from bench.stress.network import DIGITS, PROMISES, Deal
from bench.stress.plan import Sale

Sums = dict[tuple[str, str], Decimal]
"""Money by (whose, currency)."""


@dataclass(frozen=True, slots=True)
class Expected:
    """Where a sale's conversion must stand at last."""

    affiliate: str
    advertiser: str
    currency: str
    state: str
    commission: Decimal
    revenue: Decimal
    amount: Decimal | None
    refunded: Decimal


def expected(sale: Sale) -> Expected:
    """What one sale must come to, whatever the order in which it was told."""
    deal, state, refunded = _deal(sale), _state(sale), sum(sale.refunds, Decimal(0))
    currency = sale.offer.currency

    def paid(rate: str) -> Decimal:
        return Decimal(0) if state == "rejected" else _money(rate, sale.amount, refunded, DIGITS[currency])

    return Expected(
        affiliate=sale.affiliate,
        advertiser=sale.offer.advertiser,
        currency=currency,
        state=state,
        commission=paid(deal.commission),
        revenue=paid(deal.revenue),
        amount=sale.amount,
        refunded=refunded,
    )


def commissions(all_expected: Iterable[Expected]) -> Sums:
    """What each affiliate must have earned, by currency."""
    return total((one.affiliate, one.currency, one.commission) for one in all_expected)


def revenues(all_expected: Iterable[Expected]) -> Sums:
    """What each advertiser must owe, by currency."""
    return total((one.advertiser, one.currency, one.revenue) for one in all_expected)


def total(lines: Iterable[tuple[str, str, Decimal]]) -> Sums:
    """Sums of (whose, currency, money)."""
    sums: Sums = {}
    for whose, currency, money in lines:
        add(sums, whose, currency, money)
    return sums


def add(sums: Sums, whose: str, currency: str, money: Decimal) -> None:
    """Add money to somebody's sum."""
    sums[whose, currency] = sums.get((whose, currency), Decimal(0)) + money


def _state(sale: Sale) -> str:
    """The last word wins, in the order pending, approved, rejected; without a word the goal's own rule does."""
    for word in ("rejected", "approved", "pending"):
        if word in sale.says:
            return word
    return "approved" if PROMISES[sale.offer.advertiser][sale.goal].review == "auto" else "pending"


def _deal(sale: Sale) -> Deal:
    """The affiliate's own newest deal at the time of the click, else the newest for everyone."""
    age = 0.0 if sale.minted == "redirect" else sale.age_days
    for whose in (sale.affiliate, "*"):
        since = [deal for deal in sale.offer.deals if (deal.goal, deal.affiliate) == (sale.goal, whose)]
        old_enough = [deal for deal in since if deal.days_ago < 0 or age <= deal.days_ago]
        if old_enough:
            return min(old_enough, key=lambda deal: deal.days_ago if deal.days_ago >= 0 else 10_000)
    raise ValueError(f"no deal for {sale}")


def _money(rate: str, amount: Decimal | None, refunded: Decimal, digits: int) -> Decimal:
    kind, number, *_ = rate.split()
    smallest = Decimal(1).scaleb(-digits)
    if kind == "CPA":
        return Decimal(0) if amount and refunded >= amount else Decimal(number).quantize(smallest)
    if amount is None:
        raise ValueError("a share of nothing")
    exact = (amount - refunded) * Decimal(number.rstrip("%")) / 100
    return exact.quantize(smallest, ROUND_HALF_UP)
