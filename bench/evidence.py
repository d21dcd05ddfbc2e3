"""How well the evidence of many visits finds planted schemes, and how seldom it holds what is honest.

    python -m bench.evidence --seeds 20 --clicks 200000

simulates months of traffic, lets `./clickledger judge` look at them and prints the figures. The seeds are new ones each
time, and each is named, so that a bad one can be looked at again.
"""

import argparse
import sys
from collections.abc import Sequence

from tests.evidence.scoring import fresh, score

RECALL, PRECISION, CLEAN = 0.95, 0.99, 0.001
"""What is promised of every seed."""


def main(words: Sequence[str]) -> int:
    """Print the figures; 1 if one is worse than promised."""
    asked = argparse.ArgumentParser(prog="evidence", description="Judge simulated traffic with planted schemes.")
    asked.add_argument("--seeds", type=int, default=20)
    asked.add_argument("--clicks", type=int, default=200_000)
    asked.add_argument("--seed", type=int, nargs="*", help="these instead of new ones")
    told = asked.parse_args(words)
    recall, precision, most = 1.0, 1.0, 0.0
    for seed in told.seed or fresh(told.seeds):
        one, clean = score(seed, told.clicks, planted=True), score(seed, told.clicks, planted=False)
        share = clean.held / clean.conversions
        recall, precision, most = min(recall, one.recall), min(precision, one.precision), max(most, share)
        print(
            f"seed {seed}: recall {one.recall:.2%} of {one.planted} planted, precision {one.precision:.2%} "
            f"of {one.held} held; clean {share:.3%} of {clean.conversions} held; {one.seconds:.1f} s",
            *(f"\n    missed {dict(one.missed)} of {one.by_scheme}" if one.missed else ""),
            *(f"\n    wrong {dict(one.wrong)} {dict(clean.wrong)}" if one.wrong or clean.wrong else ""),
            sep="",
            flush=True,
        )
    print(f"evidence: worst recall {recall:.2%}, worst precision {precision:.2%}, most held of clean {most:.3%}")
    return int(recall < RECALL or precision < PRECISION or most > CLEAN)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
