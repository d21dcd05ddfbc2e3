"""What the operator sets up: advertisers with goals, affiliates, campaigns with terms, links."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

from chalicelib.model.terms import Terms

DAY_MS: Final = 86_400_000

ID: Final = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?")
"""Ids of advertisers, affiliates and campaigns. What does not match is unknown, without a look."""

SLUG: Final = re.compile(r"[A-Za-z0-9_-]{2,64}")

OncePer = Literal["order", "click", "customer"]
CampaignState = Literal["active", "paused", "ended"]


@dataclass(frozen=True, slots=True)
class Goal:
    """An outcome the advertiser defined. `review` is 'auto', 'manual' or 'after N' (days)."""

    name: str
    once_per: OncePer = "order"
    review: str = "auto"

    @property
    def review_days(self) -> int:
        """After how many days a pending conversion is approved by itself; 0 means it never is."""
        word, _, days = self.review.partition(" ")
        return int(days) if word == "after" else 0


@dataclass(frozen=True, slots=True)
class Advertiser:
    """Who pays for results. `tokens` are SHA-256 in hex, `secrets` names of derived secrets; two of each live.

    `statuses` maps the advertiser's own status words, in small letters, to ours.
    """

    id: str
    name: str
    tokens: tuple[str, ...] = ()
    secrets: tuple[str, ...] = ()
    statuses: Mapping[str, str] = field(default_factory=dict)
    goals: Mapping[str, Goal] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Affiliate:
    """Who shares links and earns."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class Campaign:
    """What is promoted. `destination` and `fallback` are URLs ('' for no fallback); `hosts` are followed by deep links.

    `window_ms` is inclusive: a conversion exactly that long after its click still earns. `shop` is the order scope:
    '' means the advertiser's. `caps` are soft (day, month, total -> conversions); `taken` is how far they are used.
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

    def is_full(self, day: str) -> bool:
        """Whether a soft cap is used up on accounting day `day`, as far as the stream function has counted."""
        periods = {"day": day, "month": day[:7], "total": "total"}
        return any(self.taken.get(periods[name], 0) >= most for name, most in self.caps.items())


@dataclass(frozen=True, slots=True)
class Link:
    """A short link of one affiliate for one campaign. `destination` overrides the campaign's when it is not ''."""

    number: int
    slug: str
    affiliate: str
    campaign: str
    destination: str = ""
