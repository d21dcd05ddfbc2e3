"""The papers of one close: lines.csv and the affiliates' statements in one pass over the lines, then the journal.

The pass stops after each affiliate; `growing`, `sealed` and then `state` are all that it has come to. Whoever makes
Papers of them goes on with the next affiliate and writes the same.
"""

from collections.abc import Iterable, Iterator, Mapping
from itertools import dropwhile, groupby
from pathlib import Path
from typing import Any

from chalicelib.model import party
from chalicelib.model.balance import Balance
from chalicelib.model.line import Line, Moved
from chalicelib.model.period import Period
from chalicelib.reports import close_files, journal
from chalicelib.reports import close_manifest as manifests
from chalicelib.reports.close_parts import CloseSheet, Parts
from chalicelib.reports.journal import Sum
from chalicelib.reports.manifest import statement
from chalicelib.reports.margins import Margins
from chalicelib.reports.month_stores import Agreed
from chalicelib.reports.runs import Kept
from chalicelib.reports.statements import AFFILIATE, Earned, Owed

_Pair = tuple[str, str, str, str]


class Papers:
    """The papers of `period` in `folder`; statements are numbered behind `number`.

    After the pass `lines` says how many there are, `sums` what they move by both currencies, `owed` and `margins` what
    they come to for advertisers and the network. `saved` is the state of papers whose files lie in the folder.
    """

    def __init__(
        self,
        period: Period,
        agreed: Agreed,
        number: int,
        folder: Path,
        parts: Parts,
        saved: Mapping[str, Any] | None = None,
    ) -> None:
        self._period, self._agreed, self._parts = period, agreed, parts
        state = saved or {}
        self.number: int = state.get("number", number)
        self.lines: int = state.get("lines", 0)
        self.sums: dict[tuple[str, str], Moved] = state.get("sums", {})
        self.owed: Owed = state.get("owed") or Owed()
        self.margins: Margins = state.get("margins") or Margins()
        self._last: str | None = state.get("last")
        self._entries: Kept[Sum] = Kept(folder, state.get("entries", ()))
        rows = state.get("sheet")
        self._sheet = None if rows is None else parts.resumed(manifests.LINES, rows)

    def book(self, lines: Iterable[Line], known: Iterable[Balance]) -> Iterator[None]:
        """lines.csv and the statements, from `lines` in order. Stops after each affiliate."""
        if self._sheet is None:
            self._sheet = self._parts.sheet(manifests.LINES, close_files.LINES)
        balances = {id: list(mine) for id, mine in groupby(known, lambda balance: balance.affiliate)}
        waiting, done = sorted(balances), self._last
        if done is not None:
            lines = dropwhile(lambda one: one.affiliate <= done, lines)
            waiting = [id for id in waiting if id > done]
        for id, mine in _side_by_side(lines, waiting):
            earned = self._earned(id, mine, self._sheet)
            self._write_statements(id, earned, balances.get(id, []))
            self._last = id
            yield
        self._parts.finish(self._sheet)
        self._sheet = None

    def journal(self) -> Iterable[None]:
        """journal.csv, from what `book` has seen."""
        rows = journal.rows(self._entries, self._period.last_day, self._period.name)
        self._parts.write(manifests.JOURNAL, (), rows)
        return ()

    def growing(self) -> list[Path]:
        """The files that will change, with everything in them."""
        if self._sheet is None:
            return []
        self._sheet.flush()
        return [self._sheet.path]

    def sealed(self) -> list[Path]:
        """The files that never change, with everything in them."""
        return self._entries.files()

    def state(self) -> dict[str, Any]:
        """All that is not in the files, as plain values, NamedTuples and classes of the reports."""
        return {
            "number": self.number,
            "lines": self.lines,
            "sums": self.sums,
            "owed": self.owed,
            "margins": self.margins,
            "last": self._last,
            "entries": [path.name for path in self._entries.files()],
            "sheet": None if self._sheet is None else self._sheet.rows,
        }

    def _earned(self, id: str, mine: Iterable[Line], sheet: CloseSheet) -> Earned:
        """Write an affiliate's lines and remember what they add up to."""
        earned, sums = Earned(), dict[_Pair, Moved]()
        for one in mine:
            self.lines += 1
            sheet.add(close_files.of_line(self.lines, one))
            sheet.ease()
            earned.add(one)
            self.owed.add(one)
            self.margins.add(one)
            about = (one.kind, one.advertiser, one.currency, one.due_in)
            sums[about] = sums.get(about, _NONE).plus(one)
        for (_, _, currency, due_in), moved in sums.items():
            both = (currency, due_in)
            self.sums[both] = self.sums.get(both, _NONE).plus(moved)
        for entry in journal.summed(
            Line(kind, id, advertiser, "", "", currency, due_in, *moved)
            for (kind, advertiser, currency, due_in), moved in sums.items()
        ):
            self._entries.add(entry)
        return earned

    def _write_statements(self, id: str, earned: Earned, balances: list[Balance]) -> None:
        if not balances:
            return
        numbered = []
        for balance in balances:
            self.number += 1
            numbered.append((self.number, balance))
        name, affiliates = statement("affiliate", id), self._agreed.setup.affiliates
        self._parts.write(name, AFFILIATE, earned.table(self._period.name, id, numbered))
        issuer = party.read(self._agreed.network)
        partner = party.read(affiliates[id].profile if id in affiliates else {})
        for number, balance in numbered:
            paper = earned.paper(self._period, number, balance, issuer, partner)
            self._parts.put(f"{name.removesuffix('.csv')}-{balance.currency.lower()}.pdf", paper)


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


_NONE = Moved()
