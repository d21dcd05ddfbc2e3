"""What clicks and conversions cost on AWS, in dollars per million, from measured calls, units and bytes.

`python -m bench.costs` prints the table for build/bench.json; with `--keep` it makes that run the one whose figures are
kept in bench/figures.json and whose table stands in the README. What is assumed rather than measured is named here.
"""

import argparse
import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from math import ceil
from textwrap import fill
from typing import Final

from bench import prices
from bench.stub import ROOT

RUN: Final = ROOT / "build" / "bench.json"
FIGURES: Final = ROOT / "bench" / "figures.json"
README: Final = ROOT / "README.md"
BEGIN, END = "<!-- costs:begin -->\n", "<!-- costs:end -->\n"

# What the template sets.
EDGE_MB: Final = 512
STREAM_MB: Final = 256
REPORT_MB: Final = 1024
CLICK_DAYS: Final = 120
LOG_DAYS: Final = 30

# What is assumed.
VCPU_MB: Final = 1769
"""A function has one whole processor at this much memory, and a share of one below it (Lambda's Developer Guide)."""
ROUND_TRIP_MS: Final = 5
"""To DynamoDB and back, per call."""
COLD_SHARE: Final = 0.01
"""Of the invocations, how many start cold; Lambda bills the start since August 2025."""
STREAM_MS: Final = 25
"""The stream function with one fact: two calls with boto3."""
PASSES: Final = 4
"""How often the report reads a fact: on its day and on the three that follow, for late ones."""
REPORT_BYTES: Final = 1000
"""What a conversion takes in a report's files: a line for each fact, in two statements too."""
DOOR_BYTES: Final = 200
"""Header lines that the front door adds to an answer."""
LINE_BYTES: Final = 26
"""What CloudWatch counts beside each log line."""
USUAL_DOOR: Final = "through an HTTP API"
DOORS: Final = {
    "through a function URL": prices.FUNCTION_URL,
    USUAL_DOOR: prices.HTTP_API,
    "through a REST API": prices.REST_API,
}
LEDGER_MONTHS: Final = 12
MONTH_DAYS: Final = 30.4


@dataclass(frozen=True, slots=True)
class Cost:
    """Dollars per million clicks, and per million conversions that an advertiser's server reports."""

    clicks: float
    conversions: float


def costs(figures: Mapping[str, float]) -> dict[str, Cost]:
    """Every line of the table, by its name: requests first, then what stands apart from them, then all."""
    said = figures.__getitem__
    stream = said("counted.write_units"), said("counted.read_units")
    lines = {
        "Lambda": Cost(_edge(figures, "click"), _edge(figures, "conversion") + _stream() + _report(figures)),
        "DynamoDB writes": _priced(
            prices.WRITES, said("click.write_units"), said("conversion.write_units") + stream[0]
        ),
        "DynamoDB reads": _priced(
            prices.READS,
            said("click.reads"),
            said("conversion.read_units") + stream[1] + PASSES * said("conversion.item_bytes") / 4096 / 2,
        ),
    }
    bare = Cost(sum(line.clicks for line in lines.values()), sum(line.conversions for line in lines.values()))
    for name, door in DOORS.items():
        lines[f"**requests {name}**"] = Cost(bare.clicks + door.dollars, bare.conversions + door.dollars)
    apart = _apart(figures)
    whole = [lines[f"**requests {USUAL_DOOR}**"], *apart.values()]
    total = Cost(sum(line.clicks for line in whole), sum(line.conversions for line in whole))
    return lines | apart | {f"**all, {USUAL_DOOR}**": total}


def table(figures: Mapping[str, float], measured: str) -> str:
    """The table as Markdown, with what it rests on."""
    rows = [f"| {name} | {cost.clicks:.2f} | {cost.conversions:.2f} |" for name, cost in costs(figures).items()]
    head = ["| dollars per million | clicks | conversions |", "|---|---:|---:|"]
    return "\n".join([*head, *rows, "", _basis(figures, measured), ""])


def embedded(text: str, figures: Mapping[str, float], measured: str) -> str:
    """The README with the table between its markers; ValueError if they are not there."""
    before, _, rest = text.partition(BEGIN)
    old, _, after = rest.partition(END)
    if not text.endswith(f"{BEGIN}{old}{END}{after}"):
        raise ValueError("the README has no place for the costs")
    return before + BEGIN + table(figures, measured) + END + after


def kept() -> tuple[dict[str, float], str]:
    """The kept figures, and the day of their run."""
    figures = json.loads(FIGURES.read_text())
    return figures, figures.pop("measured")


def _edge(figures: Mapping[str, float], deed: str) -> float:
    """Lambda for a million: the measured time, stretched to the function's share of a processor, and the waiting."""
    own = figures[f"{deed}.warm_ms"] * VCPU_MB / EDGE_MB + figures[f"{deed}.calls"] * ROUND_TRIP_MS
    return _function(ceil(own) + COLD_SHARE * figures["cold.edge_ms"], EDGE_MB)


def _stream() -> float:
    return _function(STREAM_MS, STREAM_MB)


def _report(figures: Mapping[str, float]) -> float:
    """A million rows; the few invocations of a day are nothing beside them."""
    seconds = 1e6 / figures["report.rows_per_s"] * VCPU_MB / REPORT_MB
    return seconds * REPORT_MB / 1024 * prices.LAMBDA_ARM.dollars


def _function(ms: float, memory_mb: int) -> float:
    return prices.LAMBDA_REQUESTS.dollars + ms * 1000 * memory_mb / 1024 * prices.LAMBDA_ARM.dollars


def _apart(figures: Mapping[str, float]) -> dict[str, Cost]:
    """What requests leave behind. Bytes / 1000 is gigabytes for a million of them."""
    said = figures.__getitem__
    ledger = (said("conversion.table_bytes") + said("conversion.index_bytes")) / 1000
    log = (said("conversion.log_bytes") + LINE_BYTES) / 1000
    log_price = prices.LOG_INTAKE.dollars + prices.LOG_STORE.dollars * LOG_DAYS / MONTH_DAYS
    kept = Cost(
        said("click.kept_bytes") / 1000 * prices.TABLE.dollars * CLICK_DAYS / MONTH_DAYS,
        (ledger * prices.TABLE.dollars + REPORT_BYTES / 1000 * prices.OBJECTS.dollars) * LEDGER_MONTHS,
    )
    backup = said("conversion.table_bytes") / 1000 * prices.RECOVERY.dollars * LEDGER_MONTHS
    out = [(said(f"{deed}.answer_bytes") + DOOR_BYTES) / 1000 for deed in ("click", "conversion")]
    return {
        "logs": Cost(0.0, log * log_price),
        f"storage: clicks {CLICK_DAYS} days, ledger and reports a year": kept,
        "backup of the ledger, a year": Cost(0.0, backup),
        "egress": _priced(prices.EGRESS, *out),
    }


def _priced(price: prices.Price, clicks: float, conversions: float) -> Cost:
    return Cost(price.dollars * clicks, price.dollars * conversions)


def _basis(figures: Mapping[str, float], measured: str) -> str:
    said = {name: f"{value:,.0f}" for name, value in figures.items()}
    sentences = [
        f"List prices of {prices.REGION} ([as of {prices.AS_OF}](bench/prices.py)), without any free tier.",
        f"Measured on {measured}: a click is {said['click.calls']} call and {said['click.item_bytes']} bytes;",
        f"a conversion, by postback, {said['conversion.calls']} calls, {said['conversion.item_bytes']} bytes and",
        f"{said['conversion.write_units']} write units with its indexes, and the stream function writes",
        f"{said['counted.write_units']} more where it counts it alone. Assumed: {ROUND_TRIP_MS} ms for a call,",
        f"{COLD_SHARE:.0%} cold starts. Beside that, each month, ${prices.SECRET.dollars:.2f} for the master secret",
        f"and ${prices.ALARM.dollars:.2f} for each alarm. `make bench` and `python -m bench.costs` work it out anew.",
    ]
    return fill(" ".join(sentences), 120, break_long_words=False, break_on_hyphens=False)


def main() -> int:
    """The command line: `python -m bench.costs [--keep]`."""
    parser = argparse.ArgumentParser(prog="bench.costs", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--keep", action="store_true", help="keep this run's figures, and its table in the README")
    keep = parser.parse_args().keep
    if not RUN.exists():
        sys.stderr.write("there is no build/bench.json: run make bench\n")
        return 1
    figures = json.loads(RUN.read_text())
    measured = datetime.fromtimestamp(RUN.stat().st_mtime, UTC).date().isoformat()
    print(table(figures, measured))
    if keep:
        FIGURES.write_text(json.dumps({"measured": measured, **figures}, indent=1) + "\n")
        README.write_text(embedded(README.read_text(), figures, measured))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
