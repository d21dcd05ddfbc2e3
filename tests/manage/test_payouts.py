"""Finance pays a closed month by the command: each line once, to an account that two people know."""

import json
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import pytest

from chalicelib.manage.adjustments import Adjustments
from chalicelib.manage.command import Desk, main
from chalicelib.manage.parties import PartyDesk
from chalicelib.manage.payouts import Cashier
from chalicelib.manage.treasury import Treasury
from chalicelib.model import manual
from chalicelib.model.bank import WAIT_MS
from chalicelib.model.manual import Manual
from chalicelib.model.network import DAY_MS, Affiliate
from chalicelib.model.payout import Act, Payout, decide
from chalicelib.model.sale import Refusal
from chalicelib.reports.batch import Batches
from chalicelib.store.manual import Manuals
from chalicelib.store.network import Network
from chalicelib.store.parties import Parties
from chalicelib.store.payouts import Payouts
from tests.reports.world import Bucket
from tests.services import Service

START = 1_793_600_000_000
"""2026-11-02."""
IBAN = "DE89370400440532013000"


class Never:
    """A part of the desk that these words leave alone."""

    def __call__(self, *_: Any) -> Any:
        raise AssertionError("not these words' business")


@dataclass
class Office:
    """A network with its treasury on a real table, whose time the test decides."""

    service: Service
    capsys: pytest.CaptureFixture[str]
    now: int = START
    bucket: Bucket = field(default_factory=Bucket)
    period: str = "2026-10"

    def __post_init__(self) -> None:
        client = self.service.connect("dynamodb")
        self.network, self.payouts, parties = (
            Network(client, "ledger"),
            Payouts(client, "ledger"),
            Parties(client, "ledger"),
        )
        self.manuals = Manuals(client, "ledger")
        self.only: set[str] = set()
        self.treasury = Treasury(
            Cashier(_Mine(self.payouts, self.only), parties, self.network, Batches(self.bucket), self.clock, "UTC"),
            Adjustments(self.manuals, self.payouts, self.network, {"EUR": 10_000}, self.clock, "UTC"),
            PartyDesk(parties, self.network, self.clock),
        )
        parts: Mapping[str, Any] = {name: Never() for name in Desk.__dataclass_fields__}
        self.desk = Desk(**{**parts, "treasury": lambda: self.treasury})

    def clock(self) -> int:
        return self.now

    def said(self, *words: str) -> tuple[int, str]:
        """Run the command; its code, and what it printed."""
        self.capsys.readouterr()
        code = main(words, lambda _: self.desk)
        told = self.capsys.readouterr()
        return code, (told.out + told.err).strip()

    def affiliate(self, **profile: str) -> str:
        """A new affiliate."""
        made = Affiliate(f"a-{uuid4().hex[:8]}", "Anna", profile={"legal_name": "Anna Ltd", **profile})
        self.network.add_affiliate(made)
        self.only.add(made.id)
        return made.id

    def payable(self, minor: int = 4200, reason: str = "", **profile: str) -> str:
        """An affiliate whose balance was closed with so much, and whose account is in force; the line's id."""
        who = self.affiliate(**profile)
        back, self.now = self.now, self.now - WAIT_MS - DAY_MS
        assert self.said("party", "bank", who, "--iban", IBAN, "--person", "ben")[0] == 0
        assert self.said("party", "confirm", who, "--iban", IBAN, "--person", "carl")[0] == 0
        self.now = back
        self.close(who, minor, reason)
        return f"{self.period}/{who}/EUR"

    def close(self, who: str, minor: int, reason: str = "") -> None:
        act = Act("closed", self.period, self.now, "2026-11-02", "close", amount=minor, reason=reason)
        assert isinstance(self.payouts.settle(who, "EUR", lambda said: decide(said, who, "EUR", act)), Payout)

    def stands(self, line: str) -> str:
        _, who, currency = line.split("/")
        return self.payouts.facts(who, currency)[-1].kind

    def manifest(self, batch: str) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.bucket.content[f"payouts/2026-10/{batch}.json"])
        return found


class _Mine(Payouts):
    """The payouts of one test's affiliates, because all tests share the table."""

    def __init__(self, whole: Payouts, only: set[str]) -> None:
        self.__dict__.update(whole.__dict__)
        self._only = only

    def closed_in(self, period: str) -> Any:
        return (pair for pair in super().closed_in(period) if pair[0] in self._only)

    def in_batch(self, batch: str) -> Any:
        return (pair for pair in super().in_batch(batch) if pair[0] in self._only)


@pytest.fixture
def office(ministack: str, capsys: pytest.CaptureFixture[str]) -> Office:
    made = Office(Service(ministack, "boto3"), capsys)
    made.said("party", "own", "legal_name=Netzwerk GmbH", "country=DE", f"iban={IBAN}", "bic=COBADEFF")
    return made


def freeze(office: Office, batch: str, *more: str) -> tuple[int, str]:
    return office.said("payout", "freeze", "2026-10", "--batch", batch, "--person", "ben", *more)


def test_a_month_is_paid_from_freezing_to_the_bank(office: Office) -> None:
    lines = [office.payable(4200), office.payable(100)]
    code, told = freeze(office, "2026-10-a", "--pay-on", "2026-11-05")
    assert (code, told.splitlines()[-1]) == (0, "batch 2026-10-a: payouts/2026-10/2026-10-a.json")
    assert "2 frozen: 43.00 EUR" in told
    assert {line["line"] for line in office.manifest("2026-10-a")["lines"]} == set(lines)
    assert [part["name"] for part in office.manifest("2026-10-a")["parts"]] == ["payouts.csv", "sepa.xml"]
    assert office.said("payout", "send", "2026-10-a", "--person", "ben")[0] == 0
    assert office.said("payout", "paid", "2026-10-a", "--person", "ben", "--line", lines[0])[0] == 0
    assert office.said("payout", "failed", lines[1], "--reason", "AC04", "--person", "ben")[0] == 0
    assert [office.stands(line) for line in lines] == ["paid", "failed"]


def test_nothing_is_frozen_twice(office: Office) -> None:
    line = office.payable()
    assert freeze(office, "2026-10-a")[0] == 0
    assert freeze(office, "2026-10-b") == (0, "nothing of 2026-10 can be paid")
    assert freeze(office, "2026-10-a")[1].startswith("clickledger: batch 2026-10-a is published already")
    assert office.stands(line) == "frozen"


def test_a_freezing_that_was_cut_off_is_taken_up_again(office: Office) -> None:
    line = office.payable()
    put_new = office.bucket.put_new
    office.bucket.put_new = lambda *_: 1 / 0  # type: ignore[assignment,method-assign]
    with pytest.raises(ZeroDivisionError):
        freeze(office, "2026-10-a")
    office.bucket.put_new = put_new  # type: ignore[method-assign]
    other = office.payable(7)
    assert freeze(office, "2026-10-a")[0] == 0
    assert {found["line"] for found in office.manifest("2026-10-a")["lines"]} == {line, other}


def test_a_line_that_was_frozen_behind_a_batchs_back_stops_it(office: Office) -> None:
    office.payable()
    freeze(office, "2026-10-a")
    late = office.payable(7)
    _, who, currency = late.split("/")
    act = Act("frozen", "2026-10", office.now, "2026-11-02", "ben", batch="2026-10-a")
    office.payouts.settle(who, currency, lambda said: decide(said, who, currency, act))
    code, told = office.said("payout", "send", "2026-10-a", "--person", "ben")
    assert (code, f"`payout failed {late}` gives it back" in told) == (1, True)


@pytest.mark.parametrize(
    ("minor", "reason", "profile", "why"),
    [
        (4200, "below_minimum", {}, "below_minimum"),
        (4200, "", {"minimum_payout": "EUR=42.01"}, "below_minimum"),
        (4200, "", {"legal_name": ""}, "no_legal_name"),
    ],
)
def test_what_cannot_be_paid_is_put_off_and_says_why(
    office: Office, minor: int, reason: str, profile: dict[str, str], why: str
) -> None:
    line = office.payable(minor, reason, **profile)
    _, told = freeze(office, "2026-10-a")
    assert f"{line}  42.00  deferred  {why}" in told
    assert "nothing of 2026-10 can be paid" in told


@pytest.mark.parametrize("minor", [0, -500])
def test_a_debt_is_not_paid(office: Office, minor: int) -> None:
    line = office.payable(minor)
    assert freeze(office, "2026-10-a") == (0, "nothing of 2026-10 can be paid")
    assert office.stands(line) == "closed"


def test_an_affiliate_without_an_account_waits_until_it_has_one(office: Office) -> None:
    who = office.affiliate()
    office.close(who, 4200)
    assert "deferred  no_account" in freeze(office, "2026-10-a")[1]
    office.said("party", "bank", who, "--iban", IBAN, "--person", "ben")
    office.said("party", "confirm", who, "--iban", IBAN, "--person", "carl")
    office.now += WAIT_MS - 1
    assert "deferred  no_account" in freeze(office, "2026-10-a")[1]
    office.now += 1
    assert "1 frozen: 42.00 EUR" in freeze(office, "2026-10-a")[1]


def test_a_changed_account_is_not_paid_before_its_week_is_over(office: Office) -> None:
    line = office.payable()
    who = line.split("/")[1]
    office.said("party", "bank", who, "--iban", "GB82WEST12345698765432", "--person", "ben")
    office.said("party", "confirm", who, "--iban", "GB82WEST12345698765432", "--person", "carl")
    freeze(office, "2026-10-a")
    csv = next(part["key"] for part in office.manifest("2026-10-a")["parts"] if part["name"] == "payouts.csv")
    assert IBAN.encode() in office.bucket.content[csv]
    assert b"GB82" not in office.bucket.content[csv]


def test_a_closed_month_is_paid_in_the_next_and_no_later(office: Office) -> None:
    office.payable()
    office.now += 40 * DAY_MS
    assert "refused  not_the_last_period" in freeze(office, "2026-10-a")[1]


def test_a_network_without_an_account_freezes_nothing(office: Office) -> None:
    line = office.payable()
    office.said("party", "own", "bic=")
    code, told = freeze(office, "2026-10-a")
    assert (code, "the network needs" in told) == (1, True)
    assert office.stands(line) == "closed"


@pytest.mark.parametrize("batch", ["2026-09-a", "2026-10-A/b", "x"])
def test_a_batch_has_a_name_that_banks_take(office: Office, batch: str) -> None:
    assert freeze(office, batch)[0] == 1


def test_an_account_needs_two_people(office: Office) -> None:
    who = office.affiliate()
    office.said("party", "bank", who, "--iban", IBAN, "--person", "ben")
    confirm = ("party", "confirm", who, "--iban", IBAN, "--person")
    assert office.said(*confirm, "Ben")[1].endswith("same_person")
    assert office.said(*confirm, " ")[0] == 1
    assert "no GB" not in office.said("party", "show", who)[1]


def test_a_profile_is_set_field_by_field(office: Office) -> None:
    who = office.affiliate()
    words = ["address=High Street 1", "address=London", "country=gb", "minimum_payout=EUR=50.00"]
    _, told = office.said("party", "set", who, *words)
    assert told.splitlines() == [
        "legal_name=Anna Ltd",
        "address=High Street 1",
        "address=London",
        "country=GB",
        "minimum_payout=EUR=50.00",
    ]
    assert office.said("party", "set", who, f"iban={IBAN}")[0] == 1
    assert office.said("party", "set", who, "country=Mars")[0] == 1


def adjust(
    office: Office, who: str, amount: str, *more: str, kind: str = "adjusted", key: str = "k1"
) -> tuple[int, str]:
    said = ("--kind", kind, "--key", key, "--reason", "counted twice", "--person", "ben")
    return office.said("adjust", "add", who, "EUR", amount, *said, *more)


def test_a_small_line_by_hand_counts_at_once_and_once(office: Office) -> None:
    who = office.affiliate()
    assert "booked by ben" in adjust(office, who, "-5.00")[1]
    assert "booked by ben" in adjust(office, who, "-5.00")[1]
    assert adjust(office, who, "-6.00") == (1, "clickledger: k1 is refused: other_line")
    assert [line.amount for line in office.manuals.of(who, "EUR")] == [-500]


def test_a_large_line_by_hand_waits_for_a_second_person(office: Office) -> None:
    who = office.affiliate()
    assert "it waits for `adjust second`" in adjust(office, who, "100.01")[1]
    assert office.said("adjust", "second", who, "EUR", "k1", "--person", "ben")[0] == 1
    assert "seconded by ben and carl" in office.said("adjust", "second", who, "EUR", "k1", "--person", "carl")[1]


def test_a_bonus_may_be_the_advertisers_to_pay(office: Office) -> None:
    who = office.affiliate()
    adjust(office, who, "5.00", "--advertiser", "shop", "--revenue", "6.00 EUR", kind="bonus")
    [line] = office.manuals.of(who, "EUR")
    assert (line.advertiser, line.revenue, line.revenue_currency) == ("shop", 600, "EUR")


def test_no_more_than_the_debt_is_written_off(office: Office) -> None:
    who = office.affiliate()
    office.close(who, -900)
    assert adjust(office, who, "5.00", kind="write_off")[0] == 0
    assert adjust(office, who, "4.01", kind="write_off", key="k2")[1].endswith("more_than_debt")
    assert adjust(office, who, "4.00", kind="write_off", key="k2")[0] == 0
    assert adjust(office, who, "0.01", kind="write_off", key="k3")[1].endswith("more_than_debt")
    assert adjust(office, who, "4.00", kind="write_off", key="k2")[0] == 0
    assert [line.amount for line in office.manuals.of(who, "EUR") if line.counts] == [500, 400]


def test_two_people_cannot_write_off_the_same_debt_at_once(office: Office) -> None:
    who = office.affiliate()
    lines = [Manual(who, "EUR", f"k{n}", "write_off", 900, "gone", "ben", 0, "2026-11-05") for n in range(8)]

    def reserve(line: Manual) -> manual.Answer:
        return office.manuals.settle(
            who, "EUR", manual.WRITE_OFFS, lambda said: manual.reserve(said, line, 900, "2026-10")
        )

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(reserve, lines))
    assert sum(isinstance(answer, Manual) for answer in answers) == 1
    assert sum(answer == Refusal("rejected", "more_than_debt") for answer in answers) == 7
