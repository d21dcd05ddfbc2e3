"""A shop that sells one kettle: the advertiser of the demo network.

It does what any advertiser's shop does. Its pages carry the tag, which remembers the click and reports the sale from
the browser; its server sends the postback for the same sale. The thank-you page does both on every view, so that
reloading it shows that a sale is booked once.
"""

import html
import json
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from string import Template
from threading import Thread
from types import TracebackType
from typing import NewType, Self
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

PAGES = Path(__file__).parent / "pages"
CLICK_ID = re.compile(r"[A-Za-z0-9_-]{52}")
REMEMBERED = re.compile(r"(?:^|; *)clickledger=([A-Za-z0-9_-]{52})(?:[.;]|$)")
LANDING_NAMES = ("clid", "click_id")
LARGEST_FORM = 4096
PATIENCE_SECONDS = 10.0
MASK = "(secret)"

Markup = NewType("Markup", str)
"""Text that may stand in a page as it is; `text()` and `literal()` make it from anything."""


@dataclass(frozen=True, slots=True)
class Order:
    """One sale; `click_id` is empty when nobody's link led to it."""

    order_id: str
    click_id: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What the tracking endpoint said to a postback: status and body, or status 0 and why there is none."""

    status: int
    body: str


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer of the shop to a browser."""

    status: HTTPStatus
    body: str = ""
    content_type: str = "text/html; charset=utf-8"
    headers: Mapping[str, str] = field(default_factory=dict)


class Shop:
    """The shop on 127.0.0.1, listening from its construction on and answering between `start()` and `stop()`.

    tracking_origin is where a browser finds the tag, for example http://go.localhost:8787. postback_url is where this
    server reaches /postback, on 127.0.0.1 because Python does not resolve *.localhost; postback_host is the Host header
    it sends there. token is the advertiser's postback token. Port 0 takes a free one; a taken one raises OSError.
    """

    def __init__(
        self,
        *,
        tracking_origin: str,
        postback_url: str,
        postback_host: str,
        token: str,
        goal: str = "sale",
        amount: str = "49.90",
        currency: str = "USD",
        port: int = 0,
    ) -> None:
        self.tracking_origin = tracking_origin.rstrip("/")
        self.postback_url = postback_url
        self.postback_host = postback_host
        self.token = token
        self.goal = goal
        self.amount = amount
        self.currency = currency
        self.orders: dict[str, Order] = {}
        self._server = _Server(("127.0.0.1", port), _Visit)
        self._server.shop = self
        self._thread = Thread(target=self._server.serve_forever, args=(0.05,), name="demo-shop", daemon=True)

    @property
    def port(self) -> int:
        """The port in use."""
        return int(self._server.server_address[1])

    @property
    def origin(self) -> str:
        """The shop's address as a browser sees it."""
        return f"http://shop.localhost:{self.port}"

    def start(self) -> None:
        """Answer requests from now on, in a thread of its own."""
        self._thread.start()

    def stop(self) -> None:
        """Stop answering and give the port back."""
        if self._thread.is_alive():
            self._server.shutdown()
            self._thread.join()
        self._server.server_close()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def landing(self, query: str, cookies: str) -> Reply:
        """The product page. The tag remembers the click; the form carries it too, for browsers without scripts."""
        click_id = _landed(query) or _remembered(cookies)
        arrival = (
            f"<p>An affiliate's link brought you, with this click id:</p><pre>{text(click_id)}</pre>"
            if click_id
            else "<p>On your own: no affiliate's link was followed, so nobody earns a commission on what you buy.</p>"
        )
        return self._page(
            "landing",
            tag=text(f"{self.tracking_origin}/tag.js"),
            price=text(f"{self.amount} {self.currency}"),
            click_id=text(_landed(query)),
            arrival=Markup(arrival),
        )

    def buy(self, form: str, cookies: str) -> Reply:
        """A new order, credited to the newest click that the browser remembers, else to the one of the page."""
        order = Order(f"K-{secrets.token_hex(5).upper()}", _remembered(cookies) or _landed(form))
        self.orders[order.order_id] = order
        return Reply(HTTPStatus.SEE_OTHER, headers={"Location": f"/thanks?{urlencode({'order': order.order_id})}"})

    def thanks(self, query: str) -> Reply:
        """The thank-you page of an order; every view sends the postback and lets the browser claim the sale."""
        order = self.orders.get(parse_qs(query).get("order", [""])[-1])
        if order is None:
            return self.missing("There is no such order. The shop forgets its orders when it stops.")
        answer = self._postback(order) if order.click_id else Answer(0, "No click id came with this order.")
        nonce = secrets.token_urlsafe(16)
        return self._page(
            "thanks",
            nonce=nonce,
            tag=text(f"{self.tracking_origin}/tag.js"),
            conversion=literal(self._sale(order)),
            order_id=text(order.order_id),
            price=text(f"{self.amount} {self.currency}"),
            claim=text(self._claim(order)),
            request=text(self._request(order)),
            outcome=text(f"Answered with {answer.status}:" if answer.status else "Not answered:"),
            answer=text(_readable(answer.body)),
            pixel=self._pixel(order),
        )

    def missing(self, reason: str) -> Reply:
        """The page for an address that leads nowhere."""
        return self._page("missing", HTTPStatus.NOT_FOUND, reason=text(reason))

    def _sale(self, order: Order) -> dict[str, str]:
        return {"goal": self.goal, "order_id": order.order_id, "amount": self.amount, "currency": self.currency}

    def _parameters(self, order: Order) -> dict[str, str]:
        return {"click_id": order.click_id, **self._sale(order)}

    def _claim(self, order: Order) -> str:
        if not order.click_id:
            return "The tag knows no click either, so it reports nothing."
        return f"The tag on this page reports the sale to {self.tracking_origin}; alone it would stay pending."

    def _request(self, order: Order) -> str:
        """The postback as people read it: a line for each parameter, and the token kept to ourselves."""
        query = urlencode(self._parameters(order) | {"token": MASK}, safe="()")
        return f"GET {urlsplit(self.postback_url).path}\n  ?{query}".replace("&", "\n  &")

    def _pixel(self, order: Order) -> Markup:
        """The claim of a browser without scripts, its click id filled in by the server."""
        if not order.click_id:
            return Markup("")
        address = f"{self.tracking_origin}/p.gif?{urlencode(self._parameters(order))}"
        return Markup(f'<noscript><img src="{text(address)}" alt="" width="1" height="1"></noscript>')

    def _postback(self, order: Order) -> Answer:
        """Tell the tracking endpoint of the sale; whatever goes wrong there, the customer still gets the page."""
        address = urlsplit(self.postback_url)
        query = urlencode(self._parameters(order) | {"token": self.token})
        connection = HTTPConnection(address.hostname or "127.0.0.1", address.port, timeout=PATIENCE_SECONDS)
        try:
            connection.request("GET", f"{address.path}?{query}", headers={"Host": self.postback_host})
            response = connection.getresponse()
            return Answer(response.status, response.read().decode("utf-8", "replace"))
        except (OSError, HTTPException) as error:
            return Answer(0, f"{type(error).__name__}: {error}")
        finally:
            connection.close()

    def _page(self, name: str, status: HTTPStatus = HTTPStatus.OK, nonce: str = "", **parts: Markup) -> Reply:
        template = Template((PAGES / f"{name}.html").read_text("utf-8"))
        tracking = self.tracking_origin
        inline = f" 'nonce-{nonce}'" if nonce else ""
        policy = (
            f"default-src 'none'; style-src 'self'; script-src {tracking}{inline}; "
            f"connect-src {tracking}; img-src {tracking} data:; "
            "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
        )
        headers = {"Cache-Control": "no-store", "Content-Security-Policy": policy, "X-Content-Type-Options": "nosniff"}
        return Reply(status, template.substitute(parts, nonce=nonce), headers=headers)


def text(value: str) -> Markup:
    """Any text, as it may stand in a page or in a quoted attribute."""
    return Markup(html.escape(value))


def literal(value: Mapping[str, str]) -> Markup:
    """A JavaScript object as it may stand in a <script>: nothing in it can end the script or begin a comment."""
    escapes = {ord(letter): f"\\u{ord(letter):04x}" for letter in "<>&\u2028\u2029"}
    return Markup(json.dumps(value, ensure_ascii=False).translate(escapes))


def _landed(query: str) -> str:
    """The click id in a query or form, or nothing; the last one, as in the tag."""
    found = [value for name, value in parse_qsl(query) if name in LANDING_NAMES and CLICK_ID.fullmatch(value)]
    return found[-1] if found else ""


def _remembered(cookies: str) -> str:
    """The newest click id in the tag's cookie, or nothing."""
    newest = REMEMBERED.search(cookies)
    return newest[1] if newest else ""


def _readable(body: str) -> str:
    try:
        return json.dumps(json.loads(body), indent=2, ensure_ascii=False)
    except ValueError:
        return body


class _Server(ThreadingHTTPServer):
    shop: Shop


class _Visit(BaseHTTPRequestHandler):
    """One request, handed to the shop."""

    server: _Server
    server_version = "DemoShop"
    sys_version = ""
    timeout = PATIENCE_SECONDS

    def do_GET(self) -> None:
        """Show a page."""
        address = urlsplit(self.path)
        shop = self.server.shop
        match address.path:
            case "/":
                self._send(shop.landing(address.query, self.headers.get("Cookie", "")))
            case "/thanks":
                self._send(shop.thanks(address.query))
            case "/shop.css":
                style = (PAGES / "shop.css").read_text("utf-8")
                self._send(Reply(HTTPStatus.OK, style, "text/css; charset=utf-8"))
            case _:
                self._send(shop.missing("There is no such page."))

    def do_POST(self) -> None:
        """Take an order."""
        length = self.headers.get("Content-Length", "0")
        if not (length.isascii() and length.isdigit()):
            self.send_error(HTTPStatus.BAD_REQUEST)
        elif int(length) > LARGEST_FORM:
            self.send_error(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        elif urlsplit(self.path).path != "/buy":
            self._send(self.server.shop.missing("There is no such page."))
        else:
            form = self.rfile.read(int(length)).decode("utf-8", "replace")
            self._send(self.server.shop.buy(form, self.headers.get("Cookie", "")))

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing: the terminal belongs to the product."""

    def _send(self, reply: Reply) -> None:
        body = reply.body.encode("utf-8")
        self.send_response(reply.status)
        self.send_header("Content-Type", reply.content_type)
        self.send_header("Content-Length", str(len(body)))
        for name, value in reply.headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)
