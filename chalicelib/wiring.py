"""Where the parts are put together: the only importer of boto3, and the clock. Each part is made once per container."""

import json
import os
import time
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any

from chalicelib import telemetry
from chalicelib.model.clickid import KeyRing
from chalicelib.model.trust import click_keys
from chalicelib.settings import settings
from chalicelib.store.client import Client
from chalicelib.store.directory import EXACT, LENIENT, Directory
from chalicelib.store.fallback import Fallback
from chalicelib.store.network import Network
from chalicelib.store.visits import Visits
from chalicelib.store.wire import Credentials, Wire, secured
from chalicelib.web.edge import Edge
from chalicelib.web.redirect import Redirect

if TYPE_CHECKING:
    from chalicelib.manage.command import Desk
    from chalicelib.manage.treasury import Treasury
    from chalicelib.manage.upload import Door
    from chalicelib.reports.daily import DailyReport
    from chalicelib.reports.explain import Explainer
    from chalicelib.reports.month import MonthClose
    from chalicelib.store.archive import Archive
    from chalicelib.store.ledger import Ledger
    from chalicelib.store.rates import Rates
    from chalicelib.store.wire import Dial
    from chalicelib.stream.drain import Drain
    from chalicelib.stream.follow import Follower
    from chalicelib.stream.ripen import Ripener
    from chalicelib.web.call import Switchboard
    from chalicelib.web.ground import Survey
    from chalicelib.web.impression import Impression
    from chalicelib.web.pixel import Pixel
    from chalicelib.web.postback import Postback

CONTAINERS_OWN = "clickledger-report"
"""One name for good, so that a run finds and removes what a killed one left in the container."""

POSTBACK_SECONDS = 3.0
"""A server can wait longer than a visitor, and 503 makes it come back."""


def now_ms() -> int:
    """Unix milliseconds."""
    return time.time_ns() // 1_000_000


@lru_cache(maxsize=1)
def edge() -> Edge:
    """Every view of the hot path."""
    return Edge(redirect, pixel, postback, impression, call)


@lru_cache(maxsize=1)
def redirect() -> Redirect:
    """The redirect."""
    told = settings()
    return Redirect(_directory(), _visits(), _fallback(), _ring(), told.time_zone, told.clid, told.access_log)


@lru_cache(maxsize=1)
def pixel() -> "Pixel":
    """The pixel and the beacon."""
    # A click does not judge, and what judges is a quarter of all that would be imported for it.
    from chalicelib.web.pixel import Pixel

    told = settings()
    return Pixel(_records(), _ledger(), _fallback(), _survey(), told.time_zone, told.access_log, _rates().on)


@lru_cache(maxsize=1)
def postback() -> "Postback":
    """The postback."""
    from chalicelib.web.postback import Postback
    from chalicelib.web.proof import Prover

    told = settings()
    return Postback(_records(), _visits(), _ledger(), _survey(), Prover(told.master), told.time_zone, _rates().on)


@lru_cache(maxsize=1)
def impression() -> "Impression":
    """The impression pixel."""
    from chalicelib.web.impression import Impression

    told = settings()
    return Impression(_directory(), _visits(), _fallback(), _ring(), told.time_zone, told.access_log)


@lru_cache(maxsize=1)
def call() -> "Switchboard":
    """What telephone systems speak to."""
    from chalicelib.web.call import Switchboard
    from chalicelib.web.proof import Prover

    told = settings()
    return Switchboard(_records(), _ledger(), _survey(), Prover(told.master), told.master, told.time_zone, _rates().on)


@lru_cache(maxsize=1)
def drain() -> "Drain":
    """What empties the fallback queue."""
    from chalicelib.stream.drain import Drain

    return Drain(_visits(), pixel(), _ring(), now_ms)


@lru_cache(maxsize=1)
def follower() -> "Follower":
    """What follows the ledger's stream."""
    from chalicelib.store import fact_items
    from chalicelib.stream.follow import Follower

    told = settings()
    return Follower(Network(boto("dynamodb"), told.ledger), Fallback(boto("sqs"), told.dead), fact_items.fact_or_none)


@lru_cache(maxsize=1)
def ripener() -> "Ripener":
    """What time alone brings about."""
    from chalicelib.store.days import Days
    from chalicelib.store.ledger import Ledger
    from chalicelib.stream.ripen import Ripener

    told, client = settings(), boto("dynamodb")
    return Ripener(
        Days(client, told.ledger),
        Ledger(client, told.ledger),
        Network(client, told.ledger),
        told.time_zone,
        told.confirm_days,
        rates(client),
    )


@lru_cache(maxsize=2)
def daily_report(scratch: str) -> "DailyReport":
    """The daily report, with `scratch` as the name of a temporary folder that no other process works in."""
    from pathlib import Path
    from tempfile import gettempdir

    from chalicelib.reports.daily import DailyReport
    from chalicelib.store.days import Days

    told, folder = settings(), Path(gettempdir()) / scratch
    return DailyReport(Days(boto("dynamodb"), told.ledger), archive(), told.time_zone, folder)


@lru_cache(maxsize=1)
def archive() -> "Archive":
    """The report bucket."""
    from botocore import exceptions

    from chalicelib.store.archive import Archive

    return Archive(boto("s3"), settings().bucket, (exceptions.BotoCoreError,))


def publish(event: Mapping[str, Any], context: Any) -> dict[str, Any]:  # noqa: ANN401 - Lambda's own object
    """Publish what is due at the event's time; hand over to a fresh run of the function if this one's time is short."""
    from chalicelib.reports.daily import HandOver

    log = telemetry.logger("report")
    at_ms = round(datetime.fromisoformat(event["time"]).timestamp() * 1000)
    outcome = daily_report(CONTAINERS_OWN).run(at_ms, remaining(context), event["detail"].get("cursor"))
    for day in outcome.days:
        telemetry.count("report_published", day=day)
    if isinstance(outcome, HandOver):
        again = {**event, "detail": {"cursor": outcome.cursor}}
        log.info("report_handed_over", extra={"cursor": outcome.cursor})
        name, payload = context.function_name, json.dumps(again)
        boto3_client("lambda").invoke(FunctionName=name, InvocationType="Event", Payload=payload)
    else:
        log.info("report_done", extra={"days": list(outcome.days)})
    return {"days": list(outcome.days), "done": not isinstance(outcome, HandOver)}


@lru_cache(maxsize=2)
def month_close(scratch: str) -> "MonthClose":
    """The month close, with `scratch` as the name of a temporary folder that no other process works in."""
    from pathlib import Path
    from tempfile import gettempdir

    from chalicelib.reports.agreements import Agreements
    from chalicelib.reports.books import Books
    from chalicelib.reports.month import MonthClose
    from chalicelib.store.closes import Closes
    from chalicelib.store.days import Days
    from chalicelib.store.manual import Manuals
    from chalicelib.store.parties import Parties
    from chalicelib.store.payouts import Payouts
    from chalicelib.store.visited import Visited

    told, client, zone = settings(), boto("dynamodb"), settings().time_zone
    network, ledger = Network(client, told.ledger), told.ledger
    links = Directory(network, told.link_seconds, time.monotonic, EXACT)
    books = Books(Manuals(client, ledger), Payouts(client, ledger), zone)
    return MonthClose(
        Days(client, ledger),
        Closes(client, ledger),
        archive(),
        Agreements(network, Parties(client, ledger).own, rates(client).on, zone, told.currency),
        Visited(Visits(client, told.visits, told.click_days), links.link),
        books,
        books,
        zone,
        Path(gettempdir()) / scratch,
        round(told.close_hours * 3_600_000),
    )


def close_months(event: Mapping[str, Any]) -> dict[str, Any]:
    """Close every month that is due at the event's time. A month that lacks an exchange rate stays open, loudly."""
    from chalicelib.model.together import NoRate

    log = telemetry.logger("close")
    at_ms = round(datetime.fromisoformat(event["time"]).timestamp() * 1000)
    try:
        periods = month_close("clickledger-close").run(at_ms)
    except NoRate as missing:
        log.error("close_waits_for_rates", extra={"missing": str(missing)})
        raise
    for period in periods:
        telemetry.count("period_closed", period=period)
    log.info("close_done", extra={"periods": list(periods)})
    return {"periods": list(periods)}


def rates(client: Client) -> "Rates":
    """The exchange rates, over a client for DynamoDB."""
    from chalicelib.store.rates import Rates

    told = settings()
    return Rates(client, told.ledger, told.link_seconds, time.monotonic)


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
    from chalicelib.store.customers import Customers
    from chalicelib.store.days import Days
    from chalicelib.store.ledger import Ledger
    from chalicelib.store.received import Lines, Refusals
    from chalicelib.web.pixel import Pixel

    told, client = settings(), boto("dynamodb")
    network = Network(client, told.ledger)
    log = Log(Days(client, told.ledger), Refusals(client, told.ledger), Lines(boto("logs"), groups), told.time_zone)
    office, known = Office(network, now_ms, told.link_seconds), rates(client)
    conversions = Conversions(Ledger(client, told.ledger), network, known.on, now_ms, told.time_zone)
    table = RateDesk(known, archive, now_ms, told.time_zone)

    def respill() -> Callable[[Mapping[str, Any]], None]:
        from chalicelib.stream.drain import Drain
        from chalicelib.web.ground import Survey

        ring, records = click_keys(master()), Directory(network, told.link_seconds, time.monotonic, EXACT)
        survey = Survey(records, ring, Customers(client, told.ledger))
        claims = Pixel(records, Ledger(client, told.ledger), _fallback(), survey, told.time_zone, rates=known.on)
        return Drain(Visits(client, told.visits, told.click_days), claims, ring, now_ms).write

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
        respill,
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
    survey = Survey(records, click_keys(secret), Customers(client, told.ledger))
    visits, ledger = Visits(client, told.visits, told.click_days), Ledger(client, told.ledger)
    road = Postback(records, visits, ledger, survey, Prover(secret), told.time_zone, rates(client).on)
    return Door(lambda said, must_exist: road.take(said, found, now_ms(), must_exist), found.statuses)


def remaining(context: Any) -> Callable[[], int]:  # noqa: ANN401 - Lambda's own object
    """How many milliseconds a function may still run; a quarter of an hour where nobody says."""
    found: Callable[[], int] = getattr(context, "get_remaining_time_in_millis", lambda: 900_000)
    return found


@lru_cache(maxsize=8)
def boto(service: str) -> Client:
    """A boto3 client behind the stores' own interface, for everything that is not on the hot path."""
    from botocore import exceptions, parsers

    from chalicelib.store.boto import Boto

    # A parser's error is an answer that broke off on its way, and has no other family.
    lost = (exceptions.ConnectionError, exceptions.HTTPClientError, parsers.ResponseParserError)
    return Boto(boto3_client(service), lost, (exceptions.BotoCoreError,))


def boto3_client(service: str) -> Any:  # noqa: ANN401 - boto3 makes its clients at run time
    """A boto3 client with the retry mode pinned: botocore's default has changed before."""
    import boto3
    from botocore.config import Config

    told = settings()
    config = Config(retries={"mode": "standard", "total_max_attempts": 5}, connect_timeout=3, read_timeout=20)
    session = boto3.Session(region_name=told.region)
    return session.client(service, endpoint_url=told.endpoint or None, config=config)  # type: ignore[call-overload]


@lru_cache(maxsize=4)
def _hot(service: str) -> Client:
    if settings().client == "boto3":
        return boto(service)
    told = settings()
    credentials = Credentials(told.access_key, told.secret_key, told.session_token)
    return Wire(service, told.region, lambda: credentials, told.endpoint or None, POSTBACK_SECONDS, dial=_dial())


@lru_cache(maxsize=1)
def _dial() -> "Dial | None":
    """One TLS context for all clients of the hot path; none on a plain local endpoint."""
    return None if settings().endpoint.startswith("http://") else secured()


@lru_cache(maxsize=1)
def _ring() -> KeyRing:
    return click_keys(settings().master)


@lru_cache(maxsize=1)
def _visits() -> Visits:
    return Visits(_hot("dynamodb"), settings().visits, settings().click_days)


@lru_cache(maxsize=1)
def _ledger() -> "Ledger":
    from chalicelib.store.ledger import Ledger

    return Ledger(_hot("dynamodb"), settings().ledger)


@lru_cache(maxsize=1)
def _rates() -> "Rates":
    return rates(_hot("dynamodb"))


@lru_cache(maxsize=1)
def _fallback() -> Fallback:
    return Fallback(_hot("sqs"), settings().fallback)


@lru_cache(maxsize=1)
def _directory() -> Directory:
    """For visitors: rather a stale copy than to wait."""
    return Directory(_network(), settings().link_seconds, time.monotonic, LENIENT)


@lru_cache(maxsize=1)
def _records() -> Directory:
    """For money: rather wait, or be asked again, than judge by terms that have changed."""
    return Directory(_network(), settings().link_seconds, time.monotonic, EXACT)


@lru_cache(maxsize=1)
def _network() -> Network:
    return Network(_hot("dynamodb"), settings().ledger)


@lru_cache(maxsize=1)
def _survey() -> "Survey":
    from chalicelib.store.customers import Customers
    from chalicelib.web.ground import Survey

    return Survey(_records(), _ring(), Customers(_hot("dynamodb"), settings().ledger))
