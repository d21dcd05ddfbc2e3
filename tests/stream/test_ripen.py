"""Time rejects what no server confirmed and approves what only waited, once, whenever it gets to run."""

from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import urlencode
from uuid import uuid4

import pytest

from chalicelib.model import judge, life
from chalicelib.model.act import Reinstate
from chalicelib.model.day import iso
from chalicelib.model.fact import Fact
from chalicelib.model.network import DAY_MS
from chalicelib.store.days import Days
from chalicelib.store.network import Network
from chalicelib.stream.ripen import Ripener
from tests.web.shopfront import Front
from tests.web.test_touches import clicks, second

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


class Lagging(OwnNotes):
    """Days of which the index does not show the conversions in `unseen`."""

    def __init__(self, front: Front) -> None:
        super().__init__(front)
        self.unseen: set[str] = set()
        self.reads = 0

    def facts(self, day: str, shard: str) -> Iterator[Fact]:
        self.reads += 1
        return (fact for fact in super().facts(day, shard) if fact.conversion not in self.unseen)


@pytest.fixture
def ripener(front: Front) -> Ripener:
    network = OneAdvertiser(Network(front.table, "ledger"), front.shop)
    return Ripener(OwnNotes(front), front.ledger, network, "UTC", 45, front.rates)


@pytest.fixture
def lagging(ripener: Ripener, front: Front) -> tuple[Lagging, Ripener]:
    days = Lagging(front)
    return days, replace(ripener, days=days)


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


def test_a_first_run_makes_up_for_a_week_of_runs_that_never_came(front: Front, ripener: Ripener) -> None:
    for day in range(7):
        claim(front, f"A-{day}")
        front.passes(DAY_MS)
    assert ripener.run(front.now + 45 * DAY_MS, plenty)["unconfirmed"] == 7


def test_a_run_whose_time_is_short_stops_and_the_next_goes_on(front: Front, ripener: Ripener) -> None:
    for order in range(6):
        claim(front, f"A-{order}")
    ripener.run(front.now + 45 * DAY_MS, plenty)
    front.passes(46 * DAY_MS)
    written = 0
    for _ in range(17):
        ticks = iter([60_000, 1_000])
        written += ripener.run(front.now, lambda ticks=ticks: next(ticks, 1_000))["unconfirmed"]  # type: ignore[misc]
    assert written == 6


def trial(front: Front, days: int) -> str:
    """A conversion that approves by itself after so many days."""
    front.office.add_goal(front.shop, "trial", "order", f"after {days}")
    link = front.link()
    front.office.add_terms(link.campaign, "trial", "*", ("RevShare 10%", "RevShare 15%"), None)
    said = SALE | {"goal": "trial", "order_id": "T-1", "click_id": front.click(link.slug)}
    return front.postback(**said)[1]["conversion_id"]


@pytest.mark.parametrize("days", [1, 2])
def test_what_the_index_shows_after_its_review_was_due_is_reviewed_all_the_same(
    front: Front, lagging: tuple[Lagging, Ripener], days: int
) -> None:
    index, ripener = lagging
    conversion = trial(front, days)
    index.unseen = {conversion}
    front.passes((days + 1) * DAY_MS)
    assert ripener.run(front.now, plenty)[f"review {days}"] == 0
    index.unseen = set()
    front.passes((3 - days) * DAY_MS)
    assert [ripener.run(front.now, plenty)[f"review {days}"] for _ in range(2)] == [1, 0]
    assert front.facts(conversion)[-1].after.state == "approved"


def test_a_day_that_is_due_when_the_index_knows_all_of_it_is_read_once(
    front: Front, lagging: tuple[Lagging, Ripener]
) -> None:
    index, ripener = lagging
    trial(front, 3)
    ripener.run(front.now, plenty)
    index.reads = 0
    front.passes(DAY_MS)
    ripener.run(front.now, plenty)
    # A day of claims and one of reviews, in sixteen shards.
    assert index.reads == 2 * 16


EUROS = SALE | {"currency": "EUR"}


def quote(front: Front, days_ago: int, **rates: str) -> None:
    """Upload rates of an earlier day; a quarter of an hour passes."""
    day = iso(front.now - days_ago * DAY_MS)[:10]
    front.rates.add(day, "USD", rates, uuid4().hex, front.now)
    front.passes(15 * 60_000)


def waiting(front: Front, order: str, status: str = "") -> str:
    """A sale in euros that waits for a rate; its conversion."""
    click = front.click(front.link().slug)
    return front.postback(click_id=click, order_id=order, status=status, **EUROS)[1]["conversion_id"]


def test_a_sale_is_priced_once_a_rate_for_its_day_is_uploaded(front: Front, ripener: Ripener) -> None:
    conversions = [waiting(front, "A-1"), waiting(front, "A-2", "pending")]
    front.passes(3 * DAY_MS)
    assert ripener.run(front.now, plenty)["rated"] == 0
    quote(front, 3, EUR="0.8")
    assert [ripener.run(front.now, plenty)["rated"] for _ in range(2)] == [2, 0]
    last = [front.facts(conversion)[-1] for conversion in conversions]
    assert [(fact.kind, fact.after.state, fact.after.commission) for fact in last] == [
        ("rated", "approved", 625),
        ("rated", "pending", 625),
    ]


def test_a_table_that_lacks_the_currency_is_no_rate_and_a_later_one_is(front: Front, ripener: Ripener) -> None:
    conversion = waiting(front, "A-1")
    front.passes(DAY_MS)
    quote(front, 1, GBP="0.7")
    assert ripener.run(front.now, plenty)["rated"] == 0
    quote(front, 1, GBP="0.7", EUR="0.8")
    front.passes(60_000)
    assert ripener.run(front.now, plenty)["rated"] == 1
    assert front.facts(conversion)[-1].after.state == "approved"


def test_a_sale_that_the_index_shows_after_the_rates_were_used_is_priced_by_the_same_table(
    front: Front, lagging: tuple[Lagging, Ripener]
) -> None:
    index, ripener = lagging
    conversion = waiting(front, "A-1")
    index.unseen = {conversion}
    front.passes(DAY_MS)
    quote(front, 1, EUR="0.8")
    assert ripener.run(front.now, plenty)["rated"] == 0
    index.unseen = set()
    front.passes(3 * DAY_MS)
    assert [ripener.run(front.now, plenty)["rated"] for _ in range(2)] == [1, 0]
    assert front.facts(conversion)[-1].after.commission == 625


def test_rates_are_not_used_before_every_function_knows_them(front: Front, ripener: Ripener) -> None:
    waiting(front, "A-1")
    front.passes(DAY_MS)
    quote(front, 1, EUR="0.8")
    assert ripener.run(front.now - 1, plenty)["rated"] == 0
    assert ripener.run(front.now, plenty)["rated"] == 1


def test_a_run_that_ends_early_goes_on_pricing_where_it_stopped(front: Front, ripener: Ripener) -> None:
    for order in range(6):
        waiting(front, f"A-{order}")
    front.passes(DAY_MS)
    quote(front, 1, EUR="0.8")
    written = 0
    for _ in range(40):
        # A run makes sure of the tasks before with its first answers, then works on one shard.
        left = iter([1_000, 60_000])
        written += ripener.run(front.now, lambda left=left: next(left, 1_000))["rated"]  # type: ignore[misc]
    assert written == 6


def test_what_a_person_rejected_while_it_waited_is_left_alone(front: Front, ripener: Ripener) -> None:
    conversion = waiting(front, "A-1")
    front.postback(goal="sale", order_id="A-1", status="rejected")
    front.passes(DAY_MS)
    quote(front, 1, EUR="0.8")
    assert ripener.run(front.now, plenty)["rated"] == 0
    assert front.facts(conversion)[-1].after.state == "rejected"


def test_what_was_rejected_from_the_start_and_reinstated_is_priced_once_there_is_a_rate(
    front: Front, ripener: Ripener
) -> None:
    conversion = waiting(front, "A-1", "rejected")
    now = judge.moment(front.now, "UTC")
    front.ledger.settle(conversion, lambda said: life.change(said, Reinstate("anna: genuine"), now), is_new=False)
    front.passes(DAY_MS)
    quote(front, 1, EUR="0.8")
    assert ripener.run(front.now, plenty)["rated"] == 1
    assert front.facts(conversion)[-1].after.commission == 625


def test_what_was_worth_nothing_and_gets_an_amount_is_priced_once_there_is_a_rate(
    front: Front, ripener: Ripener
) -> None:
    said = {**EUROS, "order_id": "A-1", "status": "pending", "amount": "0.00"}
    conversion = front.postback(click_id=front.click(front.link().slug), **said)[1]["conversion_id"]
    answer = front.postback(goal="sale", order_id="A-1", change_id="c-1", amount="50.00", currency="EUR")[1]
    assert answer["reason"] == "no_fx_rate"
    front.passes(DAY_MS)
    quote(front, 1, EUR="0.8")
    assert ripener.run(front.now, plenty)["rated"] == 1
    assert front.facts(conversion)[-1].after.commission == 625


def test_shares_that_the_stream_has_not_written_are_written_when_the_day_is_over(
    front: Front, ripener: Ripener
) -> None:
    link = front.link(attribution="linear")
    path = clicks(front, link, second(front, link))
    code, answer = front.postback(**SALE, order_id=uuid4().hex, click_id=path[1], clids=path[0])
    assert code == 200
    shares = [f"{answer['conversion_id']}.{number}" for number in (1, 2)]
    ripener.run(front.now, lambda: 900_000)
    assert [front.facts(share) for share in shares] == [[], []]
    front.passes(DAY_MS)
    assert ripener.run(front.now, lambda: 900_000)["shares"] >= 2
    assert [front.facts(share)[0].after.commission for share in shares] == [250, 250]
    assert ripener.run(front.now + DAY_MS, lambda: 900_000)["shares"] == 0
