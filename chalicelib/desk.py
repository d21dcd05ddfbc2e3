"""The command's desk: what a person's words work with, over boto3, as whoever runs the command."""

import os
import time
from collections.abc import Callable, Mapping
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any

from chalicelib.model.trust import click_keys, lasting
from chalicelib.settings import settings
from chalicelib.store.client import Client
from chalicelib.store.directory import EXACT, Directory
from chalicelib.store.network import Network
from chalicelib.store.visits import Visits
from chalicelib.wiring import archive, boto, daily_report, erasures, fallback, month_close, now_ms, rates

if TYPE_CHECKING:
    from chalicelib.manage.command import Desk
    from chalicelib.manage.erase import Eraser
    from chalicelib.manage.trace import Tracer
    from chalicelib.manage.treasury import Treasury
    from chalicelib.manage.upload import Door
    from chalicelib.reports.explain import Explainer
    from chalicelib.reports.proofs import Proofs


def desk(master: Callable[[], str], keep_master: Callable[[str], None], groups: list[str], address: str) -> "Desk":
    """What the command works with, over boto3, as whoever runs it. `groups` are the hot path's log groups."""
    import atexit
    from shutil import rmtree
    from tempfile import gettempdir

    from chalicelib.manage.command import Desk
    from chalicelib.manage.conversions import Conversions
    from chalicelib.manage.log import Log
    from chalicelib.manage.rate_table import RateDesk
    from chalicelib.manage.setup import Office
    from chalicelib.store.days import Days
    from chalicelib.store.ledger import Ledger
    from chalicelib.store.received import Lines, Refusals

    told, client = settings(), boto("dynamodb")
    network = Network(client, told.ledger)
    log = Log(Days(client, told.ledger), Refusals(client, told.ledger), Lines(boto("logs"), groups), told.time_zone)
    office, known = Office(network, now_ms, told.link_seconds), rates(client)
    person = lambda: lasting(master())  # noqa: E731 - fetched only when a customer is named
    conversions = Conversions(Ledger(client, told.ledger), network, known.on, now_ms, told.time_zone, person)
    table = RateDesk(known, archive, now_ms, told.time_zone)

    # Unlike a function's container, a person's machine may run several of these at once, and is to be left clean.
    scratch = f"clickledger-report-{os.getpid()}"
    atexit.register(rmtree, f"{gettempdir()}/{scratch}", ignore_errors=True)
    reports = partial(daily_report, scratch)
    uploads = partial(_door, client, master)
    return Desk(
        office,
        network,
        log,
        reports,
        archive,
        partial(_respill, client, master, network),
        master,
        keep_master,
        now_ms,
        address,
        conversions,
        table,
        uploads,
        treasury,
        partial(month_close, scratch),
        partial(_explainer, client, master),
        partial(_tracer, client, master, network),
        proofs=partial(_proofs, client),
        eraser=partial(_eraser, client, master, network),
        identity_years=told.identity_years,
    )


def _respill(client: Client, master: Callable[[], str], network: Network) -> Callable[[Mapping[str, Any]], None]:
    from chalicelib.store.customers import Customers
    from chalicelib.store.ledger import Ledger
    from chalicelib.stream.drain import Drain
    from chalicelib.web.ground import Survey
    from chalicelib.web.pixel import Pixel

    told, ring = settings(), click_keys(master())
    records = Directory(network, told.link_seconds, time.monotonic, EXACT)
    survey = Survey(records, ring, Customers(client, told.ledger, told.personal_days))
    facts, known = Ledger(client, told.ledger), rates(client)
    claims = Pixel(records, facts, fallback(), survey, told.time_zone, rates=known.on)
    visits, settle = Visits(client, told.visits, told.click_days), erasures(client, ring).settle
    return Drain(visits, claims, ring, now_ms, settle).write


def _proofs(client: Client) -> "Proofs":
    from chalicelib.reports.proofs import Proofs
    from chalicelib.store.days import Days
    from chalicelib.store.ledger import Ledger

    told = settings()
    return Proofs(Days(client, told.ledger), archive(), told.time_zone, Ledger(client, told.ledger).facts)


def _eraser(client: Client, master: Callable[[], str], network: Network) -> "Eraser":
    from chalicelib.manage.erase import Eraser
    from chalicelib.reports.traffic import datacenters
    from chalicelib.store.personal import Personals

    told, ring = settings(), click_keys(master())
    personals, networks = Personals(client, told.ledger, told.personal_days), datacenters(archive())
    return Eraser(erasures(client, ring), personals, network, ring, now_ms, networks.cover)


def _tracer(client: Client, master: Callable[[], str], network: Network) -> "Tracer":
    from chalicelib.manage.trace import Tracer
    from chalicelib.model import clickid
    from chalicelib.store.ledger import Ledger
    from chalicelib.store.received import Refusals

    told, ring = settings(), click_keys(master())
    return Tracer(
        Visits(client, told.visits, told.click_days),
        Ledger(client, told.ledger),
        network,
        Refusals(client, told.ledger),
        partial(clickid.read, ring),
        _explainer(client, master).reported,
        told.time_zone,
        now_ms,
    )


def _explainer(client: Client, master: Callable[[], str]) -> "Explainer":
    from chalicelib.model import clickid
    from chalicelib.model.click import Click
    from chalicelib.reports.explain import Explainer
    from chalicelib.store.ledger import Ledger

    told = settings()

    def click(text: str) -> Click | None:
        id = clickid.read(click_keys(master()), text)
        return Visits(client, told.visits, told.click_days).click(id) if id else None

    return Explainer(archive(), Ledger(client, told.ledger).facts, click)


@lru_cache(maxsize=1)
def treasury() -> "Treasury":
    """What pays people, over boto3, as whoever runs the command."""
    from chalicelib.manage.adjustments import Adjustments
    from chalicelib.manage.parties import PartyDesk
    from chalicelib.manage.payouts import Cashier
    from chalicelib.manage.treasury import Treasury
    from chalicelib.model.party import minimums
    from chalicelib.reports.batch import Batches
    from chalicelib.store.manual import Manuals
    from chalicelib.store.parties import Parties
    from chalicelib.store.payouts import Payouts

    told, client = settings(), boto("dynamodb")
    network, paid, who = Network(client, told.ledger), Payouts(client, told.ledger), Parties(client, told.ledger)
    return Treasury(
        Cashier(paid, who, network, Batches(archive()), now_ms, told.time_zone),
        Adjustments(Manuals(client, told.ledger), paid, network, minimums(told.alone), now_ms, told.time_zone),
        PartyDesk(who, network, now_ms),
    )


def _door(client: Client, master: Callable[[], str], advertiser: str) -> "Door":
    """The way that an advertiser's uploaded rows go: its postbacks', but for the proof; LookupError if it is none."""
    from chalicelib.manage.upload import Door
    from chalicelib.store.customers import Customers
    from chalicelib.store.ledger import Ledger
    from chalicelib.web.ground import Survey
    from chalicelib.web.postback import Postback
    from chalicelib.web.proof import Prover

    told, secret = settings(), master()
    records = Directory(Network(client, told.ledger), told.link_seconds, time.monotonic, EXACT)
    found = records.advertiser(advertiser)
    if found is None:
        raise LookupError(f"no advertiser {advertiser}")
    survey = Survey(records, click_keys(secret), Customers(client, told.ledger, told.personal_days))
    ledger = Ledger(client, told.ledger, told.refusal_days)
    visits = Visits(client, told.visits, told.click_days)
    road = Postback(records, visits, ledger, survey, Prover(secret), told.time_zone, rates(client).on)
    return Door(lambda said, must_exist: road.take(said, found, now_ms(), must_exist), found.statuses)
