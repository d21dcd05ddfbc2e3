"""Lines that people write: a bonus, an adjustment, a debt written off. Each has a reason, a person and a key.

A line is two facts at most. A small one counts at once (`booked`). One above a set sum is `proposed` and counts when
another person has `seconded` it; its day is then the second person's.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal, get_args

from chalicelib.model.line import Buckets, Line
from chalicelib.model.person import same
from chalicelib.model.sale import Refusal

Kind = Literal["bonus", "adjusted", "write_off"]
KINDS: Final[tuple[Kind, ...]] = get_args(Kind)

Step = Literal["booked", "proposed", "seconded", "reserved"]

KEY: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
REASON_CHARACTERS: Final = 200

WRITE_OFFS: Final = "=write_offs"
"""No line's key: the one list, for a balance, of what has been written off. Who is first in it has the debt."""


@dataclass(frozen=True, slots=True)
class Manual:
    """A line of an affiliate's balance in `currency`; `amount` is minor units, and negative takes away.

    `day` is the accounting day of `at_ms`. With an `advertiser`, `revenue` is what it owes more (or less), in minor
    units of `revenue_currency`. `n` is 0 for the first fact of a line and 1 for the second person's.
    """

    affiliate: str
    currency: str
    key: str
    kind: Kind
    amount: int
    reason: str
    person: str
    at_ms: int
    day: str
    advertiser: str = ""
    campaign: str = ""
    revenue: int = 0
    revenue_currency: str = ""
    second_person: str = ""
    step: Step = "booked"
    n: int = 0

    @property
    def counts(self) -> bool:
        """Whether this fact moves the balance."""
        return self.step in ("booked", "seconded")


@dataclass(frozen=True, slots=True)
class Before:
    """The same was said before; `last` is the fact that stands."""

    last: Manual


Answer = Manual | Before | Refusal


def write(said: Sequence[Manual], line: Manual, alone: Mapping[str, int], debt: int) -> Answer:
    """What follows from a new line, given the facts that its key has had.

    `alone` is up to what sum one person may write, in minor units by currency; in a currency that it does not name,
    nobody may alone. `debt` is what the affiliate owes in `currency`, 0 if nothing: no more can be written off.
    """
    if said:
        return Before(said[-1]) if _content(said[0]) == _content(line) else Refusal("conflict", "other_line")
    if line.kind == "write_off" and not 0 < line.amount <= debt:
        return Refusal("rejected", "more_than_debt")
    is_small = abs(line.amount) <= alone.get(line.currency, -1)
    if line.revenue and abs(line.revenue) > alone.get(line.revenue_currency, -1):
        is_small = False
    return replace(line, step="booked" if is_small else "proposed", n=0)


def reserve(said: Sequence[Manual], line: Manual, owed: int, closed: str) -> Answer:
    """What follows from the wish to write off a debt, given all such wishes of the balance so far.

    `owed` is the debt as the period `closed` left it. A wish takes its part before its line is written, so that two
    lines cannot take the same part; `reason` of a wish is the key of its line.
    """
    mine = next((one for one in said if one.reason == line.key), None)
    if mine is not None:
        return Before(mine) if mine.amount == line.amount else Refusal("conflict", "other_line")
    left = owed - sum(one.amount for one in said if one.day[:7] > closed)
    if not 0 < line.amount <= left:
        return Refusal("rejected", "more_than_debt")
    return replace(line, key=WRITE_OFFS, reason=line.key, step="reserved", n=len(said))


def second(said: Sequence[Manual], person: str, at_ms: int, day: str, debt: int) -> Answer:
    """What follows when another person has checked a proposed line; `debt` as for `write`."""
    if not said:
        return Refusal("rejected", "unknown_line")
    first = said[0]
    if same(person, first.person):
        return Refusal("rejected", "same_person")
    if said[-1].counts:
        return Before(said[-1])
    if first.kind == "write_off" and first.amount > debt:
        return Refusal("rejected", "more_than_debt")
    return replace(first, step="seconded", second_person=person, at_ms=at_ms, day=day, n=1)


def mistake(line: Manual) -> str:
    """What keeps a line from making sense, in words; '' if nothing does."""
    if not KEY.fullmatch(line.key):
        return f"a key is {KEY.pattern}"
    if not 0 < len(line.reason.strip()) <= REASON_CHARACTERS or not line.reason.isprintable():
        return f"a line needs a reason of at most {REASON_CHARACTERS} printable characters"
    if not line.amount and not line.revenue:
        return "a line moves something"
    if line.kind == "bonus" and line.amount <= 0:
        return "a bonus is above zero; take away by an adjustment"
    if line.revenue and not (line.advertiser and line.revenue_currency):
        return "revenue needs the advertiser that owes it, and a currency"
    if line.kind == "write_off" and line.revenue:
        return "writing off a debt moves no revenue"
    return ""


def lines(fact: Manual) -> Iterator[Line]:
    """The close's lines of a fact that counts; two if it moves revenue in another currency.

    A debt that is written off is no commission: it moves only what is due.
    """
    people = " and ".join(person for person in (fact.person, fact.second_person) if person)
    plain = Line(
        *(fact.kind, fact.affiliate, fact.advertiser, fact.campaign, "", fact.currency, fact.currency),
        at_ms=fact.at_ms,
        event_ms=fact.at_ms,
        n=fact.n,
        origin=fact.day[:7],
        reason=fact.reason,
        note=f"{fact.key} by {people}",
    )
    moved = Buckets(payable=fact.amount)
    commission = Buckets() if fact.kind == "write_off" else moved
    is_one = not fact.revenue or fact.revenue_currency == fact.currency
    if fact.amount or is_one:
        yield plain._replace(commission=commission, due=moved, revenue=fact.revenue if is_one else 0)
    if not is_one:
        yield plain._replace(currency=fact.revenue_currency, revenue=fact.revenue)


def _content(line: Manual) -> Manual:
    """A line without when and by whom it was said."""
    return replace(line, person="", second_person="", at_ms=0, day="", step="booked", n=0)
