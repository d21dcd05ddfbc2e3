"""The course of a run: set up, deliver under faults, drain, publish, audit."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any, Final

from bench.stress import audit, fallback, plan, request, site
from bench.stress.audit import Due, Findings
from bench.stress.clicks import Mint
from bench.stress.crew import Crew
from bench.stress.fallback import Fallback
from bench.stress.plan import Delivery
from bench.stress.proxy import Odds, Proxy
from bench.stress.site import Opened, Site
from bench.stress.traffic import Outcome, Traffic

SALES: Final = 10_000
DELIVERIES_A_SALE: Final = 3
KILLS: Final = 2
THROTTLED: Final = 0.05
LOST: Final = 0.02
MAIN: Final = (
    *("deliveries", "commissions", "sum_exact", "report_identical"),
    *("kills", "throttles", "lost_answers", "seconds"),
)
"""The figures that come first."""

STEPS: Final = 10
"""So often progress is told."""

USUAL: Final[tuple[Outcome, ...]] = (
    (200, "claim", ""),
    (204, "claim", ""),
    (200, "accepted", ""),
    (200, "accepted", "by_advertiser"),
    (200, "replayed", ""),
    (200, "replayed", "by_advertiser"),
    # It was rejected before it was approved: the later of the two words came first.
    (422, "rejected", "already_rejected"),
)
"""The answers that this plan may get for good."""

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Course:
    """How a run is to be. From `seed` follow the sales, the deliveries and what the proxy throws."""

    seed: int
    scale: float
    workers: int

    @property
    def sales(self) -> int:
        """How many purchases there are."""
        return max(10, round(SALES * self.scale))

    def dice(self, purpose: str) -> Random:
        """Dice for one purpose, so that one part's throws do not move another's."""
        return Random(f"{self.seed} {purpose}")


def stress(course: Course, folder: Path, say: Say) -> Findings:
    """Do all of it in an empty folder."""
    found, started = Findings(), time.monotonic()
    with site.standing(folder / "aws", say) as here:
        # These read the settings, which are there only now.
        from bench.stress.books import Books
        from chalicelib import wiring

        now_ms = wiring.now_ms()
        opened = site.opened(wiring.boto("dynamodb"), here.ledger, now_ms)
        books = Books(here, folder / "books")
        say(f"the network is set up; published so far: {', '.join(books.publish(now_ms))}")
        must = _deliver(course, here, opened, folder / "workers.log", found, say)
        say("publishing the report, as if the day had ended")
        days = books.close(now_ms, wiring.now_ms())
        say("reading index and report")
        audit.books(books.index(days), [books.download(day) for day in days], must, found)
        say("making the report again")
        found.check("report_identical", books.differences(days))
    found.figures |= {"seconds": round(time.monotonic() - started, 1), "seed": course.seed, "workers": course.workers}
    found.figures = {name: found.figures[name] for name in MAIN} | found.figures
    return found


def _deliver(course: Course, here: Site, opened: Opened, log: Path, found: Findings, say: Say) -> Due:
    """Send everything through the faults, until all is answered and nothing waits; what has to come of it."""
    from chalicelib import wiring

    bought = plan.sales(course.sales, course.dice("sales"))
    order = plan.deliveries(bought, course.sales * DELIVERIES_A_SALE, course.dice("deliveries"))
    drain, sqs = wiring.drain(), here.account.client("sqs")
    mint = Mint(drain.ring, opened, drain.clicks, wiring.now_ms(), course.dice("clicks"))
    with Proxy(here.endpoint, Odds(THROTTLED, LOST, course.seed)) as proxy:
        environment = {**here.environment, "AWS_ENDPOINT_URL": proxy.endpoint}
        with (
            Crew(environment, log, course.workers, course.dice("kills")) as crew,
            Fallback(sqs, here.queue, crew) as queue,
        ):
            clicks = mint.clicks(bought, crew)
            say(f"{len(clicks.own):,} clicks are there, {len(clicks.followed):,} of them by redirect")
            tokens = [opened.tokens[sale.offer.advertiser] for sale in bought]

            def event(delivery: Delivery) -> dict[str, Any]:
                return request.event(delivery, clicks.of(delivery.sale), tokens[delivery.sale])

            traffic = Traffic(crew, order, event, _on_way(len(order), crew, say), course.dice("refunds"))
            begun = time.monotonic()
            traffic.run()
            rate = round(traffic.done / (time.monotonic() - begun))
    found.figures |= {"deliveries": traffic.done, "kills": crew.kills, **proxy.counts, "deliveries_per_s": rate}
    found.figures |= {"tried_again": traffic.tried_again, "redirects": len(clicks.followed), "queued": queue.drained}
    found.figures["spilled"] = fallback.spilled(log, drain.write)
    found.check("all_sent", _unsent(traffic, len(order), crew))
    found.check("queue_empty", _dead(fallback.waiting(sqs, here.dead)))
    found.check("clicks_stored", audit.wrong_clicks(clicks, here.account.client("dynamodb"), here.visits))
    return audit.due(bought, clicks, traffic.conversions)


def _unsent(traffic: Traffic, all_of_them: int, crew: Crew) -> list[str]:
    """What was not sent, not answered as the plan wants it, or not killed."""
    wrong = [f"{times} answers {outcome}" for outcome, times in traffic.outcomes.items() if outcome not in USUAL]
    if traffic.done != all_of_them:
        wrong.append(f"{all_of_them - traffic.done} deliveries were not sent, {traffic.unsent} refunds among them")
    if crew.kills != KILLS:
        wrong.append(f"{crew.kills} workers were killed")
    return wrong


def _dead(messages: int) -> list[str]:
    return [f"{messages} messages are dead letters"] if messages else []


def _on_way(all_of_them: int, crew: Crew, say: Say) -> Callable[[int], None]:
    """What is done after so many deliveries: tell of it now and then, kill a worker KILLS times on the way."""
    kills = {all_of_them * n // (KILLS + 1) for n in range(1, KILLS + 1)}
    tellings = {all_of_them * n // STEPS for n in range(1, STEPS + 1)}

    def on_way(done: int) -> None:
        if done in kills:
            crew.kill_one()
        if done in tellings:
            say(f"{done:,} of {all_of_them:,} deliveries")

    return on_way
