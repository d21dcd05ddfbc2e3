"""The stack on a local AWS, and the network on it: the real template, deployed as `make run` does it."""

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from bench.stress.network import AFFILIATES, OFFERS, PROMISES, SET_UP_DAYS
from chalicelib.manage.setup import Office
from chalicelib.model.network import DAY_MS, Campaign, Link, OncePer
from chalicelib.store.network import Network
from infra import account, emulator, stack
from infra.account import Account
from infra.package import package

STACK: Final = "clickledger-stress"

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Site:
    """A stack that stands. `environment` is what its functions are told, with the local AWS as endpoint."""

    account: Account
    environment: Mapping[str, str]
    endpoint: str
    visits: str
    ledger: str
    queue: str
    dead: str
    bucket: str


@dataclass(frozen=True, slots=True)
class Opened:
    """A network that was set up: tokens by advertiser, and links by (affiliate, campaign)."""

    tokens: Mapping[str, str]
    links: Mapping[tuple[str, str], Link]


@contextmanager
def standing(folder: Path, say: Say) -> Iterator[Site]:
    """Put the stack up on a local AWS in a folder; end it all afterwards. This process gets its settings, too."""
    made = package("local", say=say)
    running = emulator.start(folder, auth=False, say=say)
    try:
        here = account.local(running)
        told = stack.deploy(made, STACK, here, {"ProtectData": "false"}, say=say)
        functions = here.client("lambda")
        for mapping in functions.list_event_source_mappings()["EventSourceMappings"]:
            # The drain is called from here, so that its worker too meets the faults; the stream's function is not
            # what is under stress, and would only share the processors.
            functions.update_event_source_mapping(UUID=mapping["UUID"], Enabled=False)
        variables = functions.get_function_configuration(FunctionName=told["EdgeName"])["Environment"]["Variables"]
        environment = {
            **running.environment,
            **variables,
            "CLICKLEDGER_BUCKET": told["Bucket"],
            "CLICKLEDGER_ACCESS_LOG": "0",
        }
        os.environ |= environment
        yield Site(
            account=here,
            environment=environment,
            endpoint=running.endpoint,
            visits=told["VisitsTable"],
            ledger=told["LedgerTable"],
            queue=told["FallbackQueue"],
            dead=told["FallbackDeadQueue"],
            bucket=told["Bucket"],
        )
    finally:
        running.stop()


def opened(client: Any, table: str, now_ms: int) -> Opened:  # noqa: ANN401 - a client of the store
    """Set the network up, SET_UP_DAYS before now: terms never begin in the past, and clicks have their age."""
    office = Office(Network(client, table), lambda: now_ms - SET_UP_DAYS * DAY_MS, 60)
    tokens = {}
    for advertiser, promises in PROMISES.items():
        office.add_advertiser(advertiser, advertiser, {})
        for goal, promise in promises.items():
            once_per: OncePer = promise.once_per  # type: ignore[assignment]  # the plan spells it as the model does
            office.add_goal(advertiser, goal, once_per, promise.review)
        tokens[advertiser] = office.add_token(advertiser)
    for affiliate in AFFILIATES:
        office.add_affiliate(affiliate, affiliate)
    links = {}
    for offer in OFFERS:
        destination = f"https://{offer.id}.example/"
        office.add_campaign(
            Campaign(offer.id, offer.id, offer.advertiser, offer.currency, destination, shop=offer.shop)
        )
        for deal in sorted(offer.deals, key=lambda deal: (deal.days_ago >= 0, -deal.days_ago)):
            since = None if deal.days_ago < 0 else now_ms - deal.days_ago * DAY_MS
            office.add_terms(offer.id, deal.goal, deal.affiliate, (deal.commission, deal.revenue), since)
        for affiliate in AFFILIATES:
            links[affiliate, offer.id] = office.add_link(affiliate, offer.id, "", "")
    return Opened(tokens, links)
