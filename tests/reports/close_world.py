"""A network whose November is about to be closed, with something of everything, and runs that have little time."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from chalicelib.model.fact import Fact, Standing
from chalicelib.model.fx import Quotes
from chalicelib.model.manual import Manual
from chalicelib.model.network import Affiliate, Campaign
from chalicelib.model.terms import Terms
from chalicelib.model.visit import Visit
from chalicelib.reports.month import Done, HandOver
from tests.reports.month_world import DAY_MS, NOVEMBER, OCTOBER, Bureau, sale
from tests.reports.world import FOREVER, HOUR, later, time_for

DUE = NOVEMBER.end_ms + 2 * DAY_MS
WORK = "work/closes/2026-11/"
TIERS = "Tiers count retroactive: RevShare 9%; from 4 RevShare 10%"
PENDING = Standing("pending", "", True, 0, 450, 600, "EUR", 450)

Content = dict[str, bytes]


def facts(count: int) -> Iterator[Fact]:
    """Sales of both months: held, approved later, priced together, paid in dollars, refunded after October's close."""
    for number in range(count):
        affiliate = ("anna", "ben", "carl")[number % 3]
        due: dict[str, Any] = (
            {"due_in": "USD", "after": Standing("approved", "", True, 0, 450, 600, "EUR", 560)} if number % 3 else {}
        )
        october = sale(
            f"O-{number}",
            OCTOBER,
            5 + number % 9,
            affiliate=affiliate,
            campaign=("spring", "tiers")[number % 2],
            commission_rate=TIERS if number % 2 else "RevShare 9%",
            hold_days=30 * (number % 4 == 0),
            **due,
        )
        yield october
        if number % 5 == 0:
            gone = replace(october.after, state="rejected", reason="by_advertiser", commission=0, revenue=0, due=0)
            yield later(october, "rejected", gone, 24 * 28)
        pending = sale(f"N-{number}", NOVEMBER, 3 + number % 7, affiliate=affiliate, after=PENDING)
        yield from (pending, later(pending, "approved", replace(PENDING, state="approved"), 24))


def visits() -> Iterator[Visit]:
    for number in range(12):
        at_ms = NOVEMBER.start_ms + (2 + number % 4) * DAY_MS
        yield Visit("click", at_ms, f"C{number}", ("anna", "ben")[number % 2], "clicks", number % 5 > 0, "")


def about_to_close(scratch: Path, count: int = 24) -> Bureau:
    """A network whose October is closed and whose November is due."""
    bureau = Bureau(scratch, run_rows=7)
    prices = (
        Terms("click", "*", 0, "CPC 0.10 EUR", "CPC 0.20 EUR"),
        Terms("month", "ben", 0, "Flat 9.00 EUR", "Flat 9.00 EUR"),
    )
    share = Terms("second_tier", "*", 0, "RevShare 5%", "RevShare 5%")
    bureau.campaigns = [
        Campaign("spring", "Spring", "shop", "EUR", "", terms=(share,)),
        Campaign("tiers", "Tiers", "mall", "EUR", "", terms=(share,)),
        Campaign("clicks", "Clicks", "shop", "EUR", "", terms=prices, caps={"clicks/month": 9}),
    ]
    bureau.affiliates = [
        Affiliate("anna", "Anna"),
        Affiliate("ben", "Ben", "USD", recruiter="anna"),
        Affiliate("carl", "Carl", "USD"),
    ]
    bureau.rates = lambda day: Quotes(day, "9f86d081", "EUR", (("USD", "1.25"),))
    bureau.table.show(facts(count))
    bureau.table.page = 100
    bureau.close(OCTOBER)
    bureau.seen.visits = list(visits())
    bureau.seen.marks = [("20261103", Visit("click", OCTOBER.end_ms - HOUR, "L1", "anna", "clicks", True, ""))]
    at_ms, day = NOVEMBER.start_ms + 5 * HOUR, NOVEMBER.first_day
    bureau.hands.written = [Manual("anna", "EUR", "B-1", "bonus", 1000, "best", "clerk", at_ms, day)]
    bureau.report(NOVEMBER.last_day)
    return bureau


def published(bureau: Bureau, period: str = "2026-11") -> Content:
    """Every byte of a close."""
    return bureau.parts(period) | {"manifest.json": bureau.bucket.content[f"closes/{period}/manifest.json"]}


def ticking(looks: int = 10**9) -> Callable[[], float]:
    """A clock that has a moment less at each look."""
    left = iter(range(10**12, 10**12 - looks, -1))
    return lambda: next(left)


def hand_over(bureau: Bureau, runs: int, steps: int = 1, cursor: dict[str, str] | None = None) -> dict[str, str]:
    """The cursor after so many runs that have time for so many steps each."""
    told = cursor or {}
    for _ in range(runs):
        outcome = bureau.month.advance(DUE, time_for(steps + 1), told)
        assert isinstance(outcome, HandOver)
        told = json.loads(json.dumps(outcome.cursor))
    return told


def finish(bureau: Bureau, cursor: dict[str, str] | None = None) -> Done | HandOver:
    """A run with time enough."""
    return bureau.month.advance(DUE, lambda: FOREVER, cursor)


def in_hands(bureau: Bureau, steps: int = 1, between: Callable[[int], None] = lambda _: None) -> int:
    """Close November by runs that have time for so many steps each; how many it took."""
    cursor, runs = dict[str, str](), 1
    while isinstance(outcome := bureau.month.advance(DUE, time_for(steps + 1), cursor), HandOver):
        cursor = json.loads(json.dumps(outcome.cursor))
        between(runs)
        runs += 1
    return runs


def again(start: Bureau, scratch: Path) -> Bureau:
    """The same network once more."""
    bureau = replace(start, scratch=scratch, bucket=type(start.bucket)(dict(start.bucket.content)))
    bureau.table = replace(start.table, rows=dict(start.table.rows))
    bureau.payouts = replace(start.payouts, facts=list(start.payouts.facts))
    bureau.hands, bureau.seen = replace(start.hands), replace(start.seen)
    return bureau
