"""The network of a vector: what docs/vectors.md calls `network` and `rates`, as the model knows it.

Everything here raises ValueError or KeyError for what it cannot read.
"""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from chalicelib.model import caps, money
from chalicelib.model.fx import Quotes, Table
from chalicelib.model.network import Affiliate, Campaign, Goal
from chalicelib.model.sale import moment
from chalicelib.model.terms import Terms

Said = Mapping[str, Any]
"""A JSON object."""


@dataclass(frozen=True, slots=True)
class Network:
    """What was agreed, by id. `goals` are by advertiser and name; `minimum` is minor units by currency."""

    time_zone: str
    campaigns: Mapping[str, Campaign]
    affiliates: Mapping[str, Affiliate]
    goals: Mapping[tuple[str, str], Goal]
    minimum: Mapping[str, int]

    def goal(self, advertiser: str, name: str) -> Goal:
        """An advertiser's goal; one that was not described is approved by itself."""
        return self.goals.get((advertiser, name)) or Goal(name)


class Rates:
    """The exchange rates of a vector. Each row may become known only at some time (Unix milliseconds)."""

    def __init__(self, rows: Sequence[tuple[int, Quotes]]) -> None:
        self._rows = sorted(rows, key=lambda row: row[0])
        self._tables: dict[int, Table] = {}

    def known(self, at_ms: int | None = None) -> Table:
        """The table as it is known at a time, or in the end."""
        count = len(self._rows) if at_ms is None else bisect_right(self._rows, at_ms, key=lambda row: row[0])
        if count not in self._tables:
            self._tables[count] = Table({quotes.date: quotes for _, quotes in self._rows[:count]})
        return self._tables[count]


def network(said: Said) -> Network:
    """Read a vector's `network`."""
    campaigns = [_campaign(one) for one in said["campaigns"]]
    affiliates = [_affiliate(one) for one in said["affiliates"]]
    goals = [(one["advertiser"], Goal(one["name"], review=one.get("review", "auto"))) for one in said.get("goals", ())]
    return Network(
        said["time_zone"],
        {one.id: one for one in campaigns},
        {one.id: one for one in affiliates},
        {(advertiser, goal.name): goal for advertiser, goal in goals},
        {code: money.parse(text, code).minor for code, text in said.get("minimum", {}).items()},
    )


def rates(said: Sequence[Said]) -> Rates:
    """Read a vector's `rates`: of two rows of one date the one counts that became known later."""
    return Rates([(at_ms(one["known"]) if "known" in one else 0, _quotes(one)) for one in said])


def at_ms(text: str) -> int:
    """Unix milliseconds of a time with a zone."""
    found = moment(text)
    if found is None:
        raise ValueError("a time is missing")
    return found


def _campaign(said: Said) -> Campaign:
    currency = money.currency(said["currency"])
    return Campaign(
        id=said["id"],
        name=said["id"],
        advertiser=said["advertiser"],
        currency=currency,
        destination="",
        terms=tuple(_terms(one) for one in said["terms"]),
        caps={name: _most(name, value, currency) for name, value in said.get("caps", {}).items()},
        hold_days=int(said.get("hold_days", 0)),
    )


def _terms(said: Said) -> Terms:
    start = at_ms(said["from"]) if said.get("from") else 0
    return Terms(
        said["goal"], said.get("affiliate", "*"), start, said.get("commission", "none"), said.get("revenue", "none")
    )


def _most(name: str, value: int | str, currency: str) -> int:
    """A cap's limit: a number of events, or an amount as text."""
    [cap] = caps.read({name: 0})
    return money.parse(str(value), currency).minor if cap.is_money else int(value)


def _affiliate(said: Said) -> Affiliate:
    return Affiliate(
        said["id"], said["id"], said.get("currency", ""), said.get("recruiter", ""), said.get("profile", {})
    )


def _quotes(said: Said) -> Quotes:
    pairs = tuple(sorted(said["rates"].items()))
    return Quotes(said["date"], said.get("table", "00000000"), said["base"], pairs)
