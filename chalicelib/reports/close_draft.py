"""The files of one close while they are made: everything that follows from what it was given, and nothing else.

A draft is made step by step. Between two steps, and inside the long ones, it can be saved, so that another run goes on
from there and makes the same files.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from chalicelib.model.line import Moved
from chalicelib.model.period import Period
from chalicelib.reports import agreed as setups
from chalicelib.reports import carry_files, close_files
from chalicelib.reports import close_manifest as manifests
from chalicelib.reports.agreed import Asked
from chalicelib.reports.close_fold import Fold
from chalicelib.reports.close_given import Given
from chalicelib.reports.close_manifest import CloseManifest, Numbers
from chalicelib.reports.close_papers import Papers
from chalicelib.reports.close_parts import Keep, Parts
from chalicelib.reports.manifest import statement
from chalicelib.reports.margins import SUMMARY
from chalicelib.reports.runs import Runs
from chalicelib.reports.statements import ADVERTISER


class CloseDraft:
    """The close of `period` in `folder`. Each finished part is given to `keep`.

    `saved` is the state of a draft whose files lie in the folder; `growing`, `sealed` and then `state` are all of one.
    """

    def __init__(
        self,
        period: Period,
        given: Given,
        folder: Path,
        sort: Runs,
        keep: Keep,
        saved: Mapping[str, Any] | None = None,
    ) -> None:
        state = saved or {}
        self._period, self._given, self._parts = period, given, Parts(period.name, folder, keep)
        self._parts.done += state.get("parts", ())
        self._done: list[str] = list(state.get("done", ()))
        self._asked = Asked(given.agreed.setup.rates)
        self._asked.known.update(state.get("quotes", {}))
        setup = replace(given.agreed.setup, rates=self._asked.on)
        self._agreed = replace(given.agreed, setup=setup)
        self._fold = Fold(period, given, setup, folder, sort, self._parts, state.get("fold"))
        first = given.first_number
        self._papers = Papers(period, self._agreed, first - 1, folder, self._parts, state.get("papers"))

    def make(self) -> CloseManifest:
        """All files; the manifest that names them. NoRate if an exchange rate of the period's end is missing."""
        for _ in self.steps():
            pass
        return self.manifest()

    def steps(self) -> Iterator[None]:
        """Make the files, from where the draft stands. Stops where it can be saved, and always gets on in between."""
        steps: dict[str, Callable[[], Iterable[None]]] = {
            "visits": self._fold.read_visits,
            "facts": self._fold.read_facts,
            "conversions": self._fold.conversions,
            "clicks": self._fold.clicks,
            "together": self._fold.together,
            "rest": self._fold.rest,
            "papers": lambda: self._papers.book(self._fold.lines, self._fold.balances),
            "journal": self._papers.journal,
            "tables": self._tables,
        }
        for name, step in steps.items():
            if name not in self._done:
                yield from step()
                self._done.append(name)
                yield

    def manifest(self) -> CloseManifest:
        """The manifest of the finished draft."""
        sums, due = dict[str, Moved](), dict[str, Moved]()
        for (currency, due_in), moved in sorted(self._papers.sums.items()):
            sums[currency] = sums.get(currency, _NONE).plus(moved)
            due[due_in] = due.get(due_in, _NONE).plus(moved)
        return CloseManifest(
            self._period.name,
            self._given.agreed.setup.time_zone,
            self._given.previous,
            self._given.days,
            self._papers.lines,
            {code: _told(moved, code) for code, moved in sums.items()},
            {code: _buckets(moved.due, code) for code, moved in due.items()},
            Numbers(self._given.first_number, self._papers.number),
            tuple(sorted(self._parts.done, key=lambda part: part.name)),
        )

    def growing(self) -> list[Path]:
        """The files that will change, with everything in them."""
        return [*self._fold.growing(), *self._papers.growing()]

    def sealed(self) -> list[Path]:
        """The files that never change, with everything in them."""
        return [*self._fold.sealed(), *self._papers.sealed()]

    def state(self) -> dict[str, Any]:
        """All that is not in the files; runs.dump writes it."""
        return {
            "done": self._done,
            "parts": self._parts.done,
            "quotes": self._asked.known,
            "fold": self._fold.state(),
            "papers": self._papers.state(),
        }

    def _tables(self) -> Iterator[None]:
        """The files that are short, one by one, and setup.json."""
        written = {part.name for part in self._parts.done}
        for name, columns, rows in self._short():
            if name not in written:
                self._parts.write(name, columns, rows)
                yield
        self._parts.put(manifests.SETUP, setups.encoded(self._agreed, self._asked))

    def _short(self) -> Iterator[tuple[str, tuple[str, ...], Iterable[str]]]:
        """Name, columns and lines of each."""
        period, known, agreed = self._period, self._fold.balances, self._agreed
        yield manifests.BALANCES, close_files.BALANCES, map(close_files.of_balance, known)
        payable = (close_files.of_payable(one, period.name) for one in known if one.payout)
        yield manifests.PAYABLES, close_files.PAYABLES, payable
        yield from carry_files.parts(self._fold.carry)
        for advertiser, rows in self._papers.owed.tables(period.name):
            yield statement("advertiser", advertiser), ADVERTISER, rows
        by = agreed.setup.rates(period.last_day)
        yield manifests.SUMMARY, SUMMARY, self._papers.margins.table(period.name, agreed.currency, by)


def _told(moved: Moved, code: str) -> dict[str, str]:
    commission = {f"{name}_commission": text for name, text in _buckets(moved.commission, code).items()}
    owed = {"pending_revenue": moved.pending_revenue, "revenue": moved.revenue}
    return commission | {name: close_files.amount(minor, code) for name, minor in owed.items()}


def _buckets(of: tuple[int, int, int], code: str) -> dict[str, str]:
    return {name: close_files.amount(minor, code) for name, minor in zip(close_files.BUCKETS, of, strict=True)}


_NONE = Moved()
