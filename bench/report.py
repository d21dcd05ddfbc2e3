"""What the daily report costs: rows a second in one process, and how its peak memory grows with the day.

The rows come from a generator behind the store's own page interface, so nothing but the report itself is measured:
decoding of items, merge, all parts and their hashes. 1,000 affiliates, 50 advertisers, pages as large as DynamoDB's.
"""

import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from hashlib import blake2b
from pathlib import Path
from typing import BinaryIO, Final

from chalicelib.model.day import end
from chalicelib.reports.daily import DailyReport, Done
from chalicelib.store import keys
from chalicelib.store.days import Days
from chalicelib.store.items import Item

DAY: Final = "2026-11-23"
AFFILIATES: Final = 1000
ADVERTISERS: Final = 50
PAGE: Final = 1000

_DAY_STARTS: Final = end(DAY, "UTC") - 86_400_000


def figures(small: int = 100_000, large: int = 1_000_000) -> dict[str, float]:
    """The report's figures. Fewer rows than the default make a quick look.

    Each run is a process of its own. A second is one of the processor's, and the best of four runs counts, so that
    neighbours disturb as little as can be; making the rows up is not counted.
    """
    runs = [_measured(rows) for rows in (large, small, small, small)]
    return {
        "report.rows_per_s": round(max(run["rows_per_s"] for run in runs)),
        "report.peak_mb_1e5": round(max(run["peak_mb"] for run in runs[1:]), 1),
        "report.peak_mb_1e6": round(runs[0]["peak_mb"], 1),
    }


class _Rows(Days):
    """A day of `rows` facts; any other day is empty. `seconds` is what making them up has cost."""

    def __init__(self, rows: int) -> None:
        self._rows, self._hashes, self.seconds = rows, dict[str, str](), 0.0

    def pages(self, day: str, shard: str, after: str = "") -> Iterator[list[Item]]:
        if day != DAY or after:
            return
        mine = self._rows // len(self.shards)
        for start in range(0, mine, PAGE):
            begun = time.process_time()
            page = [_item(shard, number, mine) for number in range(start, min(start + PAGE, mine))]
            self.seconds += time.process_time() - begun
            yield page

    def order_keys(self, day: str, shard: str) -> Iterator[str]:
        return (item["dsk"]["S"] for page in self.pages(day, shard) for item in page)

    def manifest(self, day: str) -> str:
        return self._hashes.get(day, "")

    def publish(self, day: str, manifest: str) -> str:
        return self._hashes.setdefault(day, manifest)


class _Sink:
    """A bucket that reads what it is given, as an upload does, and keeps nothing."""

    def put(self, key: str, content: bytes | Path) -> None:
        self.put_new(key, content)

    def put_new(self, key: str, content: bytes | Path) -> bool:
        if isinstance(content, Path):
            with content.open("rb") as file:
                while file.read(1024 * 1024):
                    pass
        return True

    def read(self, key: str) -> bytes | None:
        return None

    def open(self, key: str) -> BinaryIO | None:
        return None

    def exists(self, key: str) -> bool:
        return False

    def keys(self, prefix: str) -> Iterator[str]:
        return iter(())

    def folders(self, prefix: str) -> Iterator[str]:
        return iter(())

    def delete(self, key: str) -> None:
        pass


def _item(shard: str, number: int, shard_rows: int) -> Item:
    """Fact `number` of a shard, as DynamoDB's JSON: in order, for affiliates and times follow the number."""
    digits = blake2b(f"{shard}{number}".encode(), digest_size=16).hexdigest()
    affiliate = number * AFFILIATES // shard_rows
    first = -(-affiliate * shard_rows // AFFILIATES)
    at = _DAY_STARTS + (number - first) * 86_400_000 * AFFILIATES // (shard_rows + AFFILIATES) + int(shard, 16)
    conversion, cents = shard + digits[1:], 1000 + int(digits[:4], 16)
    campaign = affiliate % ADVERTISERS
    name = f"affiliate-{affiliate:04d}"
    order = f"{name}#{at:013d}#{conversion}#00000"
    earned, owed = str(cents * 9 // 100), str(cents * 12 // 100)
    return {
        "pk": {"S": f"V#{conversion}"},
        "sk": {"S": "00000"},
        "kind": {"S": "booked"},
        "at": {"N": str(at)},
        "day": {"S": DAY},
        "source": {"S": "server"},
        "advertiser": {"S": f"shop-{campaign:02d}"},
        "affiliate": {"S": name},
        "campaign": {"S": f"campaign-{campaign:02d}"},
        "goal": {"S": "sale"},
        "click": {"S": "AQ" + digits + digits[:18]},
        "order": {"S": f"ORDER-{digits[:8]}"},
        "amount": {"N": str(cents)},
        "currency": {"S": "EUR"},
        "customer": {"S": digits},
        "word": {"S": "approved"},
        "terms": {"S": "sale/*/1760000000000"},
        "pays": {"S": "RevShare 9%"},
        "owes": {"S": "RevShare 12%"},
        "state": {"S": "approved"},
        "commission": {"N": earned},
        "revenue": {"N": owed},
        "in": {"S": "EUR"},
        "ac": {"N": earned},
        "ar": {"N": owed},
        "by": {"S": digits[:12]},
        "sub1": {"S": "newsletter"},
        "sub2": {"S": f"banner-{digits[:2]}"},
        "confirmed": {"BOOL": True},
        "dpk": {"S": keys.day(DAY, shard)},
        "dsk": {"S": order},
        "fpk": {"S": "K#AQ" + digits + digits[:18]},
        "fsk": {"S": f"{at:013d}"},
    }


def _measured(rows: int) -> dict[str, float]:
    """What a fresh process says of a report of so many rows."""
    command = [sys.executable, "-m", "bench.report", str(rows)]
    done = subprocess.run(command, check=True, capture_output=True, cwd=Path(__file__).parents[1])
    told: dict[str, float] = json.loads(done.stdout)
    return told


def _measure(rows: int) -> dict[str, float]:
    """Publish a day of so many rows here and now."""
    with tempfile.TemporaryDirectory() as folder:
        days = _Rows(rows)
        report = DailyReport(days, _Sink(), "UTC", Path(folder), start=DAY)
        begun = time.process_time()
        done = report.run(end(DAY, "UTC") + 3_600_000, lambda: float("inf"))
        seconds = time.process_time() - begun - days.seconds
    if done != Done((DAY,)):
        raise AssertionError(done)
    return {"rows_per_s": rows / seconds, "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}


if __name__ == "__main__":
    told = _measure(int(sys.argv[1])) if len(sys.argv) > 1 else figures()
    sys.stdout.write(json.dumps(told) + "\n")
