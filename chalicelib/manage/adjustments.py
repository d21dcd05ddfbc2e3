"""Lines that people write into a balance: bonuses, adjustments, debts written off.

./clickledger adjust add anna EUR -5.00 --kind adjusted --key 2026-11-a --reason "counted twice" --person cfo
./clickledger adjust second anna EUR 2026-11-a --person ceo
"""

import argparse
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol

from chalicelib.manage.setup import Wrong
from chalicelib.manage.words import does
from chalicelib.model import manual, money
from chalicelib.model.day import accounting_day
from chalicelib.model.manual import KINDS, Answer, Manual
from chalicelib.model.network import Affiliate
from chalicelib.model.payout import Payout, last_closed
from chalicelib.model.sale import Refusal

if TYPE_CHECKING:
    from chalicelib.manage.command import Desk
    from chalicelib.manage.words import Rooms


class Manuals(Protocol):
    """Where manual lines are kept (store.manual)."""

    def settle(self, affiliate: str, currency: str, key: str, decide: Callable[[Sequence[Manual]], Answer]) -> Answer:
        """Write down what follows."""

    def of(self, affiliate: str, currency: str) -> list[Manual]:
        """All facts of a balance's lines."""


class Payouts(Protocol):
    """Where closed balances are kept (store.payouts)."""

    def facts(self, affiliate: str, currency: str) -> list[Payout]:
        """All facts of a balance."""


class Network(Protocol):
    """The network's set-up."""

    def affiliate(self, id: str) -> Affiliate | None:
        """An affiliate."""


@dataclass(frozen=True, slots=True)
class Adjustments:
    """Writes manual lines. `alone` is up to what sum one person may, in minor units by currency."""

    manuals: Manuals
    payouts: Payouts
    network: Network
    alone: Mapping[str, int]
    clock: Callable[[], int]
    time_zone: str

    def write(self, line: Manual) -> Manual:
        """Write a line, whose time and day are now; the fact that stands. Wrong if it is refused."""
        if self.network.affiliate(line.affiliate) is None:
            raise Wrong(f"no affiliate {line.affiliate}")
        now = self.clock()
        dated = replace(line, at_ms=now, day=accounting_day(now, self.time_zone))
        if mistake := manual.mistake(dated):
            raise Wrong(mistake)
        is_new = all(known.key != dated.key for known in self.manuals.of(dated.affiliate, dated.currency))
        if dated.kind == "write_off" and is_new:
            self._reserve(dated)
        return self._settle(dated, dated.key, lambda said: manual.write(said, dated, self.alone, dated.amount))

    def second(self, affiliate: str, currency: str, key: str, person: str) -> Manual:
        """Another person has checked a proposed line: from now on it counts."""
        now, debt = self.clock(), self.debt(affiliate, currency, key)
        day = accounting_day(now, self.time_zone)
        line = Manual(affiliate, currency, key, "adjusted", 0, "", person, now, day)
        return self._settle(line, key, lambda said: manual.second(said, person, now, day, debt))

    def debt(self, affiliate: str, currency: str, but: str) -> int:
        """What an affiliate owed when its balance was last closed, less what has been written off since.

        `but` is the key of a line that is not counted: the one that is being written.
        """
        owed, closed = self._owed(affiliate, currency)
        since = [line for line in self.manuals.of(affiliate, currency) if line.step == "reserved"]
        return max(0, owed - sum(one.amount for one in since if one.day[:7] > closed and one.reason != but))

    def _owed(self, affiliate: str, currency: str) -> tuple[int, str]:
        """What an affiliate owed when its balance was last closed, and the period of that close."""
        last = last_closed(self.payouts.facts(affiliate, currency))
        return (max(0, -last.amount), last.period) if last else (0, "")

    def _reserve(self, line: Manual) -> None:
        """Take a part of the debt before the line is written; Wrong if so much is not left."""
        owed, closed = self._owed(line.affiliate, line.currency)
        self._settle(line, manual.WRITE_OFFS, lambda said: manual.reserve(said, line, owed, closed))

    def _settle(self, line: Manual, key: str, decide: Callable[[Sequence[Manual]], Answer]) -> Manual:
        answer = self.manuals.settle(line.affiliate, line.currency, key, decide)
        if isinstance(answer, Refusal):
            raise Wrong(f"{line.key} is refused: {answer.reason}")
        return answer if isinstance(answer, Manual) else answer.last


def group(rooms: "Rooms") -> None:
    """The command group `adjust`."""
    mine = rooms.add_parser("adjust", help="lines by hand: add, second, list").add_subparsers(required=True)
    add = does(mine, "add", _add, "a new line; above a set sum it waits for a second person")
    add.add_argument("affiliate")
    add.add_argument("currency")
    add.add_argument("amount", help="what the affiliate gets; below zero takes away")
    add.add_argument("--kind", required=True, choices=KINDS)
    add.add_argument("--key", required=True, help="yours; the same line under the same key counts once")
    add.add_argument("--reason", required=True)
    add.add_argument("--person", required=True)
    add.add_argument("--advertiser", default="")
    add.add_argument("--campaign", default="")
    add.add_argument("--revenue", default="", help="what the advertiser owes with it, such as '12.00 EUR'")
    second = does(mine, "second", _second, "another person has checked a proposed line")
    listing = does(mine, "list", _list, "the lines of a balance")
    for word in (second, listing):
        word.add_argument("affiliate")
        word.add_argument("currency")
    second.add_argument("key")
    second.add_argument("--person", required=True)


def _add(asked: argparse.Namespace, desk: "Desk") -> None:
    currency = _currency(asked.currency)
    minor, (owed, owed_in) = signed(asked.amount, currency), _revenue(asked.revenue)
    who = (asked.reason.strip(), person(asked.person), 0, "")
    about = (asked.advertiser, asked.campaign, owed, owed_in)
    line = Manual(asked.affiliate, currency, asked.key, asked.kind, minor, *who, *about)
    _print(desk.treasury().adjustments.write(line))


def _second(asked: argparse.Namespace, desk: "Desk") -> None:
    currency = _currency(asked.currency)
    _print(desk.treasury().adjustments.second(asked.affiliate, currency, asked.key, person(asked.person)))


def _list(asked: argparse.Namespace, desk: "Desk") -> None:
    for line in desk.treasury().adjustments.manuals.of(asked.affiliate, _currency(asked.currency)):
        if line.step != "reserved":
            _print(line)


def _print(line: Manual) -> None:
    people = " and ".join(filter(None, (line.person, line.second_person)))
    amount = f"{money.decimal(line.amount, line.currency)} {line.currency}"
    waits = "; it waits for `adjust second`" if not line.counts else ""
    print(f"{line.key}  {line.day}  {line.kind}  {amount}  {line.step} by {people}: {line.reason}{waits}")


def signed(text: str, currency: str) -> int:
    """Minor units of an amount that may be below zero."""
    try:
        return money.parse(text.removeprefix("-"), currency).minor * (-1 if text.startswith("-") else 1)
    except money.BadAmount as bad:
        raise Wrong(f"not an amount of {currency}: {text}") from bad


def _revenue(text: str) -> tuple[int, str]:
    if not text:
        return 0, ""
    amount, _, code = text.partition(" ")
    currency = _currency(code)
    return signed(amount, currency), currency


def _currency(text: str) -> str:
    try:
        return money.currency(text)
    except money.BadAmount as bad:
        raise Wrong(f"not a currency: {text}") from bad


def person(text: str) -> str:
    """Who stands for something, as facts keep it; Wrong for what is no name."""
    name = text.strip()
    if not any(map(str.isalnum, name)) or len(name) > 64 or not name.isprintable():
        raise Wrong("a person has 1 to 64 printable characters, and letters among them")
    return name
