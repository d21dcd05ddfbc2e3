"""setup.json: what the network had agreed when a period was closed, as far as the close used it.

It is one line of JSON with sorted names. Bank details are left out: a close does not use them.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Final

from chalicelib.model import money, party
from chalicelib.model.close import Setup
from chalicelib.model.fx import NO_QUOTES, Quotes
from chalicelib.model.network import Affiliate, Campaign
from chalicelib.model.terms import Terms
from chalicelib.reports.month_stores import Agreed

_PRIVATE: Final = ("iban", "bic", "holder")


class Asked:
    """Exchange rates by day that remember for which days they were asked."""

    def __init__(self, rates: Callable[[str], Quotes]) -> None:
        self._rates = rates
        self.known: dict[str, Quotes] = {}

    def on(self, day: str) -> Quotes:
        """The rates of a day: the same, however often they are asked for."""
        if day not in self.known:
            self.known[day] = self._rates(day)
        return self.known[day]


def minimum(affiliates: Mapping[str, Affiliate], network: Mapping[str, int]) -> Callable[[str, str], int]:
    """The smallest payout of an affiliate in a currency: what its profile says of that currency, else the network's."""
    own = {id: party.minimums(one.profile.get("minimum_payout", "")) for id, one in affiliates.items()}
    return lambda affiliate, currency: own.get(affiliate, {}).get(currency, network.get(currency, 0))


def encoded(agreed: Agreed, asked: Asked) -> bytes:
    """The bytes of setup.json."""
    setup = agreed.setup
    plain = {
        "time_zone": setup.time_zone,
        "currency": agreed.currency,
        "network": _public(agreed.network),
        "minimum": {code: money.decimal(minor, code) for code, minor in agreed.minimum.items()},
        "affiliates": [_affiliate(one) for _, one in sorted(setup.affiliates.items())],
        "campaigns": [_campaign(one) for _, one in sorted(setup.campaigns.items())],
        "quotes": {day: str(quotes) if quotes.date else "" for day, quotes in asked.known.items()},
    }
    return json.dumps(plain, sort_keys=True, separators=(",", ":")).encode() + b"\n"


def read(content: bytes) -> Agreed:
    """What a setup.json says. Rates that the close did not ask for are not known."""
    plain = json.loads(content)
    affiliates = {one["id"]: Affiliate(**one) for one in plain["affiliates"]}
    least = {code: money.parse(text, code).minor for code, text in plain["minimum"].items()}
    quotes = {day: Quotes.read(text) if text else NO_QUOTES for day, text in plain["quotes"].items()}
    setup = Setup(
        plain["time_zone"],
        {one["id"]: _read_campaign(one) for one in plain["campaigns"]},
        affiliates,
        lambda day: quotes.get(day, NO_QUOTES),
        minimum(affiliates, least),
    )
    return Agreed(setup, plain["currency"], plain["network"], least)


def asking(agreed: Agreed) -> tuple[Agreed, Asked]:
    """The same, with rates that remember what they were asked."""
    asked = Asked(agreed.setup.rates)
    return replace(agreed, setup=replace(agreed.setup, rates=asked.on)), asked


def _affiliate(one: Affiliate) -> dict[str, Any]:
    return {
        "id": one.id,
        "name": one.name,
        "currency": one.currency,
        "recruiter": one.recruiter,
        "profile": _public(one.profile),
    }


def _campaign(one: Campaign) -> dict[str, Any]:
    terms = sorted(one.terms, key=lambda version: (version.goal, version.affiliate, version.from_ms))
    return {
        "id": one.id,
        "advertiser": one.advertiser,
        "currency": one.currency,
        "hold_days": one.hold_days,
        "caps": dict(one.caps),
        "terms": [
            {
                "goal": version.goal,
                "affiliate": version.affiliate,
                "from_ms": version.from_ms,
                "commission": version.commission,
                "revenue": version.revenue,
            }
            for version in terms
        ],
    }


def _read_campaign(said: dict[str, Any]) -> Campaign:
    return Campaign(
        said["id"],
        said["id"],
        said["advertiser"],
        said["currency"],
        "",
        terms=tuple(Terms(**version) for version in said["terms"]),
        caps=said["caps"],
        hold_days=said["hold_days"],
    )


def _public(profile: Mapping[str, str]) -> dict[str, str]:
    return {name: text for name, text in profile.items() if name not in _PRIVATE}
