"""Which rates make sense together: what an operator may agree with advertisers and affiliates."""

from chalicelib.model.rate_text import rate
from chalicelib.model.rates import NOTHING, AnyRate, Flat, Rate, RevShare, Tiers, VisitPrice
from chalicelib.model.terms import CLICK, IMPRESSION, MONTH, SECOND_TIER, Terms


def mistake(version: Terms, currency: str) -> str:
    """Why a version makes no sense for a campaign of `currency`, in words; '' if it does. ValueError for no rate.

    What only the close can price is priced in the campaign's currency.
    """
    both = (rate(version.commission), rate(version.revenue))
    return _misplaced(version, *both) or next(
        (f"{found} is not in {currency}" for found in both if _currency(found) not in ("", currency)), ""
    )


def _misplaced(version: Terms, commission: AnyRate, revenue: AnyRate) -> str:
    goal, both = version.goal, (commission, revenue)
    if goal in (CLICK, IMPRESSION):
        name = "CPC" if goal == CLICK else "CPM"
        fits = all(one == NOTHING or (isinstance(one, VisitPrice) and one.name == name) for one in both)
        return "" if fits else f"a goal {goal} is paid by {name}"
    if goal == MONTH:
        if version.affiliate == "*":
            return "a fee is agreed with one affiliate"
        return "" if all(one == NOTHING or isinstance(one, Flat) for one in both) else "a month is paid by Flat"
    if goal == SECOND_TIER:
        plain = commission == NOTHING or (isinstance(commission, Rate) and _is_share(commission))
        return "" if plain and revenue == NOTHING else "a second tier is a RevShare of commissions, and owes none"
    return "" if all(isinstance(one, (Rate, Tiers)) for one in both) else f"a goal {goal} is paid per conversion"


def _is_share(found: Rate) -> bool:
    return (
        len(found.parts) == 1 and isinstance(found.parts[0], RevShare) and not found.parts[0].net and not found.months
    )


def _currency(found: AnyRate) -> str:
    """The currency that must be the campaign's, '' where any will do."""
    if isinstance(found, Flat):
        return found.amount.currency
    return found.currency if isinstance(found, (VisitPrice, Tiers)) else ""
