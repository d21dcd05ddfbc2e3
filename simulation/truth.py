"""What is true of the ledger, watched from behind the program's back: told of every write, at the write.

It reads items with the store's own reader, but every sum is made anew, from the sale and the rate as text.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal

from chalicelib.model.day import accounting_day
from chalicelib.model.fact import Fact
from chalicelib.store import fact_items, keys
from simulation.assembly import LEDGER, ZONE
from simulation.expressions import Item
from simulation.history import History, Violation
from simulation.scene import GOALS

FACT_MS = 15 * 60_000
"""So long before it is written a fact may have been decided: no function runs longer."""


@dataclass(slots=True)
class Truth:
    """Every fact that was written, and what follows from it."""

    history: History
    facts: dict[str, list[Fact]] = field(default_factory=lambda: defaultdict(list))
    known: dict[tuple[str, ...], str] = field(default_factory=dict)
    refused: list[tuple[str, str]] = field(default_factory=list)
    clicks: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    shown: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    def changed(self, table: str, old: Item | None, item: Item | None) -> None:
        """A table has been written to; Violation if that must not be."""
        there = item or old or {}
        if table == LEDGER:
            self._ledger(there, old, item)
        elif item is not None and old is None and there["pk"]["S"][:2] in ("C#", "I#"):
            seen = self.clicks if there["pk"]["S"][0] == "C" else self.shown
            seen[there["sk"]["S"].partition("#")[2]] += 1

    @property
    def every(self) -> list[Fact]:
        """All facts, conversion by conversion."""
        return [fact for facts in self.facts.values() for fact in facts]

    def _ledger(self, there: Item, old: Item | None, item: Item | None) -> None:
        if there["pk"]["S"].startswith("X#") and item is not None:
            self.refused.append((item["answer"]["M"]["status"]["S"], item["answer"]["M"]["reason"]["S"]))
        if keys.conversion(there) is None:
            return
        if old is not None or item is None:
            raise Violation(f"a fact was changed: {there['pk']['S']} {there['sk']['S']}")
        self._is_good(fact_items.fact(item))

    def _is_good(self, fact: Fact) -> None:
        said = self.facts[fact.conversion]
        _check(fact.n == len(said), f"{_name(fact)} is not the next number: {len(said)} facts are there")
        said.append(fact)
        if task := self.history.task:
            task.wrote.append((fact.conversion, fact.n, fact.key))
        _check((fact.kind == "booked") == (fact.n == 0), f"{_name(fact)} {fact.kind}: a conversion is booked once")
        self._is_one(fact)
        self._is_dated(fact)
        _check(len({one.key for one in said}) == len(said), f"{_name(fact)}: the act {fact.key!r} was done before")
        _adds_up(said)
        _is_priced(fact)

    def _is_one(self, fact: Fact) -> None:
        """One commission for each identity: what the goal says, whatever the key is."""
        once = {"order": fact.order_id, "click": fact.click_id, "customer": fact.customer}[GOALS[fact.goal].once_per]
        name = (str(fact.test), fact.advertiser, fact.goal, once)
        other = self.known.setdefault(name, fact.conversion)
        _check(other == fact.conversion, f"{_name(fact)} is the same sale as {other[:8]}: {' '.join(name)}")

    def _is_dated(self, fact: Fact) -> None:
        _check(fact.day == accounting_day(fact.at_ms, ZONE), f"{_name(fact)}: its day {fact.day} is not its acceptance")
        ago = self.history.clock.now_ms - fact.at_ms
        _check(0 <= ago <= FACT_MS, f"{_name(fact)}: accepted {ago} ms ago")


def _adds_up(said: list[Fact]) -> None:
    """The movements are the last standing, and nothing goes below zero on the way."""
    last, moved = said[-1].after, [fact.moved for fact in said]
    sums = {
        "pending commission": (sum(one.pending_commission for one in moved), last.commission, "pending"),
        "approved commission": (sum(one.approved_commission for one in moved), last.commission, "approved"),
        "pending revenue": (sum(one.pending_revenue for one in moved), last.revenue, "pending"),
        "approved revenue": (sum(one.approved_revenue for one in moved), last.revenue, "approved"),
        "pending due": (sum(one.pending_due for one in moved), last.due, "pending"),
        "approved due": (sum(one.approved_due for one in moved), last.due, "approved"),
    }
    for name, (total, stands, state) in sums.items():
        _check(total >= 0, f"{_name(said[-1])}: the {name} went past 0 to {total}")
        expected = stands if last.state == state else 0
        _check(total == expected, f"{_name(said[-1])}: {name} of all facts is {total}, but it stands at {expected}")


def _is_priced(fact: Fact) -> None:
    """A commission is the rate times what is left of the sale, rounded half up once; nothing when rejected."""
    after, sale = fact.after, fact.amount.minor if fact.amount else 0
    # A new amount may be less than what was given back before.
    left = max(0, sale - after.refunded)
    _check(fact.kind != "refunded" or 0 < after.refunded <= sale, f"{_name(fact)}: {after.refunded} of {sale} refunded")
    _check(0 <= after.disputed <= left, f"{_name(fact)}: {after.disputed} disputed of {left}")
    if after.state == "rejected" or after.reason == "no_fx_rate":
        expected = 0
    elif fact.commission_rate.startswith("RevShare"):
        rate = Decimal(fact.commission_rate.split()[1].rstrip("%")) / 100
        expected = int((left * rate).quantize(Decimal(1), ROUND_HALF_UP))
    else:
        whole = int(fact.commission_rate.split()[1].replace(".", ""))
        if after.refunded:
            _check(0 <= after.commission <= whole, f"{_name(fact)}: {after.commission} of at most {whole}")
            return
        expected = whole
    _check(after.commission == expected, f"{_name(fact)}: earns {after.commission}, which should be {expected}")


def _name(fact: Fact) -> str:
    return f"fact {fact.conversion[:8]}.{fact.n}"


def _check(holds: bool, law: str) -> None:
    if not holds:
        raise Violation(law)
