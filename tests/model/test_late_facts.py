"""Facts that a report lists late: whatever comes when, each month moves what its facts move, and all of it comes right.

A life is dense about the end of a month, so that what is listed late is often listed a month late.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from random import Random
from typing import Any, NamedTuple

import pytest

from chalicelib.model.day import back
from chalicelib.model.entry import Entry
from chalicelib.model.line import NOTHING, Buckets, Line
from chalicelib.model.network import DAY_MS
from chalicelib.model.period import Period
from chalicelib.model.settling import Carried, is_open, settle
from chalicelib.reports.fold import opened
from tests.model import lives, test_close
from tests.model.test_settling import APPROVED, BOOKED

MONTHS = [Period.of(f"{2026 + n // 12}-{n % 12 + 1:02d}", "UTC") for n in range(9, 21)]
DAYS = [day for month in MONTHS for day in month.days]
LIVES = 4000
WHOSE = ("anna", "EUR"), ("ben", "USD")


class Listed(NamedTuple):
    """A fact, and the number of the day whose report lists it."""

    entry: Entry
    day: int


class Standing(NamedTuple):
    """Where a random life stands."""

    state: str = ""
    commission: int = 0
    disputed: int = 0
    whose: tuple[str, str] = WHOSE[0]
    confirmed: bool = False


def next_standing(was: Standing, dice: Random) -> tuple[str, Standing]:
    """What may happen next: a kind of fact, and where it leads."""
    if not was.state:
        if dice.random() < 0.4:
            return "booked", Standing("pending", 500)
        return "booked", Standing(dice.choice(("pending", "approved")), 500, confirmed=True)
    if not was.confirmed:
        whose = WHOSE[0] if was.state == "pending" else dice.choice(WHOSE)
        sure = Standing(dice.choice(("pending", "approved")), dice.choice((500, 700)), 0, whose, confirmed=True)
        return dice.choice((("rejected", was._replace(state="rejected", commission=0)), ("confirmed", sure)))
    if was.state == "rejected":
        return "reinstated", was._replace(state="approved", commission=dice.choice((400, 500)), disputed=0)
    if was.disputed:
        return dice.choice((("dispute_won", was._replace(disputed=0)), ("held", was)))
    found = [
        ("rejected", was._replace(state="rejected", commission=0)),
        ("refunded", was._replace(commission=was.commission // 2)),
        ("disputed", was._replace(disputed=100)),
    ]
    if was.state == "pending":
        found = [("approved", was._replace(state="approved"))] * 3 + found[:1]
    return dice.choice(found)


def life(dice: Random) -> list[tuple[int, Entry]]:
    """The facts of a conversion, each with the number of its day."""
    day, was, found = dice.randint(25, 34), Standing(), []
    hold, ago = dice.choice((0, 0, 7, 30, 60)), dice.choice((0, 0, 0, 20, 50))
    event_ms = MONTHS[0].start_ms + (day - ago) * DAY_MS
    for n in range(dice.randint(1, 7)):
        kind, now = next_standing(was, dice)
        base = BOOKED._replace(hold_days=hold, event_ms=event_ms, day=DAYS[day], confirmed=now.confirmed)
        found.append((day, fact(base, n, kind, was, now)))
        day, was = day + dice.choice((0, 0, 1, 1, 2, 28, 33)), now
    return found


def fact(base: Entry, n: int, kind: str, was: Standing, now: Standing) -> Entry:
    """The fact that leads from one standing to the next. A dollar is two euros, and a revenue twice the commission."""
    due = 2 if now.whose == WHOSE[1] else 1
    pending, approved = (
        (now.commission if now.state == state else 0) - (was.commission if was.state == state else 0)
        for state in ("pending", "approved")
    )
    return base._replace(
        n=n,
        kind=kind,  # type: ignore[arg-type]
        state=now.state,  # type: ignore[arg-type]
        disputed=now.disputed,
        affiliate=now.whose[0],
        due_in=now.whose[1],
        commission=now.commission,
        pending_commission=pending,
        approved_commission=approved,
        due=now.commission * due,
        pending_due=pending * due,
        approved_due=approved * due,
        revenue=now.commission * 2,
        pending_revenue=pending * 2,
        approved_revenue=approved * 2,
    )


def listed(dice: Random) -> list[Listed]:
    """A life and when it is listed: nothing later than the reports look back, three days."""
    return [Listed(entry, day + dice.choice((0, 0, 0, 1, 2, 3))) for day, entry in life(dice)]


def listed_any_time(dice: Random) -> list[Listed]:
    """A life that nobody can settle meanwhile, listed in any order over months."""
    every = [(day, entry._replace(hold_days=400)) for day, entry in life(dice)]
    return [Listed(entry, day + dice.choice((0, 0, 1, 3, 30, 60, 90))) for day, entry in every]


def closes(facts: list[Listed]) -> Iterator[tuple[Period, list[Entry], list[Line], Carried | None]]:
    """Each month with the facts that its reports list, its lines, and what it hands on."""
    prior: Carried | None = None
    for period in MONTHS:
        mine = [one.entry for one in facts if DAYS[one.day][:7] == period.name]
        if mine or prior:
            settled = settle(prior, mine, period, grouped=False)
            prior = settled.carried if is_open(settled.carried, period) else None
            yield period, mine, settled.lines, prior


Lists = Callable[[Random], list[Listed]]
Sums = dict[tuple[str, str], list[int]]


def of_facts(facts: list[Entry]) -> Sums:
    """What facts move for whom: commission and due by state, and both revenues."""
    sums: Sums = defaultdict(lambda: [0] * 6)
    for one in facts:
        moved = (one.pending_commission, one.approved_commission, one.pending_due, one.approved_due)
        _add(sums, one, (*moved, one.pending_revenue, one.approved_revenue))
    return dict(sums)


def of_lines(lines: list[Line]) -> Sums:
    """The same of lines. What is held or payable is approved."""
    sums: Sums = defaultdict(lambda: [0] * 6)
    for one in lines:
        earned, due = one.commission, one.due
        moved = (earned.pending, earned.held + earned.payable, due.pending, due.held + due.payable)
        _add(sums, one, (*moved, one.pending_revenue, one.revenue))
    return dict(sums)


def _add(sums: Sums, one: Entry | Line, moved: tuple[int, ...]) -> None:
    whose = (one.affiliate, one.due_in)
    sums[whose] = [had + more for had, more in zip(sums[whose], moved, strict=True)]


def nonzero(sums: Sums) -> Sums:
    """Without those of whom nothing moves."""
    return {whose: moved for whose, moved in sums.items() if any(moved)}


def expected(facts: list[Listed], period: Period) -> dict[str, tuple[Buckets, Buckets]]:
    """Where a conversion's money is in the end, by affiliate: commission and due. Said once more in other words."""
    last = facts[-1].entry
    if last.state == "rejected" or not last.commission:
        return {}
    ripe = last.event_ms + last.hold_days * DAY_MS < period.end_ms and not last.disputed
    place = 0 if last.state == "pending" else 2 if ripe else 1
    there = [[minor if one == place else 0 for one in range(3)] for minor in (last.commission, last.due)]
    return {last.affiliate: (Buckets(*there[0]), Buckets(*there[1]))}


@pytest.mark.parametrize("lists", [listed, listed_any_time])
def test_each_month_moves_what_its_facts_move_and_each_fact_is_one_line_of_its_own_money(lists: Lists) -> None:
    for seed in range(LIVES):
        facts = lists(Random(seed))
        for _, mine, lines, _ in closes(facts):
            assert nonzero(of_lines(lines)) == nonzero(of_facts(mine)), seed
            told = [line for line in lines if line.kind != "matured"]
            assert [(line.n, nonzero(of_lines([line]))) for line in told] == [
                (one.n, nonzero(of_facts([one]))) for one in mine
            ], seed
            assert len({(line.kind, line.n) for line in lines}) == len(lines), seed


@pytest.mark.parametrize("lists", [listed, listed_any_time])
def test_once_every_fact_is_listed_the_money_is_where_the_last_one_left_it(lists: Lists) -> None:
    for seed in range(LIVES):
        facts = lists(Random(seed))
        found: dict[str, tuple[Buckets, Buckets]] = defaultdict(lambda: (NOTHING, NOTHING))
        ends = max(one.day for one in facts)
        for period, _, lines, _ in closes(facts):
            for line in lines:
                commission, due = found[line.affiliate]
                found[line.affiliate] = commission.plus(line.commission), due.plus(line.due)
            if period.last_day >= DAYS[ends]:
                left = {whose: both for whose, both in found.items() if any(both[0]) or any(both[1])}
                assert left == expected(facts, period), seed


def test_what_is_settled_is_handed_on_no_more() -> None:
    """A conversion that waits for a fact does so until it is listed, and one that waits for none does not wait."""
    for seed in range(LIVES):
        facts = listed(Random(seed))
        *_, (period, _, _, prior) = closes(facts)
        last = facts[-1].entry
        open_ = last.state == "pending" or (last.state == "approved" and bool(last.disputed))
        unripe = last.state == "approved" and last.event_ms + last.hold_days * DAY_MS >= period.end_ms
        assert (prior is not None) == (open_ or unripe), seed


def test_nothing_is_paid_of_a_conversion_of_which_a_fact_is_missing() -> None:
    approved, refunded = APPROVED, APPROVED._replace(n=3, kind="refunded", commission=200, due=200, revenue=300)
    refunded = refunded._replace(pending_commission=0, approved_commission=-300, pending_due=0, approved_due=-300)
    settled = settle(None, [BOOKED, approved, refunded], MONTHS[1], grouped=False)
    assert settled.carried.missing == "2"
    assert (settled.carried.due, settled.carried.commission) == (Buckets(0, 200, 0), Buckets(0, 200, 0))
    assert is_open(settled.carried, MONTHS[1])


def test_the_lives_have_gaps_of_all_kinds() -> None:
    found: Counter[str] = Counter()
    for seed in range(LIVES):
        known: set[int] = set()
        dropped = False
        for _, mine, _, prior in closes(listed(Random(seed))):
            known |= {one.n for one in mine}
            found["missing"] += bool(prior and prior.missing)
            found[f"older {prior.older}" if prior and prior.older else ""] += 1
            found["settled, then late"] += dropped and bool(prior and (prior.missing or prior.older))
            dropped = prior is None
    assert all(found[kind] > 20 for kind in ("missing", "older settled", "older missing", "settled, then late")), found


def network(seed: int) -> dict[str, Any]:
    """A random network (see test_close) in which most happens at the end of a month."""
    dice, one = Random(seed), test_close.said(seed, reversed_whole=True)
    for act in one["facts"]:
        last = Period.of(act["at"][:7], "UTC").last_day
        if act["act"] != "rate" and act["at"][:7] in lives.MONTHS[:3] and dice.random() < 0.7:
            # Never earlier: nobody hears of a sale before it happens.
            act["at"] = max(act["at"], back(last, dice.choice((0, 0, 1, 2))) + act["at"][10:])
    return one


def late(seed: int) -> list[test_close.Month]:
    """The closed months of a network whose reports list one fact in three up to three days late."""
    dice, one = Random(seed), network(seed)
    books = opened(one)
    books.facts = [fact._replace(day=back(fact.day, -dice.choice((0, 0, 0, 1, 2, 3)))) for fact in books.facts]
    periods = [Period.of(name, one["network"]["time_zone"]) for name in one["closes"]]
    months = [test_close.Month(period, *books.close(period.name)) for period in periods]
    for month in months:
        mine = [fact for fact in books.facts if fact.day[:7] == month.period.name]
        lines = [line for line in month.lines if line.kind in test_close.FACTS]
        assert nonzero(of_lines(lines)) == nonzero(of_facts(mine))
    return months


@pytest.mark.parametrize("seed", range(30))
def test_a_network_that_hears_late_and_takes_everything_back_comes_to_nothing(seed: int) -> None:
    """In every bucket, for every affiliate; and each month moves what its facts move, caps, tiers and all beside."""
    months = late(seed)
    assert {whose: due for whose, due in test_close.summed(months).items() if any(due)} == {}
    differences = [line for month in months for line in month.lines if line.kind.endswith("_difference")]
    assert differences
