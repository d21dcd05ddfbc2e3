"""The command `judge`: what speaks for invalid traffic among the rows on standard input; needs no network."""

import argparse
import json
import sys
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from chalicelib.manage.setup import Wrong
from chalicelib.model import evidence, evidence_rows, traffic

if TYPE_CHECKING:
    from chalicelib.manage.words import Rooms

HELP = "hold conversions of the traffic on standard input, as docs/trust.md describes it; needs no network"


def group(rooms: "Rooms") -> None:
    """The word `judge`, so that `--help` knows it. It runs without a desk: see `main`."""
    rooms.add_parser("judge", help=HELP).set_defaults(run=_elsewhere)


def main(words: list[str]) -> int:
    """Read rows, one a line, and print what is held. 0 if it went well, 1 with a line on standard error."""
    asked = argparse.ArgumentParser(prog="clickledger judge", description=HELP)
    asked.add_argument("--time-zone", default="UTC", help="of the days by which caps count")
    told = asked.parse_args(words)
    try:
        for line in judged(sys.stdin, told.time_zone):
            print(line)
    except ValueError as wrong:
        print(f"clickledger: {wrong}", file=sys.stderr)
        return 1
    return 0


def judged(lines: Iterable[str], time_zone: str = "UTC") -> Iterator[str]:
    """The held conversions of the traffic in `lines`, each as JSON in a line; ValueError names a line."""
    case = evidence_rows.read(_rows(lines), verdict, time_zone)
    found: dict[str, list[evidence.Finding]] = {}
    for finding in evidence.held(case):
        found.setdefault(finding.conversion, []).append(finding)
    for id, findings in found.items():
        reasons = sorted({finding.rule for finding in findings})
        why = {finding.rule: finding.why for finding in findings}
        held = {"id": id, "verdict": "held", "reason": reasons[0], "reasons": reasons, "why": why}
        yield json.dumps({**held, "rule_version": evidence.VERSION})


def verdict(row: evidence_rows.Row) -> str:
    """The verdict of a visit's own, where it holds the visit's conversion; '' for any other."""
    method, agent, purpose = (str(row.get(name) or "") for name in ("method", "agent", "purpose"))
    agent = agent or str(row.get("user_agent") or row.get("ua") or "")
    found = traffic.verdict(method or "GET", agent, purpose) if agent else ""
    return found if traffic.holds(found) else ""


def _rows(lines: Iterable[str]) -> Iterator[Any]:
    for number, line in enumerate(lines, 1):
        if line.strip():
            try:
                yield json.loads(line)
            except (json.JSONDecodeError, RecursionError) as bad:
                raise ValueError(f"line {number}: {bad}") from bad


def _elsewhere(*_: object) -> None:
    raise Wrong("say `./clickledger judge` with nothing before it")
