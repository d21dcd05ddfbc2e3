"""The fold of one close, step by step: what it was given becomes sorted lines, balances, and what is carried on.

    visits, facts     all of them read and sorted, day by day; visits.csv
    conversions       slice by slice of their identities; open-items.csv
    clicks            visits that are paid for by themselves, campaign by campaign
    together, rest    at one go each

What may take long is a generator, which stops where the fold can be saved; `growing`, `sealed` and then `state` are all
of it. Whoever makes a Fold of them goes on from there and comes to the same.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields
from itertools import groupby
from pathlib import Path
from typing import Any, Final

from chalicelib.model.balance import Balance
from chalicelib.model.close import Carry, Close, Setup
from chalicelib.model.entry import Entry
from chalicelib.model.line import Line
from chalicelib.model.period import Period
from chalicelib.model.settling import Carried
from chalicelib.model.visit import Visit
from chalicelib.reports import carry_files, close_files, traffic
from chalicelib.reports import close_manifest as manifests
from chalicelib.reports.close_given import Given, Portions
from chalicelib.reports.close_parts import Parts
from chalicelib.reports.runs import Kept, Pile, Runs, T
from chalicelib.reports.slices import BOUNDS, Sliced
from chalicelib.reports.traffic import Tally

STATE: Final = tuple(field.name for field in fields(Close) if field.name.startswith("_"))
"""What a Close has come to: all that it was not given."""


class Fold:
    """The fold of `period` in `folder`; `setup` is what `given` says, with rates that remember what they were asked.

    `balances` and `carry` are there after the last step, `lines` in order of close_files.place. `saved` is the state of
    a fold whose files lie in the folder.
    """

    def __init__(
        self,
        period: Period,
        given: Given,
        setup: Setup,
        folder: Path,
        sort: Runs,
        parts: Parts,
        saved: Mapping[str, Any] | None = None,
    ) -> None:
        self._given, self._folder, self._sort, self._parts = given, folder, sort, parts
        state = saved or {}
        piles = state.get("piles", {})
        self._visits: Pile[Visit] = sort.pile(_by_campaign, piles.get("visits", ()))
        self._facts: Pile[Entry] = sort.pile(_by_conversion, piles.get("facts", ()))
        self._members: Kept[Carried] = Kept(folder, piles.get("members", ()))
        self.lines: Pile[Line] = sort.pile(close_files.place, piles.get("lines", ()))
        self._read: dict[str, int] = dict(state.get("read", {}))
        self._slices: int = state.get("slices", 0)
        self._campaign: str | None = state.get("campaign")
        rows = state.get("items")
        self._items = None if rows is None else parts.resumed(manifests.OPEN_ITEMS, rows)
        prior = state.get("close", {})
        self._tally = Tally(state.get("tally"))
        self._close = Close(period, setup, given.carry, self._add, self._keep, sort, **prior)
        self.balances: list[Balance] = state.get("balances", [])
        self.carry: Carry = state.get("carry", Carry())

    def read_visits(self) -> Iterator[None]:
        """Read the visits, decide them and write visits.csv. Stops after each day that has some."""
        yield from self._portions("visits", self._given.visits, self._visits)
        read, self._visits = self._sort(self._visits, traffic.by_time), self._sort.pile(_by_campaign)
        for visit in self._tally.decided(read, self._given.networks):
            self._visits.add(visit)
        self._parts.write(manifests.VISITS, carry_files.VISITS, map(carry_files.of_visit, self._visits))

    def read_facts(self) -> Iterator[None]:
        """Read the facts. Stops after each day that has some."""
        yield from self._portions("facts", self._given.facts, self._facts)

    def conversions(self) -> Iterator[None]:
        """Fold the facts with what was carried over, and write open-items.csv. Stops after each slice that has some."""
        if self._items is None:
            self._items = self._parts.sheet(manifests.OPEN_ITEMS, carry_files.OPEN)
        carried = Sliced(self._given.carried, lambda one: one.entry.conversion, self._slices)
        facts = Sliced(self._facts, lambda entry: entry.conversion, self._slices)
        for bound in BOUNDS[self._slices :]:
            before = carried.given + facts.given
            for member in self._close.conversions(carried.until(bound), facts.until(bound)):
                self._members.add(member)
            self._slices += 1
            if carried.given + facts.given > before:
                yield
        self._parts.finish(self._items)
        self._items, self._facts = None, self._sort.pile(_by_conversion)

    def clicks(self) -> Iterator[None]:
        """Fold the visits, and write traffic.csv. Stops after each campaign."""
        for name, mine in groupby(self._visits, lambda visit: visit.campaign):
            if self._campaign is None or name > self._campaign:
                self._close.visits(mine)
                self._campaign = name
                yield
        self._parts.write(manifests.TRAFFIC, traffic.TRAFFIC, self._tally.rows())
        self._visits = self._sort.pile(_by_campaign)

    def together(self) -> Iterable[None]:
        """Fold what is priced together, at one go."""
        self._close.together(self._members)
        self._members = Kept(self._folder)
        return ()

    def rest(self) -> Iterable[None]:
        """Fold what is left: then the balances are known."""
        self.balances = list(self._close.rest(self._given.others))
        self.carry = self._close.carry()
        return ()

    def growing(self) -> list[Path]:
        """The files that will change, with everything in them."""
        if self._items is None:
            return []
        self._items.flush()
        return [self._items.path]

    def sealed(self) -> list[Path]:
        """The files that never change, with everything in them."""
        return [path for pile in self._piles().values() for path in pile.files()]

    def state(self) -> dict[str, Any]:
        """All that is not in the files, as plain values, NamedTuples and the model's own classes."""
        return {
            "piles": {name: [path.name for path in pile.files()] for name, pile in self._piles().items()},
            "read": self._read,
            "slices": self._slices,
            "campaign": self._campaign,
            "tally": dict(self._tally.counted),
            "items": None if self._items is None else self._items.rows,
            "close": {name: getattr(self._close, name) for name in STATE},
            "balances": self.balances,
            "carry": self.carry,
        }

    def _piles(self) -> dict[str, Pile[Visit] | Pile[Entry] | Pile[Line] | Kept[Carried]]:
        return {"visits": self._visits, "facts": self._facts, "members": self._members, "lines": self.lines}

    def _portions(self, what: str, rows: Iterable[T], pile: Pile[T]) -> Iterator[None]:
        for portion in Portions.of(rows).behind(self._read.get(what, 0)):
            has_some = False
            for row in portion:
                pile.add(row)
                has_some = True
            self._read[what] = self._read.get(what, 0) + 1
            if has_some:
                yield

    def _add(self, line: Line) -> None:
        self.lines.add(line)
        self._tally.price(line)

    def _keep(self, carried: Carried) -> None:
        if self._items is None:
            raise ValueError(f"{carried.entry.conversion} is kept after all conversions were")
        self._items.add(carry_files.of_carried(carried))
        self._items.ease()


def _by_campaign(visit: Visit) -> tuple[str, int, str]:
    return (visit.campaign, visit.at_ms, visit.id)


def _by_conversion(entry: Entry) -> tuple[str, int]:
    return (entry.conversion, entry.n)
