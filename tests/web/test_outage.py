"""The table is away for ten minutes, or hangs: visitors arrive, servers come back, nothing is lost or counted twice."""

import json
import socket
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from chalicelib.model import clickid
from chalicelib.model.fact import Fact
from chalicelib.model.network import Link
from chalicelib.store.wire import Credentials, Wire
from chalicelib.web.dot import GIF
from chalicelib.wiring import POSTBACK_SECONDS
from tests.web.shopfront import Front

STEP_MS = 5_000
STEPS = 120
SALE = {"goal": "sale", "amount": "50.00", "currency": "USD"}


@dataclass
class Purchase:
    """What somebody bought during the outage, and what its server was answered."""

    click: str
    order: str
    at_ms: int
    is_claimed: bool
    answer: tuple[int, str]


@dataclass
class Meanwhile:
    """What happened in the ten minutes."""

    link: Link
    locations: list[str] = field(default_factory=list)
    bought: list[Purchase] = field(default_factory=list)

    @property
    def clicks(self) -> list[str]:
        return [one.click for one in self.bought]


def ten_minutes(front: Front) -> Meanwhile:
    """Every five seconds somebody follows a link that was seen before, and buys; every other browser says so."""
    link = front.link()
    front.click(link.slug)
    # Both halves of the set-up that a postback reads have been seen as well.
    front.postback(goal="sale", order_id="before", amount="1", click_id=front.click(link.slug))
    front.table.is_off = True
    meanwhile = Meanwhile(link)
    for n in range(STEPS):
        front.passes(STEP_MS)
        answer = front.ask("GET", f"/c/{link.slug}?sub1=v{n}")
        assert answer.status == 302
        meanwhile.locations.append(answer.headers["Location"])
        click = parse_qs(urlsplit(answer.headers["Location"]).query)["clid"][0]
        said = {"click_id": click, "order_id": f"A-{n}", **SALE}
        if n % 2:
            assert front.ask("GET", "/p.gif?" + urlencode(said)).body == GIF
            assert front.ask("POST", "/p", urlencode(said).encode()).status == 204
        heard = front.ask("GET", "/postback?" + urlencode({"token": front.token, **said}))
        retry = (heard.status, heard.headers.get("Retry-After", ""))
        meanwhile.bought.append(Purchase(click, f"A-{n}", front.now, bool(n % 2), retry))
    front.table.is_off = False
    return meanwhile


def stored(front: Front, link: Link) -> Counter[str]:
    """The rows of the link's clicks, by click id."""
    found: Counter[str] = Counter()
    query = {"TableName": "visits"}
    while True:
        page = front.table.call("Scan", query)
        for item in page["Items"]:
            id = clickid.read(front.edge.redirect().ring, item["sk"]["S"].partition("#")[2])
            if id is not None and id.link == link.number and item["pk"]["S"].startswith("C#"):
                found[id.text] += 1
        if "LastEvaluatedKey" not in page:
            return found
        query = {**query, "ExclusiveStartKey": page["LastEvaluatedKey"]}


def drained(front: Front) -> None:
    """Drain the queue; each message comes twice, as it may."""
    records = list(front.queued())
    assert front.drain.take(records) == []
    assert front.drain.take(records) == []


def told_again(front: Front, one: Purchase) -> list[Fact]:
    """The server's postback once more; the facts of the conversion then."""
    status, said = front.postback(click_id=one.click, order_id=one.order, **SALE)
    assert (status, said["state"]) == (200, "approved")
    return front.facts(said["conversion_id"])


def test_visitors_arrive_and_servers_are_asked_to_come_back(front: Front) -> None:
    meanwhile = ten_minutes(front)
    assert {urlsplit(one)._replace(query="").geturl() for one in meanwhile.locations} == {"https://shop.example/"}
    assert {one.answer for one in meanwhile.bought} == {(503, "5")}


def test_as_many_clicks_are_stored_as_redirects_were_answered(front: Front) -> None:
    meanwhile = ten_minutes(front)
    before = stored(front, meanwhile.link)
    assert before.total() == 2
    drained(front)
    assert stored(front, meanwhile.link) - before == Counter(meanwhile.clicks)


def test_the_evidence_of_a_visit_in_the_outage_is_whole(front: Front) -> None:
    meanwhile = ten_minutes(front)
    drained(front)
    for n, one in enumerate(meanwhile.bought):
        id = clickid.read(front.edge.redirect().ring, one.click)
        assert id is not None
        click = front.edge.postback().clicks.click(id)
        assert (click.subs[0], click.agent, id.ms) == (f"v{n}", "Test/1", one.at_ms)


def test_a_claim_made_in_the_outage_is_booked_once_with_the_time_the_browser_made_it(front: Front) -> None:
    meanwhile = ten_minutes(front)
    drained_at = front.now
    drained(front)
    for one in meanwhile.bought:
        booked, *later = told_again(front, one)
        expected = ("browser", one.at_ms, drained_at) if one.is_claimed else ("server", front.now, front.now)
        assert (booked.source, booked.event_ms, booked.at_ms) == expected
        assert [fact.kind for fact in later] == (["confirmed"] if one.is_claimed else [])


@pytest.mark.parametrize("servers_first", [True, False])
def test_every_conversion_on_a_click_made_meanwhile_is_attributed_once(front: Front, servers_first: bool) -> None:
    meanwhile = ten_minutes(front)
    if servers_first:
        for one in meanwhile.bought:
            told_again(front, one)
    drained(front)
    for one in meanwhile.bought:
        facts = told_again(front, one)
        assert [fact.kind for fact in facts].count("booked") == 1
        assert sum(fact.moved.pending_commission + fact.moved.approved_commission for fact in facts) == 500
        assert (facts[-1].affiliate, facts[-1].click_id) == (meanwhile.link.affiliate, one.click)


def test_what_the_queue_did_not_take_either_is_read_back_from_the_log(
    front: Front, capsys: pytest.CaptureFixture[str]
) -> None:
    front.queue.is_off = True
    meanwhile = ten_minutes(front)
    before = stored(front, meanwhile.link)
    lines = [json.loads(text) for text in capsys.readouterr().out.splitlines()]
    for line in lines:
        if line["event"] == "spilled":
            front.drain.write(line["message"])
    assert stored(front, meanwhile.link) - before == Counter(meanwhile.clicks)
    claimed = [one for one in meanwhile.bought if one.is_claimed]
    assert {told_again(front, one)[0].source for one in claimed} == {"browser"}


# On a real socket


class Tunnel:
    """Stands before a service and can make it hang: it takes every connection and every byte, and then is silent."""

    def __init__(self, port: int) -> None:
        self._port, self._door = port, socket.create_server(("127.0.0.1", 0))
        self.is_silent = False
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self._door.getsockname()[1]}"

    def close(self) -> None:
        self._door.close()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._door.accept()
            except OSError:
                return
            service = socket.create_connection(("127.0.0.1", self._port))
            for ends in ((client, service), (service, client)):
                threading.Thread(target=self._pass, args=ends, daemon=True).start()

    def _pass(self, source: socket.socket, target: socket.socket) -> None:
        try:
            while piece := source.recv(65_536):
                if not self.is_silent:
                    target.sendall(piece)
            target.shutdown(socket.SHUT_RDWR)
        except OSError:
            source.close()


@pytest.fixture
def tunnel(front: Front, ministack: str) -> Iterator[Tunnel]:
    """The front's table lies behind it, over the hot path's own client as the wiring makes it."""
    made = Tunnel(urlsplit(ministack).port or 0)
    front.table.client = wire("dynamodb", made)
    yield made
    made.close()


def wire(service: str, tunnel: Tunnel) -> Wire:
    return Wire(service, "us-east-1", lambda: Credentials("test", "test"), tunnel.endpoint, POSTBACK_SECONDS)


def seconds_to_arrive(front: Front, link: Link) -> float:
    """How long a visitor is under way whose link has been seen, but must be read again."""
    front.passes(60_001)
    begun = time.monotonic()
    answer = front.ask("GET", f"/c/{link.slug}")
    taken = time.monotonic() - begun
    assert (answer.status, answer.headers["Location"][:21]) == (302, "https://shop.example/")
    return taken


def test_a_visitor_arrives_in_half_a_second_while_the_table_hangs(front: Front, tunnel: Tunnel) -> None:
    link = front.link()
    front.click(link.slug)
    tunnel.is_silent = True
    # The kept connection falls silent first; after it each new one does.
    taken = [seconds_to_arrive(front, link) for _ in range(3)]
    tunnel.is_silent = False
    assert max(taken) < 0.5
    assert stored(front, link).total() == 1
    drained(front)
    assert stored(front, link).total() == 4


def test_a_visitor_arrives_in_half_a_second_while_table_and_queue_hang(front: Front, tunnel: Tunnel) -> None:
    link = front.link()
    front.click(link.slug)
    front.queue.client = wire("sqs", tunnel)
    tunnel.is_silent = True
    assert min(seconds_to_arrive(front, link) for _ in range(3)) < 0.5


def test_a_server_is_asked_to_come_back_while_the_table_hangs(front: Front, tunnel: Tunnel) -> None:
    link = front.link()
    click = front.click(link.slug)
    front.postback(click_id=click, order_id="A-1", **SALE)
    tunnel.is_silent = True
    begun = time.monotonic()
    status, said = front.postback(click_id=click, order_id="A-2", **SALE)
    assert (status, said["reason"]) == (503, "try_again")
    assert time.monotonic() - begun < POSTBACK_SECONDS + 0.5
