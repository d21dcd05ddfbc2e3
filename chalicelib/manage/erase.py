"""Erasing a person: what is known of a visitor, a customer or a caller goes, and every sum stays what it was.

    ./clickledger erase visitor CLICK_ID
    ./clickledger erase customer ADVERTISER CUSTOMER_ID
    ./clickledger erase caller NUMBER
    ./clickledger erase replay

Facts are never changed. What they hold of a person is a key that only the network's own secret can make from the name
that the person gives, and repetitions are told by it: so it stays, and nothing is left that it leads to.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol

from chalicelib.manage.setup import Wrong
from chalicelib.manage.words import does
from chalicelib.model import clickid, personal, phone
from chalicelib.model.clickid import ClickId, KeyRing
from chalicelib.model.erasure import KINDS, Erasure

if TYPE_CHECKING:
    import argparse

    from chalicelib.manage.command import Desk
    from chalicelib.manage.words import Rooms

BETWEEN: Final = "#"


class Erasures(Protocol):
    """The list of erasures, and the visits."""

    def record(self, erasure: Erasure) -> None:
        """Write an erasure down."""

    def of_visit(self, id: ClickId) -> str:
        """What the list holds instead of a visit's id."""

    def listing(self, kind: str) -> Iterator[Erasure]:
        """All erasures of a kind."""

    def same_visitor(self, id: ClickId) -> list[ClickId]:
        """All visits of the visitor of a visit on its UTC day, the visit itself last."""

    def strip(self, id: ClickId, is_machine: Callable[[str], bool]) -> bool:
        """Strip a visit of its person; False if it is not there."""


class Personals(Protocol):
    """What lies beside conversions."""

    def of_click(self, click_id: str) -> list[str]:
        """The conversions of a click."""

    def delete(self, conversion: str) -> None:
        """Delete what is known of a conversion's customer."""

    def forget_customer(self, advertiser: str, customer: str) -> list[str]:
        """Delete a customer's own collection and what is known beside its conversions; the conversions."""


class Advertisers(Protocol):
    """The network's lists."""

    def listed(self, kind: str) -> list[str]:
        """The ids of advertisers."""


@dataclass(frozen=True, slots=True)
class Eraser:
    """Erases people. `is_machine` knows the networks of datacenters, which are nobody's and stay in the visits."""

    erasures: Erasures
    personals: Personals
    network: Advertisers
    ring: KeyRing
    clock: Callable[[], int]
    is_machine: Callable[[str], bool]

    def visitor(self, text: str) -> tuple[int, int]:
        """Erase the visitor of a click or an impression, with all visits of the same visitor on that UTC day.

        How many visits were stripped, and beside how many conversions what was known was deleted. Wrong if the id is
        none of this network's.
        """
        named = clickid.read(self.ring, text.strip())
        if named is None:
            raise Wrong(f"no id of a click or an impression of this network: {text}")
        self._record("visitor", self.erasures.of_visit(named))
        stripped, conversions = 0, []
        for id in self.erasures.same_visitor(named):
            whom = self.erasures.of_visit(id)
            self._record("visitor", whom)
            found = self.personals.of_click(id.text)
            self._record("visitor", whom, found)
            self._delete(found)
            stripped += self.erasures.strip(id, self.is_machine)
            conversions += found
        return stripped, len(conversions)

    def customer(self, advertiser: str, customer: str) -> int:
        """Erase a customer of an advertiser; beside how many conversions what was known was deleted."""
        if advertiser not in self.network.listed("advertiser"):
            raise Wrong(f"no advertiser {advertiser}")
        key = personal.customer_key(self.ring.person, advertiser, customer)
        if not key:
            raise Wrong("a customer has an id")
        self._record("customer", f"{advertiser}{BETWEEN}{key}")
        return len(self.personals.forget_customer(advertiser, key))

    def caller(self, number: str) -> int:
        """Write down that a caller was erased, for each advertiser; how many there are.

        Nothing of a caller is kept but the key in the facts of its calls, by which a second call is told from a first.
        """
        plain = phone.caller(number)
        if not plain:
            raise Wrong(f"not a telephone number: {number}; say +14155550100")
        advertisers = self.network.listed("advertiser")
        for advertiser in advertisers:
            key = personal.caller_key(self.ring.person, advertiser, plain)
            self._record("caller", f"{advertiser}{BETWEEN}{key}")
        return len(advertisers)

    def replay(self) -> dict[str, int]:
        """Erase everybody on the list again, after the ledger was restored from a copy; how many of each kind."""
        done = dict.fromkeys(KINDS, 0)
        for kind in KINDS:
            for erasure in list(self.erasures.listing(kind)):
                self._delete(erasure.conversions)
                if kind == "customer":
                    self.personals.forget_customer(*erasure.whom.split(BETWEEN))
                done[kind] += 1
        return done

    def _record(self, kind: str, whom: str, conversions: Iterable[str] = ()) -> None:
        self.erasures.record(Erasure(kind, whom, self.clock(), tuple(conversions)))

    def _delete(self, conversions: Iterable[str]) -> None:
        for conversion in conversions:
            self.personals.delete(conversion)


def groups(rooms: "Rooms") -> None:
    """Add the word."""
    erase = rooms.add_parser("erase", help="a person: visitor, customer, caller; replay").add_subparsers(required=True)
    visitor = does(erase, "visitor", _visitor, "who made a click, with that visitor's other clicks of the day")
    visitor.add_argument("id", help="a click id, or an impression's")
    customer = does(erase, "customer", _customer, "an advertiser's customer")
    customer.add_argument("advertiser")
    customer.add_argument("id", help="the customer id that the advertiser's postbacks name")
    caller = does(erase, "caller", _caller, "who rang from a number")
    caller.add_argument("number", help="such as +14155550100")
    affiliate = does(erase, "affiliate", _affiliate, "is refused: the law wants to know who was paid")
    affiliate.add_argument("id")
    does(erase, "replay", _replay, "everybody who was erased, again: after a restore of the ledger")


def _visitor(asked: "argparse.Namespace", desk: "Desk") -> None:
    stripped, conversions = desk.eraser().visitor(asked.id)
    print(f"stripped {stripped} visits, deleted what was known of the customer beside {conversions} conversions")
    print("no fact and no sum has changed")


def _customer(asked: "argparse.Namespace", desk: "Desk") -> None:
    conversions = desk.eraser().customer(asked.advertiser, asked.id)
    print(f"deleted who brought the customer, and what was known of it beside {conversions} conversions")
    print("no fact and no sum has changed; facts hold a key that leads to nobody without this id")


def _caller(asked: "argparse.Namespace", desk: "Desk") -> None:
    desk.eraser().caller(asked.number)
    print("the number itself was never kept; facts hold a key that leads to nobody without it")


def _affiliate(asked: "argparse.Namespace", desk: "Desk") -> None:
    desk.office.affiliate(asked.id)
    raise Wrong(
        f"{asked.id} is a party to payments: the books must name it for {desk.identity_years} years"
        " (IdentityYears, CLICKLEDGER_IDENTITY_YEARS); see docs/privacy.md for what can go before"
    )


def _replay(_: "argparse.Namespace", desk: "Desk") -> None:
    done = desk.eraser().replay()
    print(", ".join(f"{kind} {count}" for kind, count in done.items()))
