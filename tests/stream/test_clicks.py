"""Clicks are counted towards caps: billable ones, each once, whenever the function runs and wherever it is killed."""

import secrets
from dataclasses import dataclass, replace
from typing import Any
from uuid import uuid4

import pytest

from chalicelib.model.caps import ClickState
from chalicelib.model.day import accounting_day, iso
from chalicelib.model.network import DAY_MS, Link
from chalicelib.model.period import Period
from chalicelib.store.network import Network
from chalicelib.store.visited import Visited
from chalicelib.store.visits import Visits
from chalicelib.stream.clicks import SETTLED_MS, SPAN_MS, ClickCounter
from tests.web.shopfront import Front, Switch

OTHER = "https://other.example/"
BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


class Few(Visits):
    """The real visits, of which only the first shards are read: no test has a thousand queries' worth of clicks."""

    shards = 4  # type: ignore[misc]


@pytest.fixture
def front(front: Front) -> Front:
    """A network whose clicks lie in the first shards, noon in the middle of a month."""
    front.edge.redirect().random = lambda size: bytes([secrets.randbelow(Few.shards), *secrets.token_bytes(size - 1)])
    month = iso(front.now)[:7]
    front.now = Period.of(month, "UTC").start_ms + 14 * DAY_MS + DAY_MS // 2
    return front


class Listed(Network):
    """The real network with a list of some: other tests' campaigns have their own time."""

    def __init__(self, table: Any, *campaigns: str) -> None:
        super().__init__(table, "ledger")
        self._own = list(campaigns)

    def listed(self, kind: str) -> list[str]:
        assert set(self._own) <= set(super().listed(kind))
        return self._own


def counter(table: Any, *campaigns: str, zone: str = "UTC") -> ClickCounter:
    network = Listed(table, *campaigns)
    return ClickCounter(network, Visited(Few(table, "visits", 120), network.link), zone)


def plenty() -> int:
    return 900_000


def counted(front: Front, campaign: str) -> dict[str, int]:
    return dict(Network(front.table, "ledger").click_state(campaign).taken)


def total(front: Front, campaign: str) -> int:
    return counted(front, campaign).get("clicks/total", 0)


@pytest.fixture
def link(front: Front) -> Link:
    """A link of a campaign that takes three clicks, and starts to count them now."""
    return started(front, {"clicks/total": 3})


def started(front: Front, caps: dict[str, int]) -> Link:
    """A link of a campaign whose caps have counted all there is by now, which is nothing."""
    made = front.link(caps=caps, fallback=OTHER)
    network = Network(front.table, "ledger")
    state = network.click_state(made.campaign)
    network.put_click_state(made.campaign, state.counting(state.caps, {}, front.now))
    return made


def click(front: Front, link: Link) -> str:
    """A visitor with a browser follows a link; where to."""
    answer = front.ask("GET", f"/c/{link.slug}", user_agent=BROWSER)
    return answer.headers["Location"].split("/")[2]


def host(front: Front, link: Link) -> str:
    """Where visitors are sent, once the redirect has read its campaign again."""
    front.passes(61_000)
    return front.ask("HEAD", f"/c/{link.slug}").headers["Location"].split("/")[2]


def run(front: Front, *links: Link) -> dict[str, int]:
    """Count all that has come in by now."""
    front.passes(SETTLED_MS + 1)
    return counter(front.table, *(link.campaign for link in links)).run(front.now, plenty)


def test_a_campaign_that_has_had_its_clicks_sends_visitors_elsewhere(front: Front, link: Link) -> None:
    for _ in range(2):
        click(front, link)
    assert run(front, link) == {"campaigns": 1, "clicks": 2}
    assert host(front, link) == "shop.example"
    click(front, link)
    assert run(front, link) == {"campaigns": 1, "clicks": 1}
    assert host(front, link) == "other.example"


def test_every_shard_is_read(front: Front, link: Link) -> None:
    front.edge.redirect().random = lambda size: bytes([next(last), *secrets.token_bytes(size - 1)])
    last = iter([0, 100, 255])
    for _ in range(3):
        click(front, link)
    front.passes(SETTLED_MS + 1)
    network = Network(front.table, "ledger")
    whole = Visited(Visits(front.table, "visits", 120), network.link)
    ClickCounter(Listed(front.table, link.campaign), whole, "UTC").run(front.now, plenty)
    assert total(front, link.campaign) == 3


def test_an_affiliate_that_has_had_its_clicks_is_full_alone(front: Front) -> None:
    anna = f"anna-{uuid4().hex[:6]}"
    front.office.add_affiliate(anna, "Anna")
    link = started(front, {f"clicks/day/{anna}": 1})
    own = front.office.add_link(anna, link.campaign, "", "")
    for one in (own, link, link):
        click(front, one)
    run(front, link)
    assert [host(front, one) for one in (own, link)] == ["other.example", "shop.example"]


def test_a_day_that_is_full_ends_with_the_day(front: Front) -> None:
    link = started(front, {"clicks/day": 1})
    click(front, link)
    run(front, link)
    assert host(front, link) == "other.example"
    front.passes(DAY_MS // 2)
    assert host(front, link) == "shop.example"


def test_only_billable_clicks_count(front: Front, link: Link) -> None:
    front.ask("HEAD", f"/c/{link.slug}", user_agent=BROWSER)
    front.ask("GET", f"/c/{link.slug}", user_agent=BROWSER, sec_purpose="prefetch")
    front.ask("GET", f"/i/{link.slug}.gif", user_agent=BROWSER)
    click(front, link)
    run(front, link)
    assert total(front, link.campaign) == 1


def test_runs_that_come_twice_or_not_at_all_change_nothing(front: Front) -> None:
    link = started(front, {"clicks/total": 99})
    count = counter(front.table, link.campaign)
    for clicks, missed in enumerate((False, True, True, False, True, False), 1):
        click(front, link)
        front.passes(40 * 60_000)
        for _ in range(0 if missed else 2):
            count.run(front.now, plenty)
            assert total(front, link.campaign) == clicks


def test_clicks_of_the_last_moments_wait_for_the_next_run(front: Front, link: Link) -> None:
    click(front, link)
    count = counter(front.table, link.campaign)
    front.passes(SETTLED_MS)
    assert count.run(front.now, plenty)["clicks"] == 0
    front.passes(1)
    assert count.run(front.now, plenty)["clicks"] == 1


def test_a_click_that_waited_in_the_queue_counts_once_when_it_gets_there(front: Front, link: Link) -> None:
    count = counter(front.table, link.campaign)
    front.ask("HEAD", f"/c/{link.slug}")
    front.table.is_off = True
    click(front, link)
    front.table.is_off = False
    waiting = list(front.queued())
    front.passes(2 * DAY_MS)
    count.run(front.now, plenty)
    assert total(front, link.campaign) == 0
    for _ in range(2):
        front.passes(DAY_MS // 2)
        assert front.drain.take(waiting) == []
        front.passes(SETTLED_MS + 1)
        count.run(front.now, plenty)
    assert total(front, link.campaign) == 1


def test_a_click_whose_first_answer_was_lost_counts_once(front: Front, link: Link) -> None:
    visits = Few(front.table, "visits", 120)
    click(front, link)
    [row] = [
        visits.item(seen) for shard in range(Few.shards) for seen in visits.arrivals(shard, front.now, front.now + 1)
    ]
    count = counter(front.table, link.campaign)
    for _ in range(2):
        visits.put_late(row, front.now + 1)
        front.passes(SETTLED_MS + 2)
        count.run(front.now, plenty)
    assert total(front, link.campaign) == 1


def test_without_a_campaign_that_limits_clicks_one_list_is_read(front: Front) -> None:
    network = Network(front.table, "ledger")
    nothing = ClickCounter(Listed(front.table), Visited(Few(front.table, "visits", 120), network.link), "UTC")
    front.table.calls.clear()
    assert nothing.run(front.now, plenty) == {"campaigns": 0, "clicks": 0}
    assert front.table.calls == ["Query"]


def test_a_cap_that_was_taken_away_costs_no_reading_of_clicks_and_comes_back_where_it_was(
    front: Front, link: Link
) -> None:
    network, count = Network(front.table, "ledger"), counter(front.table, link.campaign)
    click(front, link)
    front.passes(SETTLED_MS + 1)
    count.run(front.now, plenty)
    known = front.office.campaign(link.campaign)
    network.replace_campaign(known, replace(known, caps={}))
    front.passes(61_000)
    click(front, link)
    front.passes(SETTLED_MS + 1)
    front.table.calls.clear()
    count.run(front.now, plenty)
    assert front.table.calls == ["Query", "Query"]
    network.replace_campaign(replace(known, caps={}), known)
    count.run(front.now, plenty)
    assert total(front, link.campaign) == 2


def test_a_new_cap_begins_with_its_month_and_keeps_nobody_waiting(front: Front, link: Link) -> None:
    late = front.link(caps={"clicks/total": 9})
    front.now -= 14 * DAY_MS
    click(front, late)
    front.now += 14 * DAY_MS
    click(front, link)
    front.passes(SETTLED_MS + 1)
    count, turns = counter(front.table, late.campaign, link.campaign), iter([900_000])
    count.run(front.now, lambda: next(turns, 0))
    assert (total(front, late.campaign), total(front, link.campaign)) == (0, 1)
    count.run(front.now, plenty)
    assert (total(front, late.campaign), total(front, link.campaign)) == (1, 1)


def test_what_lies_before_the_last_month_is_not_looked_for(front: Front, link: Link) -> None:
    click(front, link)
    front.passes(70 * DAY_MS)
    click(front, link)
    run(front, link)
    assert total(front, link.campaign) == 1


def test_a_run_that_ends_early_goes_on_where_it_stopped(front: Front) -> None:
    link = started(front, {"clicks/day": 9, "clicks/total": 9})
    for _ in range(4):
        click(front, link)
        front.passes(SPAN_MS)
    front.passes(SETTLED_MS)
    for _ in range(5):
        turns = iter([900_000])
        counter(front.table, link.campaign).run(front.now, lambda turns=turns: next(turns, 0))  # type: ignore[misc]
    assert total(front, link.campaign) == 4
    assert sum(n for place, n in counted(front, link.campaign).items() if place != "clicks/total") == 4


def test_two_runs_at_once_count_each_click_once(front: Front, link: Link) -> None:
    click(front, link)
    front.passes(SETTLED_MS + 1)

    class Raced(Listed):
        """The real network, where another run is done just before ours writes."""

        def put_click_state(self, campaign: str, state: ClickState) -> bool:
            counter(front.table, link.campaign).run(front.now, plenty)
            return super().put_click_state(campaign, state)

    raced = Raced(front.table, link.campaign)
    ClickCounter(raced, Visited(Few(front.table, "visits", 120), raced.link), "UTC").run(front.now, plenty)
    assert total(front, link.campaign) == 1


class Killed(BaseException):
    """The process has ended."""


@dataclass
class Mortal:
    """A client whose process ends at a call that writes, before or after the service has done it."""

    client: Switch
    at: int
    before: bool

    def call(self, operation: str, body: dict[str, Any], deadline: float | None = None) -> dict[str, Any]:
        """As the client, or Killed."""
        self.at -= operation == "PutItem"
        if self.at == 0 and operation == "PutItem" and self.before:
            raise Killed
        answer = self.client.call(operation, body, deadline)
        if self.at == 0 and operation == "PutItem":
            raise Killed
        return answer


@pytest.mark.parametrize("before", [True, False])
@pytest.mark.parametrize("at", [1, 2, 3, 4, 5])
def test_a_run_that_is_killed_at_any_write_counts_nothing_twice_and_forgets_nothing(
    front: Front, at: int, before: bool
) -> None:
    links = [started(front, {"clicks/day": 9, "clicks/total": 9}) for _ in range(2)]
    for link in (links[0], links[1], links[1]):
        click(front, link)
    front.passes(SPAN_MS + SETTLED_MS + 1)
    click(front, links[0])
    front.passes(SETTLED_MS + 1)
    campaigns, mortal = [link.campaign for link in links], Mortal(front.table, at, before)
    # Two spans of two campaigns are four writes; the fifth is not reached.
    try:
        counter(mortal, *campaigns).run(front.now, plenty)
    except Killed:
        assert at < 5
    else:
        assert at == 5
    counter(front.table, *campaigns).run(front.now, plenty)
    assert [total(front, campaign) for campaign in campaigns] == [2, 2]
    for campaign in campaigns:
        assert sum(n for place, n in counted(front, campaign).items() if place != "clicks/total") == 2


def test_a_run_that_is_killed_while_it_reads_has_done_nothing(front: Front, link: Link) -> None:
    click(front, link)
    front.passes(SETTLED_MS + 1)

    class Deadly(Mortal):
        """Ends at some reading call."""

        def call(self, operation: str, body: dict[str, Any], deadline: float | None = None) -> dict[str, Any]:
            """As the client, until it is over."""
            self.at -= 1
            if not self.at:
                raise Killed
            return self.client.call(operation, body, deadline)

    known = Network(front.table, "ledger").click_state(link.campaign)
    for at in range(1, 10):
        with pytest.raises(Killed):
            counter(Deadly(front.table, at, True), link.campaign).run(front.now, plenty)
        assert Network(front.table, "ledger").click_state(link.campaign) == known


@pytest.mark.parametrize("before", [True, False])
@pytest.mark.parametrize("at", [1, 2])
def test_a_drain_that_is_killed_at_any_write_makes_its_click_count_once(
    front: Front, link: Link, at: int, before: bool
) -> None:
    front.ask("HEAD", f"/c/{link.slug}")
    front.table.is_off = True
    click(front, link)
    front.table.is_off = False
    waiting, count = list(front.queued()), counter(front.table, link.campaign)
    mortal = Visits(Mortal(front.table, at, before), "visits", 120)
    with pytest.raises(Killed):
        replace(front.drain, clicks=mortal).take(waiting)
    for _ in range(2):
        front.passes(360_000)
        count.run(front.now, plenty)
        front.drain.take(waiting)
    front.passes(SETTLED_MS + 1)
    count.run(front.now, plenty)
    assert total(front, link.campaign) == 1


def test_days_are_those_of_the_network(front: Front) -> None:
    front.passes(8 * SPAN_MS)
    link = started(front, {"clicks/day": 9})
    click(front, link)
    days = [accounting_day(front.now, zone) for zone in ("UTC", "Asia/Tokyo")]
    front.passes(SETTLED_MS + 1)
    counter(front.table, link.campaign, zone="Asia/Tokyo").run(front.now, plenty)
    assert days[0] != days[1]
    assert counted(front, link.campaign) == {f"clicks/{days[1]}": 1}
