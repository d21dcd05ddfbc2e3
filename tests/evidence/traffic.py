"""Simulated traffic of an honest network, as rows for `./clickledger judge`. It knows nothing of the program.

Several hundred affiliates of all sizes and kinds bring visitors to a dozen campaigns for thirty days: content sites,
coupon sites whose visitors have filled their basket, newsletters whose readers come back days later, big sites of
which next to nobody buys, sites that fetch links ahead. Visitors share offices' addresses, mail scanners open links,
customers come by night less than by day, and shops confirm most of what browsers claim.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from math import log
from random import Random
from typing import Any

DAY = 86_400.0
START = 1_800_000_000.0
DAYS = 30
AGENTS = [
    f"Mozilla/5.0 ({system}) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{version}.0.0.0 Safari/537.36"
    for system in ("Windows NT 10.0; Win64; x64", "Macintosh; Intel Mac OS X 10_15_7", "Linux; Android 14; Pixel 8")
    for version in range(110, 130)
]
KINDS = ("content", "content", "content", "coupon", "newsletter", "viral", "eager", "slow")

Row = dict[str, Any]


@dataclass
class Campaign:
    """A campaign: how long people usually take (seconds), how differently, how many buy, and how sales are reported."""

    id: str
    shop: str
    usual: float
    spread: float
    impulse: float
    rate: float
    report: str
    cap: int = 0


@dataclass
class Affiliate:
    """An affiliate: how its visitors differ from others', and where it works from."""

    id: str
    kind: str
    size: float
    pace: float
    stretch: float
    yields: float
    network: str
    email: str
    account: str
    campaigns: list[Campaign] = field(default_factory=list)
    links: int = 1


class Network:
    """An honest network. `rows` gives its visits, conversions, affiliates and campaigns; `clicks` is about how many."""

    def __init__(self, seed: int, clicks: int, affiliates: int = 400) -> None:
        self.random = Random(seed)
        self.clicks, self.count = clicks, 0
        self.visits: list[Row] = []
        self.sales: list[Row] = []
        self.campaigns = [self._campaign(number) for number in range(12)]
        self.affiliates = [self.affiliate(f"a{number}") for number in range(affiliates)]
        self.offices = [self.address() for _ in range(150)]

    def fill(self, clicks: int) -> None:
        """Let the affiliates bring about so many visits."""
        pairs = [(one, campaign) for one in self.affiliates for campaign in one.campaigns]
        whole = sum(one.size for one, _ in pairs)
        for one, campaign in pairs:
            for _ in range(round(clicks * one.size / whole)):
                self.visit(one, campaign)

    def rows(self) -> Iterator[Row]:
        """All of it, in the order of time, with the set-up before it."""
        for campaign in self.campaigns:
            told: Row = {"type": "campaign", "id": campaign.id, "advertiser": campaign.shop}
            yield {**told, "affiliate_cap": campaign.cap} if campaign.cap else told
        for one in self.affiliates:
            yield {
                "type": "affiliate",
                "id": one.id,
                "email_hash": hashed(one.email),
                "payout_account": one.account,
                "network": one.network,
            }
        yield from sorted(self.visits + self.sales, key=lambda row: row["at"])

    def visit(self, one: Affiliate, campaign: Campaign, **told: Any) -> Row:
        """A visitor follows one of the affiliate's links, and may buy."""
        random = self.random
        at = self.moment()
        if one.kind == "eager" and random.random() < 0.5:
            self.click(one, campaign, at - random.uniform(0.5, 4), purpose="prefetch", **told)
        made = self.click(one, campaign, at, **told)
        if one.kind == "newsletter" and random.random() < 0.2:
            self.click(one, campaign, at - random.uniform(1, 9000), network=self.address(), agent="", referrer="")
        if random.random() < campaign.rate * one.yields:
            self.sale(one, campaign, made, self.delay(one, campaign))
        return made

    def click(self, one: Affiliate, campaign: Campaign, at: float, **told: Any) -> Row:
        """A visit's row."""
        self.count += 1
        random = self.random
        site = "" if one.kind == "newsletter" or random.random() < 0.3 else f"{one.id}.example"
        row = {
            "type": "visit",
            "kind": "click",
            "id": f"k{self.count}",
            "at": ms(at),
            "affiliate": one.id,
            "campaign": campaign.id,
            "link": f"{one.id}-{campaign.id}-{random.randrange(one.links)}",
            "address": random.choice(self.offices) if random.random() < 0.15 else self.address(),
            "agent": random.choice(AGENTS),
            "purpose": "",
            "referrer": site,
            "method": "GET",
            "country": "DE",
        }
        row |= {("address" if name == "network" else name): value for name, value in told.items()}
        self.visits.append(row)
        return row

    def sale(self, one: Affiliate, campaign: Campaign, click: Row, delay: float, **told: Any) -> Row:
        """A conversion's row, reported as its campaign reports. One shop reports new customers under a goal too."""
        random, at = self.random, click["at"] / 1000 + delay
        self.count += 1
        browser = campaign.report == "pixel" or (campaign.report == "both" and random.random() < 0.5)
        row: Row = {
            "type": "conversion",
            "id": f"v{self.count}",
            "at": ms(at),
            "click_id": click["id"],
            "affiliate": one.id,
            "advertiser": campaign.shop,
            "campaign": campaign.id,
            "goal": "sale",
            "order": f"{campaign.shop}-{self.count}",
            "amount": f"{random.lognormvariate(4, 0.7):.2f}",
            "source": "browser" if browser else "server",
            "returning": random.random() < 0.25,
            "customer": f"c{random.randrange(10**9)}",
            "email_hash": hashed(f"buyer{random.randrange(10**9)}@mail.example"),
        }
        if browser:
            row |= {"address": click["address"] if random.random() < 0.7 else self.address(), "agent": click["agent"]}
            row["landed"] = random.random() < 0.97
        if browser and campaign.report == "both":
            row["confirmed"] = random.random() < 0.93
        self.sales.append(row | told)
        if campaign.shop == "shop0" and not told and random.random() < 0.3:
            self.sales.append({**row, "id": f"v{self.count}n", "goal": "new_customer"})
        return row | told

    def delay(self, one: Affiliate, campaign: Campaign) -> float:
        """Seconds until somebody buys, never longer than the thirty days of the window."""
        while True:
            if self.random.random() < campaign.impulse:
                found = self.random.lognormvariate(log(60), 0.6)
            else:
                found = self.random.lognormvariate(log(campaign.usual * one.pace), campaign.spread * one.stretch)
            if found <= 30 * DAY:
                return max(1.0, found)

    def moment(self) -> float:
        """A moment of the month: by day more often than by night."""
        while True:
            at = self.random.uniform(0, DAYS * DAY)
            hour = at % DAY / 3600
            if self.random.random() < (0.15 if hour < 6 else 1.0 if hour > 17 else 0.7):
                return START + at

    def address(self) -> str:
        """A /24."""
        return f"{self.random.randrange(11, 223)}.{self.random.randrange(256)}.{self.random.randrange(256)}.0/24"

    def affiliate(self, id: str, kind: str = "", size: float = 0.0) -> Affiliate:
        """An affiliate of any kind and size; most are small."""
        random = self.random
        kind = kind or random.choice(KINDS)
        pace, stretch, yields = (
            random.lognormvariate(0, 0.4),
            random.lognormvariate(0, 0.12),
            random.lognormvariate(0, 0.4),
        )
        if kind == "coupon":
            pace, yields = pace * 0.15, yields * 2
        if kind in ("newsletter", "slow"):
            pace *= random.uniform(2, 12)
        if kind == "viral":
            yields *= random.uniform(0.05, 0.3)
        return Affiliate(
            id,
            kind,
            size or min(60.0, random.paretovariate(0.9)) * (8 if kind == "viral" else 1),
            pace,
            stretch,
            yields,
            self.address(),
            f"{id}@mail.example",
            f"DE{random.randrange(10**20):020d}",
            random.sample(self.campaigns, random.choice((1, 1, 2, 3))),
            random.choice((1, 1, 2, 4, 8)),
        )

    def _campaign(self, number: int) -> Campaign:
        random = self.random
        return Campaign(
            f"c{number}",
            f"shop{number % 6}",
            random.choice((600.0, 1800.0, 3600.0, 4 * 3600.0, DAY)) * random.uniform(0.7, 1.4),
            random.uniform(0.9, 1.7),
            random.choice((0.0, 0.1, 0.25)),
            random.uniform(0.015, 0.05),
            ("server", "both", "pixel", "both")[number % 4],
            12 if number % 5 == 0 else 0,
        )


def hashed(email: str) -> str:
    """A normalised address's SHA-256."""
    return sha256(email.encode()).hexdigest()


def ms(at: float) -> int:
    """Unix milliseconds."""
    return round(at * 1000)
