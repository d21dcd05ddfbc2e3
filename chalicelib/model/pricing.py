"""From terms to money: what a conversion earns where it stands, in the campaign's and in the affiliate's currency.

Every amount is one exact fraction, converted by the quotes that are pinned to the conversion, and rounded once.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

from chalicelib.model.fact import Standing
from chalicelib.model.fx import NO_QUOTES, Quotes, exact, quotes, rounded
from chalicelib.model.rate_text import per_conversion
from chalicelib.model.rates import Basis, Call, Rate, Tiers

Rates = Callable[[str], Quotes]
"""The exchange rates of an accounting day."""


def no_rates(_: str) -> Quotes:
    """What a network without a rate table knows."""
    return NO_QUOTES


@dataclass(frozen=True, slots=True)
class Pinned:
    """What prices a conversion for good: its rates, the two currencies, and the quotes of its accounting day."""

    commission: Rate | Tiers
    revenue: Rate | Tiers
    currency: str
    due_in: str
    quotes: Quotes
    dues_in: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Price:
    """Minor units: commission and revenue in the campaign's currency, and the commission due in the affiliate's.

    `dues` is the whole commission in the currency of each of those who share it.
    """

    commission: int
    revenue: int
    due: int
    dues: tuple[int, ...] = ()


def pinned(
    commission_rate: str, revenue_rate: str, currency: str, due_in: str, fx: str, dues_in: tuple[str, ...] = ()
) -> Pinned:
    """What a fact pins, from its own texts."""
    rates = per_conversion(commission_rate), per_conversion(revenue_rate)
    return Pinned(*rates, currency, due_in or currency, quotes(fx), tuple(one or currency for one in dues_in))


def price(basis: Basis, by: Pinned) -> Price | None:
    """What a conversion earns by itself; None if a rate of exchange is missing."""
    earned, owed = by.commission.earns(basis), by.revenue.earns(basis)
    amounts = [
        exact(earned, by.currency, by.quotes),
        exact(owed, by.currency, by.quotes),
        exact(earned, by.due_in, by.quotes),
    ]
    amounts += [exact(earned, code, by.quotes) for code in by.dues_in]
    whole = [rounded(amount) for amount in amounts if amount is not None]
    return Price(whole[0], whole[1], whole[2], tuple(whole[3:])) if len(whole) == len(amounts) else None


def standing(where: Standing, basis: Basis, by: Pinned) -> Standing:
    """`where` with its money: nothing when rejected; pending with nothing while no rate of exchange is known."""
    where = replace(where, currency=by.currency)
    if where.state == "rejected":
        return replace(where, commission=0, revenue=0, due=0, dues=())
    found = price(basis, by)
    if found is None:
        wanted = where.wanted if where.reason == "no_fx_rate" else where.state
        nothing = {"commission": 0, "revenue": 0, "due": 0, "dues": ()}
        return replace(where, state="pending", reason="no_fx_rate", wanted=wanted, **nothing)  # type: ignore[arg-type]
    if where.reason == "no_fx_rate":
        where = replace(where, state=where.wanted, reason="", wanted="pending")
    if where.reason in ("", "below_duration"):
        where = replace(where, reason="below_duration" if not found.commission and _is_short(basis, by) else "")
    return replace(where, commission=found.commission, revenue=found.revenue, due=found.due, dues=found.dues)


def quoted(by: Pinned, basis: Basis, rates: Rates, day: str) -> Pinned:
    """`by` with the quotes of `day` that its currencies need; `rates` is asked only where two currencies meet.

    Where a rate is missing there are no quotes at all: nothing is pinned that did not price anything.
    """
    codes = _currencies(by, basis)
    if len(codes) == 1:
        return replace(by, quotes=NO_QUOTES)
    found = replace(by, quotes=rates(day).only(codes))
    return found if price(basis, found) else replace(by, quotes=NO_QUOTES)


def lacks_rate(by: Pinned, basis: Basis) -> bool:
    """Whether a currency has no pinned rate, though nothing may hang on it now: zero needs none."""
    codes = _currencies(by, basis)
    return len(codes) > 1 and any(by.quotes.factor(code, by.currency) is None for code in codes)


def _currencies(by: Pinned, basis: Basis) -> set[str]:
    parts = (*by.commission.earns(basis), *by.revenue.earns(basis))
    return {code for _, code in parts} | {by.currency, by.due_in, *by.dues_in}


def _is_short(basis: Basis, by: Pinned) -> bool:
    """Whether it is a call that does not reach the first step of what it is paid by."""
    calls = [part.threshold for part in by.commission.first.parts if isinstance(part, Call)]
    return bool(calls) and basis.seconds < min(calls)
