"""Properties of the month close, over ten thousand random lives in fifty networks (see lives)."""

import json
from collections import Counter, defaultdict
from functools import lru_cache
from random import Random
from typing import Any, NamedTuple

import pytest

from chalicelib.model.balance import Balance
from chalicelib.model.entry import Entry
from chalicelib.model.line import NOTHING, Buckets, Line
from chalicelib.model.network import DAY_MS
from chalicelib.model.payout import line_id
from chalicelib.model.period import Period
from chalicelib.reports import journal
from chalicelib.reports.fold import Books, opened
from tests.model import lives

NETWORKS = range(50)
LIVES = 200
FACTS = {
    *("booked", "confirmed", "approved", "rejected", "refunded", "reinstated", "amended", "corrected", "disputed"),
    *("dispute_won", "dispute_lost", "rated", "matured"),
}
PAYOUTS = {"frozen", "sent", "paid", "failed", "returned", "deferred"}


class Month(NamedTuple):
    """A closed month."""

    period: Period
    lines: list[Line]
    balances: list[Balance]


def said(seed: int, *, reversed_whole: bool = False, paid: bool = False) -> dict[str, Any]:
    """The object of a random network."""
    dice = Random(seed)
    facts = lives.lives(dice, LIVES)
    if reversed_whole:
        facts += lives.reversal({fact["conversion"] for fact in facts})
    found = {"network": lives.network(dice), "rates": lives.rates(dice), "facts": facts, "closes": list(lives.MONTHS)}
    return found | {"payouts": lives.payouts(dice) if paid else []}


def closed(one: dict[str, Any]) -> tuple[Books, list[Month]]:
    """All months of an object."""
    books, zone = opened(one), one["network"]["time_zone"]
    return books, [Month(Period.of(name, zone), *books.close(name)) for name in one["closes"]]


@lru_cache(None)
def paid(seed: int) -> tuple[Books, list[Month]]:
    """A network that pays its affiliates."""
    return closed(said(seed, paid=True))


def summed(months: list[Month], kinds: set[str] | None = None) -> dict[tuple[str, str], Buckets]:
    """What is due by affiliate and currency."""
    sums: dict[tuple[str, str], Buckets] = defaultdict(lambda: NOTHING)
    for line in (line for month in months for line in month.lines):
        if kinds is None or line.kind in kinds:
            whose = (line.affiliate, line.due_in)
            sums[whose] = sums[whose].plus(line.due)
    return sums


def place(entry: Entry, minor: int, period: Period) -> Buckets:
    """Where the money of a standing is at a period's end, said once more in other words."""
    if entry.state == "rejected":
        return NOTHING
    if entry.state == "pending":
        return Buckets(minor, 0, 0)
    ripe = entry.event_ms + entry.hold_days * DAY_MS < period.end_ms and not entry.disputed
    return Buckets(0, 0, minor) if ripe else Buckets(0, minor, 0)


@pytest.mark.parametrize("seed", NETWORKS)
def test_opening_and_movements_are_closing_after_every_month(seed: int) -> None:
    _, months = paid(seed)
    before: dict[tuple[str, str], Buckets] = {}
    for month in months:
        moved = summed([month])
        for balance in month.balances:
            whose = (balance.affiliate, balance.currency)
            assert balance.opening == before.get(whose, NOTHING)
            assert balance.moved == moved[whose]
            assert balance.closing == balance.opening.plus(balance.moved)
        before = {(one.affiliate, one.currency): one.closing for one in month.balances}
        assert {whose for whose, due in moved.items() if any(due)} <= before.keys()


@pytest.mark.parametrize("seed", NETWORKS)
def test_what_facts_moved_is_where_their_conversions_stand(seed: int) -> None:
    books, months = paid(seed)
    for number, month in enumerate(months):
        standing = {fact.conversion: fact for fact in books.facts if fact.day <= month.period.last_day}
        due: dict[str, Buckets] = defaultdict(lambda: NOTHING)
        commission: dict[str, Buckets] = defaultdict(lambda: NOTHING)
        for line in (line for month in months[: number + 1] for line in month.lines if line.kind in FACTS):
            due[line.conversion] = due[line.conversion].plus(line.due)
            commission[line.conversion] = commission[line.conversion].plus(line.commission)
        assert due.keys() == standing.keys()
        for conversion, fact in standing.items():
            assert due[conversion] == place(fact, fact.due, month.period)
            assert commission[conversion] == place(fact, fact.commission, month.period)


@pytest.mark.parametrize("seed", NETWORKS)
def test_each_fact_is_one_line_of_one_month(seed: int) -> None:
    books, months = paid(seed)
    lines = [(line.conversion, line.n) for month in months for line in month.lines if line.kind in FACTS - {"matured"}]
    assert sorted(lines) == [(fact.conversion, fact.n) for fact in books.facts]


@pytest.mark.parametrize("seed", NETWORKS)
def test_a_whole_reversal_nets_to_nothing(seed: int) -> None:
    """In every bucket, currency and campaign: differences, second tier and taxes, too."""
    _, months = closed(said(seed, reversed_whole=True))
    assert sum(any(line.due) for month in months for line in month.lines) > LIVES
    assert {whose: due for whose, due in summed(months).items() if any(due)} == {}
    sums: Counter[tuple[str, ...]] = Counter()
    for line in (line for month in months for line in month.lines):
        where = (line.affiliate, line.campaign, line.kind if line.kind not in FACTS else "fact", line.currency)
        sums[*where, "revenue"] += line.revenue
        sums[*where, "pending revenue"] += line.pending_revenue
        for name, minor in zip(Buckets._fields, line.commission, strict=True):
            sums[*where, name] += minor
    assert {where: minor for where, minor in sums.items() if minor} == {}


@pytest.mark.parametrize("seed", NETWORKS)
def test_nothing_is_paid_twice(seed: int) -> None:
    """Each line is frozen once; what has left is what was earned less what is there."""
    _, months = paid(seed)
    frozen = Counter(payable(line) for month in months for line in month.lines if line.kind == "frozen")
    assert set(frozen.values()) <= {1}
    lines = {
        f"{month.period.name}/{one.affiliate}/{one.currency}": one.closing.payable
        for month in months
        for one in month.balances
    }
    left: Counter[tuple[str, str]] = Counter()
    for number, month in enumerate(months):
        for line in month.lines:
            if line.kind == "frozen":
                assert -line.due.payable == lines[payable(line)] > 0
            if line.kind in PAYOUTS:
                left[line.affiliate, line.due_in] -= line.due.payable
        earned = summed(months[: number + 1], {line.kind for line in month_lines(months)} - PAYOUTS)
        for balance in month.balances:
            whose = (balance.affiliate, balance.currency)
            assert left[whose] + balance.closing.payable == earned[whose].payable


def payable(line: Line) -> str:
    """The payable that a payout step is about."""
    return line_id(line.origin, line.affiliate, line.currency)


def month_lines(months: list[Month]) -> list[Line]:
    """The lines of all months."""
    return [line for month in months for line in month.lines]


@pytest.mark.parametrize("seed", NETWORKS)
def test_debits_equal_credits_after_every_line_and_the_accounts_say_what_the_balances_say(seed: int) -> None:
    _, months = paid(seed)
    accounts: Counter[tuple[str, str]] = Counter()
    for month in months:
        for line in month.lines:
            whose = (line.kind, line.affiliate, line.advertiser, line.currency, line.due_in)
            entry = journal.Sum(*whose, *line.commission, *line.due, line.pending_revenue, line.revenue)
            both: Counter[str] = Counter()
            for posting in journal.postings(entry):
                both[posting.currency] += posting.minor
                accounts[posting.account, posting.currency] += posting.minor
            assert not any(both.values())
        for balance in month.balances:
            for bucket, minor in zip(Buckets._fields, balance.closing, strict=True):
                assert accounts[f"{bucket}:{balance.affiliate}", balance.currency] == -minor


@pytest.mark.parametrize("seed", NETWORKS[:20])
def test_the_order_of_arrival_inside_a_month_changes_nothing(seed: int) -> None:
    """Sales of one month change places in arriving; each keeps the time it happened at, and no rate differs by day."""
    one = said(seed)
    one["facts"] = [fact for fact in one["facts"] if fact["act"] == "book"]
    one["network"]["time_zone"] = "UTC"
    one["rates"] = [row | {"rates": one["rates"][0]["rates"], "known": "2026-01-01T00:00:00Z"} for row in one["rates"]]
    other = json.loads(json.dumps(one))
    for month in lives.MONTHS:
        arrivals = [fact for fact in other["facts"] if fact["at"].startswith(month)]
        # Nobody hears of a sale before it happens, so all of a month are heard of in its last hour, in another order.
        for second, fact in enumerate(Random(seed).sample(arrivals, len(arrivals))):
            fact["at"] = f"{month}-28T23:{second // 60 % 60:02d}:{second % 60:02d}Z"
        for fact in [fact for fact in one["facts"] if fact["at"].startswith(month)]:
            fact["at"] = f"{month}-28T23:30:00Z"
    assert timeless(closed(one)[1]) == timeless(closed(other)[1])


def timeless(months: list[Month]) -> list[Any]:
    """What months gave, but for the time of arrival and the table of its day."""
    return [([line._replace(at_ms=0, fx="") for line in month.lines], month.balances) for month in months]


@pytest.mark.parametrize("seed", NETWORKS[:5])
def test_the_same_network_closes_the_same_way(seed: int) -> None:
    assert closed(said(seed, paid=True))[1] == paid(seed)[1]


def test_the_lives_are_full_of_what_can_happen() -> None:
    kinds = Counter(line.kind for seed in NETWORKS[:10] for line in month_lines(paid(seed)[1]))
    wanted = FACTS - {"confirmed"} | {"cap_difference", "tier_difference", "recurring", "call_difference"}
    assert wanted | {"second_tier", "vat", "frozen", "failed", "returned", "paid"} <= kinds.keys()
