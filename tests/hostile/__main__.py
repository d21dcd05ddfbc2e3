"""The whole attack, `make fuzz`: 50,000 requests for every route through each door, and what came of them."""

import secrets
import sys
from typing import Any

from tests.hostile.crew import DOORS, attacks
from tests.hostile.envelopes import PATHS

COUNT = 50_000


def main(count: int) -> int:
    """Attack, and say a line for each route and door; 1 if a property did not hold."""
    seed = secrets.randbelow(1_000_000)
    say(f"{count:,} requests for each of {len(PATHS)} routes through each of {len(DOORS)} doors, seed {seed}")
    say(f"{'route':<11}{'door':<6}{'CPU s':>7}{'slowest ms':>12}  answers")
    failed = 0
    for told in attacks([(route, door) for route in PATHS for door in DOORS], seed, count):
        say(figures(told))
        for failure in told["failures"]:
            failed += 1
            say(f"  FAILED at {failure['number']}: {failure['wrong']}\n  {failure['least']}")
    say("no property was broken" if not failed else f"{failed} requests broke a property")
    return 1 if failed else 0


def figures(told: dict[str, Any]) -> str:
    """One attack in a line."""
    answers = ", ".join(f"{status}: {number:,}" for status, number in told["statuses"].items())
    return f"{told['route']:<11}{told['door']:<6}{told['seconds']:>7}{told['slowest_ms']:>12}  {answers}"


def say(text: str) -> None:
    """A line, at once."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else COUNT))
