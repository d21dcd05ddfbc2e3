"""What a close is made from, and how it comes out of the stores and out of what was published.

Facts and earlier closes never change once they are published. Whatever can change is pinned by a close's first run: the
set-up, the exchange rates, what people wrote and what payouts moved. Visits are pinned by being read.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import BinaryIO, Generic, TypeVar

from chalicelib.model.close import Carry
from chalicelib.model.datacenter import NONE, Networks
from chalicelib.model.day import utc_day
from chalicelib.model.entry import Entry
from chalicelib.model.fx import Quotes
from chalicelib.model.line import Line
from chalicelib.model.network import DAY_MS
from chalicelib.model.period import Period
from chalicelib.model.settling import Carried
from chalicelib.model.visit import Visit
from chalicelib.reports import agreed as setups
from chalicelib.reports import carry_files, close_files
from chalicelib.reports import close_manifest as manifests
from chalicelib.reports.agreed import Asked
from chalicelib.reports.chain import Chain
from chalicelib.reports.checked import opened
from chalicelib.reports.close_chain import CloseChain
from chalicelib.reports.close_manifest import CloseManifest, Link
from chalicelib.reports.manifest import COMMISSIONS, Broken, Previous, Published
from chalicelib.reports.month_stores import Agreed, Others, Setups, Visited
from chalicelib.reports.reading import entries
from chalicelib.reports.stores import Archive
from chalicelib.reports.traffic import datacenters
from chalicelib.reports.visiting import Visiting

T = TypeVar("T")


class Portions(Generic[T]):
    """Rows that come portion by portion, so that whoever takes them can stop between two."""

    def __init__(self, portions: Sequence[Callable[[], Iterable[T]]]) -> None:
        self._portions = portions

    @classmethod
    def of(cls, rows: Iterable[T]) -> "Portions[T]":
        """The rows' own portions, or all of them as one."""
        return rows if isinstance(rows, Portions) else Portions([lambda: rows])

    def behind(self, done: int) -> Iterator[Iterable[T]]:
        """The portions behind the first `done`, each read when it is asked for."""
        return (portion() for portion in self._portions[done:])

    def __iter__(self) -> Iterator[T]:
        for rows in self.behind(0):
            yield from rows


@dataclass(frozen=True, slots=True)
class Given:
    """What a close is made from. All iterables but `facts` and `visits` are small or in order already.

    `carried` comes in order of identity. `days` are the daily manifests that the facts are from.
    """

    agreed: Agreed
    previous: Link | None
    days: tuple[Previous, ...]
    carry: Carry
    carried: Iterable[Carried]
    facts: Iterable[Entry]
    visits: Iterable[Visit]
    others: Iterable[Line]
    first_number: int
    networks: Networks = NONE


@dataclass(frozen=True, slots=True)
class Pinned:
    """What a close's first run found and every later one goes on with. `setup` is a setup.json without rates.

    `quotes` are the exchange rates by day, of all days that a close may ask for; `networks` are those of datacenters.
    """

    previous: Link | None
    days: tuple[Previous, ...]
    setup: bytes
    quotes: dict[str, Quotes]
    others: tuple[Line, ...]
    networks: Networks = NONE

    def is_about(self, last: CloseManifest | None, days: Iterable[Published]) -> bool:
        """Whether it is about the period behind `last`, and takes the facts of these days."""
        return (self.previous, self.days) == (_link(last), _named(days))


class Sources:
    """What the closes of a network in `time_zone` are made from: its stores, and the published `daily` and `chain`."""

    def __init__(
        self,
        daily: Chain,
        chain: CloseChain,
        archive: Archive,
        agreements: Setups,
        visited: Visited,
        others: Others,
        time_zone: str,
    ) -> None:
        self._daily, self._chain, self._archive = daily, chain, archive
        self._agreements, self._visited, self._others, self._zone = agreements, visited, others, time_zone

    def pin(self, period: Period, last: CloseManifest | None, days: Iterable[Published]) -> Pinned:
        """What can change, as it stands now. `last` is the close before, `days` are the period's daily reports."""
        agreed = self._agreements.agreed()
        # What was priced together in an earlier period is priced again at the rates of that one's last day.
        priced = {row.period for row in carry_files.agreed(self.part(last, "agreed.csv"))} if last else set()
        ends = sorted({period.last_day, *(Period.of(name, self._zone).last_day for name in priced)})
        return Pinned(
            _link(last),
            _named(days),
            setups.encoded(agreed, Asked(agreed.setup.rates)),
            {day: agreed.setup.rates(day) for day in ends},
            tuple(line for day in period.days for line in self._others.on(day)),
            datacenters(self._archive),
        )

    def given(self, period: Period, last: CloseManifest | None, days: Sequence[Published], pinned: Pinned) -> Given:
        """What a close of `period` is made from."""
        agreed, rates = setups.read(pinned.setup), Asked(self._rates)
        rates.known.update(pinned.quotes)
        agreed = replace(agreed, setup=replace(agreed.setup, rates=rates.on))
        given = self._given(agreed, last, days, self._visits(period, agreed, last), pinned.others)
        return replace(given, networks=pinned.networks)

    def past(self, stands: CloseManifest) -> Given:
        """What a published close was made of; its set-up is that of setup.json, its visits are those of visits.csv."""
        self._chain.check_link(stands)
        last = self._chain.published(stands.previous.period) if stands.previous else None
        days = [self._daily_of(day) for day in stands.days]
        agreed = setups.read(self.part(stands, manifests.SETUP).read())
        visits = carry_files.visits(self.part(stands, manifests.VISITS))
        others = (line for day in Period.of(stands.period, self._zone).days for line in self._others.on(day))
        return self._given(agreed, last, days, visits, others)

    def part(self, close: CloseManifest, name: str) -> BinaryIO:
        """A reader of a close's part."""
        return opened(self._archive, close.part(name))

    def _given(
        self,
        agreed: Agreed,
        last: CloseManifest | None,
        days: Sequence[Published],
        visits: Iterable[Visit],
        others: Iterable[Line],
    ) -> Given:
        return Given(
            agreed,
            _link(last),
            _named(days),
            self._carry(last) if last else Carry(),
            self._carried(last) if last else (),
            Portions([partial(self._facts, day) for day in days]),
            visits,
            others,
            last.numbers.last + 1 if last else 1,
        )

    def _rates(self, day: str) -> Quotes:
        """The rates of a day that nobody has pinned, as they stand now."""
        return self._agreements.agreed().setup.rates(day)

    def _visits(self, period: Period, agreed: Agreed, last: CloseManifest | None) -> Portions[Visit]:
        """The visits of each UTC day, and at last those that came in late."""

        def some(day: str) -> Iterator[Visit]:
            visiting = Visiting(_Only(self._visited, day), self._archive, self._chain)
            return visiting.of(period, agreed.setup.campaigns, last)

        last_ms = period.end_ms - 1
        days = sorted({*map(utc_day, range(period.start_ms, last_ms, DAY_MS)), utc_day(last_ms)})
        return Portions([partial(some, day) for day in (*days, "")])

    def _facts(self, day: Published) -> Iterator[Entry]:
        with opened(self._archive, day.part(COMMISSIONS)) as stream:
            yield from entries(stream)

    def _carried(self, last: CloseManifest) -> Iterator[Carried]:
        with self.part(last, manifests.OPEN_ITEMS) as stream:
            yield from carry_files.carried(stream)

    def _carry(self, last: CloseManifest) -> Carry:
        return Carry(
            tuple(carry_files.bases(self.part(last, "bases.csv"))),
            tuple(carry_files.taken(self.part(last, "taken.csv"))),
            tuple(carry_files.seen(self.part(last, "seen.csv"))),
            tuple(carry_files.shares(self.part(last, "shares.csv"))),
            tuple(carry_files.taxes(self.part(last, "taxes.csv"))),
            tuple(close_files.balances(self.part(last, manifests.BALANCES))),
            tuple(carry_files.agreed(self.part(last, "agreed.csv"))),
        )

    def _daily_of(self, day: Previous) -> Published:
        found = self._daily.published(day.day)
        if found is None or found.sha256 != day.sha256:
            raise Broken(f"the report of {day.day} is not the one that the close took")
        return found


class _Only:
    """The visits of one UTC day and of no other; of day '' those that came in late."""

    def __init__(self, visited: Visited, day: str) -> None:
        self._visited, self._day = visited, day

    def on(self, day: str) -> Iterator[Visit]:
        return self._visited.on(day) if day == self._day else iter(())

    def late(self, day: str) -> Iterator[Visit]:
        return iter(()) if self._day else self._visited.late(day)


def _link(last: CloseManifest | None) -> Link | None:
    return Link(last.period, last.sha256) if last else None


def _named(days: Iterable[Published]) -> tuple[Previous, ...]:
    return tuple(Previous(day.day, day.sha256) for day in days)
