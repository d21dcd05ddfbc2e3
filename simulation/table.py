"""One table: items by two keys, indexes that lag behind, reads that may be old, a TTL that deletes when it pleases."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from simulation.expressions import Item

Key = tuple[str, str]
Change = Callable[[str, "Item | None", "Item | None"], None]
"""Told of each write, after it: the table's name, what was there, what is there now."""

STALE_MS: Final = 1_000
"""So long after a write a read that is not consistent may still give what was there before."""


@dataclass(frozen=True, slots=True)
class Index:
    """A sparse index by two attributes. `whole` says that it holds all of an item, not just keys."""

    pk: str
    sk: str
    whole: bool


@dataclass(slots=True)
class Table:
    """A table. `now` gives Unix milliseconds; `lag` says by how many of them an index is behind this write."""

    name: str
    indexes: Mapping[str, Index]
    now: Callable[[], int]
    lag: Callable[[str], int] = lambda _: 0
    is_stale: Callable[[], bool] = lambda: False
    changed: list[Change] = field(default_factory=list)
    rows: dict[str, dict[str, Item]] = field(default_factory=dict)
    _shown: dict[str, dict[str, dict[Key, Item]]] = field(default_factory=dict)
    _waiting: dict[str, list[tuple[int, Key, Item | None, Item | None]]] = field(default_factory=dict)
    _behind: dict[tuple[str, Key], int] = field(default_factory=dict)
    _before: dict[Key, tuple[int, Item | None]] = field(default_factory=dict)

    def get(self, key: Key, is_consistent: bool = True) -> Item | None:
        """The item of a key; perhaps the one before if the read is not consistent."""
        return self._seen(key, self.rows.get(key[0], {}).get(key[1]), is_consistent)

    def put(self, key: Key, item: Item | None) -> None:
        """Write an item, or delete it with None."""
        old = self.rows.get(key[0], {}).get(key[1])
        self._before[key] = (self.now(), old)
        if item is None:
            self.rows.get(key[0], {}).pop(key[1], None)
        else:
            self.rows.setdefault(key[0], {})[key[1]] = item
        for name, index in self.indexes.items():
            self._index(name, index, key, old, item)
        for tell in self.changed:
            tell(self.name, old, item)

    def collection(self, pk: str, is_consistent: bool) -> list[tuple[tuple[str, str, str], Item]]:
        """The items of a partition with their places, in order of the sort key."""
        there = self.rows.get(pk, {})
        found = []
        for sk in sorted(there):
            item = self._seen((pk, sk), there[sk], is_consistent)
            if item is not None:
                found.append(((sk, pk, sk), item))
        return found

    def indexed(self, name: str, pk: str) -> list[tuple[tuple[str, str, str], Item]]:
        """The items that an index shows of a partition, with their places, in order of its sort key."""
        self._catch_up(name)
        index = self.indexes[name]
        there = self._shown.get(name, {}).get(pk, {})
        return sorted((((item[index.sk]["S"], *key), item) for key, item in there.items()), key=lambda one: one[0])

    def sweep(self, is_due: Callable[[], bool]) -> int:
        """What a TTL does: delete some of the items whose time is over; how many."""
        now, ended = self.now() // 1000, []
        for pk, there in self.rows.items():
            ended += [(pk, sk) for sk, item in there.items() if "ttl" in item and int(item["ttl"]["N"]) < now]
        swept = [key for key in sorted(ended) if is_due()]
        for key in swept:
            self.put(key, None)
        return len(swept)

    def _seen(self, key: Key, item: Item | None, is_consistent: bool) -> Item | None:
        if not is_consistent and key in self._before:
            at_ms, old = self._before[key]
            if self.now() - at_ms < STALE_MS and self.is_stale():
                return old
        return item

    def _index(self, name: str, index: Index, key: Key, old: Item | None, item: Item | None) -> None:
        was, will = (one if one is not None and index.pk in one else None for one in (old, item))
        if was is None and will is None:
            return
        # One item's changes reach an index in order, however late.
        due = max(self.now() + self.lag(name), self._behind.get((name, key), 0))
        self._behind[name, key] = due
        self._waiting.setdefault(name, []).append((due, key, was, will))

    def _catch_up(self, name: str) -> None:
        waiting, now, index = self._waiting.get(name, []), self.now(), self.indexes[name]
        if not waiting:
            return
        shown = self._shown.setdefault(name, {})
        for due, key, was, will in waiting:
            if due > now:
                continue
            if was is not None:
                shown.get(was[index.pk]["S"], {}).pop(key, None)
            if will is not None:
                kept = will if index.whole else {n: will[n] for n in ("pk", "sk", index.pk, index.sk)}
                shown.setdefault(will[index.pk]["S"], {})[key] = kept
        self._waiting[name] = [one for one in waiting if one[0] > now]
