"""Words of the command that check a month close: `verify` and `reprice`, two programs that use nothing of this one."""

import argparse
from typing import TYPE_CHECKING

from chalicelib.manage.setup import Wrong
from chalicelib.manage.words import does

if TYPE_CHECKING:
    from chalicelib.manage.command import Desk
    from chalicelib.manage.words import Rooms


def groups(rooms: "Rooms") -> None:
    """Add the words."""
    verify = does(rooms, "verify", _verify, "whether the files of a close fit together")
    reprice = does(rooms, "reprice", _reprice, "every line of a close again, from facts and terms")
    for word in (verify, reprice):
        word.add_argument("period", help="YYYY-MM")


def _verify(asked: argparse.Namespace, desk: "Desk") -> None:
    from audit.verify import Verify  # only these words need it

    _closed(asked.period, desk)
    _tell(asked.period, Verify(desk.bucket().read, asked.period).run(), "everything fits")


def _reprice(asked: argparse.Namespace, desk: "Desk") -> None:
    from audit.reprice import Reprice  # only these words need it

    _closed(asked.period, desk)
    try:
        found = Reprice(desk.bucket().read, asked.period).run()
    except ValueError as none:
        raise Wrong(f"files of {asked.period} are unreadable: `verify` says which") from none
    _tell(asked.period, found, "every line is as repriced")


def _closed(period: str, desk: "Desk") -> None:
    """Wrong if there is no close to check."""
    if desk.bucket().read(f"closes/{period}/manifest.json") is None:
        raise Wrong(f"{period} is not closed")


def _tell(period: str, differences: list[str], good: str) -> None:
    for difference in differences:
        print(difference)
    if differences:
        raise Wrong(f"the close of {period} has {len(differences)} differences")
    print(f"closes/{period}: {good}")
