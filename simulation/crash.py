"""A process ends before or after each of its calls to AWS; its trigger comes again, and nobody can tell.

The clock stands and the dice are still, so what is left can be compared byte by byte with a run that did not end.
"""

import contextlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from chalicelib.model.day import back, end
from simulation.assembly import FALLBACK, ZONE, Parts
from simulation.course import START_MS, Course
from simulation.expressions import Item
from simulation.history import Task
from simulation.line import FAIR, OUTAGE
from simulation.scene import WAYS
from simulation.world import DIED, HOUR_MS, Job, World

DAY: Final = "2026-09-28"
ALWAYS: Final = 10**9


class Still:
    """Dice that always fall the same: nothing is left to chance, and whoever asks again says the same."""

    def __init__(self, world: World) -> None:
        dice = world.dice
        dice.chance = lambda of: of >= 1  # type: ignore[method-assign]
        dice.number = lambda first, last: first  # type: ignore[method-assign]
        dice.bytes = lambda count: bytes(range(count))  # type: ignore[method-assign]
        dice.shuffled = list  # type: ignore[method-assign,assignment]


@dataclass(frozen=True, slots=True)
class Scene:
    """A handler, what has happened before, and what triggers it."""

    name: str
    before: Callable[[Course], None]
    trigger: Callable[[Course], Job]


def scenes() -> tuple[Scene, ...]:
    """Every handler, each with something to do."""
    return (
        Scene("redirect", _nothing, lambda one: one.senders.visit(WAYS[0])),
        Scene("impression", _nothing, lambda one: one.senders.impression(WAYS[1])),
        Scene("pixel", _clicked, lambda one: one.senders.claim(_sale(one))),
        Scene("postback", _clicked, lambda one: _said(one, "sale", _sale(one))),
        Scene("postback of a customer", _clicked, lambda one: _said(one, "plan", _sale(one, "plan"))),
        Scene("postback that confirms", _claimed, lambda one: _said(one, "sale", _sale(one))),
        Scene("postback that confirms elsewhere", _claimed, lambda one: _said(one, "sale", _sale(one, click=1))),
        Scene("refund", _sold, lambda one: _said(one, "refund", _sale(one) | {"refund_id": "r", "amount": "3.33"})),
        Scene("refused", _sold, lambda one: _said(one, "contradiction", _sale(one) | {"amount": "1.00"})),
        Scene("call", _nothing, lambda one: one.market.ring()[0]),
        Scene("drain", _queued, lambda one: one.drain()),
        Scene("follow", _sold, lambda one: one.follow()),
        Scene("ripen", _ripe, lambda one: one.ripen()),
        Scene("daily report", _over, lambda one: one.report()),
        Scene("month close", _month_over, lambda one: one.close()),
    )


def moments(scene: Scene, scratch: Path) -> int:
    """How many moments the handler's run has: two for each call."""
    course = _course(scene, scratch)
    task = _live(course, scene.trigger(course), ALWAYS)
    return task.moments


def left(scene: Scene, scratch: Path) -> dict[str, Any]:
    """What a run that does not end leaves."""
    course = _course(scene, scratch)
    _live(course, scene.trigger(course), ALWAYS)
    return state(course)


def differing(scene: Scene, scratch: Path, at: Sequence[int]) -> list[int]:
    """The moments among `at` after which, with its trigger come again, something is left otherwise; hopefully none."""
    expected = left(scene, scratch)
    return [moment for moment in at if _crashed(scene, scratch, moment) != expected]


def state(course: Course) -> dict[str, Any]:
    """All that AWS holds, but for the marks by which a writer knows its own writes: a random one, or a version."""
    world = course.world
    tables = {
        name: {(pk, sk): _plain(item) for pk, rows in table.rows.items() for sk, item in rows.items()}
        for name, table in world.tables.items()
    }
    return {**tables, "bucket": dict(world.s3.objects), "queue": sorted(world.sqs.queues.get(FALLBACK, {}).values())}


def _crashed(scene: Scene, scratch: Path, moment: int) -> dict[str, Any]:
    course = _course(scene, scratch)
    job = scene.trigger(course)
    _live(course, job, moment)
    _live(course, job, ALWAYS)
    return state(course)


def _live(course: Course, job: Job, dies_at: int) -> Task:
    """Run a handler in a process that ends at a moment, and see to what its trigger does then."""
    tasks: list[Task] = []

    def done(task: Task, answer: Any) -> None:  # noqa: ANN401
        tasks.append(task)
        if answer is not DIED:
            job.done(task, answer)

    course.world.deadly, course.world.dies_at = (1.0, dies_at)
    with contextlib.redirect_stdout(course.world.log):
        course.world.run([Job(job.name, job.act, done, job.may_fail, job.calls)])
    course.world.deadly = 0.0
    return tasks[0]


def _course(scene: Scene, scratch: Path) -> Course:
    world = World(1, Parts(), scratch, START_MS)
    Still(world)
    world.clock.stands = True
    course = Course(world)
    with contextlib.redirect_stdout(world.log):
        scene.before(course)
    return course


def _nothing(course: Course) -> None:
    """Nothing has happened."""


def _clicked(course: Course) -> None:
    world = course.world
    for n, way in enumerate((WAYS[0], WAYS[2], WAYS[4])):
        world.dice.bytes = lambda count, n=n: bytes(range(n, n + count))  # type: ignore[method-assign,misc]
        world.run([course.senders.visit(way)])
    Still(world)


def _claimed(course: Course) -> None:
    _clicked(course)
    course.world.run([course.senders.claim(_sale(course))])


def _sold(course: Course) -> None:
    _clicked(course)
    course.world.run([_said(course, "sale", _sale(course))])


def _queued(course: Course) -> None:
    _clicked(course)
    course.world.sky.over["dynamodb"] = OUTAGE
    course.world.run([course.senders.visit(WAYS[0])])
    course.world.run([course.senders.claim(_sale(course))])
    course.world.sky.over["dynamodb"] = FAIR
    course.world.clock.now_ms += HOUR_MS


def _ripe(course: Course) -> None:
    """A claim that nobody confirms, a lead under review, a sale that waits for a rate which has come since."""
    _claimed(course)
    course.world.run([_said(course, "lead", _sale(course, "lead", click=1))])
    course.world.run([_said(course, "sale", _sale(course, click=2) | {"order_id": "euros"})])
    course.world.clock.now_ms = end(DAY, ZONE) + 2 * HOUR_MS
    course.upload_rates((1,))
    course.world.clock.now_ms = end(back(DAY, -3), ZONE) + 2 * HOUR_MS


def _over(course: Course) -> None:
    """A day is over on which something was sold, claimed and given back."""
    _claimed(course)
    for number in range(4):
        said = _sale(course, click=number % 3) | {"order_id": f"B-{number}"}
        course.world.run([_said(course, "sale", said)])
        course.world.run([_said(course, "refund", said | {"refund_id": "r", "amount": "3.33"})])
    course.world.clock.now_ms = end(DAY, ZONE) + HOUR_MS


def _month_over(course: Course) -> None:
    _over(course)
    course.upload_rates((0, 1))
    for day in (DAY, back(DAY, -1), back(DAY, -2), back(DAY, -3)):
        course.world.clock.now_ms = end(day, ZONE) + HOUR_MS
        course.world.run([course.ripen()])
        course.world.run([course.report()])
    course.world.clock.now_ms = end("2026-09-30", ZONE) + 25 * HOUR_MS


def _sale(course: Course, goal: str = "sale", click: int = 0) -> dict[str, str]:
    said = {"goal": goal, "order_id": "A-1", "amount": "50.00", "click_id": course.senders.clicks[click][0]}
    return said | ({"customer_id": "c1"} if goal == "plan" else {})


def _said(course: Course, kind: str, said: dict[str, str]) -> Job:
    return course.senders.send(course.senders.means(kind, said))


def _plain(item: Item) -> Item:
    return {name: value for name, value in item.items() if name not in ("by", "version")}
