"""A tenth of `make stress` comes out as it must; and its judges would say so if it did not."""

import json
import subprocess
import sys
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

import pytest

from bench.stress import audit, lines, oracle, plan
from bench.stress.audit import Due, Findings
from bench.stress.clicks import Clicks
from bench.stress.lines import Line
from bench.stress.network import OFFERS, Offer
from bench.stress.plan import Minted, Sale
from bench.stress.proxy import Odds, Proxy
from bench.stress.worker import Killed, Worker
from chalicelib.store.errors import Unavailable
from chalicelib.store.wire import Credentials, Wire
from infra.emulator import ROOT

SPRING, AUTUMN, SILK, WOOL = OFFERS


@pytest.fixture(scope="module")
def tenth(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The figures of a run with a tenth of the sales."""
    file = tmp_path_factory.mktemp("stress") / "stress.json"
    done = subprocess.run(
        [sys.executable, "-m", "bench.stress", "--scale", "0.1", "--json", str(file)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    figures: dict[str, Any] = json.loads(file.read_text())
    return figures


def test_every_sale_pays_once_and_exactly(tenth: dict[str, Any]) -> None:
    assert (tenth["deliveries"], tenth["commissions"]) == (3000, 1000)
    assert tenth["sum_exact"] is True
    assert tenth["booked_once"] is True
    assert tenth["states_right"] is True


def test_the_report_is_the_same_when_it_is_made_again(tenth: dict[str, Any]) -> None:
    assert tenth["report_identical"] is True


def test_as_many_clicks_are_stored_as_redirects_were_answered(tenth: dict[str, Any]) -> None:
    assert tenth["redirects"] > 100
    assert tenth["clicks_stored"] is True


def test_the_faults_were_there(tenth: dict[str, Any]) -> None:
    assert tenth["kills"] == 2
    assert tenth["throttles"] / tenth["calls"] == pytest.approx(0.05, abs=0.015)
    assert tenth["lost_answers"] / tenth["calls"] == pytest.approx(0.02, abs=0.01)
    assert tenth["tried_again"] > 0


def test_nothing_is_left_in_a_queue_or_unanswered(tenth: dict[str, Any]) -> None:
    assert tenth["queue_empty"] is True
    assert tenth["all_sent"] is True


# The plan


def test_a_plan_follows_from_its_seed() -> None:
    def planned(seed: int) -> list[plan.Delivery]:
        return plan.deliveries(plan.sales(50, Random(seed)), 150, Random(seed))

    assert planned(1) == planned(1)
    assert planned(1) != planned(2)


def test_each_sale_is_told_by_its_server_at_least_once() -> None:
    order = plan.deliveries(plan.sales(200, Random(7)), 600, Random(7))
    assert len(order) == 600
    assert {one.sale for one in order if not one.is_claim and not one.is_refund} == set(range(200))


# The oracle


def sale(
    offer: Offer,
    amount: str,
    says: tuple[str, ...] = ("approved",),
    refunds: tuple[str, ...] = (),
    goal: str = "sale",
    affiliate: str = "carl",
    minted: Minted = "bare",
    age_days: float = 27.0,
) -> Sale:
    gone = tuple(map(Decimal, refunds))
    worth = Decimal(amount) if amount else None
    return Sale(0, offer, goal, affiliate, "dora", "1001", "", worth, says, gone, minted, age_days)


@pytest.mark.parametrize(
    ("bought", "state", "commission"),
    [
        (sale(SPRING, "100.00"), "approved", "12.35"),  # 12.345: half a cent goes up
        (sale(SPRING, "100.00", age_days=9.9), "approved", "7.77"),
        (sale(SPRING, "100.00", minted="redirect"), "approved", "7.77"),
        (sale(SPRING, "100.00", affiliate="anna", age_days=9.9), "approved", "33.33"),
        (sale(SPRING, "100.00", affiliate="anna", age_days=20.1), "approved", "12.35"),
        (sale(AUTUMN, "0.04"), "approved", "0.01"),  # half a cent again
        (sale(SILK, "124"), "approved", "10"),
        (sale(WOOL, "0.220", says=("pending",)), "pending", "0.006"),
        (sale(WOOL, "5.000", says=("approved", "rejected")), "rejected", "0"),
        (sale(SILK, "", says=("",), goal="quote"), "pending", "250"),
        (sale(AUTUMN, "10.00", refunds=("2.00", "4.00")), "approved", "0.50"),
        (sale(AUTUMN, "10.00", refunds=("10.00",)), "approved", "0"),
        (sale(SPRING, "10.00", refunds=("9.99",), goal="trial"), "approved", "1.05"),
        (sale(SPRING, "10.00", refunds=("10.00",), goal="trial"), "approved", "0"),
    ],
)
def test_the_oracle_knows_what_a_sale_comes_to(bought: Sale, state: str, commission: str) -> None:
    must = oracle.expected(bought)
    assert (must.state, must.commission) == (state, Decimal(commission))


# The audit


def line(**changes: Any) -> Line:
    """The one fact of a sale of 10.00 EUR that carl brought."""
    plain = {
        "conversion": "c1",
        "number": 0,
        "kind": "booked",
        "affiliate": "carl",
        "advertiser": "kettles",
        "currency": "EUR",
        "moved_commission": Decimal("1.25"),
        "moved_revenue": Decimal("1.75"),
        "state": "approved",
        "confirmed": True,
        "commission": Decimal("1.25"),
        "revenue": Decimal("1.75"),
        "click": "own",
        "amount": Decimal("10.00"),
        "refunded": Decimal(0),
    }
    return Line(**{**plain, **changes})


def must() -> Due:
    clicks = Clicks(own={0: "own"}, rival={0: "rival"}, followed=[], rows=0)
    return audit.due([sale(AUTUMN, "10.00")], clicks, {0: {"c1"}})


def judged(*found: Line) -> dict[str, Any]:
    """The verdicts on an index with these facts."""
    findings = Findings()
    audit.books(lines.book(found), [], must(), findings)
    return findings.figures | {"problems": [one for one in findings.problems if one.startswith("index")]}


def test_the_audit_finds_nothing_where_nothing_is() -> None:
    assert judged(line())["problems"] == []


@pytest.mark.parametrize(
    ("found", "verdict"),
    [
        ([], "booked_once"),
        ([line(), line(number=1)], "booked_once"),
        ([line(), line(conversion="c2")], "booked_once"),
        ([line(moved_commission=Decimal("1.24"))], "sum_exact"),
        ([line(affiliate="dora")], "sum_exact"),
        ([line(moved_revenue=Decimal("1.76"))], "sum_exact"),
        ([line(state="pending")], "states_right"),
        ([line(confirmed=False)], "states_right"),
        ([line(click="rival")], "states_right"),
        ([line(amount=Decimal("9.00"))], "states_right"),
    ],
)
def test_the_audit_finds_what_is_wrong(found: list[Line], verdict: str) -> None:
    said = judged(*found)
    assert said[verdict] is False
    assert said["problems"] != []


# The faults


def client(proxy: Proxy) -> Wire:
    return Wire("dynamodb", "us-east-1", lambda: Credentials("test", "test"), proxy.endpoint, 5.0)


def put_through(endpoint: str, odds: Odds, name: str) -> tuple[str, dict[str, int], bool]:
    """Put an item through a proxy: how that failed, what the proxy counted, and whether the item is there."""
    row = {"pk": {"S": name}, "sk": {"S": "x"}}
    with Proxy(endpoint, odds) as proxy, pytest.raises(Unavailable) as failed:
        client(proxy).call("PutItem", {"TableName": "visits", "Item": row})
    direct = Wire("dynamodb", "us-east-1", lambda: Credentials("test", "test"), endpoint, 5.0)
    found = direct.call("GetItem", {"TableName": "visits", "Key": row})
    return failed.value.code, proxy.counts, "Item" in found


def test_a_throttled_call_never_reaches_the_service(ministack: str) -> None:
    code, counts, is_there = put_through(ministack, Odds(1, 0, 1), "throttled")
    assert (code, is_there) == ("ProvisionedThroughputExceededException", False)
    assert counts == {"calls": 2, "throttles": 2, "lost_answers": 0}


def test_a_lost_answer_is_lost_after_the_service_has_acted(ministack: str) -> None:
    code, counts, is_there = put_through(ministack, Odds(0, 1, 1), "lost")
    assert (code, is_there) == ("ConnectionResetError", True)
    assert counts == {"calls": 2, "throttles": 0, "lost_answers": 2}


def test_a_killed_worker_leaves_no_answer(tmp_path: Path) -> None:
    worker = Worker({}, tmp_path / "log")
    with pytest.raises(Killed, match="-9"):
        worker.ask({"rawPath": "/healthz"}, killed_after=0.0)
    worker.stop()


def test_a_worker_answers_with_the_real_handlers(tmp_path: Path) -> None:
    worker = Worker({"CLICKLEDGER_MASTER": "0123456789" * 4}, tmp_path / "log")
    answer = worker.ask({"rawPath": "/healthz", "requestContext": {"http": {"method": "GET"}}})
    worker.stop()
    assert answer["statusCode"] == 200
