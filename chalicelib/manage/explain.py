"""The command that says why a line of a close says what it says."""

import argparse
from collections.abc import Iterator
from typing import TYPE_CHECKING, Protocol

from chalicelib.manage.words import does

if TYPE_CHECKING:
    from chalicelib.manage.command import Desk
    from chalicelib.manage.words import Rooms


class Explainer(Protocol):
    """Explains lines of closes."""

    def explain(self, name: str) -> Iterator[str]:
        """The line `<period>/<number>` in words; LookupError if there is none."""


def commands(rooms: "Rooms") -> None:
    """The word `explain`."""
    explain = does(rooms, "explain", _explain, "why a line of a close says what it says, from the click to the cent")
    explain.add_argument("line", metavar="PERIOD/LINE", help="such as 2026-10/17, as in the column `line` of lines.csv")


def _explain(asked: argparse.Namespace, desk: "Desk") -> None:
    for sentence in desk.explainer().explain(asked.line):
        print(sentence)
