"""What is known is served from the process, refreshed in time, and served stale rather than not at all."""

from dataclasses import dataclass, field, replace
from typing import cast

import pytest

from chalicelib.model.network import Campaign, Link
from chalicelib.store.directory import EXACT, FIRST_SECONDS, LENIENT, REST_SECONDS, Directory
from chalicelib.store.errors import Refused, StoreError, Unavailable
from chalicelib.store.network import Network
from tests.model.world import CAMPAIGN, LINK


@dataclass
class Shelf:
    """A network with one link and one campaign, that can be slow or away and says what was asked of it."""

    link_there: Link | None = LINK
    campaign_there: Campaign = CAMPAIGN
    takes: float = 0.0
    is_away: bool = False
    fails_with: StoreError = field(default_factory=lambda: Unavailable("Away"))
    now: float = 0.0
    asked: list[tuple[str, float]] = field(default_factory=list)

    def slug(self, slug: str, deadline: float) -> Link | None:
        self._ask("slug", deadline)
        return self.link_there if slug == LINK.slug else None

    def link(self, number: int, deadline: float) -> Link | None:
        self._ask("link", deadline)
        return self.link_there

    def campaign(self, id: str, deadline: float) -> Campaign:
        self._ask("campaign", deadline)
        return self.campaign_there

    def _ask(self, what: str, deadline: float) -> None:
        self.asked.append((what, deadline))
        self.now += min(self.takes, deadline)
        if self.is_away or self.takes > deadline:
            raise self.fails_with


@pytest.fixture
def shelf() -> Shelf:
    return Shelf()


@pytest.fixture
def directory(shelf: Shelf) -> Directory:
    return Directory(cast("Network", shelf), 60, lambda: shelf.now)


def test_a_known_link_is_not_asked_for_again_while_it_is_fresh(shelf: Shelf, directory: Directory) -> None:
    for _ in range(3):
        assert directory.slug("go") == directory.link(LINK.number) == LINK
    assert shelf.asked == [("slug", FIRST_SECONDS)]


def test_a_refresh_is_one_short_read_by_number(shelf: Shelf, directory: Directory) -> None:
    directory.slug("go")
    shelf.link_there = replace(LINK, destination="https://new.example/")
    shelf.now += 60
    assert directory.slug("go") == shelf.link_there
    assert shelf.asked[1:] == [("link", LENIENT.refresh)]


def test_what_does_not_exist_is_remembered_for_as_long(shelf: Shelf, directory: Directory) -> None:
    assert directory.slug("nobody") is directory.slug("nobody") is None
    shelf.now += 60
    directory.slug("nobody")
    assert len(shelf.asked) == 2


def test_a_stale_copy_is_served_while_the_table_is_away_and_the_table_is_left_alone(
    shelf: Shelf, directory: Directory
) -> None:
    directory.slug("go")
    directory.campaign("spring")
    shelf.is_away = True
    shelf.now += 60
    shelf.asked.clear()
    assert directory.slug("go") == LINK
    assert directory.campaign("spring") == CAMPAIGN
    assert len(shelf.asked) == 1
    shelf.now += REST_SECONDS
    directory.campaign("spring")
    assert len(shelf.asked) == 2


def test_a_table_that_is_merely_slow_delays_a_visitor_once(shelf: Shelf, directory: Directory) -> None:
    directory.slug("go")
    directory.campaign("spring")
    shelf.takes = LENIENT.refresh * 0.9
    shelf.now += 60
    before = shelf.now
    directory.slug("go")
    directory.campaign("spring")
    assert shelf.now - before <= LENIENT.refresh


def test_what_was_never_seen_cannot_be_served(shelf: Shelf, directory: Directory) -> None:
    shelf.is_away = True
    with pytest.raises(Unavailable):
        directory.slug("go")


def test_the_copies_do_not_grow_without_end(shelf: Shelf, directory: Directory) -> None:
    for number in range(5_000):
        directory.link(number)
    directory.slug("go")
    assert len(directory._known) <= 4_096  # the promise is about memory, which nothing else shows


def test_made_up_names_displace_nothing_real(shelf: Shelf, directory: Directory) -> None:
    directory.slug("go")
    for number in range(9_000):
        directory.slug(f"made-up-{number}")
    shelf.is_away = True
    shelf.now += 60
    assert directory.slug("go") == LINK


def test_where_money_is_judged_a_copy_serves_a_minute_past_its_time_and_no_longer(shelf: Shelf) -> None:
    records = Directory(cast("Network", shelf), 60, lambda: shelf.now, EXACT)
    records.campaign("spring")
    shelf.is_away = True
    shelf.now += 120
    assert records.campaign("spring") == CAMPAIGN
    shelf.now += REST_SECONDS
    with pytest.raises(Unavailable):
        records.campaign("spring")
    shelf.is_away = False
    assert records.campaign("spring") == CAMPAIGN


def test_a_known_link_outlives_a_table_that_refuses_us(shelf: Shelf, directory: Directory) -> None:
    directory.slug("go")
    shelf.now, shelf.is_away, shelf.fails_with = 1000, True, Refused("ExpiredTokenException")
    assert directory.slug("go") == LINK
