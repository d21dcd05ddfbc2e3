"""Where the parts are put together: the only importer of boto3, and the clock. Each part is made once per container."""

import time
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from chalicelib.model.clickid import KeyRing
from chalicelib.model.trust import click_keys
from chalicelib.settings import settings
from chalicelib.store import items
from chalicelib.store.client import Client
from chalicelib.store.directory import Directory
from chalicelib.store.fallback import Fallback
from chalicelib.store.ledger import Ledger
from chalicelib.store.network import Network
from chalicelib.store.visits import Visits
from chalicelib.store.wire import Credentials, Wire
from chalicelib.web.edge import Edge
from chalicelib.web.pixel import Pixel
from chalicelib.web.postback import Postback
from chalicelib.web.proof import Prover
from chalicelib.web.redirect import Redirect

if TYPE_CHECKING:
    from chalicelib.reports.daily import DailyReport
    from chalicelib.stream.drain import Drain
    from chalicelib.stream.follow import Follower
    from chalicelib.stream.ripen import Ripener

POSTBACK_SECONDS = 3.0
"""A server can wait longer than a visitor, and 503 makes it come back."""


def now_ms() -> int:
    """Unix milliseconds."""
    return time.time_ns() // 1_000_000


@lru_cache(maxsize=1)
def edge() -> Edge:
    """Every view of the hot path."""
    return Edge(redirect(), pixel(), postback())


@lru_cache(maxsize=1)
def redirect() -> Redirect:
    """The redirect."""
    told = settings()
    return Redirect(_directory(), _visits(), _fallback(), _ring(), told.time_zone, told.clid, told.access_log)


@lru_cache(maxsize=1)
def pixel() -> Pixel:
    """The pixel and the beacon."""
    told = settings()
    return Pixel(_directory(), _ledger(), _fallback(), _ring(), told.time_zone, told.access_log)


@lru_cache(maxsize=1)
def postback() -> Postback:
    """The postback."""
    told = settings()
    return Postback(_directory(), _visits(), _ledger(), _ring(), Prover(told.master), told.time_zone)


@lru_cache(maxsize=1)
def drain() -> "Drain":
    """What empties the fallback queue."""
    from chalicelib.stream.drain import Drain

    return Drain(_visits(), pixel(), _ring(), now_ms)


@lru_cache(maxsize=1)
def follower() -> "Follower":
    """What follows the ledger's stream."""
    from chalicelib.stream.follow import Follower

    told = settings()
    return Follower(Network(boto("dynamodb"), told.ledger), Fallback(boto("sqs"), told.dead), items.fact_or_none)


@lru_cache(maxsize=1)
def ripener() -> "Ripener":
    """What time alone brings about."""
    from chalicelib.store.days import Days
    from chalicelib.stream.ripen import Ripener

    told, client = settings(), boto("dynamodb")
    return Ripener(
        Days(client, told.ledger),
        Ledger(client, told.ledger),
        Network(client, told.ledger),
        told.time_zone,
        told.confirm_days,
    )


def publish(event: Mapping[str, Any], context: Any) -> dict[str, Any]:  # noqa: ANN401 - Lambda's own object
    """Run the daily report, and hand over to a fresh run of the same function if the time does not suffice."""
    raise NotImplementedError


def remaining(context: Any) -> Callable[[], int]:  # noqa: ANN401 - Lambda's own object
    """How many milliseconds a function may still run; a quarter of an hour where nobody says."""
    found: Callable[[], int] = getattr(context, "get_remaining_time_in_millis", lambda: 900_000)
    return found


@lru_cache(maxsize=8)
def boto(service: str) -> Client:
    """A boto3 client behind the stores' own interface, for everything that is not on the hot path."""
    from botocore import exceptions

    from chalicelib.store.boto import Boto

    lost = (exceptions.ConnectionError, exceptions.HTTPClientError)
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
    return Wire(service, told.region, lambda: credentials, told.endpoint or None, POSTBACK_SECONDS)


@lru_cache(maxsize=1)
def _ring() -> KeyRing:
    return click_keys(settings().master)


@lru_cache(maxsize=1)
def _visits() -> Visits:
    return Visits(_hot("dynamodb"), settings().visits, settings().click_days)


@lru_cache(maxsize=1)
def _ledger() -> Ledger:
    return Ledger(_hot("dynamodb"), settings().ledger)


@lru_cache(maxsize=1)
def _fallback() -> Fallback:
    return Fallback(_hot("sqs"), settings().fallback)


@lru_cache(maxsize=1)
def _directory() -> Directory:
    network = Network(_hot("dynamodb"), settings().ledger)
    return Directory(network, settings().link_seconds, time.monotonic)
