"""The words of `./clickledger close`: close a month, list the closed ones, download one."""

import argparse
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from chalicelib.manage.setup import Wrong
from chalicelib.manage.words import does
from chalicelib.model.together import NoRate

if TYPE_CHECKING:
    from chalicelib.manage.command import Desk
    from chalicelib.manage.words import Rooms


class Closed(Protocol):
    """A closed month."""

    @property
    def period(self) -> str:
        """The month, 'yyyy-mm'."""

    @property
    def lines(self) -> int:
        """How many lines it has."""

    @property
    def sha256(self) -> str:
        """The hash of its manifest."""


class Difference(Protocol):
    """What somebody earned or owed in a month, and would have; minor units."""

    @property
    def party(self) -> str:
        """Affiliate or advertiser."""

    @property
    def name(self) -> str:
        """Its id."""

    @property
    def currency(self) -> str:
        """Of both amounts."""

    @property
    def was(self) -> int:
        """As it was closed."""

    @property
    def would(self) -> int:
        """Under other terms."""


class Months(Protocol):
    """The month closes."""

    def close(self, name: str, now_ms: int) -> Closed:
        """Close a month; ValueError says why it cannot be, NoRate that an exchange rate is missing."""

    def listing(self) -> Iterable[Closed]:
        """The closed months, newest first."""

    def fetch(self, name: str, folder: Path) -> Sequence[Path]:
        """Download a closed month, checked against its manifest; ValueError if it is open."""

    def rebuild(self, name: str) -> Sequence[str]:
        """Make a closed month again; the files that differ."""

    def replay(
        self, name: str, campaign: str, goal: str, affiliate: str, commission: str, revenue: str
    ) -> Iterable[Difference]:
        """A closed month under other terms; ValueError for terms that make no sense, NoRate for a missing rate."""


def group(rooms: "Rooms") -> None:
    """The command group `close`."""
    mine = rooms.add_parser("close", help="close a month: run, list, fetch, rebuild").add_subparsers(required=True)
    run = does(mine, "run", _run, "close a month that is over now, without waiting for the scheduled run")
    does(mine, "list", _list, "the closed months")
    fetch = does(mine, "fetch", _fetch, "download a closed month, every hash checked")
    rebuild = does(mine, "rebuild", _rebuild, "make a closed month again from what it was made of, and compare")
    for word in (run, fetch, rebuild):
        word.add_argument("period", help="YYYY-MM")
    fetch.add_argument("--to", default="closes", help="folder for the files")


def _run(asked: argparse.Namespace, desk: "Desk") -> None:
    try:
        print(_said(desk.closes().close(asked.period, desk.clock())))
    except NoRate as missing:
        raise Wrong(f"{missing}; `rates upload` takes them") from missing
    except ValueError as wrong:
        raise Wrong(str(wrong)) from wrong


def _list(_: argparse.Namespace, desk: "Desk") -> None:
    for one in desk.closes().listing():
        print(_said(one))


def _fetch(asked: argparse.Namespace, desk: "Desk") -> None:
    try:
        for path in desk.closes().fetch(asked.period, Path(asked.to) / asked.period):
            print(path)
    except ValueError as wrong:
        raise Wrong(str(wrong)) from wrong


def _rebuild(asked: argparse.Namespace, desk: "Desk") -> None:
    try:
        differing = desk.closes().rebuild(asked.period)
    except ValueError as wrong:
        raise Wrong(str(wrong)) from wrong
    if differing:
        raise Wrong(f"{len(differing)} files of {asked.period} came out differently: {', '.join(differing[:5])}")
    print(f"{asked.period}: every file came out the same")


def _said(one: Closed) -> str:
    return f"{one.period}  {one.lines} lines  {one.sha256}"
