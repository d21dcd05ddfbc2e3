"""The program put together for the simulation, and the only place that knows how: wiring.py's twin over other clients.

`Parts` are the collaborators that a planted bug may replace. A `Container` is one process with its own caches.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from chalicelib.model import trust
from chalicelib.reports.agreements import Agreements
from chalicelib.reports.books import Books
from chalicelib.reports.daily import DailyReport
from chalicelib.reports.month import MonthClose
from chalicelib.store import fact_items
from chalicelib.store.archive import Archive
from chalicelib.store.client import Client
from chalicelib.store.closes import Closes
from chalicelib.store.customers import Customers
from chalicelib.store.days import Days
from chalicelib.store.directory import EXACT, LENIENT, Directory, Patience
from chalicelib.store.fallback import Fallback
from chalicelib.store.ledger import Ledger
from chalicelib.store.manual import Manuals
from chalicelib.store.network import Network
from chalicelib.store.parties import Parties
from chalicelib.store.payouts import Payouts
from chalicelib.store.rates import Rates
from chalicelib.store.visited import Visited
from chalicelib.store.visits import Visits
from chalicelib.stream.drain import Drain
from chalicelib.stream.follow import Follower
from chalicelib.stream.ripen import Ripener
from chalicelib.web.call import Switchboard
from chalicelib.web.edge import Edge
from chalicelib.web.ground import Survey
from chalicelib.web.impression import Impression
from chalicelib.web.pixel import Pixel
from chalicelib.web.postback import Postback
from chalicelib.web.proof import Prover
from chalicelib.web.redirect import Redirect

MASTER: Final = "a master secret for the simulation, long enough to pass"
ZONE: Final = "Europe/Berlin"
VISITS: Final = "visits"
LEDGER: Final = "ledger"
FALLBACK: Final = "fallback"
DEAD: Final = "dead"
BUCKET: Final = "reports"
CLICK_DAYS: Final = 3
CONFIRM_DAYS: Final = 2
LINK_SECONDS: Final = 60


@dataclass(frozen=True, slots=True)
class Parts:
    """Collaborators that a planted bug may replace; the program's own ones otherwise."""

    ledger: type[Ledger] = Ledger
    network: type[Network] = Network
    days: type[Days] = Days
    archive: type[Archive] = Archive
    fallback: type[Fallback] = Fallback
    drain: type[Drain] = Drain
    report: type[DailyReport] = DailyReport
    patience: Patience = LENIENT


@dataclass(frozen=True, slots=True)
class Outside:
    """What a process is given from outside: clients, clock, dice, and a folder for reports in the making."""

    dynamodb: Client
    sqs: Client
    s3: Client
    now: Callable[[], int]
    seconds: Callable[[], float]
    random: Callable[[int], bytes]
    scratch: Path
    first_day: str = ""


class Container:
    """One process: every handler, over caches of its own."""

    def __init__(self, outside: Outside, parts: Parts) -> None:
        self.known: set[str] = set()
        """The links that visitors of this process were led along."""
        db, zone, ring = outside.dynamodb, ZONE, trust.click_keys(MASTER)
        network, ledger, visits = parts.network(db, LEDGER), parts.ledger(db, LEDGER), Visits(db, VISITS, CLICK_DAYS)
        fallback = parts.fallback(outside.sqs, FALLBACK)
        links = Directory(network, LINK_SECONDS, outside.seconds, parts.patience)
        records = Directory(network, LINK_SECONDS, outside.seconds, EXACT)
        survey, prover = Survey(records, ring, Customers(db, LEDGER)), Prover(MASTER)
        rates = Rates(db, LEDGER, LINK_SECONDS, outside.seconds)
        pixel = Pixel(records, ledger, fallback, survey, zone, True, rates.on)
        redirect = Redirect(links, visits, fallback, ring, zone, access_log=True, random=outside.random)
        impression = Impression(links, visits, fallback, ring, zone, access_log=True, random=outside.random)
        postback = Postback(records, visits, ledger, survey, prover, zone, rates.on)
        call = Switchboard(records, ledger, survey, prover, MASTER, zone, rates.on)
        self.edge = Edge(lambda: redirect, lambda: pixel, lambda: postback, lambda: impression, lambda: call)
        self.drain = parts.drain(visits, pixel, ring, outside.now)
        self.follower = Follower(network, Fallback(outside.sqs, DEAD), fact_items.fact_or_none, ledger)
        days, archive = parts.days(db, LEDGER), parts.archive(outside.s3, BUCKET)
        self.ripener = Ripener(days, ledger, network, zone, CONFIRM_DAYS, rates)
        self.report = parts.report(days, archive, zone, outside.scratch / "daily", outside.first_day)
        books = Books(Manuals(db, LEDGER), Payouts(db, LEDGER), zone)
        self.close = MonthClose(
            days,
            Closes(db, LEDGER),
            archive,
            Agreements(network, Parties(db, LEDGER).own, rates.on, zone, "USD"),
            Visited(visits, Directory(network, LINK_SECONDS, outside.seconds, EXACT).link),
            books,
            books,
            zone,
            outside.scratch / "close",
        )
        self.rates, self.network, self.ring = rates, network, ring
