"""Who brought a conversion: the click that its id names, a coupon, a telephone number, or whoever brought the customer.

What a click id says of itself is enough here: the click's row is not read.
"""

from dataclasses import dataclass

from chalicelib.model import clickid
from chalicelib.model.click import Click
from chalicelib.model.clickid import KeyRing
from chalicelib.model.fact import Fact
from chalicelib.model.judge import Ground
from chalicelib.model.network import Advertiser, Binding, Campaign, Coupon, Goal, Link
from chalicelib.model.ports import Customers, Directory
from chalicelib.model.sale import Sale


@dataclass(frozen=True, slots=True)
class Survey:
    """Looks up where click ids, coupons, numbers and customers lead."""

    directory: Directory
    ring: KeyRing
    customers: Customers

    def ground(self, text: str) -> Ground | None:
        """The ground of a click id; None for a text that is none of ours, or whose link is gone."""
        id = clickid.read(self.ring, text)
        link = self.directory.link(id.link) if id else None
        campaign = self.directory.campaign(link.campaign) if link else None
        return Ground(Click(id), link, campaign, self._due_in(link.affiliate)) if id and link and campaign else None

    def without_click(self, affiliate: str, campaign: str, pinned_ms: int | None = None) -> Ground | None:
        """The ground of an affiliate and a campaign that are known by something else than a click."""
        found = self.directory.campaign(campaign)
        link = Link(0, "", affiliate, campaign)
        return Ground(None, link, found, self._due_in(affiliate), pinned_ms) if found else None

    def attribute(self, sale: Sale, clicked: Ground | None, advertiser: Advertiser, now_ms: int) -> Ground | None:
        """Who earns from a server's sale; None if nobody is known. `clicked` is the ground of its click id.

        A coupon that always counts comes before the click, and the click before all else while its window is open. Then
        come any other coupon, and whoever brought the customer. A click id that leads nowhere is not passed over.
        """
        coupon = self.directory.coupon(advertiser.id, sale.coupon) if sale.coupon else None
        if coupon is not None and coupon.mode == "always":
            return self._by_coupon(coupon)
        if clicked is None and sale.click_id:
            return None
        happened_ms = now_ms if sale.event_ms is None else sale.event_ms
        if clicked is not None and clicked.click and happened_ms - clicked.click.id.ms <= clicked.campaign.window_ms:
            return clicked
        if coupon is not None:
            return self._by_coupon(coupon)
        return self._by_customer(sale, advertiser) or clicked

    def may_bind(self, sale: Sale, ground: Ground | None, advertiser: Advertiser) -> bool:
        """Whether `remember` may keep something, so that what was said of the sale before has to be read first.

        Otherwise a sale that contradicts a known one would be refused, yet its affiliate have the customer.
        """
        if ground is None or ground.pinned_ms is not None or sale.test or not sale.customer:
            return False
        return pays_again(advertiser, ground.campaign)

    def remember(self, fact: Fact, sale: Sale, ground: Ground | None, advertiser: Advertiser) -> None:
        """Keep who brought the customer of a fact that is about to be written, if the customer may pay again.

        Written before the fact, so that no payment can find the conversion without it.
        """
        first = fact.kind in ("booked", "confirmed") and fact.after.confirmed and fact.after.state != "rejected"
        if first and self.may_bind(sale, ground, advertiser):
            binding = Binding(fact.affiliate, fact.campaign, fact.event_ms, fact.click_id)
            self.customers.bind(advertiser.id, fact.customer, binding)

    def _by_coupon(self, coupon: Coupon) -> Ground | None:
        return self.without_click(coupon.affiliate, coupon.campaign)

    def _by_customer(self, sale: Sale, advertiser: Advertiser) -> Ground | None:
        found = self.customers.binding(advertiser.id, sale.customer) if sale.customer else None
        ground = self.without_click(found.affiliate, found.campaign, found.first_ms) if found else None
        return ground if ground and _earns_again(advertiser.goals[sale.goal], ground.campaign) else None

    def _due_in(self, affiliate: str) -> str:
        found = self.directory.affiliate(affiliate)
        return found.currency if found else ""


def pays_again(advertiser: Advertiser, campaign: Campaign) -> bool:
    """Whether a customer's later payments may earn under any goal."""
    return any(_earns_again(goal, campaign) for goal in advertiser.goals.values())


def _earns_again(goal: Goal, campaign: Campaign) -> bool:
    """Whether a customer's later payments earn under a goal: the goal says so, or its terms end after some months."""
    return goal.recurring or any(" for " in one.commission for one in campaign.terms if one.goal == goal.name)
