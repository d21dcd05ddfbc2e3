"""Payout facts in the ledger table: numbered by balance, and found by accounting day, by batch and by period."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import fields
from typing import Any, Final

from chalicelib.model.payout import Answer, Payout
from chalicelib.store import keys
from chalicelib.store.client import Client, pages
from chalicelib.store.items import Item, pack, unpack
from chalicelib.store.numbered import Numbered

_FIELDS: Final = tuple(field.name for field in fields(Payout))


class Payouts:
    """Payouts of the ledger table named `table`."""

    def __init__(self, client: Client, table: str) -> None:
        self._client, self._facts = client, Numbered(client, table)

    def settle(self, affiliate: str, currency: str, decide: Callable[[Sequence[Payout]], Answer]) -> Answer:
        """Ask what follows from the facts of a balance, and write it down; Unavailable after losing eight races."""
        return self._facts.settle(
            lambda: self.facts(affiliate, currency),
            decide,
            lambda answer: _item(answer) if isinstance(answer, Payout) else None,
            f"{affiliate} {currency}",
        )

    def facts(self, affiliate: str, currency: str) -> list[Payout]:
        """All facts of a balance, in order, read consistently."""
        query = self._facts.collection(keys.payouts(affiliate, currency))
        return [_payout(item) for item in pages(self._client, query)]

    def on(self, day: str) -> Iterator[Payout]:
        """The facts of an accounting day, by affiliate and currency; the index can lag behind by moments."""
        for item in pages(self._client, self._facts.indexed("day", keys.payouts_of(day))):
            yield _payout(item)

    def closed_in(self, period: str) -> Iterator[tuple[str, str]]:
        """The affiliate and currency of each balance closed with a period, by the eventual find index."""
        return self._found(keys.closed_in(period))

    def in_batch(self, batch: str) -> Iterator[tuple[str, str]]:
        """The affiliate and currency of each line frozen in a batch, by the eventual find index."""
        return self._found(keys.batch(batch))

    def _found(self, value: str) -> Iterator[tuple[str, str]]:
        for item in pages(self._client, self._facts.indexed("find", value)):
            affiliate, _, currency = item["fsk"]["S"].partition("#")
            yield affiliate, currency


def _item(fact: Payout) -> Item:
    item = keys.payout(fact.affiliate, fact.currency, fact.n)
    item |= {f"p_{name}": pack(getattr(fact, name)) for name in _FIELDS}
    balance = f"{fact.affiliate}#{fact.currency}"
    item |= {"dpk": {"S": keys.payouts_of(fact.day)}, "dsk": {"S": f"{balance}#{fact.n:05d}"}}
    if fact.kind == "closed":
        item |= keys.found_by(keys.closed_in(fact.period), balance)
    if fact.kind == "frozen":
        item |= keys.found_by(keys.batch(fact.batch), balance)
    return item


def _payout(item: Item) -> Payout:
    said: dict[str, Any] = {name: unpack(item[f"p_{name}"]) for name in _FIELDS}
    return Payout(**said)
