"""`make stress`: prints what it does and finds, writes build/stress.json; fails if anything is not as it must be."""

import argparse
import json
import secrets
import sys
import tempfile
import time
from pathlib import Path
from typing import Final

from bench.stress.audit import Findings
from bench.stress.course import Course, stress
from infra.account import StackError
from infra.emulator import ROOT, EmulatorError
from infra.package import PackageError

_STARTED: Final = time.monotonic()


def main() -> int:
    """Run it; 1 if something is not as it must be."""
    asked = argparse.ArgumentParser(prog="make stress", description=__doc__)
    asked.add_argument("--scale", type=float, default=1.0, help="part of 10,000 sales and 30,000 deliveries")
    asked.add_argument("--seed", type=int, default=secrets.randbelow(1_000_000), help="sales and faults follow from it")
    asked.add_argument("--workers", type=int, default=4, help="processes that run the handlers")
    asked.add_argument("--json", type=Path, default=ROOT / "build/stress.json", help="where the figures go")
    told = asked.parse_args()
    course = Course(told.seed, told.scale, told.workers)
    _say(f"{course.sales:,} sales, {course.workers} workers, seed {course.seed}")
    with tempfile.TemporaryDirectory(prefix="clickledger-stress-") as folder:
        try:
            found = stress(course, Path(folder), _say)
        except (EmulatorError, StackError, PackageError) as wrong:
            print(f"stress: {wrong}", file=sys.stderr)
            return 1
        except KeyboardInterrupt:
            print("stress: stopped", file=sys.stderr)
            return 1
    told.json.parent.mkdir(parents=True, exist_ok=True)
    told.json.write_text(json.dumps(found.figures, indent=2) + "\n")
    print(_summary(found))
    return 1 if found.problems else 0


def _summary(found: Findings) -> str:
    """All figures, and what is wrong."""
    lines = [f"  {name:20} {value!s:>12}" for name, value in found.figures.items()]
    wrong = [f"WRONG: {problem}" for problem in found.problems] or ["all is as it must be"]
    return "\n".join(["", *lines, "", *wrong])


def _say(text: str) -> None:
    print(f"{time.monotonic() - _STARTED:6.1f} s  {text}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
