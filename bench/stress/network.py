"""The network under stress as plain data: the program is told by `site`, the oracle reads it for itself."""

from dataclasses import dataclass
from typing import Final

DIGITS: Final = {"USD": 2, "EUR": 2, "JPY": 0, "KWD": 3}
"""Digits after the point, known here on their own account."""

AFFILIATES: Final = ("anna", "bela", "carl", "dora", "emil")

SET_UP_DAYS: Final = 29
"""So many days ago the network was set up; clicks are younger."""


@dataclass(frozen=True, slots=True)
class Promise:
    """One outcome of an advertiser: what it pays once for, and whether it is approved without a word."""

    once_per: str
    review: str


@dataclass(frozen=True, slots=True)
class Deal:
    """Rates of a goal for everyone ('*') or one affiliate, since so many days ago; -1 stands for always."""

    goal: str
    affiliate: str
    days_ago: int
    commission: str
    revenue: str


@dataclass(frozen=True, slots=True)
class Offer:
    """A campaign: one currency, an order scope ('' for the advertiser's), and its deals."""

    id: str
    advertiser: str
    currency: str
    shop: str
    deals: tuple[Deal, ...]

    @property
    def goals(self) -> list[str]:
        """The goals that it pays for."""
        return sorted({deal.goal for deal in self.deals})


PROMISES: Final = {
    "kettles": {"sale": Promise("order", "auto"), "trial": Promise("click", "auto")},
    "looms": {
        "sale": Promise("order", "auto"),
        "quote": Promise("order", "manual"),
        "member": Promise("customer", "auto"),
    },
}

OFFERS: Final = (
    Offer(
        "spring",
        "kettles",
        "USD",
        "",
        (
            Deal("sale", "*", -1, "RevShare 12.345%", "RevShare 15.5%"),
            Deal("sale", "*", 10, "RevShare 7.77%", "RevShare 9%"),
            Deal("sale", "anna", 20, "RevShare 33.333333%", "RevShare 40%"),
            Deal("trial", "*", -1, "CPA 1.05 USD", "CPA 2.10 USD"),
            Deal("trial", "bela", 5, "CPA 3.33 USD", "CPA 4 USD"),
        ),
    ),
    Offer("autumn", "kettles", "EUR", "outlet", (Deal("sale", "*", -1, "RevShare 12.5%", "RevShare 17.5%"),)),
    Offer(
        "silk",
        "looms",
        "JPY",
        "",
        (
            Deal("sale", "*", -1, "RevShare 8.125%", "RevShare 10%"),
            Deal("sale", "emil", 25, "RevShare 0.5%", "RevShare 2.5%"),
            Deal("quote", "*", -1, "CPA 250 JPY", "CPA 400 JPY"),
        ),
    ),
    Offer(
        "wool",
        "looms",
        "KWD",
        "mill",
        (
            Deal("sale", "*", -1, "RevShare 2.5%", "RevShare 3.000001%"),
            Deal("member", "*", -1, "CPA 0.125 KWD", "RevShare 10%"),
        ),
    ),
)
