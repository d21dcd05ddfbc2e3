"""A day's salt is made once, by whoever is first, and read once in a process; nobody waits long for it."""

import threading
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import pytest

from chalicelib.model.day import utc_day
from chalicelib.store import keys
from chalicelib.store.client import Client
from chalicelib.store.errors import ConditionFailed, Refused, StoreError, Unavailable
from chalicelib.store.salts import BYTES, DAY_MS, PAST_DAYS, REST_SECONDS, SECONDS, Salts


@dataclass
class Spy:
    """A client that notes each call and its deadline, and can be told to lose an answer or to fail."""

    client: Client
    calls: list[tuple[str, float | None]] = field(default_factory=list)
    loses: str = ""
    fails: StoreError | None = None

    def call(self, operation: str, body: dict[str, Any], deadline: float | None = None) -> dict[str, Any]:
        self.calls.append((operation, deadline))
        if self.fails:
            raise self.fails
        answer = self.client.call(operation, body, 10.0)  # a busy machine makes a call slow, not wrong
        if operation == self.loses:
            raise Unavailable("Lost")
        return answer


@pytest.fixture
def day_ms() -> int:
    """A moment of a day that no other test uses."""
    return int(uuid4().hex[:5], 16) % 80_000 * DAY_MS + 3_600_000


def test_whoever_comes_after_uses_the_first_ones_salt(dynamodb: Client, day_ms: int) -> None:
    first, second = Salts(dynamodb, "visits").on(day_ms), Salts(dynamodb, "visits").on(day_ms + 7_200_000)
    assert first == second
    assert len(first) == BYTES


def test_another_day_has_another_salt(dynamodb: Client, day_ms: int) -> None:
    salts = Salts(dynamodb, "visits")
    assert salts.on(day_ms) != salts.on(day_ms + DAY_MS) != b""


def test_a_process_that_is_warm_asks_nobody(dynamodb: Client, day_ms: int) -> None:
    spy = Spy(dynamodb)
    salts = Salts(spy, "visits")
    found = {salts.on(day_ms + minute * 60_000) for minute in range(600)}
    assert len(found) == 1
    assert [operation for operation, _ in spy.calls] == ["GetItem", "PutItem"]


def test_a_day_that_others_have_begun_costs_one_read(dynamodb: Client, day_ms: int) -> None:
    Salts(dynamodb, "visits").on(day_ms)
    spy = Spy(dynamodb)
    Salts(spy, "visits").on(day_ms)
    assert [operation for operation, _ in spy.calls] == ["GetItem"]


def test_all_who_race_at_midnight_get_one_salt(dynamodb: Client, service: Any, day_ms: int) -> None:
    found: list[bytes] = []
    ready = threading.Barrier(6)

    def race() -> None:
        salts = Salts(Spy(service.connect("dynamodb")), "visits", clock=lambda: 0.0)
        ready.wait()
        found.append(salts.on(day_ms))

    racers = [threading.Thread(target=race) for _ in range(6)]
    for racer in racers:
        racer.start()
    for racer in racers:
        racer.join()
    assert len(found) == 6
    assert set(found) == {Salts(dynamodb, "visits").on(day_ms)} != {b""}


def test_a_lost_answer_leaves_the_salt_that_was_written(dynamodb: Client, day_ms: int) -> None:
    now = [0.0]
    spy = Spy(dynamodb, loses="PutItem")
    salts = Salts(spy, "visits", clock=lambda: now[0])
    assert salts.on(day_ms) == b""
    spy.loses, now[0] = "", REST_SECONDS
    assert salts.on(day_ms) == Salts(dynamodb, "visits").on(day_ms) != b""


def test_a_put_that_was_repeated_over_its_own_lost_answer_keeps_the_salt(dynamodb: Client, day_ms: int) -> None:
    class Twice(Spy):
        """The small client sends a put again whose answer was lost; the second finds its own first."""

        def call(self, operation: str, body: dict[str, Any], deadline: float | None = None) -> dict[str, Any]:
            if operation == "PutItem":
                self.client.call(operation, body, deadline)
            return self.client.call(operation, body, deadline)

    assert Salts(Twice(dynamodb), "visits").on(day_ms) == Salts(dynamodb, "visits").on(day_ms) != b""


@pytest.mark.parametrize("failure", [Unavailable("Away"), Refused("AccessDenied"), ConditionFailed(None)])
def test_without_a_salt_nobody_waits_or_fails(dynamodb: Client, day_ms: int, failure: StoreError) -> None:
    now = [0.0]
    spy = Spy(dynamodb, fails=failure)
    salts = Salts(spy, "visits", clock=lambda: now[0])
    assert [salts.on(day_ms) for _ in range(50)] == [b""] * 50
    assert len(spy.calls) == 1
    now[0], spy.fails = REST_SECONDS, None
    assert salts.on(day_ms) != b""


def test_the_whole_look_has_one_deadline(dynamodb: Client, day_ms: int) -> None:
    ticks = iter([0.0, 0.0, SECONDS / 2, SECONDS / 2])
    spy = Spy(dynamodb)
    assert Salts(spy, "visits", clock=lambda: next(ticks)).on(day_ms) != b""
    assert spy.calls == [("GetItem", SECONDS), ("PutItem", SECONDS / 2)]


def test_a_read_that_took_all_the_time_is_not_followed_by_a_write(dynamodb: Client, day_ms: int) -> None:
    ticks = iter([0.0, 0.0, SECONDS, SECONDS])
    spy = Spy(dynamodb)
    assert Salts(spy, "visits", clock=lambda: next(ticks)).on(day_ms) == b""
    assert [operation for operation, _ in spy.calls] == ["GetItem"]


def test_a_salt_is_forgotten_when_its_day_and_the_next_have_passed(dynamodb: Client, day_ms: int) -> None:
    before = [Salts(dynamodb, "visits").on(day_ms + day * DAY_MS) for day in range(3)]
    Salts(dynamodb, "visits").forget(day_ms + 2 * DAY_MS)
    after = [Salts(dynamodb, "visits").on(day_ms + day * DAY_MS) for day in range(3)]
    assert [one == other for one, other in zip(before, after, strict=True)] == [False, True, True]


def test_missed_runs_are_made_up_for(dynamodb: Client, day_ms: int) -> None:
    before = Salts(dynamodb, "visits").on(day_ms)
    Salts(dynamodb, "visits").forget(day_ms + (PAST_DAYS - 1) * DAY_MS)
    assert Salts(dynamodb, "visits").on(day_ms) != before


def test_a_process_that_lives_on_remembers_yesterday_and_no_day_before(dynamodb: Client, day_ms: int) -> None:
    salts = Salts(dynamodb, "visits")
    first = salts.on(day_ms)
    salts.on(day_ms + DAY_MS)
    Salts(dynamodb, "visits").forget(day_ms + 5 * DAY_MS)
    assert salts.on(day_ms) == first
    salts.on(day_ms + 2 * DAY_MS)
    assert salts.on(day_ms) != first


def test_the_table_itself_ends_a_salt_that_nobody_deleted(dynamodb: Client, day_ms: int) -> None:
    Salts(dynamodb, "visits").on(day_ms)
    key = keys.salt(utc_day(day_ms))
    ends = int(dynamodb.call("GetItem", {"TableName": "visits", "Key": key})["Item"]["ttl"]["N"])
    assert 2 * DAY_MS <= ends * 1000 - day_ms <= 3 * DAY_MS
