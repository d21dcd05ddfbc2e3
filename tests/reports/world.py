"""A ledger's day index that lags as told, a bucket in memory, and facts to fill them with."""

import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, BinaryIO

from chalicelib.model.clickid import KeyRing, mint
from chalicelib.model.day import accounting_day, end, utc_day
from chalicelib.model.entry import Entry
from chalicelib.model.fact import NOWHERE, Fact, Standing, conversion_id, movement, next_fact
from chalicelib.model.follow import Follow
from chalicelib.model.money import Money
from chalicelib.reports.daily import DailyReport, Done, HandOver
from chalicelib.reports.proofs import Proofs
from chalicelib.store import fact_items
from chalicelib.store.days import Days
from chalicelib.store.errors import ConditionFailed

ZONE = "Europe/Berlin"
DAY = "2026-11-24"
HOUR = 3_600_000
NOON = end(DAY, ZONE) - 12 * HOUR
MORNING_AFTER = end(DAY, ZONE) + HOUR
FOREVER = float("inf")


@dataclass
class Table:
    """A client for one ledger table. Only facts that are `shown` are on its index, and a page holds `page` of them."""

    page: int = 3
    rows: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)
    index: dict[str, dict[str, dict[str, Any]]] = field(default_factory=dict)

    def show(self, facts: Iterable[Fact]) -> None:
        """Let these facts appear on the index."""
        for fact in facts:
            item = fact_items.fact_item(fact, "test")
            self.index.setdefault(item["dpk"]["S"], {})[item["dsk"]["S"]] = item

    def call(self, operation: str, body: dict[str, Any], deadline: float | None = None) -> dict[str, Any]:
        """Query of the day index, GetItem, and a PutItem on condition that nothing is there."""
        if operation == "Query":
            return self._query(body)
        given = body["Key"] if operation == "GetItem" else body["Item"]
        key = (given["pk"]["S"], given["sk"]["S"])
        if operation == "GetItem":
            return {"Item": self.rows[key]} if key in self.rows else {}
        if key in self.rows:
            raise ConditionFailed
        self.rows[key] = given
        return {}

    def _query(self, body: dict[str, Any]) -> dict[str, Any]:
        values = body["ExpressionAttributeValues"]
        after = values.get(":after", {"S": ""})["S"]
        if "ExclusiveStartKey" in body:
            after = max(after, body["ExclusiveStartKey"]["dsk"]["S"])
        shard = self.index.get(values[":day"]["S"], {})
        found = [shard[key] for key in sorted(shard) if key > after]
        page = [dict(item) for item in found[: self.page]]
        return {"Items": page} | ({"LastEvaluatedKey": page[-1]} if len(found) > self.page else {})


RING = KeyRing(1, {1: b"a key of no network"})


def click(number: int = 0, at_ms: int = NOON, affiliate: str = "anna", **changes: Any) -> Follow:
    """A click on one of an affiliate's links."""
    id = mint(RING, 7, at_ms, number.to_bytes(10, "big"))
    return Follow(at_ms, id.text, affiliate, "spring", f"go-{affiliate}", "GET", "")._replace(**changes)


@dataclass
class Clicks:
    """The clicks of a visits table with two shards, and the marks of those that came in late, by UTC day."""

    shards: int = 2
    rows: list[Follow] = field(default_factory=list)
    marks: list[tuple[str, Follow]] = field(default_factory=list)

    def come(self, *clicks: Follow, at_ms: int = 0) -> None:
        """Let clicks come in: at their own time, or late."""
        self.rows += [one for one in clicks if one not in self.rows]
        self.marks += [(utc_day(at_ms), one) for one in clicks if at_ms]

    def on(self, day: str, shard: int, from_ms: int, to_ms: int) -> Iterator[Follow]:
        mine = (one for one in self.rows if utc_day(one.at_ms) == day and self._shard(one) == shard)
        return iter(sorted(one for one in mine if from_ms <= one.at_ms < to_ms))

    def late(self, day: str, shard: int, before_ms: int) -> Iterator[Follow]:
        return (one for came, one in self.marks if came == day and self._shard(one) == shard and one.at_ms < before_ms)

    def _shard(self, one: Follow) -> int:
        return sum(one.id.encode()) % self.shards


@dataclass
class Bucket:
    """A report bucket in memory; test_archive.py holds it to the same contract as the real one."""

    content: dict[str, bytes] = field(default_factory=dict)

    def put(self, key: str, content: bytes | Path) -> None:
        self.content[key] = content if isinstance(content, bytes) else content.read_bytes()

    def put_new(self, key: str, content: bytes | Path) -> bool:
        if key in self.content:
            return False
        self.put(key, content)
        return True

    def read(self, key: str) -> bytes | None:
        return self.content.get(key)

    def open(self, key: str) -> BinaryIO | None:
        return io.BytesIO(self.content[key]) if key in self.content else None

    def exists(self, key: str) -> bool:
        return key in self.content

    def keys(self, prefix: str) -> Iterator[str]:
        return iter(sorted(key for key in self.content if key.startswith(prefix)))

    def folders(self, prefix: str) -> Iterator[str]:
        inside = (key[len(prefix) :].partition("/") for key in self.keys(prefix))
        return iter(sorted({name for name, slash, _ in inside if slash}))

    def delete(self, key: str) -> None:
        self.content.pop(key, None)


@dataclass
class Desk:
    """A network's reports over a table and a bucket."""

    scratch: Path
    table: Table = field(default_factory=Table)
    bucket: Bucket = field(default_factory=Bucket)
    start: str = DAY
    batch: int = 1000
    clicks: Clicks = field(default_factory=Clicks)
    zone: str = ZONE

    @property
    def report(self) -> DailyReport:
        """The reports, as a fresh process makes them."""
        days = Days(self.table, "ledger")
        return DailyReport(
            days, self.bucket, self.zone, self.scratch, self.start, batch=self.batch, followed=self.clicks
        )

    def proofs(self, *facts: Fact) -> Proofs:
        """What proves from the reports; the ledger holds these facts."""
        return Proofs(
            Days(self.table, "ledger"),
            self.bucket,
            self.zone,
            lambda conversion: [one for one in facts if one.conversion == conversion],
        )

    def run(self, now_ms: int = MORNING_AFTER) -> tuple[str, ...]:
        """Publish what is due; the days."""
        done = self.report.run(now_ms, lambda: FOREVER)
        assert isinstance(done, Done)
        return done.days

    def run_in_hands(
        self, now_ms: int = MORNING_AFTER, steps: int = 1, between: Callable[[], None] = lambda: None
    ) -> int:
        """The same by runs that have time for so many steps each; how many it took."""
        report, cursor, runs = self.report, None, 1
        while isinstance(outcome := report.run(now_ms, time_for(steps), cursor), HandOver):
            cursor = json.loads(json.dumps(outcome.cursor))
            runs += 1
            between()
        return runs

    def manifest(self, day: str = DAY) -> dict[str, Any]:
        """A day's manifest as it lies in the bucket."""
        found: dict[str, Any] = json.loads(self.bucket.content[f"reports/{day}/manifest.json"])
        return found

    def parts(self, day: str = DAY) -> dict[str, bytes]:
        """The parts that a day's manifest names, by their names."""
        return {part["name"]: self.bucket.content[part["key"]] for part in self.manifest(day)["parts"]}

    def lines(self, name: str = "commissions.csv", day: str = DAY) -> list[dict[str, str]]:
        """The lines of a part, by column."""
        return read(self.parts(day)[name])

    def published(self) -> dict[str, bytes]:
        """Every byte that is published: manifests and the parts they name."""
        days = [key.split("/")[1] for key in self.bucket.content if key.endswith("/manifest.json")]
        parts = {f"{day}/{name}": content for day in days for name, content in self.parts(day).items()}
        return parts | {day: self.bucket.content[f"reports/{day}/manifest.json"] for day in days}


def time_for(steps: int) -> Callable[[], float]:
    """A clock on which time is out at the look after so many steps."""
    left = iter([FOREVER] * (steps - 1))
    return lambda: next(left, 0)


def read(part: bytes) -> list[dict[str, str]]:
    """The lines of a CSV file, by column."""
    return list(csv.DictReader(io.StringIO(part.decode(), newline="")))


def fact(order: str = "A-1", at_ms: int = NOON, **changes: Any) -> Fact:
    """A sale of 49.99 EUR, approved as it was booked: 4.50 for anna, 6.00 owed by shop."""
    after = Standing("approved", "", True, 0, 450, 600, "EUR")
    plain = Fact(
        conversion=conversion_id(order),
        n=0,
        kind="booked",
        key="booked",
        at_ms=at_ms,
        event_ms=at_ms,
        day=accounting_day(at_ms, ZONE),
        source="server",
        advertiser="shop",
        affiliate="anna",
        campaign="spring",
        goal="sale",
        click_id="AQ" + "x" * 50,
        order_id=order,
        amount=Money(4999, "EUR"),
        coupon="",
        customer="",
        status_word="approved",
        test=False,
        terms="sale/*/0",
        commission_rate="RevShare 9%",
        revenue_rate="RevShare 12%",
        after=after,
        moved=movement(NOWHERE, after),
        subs=("news", "", "", "", ""),
    )
    changed = replace(plain, **changes)
    return replace(changed, moved=movement(NOWHERE, changed.after)) if changed.n == 0 else changed


def entry(of: Fact) -> Entry:
    """A fact as a report reads it."""
    return fact_items.entry(fact_items.fact_item(of, "test"))


def later(before: Fact, kind: Any, after: Standing, hours: float = 1) -> Fact:
    """The next fact of the same conversion."""
    at_ms = before.at_ms + round(hours * HOUR)
    return next_fact(before, kind, kind, at_ms, accounting_day(at_ms, ZONE), after)


def story(number: int) -> list[Fact]:
    """A conversion of its own: three affiliates, one of them paid in dollars, two advertisers, two currencies, and what
    can happen to a sale.
    """
    affiliate, advertiser = ("anna", "anna-b", "ben")[number % 3], ("shop", "mall")[number // 3 % 2]
    currency, minor = ("EUR", "JPY")[number % 2], 1000 + 7 * number
    due_in, due = ("USD", minor * 10 // 100) if affiliate == "ben" else (currency, minor * 9 // 100)
    pending = Standing("pending", "", True, 0, minor * 9 // 100, minor * 12 // 100, currency, due)
    first = fact(
        f"A-{number}",
        NOON - (number * 977) % (11 * HOUR),
        affiliate=affiliate,
        advertiser=advertiser,
        campaign=f"campaign-{advertiser}",
        amount=Money(minor, currency),
        after=pending,
        due_in=due_in,
    )
    approved = later(first, "approved", replace(pending, state="approved"))
    match number % 4:
        case 0:
            return [first]
        case 1 if number % 8 == 5:
            disputed = later(approved, "disputed", replace(approved.after, disputed=minor))
            return [first, approved, disputed, later(disputed, "dispute_won", approved.after)]
        case 1:
            return [first, approved]
        case 2:
            half = replace(approved.after, refunded=minor // 2, commission=minor * 9 // 200, revenue=minor * 12 // 200)
            return [first, approved, later(approved, "refunded", replace(half, due=due // 2))]
    gone = replace(pending, state="rejected", reason="by_advertiser", commission=0, revenue=0, due=0)
    return [first, later(first, "rejected", gone)]


def stories(count: int) -> list[Fact]:
    """The facts of that many conversions, all of DAY."""
    return [one for number in range(count) for one in story(number)]
