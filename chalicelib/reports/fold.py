"""The month close without a network: a vector's object goes in, its lines, balances and payables come out.

docs/vectors.md says what such an object is. The money is made by the code that the postback and the close use; only
where things are kept is different: here everything is in memory.
"""

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar

from chalicelib.model import manual, money, payout
from chalicelib.model.answer import Moment, moment
from chalicelib.model.balance import Balance
from chalicelib.model.click import Click
from chalicelib.model.clickid import ClickId
from chalicelib.model.close import Carry, Close, Setup
from chalicelib.model.day import accounting_day
from chalicelib.model.entry import Entry
from chalicelib.model.line import Line
from chalicelib.model.manual import Manual
from chalicelib.model.network import Link
from chalicelib.model.payout import Payout
from chalicelib.model.period import Period, following
from chalicelib.model.sale import Refusal
from chalicelib.model.settling import Carried
from chalicelib.model.together import NoRate
from chalicelib.model.visit import Visit, visit
from chalicelib.reports import fold_result
from chalicelib.reports.agreed import minimum
from chalicelib.reports.fold_facts import entries, history
from chalicelib.reports.fold_network import Network, Rates, Said, at_ms, network, rates

PERSON: Final = "Mozilla/5.0 (X11; Linux x86_64; rv:144.0) Gecko/20100101 Firefox/144.0"
"""The agent of a visit of which a vector says none."""

T = TypeVar("T")

UNREADABLE = (LookupError, TypeError, ValueError, AttributeError, ArithmeticError, RecursionError)
"""What an object that is none of ours may end in."""


def answers(lines: Iterable[str]) -> Iterator[str]:
    """The result of each line that is not empty, as a line; ValueError names the line that cannot be read."""
    for number, text in enumerate(lines, 1):
        if text.strip():
            try:
                result = fold(json.loads(text))
            except (*UNREADABLE, NoRate) as wrong:
                raise ValueError(f"line {number}: {wrong!r}") from wrong
            yield json.dumps(result, ensure_ascii=False)


def fold(said: Said) -> dict[str, Any]:
    """The result of one object. What it may expect (`expected`) is not looked at."""
    books = opened(said)
    result = [fold_result.period(name, *books.close(name)) for name in said["closes"]]
    return {"periods": result} | ({"answers": books.refused} if books.refused else {})


def opened(said: Said) -> "Books":
    """The books of an object before its first close."""
    agreed, quoted = network(said["network"]), rates(said.get("rates", ()))
    facts, refused = history(said.get("facts", ()), agreed, quoted)
    known = sorted(entries(facts), key=lambda one: (one.conversion, one.n))
    visits, manuals = _visits(said, agreed), _manuals(said, agreed)
    return Books(agreed, quoted, known, visits, manuals, said.get("payouts", ()), refused)


def ordered(rows: Iterable[T], key: Callable[[T], Any]) -> list[T]:
    """model.close.Sort in memory."""
    return sorted(rows, key=key)


@dataclass
class Books:
    """The books of a network, closed month by month. `visits` and `manuals` come with the period they belong to."""

    network: Network
    rates: Rates
    facts: list[Entry]
    visits: list[tuple[str, Visit]]
    manuals: list[Manual]
    payouts: Iterable[Said]
    refused: list[dict[str, Any]] = field(default_factory=list)
    carried: list[Carried] = field(default_factory=list)
    carry: Carry = field(default_factory=Carry)
    closed: str = ""
    _paid: dict[tuple[str, str], list[Payout]] = field(default_factory=dict)

    def close(self, name: str) -> tuple[list[Line], list[Balance]]:
        """Close the next month: its lines and balances. ValueError if it is not the next."""
        if self.closed and name != following(self.closed):
            raise ValueError(f"{following(self.closed)} is to be closed next, not {name}")
        period = Period.of(name, self.network.time_zone)
        first = not self.closed
        facts = [one for one in self.facts if self._is_inside(one.day[:7], name, first)]
        visits = [one for month, one in self.visits if self._is_inside(month, name, first)]
        written = (one for one in self.manuals if self._is_inside(one.day[:7], name, first))
        others = [line for one in written for line in manual.lines(one)]
        lines, carried = list[Line](), list[Carried]()
        setup = Setup(
            self.network.time_zone,
            self.network.campaigns,
            self.network.affiliates,
            self.rates.known().on,
            minimum(self.network.affiliates, self.network.minimum),
        )
        close = Close(period, setup, self.carry, lines.append, carried.append, ordered)
        together = list(close.conversions(self.carried, facts))
        close.visits(visits)
        close.together(together)
        balances = list(close.rest([*others, *self._paying(name)]))
        self.carried, self.carry, self.closed = carried, close.carry(), name
        self._note(balances, period)
        return lines, balances

    @staticmethod
    def _is_inside(month: str, name: str, first: bool) -> bool:
        return month <= name if first else month == name

    def _note(self, balances: Iterable[Balance], period: Period) -> None:
        """Write down what each balance was closed with."""
        now = moment(period.end_ms, self.network.time_zone)
        for one in balances:
            act = payout.Act("closed", period.name, now.ms, now.day, "", one.closing.payable)
            self._step(one.affiliate, one.currency, act)

    def _paying(self, name: str) -> Iterator[Line]:
        """The steps that payouts take in a month, as lines."""
        steps = [(number, one, self._now(one["at"])) for number, one in enumerate(self.payouts)]
        for number, one, now in sorted(steps, key=lambda step: (step[2].ms, step[0])):
            if now.day[:7] != name:
                continue
            period, affiliate, currency = one["payable"].split("/")
            act = payout.Act(one["act"], period, now.ms, now.day, "", 0, one.get("batch", ""), one.get("reason", ""))
            answer = self._step(affiliate, currency, act)
            if isinstance(answer, Payout):
                yield payout.line(answer)
            elif isinstance(answer, Refusal):
                self.refused.append({"payout": number, "answer": answer.outcome, "reason": answer.reason})
            else:
                self.refused.append({"payout": number, "answer": "replay"})

    def _step(self, affiliate: str, currency: str, act: payout.Act) -> payout.Answer:
        said = self._paid.setdefault((affiliate, currency), [])
        answer = payout.decide(said, affiliate, currency, act)
        if isinstance(answer, Payout):
            said.append(answer)
        return answer

    def _now(self, text: str) -> Moment:
        return moment(at_ms(text), self.network.time_zone)


def _visits(told: Said, agreed: Network) -> list[tuple[str, Visit]]:
    """Visits with the month in which they were heard of, which for most is the one they happened in."""
    found = []
    for one in told.get("visits", ()):
        at = at_ms(one["at"])
        said = {word: one[word] for word in ("method", "agent", "purpose") if word in one}
        seen = Click(ClickId(one["id"], 0, at, 0, 0), **({"agent": PERSON} | said))
        heard = at_ms(one["heard"]) if one.get("heard") else at
        link = Link(0, "", one["affiliate"], one["campaign"])
        found.append((accounting_day(heard, agreed.time_zone)[:7], visit(one["kind"], seen, link)))
    return found


def _manuals(said: Said, agreed: Network) -> list[Manual]:
    """Manual lines that count, in order of time. A line of one key is written once."""
    found: dict[tuple[str, str, str], Manual] = {}
    for one in sorted(said.get("manual", ()), key=lambda one: at_ms(one["at"])):
        line = _manual(one, agreed)
        if wrong := manual.mistake(line):
            raise ValueError(wrong)
        found.setdefault((line.affiliate, line.currency, line.key), line)
    return list(found.values())


def _manual(one: Said, agreed: Network) -> Manual:
    now = moment(at_ms(one["at"]), agreed.time_zone)
    revenue_currency = one.get("revenue_currency", "")
    return Manual(
        affiliate=one["affiliate"],
        currency=money.currency(one["currency"]),
        key=one["key"],
        kind=one["kind"],
        amount=_signed(one.get("amount", "0"), one["currency"]),
        reason=one["reason"],
        person=one["person"],
        at_ms=now.ms,
        day=now.day,
        advertiser=one.get("advertiser", ""),
        campaign=one.get("campaign", ""),
        revenue=_signed(one.get("revenue", "0"), revenue_currency) if revenue_currency else 0,
        revenue_currency=revenue_currency,
    )


def _signed(text: str, code: str) -> int:
    minor = money.parse(text.removeprefix("-"), money.currency(code)).minor
    return -minor if text.startswith("-") else minor
