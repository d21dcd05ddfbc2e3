"""Setting up a network: what an operator may write, checked before it is written.

Every rule that the hot path relies on is held here: ids are plain, destinations parse, terms never change the past.
"""

import re
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Final, Protocol, cast

from chalicelib.model import destination, money, terms, trust
from chalicelib.model.agreement import mistake
from chalicelib.model.caps import EVERYONE
from chalicelib.model.caps import read as caps_of
from chalicelib.model.network import (
    DAY_MS,
    ID,
    SLUG,
    Advertiser,
    Affiliate,
    AffiliateKind,
    Campaign,
    CampaignState,
    Coupon,
    Goal,
    Link,
    Number,
    OncePer,
)
from chalicelib.model.rate_text import rate
from chalicelib.model.terms import Terms

GOAL: Final = re.compile(r"[a-z0-9](?:[a-z0-9_-]{0,38}[a-z0-9])?")
REVIEW: Final = re.compile(r"auto|manual|after [1-9][0-9]?")
LIVE: Final = 2
"""How many tokens and secrets of an advertiser are good at a time: the new one and the one it replaces."""

AHEAD_MS: Final = 60_000
MOST_HOLD_DAYS: Final = 90


class Wrong(ValueError):
    """The operator must give something else; the message says what."""


class Network(Protocol):
    """Where the network's set-up is kept."""

    def advertiser(self, id: str) -> Advertiser | None:
        """An advertiser with its goals."""

    def affiliate(self, id: str) -> Affiliate | None:
        """An affiliate."""

    def campaign(self, id: str) -> Campaign | None:
        """A campaign with its terms."""

    def add_advertiser(self, advertiser: Advertiser) -> None:
        """Add an advertiser."""

    def replace_advertiser(self, known: Advertiser, changed: Advertiser) -> bool:
        """Write an advertiser again; False if it is no longer as `known`."""

    def add_goal(self, advertiser: Advertiser, goal: Goal) -> None:
        """Add a goal."""

    def add_affiliate(self, affiliate: Affiliate) -> None:
        """Add an affiliate."""

    def replace_affiliate(self, known: Affiliate, changed: Affiliate) -> bool:
        """Write an affiliate again; False if it is no longer as `known`."""

    def coupon(self, code: tuple[str, str]) -> Coupon | None:
        """The coupon of an advertiser and a code."""

    def add_coupon(self, coupon: Coupon) -> None:
        """Add a coupon."""

    def replace_coupon(self, known: Coupon, changed: Coupon) -> bool:
        """Write a coupon again; False if it is no longer as `known`."""

    def add_number(self, number: Number) -> None:
        """Add a tracking number."""

    def add_campaign(self, campaign: Campaign) -> None:
        """Add a campaign."""

    def replace_campaign(self, known: Campaign, changed: Campaign) -> bool:
        """Write a campaign again; False if it is no longer as `known`."""

    def add_terms(self, campaign: str, version: Terms) -> None:
        """Add a version of terms."""

    def add_link(self, link: Link) -> None:
        """Add a link."""


@dataclass(frozen=True, slots=True)
class Office:
    """Where a network is set up. `link_seconds` is how long a running redirect may still use what it has read."""

    network: Network
    clock: Callable[[], int]
    link_seconds: float

    def add_advertiser(self, id: str, name: str, statuses: Mapping[str, str]) -> Advertiser:
        """A new advertiser with no goal and no token yet. `statuses` maps its own status words to ours."""
        known = {word.strip().lower(): status for word, status in statuses.items()}
        if not set(known.values()) <= {"pending", "approved", "rejected"}:
            raise Wrong("a status word leads to pending, approved or rejected")
        made = Advertiser(matching(ID, id, "an id"), _named(name), statuses=known)
        self.network.add_advertiser(made)
        return made

    def add_token(self, id: str) -> str:
        """A new token for an advertiser's postbacks. It is shown once: only its hash is kept, beside the last one's."""
        advertiser = self.advertiser(id)
        token = f"{id}.{secrets.token_urlsafe(32)}"
        tokens = (trust.fingerprint(token), *advertiser.tokens)[:LIVE]
        self.replace_advertiser(advertiser, replace(advertiser, tokens=tokens))
        return token

    def add_secret(self, id: str, master: str) -> str:
        """A new secret for an advertiser's signatures. Nothing is stored but its name: it derives from the master."""
        advertiser = self.advertiser(id)
        number = max((int(name.partition(".")[0]) for name in advertiser.secrets), default=0) + 1
        name = f"{number}.{max(trust.generations(master))}"
        self.replace_advertiser(advertiser, replace(advertiser, secrets=(name, *advertiser.secrets)[:LIVE]))
        return trust.shared_secret(master, id, name)

    def add_goal(self, advertiser: str, name: str, once_per: OncePer, review: str, *, recurring: bool = False) -> Goal:
        """A new goal of an advertiser. `review` is 'auto', 'manual' or 'after N' days."""
        if name in terms.RESERVED:
            raise Wrong(f"{name} is no goal of an advertiser: its terms are priced by the month close")
        goal = Goal(matching(GOAL, name, "a goal"), once_per, matching(REVIEW, review, "a review rule"), recurring)
        self.network.add_goal(self.advertiser(advertiser), goal)
        return goal

    def add_affiliate(
        self, id: str, name: str, currency: str = "", recruiter: str = "", kind: AffiliateKind = ""
    ) -> Affiliate:
        """A new affiliate. It is paid in `currency`, or in each campaign's own if that is ''."""
        code = currency and _currency(currency)
        made = Affiliate(matching(ID, id, "an id"), _named(name), code, recruiter, kind=kind)
        self._check_recruiter(made)
        self.network.add_affiliate(made)
        return made

    def set_affiliate(self, id: str, changes: Mapping[str, str]) -> Affiliate:
        """Change an affiliate's name, currency, recruiter or kind. What was earned before stays in its old currency."""
        known = self.affiliate(id)
        changed = Affiliate(
            id,
            _named(changes.get("name", known.name)),
            _currency(changes["currency"]) if changes.get("currency") else changes.get("currency", known.currency),
            changes.get("recruiter", known.recruiter),
            known.profile,
            cast("AffiliateKind", changes.get("kind", known.kind)),
        )
        self._check_recruiter(changed)
        if not self.network.replace_affiliate(known, changed):
            raise Wrong(f"somebody else has just changed {id}: look, and try again")
        return changed

    def add_campaign(self, campaign: Campaign) -> Campaign:
        """A new campaign, without terms."""
        self.advertiser(campaign.advertiser)
        matching(ID, campaign.id, "an id")
        if campaign.window_ms < 0 or not 0 <= campaign.minimum_ms <= campaign.window_ms:
            raise Wrong("the minimum time lies between 0 and the window")
        if not 0 <= campaign.hold_days <= MOST_HOLD_DAYS:
            raise Wrong(f"a commission is held for 0 to {MOST_HOLD_DAYS} days")
        if not 0 <= campaign.stand_down_ms <= campaign.window_ms or not 0 <= campaign.view_ms <= 30 * DAY_MS:
            raise Wrong("partners stand down inside the window, and what was seen earns for at most 30 days")
        self.check_caps(campaign.caps)
        if campaign.window_ms > 90 * DAY_MS:
            raise Wrong("a window is at most 90 days: event times older than that are not accepted")
        for url in filter(None, (campaign.destination, campaign.fallback)):
            _destination(url)
        made = replace(
            campaign,
            name=_named(campaign.name),
            currency=_currency(campaign.currency),
            shop=matching(ID, campaign.shop, "a shop") if campaign.shop else "",
            hosts=tuple(_host(host) for host in campaign.hosts),
        )
        if not made.destination:
            raise Wrong("a campaign needs a destination")
        self.network.add_campaign(made)
        return made

    def set_state(self, id: str, state: CampaignState) -> Campaign:
        """Pause, resume or end a campaign's redirects. Conversions of earlier clicks go on earning.

        Coupons of a campaign that has ended stop when every running function can know it, until it is resumed.
        """
        known = self.campaign(id)
        ended_ms = (known.ended_ms or self.earliest_ms()) if state == "ended" else 0
        changed = replace(known, state=state, ended_ms=ended_ms)
        if not self.network.replace_campaign(known, changed):
            raise Wrong(f"somebody else has just changed {id}: look, and try again")
        return changed

    def add_terms(self, campaign: str, goal: str, affiliate: str, rates: tuple[str, str], from_ms: int | None) -> Terms:
        """A new version of terms; `rates` are the commission and the revenue ('CPA 5.00 USD', 'RevShare 12.5%').

        The very first terms of a goal hold for all clicks. Later ones start when no running function can still know
        better: the cache time and a minute from now, at the earliest.
        """
        known = self.campaign(campaign)
        if goal not in terms.RESERVED and goal not in self.advertiser(known.advertiser).goals:
            raise Wrong(f"{known.advertiser} has no goal {goal}")
        if affiliate != "*":
            self.affiliate(affiliate)
        earliest = self.earliest_ms()
        if not any(version.goal == goal for version in known.terms):
            earliest = 0
        if from_ms is not None and from_ms < earliest:
            raise Wrong("terms start in the future: the cache time and 60 seconds from now at the earliest")
        version = Terms(
            goal, affiliate, earliest if from_ms is None else from_ms, *(_rate(goal, text) for text in rates)
        )
        if wrong := mistake(version, known.currency):
            raise Wrong(wrong)
        self.network.add_terms(campaign, version)
        return version

    def add_link(self, affiliate: str, campaign: str, slug: str, to: str) -> Link:
        """A new link. Without a `slug` it gets seven random letters; `to` overrides the campaign's destination."""
        self.affiliate(affiliate)
        self.campaign(campaign)
        if to:
            _destination(to)
        word = matching(SLUG, slug, "a slug") if slug else _random_slug()
        link = Link(secrets.randbits(60), word, affiliate, campaign, to)
        self.network.add_link(link)
        return link

    def earliest_ms(self) -> int:
        """The first moment by which every running function knows what is written now; Unix milliseconds."""
        return self.clock() + round(self.link_seconds * 1000) + AHEAD_MS

    def _check_recruiter(self, affiliate: Affiliate) -> None:
        """A recruiter exists, and nobody is recruited by somebody that it has brought itself."""
        above, seen = affiliate.recruiter, {affiliate.id}
        while above:
            if above in seen:
                raise Wrong(f"{affiliate.recruiter} was recruited by {affiliate.id}")
            seen.add(above)
            above = self.affiliate(above).recruiter

    def check_caps(self, caps: Mapping[str, int]) -> None:
        """Wrong if a campaign cannot have these caps."""
        try:
            read = caps_of(caps)
        except ValueError as bad:
            raise Wrong(str(bad)) from bad
        for cap in read:
            if cap.affiliate != EVERYONE:
                self.affiliate(cap.affiliate)

    def replace_advertiser(self, known: Advertiser, changed: Advertiser) -> None:
        """Write an advertiser again; Wrong if it is no longer as `known`."""
        if not self.network.replace_advertiser(known, changed):
            raise Wrong(f"somebody else has just changed {known.id}: look, and try again")

    def advertiser(self, id: str) -> Advertiser:
        """An advertiser; Wrong if there is none."""
        found = self.network.advertiser(id)
        if found is None:
            raise Wrong(f"no advertiser {id}")
        return found

    def affiliate(self, id: str) -> Affiliate:
        """An affiliate; Wrong if there is none."""
        found = self.network.affiliate(id)
        if found is None:
            raise Wrong(f"no affiliate {id}")
        return found

    def campaign(self, id: str) -> Campaign:
        """A campaign; Wrong if there is none."""
        found = self.network.campaign(id)
        if found is None:
            raise Wrong(f"no campaign {id}")
        return found


def matching(pattern: re.Pattern[str], text: str, what: str) -> str:
    """`text` if it matches; Wrong with the pattern if it does not."""
    if not pattern.fullmatch(text):
        raise Wrong(f"{text!r} is not {what}: {pattern.pattern}")
    return text


def _named(text: str) -> str:
    name = text.strip()
    if not name or len(name) > 128 or not name.isprintable():
        raise Wrong("a name has 1 to 128 printable characters")
    return name


def _destination(text: str) -> None:
    try:
        destination.template(text)
    except destination.BadDestination as bad:
        raise Wrong(f"not a destination ({bad.reason}): {text}") from bad


def _host(text: str) -> str:
    try:
        return destination.host_entry(text)
    except destination.BadDestination as bad:
        raise Wrong(f"not a host ({bad.reason}): {text}") from bad


def _currency(text: str) -> str:
    try:
        return money.currency(text)
    except money.BadAmount as bad:
        raise Wrong(f"not a currency: {text}") from bad


def _rate(goal: str, text: str) -> str:
    # Some call the price of a thousand impressions CPI, which to everybody else is an install's.
    text = text.replace("CPI", "CPM", 1) if goal == terms.IMPRESSION else text
    try:
        return str(rate(text))
    except ValueError as bad:
        raise Wrong(f"{bad}; say 'CPA 5.00 USD' or 'RevShare 12.5%'") from bad


def _random_slug() -> str:
    """Seven letters and digits that cannot be mistaken for one another: 30 to the seventh, 21 thousand million."""
    return "".join(secrets.choice("23456789abcdefghjkmnpqrstvwxyz") for _ in range(7))
