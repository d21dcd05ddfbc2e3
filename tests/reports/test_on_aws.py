"""The reports over the real stores: facts as the ledger writes them, the day index, and an S3 bucket."""

from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import pytest
from botocore.exceptions import BotoCoreError

from audit import inclusion
from chalicelib.model.click import Click
from chalicelib.model.clickid import mint
from chalicelib.model.day import back, end
from chalicelib.model.fact import Fact
from chalicelib.model.network import Link
from chalicelib.reports.daily import DailyReport, Done, HandOver
from chalicelib.reports.proofs import Proofs
from chalicelib.store.archive import Archive
from chalicelib.store.days import Days
from chalicelib.store.followed import Followed
from chalicelib.store.ledger import Ledger
from chalicelib.store.visits import Visits
from tests.reports.world import FOREVER, HOUR, NOON, RING, ZONE, fact, later, read, stories, time_for
from tests.services import Service

EARLIER = 24 * HOUR
_days = iter(range(2000, 4000, 10))


@pytest.fixture(scope="module", params=["moto", "ministack"])
def service(request: pytest.FixtureRequest) -> Service:
    return Service(request.getfixturevalue(request.param), "boto3")


class Network:
    """A ledger and a bucket on one service, and a day that no other test uses: the table is shared by all tests."""

    def __init__(self, service: Service, scratch: Path) -> None:
        self.moved = next(_days) * EARLIER
        self.day = back("2026-11-24", -self.moved // EARLIER)
        dynamodb, s3 = service.connect("dynamodb"), service.boto3("s3")
        self.unique = uuid4().hex[:8]
        bucket = f"reports-{self.unique}"
        s3.create_bucket(Bucket=bucket)
        self.ledger = Ledger(dynamodb, "ledger")
        archive = Archive(service.connect("s3"), bucket, (BotoCoreError,))
        self.visits, days = Visits(dynamodb, "visits", 120), Days(dynamodb, "ledger")
        self.report = DailyReport(days, archive, ZONE, scratch, self.day, batch=4)
        followed = Followed(self.visits, lambda number: Link(number, "go", "anna", "spring"))
        # The ids are chosen so that all lie in the first shards; to ask the others too takes half a minute here.
        followed.shards = 32
        self.report_of_clicks = DailyReport(days, archive, ZONE, scratch, self.day, followed=followed)
        self.proofs = Proofs(days, archive, ZONE, self.ledger.facts)

    def book(self, facts: list[Fact]) -> None:
        """Write facts of the stories' day as if they were of this test's day."""
        for one in facts:
            at_ms, conversion = one.at_ms + self.moved, one.conversion[:24] + self.unique
            moved = replace(one, conversion=conversion, at_ms=at_ms, event_ms=at_ms, day=self.day)
            assert self.ledger.put(moved)

    def after(self, days: int = 0) -> int:
        """The time when the report of the day, or of so many days later, is due."""
        return end(back(self.day, -days), ZONE) + HOUR


@pytest.fixture
def network(service: Service, tmp_path: Path) -> Network:
    return Network(service, tmp_path / "scratch")


def lines(network: Network, day: str, folder: Path) -> list[dict[str, str]]:
    """The downloaded commissions.csv, by column."""
    network.report.fetch(day, folder)
    return read((folder / "commissions.csv").read_bytes())


def test_a_day_is_published_downloaded_and_made_again(network: Network, tmp_path: Path) -> None:
    network.book(stories(12))
    assert network.report.run(network.after(), lambda: FOREVER) == Done((network.day,))
    assert len(lines(network, network.day, tmp_path)) == len(stories(12))
    assert network.report.rebuild(network.day).differing == ()
    assert [one.day for one in network.report.listing()] == [network.day]
    assert network.report.run(network.after(), lambda: FOREVER) == Done(())


def test_late_facts_and_a_hand_over(network: Network, tmp_path: Path) -> None:
    network.book(stories(12))
    network.report.run(network.after(), lambda: FOREVER)
    network.book([fact("late"), later(fact("late"), "rejected", replace(fact().after, state="rejected"))])
    handed = network.report.run(network.after(1), time_for(50))
    assert isinstance(handed, HandOver)
    tomorrow = back(network.day, -1)
    assert network.report.run(network.after(1), lambda: FOREVER) == Done((tomorrow,))
    assert {line["late"] for line in lines(network, tomorrow, tmp_path)} == {"1"}
    assert network.report.rebuild(tomorrow).differing == ()


def test_clicks_are_listed_proven_and_made_again(network: Network, tmp_path: Path) -> None:
    start = end(back(network.day, 1), ZONE)
    clicks = [Click(mint(RING, 7, start + hour * HOUR, bytes((hour,)) * 10)) for hour in range(26)]
    for one in clicks:
        network.visits.put(network.visits.item(one))
    network.book([fact("A-1")])
    assert network.report_of_clicks.run(network.after(), lambda: FOREVER) == Done((network.day,))
    late = Click(mint(RING, 7, start, bytes((3,)) * 10))
    network.visits.put(network.visits.item(late))
    network.visits.mark_late(network.visits.item(late), network.after() + HOUR)
    network.report_of_clicks.run(network.after(1), lambda: FOREVER)
    network.report.fetch(network.day, tmp_path / "own")
    network.report.fetch(back(network.day, -1), tmp_path / "next")
    own, following = (read((tmp_path / name / "clicks.csv").read_bytes()) for name in ("own", "next"))
    assert [line["click_id"] for line in own] == [one.id.text for one in clicks[:24]]
    assert [line["click_id"] for line in following] == [one.id.text for one in (late, *clicks[24:])]
    assert [line["late"] for line in following] == ["1", "0", "0"]
    assert network.report.rebuild(back(network.day, -1)).differing == ()
    root = read((tmp_path / "next" / "statements" / "affiliate-anna.csv").read_bytes())[-1]["conversion"]
    [proof] = network.proofs.of(late.id.text)
    assert late.id.text in inclusion.check(proof, root)


def test_an_open_day_is_previewed(network: Network) -> None:
    network.book([fact("A-1", NOON)])
    assert network.report.preview(network.day) == [
        f"preview/{network.day}/clicks.csv",
        f"preview/{network.day}/commissions.csv",
        f"preview/{network.day}/statements/advertiser-shop.csv",
        f"preview/{network.day}/statements/affiliate-anna.csv",
        f"preview/{network.day}/summary.csv",
    ]


def test_a_test_sale_is_in_no_report(network: Network, tmp_path: Path) -> None:
    network.book([fact("A-1"), fact("A-2", test=True)])
    network.report.run(network.after(), lambda: FOREVER)
    assert [line["order_id"] for line in lines(network, network.day, tmp_path)] == ["A-1"]
