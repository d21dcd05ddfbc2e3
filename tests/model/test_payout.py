"""A closed balance is paid once, whatever people and banks do, in whatever order."""

from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.model import payout
from chalicelib.model.payout import KINDS, Act, Kind, Payout, Repeated
from chalicelib.model.period import following
from chalicelib.model.sale import Refusal


def act(kind: Kind, period: str = "2026-10", **more: object) -> Act:
    day = f"{following(period)}-05"
    return Act(kind, period, 1_790_000_000_000, str(more.pop("day", day)), "ben", **more)  # type: ignore[arg-type]


def decide(said: list[Payout], what: Act) -> payout.Answer:
    return payout.decide(said, "anna", "EUR", what)


def after(*acts: Act) -> list[Payout]:
    """The facts of acts that are all accepted."""
    said: list[Payout] = []
    for one in acts:
        answer = decide(said, one)
        assert isinstance(answer, Payout), answer
        said.append(answer)
    return said


CLOSED = act("closed", amount=4200)
FROZEN = act("frozen", batch="b1", party="p")


def test_a_line_walks_from_the_close_to_the_bank() -> None:
    said = after(CLOSED, act("deferred", reason="no_account"), FROZEN, act("sent"), act("paid"))
    assert [fact.n for fact in said] == [0, 1, 2, 3, 4]
    assert {(fact.line, fact.amount) for fact in said} == {("2026-10/anna/EUR", 4200)}
    assert said[-1].batch == "b1"
    assert [fact.moved for fact in said] == [0, 0, -4200, 0, 0]


@pytest.mark.parametrize("last", ["failed", "returned"])
def test_what_comes_back_is_in_the_balance_again(last: Kind) -> None:
    said = after(CLOSED, FROZEN, act("sent"), act(last, reason="AC04"))
    assert sum(fact.moved for fact in said) == 0


ROADS: dict[str, list[Act]] = {
    "closed": [CLOSED],
    "deferred": [CLOSED, act("deferred", reason="no_account")],
    "frozen": [CLOSED, FROZEN],
    "sent": [CLOSED, FROZEN, act("sent")],
    "paid": [CLOSED, FROZEN, act("sent"), act("paid")],
    "failed": [CLOSED, FROZEN, act("failed")],
    "returned": [CLOSED, FROZEN, act("sent"), act("returned")],
}
MAY = {
    "closed": {"deferred", "frozen"},
    "deferred": {"frozen"},
    "frozen": {"sent", "failed"},
    "sent": {"paid", "failed", "returned"},
    "paid": {"returned"},
    "failed": set(),
    "returned": set(),
}


@pytest.mark.parametrize("stands", list(ROADS))
@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "closed"])
def test_each_step_follows_only_the_steps_it_may(stands: str, kind: Kind) -> None:
    answer = decide(after(*ROADS[stands]), FROZEN if kind == "frozen" else act(kind))
    if kind == stands:
        assert isinstance(answer, Repeated)
    elif kind in MAY[stands]:
        assert isinstance(answer, Payout)
    else:
        assert answer == Refusal("rejected", "wrong_step")


@pytest.mark.parametrize("day", ["2026-10-31", "2026-12-01", "2027-11-05"])
def test_a_line_is_frozen_in_the_month_after_its_period_only(day: str) -> None:
    refused = decide(after(CLOSED), act("frozen", batch="b1", day=day))
    assert refused == Refusal("rejected", "not_the_last_period")


def test_a_line_that_a_later_close_holds_is_not_frozen() -> None:
    said = after(CLOSED, act("closed", "2026-11", amount=4200))
    assert decide(said, FROZEN) == Refusal("rejected", "not_the_last_period")


@pytest.mark.parametrize("amount", [0, -1])
def test_there_is_nothing_to_pay_of_a_debt(amount: int) -> None:
    assert decide(after(act("closed", amount=amount)), FROZEN) == Refusal("rejected", "nothing_to_pay")


def test_a_balance_below_the_minimum_is_carried_forward() -> None:
    said = after(act("closed", amount=10, reason="below_minimum"))
    assert decide(said, FROZEN) == Refusal("rejected", "below_minimum")


def test_a_line_is_in_one_batch() -> None:
    said = after(CLOSED, FROZEN)
    assert decide(said, act("frozen", batch="b2")) == Refusal("conflict", "other_batch")
    assert decide(said, act("sent", batch="b2")) == Refusal("conflict", "other_batch")
    assert decide(said, FROZEN) == Repeated(said[-1])


def test_a_balance_is_closed_once_and_in_order() -> None:
    said = after(CLOSED)
    assert decide(said, CLOSED) == Repeated(said[0])
    assert decide(said, act("closed", amount=1)) == Refusal("conflict", "closed_before")
    assert decide(said, act("closed", "2026-09", amount=1)) == Refusal("rejected", "period_not_open")
    assert decide([], act("closed", amount=1, day="2026-10-31")) == Refusal("rejected", "period_not_open")


def test_what_was_not_closed_cannot_be_paid() -> None:
    assert decide([], FROZEN) == Refusal("rejected", "period_not_closed")


@dataclass
class Books:
    """A network that closes each month as the month close does: opening + movements = closing."""

    said: list[Payout] = field(default_factory=list)
    period: str = "2026-01"
    earned: int = 0
    closed_earned: int = 0
    closing: int = 0

    def earn(self, minor: int) -> None:
        self.earned += minor

    def close(self) -> None:
        """The month is over."""
        moved = sum(fact.moved for fact in self.said if fact.day[:7] == self.period)
        self.closing += self.earned + moved
        self.closed_earned += self.earned
        self.earned = 0
        self.tell(Act("closed", self.period, 0, f"{following(self.period)}-02", "close", amount=self.closing))
        self.period = following(self.period)

    def tell(self, what: Act) -> None:
        answer = decide(self.said, what)
        if isinstance(answer, Payout):
            self.said.append(answer)

    @property
    def away(self) -> int:
        """What has left for the bank and has not come back."""
        return -sum(fact.moved for fact in self.said)


MONTHS = [f"2026-{month:02d}" for month in range(1, 8)]
STEPS = st.one_of(
    st.tuples(st.just("earn"), st.integers(-3000, 5000)),
    st.tuples(st.just("close"), st.none()),
    st.tuples(
        st.sampled_from(["frozen", "frozen", "frozen", "sent", "paid", "failed", "returned", "deferred"]),
        st.tuples(st.sampled_from(MONTHS), st.sampled_from(["b1", "b2", ""])),
    ),
)


@given(st.lists(STEPS, max_size=60))
def test_nothing_is_paid_twice(steps: list[tuple[str, object]]) -> None:
    books = Books()
    for name, what in steps:
        if name == "earn" and isinstance(what, int):
            books.earn(what)
        elif name == "close" and books.period < "2026-08":
            books.close()
        elif isinstance(what, tuple):
            period, batch = what
            books.tell(Act(name, period, 0, f"{books.period}-10", "ben", batch=batch))  # type: ignore[arg-type]
        frozen = [fact.line for fact in books.said if fact.kind == "frozen"]
        assert len(frozen) == len(set(frozen))
        if books.said and books.said[-1].kind == "frozen":
            # What leaves was earned in closed months, and has not left before.
            assert 0 < books.away <= books.closed_earned
