"""A whole network on a real store: every view of the hot path, a clock to turn, and parts that can be made to fail."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit
from uuid import uuid4

from chalicelib.manage.setup import Office
from chalicelib.model import trust
from chalicelib.model.fact import Fact
from chalicelib.model.network import Campaign, Link
from chalicelib.store.client import Client
from chalicelib.store.customers import Customers
from chalicelib.store.directory import EXACT, LENIENT, Directory
from chalicelib.store.erasures import Erasures
from chalicelib.store.errors import Unavailable
from chalicelib.store.fallback import Fallback
from chalicelib.store.ledger import Ledger
from chalicelib.store.network import Network
from chalicelib.store.rates import Rates
from chalicelib.store.salts import Salts
from chalicelib.store.visits import Visits
from chalicelib.stream.drain import Drain
from chalicelib.web.call import Switchboard
from chalicelib.web.edge import Edge
from chalicelib.web.ground import Survey
from chalicelib.web.impression import Impression
from chalicelib.web.message import Request, Response
from chalicelib.web.pixel import Pixel
from chalicelib.web.postback import Postback
from chalicelib.web.proof import Prover
from chalicelib.web.redirect import Redirect
from tests.services import Service

MASTER = "a master secret for tests that is long enough to pass"
START = 1_790_000_000_000


@dataclass
class Switch:
    """A client that can be switched off, and that counts what went through it."""

    client: Client
    is_off: bool = False
    calls: list[str] = field(default_factory=list)

    def call(self, operation: str, body: dict[str, Any], deadline: float | None = None) -> dict[str, Any]:
        """As the client, or Unavailable."""
        if self.is_off:
            raise Unavailable("SwitchedOff")
        self.calls.append(operation)
        return self.client.call(operation, body, deadline)


@dataclass
class Front:
    """What a test works with. `now` is Unix milliseconds; `passes` turns both clocks."""

    table: Switch
    queue: Switch
    edge: Edge
    ledger: Ledger
    office: Office
    drain: Drain
    queue_url: str
    sqs: Any
    shop: str
    rates: Rates
    token: str = ""
    now: int = START

    def passes(self, ms: int) -> None:
        """Let time pass."""
        self.now += ms

    def ask(self, method: str, path: str, body: bytes = b"", /, **headers: str) -> Response:
        """One request through the edge's own router."""
        parts = urlsplit(path)
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        request = Request(
            method, parts.path, (parts.query,), {"user-agent": "Test/1", **named}, body, "192.0.2.7", "DE"
        )
        return self.edge.answer(request, self.now)

    def click(self, slug: str, query: str = "") -> str:
        """Follow a link; the click id that the destination was given."""
        answer = self.ask("GET", f"/c/{slug}{query}")
        assert answer.status == 302, answer
        return parse_qs(urlsplit(answer.headers["Location"]).query)["clid"][0]

    def postback(self, **said: str) -> tuple[int, dict[str, str]]:
        """A server's word by query with the token; status and JSON."""
        answer = self.ask("GET", "/postback?" + urlencode({"token": self.token, **said}))
        return answer.status, json.loads(answer.body)

    def link(self, affiliate: str = "", **changes: Any) -> Link:
        """A new link with a campaign of its own that pays 10 % of a sale and 2.00 USD for a lead."""
        name = uuid4().hex[:10]
        plain = {
            "id": name,
            "name": name,
            "advertiser": self.shop,
            "currency": "USD",
            "destination": "https://shop.example/",
        }
        self.office.add_campaign(Campaign(**{**plain, **changes}))
        self.office.add_terms(name, "sale", "*", ("RevShare 10%", "RevShare 15%"), None)
        self.office.add_terms(name, "lead", "*", ("CPA 2.00 USD", "CPA 3.00 USD"), None)
        affiliate = affiliate or f"aff-{name}"
        self.office.add_affiliate(affiliate, affiliate)
        return self.office.add_link(affiliate, name, "", "")

    def facts(self, conversion: str) -> list[Fact]:
        """The facts of a conversion."""
        return self.ledger.facts(conversion)

    def queued(self) -> Iterator[dict[str, Any]]:
        """Take every message out of the fallback queue, as records of an SQS event."""
        while found := self.sqs.receive_message(QueueUrl=self.queue_url, MaxNumberOfMessages=10).get("Messages"):
            for message in found:
                self.sqs.delete_message(QueueUrl=self.queue_url, ReceiptHandle=message["ReceiptHandle"])
                yield {"messageId": message["MessageId"], "body": message["Body"]}


def build(service: Service) -> Front:
    """A network with one advertiser, on tables that other tests use too."""
    table, queue = Switch(service.connect("dynamodb")), Switch(service.connect("sqs"))
    sqs = service.boto3("sqs")
    url = sqs.create_queue(QueueName=uuid4().hex)["QueueUrl"]
    network, ledger, visits = Network(table, "ledger"), Ledger(table, "ledger"), Visits(table, "visits", 120)
    ring, shop = trust.click_keys(MASTER), f"shop-{uuid4().hex[:10]}"
    directory = Directory(network, 60, lambda: front.now / 1000, LENIENT)
    records = Directory(network, 60, lambda: front.now / 1000, EXACT)
    survey = Survey(records, ring, Customers(table, "ledger"))
    rates = Rates(table, "ledger", 60, lambda: front.now / 1000)
    pixel = Pixel(records, ledger, Fallback(queue, url), survey, "UTC", rates=rates.on)
    salts = Salts(table, "visits", clock=lambda: front.now / 1000)
    redirect = Redirect(directory, visits, Fallback(queue, url), ring, "UTC", salt=salts.on)
    postback = Postback(records, visits, ledger, survey, Prover(MASTER), "UTC", rates.on)
    impression = Impression(directory, visits, Fallback(queue, url), ring, "UTC", salt=salts.on)
    switchboard = Switchboard(records, ledger, survey, Prover(MASTER), MASTER, "UTC")
    edge = Edge(lambda: redirect, lambda: pixel, lambda: postback, lambda: impression, lambda: switchboard)
    office = Office(network, lambda: front.now, 60)
    erasures = Erasures(table, "visits", ring.person)
    drain = Drain(visits, pixel, ring, lambda: front.now, erasures.settle)
    front = Front(table, queue, edge, ledger, office, drain, url, sqs, shop, rates)
    office.add_advertiser(shop, "A shop", {})
    office.add_goal(shop, "sale", "order", "auto")
    office.add_goal(shop, "lead", "click", "auto")
    front.token = office.add_token(shop)
    return front
