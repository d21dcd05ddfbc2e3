"""What a month close costs: the processor's seconds and peak memory for months of 10^4, 10^5 and 10^6 conversions.

The daily reports are made by a process of their own, from rows out of a generator behind the store's page interface,
into a folder. What is measured is the close alone: reading, sorting, folding, all files, hashes and 1,000 statements,
as CSV and PDF.
"""

import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Final

from bench.month import PERIOD, Facts, Folder, Network, Unvisited, Unwritten

SIZES: Final = (10_000, 100_000, 1_000_000)
NAMES: Final = ("1e4", "1e5", "1e6")

_AFTER: Final = PERIOD.end_ms + 2 * 86_400_000


def figures(sizes: tuple[int, int, int] = SIZES) -> dict[str, float]:
    """The close's figures; sizes below the default make a quick look, under the same names.

    `growth` is what one more conversion costs in the largest month, by what it does in the middle one: 1 is linear.
    """
    found: dict[str, float] = {}
    small, middle, large = runs = [_measured(size) for size in sizes]
    for name, run in zip(NAMES, runs, strict=True):
        found[f"close.seconds_{name}"] = round(run["seconds"], 1)
        found[f"close.peak_mb_{name}"] = round(run["peak_mb"], 1)
    found["close.growth"] = round(_slope(middle, large) / _slope(small, middle), 3)
    found["close.rows_per_s"] = round(1 / _slope(middle, large))
    return found


def _slope(less: dict[str, float], more: dict[str, float]) -> float:
    return (more["seconds"] - less["seconds"]) / (more["conversions"] - less["conversions"])


def _measured(size: int) -> dict[str, float]:
    """Make a month's daily reports in one process, and close it in another."""
    with tempfile.TemporaryDirectory() as folder:
        for step in ("report", "close"):
            command = [sys.executable, "-m", "bench.close", step, str(size), folder]
            done = subprocess.run(command, check=True, capture_output=True, cwd=Path(__file__).parents[1])
    told: dict[str, float] = json.loads(done.stdout)
    return told


def _report(size: int, folder: Path) -> dict[str, float]:
    """Publish all days of the month."""
    from chalicelib.reports.daily import DailyReport

    report = DailyReport(Facts(size), Folder(folder / "bucket"), "UTC", folder, PERIOD.first_day)
    report.run(PERIOD.end_ms + 3_600_000, lambda: float("inf"))
    return {}


def _close(size: int, folder: Path) -> dict[str, float]:
    """Close the month here and now."""
    from chalicelib.reports.month import MonthClose

    network, facts, bucket = Network(), Facts(size), Folder(folder / "bucket")
    month = MonthClose(facts, network, bucket, network, Unvisited(), Unwritten(), network, "UTC", folder)
    begun = time.process_time()
    done = month.run(_AFTER)
    seconds = time.process_time() - begun
    if done != (PERIOD.name,) or not network.payable:
        raise AssertionError(done)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"seconds": seconds, "peak_mb": peak, "conversions": float(facts.conversions)}


if __name__ == "__main__":
    if len(sys.argv) > 1:
        step, size, where = sys.argv[1], int(sys.argv[2]), Path(sys.argv[3])
        sys.stdout.write(json.dumps((_report if step == "report" else _close)(size, where)) + "\n")
    else:
        sys.stdout.write(json.dumps(figures()) + "\n")
