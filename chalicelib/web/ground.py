"""Who brought a conversion: the click that its id names, a coupon, a telephone number, or whoever brought the customer.

What a click id says of itself is enough here: the click's row is not read.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from chalicelib.model import attribution, clickid
from chalicelib.model.attribution import Touch
from chalicelib.model.click import Click
from chalicelib.model.clickid import VIEW, ClickId, KeyRing
from chalicelib.model.fact import Fact
from chalicelib.model.judge import Ground
from chalicelib.model.network import Advertiser, Binding, Campaign, Coupon, Goal, Link
from chalicelib.model.personal import Personal
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
        return self._of(id) if id and id.variant != VIEW else None

    def seen(self, text: str) -> Ground | None:
        """The ground of an impression id."""
        id = clickid.read(self.ring, text)
        found = self._of(id) if id and id.variant == VIEW else None
        return replace(found, how="view") if found else None

    def touched(self, ground: Ground, ids: Iterable[str], happened_ms: int) -> Ground:
        """The ground of a sale whose buyer has followed several links: who earns by the campaign's rule.

        `ids` are click ids as they were said; `ground` is that of the click which was named, and stays what it is where
        that is all that counts. The rows of the clicks are not read.
        """
        if ground.click is None or ground.how or attribution.is_plain(ground.campaign):
            return ground
        touches = filter(None, map(self._touch, dict.fromkeys((ground.click.id.text, *ids))))
        found = attribution.earning(touches, ground.campaign, happened_ms)
        if found is None:
            return ground
        touch = found.touch
        mine = ground.click if touch.id == ground.click.id else Click(touch.id)
        return Ground(mine, touch.link, ground.campaign, touch.affiliate.currency, None, found.credits, found.how)

    def earlier(self, sale: Sale, advertiser: Advertiser) -> str:
        """The click that brought the customer of a sale when it was first heard of, '' for none."""
        found = self.customers.binding(advertiser.id, sale.customer) if sale.customer else None
        return found.click_id if found else ""

    def without_click(self, affiliate: str, campaign: str, pinned_ms: int | None = None) -> Ground | None:
        """The ground of an affiliate and a campaign that are known by something else than a click."""
        found = self.directory.campaign(campaign)
        link = Link(0, "", affiliate, campaign)
        return Ground(None, link, found, self._due_in(affiliate), pinned_ms) if found else None

    def attribute(self, sale: Sale, clicked: Ground | None, advertiser: Advertiser, now_ms: int) -> Ground | None:
        """Who earns from a server's sale; None if nobody is known. `clicked` is the ground of its click id.

        A coupon that always counts comes before the click, and the click before all else while its window is open. Then
        come any other coupon, whoever brought the customer, and last what was only seen. A click id that leads nowhere
        is not passed over.
        """
        happened_ms = now_ms if sale.event_ms is None else sale.event_ms
        coupon, on = self._coupon(sale, advertiser)
        coupon = coupon if coupon and on and coupon.earns(on, happened_ms) else None
        if coupon is not None and coupon.mode == "always":
            return self._by_coupon(coupon)
        if clicked is None and sale.click_id:
            return None
        if clicked is not None and clicked.click and happened_ms - clicked.click.id.ms <= clicked.campaign.window_ms:
            return clicked
        if coupon is not None:
            return self._by_coupon(coupon)
        seen = self.seen(sale.impression_id) if sale.impression_id and clicked is None else None
        mine = seen if seen and seen.campaign.advertiser == advertiser.id else None
        return self._by_customer(sale, advertiser) or mine or clicked

    def couponed(self, sale: Sale, advertiser: Advertiser) -> Campaign | None:
        """The campaign of a sale's coupon, even of one that has ended: it says in which shop the order was sold."""
        return self._coupon(sale, advertiser)[1]

    def may_bind(self, sale: Sale, ground: Ground | None, advertiser: Advertiser) -> bool:
        """Whether `remember` may keep something, so that what was said of the sale before has to be read first.

        Otherwise a sale that contradicts a known one would be refused, yet its affiliate have the customer.
        """
        if ground is None or ground.pinned_ms is not None or sale.test or not sale.customer:
            return False
        return pays_again(advertiser, ground.campaign) or not attribution.is_plain(ground.campaign)

    def remember(self, fact: Fact, sale: Sale, ground: Ground | None, advertiser: Advertiser) -> None:
        """Keep who brought the customer of a fact that is about to be written, if the customer may pay again.

        Written before the fact, so that no payment can find the conversion without it.
        """
        first = fact.kind in ("booked", "confirmed") and fact.after.confirmed and fact.after.state != "rejected"
        if first and self.may_bind(sale, ground, advertiser):
            binding = Binding(fact.affiliate, fact.campaign, fact.event_ms, fact.click_id)
            self.customers.bind(advertiser.id, fact.customer, binding)

    def keep(self, fact: Fact, private: Personal, campaign: Campaign) -> None:
        """Keep what was said of the customer of a fact that is about to be written, as far as the campaign lets.

        Where consent is refused the signal itself is all that is kept. The conversion is a matter of contract and
        stands either way.
        """
        if not private or fact.kind not in ("booked", "confirmed") or fact.test:
            return
        from chalicelib.model import consent  # few conversions come with anything personal

        allowed = consent.permits(private.consent, campaign.consent)
        kept = private if allowed else Personal(consent=private.consent)
        if kept:
            self.customers.keep(fact, kept)

    def _coupon(self, sale: Sale, advertiser: Advertiser) -> tuple[Coupon | None, Campaign | None]:
        found = self.directory.coupon(advertiser.id, sale.coupon) if sale.coupon else None
        return found, self.directory.campaign(found.campaign) if found else None

    def _by_coupon(self, coupon: Coupon) -> Ground | None:
        found = self.without_click(coupon.affiliate, coupon.campaign)
        return replace(found, how="coupon") if found else None

    def _by_customer(self, sale: Sale, advertiser: Advertiser) -> Ground | None:
        found = self.customers.binding(advertiser.id, sale.customer) if sale.customer else None
        ground = self.without_click(found.affiliate, found.campaign, found.first_ms) if found else None
        earns = ground is not None and _earns_again(advertiser.goals[sale.goal], ground.campaign)
        return replace(ground, how="customer") if ground and earns else None

    def _of(self, id: ClickId) -> Ground | None:
        link = self.directory.link(id.link)
        campaign = self.directory.campaign(link.campaign) if link else None
        return Ground(Click(id), link, campaign, self._due_in(link.affiliate)) if link and campaign else None

    def _touch(self, text: str) -> Touch | None:
        id = clickid.read(self.ring, text)
        link = self.directory.link(id.link) if id and id.variant != VIEW else None
        affiliate = self.directory.affiliate(link.affiliate) if link else None
        return Touch(id, link, affiliate) if id and link and affiliate else None

    def _due_in(self, affiliate: str) -> str:
        found = self.directory.affiliate(affiliate)
        return found.currency if found else ""


def pays_again(advertiser: Advertiser, campaign: Campaign) -> bool:
    """Whether a customer's later payments may earn under any goal."""
    return any(_earns_again(goal, campaign) for goal in advertiser.goals.values())


def _earns_again(goal: Goal, campaign: Campaign) -> bool:
    """Whether a customer's later payments earn under a goal: the goal says so, or its terms end after some months."""
    return goal.recurring or any(" for " in one.commission for one in campaign.terms if one.goal == goal.name)
