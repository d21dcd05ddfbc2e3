"""Mistakes that programs of this kind make, planted on purpose: the laws must find each of them.

Each is a collaborator that the assembly takes in the place of the program's own. None is a switch in the program.
"""

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from chalicelib.model.caps import CapState
from chalicelib.model.day import accounting_day
from chalicelib.model.entry import Entry
from chalicelib.model.fact import Fact, conversion_id
from chalicelib.model.ports import Answer, Question
from chalicelib.reports.daily import DailyReport
from chalicelib.store import fact_items, keys
from chalicelib.store.days import Days, T
from chalicelib.store.directory import Patience
from chalicelib.store.errors import ConditionFailed, StoreError
from chalicelib.store.fallback import Fallback
from chalicelib.store.items import Item
from chalicelib.store.ledger import Ledger
from chalicelib.store.network import Network
from chalicelib.stream.drain import Drain
from simulation.assembly import ZONE, Parts

REMEMBERED_MS: Final = 24 * 3_600_000


class CheckThenSet(Ledger):
    """Looks whether the number is free, and then writes without a condition."""

    def put(self, fact: Fact) -> bool:
        """Write a fact at its number, if nobody was there a moment ago."""
        item = fact_items.fact_item(fact, os.urandom(6).hex())
        key = {name: item[name] for name in ("pk", "sk")}
        if "Item" in self._client.call("GetItem", {"TableName": self._table, "Key": key, "ConsistentRead": True}):
            return False
        self._client.call("PutItem", {"TableName": self._table, "Item": item})
        return True


class LostIsFailed(Ledger):
    """Takes a lost answer for a failed write, and writes what it has already written at the next number."""

    def put(self, fact: Fact) -> bool:
        """Write a fact at its number, or behind whatever is there."""
        mine = fact_items.fact_item(fact, os.urandom(6).hex())
        body = {"TableName": self._table, "Item": mine, "ConditionExpression": "attribute_not_exists(pk)"}
        try:
            self._client.call("PutItem", body | {"ReturnValuesOnConditionCheckFailure": "ALL_OLD"})
        except ConditionFailed as failed:
            if failed.item is not None and failed.item.get("by") == mine["by"]:
                return self.put(replace(fact, n=fact.n + 1))
            return False
        return True


class LostIsAnothers(Ledger):
    """Takes its own write, whose answer was lost, for somebody else's."""

    def put(self, fact: Fact) -> bool:
        """Write a fact at its number; False if anything is there."""
        body = {
            "TableName": self._table,
            "Item": fact_items.fact_item(fact, ""),
            "ConditionExpression": "attribute_not_exists(pk)",
        }
        try:
            self._client.call("PutItem", body)
        except ConditionFailed:
            return False
        return True


class ForgetfulLedger(Ledger):
    """Knows for a day what it has booked, like a cache with a TTL: what comes again later is new."""

    def settle(self, conversion: str, question: Question, is_new: bool) -> Answer:
        """Ask and write; what is said to be new after a day goes under a key of its own."""
        said = self.facts(conversion) if is_new else []
        now_ms = int(self._client.clock.now()) if said else 0  # type: ignore[attr-defined] # the simulated line has one
        if not said or now_ms - said[0].at_ms < REMEMBERED_MS:
            return super().settle(conversion, question, is_new)
        again = conversion_id(conversion, str(now_ms // REMEMBERED_MS))
        return super().settle(again, lambda facts: _moved_to(question(facts), again), is_new=False)


class RefundsApart(Ledger):
    """Writes each refund under a name of its own: it is never asked again what it comes to beside another one."""

    def put(self, fact: Fact) -> bool:
        """Write a fact at its number; a refund as it was worked out first, wherever there is room."""
        is_written = super().put(fact)
        if not is_written and fact.kind == "refunded":
            return self.put(replace(fact, n=fact.n + 1))
        return is_written


class DayOfEvent(Ledger):
    """Books a sale on the day on which it happened, closed or not."""

    def put(self, fact: Fact) -> bool:
        """Write a fact, stamped with its event."""
        return super().put(replace(fact, day=accounting_day(fact.event_ms, ZONE)))


class FirstPage(Ledger):
    """Reads the first page of a conversion's facts and takes it for all of them."""

    def facts(self, conversion: str) -> list[Fact]:
        """Some of the facts."""
        query = {
            "TableName": self._table,
            "KeyConditionExpression": "pk = :pk",
            "ExpressionAttributeValues": {":pk": keys.fact(conversion, 0)["pk"]},
            "ConsistentRead": True,
        }
        found = self._client.call("Query", query)["Items"]
        return [fact_items.fact(item) for item in found if keys.conversion(item)]


class FirstPageOfDay(Days):
    """Reads the first page of a day's shard and takes it for the day."""

    def _pages(self, place: str, after: str, **more: str) -> Iterator[list[Item]]:
        yield next(super()._pages(place, after, **more))


class Unsorted(Days):
    """Gives a day's facts as they come, in no order: whoever merges them must have sorted them first."""

    def listing(self, day: str, shard: str, after: str, make: Callable[[str, Entry], T]) -> Iterator[T]:
        """What `make` makes of each item, the newest page first."""
        yield from reversed(list(super().listing(day, shard, after, make)))


class AddCounter(Network):
    """Counts what a cap has used with ADD: whose answer is lost adds again."""

    def put_cap_state(self, campaign: str, state: CapState) -> bool:
        """Add what the state has more than the counter, and remember then what was counted."""
        more = state.taken.get("total", 0) - self._counter(campaign)
        key, added = keys.key(keys.campaign(campaign), "COUNT"), {":more": {"N": str(more)}}
        body = {"TableName": self._table, "Key": key, "UpdateExpression": "ADD taken :more"}
        self._client.call("UpdateItem", body | {"ExpressionAttributeValues": added})
        return super().put_cap_state(campaign, state)

    def cap_state(self, campaign: str) -> CapState:
        """The state, with its counter."""
        state, total = super().cap_state(campaign), self._counter(campaign)
        return replace(state, taken={**state.taken, "total": total} if total else state.taken)

    def _counter(self, campaign: str) -> int:
        key = keys.key(keys.campaign(campaign), "COUNT")
        found = self._client.call("GetItem", {"TableName": self._table, "Key": key, "ConsistentRead": True})
        return int(found["Item"]["taken"]["N"]) if "Item" in found else 0


class CountedEachTime(Network):
    """Forgets which conversions a cap has counted, so that a batch that comes again counts again."""

    def cap_state(self, campaign: str) -> CapState:
        """The state, with no memory."""
        return replace(super().cap_state(campaign), counted=())


class StampAlone(DailyReport):
    """Reports a day by its stamp: what the index shows later belongs to no report."""

    def _steps(self, draft: Any, survey: Any, before: Iterable[str]) -> Iterator[None]:  # noqa: ANN401
        return super()._steps(draft, survey, ())


class AckFirst(Drain):
    """Takes its messages off the queue and writes them down then, if all goes well."""

    def take(self, records: Iterable[Mapping[str, Any]]) -> list[str]:
        """Handle records; none ever comes again."""
        super().take(records)
        return []


class DropsOnFull(Fallback):
    """Gives up on a message that the queue does not take, without a word."""

    def send(self, message: dict[str, Any], deadline: float | None = None) -> None:
        """Queue a message, or not."""
        try:
            super().send(message, deadline)
        except StoreError:
            return


@dataclass(frozen=True, slots=True)
class Bug:
    """A planted mistake and where it is put."""

    name: str
    parts: Parts


BUGS: Final = (
    Bug("check then set instead of a conditional put", Parts(ledger=CheckThenSet)),
    Bug("a lost answer taken for a failed write, so written again", Parts(ledger=LostIsFailed)),
    Bug("one's own write taken for somebody else's", Parts(ledger=LostIsAnothers)),
    Bug("duplicates known for a day only, as by a TTL", Parts(ledger=ForgetfulLedger)),
    Bug("each refund under a key of its own", Parts(ledger=RefundsApart)),
    Bug("the day of the event instead of the acceptance", Parts(ledger=DayOfEvent)),
    Bug("the first page of a conversion taken for all", Parts(ledger=FirstPage)),
    Bug("the first page of a day taken for the day", Parts(days=FirstPageOfDay)),
    Bug("a merge of what is not sorted", Parts(days=Unsorted)),
    Bug("a cap counted with ADD", Parts(network=AddCounter)),
    Bug("a cap counted again with each delivery", Parts(network=CountedEachTime)),
    Bug("a report by stamp alone", Parts(report=StampAlone)),
    Bug("acknowledged before it is written", Parts(drain=AckFirst)),
    Bug("a message dropped when the queue is away", Parts(fallback=DropsOnFull)),
    Bug("a visitor who waits for the table", Parts(patience=Patience(refresh=1.5, stale=0.0))),
)


def _moved_to(answer: Answer, conversion: str) -> Answer:
    return replace(answer, conversion=conversion) if isinstance(answer, Fact) else answer
