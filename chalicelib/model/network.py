"""What the operator sets up: advertisers with goals, affiliates, campaigns with terms; links, coupons, numbers."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

from chalicelib.model import caps
from chalicelib.model.terms import Terms

DAY_MS: Final = 86_400_000

ID: Final = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?")
"""Ids of advertisers, affiliates and campaigns. What does not match is unknown, without a look."""

SLUG: Final = re.compile(r"[A-Za-z0-9_-]{2,64}")

PHONE: Final = re.compile(r"\+[1-9][0-9]{6,14}")
"""A telephone number in the form of E.164."""

OncePer = Literal["order", "click", "customer"]
CampaignState = Literal["active", "paused", "ended"]
CouponMode = Literal["fallback", "always"]
ConsentRule = Literal["respect", "require", "ignore"]
AffiliateKind = Literal["", "coupon", "extension"]
Attribution = Literal["last", "first", "linear", "position"]


@dataclass(frozen=True, slots=True)
class Goal:
    """An outcome the advertiser defined. `review` is 'auto', 'manual' or 'after N' (days).

    `recurring` says that customers pay again: the affiliate who brought one earns from each payment.
    """

    name: str
    once_per: OncePer = "order"
    review: str = "auto"
    recurring: bool = False

    @property
    def review_days(self) -> int:
        """After how many days a pending conversion is approved by itself; 0 means it never is."""
        word, _, days = self.review.partition(" ")
        return int(days) if word == "after" else 0


@dataclass(frozen=True, slots=True)
class Advertiser:
    """Who pays for results. `tokens` are SHA-256 in hex, `secrets` names of derived secrets; two of each live.

    `statuses` maps the advertiser's own status words, in small letters, to ours. `phone_tokens` are sealed (see
    model.seal): what its telephone company signs its messages with.
    """

    id: str
    name: str
    tokens: tuple[str, ...] = ()
    secrets: tuple[str, ...] = ()
    statuses: Mapping[str, str] = field(default_factory=dict)
    goals: Mapping[str, Goal] = field(default_factory=dict)
    phone_tokens: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Affiliate:
    """Who shares links and earns. `currency` is what it is paid in, '' for each campaign's own.

    `recruiter` is the affiliate that brought it, '' for none. `kind` says whether it meets customers at the till: with
    coupons, or by an extension of their browsers. `profile` is what its statements say of it (see
    model.party), as plain text by field.
    """

    id: str
    name: str
    currency: str = ""
    recruiter: str = ""
    profile: Mapping[str, str] = field(default_factory=dict)
    kind: AffiliateKind = ""


@dataclass(frozen=True, slots=True)
class Campaign:
    """What is promoted. `destination` and `fallback` are URLs ('' for no fallback); `hosts` are followed by deep links.

    `window_ms` is inclusive: a conversion exactly that long after its click still earns. `shop` is the order scope:
    '' means the advertiser's. `caps` limit what is paid (see model.caps); `taken` is how far they are used as far as
    the redirect knows. `hold_days` is how long an approved commission waits, from its sale on, before it can be paid.
    `ended_ms` is from when on the coupons of a campaign that has ended earn nothing, 0 while it has not.

    `attribution` says which touches inside the window earn. A click of a coupon or extension partner in the last
    `stand_down_ms` before the sale does not take it from an earlier click of somebody else; 0 for no such rule. What
    was only seen earns up to `view_ms` after it, if nothing was clicked; 0 for not at all.
    """

    id: str
    name: str
    advertiser: str
    currency: str
    destination: str
    state: CampaignState = "active"
    fallback: str = ""
    hosts: tuple[str, ...] = ()
    window_ms: int = 30 * DAY_MS
    minimum_ms: int = 0
    shop: str = ""
    terms: tuple[Terms, ...] = ()
    caps: Mapping[str, int] = field(default_factory=dict)
    taken: Mapping[str, int] = field(default_factory=dict)
    hold_days: int = 0
    ended_ms: int = 0
    attribution: Attribution = "last"
    stand_down_ms: int = 0
    view_ms: int = 0
    consent: ConsentRule = "respect"

    def is_full(self, day: str, affiliate: str) -> bool:
        """Whether a cap is used up for `affiliate` on accounting day `day`, as far as the stream function knows."""
        return caps.is_full(self.caps, self.taken, day, affiliate)


@dataclass(frozen=True, slots=True)
class Link:
    """A short link of one affiliate for one campaign. `destination` overrides the campaign's when it is not ''."""

    number: int
    slug: str
    affiliate: str
    campaign: str
    destination: str = ""


@dataclass(frozen=True, slots=True)
class Coupon:
    """A code of one affiliate for one campaign: whose order says it earns without a click.

    `mode` is 'fallback' when a click comes first, 'always' when the code does. `code` is in capital letters. Orders
    from `ended_ms` on earn nothing by it; 0 for a code that goes on.
    """

    advertiser: str
    code: str
    affiliate: str
    campaign: str
    mode: CouponMode = "fallback"
    ended_ms: int = 0

    def earns(self, campaign: Campaign, at_ms: int) -> bool:
        """Whether an order of Unix time `at_ms` earns by it, as far as it and its campaign have not ended before."""
        return all(not ended_ms or at_ms < ended_ms for ended_ms in (self.ended_ms, campaign.ended_ms))


@dataclass(frozen=True, slots=True)
class Number:
    """A telephone number of one affiliate for one campaign: a call of it earns under `goal`.

    One call of a caller is payable in `repeat_days` days; 0 for every call.
    """

    number: str
    affiliate: str
    campaign: str
    goal: str
    repeat_days: int = 30


@dataclass(frozen=True, slots=True)
class Binding:
    """Who brought a customer: what an advertiser's later payments of the same customer are attributed by.

    `first_ms` is the customer's first payment; `click_id` is what it came by, '' for none.
    """

    affiliate: str
    campaign: str
    first_ms: int
    click_id: str = ""
