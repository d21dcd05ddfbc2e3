"""The command group `fold`: a month close of what stands on standard input, which needs no network at all."""

import argparse
import sys
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING

from chalicelib.manage.setup import Wrong

if TYPE_CHECKING:
    from chalicelib.manage.words import Rooms

Fold = Callable[[Iterable[str]], Iterator[str]]
"""Gives the result of each line; ValueError names the line that it cannot read."""

HELP = "close what stands on standard input as docs/vectors.md describes it; needs no network"


def group(rooms: "Rooms") -> None:
    """The word `fold`, so that `--help` knows it. It runs without a desk: see `main`."""
    rooms.add_parser("fold", help=HELP).set_defaults(run=_elsewhere)


def main(words: list[str], fold: Fold) -> int:
    """Read objects, one a line, and print the result of each. 0 if it went well, 1 with a line on standard error."""
    argparse.ArgumentParser(prog="clickledger fold", description=HELP).parse_args(words)
    try:
        for result in fold(sys.stdin):
            print(result, flush=True)
    except ValueError as wrong:
        print(f"clickledger: {wrong}", file=sys.stderr)
        return 1
    return 0


def _elsewhere(*_: object) -> None:
    raise Wrong("say `./clickledger fold` with nothing before it")
