"""What is measured: a small network behind the stand-in table, and the requests that visitors and shops send.

Sizes are those that the figures are defined with: five sub ids of 20 characters and a user agent of 120.
"""

import json
import os
import subprocess
import sys
from base64 import b64decode
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode

from bench.stub import ROOT, Stub
from chalicelib.manage.setup import Office
from chalicelib.model import click as limits
from chalicelib.model.click import SUBS
from chalicelib.model.network import Campaign
from chalicelib.store.network import Network
from chalicelib.store.wire import Credentials, Wire
from chalicelib.web.redirect import REFERRER_CHARACTERS

Event = dict[str, Any]

SLUG: Final = "spring"
SUB_CHARACTERS: Final = 20
AGENT_CHARACTERS: Final = 120
AGENT: Final = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/142.0.7444.60 Safari/537.36"
).ljust(AGENT_CHARACTERS, "x")
WIDE: Final = "\N{TEACUP WITHOUT HANDLE}"
"""A character of four bytes, the most that UTF-8 knows."""

KEY_ID: Final = "AKIABENCHBENCHBENCH0"
KEY: Final = "a secret key for the bench, forty letters"


@dataclass(frozen=True, slots=True)
class Scene:
    """A network that is set up; `token` lets its advertiser send postbacks."""

    stub: Stub
    token: str

    @property
    def environment(self) -> dict[str, str]:
        """What a function that serves the network is told, AWS's own variables among it."""
        return {
            "CLICKLEDGER_VISITS": "visits",
            "CLICKLEDGER_LEDGER": "ledger",
            "CLICKLEDGER_FALLBACK": f"{self.stub.endpoint}/000000000000/fallback",
            "CLICKLEDGER_MASTER": "a master secret for the bench, long enough to pass",
            "AWS_ENDPOINT_URL": self.stub.endpoint,
            "AWS_REGION": "us-east-1",
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_ACCESS_KEY_ID": KEY_ID,
            "AWS_SECRET_ACCESS_KEY": KEY,
            # A role's credentials come with one, and every call carries it.
            "AWS_SESSION_TOKEN": "IQoJb3JpZ2luX2VjE" * 40,
        }

    def measured(self, module: str, *arguments: object) -> dict[str, float]:
        """What a module says that measures in a fresh process, given the port of the stand-in and more."""
        words = [str(argument) for argument in (self.stub.port, *arguments)]
        done = subprocess.run(
            [sys.executable, "-m", module, *words],
            cwd=ROOT,
            env=self.environment | {"PATH": os.environ.get("PATH", "")},
            check=True,
            stdout=subprocess.PIPE,
            text=True,
        )
        told: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
        return told


def scene(stub: Stub) -> Scene:
    """One advertiser, one affiliate, one campaign and one link, set up as an operator does it."""
    wire = Wire("dynamodb", "us-east-1", lambda: Credentials(KEY_ID, KEY), stub.endpoint, 10.0)
    office = Office(Network(wire, "ledger"), lambda: 0, 60)
    office.add_advertiser("kettles", "Kettles & Co", {})
    office.add_goal("kettles", "sale", "order", "auto")
    office.add_affiliate("tea-blog", "The tea blog")
    office.add_campaign(Campaign("spring-sale", "Spring kettles", "kettles", "USD", "https://shop.example/kettles"))
    office.add_terms("spring-sale", "sale", "*", ("RevShare 10%", "RevShare 15%"), None)
    office.add_link("tea-blog", "spring-sale", SLUG, "")
    return Scene(stub, office.add_token("kettles"))


def click() -> Event:
    """A visitor follows the link."""
    subs = {name: name.ljust(SUB_CHARACTERS, "x") for name in SUBS}
    headers = {"user-agent": AGENT, "referer": "https://tea.example/kettles", "cloudfront-viewer-country": "DE"}
    return _event("GET", f"/c/{SLUG}", subs, headers)


def largest_click() -> Event:
    """A visitor whose every field is as long as is kept."""
    headers = {
        "user-agent": WIDE * limits.AGENT_CHARACTERS,
        "referer": f"https://{WIDE * REFERRER_CHARACTERS}/",
        "sec-purpose": WIDE * 32,
        "cloudfront-viewer-country": "DE",
    }
    return _event("HEAD", f"/c/{SLUG}", dict.fromkeys(SUBS, "x" * limits.SUB_BYTES), headers, "2001:db8:ffff:ffff::1")


def postback(token: str, click_id: str, order: int) -> Event:
    """The shop's server says that a visitor has bought, with all that it usually knows."""
    said = {
        "click_id": click_id,
        "goal": "sale",
        "order_id": _order(order),
        "amount": "129.90",
        "currency": "USD",
        "status": "approved",
        "customer_id": f"customer-{order:08d}",
        "token": token,
    }
    return _event("GET", "/postback", said, {"user-agent": "shop/1.0"})


def claim(click_id: str, order: int) -> Event:
    """A browser's image says so too."""
    said = {"click_id": click_id, "goal": "sale", "order_id": _order(order), "amount": "129.90", "currency": "USD"}
    return _event("GET", "/p.gif", said, {"user-agent": AGENT, "referer": "https://shop.example/thanks"})


def answer_bytes(answer: dict[str, Any]) -> int:
    """How much of an answer leaves for the internet, without the lines that the front door adds."""
    lines = [f"{name}: {value}\r\n" for name, value in answer["headers"].items()]
    return len("".join(["HTTP/1.1 200 OK\r\n", *lines, "\r\n"]).encode()) + len(b64decode(answer["body"]))


def _order(number: int) -> str:
    return f"ORDER-{number:010d}"


def _event(
    method: str, path: str, query: dict[str, str], headers: dict[str, str], address: str = "198.51.100.23"
) -> Event:
    """A request in payload format 2.0, as an HTTP API hands it over."""
    text = urlencode(query)
    plain = {
        "accept": "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8",
        "accept-encoding": "gzip, deflate, br, zstd",
        "accept-language": "en-GB,en;q=0.9,de;q=0.8",
        "content-length": "0",
        "host": "go.example.com",
        "x-amzn-trace-id": "Root=1-6923f5c8-0f1e2d3c4b5a69788796a5b4",
        "x-forwarded-for": address,
        "x-forwarded-port": "443",
        "x-forwarded-proto": "https",
    }
    context = {
        "accountId": "000000000000",
        "apiId": "a1b2c3d4e5",
        "domainName": "go.example.com",
        "domainPrefix": "go",
        "http": {
            "method": method,
            "path": path,
            "protocol": "HTTP/1.1",
            "sourceIp": address,
            "userAgent": headers.get("user-agent", ""),
        },
        "requestId": "UZqAbh3roAMEVyw=",
        "routeKey": "$default",
        "stage": "$default",
        "time": "24/Nov/2026:06:30:00 +0000",
        "timeEpoch": 1_795_501_800_000,
    }
    return {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": path,
        "rawQueryString": text,
        "headers": plain | headers,
        "queryStringParameters": query,
        "requestContext": context,
        "isBase64Encoded": False,
    }
