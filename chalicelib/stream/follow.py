"""The stream function: what follows from a new fact. It writes the facts of those who share a conversion, lets
touches be found, and keeps how far each campaign's soft caps are used.

Records come at least once. Each is read on its own; one that cannot be read goes to a dead-letter queue and holds up
nobody. If the table is away the whole batch comes again, and the state knows what it has counted.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Protocol

from chalicelib.model.caps import CapState
from chalicelib.model.fact import Fact
from chalicelib.model.failures import StoreError, Unavailable
from chalicelib.model.ports import Queue, Row
from chalicelib.model.sharing import shares

ROUNDS: Final = 8


class Caps(Protocol):
    """Where cap states are kept."""

    def cap_state(self, campaign: str) -> CapState:
        """A campaign's state, which knows the campaign's caps."""

    def put_cap_state(self, campaign: str, state: CapState) -> bool:
        """Write a state over the version it was made from; False if somebody else was faster."""


class Ledger(Protocol):
    """Where facts are kept."""

    def put(self, fact: Fact) -> bool:
        """Write a fact at its number; False if it is there."""

    def note_touches(self, fact: Fact) -> None:
        """Let the clicks that led to a fact be found."""


def takes_room(fact: Fact) -> bool:
    """Whether this fact is a conversion's first that counts: a server's word, in earnest, not rejected at once.

    A browser's claim takes no room: anyone can make up as many as it needs to close a campaign. Nor does a call that is
    too short to earn.
    """
    first = fact.kind in ("booked", "confirmed") and fact.after.confirmed and not fact.share
    counts = fact.after.state != "rejected" and fact.after.reason != "below_duration"
    return first and counts and not fact.test


@dataclass(frozen=True, slots=True)
class Follower:
    """Follows the ledger's stream. `read` gives the fact of an item, or None for an item that is no fact."""

    caps: Caps
    dead: Queue
    read: Callable[[Row], Fact | None]
    ledger: Ledger

    def follow(self, records: Iterable[Mapping[str, Any]]) -> list[str]:
        """Handle stream records; the sequence numbers that must come again. Unavailable if the table is away."""
        booked: dict[str, list[Fact]] = defaultdict(list)
        failed = []
        for record in records:
            change = record["dynamodb"]
            try:
                fact = self.read(change["NewImage"])
            except (KeyError, ValueError, TypeError) as error:
                failed += self._bury(change, error)
                continue
            if fact is not None and not fact.test:
                self._share(fact)
            if fact is not None and takes_room(fact):
                booked[fact.campaign].append(fact)
        for campaign, facts in booked.items():
            self._count(campaign, facts)
        return failed

    def _share(self, fact: Fact) -> None:
        """Write what follows for each of those who share, and for the touches. A record may come again."""
        for one in shares(fact):
            self.ledger.put(one)
        self.ledger.note_touches(fact)

    def _count(self, campaign: str, facts: list[Fact]) -> None:
        for _ in range(ROUNDS):
            state = self.caps.cap_state(campaign)
            if self.caps.put_cap_state(campaign, state.counting(facts)):
                return
        raise Unavailable("Contended", campaign)

    def _bury(self, change: Mapping[str, Any], error: Exception) -> list[str]:
        """Leave a record that cannot be read in the dead-letter queue; if even that fails it must come again."""
        number = str(change.get("SequenceNumber", ""))
        try:
            self.dead.send({"kind": "record", "number": number, "keys": change.get("Keys", {}), "why": repr(error)})
        except StoreError:
            return [number]
        return []
