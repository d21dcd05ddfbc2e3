"""What speaks for invalid traffic and needs more than one visit to be seen: who is held, and by which rule.

`held` looks at conversions with their clicks, at what an affiliate's clicks are like as a whole, at who the affiliates
are, and at what the campaigns allow. Each finding names the conversion, the rule and, for people, what was seen.
Nothing is decided by it but that a person has to look: see docs/trust.md.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

VERSION: Final = "evidence-1"
"""Names what is written here and in the modules named suspicion_...; it changes when one of the rules does."""


class Seen(NamedTuple):
    """A visit. `at` is Unix milliseconds, `network` the visitor's /24 or /48.

    `early` says that it was fetched ahead of any person (a purpose header), `hidden` that it came from a frame or an
    image, `bare` that it names no referring page. `reason` is its own verdict, '' if it is billable.
    """

    id: str
    at: int
    affiliate: str
    campaign: str
    link: str
    network: str
    early: bool = False
    hidden: bool = False
    bare: bool = False
    reason: str = ""


class Claim(NamedTuple):
    """A conversion. `at` is when the sale happened, `told` when we heard of it, `clicked` when its click was.

    All three are Unix milliseconds; `clicked` is None where there is no click or nobody knows. `browser` says that only
    a browser claims it, `confirmed` whether a server has said so too, `landed` whether the visitor was seen on the
    page, `returning` whether the customer had been in the shop before; each is None where nobody says. `network` and
    `agent` are those of whoever claimed it. `people` and `accounts` are keys of the buyer's e-mail address and bank
    account. `seen` is the click's own visit.
    """

    id: str
    at: int
    told: int
    affiliate: str
    campaign: str
    advertiser: str = ""
    goal: str = ""
    order: str = ""
    browser: bool | None = None
    confirmed: bool | None = None
    click: str = ""
    clicked: int | None = None
    network: str = ""
    agent: str = ""
    people: frozenset[str] = frozenset()
    accounts: frozenset[str] = frozenset()
    landed: bool | None = None
    returning: bool | None = None
    seen: Seen | None = None

    @property
    def seconds(self) -> float | None:
        """The time from the click to the sale; None where nobody knows."""
        return None if self.clicked is None else max(0, self.at - self.clicked) / 1000


class Account(NamedTuple):
    """An affiliate: keys of its e-mail addresses and bank accounts, and the networks that it works from.

    `daily` is how many conversions a day any campaign takes of it, None where only the campaigns say.
    """

    id: str
    people: frozenset[str] = frozenset()
    accounts: frozenset[str] = frozenset()
    networks: frozenset[str] = frozenset()
    daily: int | None = None


class Offer(NamedTuple):
    """A campaign: how many conversions a day it takes of one affiliate. `named` are those of some, by their id."""

    id: str
    advertiser: str = ""
    daily: int | None = None
    named: Mapping[str, int] = {}


class Clicks(NamedTuple):
    """What an affiliate's clicks of a campaign are like as a whole."""

    all: int = 0
    early: int = 0
    hidden: int = 0
    bare: int = 0

    def plus(self, other: "Clicks") -> "Clicks":
        """Both together."""
        return Clicks(*(mine + theirs for mine, theirs in zip(self, other, strict=True)))


class Finding(NamedTuple):
    """A conversion that is held: the rule, a word of model.reasons, and what was seen."""

    conversion: str
    rule: str
    why: str


@dataclass(frozen=True, slots=True)
class Case:
    """All that the rules look at. `clicks` is by (affiliate, campaign); `burst` are the ids of clicks in a burst.

    Caps count by the accounting days of `time_zone`.
    """

    claims: Sequence[Claim]
    clicks: Mapping[tuple[str, str], Clicks] = field(default_factory=dict)
    burst: frozenset[str] = frozenset()
    accounts: Mapping[str, Account] = field(default_factory=dict)
    offers: Mapping[str, Offer] = field(default_factory=dict)
    time_zone: str = "UTC"

    @property
    def affiliates(self) -> int:
        """How many are looked at: the more, the rarer must be by chance what is believed of one."""
        return len({claim.affiliate for claim in self.claims}) or 1


def held(case: Case) -> list[Finding]:
    """What is held, in the order of the conversions; one finding for each conversion and rule."""
    from chalicelib.model import (
        suspicion_claims,
        suspicion_clicks,
        suspicion_people,
        suspicion_stuffing,
        suspicion_times,
    )

    rules = (suspicion_clicks, suspicion_times, suspicion_people, suspicion_claims, suspicion_stuffing)
    found: dict[tuple[str, str], Finding] = {}
    for rule in rules:
        for finding in rule.findings(case):
            found.setdefault((finding.conversion, finding.rule), finding)
    order = {claim.id: place for place, claim in enumerate(case.claims)}
    return sorted(found.values(), key=lambda finding: (order[finding.conversion], finding.rule))


def tally(visits: Iterable[Seen]) -> dict[tuple[str, str], Clicks]:
    """The sums of clicks by affiliate and campaign."""
    counts: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    for visit in visits:
        sums = counts[visit.affiliate, visit.campaign]
        for place, one in enumerate((1, visit.early, visit.hidden, visit.bare)):
            sums[place] += one
    return {key: Clicks(*sums) for key, sums in counts.items()}


def by_affiliate(claims: Iterable[Claim]) -> dict[str, list[Claim]]:
    """Claims by their affiliate."""
    found: dict[str, list[Claim]] = defaultdict(list)
    for claim in claims:
        found[claim.affiliate].append(claim)
    return found


def by_campaign(claims: Iterable[Claim]) -> dict[str, list[Claim]]:
    """Claims by their campaign."""
    found: dict[str, list[Claim]] = defaultdict(list)
    for claim in claims:
        found[claim.campaign].append(claim)
    return found
