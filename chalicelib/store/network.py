"""What the operator sets up, in the ledger table: read whole by one call each, written with conditions."""

from typing import Any, Final

from chalicelib.model.caps import CapState, ClickState, on_clicks
from chalicelib.model.network import Advertiser, Affiliate, Campaign, Coupon, Goal, Link, Number
from chalicelib.model.terms import Terms
from chalicelib.store import items, keys, setup_items
from chalicelib.store.client import Client, pages
from chalicelib.store.errors import ConditionFailed
from chalicelib.store.items import Item

NEW: Final = "attribute_not_exists(pk)"


class Taken(Exception):
    """The id or slug is in use."""


class Network:
    """Advertisers, affiliates, campaigns and links of the ledger table named `table`."""

    def __init__(self, client: Client, table: str) -> None:
        self._client, self._table = client, table

    def slug(self, slug: str, deadline: float | None = None) -> Link | None:
        """The link of a slug."""
        found = self._get(keys.slug(slug), deadline)
        return self.link(items.unpack(found["link"]), deadline) if found else None

    def link(self, number: int, deadline: float | None = None) -> Link | None:
        """The link of a number, as click ids carry it."""
        found = self._get(keys.link(number), deadline)
        return setup_items.link(found) if found else None

    def campaign(self, id: str, deadline: float | None = None) -> Campaign | None:
        """A campaign with all its terms and its soft cap state."""
        return setup_items.campaign(self._collection(keys.campaign(id), deadline))

    def advertiser(self, id: str, deadline: float | None = None) -> Advertiser | None:
        """An advertiser with all its goals."""
        return setup_items.advertiser(self._collection(keys.advertiser(id), deadline))

    def affiliate(self, id: str, deadline: float | None = None) -> Affiliate | None:
        """An affiliate."""
        found = self._get(keys.affiliate(id), deadline)
        return setup_items.affiliate(found) if found else None

    def coupon(self, code: tuple[str, str], deadline: float | None = None) -> Coupon | None:
        """The coupon of an advertiser and a code."""
        found = self._get(keys.coupon(*code), deadline)
        return setup_items.coupon(found) if found else None

    def number(self, number: str, deadline: float | None = None) -> Number | None:
        """A tracking number."""
        found = self._get(keys.number(number), deadline)
        return setup_items.number(found) if found else None

    def add_advertiser(self, advertiser: Advertiser) -> None:
        """Add an advertiser and its goals; Taken if the id is in use."""
        meta, *goals = setup_items.advertiser_items(advertiser)
        self._add(meta, advertiser.id)
        for goal in goals:
            self._add(goal, goal["sk"]["S"])

    def replace_advertiser(self, known: Advertiser, changed: Advertiser) -> bool:
        """Write an advertiser's META again, such as with other tokens; False if its proofs are not those of `known`."""
        proofs = {"tokens": known.tokens, "secrets": known.secrets, "phone": known.phone_tokens}
        return self._replace(setup_items.advertiser_items(changed)[0], proofs)

    def add_goal(self, advertiser: Advertiser, goal: Goal) -> None:
        """Add a goal to an advertiser; Taken if it has one of that name."""
        changed = Advertiser(advertiser.id, advertiser.name, goals={goal.name: goal})
        self._add(setup_items.advertiser_items(changed)[1], goal.name)

    def add_affiliate(self, affiliate: Affiliate) -> None:
        """Add an affiliate; Taken if the id is in use."""
        self._add(setup_items.affiliate_item(affiliate), affiliate.id)

    def replace_affiliate(self, known: Affiliate, changed: Affiliate) -> bool:
        """Write an affiliate again; False if it is no longer as `known`."""
        seen = {"name": known.name, "currency": known.currency, "recruiter": known.recruiter}
        return self._replace(setup_items.affiliate_item(changed), {**seen, "profile": dict(known.profile)})

    def add_coupon(self, coupon: Coupon) -> None:
        """Add a coupon; Taken if the advertiser has this code already."""
        self._add(setup_items.coupon_item(coupon), coupon.code)

    def replace_coupon(self, known: Coupon, changed: Coupon) -> bool:
        """Write a coupon again, such as with an end; False if its end is not that of `known`."""
        return self._replace(setup_items.coupon_item(changed), {"ended": known.ended_ms})

    def add_number(self, number: Number) -> None:
        """Add a tracking number; Taken if it is in use."""
        self._add(setup_items.number_item(number), number.number)

    def add_campaign(self, campaign: Campaign) -> None:
        """Add a campaign without terms; Taken if the id is in use."""
        self._expect_clicks(campaign)
        self._add(setup_items.campaign_item(campaign), campaign.id)

    def replace_campaign(self, known: Campaign, changed: Campaign) -> bool:
        """Write a campaign's META again; False if its state and caps are not those of `known`."""
        self._expect_clicks(changed)
        return self._replace(setup_items.campaign_item(changed), {"state": known.state, "caps": dict(known.caps)})

    def add_terms(self, campaign: str, version: Terms) -> None:
        """Add a version of terms; Taken if there is one for the same goal, affiliate and time."""
        self._add(setup_items.terms_item(campaign, version), version.version)

    def add_link(self, link: Link) -> None:
        """Add a link: its number first, then its slug; Taken if either is in use.

        A link whose slug turns out to be taken is left without one: nobody can reach it, and its number stays spent.
        """
        self._add(setup_items.link_item(link), str(link.number))
        self._add(setup_items.slug_item(link), link.slug)

    def cap_state(self, campaign: str) -> CapState:
        """A campaign's soft cap state, with the caps that say what it counts: two items, read by one call."""
        return setup_items.cap_state(*self._with_meta(campaign, keys.CAP))

    def put_cap_state(self, campaign: str, state: CapState) -> bool:
        """Write a soft cap state over the version it was made from; False if somebody else was faster."""
        return self._put_version(setup_items.cap_item(campaign, state), state.version)

    def click_state(self, campaign: str) -> ClickState:
        """How many clicks a campaign has had, with its caps on clicks."""
        return setup_items.click_state(*self._with_meta(campaign, keys.CLICKS))

    def put_click_state(self, campaign: str, state: ClickState) -> bool:
        """Write a count of clicks over the version it was made from; False if somebody else was faster."""
        return self._put_version(setup_items.click_item(campaign, state), state.version)

    def listed(self, kind: str) -> list[str]:
        """The ids of all advertisers, affiliates or campaigns (`kind` in the singular), by the eventual find index.

        'clicks' gives the campaigns that have, or had, a cap on clicks.
        """
        query = {
            "TableName": self._table,
            "IndexName": "find",
            "KeyConditionExpression": "fpk = :kind",
            "ExpressionAttributeValues": {":kind": {"S": keys.listed(kind)}},
        }
        return [item["fsk"]["S"] for item in pages(self._client, query)]

    def links_of(self, affiliate: str) -> list[Link]:
        """The links of an affiliate by their slugs, by the eventual find index."""
        query = {
            "TableName": self._table,
            "IndexName": "find",
            "KeyConditionExpression": "fpk = :whose",
            "ExpressionAttributeValues": {":whose": {"S": keys.links(affiliate)}},
        }
        found = [self._get(item["pk"]["S"], None) for item in pages(self._client, query)]
        return [setup_items.link(item) for item in found if item]

    def _get(self, pk: str, deadline: float | None) -> Item | None:
        body = {"TableName": self._table, "Key": keys.key(pk, keys.META)}
        found: dict[str, Any] = self._client.call("GetItem", body, deadline)
        return found.get("Item")

    def _collection(self, pk: str, deadline: float | None) -> list[Item]:
        query = {
            "TableName": self._table,
            "KeyConditionExpression": "pk = :pk",
            "ExpressionAttributeValues": {":pk": {"S": pk}},
        }
        return list(pages(self._client, query, deadline))

    def _with_meta(self, campaign: str, sk: str) -> tuple[Item | None, Item | None]:
        """An item of a campaign's collection, and META, which comes last of those that a cap needs."""
        query = {
            "TableName": self._table,
            "KeyConditionExpression": "pk = :pk AND sk BETWEEN :sk AND :meta",
            "ExpressionAttributeValues": {
                ":pk": {"S": keys.campaign(campaign)},
                ":sk": {"S": sk},
                ":meta": {"S": keys.META},
            },
            "ConsistentRead": True,
        }
        by_sk = {item["sk"]["S"]: item for item in pages(self._client, query)}
        return by_sk.get(sk), by_sk.get(keys.META)

    def _put_version(self, item: Item, seen: int) -> bool:
        condition: dict[str, Any] = {"ConditionExpression": NEW}
        if seen:
            values = {":seen": items.pack(seen)}
            condition = {"ConditionExpression": "version = :seen", "ExpressionAttributeValues": values}
        try:
            self._client.call("PutItem", {"TableName": self._table, "Item": item} | condition)
        except ConditionFailed:
            return False
        return True

    def _expect_clicks(self, campaign: Campaign) -> None:
        """List a campaign among those whose clicks are counted. If the campaign is not written after all, none are."""
        if on_clicks(campaign.caps):
            self.put_click_state(campaign.id, ClickState({}, {}))

    def _replace(self, item: Item, seen: dict[str, Any]) -> bool:
        names = {f"#{name}": name for name in seen}
        body = {
            "TableName": self._table,
            "Item": item,
            "ConditionExpression": " AND ".join(_is_still(name, value) for name, value in seen.items()),
            "ExpressionAttributeNames": names,
            "ExpressionAttributeValues": {f":{name}": items.pack(value) for name, value in seen.items()},
        }
        try:
            self._client.call("PutItem", body)
        except ConditionFailed:
            return False
        return True

    def _add(self, item: Item, name: str) -> None:
        try:
            self._client.call("PutItem", {"TableName": self._table, "Item": item, "ConditionExpression": NEW})
        except ConditionFailed as failed:
            raise Taken(name) from failed


def _is_still(name: str, value: object) -> str:
    """What was seen as empty may also not be there: an item that was written before there was such an attribute."""
    same = f"#{name} = :{name}"
    return same if value else f"(attribute_not_exists(#{name}) OR {same})"
