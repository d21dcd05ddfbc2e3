"""Who statements name and where money goes: affiliates' legal details and bank accounts, and the network's own.

./clickledger party set anna legal_name="A. Example" address="High Street 1" address=London country=GB
./clickledger party bank anna --iban "GB82 WEST 1234 5698 7654 32" --person cfo
./clickledger party confirm anna --iban "GB82 WEST 1234 5698 7654 32" --person ceo
"""

import argparse
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, Protocol

from chalicelib.manage.adjustments import person
from chalicelib.manage.setup import Wrong
from chalicelib.manage.words import does
from chalicelib.model import bank, party
from chalicelib.model.bank import Account, BankFact
from chalicelib.model.day import iso
from chalicelib.model.network import Affiliate
from chalicelib.model.party import Party
from chalicelib.model.sale import Refusal

if TYPE_CHECKING:
    from chalicelib.manage.command import Desk
    from chalicelib.manage.words import Rooms

ACCOUNT: Final = ("iban", "bic", "holder")


class Parties(Protocol):
    """Where accounts and the network's own details are kept (store.parties)."""

    def settle(self, affiliate: str, decide: Callable[[Sequence[BankFact]], BankFact | Refusal]) -> BankFact | Refusal:
        """Write down what follows."""

    def accounts(self, affiliate: str) -> list[BankFact]:
        """All facts about an account."""

    def own(self) -> dict[str, str]:
        """The network's own profile."""

    def put_own(self, profile: Mapping[str, str]) -> None:
        """Keep the network's own profile."""


class Network(Protocol):
    """The network's set-up."""

    def affiliate(self, id: str) -> Affiliate | None:
        """An affiliate."""

    def replace_affiliate(self, known: Affiliate, changed: Affiliate) -> bool:
        """Write an affiliate again; False if it is no longer as `known`."""


@dataclass(frozen=True, slots=True)
class PartyDesk:
    """Keeps who is who, and walks changed bank accounts past a second person."""

    parties: Parties
    network: Network
    clock: Callable[[], int]

    def set(self, affiliate: str, fields: Mapping[str, str]) -> Party:
        """Change fields of an affiliate's profile; '' removes one."""
        if banned := sorted(fields.keys() & set(ACCOUNT)):
            raise Wrong(f"{banned[0]} is changed by `party bank {affiliate}`, and by two people")
        known = self._affiliate(affiliate)
        made = _read({**known.profile, **fields})
        if not self.network.replace_affiliate(known, replace(known, profile=party.profile(made))):
            raise Wrong(f"somebody else has just changed {affiliate}: look, and try again")
        return made

    def set_own(self, fields: Mapping[str, str]) -> Party:
        """Change fields of the network's own profile, its account among them; '' removes one."""
        made = _read({**self.parties.own(), **fields})
        self.parties.put_own(party.profile(made))
        return made

    def propose(self, affiliate: str, account: Account, person: str) -> BankFact:
        """A new account: it is used seven days from now at the earliest, and when a second person has confirmed it."""
        self._affiliate(affiliate)
        now = self.clock()
        return self._settle(affiliate, lambda said: bank.propose(said, affiliate, account, person, now))

    def confirm(self, affiliate: str, account: Account, person: str) -> BankFact:
        """A second person has checked the proposed account, and says which one that was."""
        return self._settle(affiliate, lambda said: bank.confirm(said, account.iban, person, self.clock()))

    def withdraw(self, affiliate: str, person: str) -> BankFact:
        """The account that was proposed last is not to be used; it waits for a second person or for its week to end."""
        return self._settle(affiliate, lambda said: bank.withdraw(said, person, self.clock()))

    def show(self, affiliate: str) -> tuple[Party, Sequence[BankFact]]:
        """An affiliate as a payout would see it now, and all that happened to its account."""
        facts = self.parties.accounts(affiliate)
        return replace(_read(self._affiliate(affiliate).profile), account=bank.in_force(facts, self.clock())), facts

    def _settle(self, affiliate: str, decide: Callable[[Sequence[BankFact]], BankFact | Refusal]) -> BankFact:
        answer = self.parties.settle(affiliate, decide)
        if isinstance(answer, Refusal):
            raise Wrong(f"the account of {affiliate}: {answer.reason}")
        return answer

    def _affiliate(self, id: str) -> Affiliate:
        found = self.network.affiliate(id)
        if found is None:
            raise Wrong(f"no affiliate {id}")
        return found


def group(rooms: "Rooms") -> None:
    """The command group `party`."""
    mine = rooms.add_parser("party", help="who is paid where: set, own, bank, confirm, show").add_subparsers(
        required=True
    )
    fields = f"FIELD=VALUE, of {', '.join(party.FIELDS)}; a second address= is its second line"
    change = does(mine, "set", _set, "change what statements say of an affiliate")
    change.add_argument("affiliate")
    change.add_argument("fields", nargs="+", help=fields)
    own = does(mine, "own", _own, "change what statements say of the network itself, or show it")
    own.add_argument("fields", nargs="*", help=fields)
    new = does(mine, "bank", _bank, "a new bank account; it waits seven days and for a second person")
    new.add_argument("affiliate")
    new.add_argument("--iban", required=True)
    new.add_argument("--bic", default="")
    new.add_argument("--holder", default="")
    new.add_argument("--person", required=True)
    for name, run, what in (("confirm", _confirm, "confirm"), ("withdraw", _withdraw, "withdraw")):
        word = does(mine, name, run, f"{what} the account that was proposed last")
        word.add_argument("affiliate")
        word.add_argument("--person", required=True)
        if name == "confirm":
            word.add_argument("--iban", required=True, help="the account that you have checked")
    does(mine, "show", _show, "an affiliate as a payout sees it now").add_argument("affiliate")


def _set(asked: argparse.Namespace, desk: "Desk") -> None:
    _print(desk.treasury().parties.set(asked.affiliate, _fields(asked.fields)))


def _own(asked: argparse.Namespace, desk: "Desk") -> None:
    _print(desk.treasury().parties.set_own(_fields(asked.fields)))


def _bank(asked: argparse.Namespace, desk: "Desk") -> None:
    account = _account(asked.iban, asked.bic, asked.holder)
    made = desk.treasury().parties.propose(asked.affiliate, account, person(asked.person))
    print(f"{made.account.iban} can be used from {iso(made.at_ms + bank.WAIT_MS)} on, once somebody else has said")
    print(f"`party confirm {asked.affiliate} --iban ...`; until then payouts go where they went")


def _confirm(asked: argparse.Namespace, desk: "Desk") -> None:
    made = desk.treasury().parties.confirm(asked.affiliate, _account(asked.iban), person(asked.person))
    print(f"{made.account.iban} is confirmed")


def _withdraw(asked: argparse.Namespace, desk: "Desk") -> None:
    print(f"{desk.treasury().parties.withdraw(asked.affiliate, person(asked.person)).account.iban} is withdrawn")


def _account(*said: str) -> Account:
    try:
        return bank.account(*said)
    except ValueError as bad:
        raise Wrong(str(bad)) from bad


def _show(asked: argparse.Namespace, desk: "Desk") -> None:
    found, facts = desk.treasury().parties.show(asked.affiliate)
    _print(found)
    for fact in facts:
        print(f"{iso(fact.at_ms)}  {fact.kind}  {fact.account.iban}  by {fact.person}")


def _print(found: Party) -> None:
    for name, value in party.profile(found).items():
        print(f"{name}={value}".replace("\n", f"\n{name}="))


def _fields(pairs: Sequence[str]) -> dict[str, str]:
    fields: dict[str, str] = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not equals:
            raise Wrong(f"say FIELD=VALUE, not {pair!r}")
        fields[name] = f"{fields[name]}\n{value}" if name in fields else value
    return fields


def _read(profile: Mapping[str, str]) -> Party:
    try:
        return party.read({name: value for name, value in profile.items() if value})
    except ValueError as bad:
        raise Wrong(str(bad)) from bad
