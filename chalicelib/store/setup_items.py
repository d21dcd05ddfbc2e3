"""How the network's set-up lies in the ledger table: nothing else knows the names of its attributes."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from chalicelib.model.caps import NOTHING, CapState, ClickState, on_clicks, read
from chalicelib.model.network import Advertiser, Affiliate, Binding, Campaign, Coupon, Goal, Link, Number
from chalicelib.model.terms import Terms
from chalicelib.store import keys
from chalicelib.store.items import Item, pack, unpack


def advertiser_items(advertiser: Advertiser) -> list[Item]:
    """META and one item for each goal, in one collection: one query reads all that a postback must know."""
    pk = keys.advertiser(advertiser.id)
    meta = {
        "name": advertiser.name,
        "tokens": advertiser.tokens,
        "secrets": advertiser.secrets,
        "statuses": dict(advertiser.statuses),
        "phone": advertiser.phone_tokens,
    }
    goals = [_goal_item(pk, goal) for goal in advertiser.goals.values()]
    return [_with(keys.key(pk, keys.META), meta) | _listed("advertiser", advertiser.id), *goals]


def advertiser(items: list[Item]) -> Advertiser | None:
    """The advertiser of a collection; None for an empty one."""
    meta = next((item for item in items if item["sk"]["S"] == keys.META), None)
    if meta is None:
        return None
    goals = [_goal(item) for item in items if item["sk"]["S"].startswith(keys.GOAL)]
    return Advertiser(
        keys.name_of(meta["pk"]["S"]),
        meta["name"]["S"],
        tuple(unpack(meta["tokens"])),
        tuple(unpack(meta["secrets"])),
        unpack(meta["statuses"]),
        {goal.name: goal for goal in goals},
        tuple(unpack(meta["phone"])) if "phone" in meta else (),
    )


def _goal_item(pk: str, goal: Goal) -> Item:
    fields = {"once_per": goal.once_per, "review": goal.review} | ({"recurring": True} if goal.recurring else {})
    return _with(keys.key(pk, keys.GOAL + goal.name), fields)


def _goal(item: Item) -> Goal:
    return Goal(keys.name_of(item["sk"]["S"]), unpack(item["once_per"]), unpack(item["review"]), "recurring" in item)


def affiliate_item(affiliate: Affiliate) -> Item:
    """The one item of an affiliate."""
    meta = {
        "name": affiliate.name,
        "currency": affiliate.currency,
        "recruiter": affiliate.recruiter,
        "profile": dict(affiliate.profile),
        "kind": affiliate.kind,
    }
    return _with(keys.key(keys.affiliate(affiliate.id), keys.META), meta) | _listed("affiliate", affiliate.id)


def affiliate(item: Item) -> Affiliate:
    """The affiliate of an item."""
    meta = {name: unpack(attribute) for name, attribute in item.items()}
    return Affiliate(
        keys.name_of(meta["pk"]),
        meta["name"],
        meta.get("currency", ""),
        meta.get("recruiter", ""),
        meta.get("profile", {}),
        meta.get("kind", ""),
    )


def campaign_item(campaign: Campaign) -> Item:
    """META of a campaign. Its terms and soft cap state are items of their own in the same collection."""
    meta = {
        "name": campaign.name,
        "advertiser": campaign.advertiser,
        "currency": campaign.currency,
        "destination": campaign.destination,
        "state": campaign.state,
        "fallback": campaign.fallback,
        "hosts": campaign.hosts,
        "window": campaign.window_ms,
        "minimum": campaign.minimum_ms,
        "shop": campaign.shop,
        "caps": dict(campaign.caps),
        "hold": campaign.hold_days,
        "ended": campaign.ended_ms,
        "attribution": campaign.attribution,
        "stand_down": campaign.stand_down_ms,
        "view": campaign.view_ms,
        "consent": campaign.consent,
    }
    return _with(keys.key(keys.campaign(campaign.id), keys.META), meta) | _listed("campaign", campaign.id)


def terms_item(campaign: str, version: Terms) -> Item:
    """One version of terms; a version is written once and never changed."""
    return _with(keys.terms(campaign, version), {"pays": version.commission, "owes": version.revenue})


def campaign(items: list[Item]) -> Campaign | None:
    """The campaign of a collection (META, TERMS#..., CAP, CLICKS); None for an empty one."""
    by_sk = {item["sk"]["S"]: item for item in items}
    if keys.META not in by_sk:
        return None
    meta = {name: unpack(attribute) for name, attribute in by_sk[keys.META].items()}
    taken = {**cap_state(by_sk.get(keys.CAP)).taken, **click_state(by_sk.get(keys.CLICKS)).taken}
    return Campaign(
        id=keys.name_of(meta["pk"]),
        name=meta["name"],
        advertiser=meta["advertiser"],
        currency=meta["currency"],
        destination=meta["destination"],
        state=meta["state"],
        fallback=meta["fallback"],
        hosts=tuple(meta["hosts"]),
        window_ms=meta["window"],
        minimum_ms=meta["minimum"],
        shop=meta["shop"],
        terms=tuple(_terms(sk, item) for sk, item in by_sk.items() if sk.startswith(keys.TERMS)),
        caps=meta["caps"],
        taken=taken,
        hold_days=meta.get("hold", 0),
        ended_ms=meta.get("ended", 0),
        attribution=meta.get("attribution", "last"),
        stand_down_ms=meta.get("stand_down", 0),
        view_ms=meta.get("view", 0),
        consent=meta.get("consent", "respect"),
    )


def cap_item(campaign: str, state: CapState) -> Item:
    """A campaign's soft cap state, at the version after the one it was made from."""
    fields = {"taken": dict(state.taken), "counted": list(state.counted), "version": state.version + 1}
    return _with(keys.cap(campaign), fields)


def cap_state(item: Item | None, meta: Item | None = None) -> CapState:
    """The soft cap state of an item; nothing taken if there is none yet. Its caps are those of the campaign's META."""
    caps = read(unpack(meta["caps"])) if meta else ()
    if item is None:
        return replace(NOTHING, caps=caps)
    return CapState(unpack(item["taken"]), unpack(item["counted"]), unpack(item["version"]), caps)


def click_item(campaign: str, state: ClickState) -> Item:
    """How many clicks a campaign has had, at the version after the one it was made from."""
    fields = {"taken": dict(state.taken), "through": dict(state.through), "version": state.version + 1}
    return _with(keys.clicks(campaign), fields) | _listed("clicks", campaign)


def click_state(item: Item | None, meta: Item | None = None) -> ClickState:
    """How many clicks the campaign of an item has had; none if there is none yet. Its caps are those of META."""
    caps = on_clicks(unpack(meta["caps"])) if meta else ()
    if item is None:
        return ClickState({}, {}, 0, caps)
    return ClickState(unpack(item["taken"]), unpack(item["through"]), unpack(item["version"]), caps)


def _terms(sk: str, item: Item) -> Terms:
    return Terms(*keys.terms_of(sk), item["pays"]["S"], item["owes"]["S"])


def link_item(link: Link) -> Item:
    """The link under its number, which click ids carry."""
    item = _with(
        keys.key(keys.link(link.number), keys.META),
        {
            "slug": link.slug,
            "affiliate": link.affiliate,
            "campaign": link.campaign,
            "destination": link.destination,
        },
    )
    return item | keys.link_listed(link)


def link(item: Item) -> Link:
    """The link of an item."""
    return Link(
        int(keys.name_of(item["pk"]["S"])),
        item["slug"]["S"],
        item["affiliate"]["S"],
        item["campaign"]["S"],
        item["destination"]["S"],
    )


def slug_item(link: Link) -> Item:
    """The slug leads to the link's number. It is never deleted, so no slug is ever used for a second link."""
    return _with(keys.key(keys.slug(link.slug), keys.META), {"link": link.number})


def coupon_item(coupon: Coupon) -> Item:
    """The one item of a coupon code."""
    fields: dict[str, Any] = {"affiliate": coupon.affiliate, "campaign": coupon.campaign, "mode": coupon.mode}
    fields |= {"ended": coupon.ended_ms} if coupon.ended_ms else {}
    return _with(keys.key(keys.coupon(coupon.advertiser, coupon.code), keys.META), fields)


def coupon(item: Item) -> Coupon:
    """The coupon of an item."""
    advertiser, _, code = keys.name_of(item["pk"]["S"]).partition("#")
    said = {name: unpack(item[name]) for name in ("affiliate", "campaign", "mode")}
    return Coupon(advertiser, code, **said, ended_ms=unpack(item["ended"]) if "ended" in item else 0)


def number_item(number: Number) -> Item:
    """The one item of a tracking number."""
    fields = {
        "affiliate": number.affiliate,
        "campaign": number.campaign,
        "goal": number.goal,
        "repeat": number.repeat_days,
    }
    return _with(keys.key(keys.number(number.number), keys.META), fields)


def number(item: Item) -> Number:
    """The tracking number of an item."""
    return Number(
        keys.name_of(item["pk"]["S"]),
        unpack(item["affiliate"]),
        unpack(item["campaign"]),
        unpack(item["goal"]),
        unpack(item["repeat"]),
    )


def binding_item(key: Item, binding: Binding) -> Item:
    """The one item of a customer: who brought it."""
    fields = {
        "affiliate": binding.affiliate,
        "campaign": binding.campaign,
        "first": binding.first_ms,
        "click": binding.click_id,
    }
    return _with(key, fields)


def binding(item: Item) -> Binding:
    """Who brought the customer of an item."""
    return Binding(unpack(item["affiliate"]), unpack(item["campaign"]), unpack(item["first"]), unpack(item["click"]))


def _with(item: Item, fields: Mapping[str, Any]) -> Item:
    return item | {name: pack(value) for name, value in fields.items()}


def _listed(kind: str, id: str) -> Item:
    return keys.found_by(keys.listed(kind), id)
