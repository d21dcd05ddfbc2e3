"""Time rejects what no server confirmed and approves what only waited, once, whenever it gets to run."""

from urllib.parse import urlencode
from uuid import uuid4

import pytest

from chalicelib.model.network import DAY_MS
from chalicelib.store.days import Days
from chalicelib.store.network import Network
from chalicelib.stream.ripen import Ripener
from tests.web.shopfront import Front

SALE = {"goal": "sale", "amount": "50.00", "currency": "USD"}


class OneAdvertiser:
    """The real network with a list of one: other tests' advertisers have their own rules."""

    def __init__(self, network: Network, id: str) -> None:
        self._network, self._id = network, id
        self.advertiser = network.advertiser

    def listed(self, kind: str) -> list[str]:
        return [self._id]


class OwnNotes(Days):
    """The real days with notes of this test's own."""

    def __init__(self, front: Front) -> None:
        super().__init__(front.table, "ledger")
        self._prefix = uuid4().hex

    def progress(self, task: str) -> str:
        return super().progress(f"{self._prefix} {task}")

    def note_progress(self, task: str, note: str) -> None:
        super().note_progress(f"{self._prefix} {task}", note)


@pytest.fixture
def ripener(front: Front) -> Ripener:
    network = OneAdvertiser(Network(front.table, "ledger"), front.shop)
    return Ripener(OwnNotes(front), front.ledger, network, "UTC", 45)


def plenty() -> int:
    return 900_000


def claim(front: Front, order: str) -> str:
    click = front.click(front.link().slug)
    front.ask("GET", "/p.gif?" + urlencode({"click_id": click, "order_id": order, **SALE}))
    return click


def states(front: Front, order: str, **said: str) -> list[tuple[str, str]]:
    """The facts of an order, seen through a replay of its postback."""
    answer = front.postback(order_id=order, **said, **SALE)[1]
    return [(fact.kind, fact.after.state) for fact in front.facts(answer["conversion_id"])]


def test_a_claim_that_nobody_confirmed_is_rejected_after_45_days(front: Front, ripener: Ripener) -> None:
    click = claim(front, "A-1")
    front.passes(45 * DAY_MS)
    assert ripener.run(front.now, plenty)["unconfirmed"] == 0
    front.passes(DAY_MS)
    assert ripener.run(front.now, plenty)["unconfirmed"] == 1
    sold = str((front.now - 46 * DAY_MS) // 1000)
    assert states(front, "A-1", click_id=click, event_time=sold) == [
        ("booked", "pending"),
        ("rejected", "rejected"),
        ("confirmed", "approved"),
    ]


def test_a_confirmed_claim_is_left_alone(front: Front, ripener: Ripener) -> None:
    click = claim(front, "A-1")
    front.postback(click_id=click, order_id="A-1", **SALE)
    front.passes(46 * DAY_MS)
    assert ripener.run(front.now, plenty)["unconfirmed"] == 0


def test_a_reviewed_goal_approves_by_itself_after_its_days(front: Front, ripener: Ripener) -> None:
    front.office.add_goal(front.shop, "trial", "order", "after 14")
    link = front.link()
    front.office.add_terms(link.campaign, "trial", "*", ("RevShare 10%", "RevShare 15%"), None)
    trial = SALE | {"goal": "trial", "order_id": "T-1", "click_id": front.click(link.slug)}
    conversion = front.postback(**trial)[1]["conversion_id"]
    front.passes(14 * DAY_MS)
    assert ripener.run(front.now, plenty)["review 14"] == 0
    front.passes(DAY_MS)
    assert ripener.run(front.now, plenty)["review 14"] == 1
    assert front.facts(conversion)[-1].after.state == "approved"


def test_a_run_twice_writes_nothing_twice(front: Front, ripener: Ripener) -> None:
    claim(front, "A-1")
    front.passes(46 * DAY_MS)
    assert [ripener.run(front.now, plenty)["unconfirmed"] for _ in range(2)] == [1, 0]


def test_missed_runs_are_made_up_for(front: Front, ripener: Ripener) -> None:
    ripener.run(front.now + 45 * DAY_MS, plenty)
    for day in range(3):
        claim(front, f"A-{day}")
        front.passes(DAY_MS)
    assert ripener.run(front.now + 46 * DAY_MS, plenty)["unconfirmed"] == 3


def test_a_run_whose_time_is_short_stops_and_the_next_goes_on(front: Front, ripener: Ripener) -> None:
    for order in range(6):
        claim(front, f"A-{order}")
    front.passes(46 * DAY_MS)
    written = 0
    for _ in range(17):
        ticks = iter([60_000, 1_000])
        written += ripener.run(front.now, lambda ticks=ticks: next(ticks))["unconfirmed"]  # type: ignore[misc]
    assert written == 6
