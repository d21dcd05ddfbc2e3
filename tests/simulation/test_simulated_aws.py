"""What makes the simulated AWS unpleasant: late indexes, old reads, a lazy TTL, disorder, races, lost answers."""

import pytest

from chalicelib.store.errors import Unavailable
from simulation.crew import Crew
from simulation.dice import Dice
from simulation.dynamodb import INDEXES, DynamoDB
from simulation.history import Clock, Died, History, Task
from simulation.line import FAIR, Line, Sky, Weather
from simulation.sqs import SQS
from simulation.table import Table

KEY = {"pk": {"S": "V#1"}, "sk": {"S": "00000"}}
ITEM = {**KEY, "dpk": {"S": "D"}, "dsk": {"S": "1"}}
QUERY = {
    "TableName": "ledger",
    "IndexName": "day",
    "KeyConditionExpression": "dpk = :d",
    "ExpressionAttributeValues": {":d": {"S": "D"}},
}


def put(dynamodb: DynamoDB | Line, **more: str) -> None:
    dynamodb.call("PutItem", {"TableName": "ledger", "Item": ITEM, **more})


def line(weather: Weather, service: DynamoDB, task: Task) -> Line:
    clock, dice = Clock(0), Dice(1)
    history = History(clock)
    history.running.task = task
    return Line("dynamodb", service, Sky({"dynamodb": weather}), dice, clock, Crew(dice), history)


def ledger(clock: Clock, lag: int = 0, *, stale: bool = False) -> DynamoDB:
    table = Table("ledger", INDEXES, clock.now, lambda _: lag, lambda: stale)
    return DynamoDB({"ledger": table})


def test_an_index_shows_a_write_only_when_its_lag_is_over() -> None:
    clock = Clock(1_000)
    dynamodb = ledger(clock, lag=500)
    put(dynamodb)
    assert dynamodb.call("Query", QUERY)["Items"] == []
    clock.pass_by(500)
    assert dynamodb.call("Query", QUERY)["Items"] == [ITEM]


def test_a_read_that_is_not_consistent_may_be_old() -> None:
    dynamodb = ledger(Clock(1_000), stale=True)
    put(dynamodb)
    asked = {"TableName": "ledger", "Key": KEY}
    assert dynamodb.call("GetItem", asked) == {}
    assert dynamodb.call("GetItem", {**asked, "ConsistentRead": True}) == {"Item": ITEM}


def test_a_ttl_deletes_late_or_not_yet() -> None:
    clock = Clock(10_000)
    table = Table("visits", {}, clock.now)
    table.put(("a", "b"), {"pk": {"S": "a"}, "sk": {"S": "b"}, "ttl": {"N": "5"}})
    assert table.sweep(lambda: False) == 0
    assert table.sweep(lambda: True) == 1
    assert table.get(("a", "b")) is None


def test_a_lost_answer_is_a_write_all_the_same() -> None:
    dynamodb = ledger(Clock(0))
    with pytest.raises(Unavailable):
        put(line(Weather("x", lost=1.0), dynamodb, Task("t")))
    assert dynamodb.tables["ledger"].get(("V#1", "00000")) == ITEM


def test_a_throttled_call_does_nothing() -> None:
    dynamodb = ledger(Clock(0))
    with pytest.raises(Unavailable):
        put(line(Weather("x", throttled=1.0), dynamodb, Task("t")))
    assert dynamodb.tables["ledger"].get(("V#1", "00000")) is None


@pytest.mark.parametrize(("moment", "is_there"), [(0, False), (1, True)])
def test_a_process_ends_before_a_call_or_after_it(moment: int, is_there: bool) -> None:
    dynamodb = ledger(Clock(0))
    with pytest.raises(Died):
        put(line(FAIR, dynamodb, Task("t", moment)))
    assert (dynamodb.tables["ledger"].get(("V#1", "00000")) is not None) == is_there


def test_messages_come_in_any_order_and_stay_until_they_are_deleted() -> None:
    sqs, dice = SQS(), Dice(3)
    for number in range(6):
        sqs.call("SendMessage", {"QueueUrl": "q", "MessageBody": str(number)})
    orders = {tuple(one["body"] for one in sqs.receive("q", dice)) for _ in range(5)}
    assert len(orders) > 1
    sqs.delete("q", "m1")
    assert sorted(one["body"] for one in sqs.receive("q", dice)) == ["1", "2", "3", "4", "5"]


def races(seed: int) -> list[str]:
    """The order in which three jobs take their turns."""
    crew, order = Crew(Dice(seed)), list[str]()

    def job(name: str) -> None:
        for _ in range(4):
            crew.turn()
            order.append(name)

    crew.run([lambda name=name: job(name) for name in "abc"])  # type: ignore[misc]
    return order


def test_a_race_is_run_again_by_its_seed() -> None:
    assert races(1) == races(1)
    assert len({tuple(races(seed)) for seed in range(5)}) > 1
    assert sorted(races(2)) == sorted("abc" * 4)


def test_what_a_job_raises_is_raised_when_all_have_ended() -> None:
    ended: list[int] = []

    def fails() -> None:
        raise ValueError("one")

    with pytest.raises(ValueError, match="one"):
        Crew(Dice(1)).run([fails, lambda: ended.append(1)])
    assert ended == [1]
