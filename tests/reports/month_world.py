"""A network's months over a table and a bucket: daily reports as they are published, and closes of them."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from chalicelib.model import payout
from chalicelib.model.close import Setup
from chalicelib.model.day import accounting_day, end
from chalicelib.model.fact import Fact, Standing
from chalicelib.model.fx import NO_QUOTES, Quotes
from chalicelib.model.manual import Manual
from chalicelib.model.network import Affiliate, Campaign
from chalicelib.model.payout import Payout
from chalicelib.model.period import Period
from chalicelib.model.visit import Visit
from chalicelib.reports.agreed import minimum
from chalicelib.reports.books import Books
from chalicelib.reports.daily import DailyReport
from chalicelib.reports.month import EVERY_MS, MonthClose
from chalicelib.reports.month_stores import Agreed
from chalicelib.store.closes import Closes
from chalicelib.store.days import Days
from tests.reports.world import FOREVER, HOUR, ZONE, Bucket, Table, fact, read

OCTOBER, NOVEMBER = (Period.of(name, ZONE) for name in ("2026-10", "2026-11"))
DAY_MS = 24 * HOUR


@dataclass
class Numbered:
    """Payout facts in memory, decided as the store decides them; `ends` cuts the process off before a write."""

    facts: list[Payout] = field(default_factory=list)
    ends: bool = False

    def on(self, day: str) -> Iterator[Payout]:
        return iter([fact for fact in self.facts if fact.day == day])

    def settle(
        self, affiliate: str, currency: str, decide: Callable[[Sequence[Payout]], payout.Answer]
    ) -> payout.Answer:
        if self.ends:
            raise ConnectionError
        answer = decide([fact for fact in self.facts if (fact.affiliate, fact.currency) == (affiliate, currency)])
        if isinstance(answer, Payout):
            self.facts.append(answer)
        return answer


@dataclass
class Hands:
    """Manual lines in memory."""

    written: list[Manual] = field(default_factory=list)

    def on(self, day: str) -> Iterator[Manual]:
        return iter([one for one in self.written if one.day == day])


@dataclass
class Seen:
    """Visits in memory, and the UTC days on which late ones came in."""

    visits: list[Visit] = field(default_factory=list)
    marks: list[tuple[str, Visit]] = field(default_factory=list)

    def on(self, day: str) -> Iterator[Visit]:
        return iter([one for one in self.visits if accounting_day(one.at_ms, "UTC").replace("-", "") == day])

    def late(self, day: str) -> Iterator[Visit]:
        return iter([visit for marked, visit in self.marks if marked == day])


@dataclass
class Bureau:
    """A network whose first day is the first of October."""

    scratch: Path
    table: Any = field(default_factory=Table)
    bucket: Any = field(default_factory=Bucket)
    payouts: Any = field(default_factory=Numbered)
    hands: Any = field(default_factory=Hands)
    seen: Seen = field(default_factory=Seen)
    campaigns: list[Campaign] = field(default_factory=lambda: [Campaign("spring", "Spring", "shop", "EUR", "")])
    affiliates: list[Affiliate] = field(default_factory=lambda: [Affiliate("anna", "Anna"), Affiliate("ben", "Ben")])
    least: dict[str, int] = field(default_factory=dict)
    rates: Callable[[str], Quotes] = lambda _: NO_QUOTES
    run_rows: int = 20
    every_ms: int = EVERY_MS

    def agreed(self) -> Agreed:
        """What is set up."""
        known = {one.id: one for one in self.affiliates}
        campaigns = {one.id: one for one in self.campaigns}
        setup = Setup(ZONE, campaigns, known, self.rates, minimum(known, self.least))
        return Agreed(setup, "EUR", {"legal_name": "A network"}, self.least)

    @property
    def month(self) -> MonthClose:
        """The closes, as a fresh process makes them."""
        days, closes = Days(self.table, "ledger"), Closes(self.table, "ledger")
        books = Books(self.hands, self.payouts, ZONE)
        return MonthClose(
            days,
            closes,
            self.bucket,
            self,
            self.seen,
            books,
            books,
            ZONE,
            self.scratch,
            run=self.run_rows,
            every_ms=self.every_ms,
        )

    def report(self, until: str) -> None:
        """Publish the daily reports until this day."""
        days = Days(self.table, "ledger")
        daily = DailyReport(days, self.bucket, ZONE, self.scratch, OCTOBER.first_day)
        daily.run(end(until, ZONE) + HOUR, lambda: FOREVER)

    def close(self, *periods: Period) -> tuple[str, ...]:
        """Publish these months' reports, and run the close two days after each."""
        done: tuple[str, ...] = ()
        for period in periods:
            self.report(period.last_day)
            done += self.month.run(period.end_ms + 2 * DAY_MS)
        return done

    def parts(self, period: str) -> dict[str, bytes]:
        """The files of a close, by their names."""
        stands = next(one for one in self.month.listing() if one.period == period)
        return {part.name: self.bucket.read(part.key) for part in stands.parts}

    def lines(self, period: str, name: str = "lines.csv") -> list[dict[str, str]]:
        """The lines of a file, by column."""
        return read(self.parts(period)[name])

    def balance(self, period: str, affiliate: str = "anna") -> tuple[str, str, str]:
        """An affiliate's closing balance: pending, held, payable."""
        (found,) = (one for one in self.lines(period, "balances.csv") if one["affiliate"] == affiliate)
        return found["closing_pending"], found["closing_held"], found["closing_payable"]


def sale(order: str, period: Period, day: int, hours: int = 12, **changes: Any) -> Fact:
    """A sale on a day of a period: 4.50 for anna, 6.00 owed by shop, approved at once."""
    earned = Standing("approved", "", True, 0, 450, 600, "EUR", 450)
    said = {"due_in": "EUR", "after": earned} | changes
    return fact(order, period.start_ms + (day - 1) * DAY_MS + hours * HOUR, **said)
