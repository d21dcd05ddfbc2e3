"""The command `./clickledger prove`: a proof that a click or a fact is in a published day's report."""

import argparse
import json
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Protocol

from chalicelib.manage.words import does

if TYPE_CHECKING:
    from chalicelib.manage.command import Desk
    from chalicelib.manage.words import Rooms


class Proofs(Protocol):
    """Proves from the published reports."""

    def of(self, name: str) -> Iterator[Mapping[str, Any]]:
        """The proofs of a click or of facts; LookupError if no published report lists it."""


def group(rooms: "Rooms") -> None:
    """The word `prove`."""
    prove = does(rooms, "prove", _prove, "show that a click or a fact is in a published report, for its affiliate")
    prove.add_argument("id", metavar="ID", help="a click id, a conversion id, or CONVERSION/FACT for one fact")


def _prove(asked: argparse.Namespace, desk: "Desk") -> None:
    # Nothing but proofs is printed, so that `prove ID > proof.json` can be sent to the affiliate as it is.
    for proof in desk.proofs().of(asked.id):
        print(json.dumps(proof, separators=(",", ":")))
