"""Where the parts are put together: the only importer of boto3, and the clock. Each part is made once per container."""

import json
import time
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from chalicelib import telemetry
from chalicelib.model.clickid import KeyRing
from chalicelib.model.trust import click_keys
from chalicelib.settings import settings
from chalicelib.store.client import Client
from chalicelib.store.directory import EXACT, LENIENT, Directory
from chalicelib.store.fallback import Fallback
from chalicelib.store.network import Network
from chalicelib.store.salts import Salts
from chalicelib.store.visits import Visits
from chalicelib.store.wire import Credentials, Wire, secured
from chalicelib.web.edge import Edge
from chalicelib.web.redirect import Redirect

if TYPE_CHECKING:
    from chalicelib.reports.daily import DailyReport
    from chalicelib.reports.month import MonthClose
    from chalicelib.store.archive import Archive
    from chalicelib.store.erasures import Erasures
    from chalicelib.store.ledger import Ledger
    from chalicelib.store.rates import Rates
    from chalicelib.store.wire import Dial
    from chalicelib.stream.clicks import ClickCounter
    from chalicelib.stream.drain import Drain
    from chalicelib.stream.follow import Follower
    from chalicelib.stream.forget import Forgetter
    from chalicelib.stream.judging import Judging
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
    return Redirect(
        _directory(), _visits(), fallback(), _ring(), told.time_zone, told.clid, told.access_log, salt=_salts().on
    )


@lru_cache(maxsize=1)
def pixel() -> "Pixel":
    """The pixel and the beacon."""
    # A click does not judge, and what judges is a quarter of all that would be imported for it.
    from chalicelib.web.pixel import Pixel

    told = settings()
    return Pixel(_records(), _ledger(), fallback(), _survey(), told.time_zone, told.access_log, _rates().on)


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
    visits, queue, ring, salt = _visits(), fallback(), _ring(), _salts().on
    return Impression(_directory(), visits, queue, ring, told.time_zone, told.access_log, salt=salt)


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

    return Drain(_visits(), pixel(), _ring(), now_ms, erasures(_hot("dynamodb"), _ring()).settle)


@lru_cache(maxsize=1)
def follower() -> "Follower":
    """What follows the ledger's stream."""
    from chalicelib.store import fact_items
    from chalicelib.store.ledger import Ledger
    from chalicelib.stream.follow import Follower

    told, client = settings(), boto("dynamodb")
    dead, ledger = Fallback(boto("sqs"), told.dead), Ledger(client, told.ledger)
    return Follower(Network(client, told.ledger), dead, fact_items.fact_or_none, ledger)


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


@lru_cache(maxsize=1)
def click_counter() -> "ClickCounter":
    """What counts clicks towards caps."""
    from chalicelib.store.visited import Visited
    from chalicelib.stream.clicks import ClickCounter

    told, client = settings(), boto("dynamodb")
    network = Network(client, told.ledger)
    # Whose a link is never changes, and a busy one is asked for once for each of its clicks.
    links = lru_cache(maxsize=50_000)(network.link)
    return ClickCounter(network, Visited(Visits(client, told.visits, told.click_days), links), told.time_zone)


def count_clicks(event: Mapping[str, Any], context: Any) -> dict[str, int]:  # noqa: ANN401 - Lambda's own object
    """Count the clicks that came in before the event's time towards caps."""
    at_ms = round(datetime.fromisoformat(event["time"]).timestamp() * 1000)
    return click_counter().run(at_ms, remaining(context))


@lru_cache(maxsize=1)
def judging() -> "Judging":
    """What looks at the traffic of days that are over."""
    from chalicelib.model import datacenter
    from chalicelib.store.days import Days
    from chalicelib.store.ledger import Ledger
    from chalicelib.store.parties import Parties
    from chalicelib.store.personal import Personals
    from chalicelib.stream.dossier import Dossier
    from chalicelib.stream.judging import Judging

    told, client, shelf = settings(), boto("dynamodb"), archive()
    network, days, parties = Network(client, told.ledger), Days(client, told.ledger), Parties(client, told.ledger)
    networks = datacenter.read((shelf.read("datacenters.csv") or b"").decode())
    links = lru_cache(maxsize=50_000)(network.link)
    dossier = Dossier(shelf, Visits(client, told.visits, told.click_days), days, links, networks.cover)
    personal = Personals(client, told.ledger, told.personal_days).of

    def ibans(affiliate: str) -> list[str]:
        return [fact.account.iban for fact in parties.accounts(affiliate)]

    return Judging(dossier, days, Ledger(client, told.ledger), network, personal, ibans, told.time_zone)


@lru_cache(maxsize=1)
def forgetter() -> "Forgetter":
    """What time takes away."""
    from chalicelib.stream.forget import Forgetter

    return Forgetter(Salts(boto("dynamodb"), settings().visits))


@lru_cache(maxsize=2)
def daily_report(scratch: str) -> "DailyReport":
    """The daily report, with `scratch` as the name of a temporary folder that no other process works in."""
    from pathlib import Path
    from tempfile import gettempdir

    from chalicelib.reports.daily import DailyReport
    from chalicelib.store.days import Days
    from chalicelib.store.followed import Followed

    told, client, folder = settings(), boto("dynamodb"), Path(gettempdir()) / scratch
    followed = Followed(Visits(client, told.visits, told.click_days), Network(client, told.ledger).link)
    return DailyReport(Days(client, told.ledger), archive(), told.time_zone, folder, followed=followed)


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
        log.info("report_handed_over", extra={"cursor": outcome.cursor})
        _again(event, context, outcome.cursor)
    else:
        log.info("report_done", extra={"days": list(outcome.days)})
    return {"days": list(outcome.days), "done": not isinstance(outcome, HandOver)}


def _again(event: Mapping[str, Any], context: Any, cursor: Mapping[str, str]) -> None:  # noqa: ANN401 - Lambda's object
    """Start a fresh run of the function that runs, with the same event and a cursor."""
    payload = json.dumps({**event, "detail": {"cursor": dict(cursor)}})
    boto3_client("lambda").invoke(FunctionName=context.function_name, InvocationType="Event", Payload=payload)


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


def close_months(event: Mapping[str, Any], context: Any) -> dict[str, Any]:  # noqa: ANN401 - Lambda's own object
    """Close every month that is due at the event's time; hand over to a fresh run if this one's time is short.

    A month that lacks an exchange rate stays open, loudly.
    """
    from chalicelib.model.together import NoRate
    from chalicelib.reports.month import HandOver

    log = telemetry.logger("close")
    at_ms = round(datetime.fromisoformat(event["time"]).timestamp() * 1000)
    try:
        cursor = event["detail"].get("cursor")
        outcome = month_close("clickledger-close").advance(at_ms, remaining(context), cursor)
    except NoRate as missing:
        log.error("close_waits_for_rates", extra={"missing": str(missing)})
        raise
    for period in outcome.periods:
        telemetry.count("period_closed", period=period)
    if isinstance(outcome, HandOver):
        log.info("close_handed_over", extra={"cursor": outcome.cursor})
        _again(event, context, outcome.cursor)
    else:
        log.info("close_done", extra={"periods": list(outcome.periods)})
    return {"periods": list(outcome.periods), "done": not isinstance(outcome, HandOver)}


def rates(client: Client) -> "Rates":
    """The exchange rates, over a client for DynamoDB."""
    from chalicelib.store.rates import Rates

    told = settings()
    return Rates(client, told.ledger, told.link_seconds, time.monotonic)


def erasures(client: Client, ring: KeyRing) -> "Erasures":
    """The list of who was erased."""
    from chalicelib.store.erasures import Erasures

    return Erasures(client, settings().visits, ring.person)


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
def _salts() -> Salts:
    return Salts(_hot("dynamodb"), settings().visits)


@lru_cache(maxsize=1)
def _ledger() -> "Ledger":
    from chalicelib.store.ledger import Ledger

    return Ledger(_hot("dynamodb"), settings().ledger, settings().refusal_days)


@lru_cache(maxsize=1)
def _rates() -> "Rates":
    return rates(_hot("dynamodb"))


@lru_cache(maxsize=1)
def fallback() -> Fallback:
    """The queue that stands in for the visits table."""
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

    told = settings()
    return Survey(_records(), _ring(), Customers(_hot("dynamodb"), told.ledger, told.personal_days))
