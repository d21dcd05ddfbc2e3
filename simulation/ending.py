"""The quiet end of a seed: everybody is answered, queues and streams run dry, indexes catch up, days and the month are
closed. Then what was received and what was written must be the same, to the last unit.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from chalicelib.model import clickid
from chalicelib.model.day import accounting_day, back, end
from simulation.assembly import FALLBACK, LEDGER, ZONE
from simulation.history import Violation
from simulation.scene import REVIEW_DAYS
from simulation.world import HOUR_MS, LONGEST_LAG_MS

if TYPE_CHECKING:
    from simulation.course import Course

DAYS: Final = 5
"""So many more days pass: the last late fact is seen, reviews and claims come of age, and September is closed."""

MONTH_END: Final = "2026-09-30"

ROUNDS: Final = 30
RATED: Final = range(0, 16, 4)
"""At the end finance makes up for the days that it forgot; a rate holds for five."""


def end_of(course: Course) -> None:
    """Come to rest, and check."""
    world = course.world
    world.history.note("the quiet end")
    world.fair()
    _everybody_is_answered(course)
    _queues_run_dry(course)
    course.upload_rates(RATED)
    for _ in range(DAYS):
        world.clock.now_ms = end(accounting_day(world.clock.now_ms, ZONE), ZONE) + 2 * HOUR_MS
        world.clock.pass_by(HOUR_MS)
        for job in [course.ripen(), course.report()] + [course.close()] * course.closes:
            course.quiet([job])
        _queues_run_dry(course)
    _check_clicks(course)
    _check_acts(course)
    _check_caps(course)
    _check_time(course)
    _check_reports(course)


def _everybody_is_answered(course: Course) -> None:
    for _ in range(ROUNDS):
        waiting = course.senders.open()
        if not waiting:
            return
        for act in waiting:
            course.quiet([course.senders.send(act)])
    raise Violation(f"never answered: {[(act.kind, act.number) for act in course.senders.open()]}")


def _queues_run_dry(course: Course) -> None:
    world = course.world
    for message in world.log.spilled:
        world.sqs.call("SendMessage", {"QueueUrl": FALLBACK, "MessageBody": json.dumps(message)})
    world.log.spilled.clear()
    for _ in range(ROUNDS):
        if not world.sqs.queues.get(FALLBACK):
            break
        course.quiet([course.drain()])
    _check(not world.sqs.queues.get(FALLBACK), "the fallback queue does not run dry")
    while course.streamed < len(world.stream):
        before = course.streamed
        course.quiet([course.follow()])
        _check(course.streamed > before, "the stream does not go on")


def _check_clicks(course: Course) -> None:
    """A row for each redirect that was answered, and no other but those of processes that ended before that."""
    stored, answered = course.world.truth.clicks, {id for id, _ in course.senders.clicks}
    missing = answered - stored.keys()
    _check(not missing, f"{len(missing)} of {len(answered)} clicks were lost")
    more = len(stored.keys() - answered)
    _check(more <= course.senders.lost_visits, f"{more} clicks of nobody")
    ring = course.world.fresh().ring
    _check(all(clickid.read(ring, id) for id in answered), "a click id is not ours")


def _check_acts(course: Course) -> None:
    """Each act is one fact, or was refused, or says what was known. Claims and time make the other facts."""
    for act in course.senders.acts:
        accepted = sum(status == "accepted" for _, status, _ in act.answers)
        _check(accepted <= act.wrote.total() <= 1, f"{act.kind} {act.number}: {accepted} accepted, wrote {act.wrote}")


def _check_caps(course: Course) -> None:
    """What the soft cap has counted is what was first said to count, each conversion once."""
    truth, network = course.world.truth, course.world.fresh().network
    for campaign in ("spring", "autumn"):
        expected = 0
        for facts in truth.facts.values():
            first = next((fact for fact in facts if fact.after.confirmed), None)
            if first and first.campaign == campaign and first.after.state != "rejected":
                expected += first.kind in ("booked", "confirmed") and not first.test
        taken = network.cap_state(campaign).taken.get("total", 0)
        _check(taken == expected, f"the cap of {campaign} has counted {taken} of {expected} conversions")


def _check_time(course: Course) -> None:
    """Claims that nobody confirmed are rejected, reviews are over, and what waited for a rate is priced."""
    today = accounting_day(course.world.clock.now_ms, ZONE)
    for facts in course.world.truth.facts.values():
        first, last = facts[0], facts[-1]
        if first.day > back(today, 4) or first.test:
            continue
        name = f"{last.goal} {first.conversion[:8]} of {first.day}"
        waits = not last.after.confirmed and last.after.state == "pending"
        _check(not waits, f"{name}: nobody confirmed it, but it is {last.after.state}")
        _check(last.after.reason != "no_fx_rate" or last.after.confirmed is False, f"{name} still waits for a rate")
        if last.goal == "lead" and last.after.confirmed and REVIEW_DAYS < 3:
            _check(last.after.state != "pending", f"{name}: its review is over")


def _check_reports(course: Course) -> None:
    """Each fact is in one manifest; what is published can be made again from the ledger, byte by byte."""
    world, process = course.world, course.world.fresh()
    last = max(world.published.days, default="")
    _check(last >= back(accounting_day(world.clock.now_ms, ZONE), 1), f"the last report is of {last}")
    world.clock.pass_by(LONGEST_LAG_MS)
    lost = [fact for fact in world.published.unlisted() if fact.day <= last]
    _check(
        not lost,
        f"{len(lost)} facts are in no report, such as {lost[0].conversion[:8]} of {lost[0].day}" if lost else "",
    )
    for day in world.published.days:
        again = process.report.rebuild(day)
        _check(again.differing == () and not again.missing, f"{day} is made again with other {again.differing}")
    # A network that sold nothing before October has nothing to close.
    is_due = course.closes and min(world.published.days) <= MONTH_END
    _check(not is_due or MONTH_END[:7] in world.published.periods, f"{MONTH_END[:7]} was not closed")
    for period in world.published.periods:
        _check(process.close.rebuild(period) == (), f"the close of {period} is made again otherwise")
    closed = [one for row in world.tables[LEDGER].rows for one in [row] if one.startswith("PAY#")]
    _check(len(closed) == len(set(closed)), "a balance was told to the payouts twice")


def _check(holds: bool, law: str) -> None:
    if not holds:
        raise Violation(law)
