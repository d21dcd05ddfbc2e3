"""Manual lines in the ledger table: at most two facts for each key, and a list of those that count on a day."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import fields
from typing import Any, Final

from chalicelib.model.manual import Answer, Manual
from chalicelib.store import keys
from chalicelib.store.client import Client, pages
from chalicelib.store.items import Item, pack, unpack
from chalicelib.store.numbered import Numbered

_FIELDS: Final = tuple(field.name for field in fields(Manual))


class Manuals:
    """Manual lines of the ledger table named `table`."""

    def __init__(self, client: Client, table: str) -> None:
        self._client, self._facts = client, Numbered(client, table)

    def settle(self, affiliate: str, currency: str, key: str, decide: Callable[[Sequence[Manual]], Answer]) -> Answer:
        """Ask what follows from the facts of a key, and write it down; Unavailable after losing eight races."""
        return self._facts.settle(
            lambda: self._read(affiliate, currency, f"{key}#"),
            decide,
            lambda answer: _item(answer) if isinstance(answer, Manual) else None,
            f"{affiliate} {currency} {key}",
        )

    def of(self, affiliate: str, currency: str) -> list[Manual]:
        """All facts of a balance's manual lines, by key and number, read consistently."""
        return self._read(affiliate, currency, "")

    def on(self, day: str) -> Iterator[Manual]:
        """The lines that count on an accounting day, in order of affiliate, time and key.

        The index can lag behind by moments, which the month close waits out before it reads.
        """
        for item in pages(self._client, self._facts.indexed("day", keys.manuals_of(day))):
            yield _manual(item)

    def _read(self, affiliate: str, currency: str, start: str) -> list[Manual]:
        query = self._facts.collection(keys.manuals(affiliate, currency), start)
        return [_manual(item) for item in pages(self._client, query)]


def _item(line: Manual) -> Item:
    item = keys.manual(line.affiliate, line.currency, line.key, line.n)
    item |= {f"m_{name}": pack(getattr(line, name)) for name in _FIELDS}
    if line.counts:
        place = f"{line.affiliate}#{line.at_ms:013d}#{line.currency}#{line.key}"
        item |= {"dpk": {"S": keys.manuals_of(line.day)}, "dsk": {"S": place}}
    return item


def _manual(item: Item) -> Manual:
    said: dict[str, Any] = {name: unpack(item[f"m_{name}"]) for name in _FIELDS}
    return Manual(**said)
