"""Paying closed balances: lines are frozen into a batch, the bank is told, and what became of each is written down.

./clickledger payout freeze 2026-10 --person cfo
./clickledger payout send 2026-10-1f0c22aa --person cfo
./clickledger payout failed 2026-10/anna/EUR --reason AC04 --person cfo
"""

import secrets
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final, Protocol

from chalicelib.manage.setup import Wrong
from chalicelib.model import bank, party
from chalicelib.model.bank import BankFact
from chalicelib.model.day import accounting_day
from chalicelib.model.network import Affiliate
from chalicelib.model.party import Party
from chalicelib.model.payment import BATCH, Batch, Payment
from chalicelib.model.payout import Act, Answer, Kind, Payout, decide
from chalicelib.model.sale import Refusal

SKIPPED: Final = ("sent", "paid", "failed", "returned")


class Payouts(Protocol):
    """Where payouts are kept (store.payouts)."""

    def settle(self, affiliate: str, currency: str, decide: Callable[[Sequence[Payout]], Answer]) -> Answer:
        """Write down what follows."""

    def facts(self, affiliate: str, currency: str) -> list[Payout]:
        """All facts of a balance."""

    def closed_in(self, period: str) -> Iterator[tuple[str, str]]:
        """The balances that were closed with a period."""

    def in_batch(self, batch: str) -> Iterator[tuple[str, str]]:
        """The balances with a line in a batch."""


class Parties(Protocol):
    """Who is paid where (store.parties)."""

    def accounts(self, affiliate: str) -> list[BankFact]:
        """All facts about an account."""

    def own(self) -> dict[str, str]:
        """The network's own profile."""


class Network(Protocol):
    """The network's set-up."""

    def affiliate(self, id: str) -> Affiliate | None:
        """An affiliate."""


class Press(Protocol):
    """What writes a batch's files (reports.batch, with the bucket)."""

    def publish(self, batch: Batch) -> str:
        """Put the files and the manifest; the manifest's key. ValueError if it cannot be."""

    def read(self, name: str) -> dict[str, Any] | None:
        """A published manifest; None if there is none."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one line: its amount in minor units, where it stands, and why if it was not done."""

    line: str
    currency: str
    amount: int
    stands: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Cashier:
    """Pays closed balances."""

    payouts: Payouts
    parties: Parties
    network: Network
    press: Press
    clock: Callable[[], int]
    time_zone: str

    def freeze(self, period: str, name: str, person: str, pay_on: str) -> tuple[str, list[Outcome], str]:
        """Freeze all lines of a period that can be paid into one batch and publish it.

        Gives the batch's name, what became of each line, and the manifest's key ('' if nothing can be paid). A run that
        was cut off is taken up again by its batch's name; a batch that is published takes no more lines.
        """
        batch = name or f"{period}-{secrets.token_hex(4)}"
        found = BATCH.fullmatch(batch)
        if not found or found[1] != period:
            raise Wrong(f"a batch of {period} is named {period}-WORD, with at most 16 small letters and digits")
        if self._published(batch) is not None:
            raise Wrong(f"batch {batch} is published already; `payout send {batch}` is next")
        day, payer = _day(pay_on), self._payer()
        facts, outcomes = list[Payout](), list[Outcome]()
        for affiliate, currency in sorted(set(self.payouts.closed_in(period))):
            fact, outcome = self._freeze(affiliate, currency, period, batch, person)
            outcomes += [outcome] if outcome else []
            facts += [fact] if fact else []
        if not facts:
            return batch, outcomes, ""
        payments = tuple(self._payment(fact) for fact in facts)
        made = Batch(batch, payer, payments, max(fact.at_ms for fact in facts), day)
        try:
            return batch, outcomes, self.press.publish(made)
        except ValueError as bad:
            raise Wrong(f"{bad}; then `payout freeze {period} --batch {batch}` again") from bad

    def step(self, kind: Kind, batch: str, person: str, lines: Iterable[str] = ()) -> list[Outcome]:
        """Take the lines of a published batch one step on: `sent` or `paid`; all of them, or those named."""
        manifest = self._published(batch) if BATCH.fullmatch(batch) else None
        if manifest is None:
            raise Wrong(f"batch {batch} is not published")
        known = [str(line["line"]) for line in manifest["lines"]]
        if strangers := set(lines) - set(known):
            raise Wrong(f"{min(strangers)} is not in batch {batch}")
        if lost := sorted(self._in_batch(batch) - set(known)):
            raise Wrong(f"{lost[0]} was frozen for {batch} but is not in it: `payout failed {lost[0]}` gives it back")
        wanted = set(lines) or set(known)
        return [self.note(kind, line, person, batch=batch) for line in known if line in wanted]

    def note(self, kind: Kind, line: str, person: str, reason: str = "", batch: str = "") -> Outcome:
        """Write down what became of one line."""
        period, affiliate, currency = parts(line)
        return _outcome(line, currency, self._do(affiliate, currency, self._act(kind, period, person, batch, reason)))

    def lines(self, period: str) -> list[Outcome]:
        """Where the lines of a period stand."""
        found = []
        for affiliate, currency in sorted(set(self.payouts.closed_in(period))):
            line = _line(self.payouts.facts(affiliate, currency), period)
            if line:
                found.append(_outcome(line[-1].line, currency, line[-1]))
        return found

    def _freeze(
        self, affiliate: str, currency: str, period: str, batch: str, person: str
    ) -> tuple[Payout | None, Outcome | None]:
        """The frozen fact of a line in this batch, if there is one, and what is to be said of the line."""
        line = _line(self.payouts.facts(affiliate, currency), period)
        if not line or line[-1].amount <= 0 or line[-1].kind in SKIPPED:
            return None, None
        if line[-1].kind == "frozen":
            return (line[-1], _outcome(line[-1].line, currency, line[-1])) if line[-1].batch == batch else (None, None)
        act = self._act("frozen", period, person, batch)
        payee = self._payee(affiliate, act.at_ms)
        why = line[0].reason or _hindrance(payee, line[0])
        act = replace(act, kind="deferred", batch="", reason=why) if why else replace(act, party=payee.fingerprint)
        answer = self._do(affiliate, currency, act)
        is_ours = isinstance(answer, Payout) and answer.kind == "frozen"
        return (answer if is_ours and isinstance(answer, Payout) else None), _outcome(line[0].line, currency, answer)

    def _payment(self, fact: Payout) -> Payment:
        payee = self._payee(fact.affiliate, fact.at_ms)
        if payee.fingerprint != fact.party:
            raise Wrong(f"{fact.line} was frozen for other details than now: `payout failed {fact.line}` gives it back")
        return Payment(fact.line, fact.affiliate, fact.currency, fact.amount, payee, f"Statement {fact.line}")

    def _published(self, batch: str) -> dict[str, Any] | None:
        try:
            return self.press.read(batch)
        except ValueError as changed:
            raise Wrong(str(changed)) from changed

    def _payer(self) -> Party:
        own = _read(self.parties.own(), "the network")
        if not own.legal_name or not own.account.iban or not own.account.bic:
            raise Wrong("the network needs a legal name, an IBAN and a BIC to pay from: `party own legal_name=...`")
        return own

    def _payee(self, affiliate: str, at_ms: int) -> Party:
        found = self.network.affiliate(affiliate)
        return replace(
            _read(found.profile if found else {}, affiliate),
            account=bank.in_force(self.parties.accounts(affiliate), at_ms),
        )

    def _in_batch(self, batch: str) -> set[str]:
        """The lines that stand frozen under a batch."""
        found = set()
        for affiliate, currency in self.payouts.in_batch(batch):
            line = _line(self.payouts.facts(affiliate, currency), batch[:7])
            if line and line[-1].kind == "frozen" and line[-1].batch == batch:
                found.add(line[-1].line)
        return found

    def _do(self, affiliate: str, currency: str, act: Act) -> Answer:
        return self.payouts.settle(affiliate, currency, lambda said: decide(said, affiliate, currency, act))

    def _act(self, kind: Kind, period: str, person: str, batch: str = "", reason: str = "") -> Act:
        now = self.clock()
        return Act(kind, period, now, accounting_day(now, self.time_zone), person, batch=batch, reason=reason)


def parts(line: str) -> tuple[str, str, str]:
    """Period, affiliate and currency of a line's id."""
    found = line.split("/")
    if len(found) != 3 or not all(found):
        raise Wrong(f"a line is PERIOD/AFFILIATE/CURRENCY, such as 2026-10/anna/EUR, not {line!r}")
    return found[0], found[1], found[2]


def totals(outcomes: Iterable[Outcome]) -> Mapping[str, tuple[int, str, int]]:
    """By '<stands> <currency>': how many lines, the currency, and their sum in minor units."""
    sums: dict[str, tuple[int, str, int]] = {}
    for one in outcomes:
        count, _, minor = sums.get(f"{one.stands} {one.currency}", (0, "", 0))
        sums[f"{one.stands} {one.currency}"] = (count + 1, one.currency, minor + one.amount)
    return sums


def _hindrance(payee: Party, closed: Payout) -> str:
    """Why a line cannot be paid now; '' if it can."""
    if closed.amount < payee.minimum.get(closed.currency, 0):
        return "below_minimum"
    if not payee.legal_name:
        return "no_legal_name"
    return "" if payee.account.iban else "no_account"


def _read(profile: Mapping[str, str], whose: str) -> Party:
    try:
        return party.read(profile)
    except ValueError as bad:
        raise Wrong(f"what is kept of {whose} cannot be used: {bad}") from bad


def _line(facts: Sequence[Payout], period: str) -> list[Payout]:
    return [fact for fact in facts if fact.period == period]


def _outcome(line: str, currency: str, answer: Answer) -> Outcome:
    if isinstance(answer, Refusal):
        return Outcome(line, currency, 0, "refused", answer.reason)
    fact = answer if isinstance(answer, Payout) else answer.last
    return Outcome(line, currency, fact.amount, fact.kind, fact.reason)


def _day(text: str) -> str:
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError as bad:
        raise Wrong(f"not a day: {text}") from bad
