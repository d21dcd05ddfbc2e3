"""`make stress`: prints what it does and finds, writes build/stress.json; fails if anything is not as it must be."""

import argparse
import json
import os
import secrets
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any, Final

from bench.stress import audit, clicks, fallback, oracle, plan, request, site
from bench.stress.clicks import Clicks
from bench.stress.crew import Crew
from bench.stress.fallback import Fallback
from bench.stress.plan import Delivery, Sale
from bench.stress.proxy import Odds, Proxy
from bench.stress.site import Opened, Site
from bench.stress.traffic import Outcome, Traffic
from bench.stress.worker import ROOT

SALES: Final = 10_000
DELIVERIES_A_SALE: Final = 3
KILLS: Final = 2
THROTTLED, LOST = 0.05, 0.02

Say = Callable[[str], None]


@dataclass(slots=True)
class Findings:
    """Flat figures for stress.json, and everything that is not as it must be."""

    figures: dict[str, int | float | bool | str] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Course:
    """How a run is to be: from `seed` follow the sales, the deliveries and what the proxy throws."""

    seed: int
    scale: float
    workers: int

    @property
    def sales(self) -> int:
        """How many purchases there are."""
        return max(10, round(SALES * self.scale))

    def dice(self, of: str) -> Random:
        """Dice for one purpose, so that one part's throws do not move another's."""
        return Random(f"{self.seed} {of}")


def stress(course: Course, folder: Path, say: Say) -> Findings:
    """Do everything in an empty folder."""
    found, started = Findings(), time.monotonic()
    found.figures |= {"seed": course.seed, "scale": course.scale, "workers": course.workers}
    bought = plan.sales(course.sales, course.dice("sales"))
    order = plan.deliveries(bought, course.sales * DELIVERIES_A_SALE, course.dice("deliveries"))
    with site.standing(folder / "aws", say) as here:
        # The settings are read on first use, and now they are there.
        from chalicelib import wiring

        now_ms = wiring.now_ms()
        opened = site.opened(wiring.boto("dynamodb"), here.environment["CLICKLEDGER_LEDGER"], now_ms)
        books = Books(here, folder / "books")
        books.publish(now_ms)
        proxy = Proxy(here.environment["AWS_ENDPOINT_URL"], Odds(THROTTLED, LOST, course.seed))
        try:
            told, made = _deliver(course, here, opened, proxy.endpoint, (bought, order), found, (folder, say))
        finally:
            found.figures |= proxy.stop()
        say("reading what stands in the tables and in the report")
        _count_clicks(made, found)
        books.audit(bought, told, made, found)
    found.figures["seconds"] = round(time.monotonic() - started, 1)
    return found
