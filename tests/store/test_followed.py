"""Clicks as the daily report reads them, on every client and service."""

import os

import pytest

from chalicelib.model.click import Click
from chalicelib.model.clickid import KeyRing, mint
from chalicelib.model.day import utc_day
from chalicelib.model.follow import Follow
from chalicelib.model.network import Link
from chalicelib.store.client import Client
from chalicelib.store.followed import Followed
from chalicelib.store.visits import Visits

RING = KeyRing(1, {1: b"a key of no network"})
MIDNIGHT = 86_400_000
SHARD = 0x2A


def clicked(ms: int, link: int = 7) -> Click:
    return Click(mint(RING, link, ms, bytes((SHARD,)) + os.urandom(9)), method="HEAD", purpose="prefetch")


def follow(click: Click) -> Follow:
    return Follow(click.id.ms, click.id.text, "anna", "spring", "go", "HEAD", "prefetch")


@pytest.fixture
def start() -> int:
    """The beginning of a UTC day that no other test uses."""
    return (20_000 + int.from_bytes(os.urandom(2))) * MIDNIGHT


class Links:
    """One link, and how often it was asked for."""

    asked = 0

    def __call__(self, number: int) -> Link | None:
        self.asked += 1
        return Link(7, "go", "anna", "spring") if number == 7 else None


def test_a_shard_is_read_from_one_moment_to_the_other(dynamodb: Client, start: int) -> None:
    visits, links = Visits(dynamodb, "visits", 120), Links()
    clicks = [clicked(start + ms) for ms in (0, 999, 1000, 1500, 1999, 2000, 2001)]
    for one in clicks:
        visits.put(visits.item(one))
    visits.put(visits.impression_item(clicked(start + 1100)))
    followed = Followed(visits, links)
    assert list(followed.on(utc_day(start), SHARD, start + 1000, start + 2000)) == list(map(follow, clicks[2:5]))
    assert list(followed.on(utc_day(start), SHARD + 1, start, start + MIDNIGHT)) == []
    assert list(followed.on(utc_day(start), SHARD, start + 3000, start + 3000)) == []
    assert (links.asked, followed.shards) == (1, 256)


def test_of_the_late_only_clicks_from_before_the_moment_are_given(dynamodb: Client, start: int) -> None:
    visits, came = Visits(dynamodb, "visits", 120), start + MIDNIGHT
    early, late, shown, never = (clicked(start + ms) for ms in (1, 2, 1, 1))
    for row in (visits.item(early), visits.item(late), visits.impression_item(shown)):
        visits.put(row)
        visits.mark_late(row, came)
    visits.mark_late(visits.item(never), came)
    assert list(Followed(visits, Links()).late(utc_day(came), SHARD, start + 2)) == [follow(early)]


def test_a_link_that_is_unknown_leaves_its_click_without_an_owner(dynamodb: Client, start: int) -> None:
    visits, click = Visits(dynamodb, "visits", 120), clicked(start, link=8)
    visits.put(visits.item(click))
    [found] = Followed(visits, Links()).on(utc_day(start), SHARD, start, start + 1)
    assert (found.id, found.affiliate, found.campaign, found.link) == (click.id.text, "", "", "")
