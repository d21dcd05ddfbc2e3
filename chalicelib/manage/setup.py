"""Setting up a network: what an operator may write, checked before it is written.

Every rule that the hot path relies on is held here: ids are plain, destinations parse, terms never change the past.
"""

import re
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Final, Protocol

from chalicelib.model import destination, money, terms, trust
from chalicelib.model.network import (
    DAY_MS,
    ID,
    SLUG,
    Advertiser,
    Affiliate,
    Campaign,
    CampaignState,
    Goal,
    Link,
    OncePer,
)
from chalicelib.model.terms import Cpa, Terms

GOAL: Final = re.compile(r"[a-z0-9](?:[a-z0-9_-]{0,38}[a-z0-9])?")
REVIEW: Final = re.compile(r"auto|manual|after [1-9][0-9]?")
LIVE: Final = 2
"""How many tokens and secrets of an advertiser are good at a time: the new one and the one it replaces."""

AHEAD_MS: Final = 60_000


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
        made = Advertiser(_matching(ID, id, "an id"), _named(name), statuses=known)
        self.network.add_advertiser(made)
        return made

    def add_token(self, id: str) -> str:
        """A new token for an advertiser's postbacks. It is shown once: only its hash is kept, beside the last one's."""
        advertiser = self._advertiser(id)
        token = f"{id}.{secrets.token_urlsafe(32)}"
        tokens = (trust.fingerprint(token), *advertiser.tokens)[:LIVE]
        self._replace(advertiser, replace(advertiser, tokens=tokens))
        return token

    def add_secret(self, id: str, master: str) -> str:
        """A new secret for an advertiser's signatures. Nothing is stored but its name: it derives from the master."""
        advertiser = self._advertiser(id)
        number = max((int(name.partition(".")[0]) for name in advertiser.secrets), default=0) + 1
        name = f"{number}.{max(trust.generations(master))}"
        self._replace(advertiser, replace(advertiser, secrets=(name, *advertiser.secrets)[:LIVE]))
        return trust.shared_secret(master, id, name)

    def add_goal(self, advertiser: str, name: str, once_per: OncePer, review: str) -> Goal:
        """A new goal of an advertiser. `review` is 'auto', 'manual' or 'after N' days."""
        goal = Goal(_matching(GOAL, name, "a goal"), once_per, _matching(REVIEW, review, "a review rule"))
        self.network.add_goal(self._advertiser(advertiser), goal)
        return goal

    def add_affiliate(self, id: str, name: str) -> Affiliate:
        """A new affiliate."""
        made = Affiliate(_matching(ID, id, "an id"), _named(name))
        self.network.add_affiliate(made)
        return made

    def add_campaign(self, campaign: Campaign) -> Campaign:
        """A new campaign, without terms."""
        self._advertiser(campaign.advertiser)
        _matching(ID, campaign.id, "an id")
        if campaign.window_ms < 0 or not 0 <= campaign.minimum_ms <= campaign.window_ms:
            raise Wrong("the minimum time lies between 0 and the window")
        if campaign.window_ms > 90 * DAY_MS:
            raise Wrong("a window is at most 90 days: event times older than that are not accepted")
        for url in filter(None, (campaign.destination, campaign.fallback)):
            _destination(url)
        made = replace(
            campaign,
            name=_named(campaign.name),
            currency=_currency(campaign.currency),
            shop=_matching(ID, campaign.shop, "a shop") if campaign.shop else "",
            hosts=tuple(_host(host) for host in campaign.hosts),
        )
        if not made.destination:
            raise Wrong("a campaign needs a destination")
        self.network.add_campaign(made)
        return made

    def set_state(self, id: str, state: CampaignState) -> Campaign:
        """Pause, resume or end a campaign's redirects. Conversions of earlier clicks go on earning."""
        known = self._campaign(id)
        changed = replace(known, state=state)
        if not self.network.replace_campaign(known, changed):
            raise Wrong(f"somebody else has just changed {id}: look, and try again")
        return changed

    def add_terms(self, campaign: str, goal: str, affiliate: str, rates: tuple[str, str], from_ms: int | None) -> Terms:
        """A new version of terms; `rates` are the commission and the revenue ('CPA 5.00 USD', 'RevShare 12.5%').

        The very first terms of a goal hold for all clicks. Later ones start when no running function can still know
        better: the cache time and a minute from now, at the earliest.
        """
        known = self._campaign(campaign)
        if goal not in self._advertiser(known.advertiser).goals:
            raise Wrong(f"{known.advertiser} has no goal {goal}")
        if affiliate != "*" and self.network.affiliate(affiliate) is None:
            raise Wrong(f"no affiliate {affiliate}")
        earliest = self.clock() + round(self.link_seconds * 1000) + AHEAD_MS
        if not any(version.goal == goal for version in known.terms):
            earliest = 0
        if from_ms is not None and from_ms < earliest:
            raise Wrong("terms start in the future: the cache time and 60 seconds from now at the earliest")
        version = Terms(goal, affiliate, earliest if from_ms is None else from_ms, *map(_rate, rates))
        _one_currency(version)
        self.network.add_terms(campaign, version)
        return version

    def add_link(self, affiliate: str, campaign: str, slug: str, to: str) -> Link:
        """A new link. Without a `slug` it gets seven random letters; `to` overrides the campaign's destination."""
        if self.network.affiliate(affiliate) is None:
            raise Wrong(f"no affiliate {affiliate}")
        self._campaign(campaign)
        if to:
            _destination(to)
        word = _matching(SLUG, slug, "a slug") if slug else _random_slug()
        link = Link(secrets.randbits(60), word, affiliate, campaign, to)
        self.network.add_link(link)
        return link

    def _replace(self, known: Advertiser, changed: Advertiser) -> None:
        if not self.network.replace_advertiser(known, changed):
            raise Wrong(f"somebody else has just changed {known.id}: look, and try again")

    def _advertiser(self, id: str) -> Advertiser:
        found = self.network.advertiser(id)
        if found is None:
            raise Wrong(f"no advertiser {id}")
        return found

    def _campaign(self, id: str) -> Campaign:
        found = self.network.campaign(id)
        if found is None:
            raise Wrong(f"no campaign {id}")
        return found


def _matching(pattern: re.Pattern[str], text: str, what: str) -> str:
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


def _rate(text: str) -> terms.Rate:
    try:
        return terms.rate(text)
    except ValueError as bad:
        raise Wrong(f"{bad}; say 'CPA 5.00 USD' or 'RevShare 12.5%'") from bad


def _one_currency(version: Terms) -> None:
    fixed = {rate.amount.currency for rate in (version.commission, version.revenue) if isinstance(rate, Cpa)}
    if len(fixed) > 1:
        raise Wrong("commission and revenue are in two currencies, so there is no margin")


def _random_slug() -> str:
    """Seven letters and digits that cannot be mistaken for one another: 30 to the seventh, 21 thousand million."""
    return "".join(secrets.choice("23456789abcdefghjkmnpqrstvwxyz") for _ in range(7))
