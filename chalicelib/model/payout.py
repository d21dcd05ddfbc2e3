"""The way of a closed balance to a bank account, as numbered facts of one affiliate and currency.

    closed -> (deferred) -> frozen -> sent -> paid -> returned
    frozen or sent -> failed; sent -> returned

A line is one closed balance: '<period>/<affiliate>/<currency>'. It can be frozen in the month after its period and no
later. That is why nothing is paid twice: what is frozen then is a movement of that month, which the next line has
taken off already; and what came back is a movement of the month it came back in, so a later line pays it, never the
same one again.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal, get_args

from chalicelib.model.line import Buckets, Line
from chalicelib.model.period import following
from chalicelib.model.sale import Refusal

Kind = Literal["closed", "deferred", "frozen", "sent", "paid", "failed", "returned"]
KINDS: Final[tuple[Kind, ...]] = get_args(Kind)

_AFTER: Final[dict[Kind, tuple[Kind, ...]]] = {
    "deferred": ("closed", "deferred"),
    "frozen": ("closed", "deferred"),
    "sent": ("frozen",),
    "paid": ("sent",),
    "failed": ("frozen", "sent"),
    "returned": ("sent", "paid"),
}
"""Which steps a step may follow."""


@dataclass(frozen=True, slots=True)
class Payout:
    """Fact `n` of a balance: what became of its line of `period` ('yyyy-mm') of `amount` minor units.

    `day` is the accounting day of `at_ms`. `batch` is the batch that it is frozen in, `reason` why it was deferred,
    failed or came back, `party` the fingerprint of who is paid.
    """

    affiliate: str
    currency: str
    n: int
    kind: Kind
    period: str
    amount: int
    at_ms: int
    day: str
    person: str
    batch: str = ""
    reason: str = ""
    party: str = ""

    @property
    def line(self) -> str:
        """The line's id."""
        return line_id(self.period, self.affiliate, self.currency)

    @property
    def moved(self) -> int:
        """What this fact adds to the payable balance of its day's month."""
        if self.kind == "frozen":
            return -self.amount
        return self.amount if self.kind in ("failed", "returned") else 0


@dataclass(frozen=True, slots=True)
class Act:
    """What somebody wants to do with a line.

    `closed` is the month close's: `amount` is the closing payable balance, and a `reason` of 'below_minimum' keeps it
    from being frozen.
    """

    kind: Kind
    period: str
    at_ms: int
    day: str
    person: str
    amount: int = 0
    batch: str = ""
    reason: str = ""
    party: str = ""


@dataclass(frozen=True, slots=True)
class Repeated:
    """It was done before; `last` is where the line stands."""

    last: Payout


Answer = Payout | Repeated | Refusal


def decide(said: Sequence[Payout], affiliate: str, currency: str, act: Act) -> Answer:
    """What follows from an act, given all facts of the balance in order."""
    line = [fact for fact in said if fact.period == act.period]
    refused = _closing(said, line, act) if act.kind == "closed" else _stepping(said, line, act)
    if refused is not None:
        return refused
    amount, batch, party = act.amount, act.batch, act.party
    if line:
        amount, batch, party = line[-1].amount, act.batch or line[-1].batch, act.party or line[-1].party
    at = (act.at_ms, act.day, act.person)
    return Payout(affiliate, currency, len(said), act.kind, act.period, amount, *at, batch, act.reason, party)


def line_id(period: str, affiliate: str, currency: str) -> str:
    """What a closed balance is called."""
    return f"{period}/{affiliate}/{currency}"


def last_closed(said: Sequence[Payout]) -> Payout | None:
    """The newest closed balance; None before the first."""
    return next((fact for fact in reversed(said) if fact.kind == "closed"), None)


def line(fact: Payout) -> Line:
    """The close's line of a fact in the month of its day: what it moves of the payable balance, if anything."""
    note = " ".join(word for word in (fact.line, fact.batch, fact.reason) if word)
    return Line(
        *(fact.kind, fact.affiliate, "", "", "", fact.currency, fact.currency),
        due=Buckets(payable=fact.moved),
        at_ms=fact.at_ms,
        event_ms=fact.at_ms,
        n=fact.n,
        origin=fact.period,
        reason=fact.reason,
        note=note,
    )


def _closing(said: Sequence[Payout], line: Sequence[Payout], act: Act) -> Repeated | Refusal | None:
    if line:
        return Repeated(line[-1]) if line[0].amount == act.amount else Refusal("conflict", "closed_before")
    last = last_closed(said)
    if (last is not None and last.period > act.period) or act.day[:7] <= act.period:
        return Refusal("rejected", "period_not_open")
    return None


def _stepping(said: Sequence[Payout], line: Sequence[Payout], act: Act) -> Repeated | Refusal | None:
    if not line:
        return Refusal("rejected", "period_not_closed")
    at = line[-1]
    if at.kind == act.kind and (at.batch, at.reason) == (act.batch or at.batch, act.reason or at.reason):
        return Repeated(at)
    if at.batch and act.batch and at.batch != act.batch:
        return Refusal("conflict", "other_batch")
    if at.kind not in _AFTER[act.kind]:
        return Refusal("rejected", "wrong_step")
    if act.kind == "frozen":
        if last_closed(said) != line[0] or act.day[:7] != following(act.period):
            return Refusal("rejected", "not_the_last_period")
        if at.amount <= 0:
            return Refusal("rejected", "nothing_to_pay")
        if line[0].reason == "below_minimum":
            return Refusal("rejected", "below_minimum")
    return None
