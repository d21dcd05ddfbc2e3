"""The network of the simulation: two campaigns in two currencies, three affiliates, one advertiser; and what is true
of it without asking the program.
"""

from dataclasses import dataclass
from typing import Final

from chalicelib.model import trust
from chalicelib.model.network import Advertiser, Affiliate, Campaign, Coupon, Goal, Link, Number
from chalicelib.model.terms import Terms
from chalicelib.store.network import Network

TOKEN: Final = "shop.a-token-that-only-the-shop-knows"
SHOP: Final = "shop.example"
FULL: Final = "full.example"
PHONE: Final = "+15550100"
CAP: Final = 5
REVIEW_DAYS: Final = 1

GOALS: Final = {
    "sale": Goal("sale", "order", "auto"),
    "lead": Goal("lead", "click", f"after {REVIEW_DAYS}"),
    "plan": Goal("plan", "order", "manual", recurring=True),
    "ring": Goal("ring", "order", "auto"),
}


@dataclass(frozen=True, slots=True)
class Way:
    """A link as visitors see it, and the campaign that they come to."""

    slug: str
    number: int
    affiliate: str
    campaign: str


WAYS: Final = tuple(
    Way(f"to-{campaign}-{affiliate}", 100 + number, affiliate, campaign)
    for number, (campaign, affiliate) in enumerate(
        (campaign, affiliate) for campaign in ("spring", "autumn") for affiliate in ("anna", "ben", "carl")
    )
)
CURRENCY: Final = {"spring": "USD", "autumn": "EUR"}
PAID_IN: Final = {"anna": "", "ben": "USD", "carl": "EUR"}


def set_up(network: Network) -> None:
    """Write all of it down."""
    network.add_advertiser(Advertiser("shop", "Shop", (trust.fingerprint(TOKEN),), goals=GOALS))
    for affiliate, currency in PAID_IN.items():
        network.add_affiliate(Affiliate(affiliate, affiliate.title(), currency))
    home = f"https://{SHOP}/"
    network.add_campaign(Campaign("spring", "Spring", "shop", "USD", home))
    autumn = Campaign("autumn", "Autumn", "shop", "EUR", home, fallback=f"https://{FULL}/", caps={"total": CAP})
    network.add_campaign(autumn)
    for campaign, code in CURRENCY.items():
        for goal, pays, owes in (
            ("sale", "RevShare 10%", "RevShare 15%"),
            ("lead", f"CPA 2.00 {code}", f"CPA 3.00 {code}"),
            ("plan", "RevShare 12.5%", "RevShare 20%"),
            ("ring", f"CPA 5.00 {code}", f"CPA 7.00 {code}"),
        ):
            network.add_terms(campaign, Terms(goal, "*", 0, pays, owes))
    for way in WAYS:
        network.add_link(Link(way.number, way.slug, way.affiliate, way.campaign))
    network.add_coupon(Coupon("shop", "TEA", "anna", "spring", "always"))
    network.add_coupon(Coupon("shop", "MILK", "ben", "autumn", "fallback"))
    network.add_number(Number(PHONE, "anna", "spring", "ring"))
