"""Who is paid where: the facts about affiliates' bank accounts, and who the network itself is."""

from collections.abc import Callable, Mapping, Sequence

from chalicelib.model.bank import Account, BankFact
from chalicelib.model.sale import Refusal
from chalicelib.store import keys
from chalicelib.store.client import Client, pages
from chalicelib.store.items import Item, pack, unpack
from chalicelib.store.numbered import Numbered


class Parties:
    """Parties of the ledger table named `table`."""

    def __init__(self, client: Client, table: str) -> None:
        self._client, self._table, self._facts = client, table, Numbered(client, table)

    def settle(self, affiliate: str, decide: Callable[[Sequence[BankFact]], BankFact | Refusal]) -> BankFact | Refusal:
        """Ask what follows from the facts about an affiliate's account, and write it down."""
        return self._facts.settle(
            lambda: self.accounts(affiliate),
            decide,
            lambda answer: _item(answer) if isinstance(answer, BankFact) else None,
            affiliate,
        )

    def accounts(self, affiliate: str) -> list[BankFact]:
        """All facts about an affiliate's account, in order, read consistently."""
        query = self._facts.collection(keys.affiliate(affiliate), keys.BANK)
        return [_fact(affiliate, item) for item in pages(self._client, query)]

    def own(self) -> dict[str, str]:
        """The network's own profile; empty before it was set."""
        body = {"TableName": self._table, "Key": keys.own(), "ConsistentRead": True}
        found = self._client.call("GetItem", body)
        return dict(unpack(found["Item"]["profile"])) if "Item" in found else {}

    def put_own(self, profile: Mapping[str, str]) -> None:
        """Keep the network's own profile, in the place of what was there."""
        item = keys.own() | {"profile": pack(dict(profile))}
        self._client.call("PutItem", {"TableName": self._table, "Item": item})


def _item(fact: BankFact) -> Item:
    said = {
        "kind": fact.kind,
        "iban": fact.account.iban,
        "bic": fact.account.bic,
        "holder": fact.account.holder,
        "person": fact.person,
        "at": fact.at_ms,
    }
    return keys.bank(fact.affiliate, fact.n) | {name: pack(value) for name, value in said.items()}


def _fact(affiliate: str, item: Item) -> BankFact:
    said = {name: unpack(item[name]) for name in ("kind", "iban", "bic", "holder", "person", "at")}
    account = Account(said["iban"], said["bic"], said["holder"])
    number = int(item["sk"]["S"].removeprefix(keys.BANK))
    return BankFact(affiliate, number, said["kind"], account, said["person"], said["at"])
