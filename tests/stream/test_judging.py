"""A day that is over is looked at once, and what its traffic speaks against is held until a person has looked."""

import json
from collections.abc import Iterator

import pytest

from chalicelib.model import evidence, judge, life, traffic
from chalicelib.model.act import Release
from chalicelib.model.click import Click
from chalicelib.model.network import DAY_MS, Link
from chalicelib.model.personal import Personal
from chalicelib.store.days import Days
from chalicelib.store.network import Network
from chalicelib.store.visits import Visits
from chalicelib.stream.dossier import QUARTERS, Dossier
from chalicelib.stream.judging import Judging
from tests.web.shopfront import Front

SALE = {"goal": "sale", "amount": "50.00", "currency": "USD"}
BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:126.0) Gecko/20100101 Firefox/126.0"


class Shelf:
    """A bucket in memory."""

    def __init__(self) -> None:
        self.kept: dict[str, bytes] = {}

    def read(self, key: str) -> bytes | None:
        return self.kept.get(key)

    def put(self, key: str, content: bytes) -> None:
        self.kept[key] = content


class Notes:
    """Notes of this test's own: other tests' days are none of its business."""

    def __init__(self) -> None:
        self.kept: dict[str, str] = {}

    def progress(self, task: str) -> str:
        return self.kept.get(task, "")

    def note_progress(self, task: str, note: str) -> None:
        self.kept[task] = note


class BusyMoment(Visits):
    """The real visits, of which only the span with the test's clicks is read: a day takes thousands of queries."""

    at_ms = 0

    def arrivals(self, shard: int, from_ms: int, to_ms: int) -> Iterator[Click]:
        return super().arrivals(shard, from_ms, to_ms) if from_ms <= self.at_ms < to_ms else iter(())


@pytest.fixture
def shelf() -> Shelf:
    return Shelf()


@pytest.fixture
def judging(front: Front, shelf: Shelf) -> Judging:
    days, network = Days(front.table, "ledger"), Network(front.table, "ledger")
    visits = BusyMoment(front.table, "visits", 120)
    visits.at_ms = front.now
    dossier = Dossier(shelf, visits, days, network.link, lambda _: False)
    return Judging(dossier, Notes(), front.ledger, network, lambda _: Personal(), lambda _: [], "UTC")


def plenty() -> int:
    return 900_000


def sold(front: Front, link: Link, order: str, agent: str = BROWSER) -> str:
    """A sale after a click; its conversion."""
    answer = front.ask("GET", f"/c/{link.slug}", b"", user_agent=agent)
    click = answer.headers["Location"].partition("clid=")[2]
    return front.postback(click_id=click, order_id=order, **SALE)[1]["conversion_id"]


def scanned(front: Front, agent: str = BROWSER) -> list[str]:
    """Sales after three links of one affiliate that were opened at once."""
    first = front.link()
    links = [first, *(front.office.add_link(first.affiliate, first.campaign, "", "") for _ in range(2))]
    return [sold(front, link, f"A-{n}", agent) for n, link in enumerate(links)]


def test_what_a_scanner_clicked_is_held_when_its_day_is_over_and_once(front: Front, judging: Judging) -> None:
    conversions = scanned(front)
    assert judging.run(front.now, plenty)["held"] == 0
    front.passes(DAY_MS + 7_200_000)
    assert [judging.run(front.now, plenty) for _ in range(2)] == [{"days": 1, "held": 3}, {"days": 0, "held": 0}]
    last = front.facts(conversions[0])[-1]
    assert (last.kind, last.key, last.after.held) == ("held", f"hold scanner {evidence.VERSION}", "scanner")


def test_what_a_person_has_released_stays_free_when_the_day_is_looked_at_again(front: Front, judging: Judging) -> None:
    conversion = scanned(front)[0]
    front.passes(DAY_MS + 7_200_000)
    judging.run(front.now, plenty)
    now = judge.moment(front.now, "UTC")
    front.ledger.settle(conversion, lambda said: life.change(said, Release("scanner"), now), is_new=False)
    judging.notes.note_progress("judged", "")
    assert judging.run(front.now, plenty) == {"days": 1, "held": 0}
    assert front.facts(conversion)[-1].after.held == ""


def test_ordinary_sales_are_left_alone(front: Front, judging: Judging) -> None:
    conversion = sold(front, front.link(), "A-1")
    front.passes(DAY_MS + 7_200_000)
    assert judging.run(front.now, plenty) == {"days": 1, "held": 0}
    assert [fact.kind for fact in front.facts(conversion)] == ["booked"]


def test_a_robots_click_holds_its_sale(front: Front, judging: Judging) -> None:
    agent = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"
    conversion = sold(front, front.link(), "A-1", agent)
    front.passes(DAY_MS + 7_200_000)
    judging.run(front.now, plenty)
    assert front.facts(conversion)[-1].after.held == "bot"


def test_a_run_whose_time_is_short_goes_on_where_it_stopped(front: Front, judging: Judging, shelf: Shelf) -> None:
    scanned(front)
    front.passes(DAY_MS + 7_200_000)
    left = iter([900_000] * 3)
    assert judging.run(front.now, lambda: next(left, 1_000)) == {"days": 0, "held": 0}
    (name,) = [name for name in shelf.kept if "visits" in name]
    assert 0 < json.loads(shelf.kept[name])["quarters"] < QUARTERS
    assert judging.run(front.now, plenty) == {"days": 1, "held": 3}


def test_what_is_kept_names_nobody(front: Front, judging: Judging, shelf: Shelf) -> None:
    scanned(front)
    front.passes(DAY_MS + 7_200_000)
    judging.run(front.now, plenty)
    kept = b"".join(shelf.kept.values()).decode()
    assert "A-0" in kept
    assert not [personal for personal in ("192.0.2", "Mozilla", "DE") if personal in kept]


@pytest.mark.parametrize(("clicks", "held"), [(10, "burst"), (9, "")])
def test_a_sale_of_a_visitor_who_clicked_ten_times_in_ten_seconds_is_held(
    front: Front, judging: Judging, clicks: int, held: str
) -> None:
    link = front.link()
    for _ in range(clicks - 1):
        front.ask("GET", f"/c/{link.slug}", b"", user_agent=BROWSER)
        front.passes(1_000)
    conversion = sold(front, link, f"burst-{clicks}")
    front.passes(DAY_MS + 7_200_000)
    judging.run(front.now, plenty)
    last = front.facts(conversion)[-1]
    assert last.after.held == held
    assert not held or last.key == f"hold burst {traffic.RULES}"
