"""`make bench`: measure, print a table (figure, value, target, met?) and write build/bench.json.

Everything that is compared is compared within this run, taking turns, by the median: the machine may be busy. Times
that stand alone (those in ms) are this machine's at this moment, and have no target.
"""

import argparse
import json
import os
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Final

from bench import click, close, cold, conversion, report, scene, stub
from bench.costs import RUN

ROUNDS: Final = 18
TURN: Final = 200
PEAKS: Final = ("report.peak_mb_1e5", "report.peak_mb_1e6")


@dataclass(frozen=True, slots=True)
class Target:
    """What a figure is held to: `words` for people, `is_met` for the table."""

    words: str
    is_met: Callable[[float], bool]


def _at_most(most: float) -> Target:
    return Target(f"at most {most:,}", lambda value: value <= most)


def _exactly(value: float) -> Target:
    return Target(f"{value:,}", lambda found: found == value)


TARGETS: Final[dict[str, Target]] = {
    "click.cpu_vs_boto3_put": _at_most(0.6),
    "click.calls": _exactly(1),
    "click.reads": _exactly(0),
    "click.item_bytes": Target("under 1,000", lambda value: value < 1000),
    "conversion.calls": _at_most(2),
    "cold.edge_vs_empty": _at_most(3.0),
    "cold.edge_vs_boto3": _at_most(0.35),
    "report.rows_per_s": Target("over 20,000", lambda value: value > 20_000),
    "report.peak_ratio": _at_most(1.2),
    "close.growth": _at_most(1.3),
    "close.peak_mb_1e4": _at_most(512),
    "close.peak_mb_1e5": _at_most(512),
    "close.peak_mb_1e6": _at_most(512),
}


def main() -> int:
    """Measure everything; a figure that misses its target shows in the table, not in the exit code."""
    parser = argparse.ArgumentParser(prog="make bench", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--without-report", action="store_true", help="leave out the report and the close")
    parser.add_argument("--without-close", action="store_true", help="leave out the month close, which takes longest")
    asked, begun = parser.parse_args(), time.monotonic()
    figures = measure() | ({} if asked.without_report else _report())
    figures |= {} if asked.without_report or asked.without_close else _close()
    RUN.parent.mkdir(exist_ok=True)
    RUN.write_text(json.dumps(figures, indent=1) + "\n")
    print(table(figures))
    load = os.getloadavg()[0] / (os.cpu_count() or 1)
    print(
        f"{RUN.relative_to(stub.ROOT)} after {time.monotonic() - begun:.0f} s; load {load:.1f} per processor at the end"
    )
    return 0


def measure(rounds: int = ROUNDS, turn: int = TURN) -> dict[str, float]:
    """All figures but the report's: `rounds` of turns, `turn` warm calls in each."""
    with _first_in_line(), stub.running() as standin:
        at = scene.scene(standin)
        parts: dict[str, Callable[[], dict[str, float]]] = {
            "click": lambda: click.figures(at, rounds, turn),
            "conversion": lambda: conversion.figures(at),
            "cold": lambda: cold.figures(at, rounds, turn),
        }
        found: dict[str, float] = {}
        for name, part in parts.items():
            print(f"bench: {name}", flush=True)
            found |= part()
    return found


def table(figures: Mapping[str, float]) -> str:
    """The figures for people: those with a target first."""
    names = [*(name for name in TARGETS if name in figures), *(name for name in figures if name not in TARGETS)]
    rows = [("figure", "value", "target", "met?")]
    for name in names:
        target = TARGETS.get(name)
        met = ("yes" if target.is_met(figures[name]) else "NO") if target else ""
        rows.append((name, _shown(figures[name]), target.words if target else "", met))
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    )


@contextmanager
def _first_in_line() -> Iterator[None]:
    """Go before this machine's other work, where the user may: what waits for it would be measured, too."""
    usual = os.getpriority(os.PRIO_PROCESS, 0)
    with suppress(PermissionError):
        os.setpriority(os.PRIO_PROCESS, 0, -20)
    yield
    os.setpriority(os.PRIO_PROCESS, 0, usual)


def _report() -> dict[str, float]:
    print("bench: report (a minute or two)", flush=True)
    found = dict(report.figures())
    small, large = (found[name] for name in PEAKS)
    return found | {"report.peak_ratio": round(large / small, 3)}


def _close() -> dict[str, float]:
    print("bench: close (some ten minutes)", flush=True)
    return close.figures()


def _shown(value: float) -> str:
    return f"{value:,.0f}" if value == round(value) else f"{value:,}"


if __name__ == "__main__":
    raise SystemExit(main())
