"""A close over the real stores: the ledger and its indexes, payouts, manual lines, and an S3 bucket."""

import time
from pathlib import Path
from uuid import uuid4

import pytest
from botocore.exceptions import BotoCoreError

from chalicelib.model import manual
from chalicelib.model.day import end
from chalicelib.model.manual import Manual
from chalicelib.model.network import Affiliate, Campaign
from chalicelib.model.period import Period
from chalicelib.reports.agreements import Agreements
from chalicelib.reports.books import Books
from chalicelib.reports.daily import DailyReport
from chalicelib.reports.month import MonthClose
from chalicelib.store.archive import Archive
from chalicelib.store.closes import Closes
from chalicelib.store.days import Days
from chalicelib.store.ledger import Ledger
from chalicelib.store.manual import Manuals
from chalicelib.store.network import Network
from chalicelib.store.parties import Parties
from chalicelib.store.payouts import Payouts
from chalicelib.store.rates import Rates
from tests.reports.month_world import DAY_MS, Seen, sale
from tests.reports.world import FOREVER, HOUR, ZONE, read
from tests.services import Service

# No other test uses this month of the table that all of them share.
MONTH = Period.of("2024-02", ZONE)
START = "2024-02-28"


@pytest.mark.parametrize("backend", ["moto", "ministack"])
def test_a_month_is_closed_paid_out_and_made_again(
    request: pytest.FixtureRequest, backend: str, tmp_path: Path
) -> None:
    service = Service(request.getfixturevalue(backend), "boto3")
    dynamodb, bucket, unique = service.connect("dynamodb"), f"closes-{uuid4().hex[:8]}", uuid4().hex[:8]
    service.boto3("s3").create_bucket(Bucket=bucket)
    archive, affiliate, campaign = Archive(service.connect("s3"), bucket, (BotoCoreError,)), f"a{unique}", f"c{unique}"
    network, payouts, manuals = Network(dynamodb, "ledger"), Payouts(dynamodb, "ledger"), Manuals(dynamodb, "ledger")
    network.add_affiliate(Affiliate(affiliate, "Anna"))
    network.add_campaign(Campaign(campaign, "Spring", "shop", "EUR", "https://shop.example/"))
    Ledger(dynamodb, "ledger").put(sale(unique, MONTH, 28, affiliate=affiliate, campaign=campaign))
    bonus = Manual(affiliate, "EUR", "B-1", "bonus", 1000, "best", "clerk", MONTH.start_ms + HOUR, MONTH.first_day)
    manuals.settle(affiliate, "EUR", "B-1", lambda said: manual.write(said, bonus, {"EUR": 5000}, 0))

    days = Days(dynamodb, "ledger")
    DailyReport(days, archive, ZONE, tmp_path, START).run(end(MONTH.last_day, ZONE) + HOUR, lambda: FOREVER)
    books = Books(manuals, payouts, ZONE)
    rates = Rates(dynamodb, "ledger", 60, time.monotonic)
    agreements = Agreements(network, Parties(dynamodb, "ledger").own, rates.on, ZONE, "EUR")
    closes = Closes(dynamodb, "ledger")
    month = MonthClose(days, closes, archive, agreements, Seen(), books, books, ZONE, tmp_path)
    assert month.run(MONTH.end_ms + 2 * DAY_MS) == ("2024-02",)
    assert month.run(MONTH.end_ms + 3 * DAY_MS) == ()

    month.fetch("2024-02", tmp_path / "to")
    balances = {one["affiliate"]: one for one in read((tmp_path / "to" / "balances.csv").read_bytes())}
    assert balances[affiliate]["closing_payable"] == "14.50"
    assert [(one.kind, one.amount) for one in payouts.facts(affiliate, "EUR")] == [("closed", 1450)]
    assert month.rebuild("2024-02") == ()
    assert closes.close("2024-02") == next(iter(month.listing())).sha256
