"""The files of one close while they are made: everything that follows from what it was given, and nothing else.

Lines are sorted on disk, and all files that have a line for each are written in one pass over them.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from hashlib import sha256
from itertools import groupby
from pathlib import Path

from chalicelib.model import party
from chalicelib.model.balance import Balance
from chalicelib.model.close import Carry, Close
from chalicelib.model.entry import Entry
from chalicelib.model.line import Line, Moved
from chalicelib.model.period import Period
from chalicelib.model.settling import Carried
from chalicelib.model.visit import Visit
from chalicelib.reports import agreed as setups
from chalicelib.reports import carry_files, close_files, journal
from chalicelib.reports import close_manifest as manifests
from chalicelib.reports.agreed import Asked
from chalicelib.reports.close_manifest import CloseManifest, Link, Numbers
from chalicelib.reports.manifest import Part, Previous, statement
from chalicelib.reports.margins import SUMMARY, Margins
from chalicelib.reports.month_stores import Agreed
from chalicelib.reports.runs import Kept, Runs
from chalicelib.reports.sheet import Content, Sheet
from chalicelib.reports.statements import ADVERTISER, AFFILIATE, Earned, Owed

Keep = Callable[[Part, Content], None]

_Pair = tuple[str, str, str, str]

BATCH = 2000
"""Lines of a file that wait in memory."""


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


class CloseDraft:
    """The close of `period` in `folder`. Each finished part is given to `keep`."""

    def __init__(self, period: Period, given: Given, folder: Path, sort: Runs, keep: Keep) -> None:
        self._period, self._given, self._folder, self._sort, self._keep = period, given, folder, sort, keep
        self._parts: list[Part] = []
        self._number, self._lines = given.first_number - 1, 0
        self._sums: dict[tuple[str, str], Moved] = {}
        self._owed, self._margins = Owed(), Margins()

    def make(self) -> CloseManifest:
        """All files; the manifest that names them. NoRate if an exchange rate of the period's end is missing."""
        agreed, asked = setups.asking(self._given.agreed)
        lines, known, carry = self._folded(agreed)
        self._book(lines, known, agreed)
        self._write(manifests.BALANCES, close_files.BALANCES, map(close_files.of_balance, known))
        payable = (close_files.of_payable(one, self._period.name) for one in known if one.payout)
        self._write(manifests.PAYABLES, close_files.PAYABLES, payable)
        for name, columns, rows in carry_files.parts(carry):
            self._write(name, columns, rows)
        self._write_statements_of_advertisers()
        self._write_summary(agreed)
        self._write_setup(agreed, asked)
        return self._manifest()

    def _folded(self, agreed: Agreed) -> tuple[Iterable[Line], list[Balance], Carry]:
        """The fold itself; open-items.csv and visits.csv are written while it goes on."""
        pile, items = self._sort.pile(close_files.place), self._sheet(manifests.OPEN_ITEMS, carry_files.OPEN)

        def keep(carried: Carried) -> None:
            items.add(carry_files.of_carried(carried))
            items.ease()

        close = Close(self._period, agreed.setup, self._given.carry, pile.add, keep, self._sort)
        facts = self._sort(self._given.facts, lambda entry: (entry.conversion, entry.n))
        members = Kept[Carried](self._folder)
        for member in close.conversions(self._given.carried, facts):
            members.add(member)
        self._finish(items)
        visits = self._sort(self._given.visits, lambda visit: (visit.campaign, visit.at_ms, visit.id))
        self._write(manifests.VISITS, carry_files.VISITS, map(carry_files.of_visit, visits))
        close.visits(visits)
        close.together(members)
        known = list(close.rest(self._given.others))
        return pile.sorted(), known, close.carry()

    def _book(self, lines: Iterable[Line], known: list[Balance], agreed: Agreed) -> None:
        """lines.csv, the journal and the affiliates' statements, in one pass."""
        sheet = self._sheet(manifests.LINES, close_files.LINES)
        books = self._sheet(manifests.JOURNAL, ())
        sums = self._affiliates(lines, known, sheet, agreed)
        for row in journal.rows(sums, self._period.last_day, self._period.name):
            books.add(row)
            books.ease()
        self._finish(sheet)
        self._finish(books)

    def _affiliates(
        self, lines: Iterable[Line], known: list[Balance], sheet: "_Sheet", agreed: Agreed
    ) -> Iterator[journal.Sum]:
        """Write what each affiliate's lines make; give what the journal needs of them."""
        balances = {id: list(mine) for id, mine in groupby(known, lambda balance: balance.affiliate)}
        for id, mine in _side_by_side(lines, sorted(balances)):
            earned, sums = Earned(), dict[_Pair, Moved]()
            for one in mine:
                self._lines += 1
                sheet.add(close_files.of_line(self._lines, one))
                sheet.ease()
                earned.add(one)
                self._owed.add(one)
                self._margins.add(one)
                about = (one.kind, one.advertiser, one.currency, one.due_in)
                sums[about] = sums.get(about, _NONE).plus(one)
            for (_, _, currency, due_in), moved in sums.items():
                both = (currency, due_in)
                self._sums[both] = self._sums.get(both, _NONE).plus(moved)
            yield from journal.summed(
                Line(kind, id, advertiser, "", "", currency, due_in, *moved)
                for (kind, advertiser, currency, due_in), moved in sums.items()
            )
            self._write_statements(id, earned, balances.get(id, []), agreed)

    def _write_statements(self, id: str, earned: Earned, balances: list[Balance], agreed: Agreed) -> None:
        if not balances:
            return
        numbered = []
        for balance in balances:
            self._number += 1
            numbered.append((self._number, balance))
        name, affiliates = statement("affiliate", id), agreed.setup.affiliates
        self._write(name, AFFILIATE, earned.table(self._period.name, id, numbered))
        issuer, partner = party.read(agreed.network), party.read(affiliates[id].profile if id in affiliates else {})
        for number, balance in numbered:
            paper = earned.paper(self._period, number, balance, issuer, partner)
            self._put(f"{name.removesuffix('.csv')}-{balance.currency.lower()}.pdf", paper)

    def _write_statements_of_advertisers(self) -> None:
        for advertiser, rows in self._owed.tables(self._period.name):
            self._write(statement("advertiser", advertiser), ADVERTISER, rows)

    def _write_summary(self, agreed: Agreed) -> None:
        by = agreed.setup.rates(self._period.last_day)
        self._write(manifests.SUMMARY, SUMMARY, self._margins.table(self._period.name, agreed.currency, by))

    def _write_setup(self, agreed: Agreed, asked: Asked) -> None:
        self._put(manifests.SETUP, setups.encoded(agreed, asked))

    def _manifest(self) -> CloseManifest:
        sums, due = dict[str, Moved](), dict[str, Moved]()
        for (currency, due_in), moved in sorted(self._sums.items()):
            sums[currency] = sums.get(currency, _NONE).plus(moved)
            due[due_in] = due.get(due_in, _NONE).plus(moved)
        return CloseManifest(
            self._period.name,
            self._given.agreed.setup.time_zone,
            self._given.previous,
            self._given.days,
            self._lines,
            {code: _told(moved, code) for code, moved in sums.items()},
            {code: _buckets(moved.due, code) for code, moved in due.items()},
            Numbers(self._given.first_number, self._number),
            tuple(sorted(self._parts, key=lambda part: part.name)),
        )

    def _write(self, name: str, columns: tuple[str, ...], rows: Iterable[str]) -> None:
        sheet = self._sheet(name, columns)
        for row in rows:
            sheet.add(row)
            sheet.ease()
        self._finish(sheet)

    def _sheet(self, name: str, columns: tuple[str, ...]) -> "_Sheet":
        sheet = _Sheet(name, self._folder)
        if columns:
            sheet.head(columns)
        else:
            sheet.rows = -1
        return sheet

    def _finish(self, sheet: "_Sheet") -> None:
        part, content = sheet.finish(self._period.name)
        self._done(part, content)
        if isinstance(content, Path):
            content.unlink()

    def _put(self, name: str, content: bytes) -> None:
        self._done(_part(name, content), content)

    def _done(self, part: Part, content: Content) -> None:
        mine = replace(part, key=manifests.part_key(self._period.name, part.name, part.sha256))
        self._keep(mine, content)
        self._parts.append(mine)


class _Sheet(Sheet):
    """A sheet that brings its lines to disk by and by."""

    __slots__ = ()

    def ease(self) -> None:
        """Flush if many lines wait."""
        if len(self._waiting) >= BATCH:
            self.flush()


def _side_by_side(lines: Iterable[Line], affiliates: list[str]) -> Iterator[tuple[str, Iterable[Line]]]:
    """Each affiliate with its lines, and those that have a balance and no line; both come in order."""
    waiting = iter(affiliates)
    nxt = next(waiting, None)
    for id, mine in groupby(lines, lambda one: one.affiliate):
        while nxt is not None and nxt < id:
            yield nxt, ()
            nxt = next(waiting, None)
        if nxt == id:
            nxt = next(waiting, None)
        yield id, mine
    while nxt is not None:
        yield nxt, ()
        nxt = next(waiting, None)


def _part(name: str, content: bytes) -> Part:
    return Part(name, "", 0, len(content), sha256(content).hexdigest())


def _told(moved: Moved, code: str) -> dict[str, str]:
    commission = {f"{name}_commission": text for name, text in _buckets(moved.commission, code).items()}
    owed = {"pending_revenue": moved.pending_revenue, "revenue": moved.revenue}
    return commission | {name: close_files.amount(minor, code) for name, minor in owed.items()}


def _buckets(of: tuple[int, int, int], code: str) -> dict[str, str]:
    return {name: close_files.amount(minor, code) for name, minor in zip(close_files.BUCKETS, of, strict=True)}


_NONE = Moved()
