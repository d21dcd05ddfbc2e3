"""The command `./clickledger`: an operator's hands on a network, from the shell.

./clickledger advertiser add shop --name "A shop"
./clickledger link add --affiliate anna --campaign spring
./clickledger log shop
./clickledger report 2026-11-24
"""

import argparse
import json
import secrets
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from chalicelib.manage import (
    adjustments,
    audit_words,
    closes,
    conversion_words,
    erase,
    explain,
    fold_command,
    judge_command,
    offers,
    parties,
    payout_words,
    prove_command,
    rate_table,
    replay_command,
    trace_command,
    upload,
    verdict_command,
)
from chalicelib.manage.conversions import Conversions
from chalicelib.manage.log import Log
from chalicelib.manage.rate_table import RateDesk
from chalicelib.manage.setup import Office, Wrong
from chalicelib.manage.trace import Tracer
from chalicelib.manage.treasury import Treasury
from chalicelib.manage.words import does
from chalicelib.model import trust
from chalicelib.model.day import iso
from chalicelib.model.network import Link

if TYPE_CHECKING:
    from chalicelib.manage.words import Rooms


SHOWN = 20
"""So many strange lines are named."""


class Published(Protocol):
    """A published day."""

    @property
    def day(self) -> str:
        """The accounting day."""

    @property
    def facts(self) -> int:
        """How many facts it lists."""


class Reports(Protocol):
    """The daily reports."""

    def listing(self) -> Iterable[Published]:
        """The published days."""

    def fetch(self, day: str, folder: Path) -> Sequence[Path]:
        """Download a published day, checked against its manifest; ValueError if it is none."""

    def preview(self, day: str) -> Sequence[str]:
        """Write an open day under preview/; the keys. ValueError if the day is published."""


class Bucket(Protocol):
    """The report bucket."""

    def read(self, key: str) -> bytes | None:
        """What lies under a key."""


class Directory(Protocol):
    """The network's lists."""

    def listed(self, kind: str) -> list[str]:
        """The ids of advertisers, affiliates or campaigns."""

    def links_of(self, affiliate: str) -> list[Link]:
        """An affiliate's links."""


@dataclass(frozen=True, slots=True)
class Desk:
    """All that the command works with. `master` fetches the master secret only when a command needs it."""

    office: Office
    network: Directory
    log: Log
    reports: Callable[[], Reports]
    bucket: Callable[[], Bucket]
    respill: Callable[[], Callable[[Mapping[str, Any]], None]]
    master: Callable[[], str]
    keep_master: Callable[[str], None]
    clock: Callable[[], int]
    address: str
    conversions: Conversions
    rates: RateDesk
    uploads: Callable[[str], upload.Door]
    treasury: Callable[[], Treasury]
    closes: Callable[[], closes.Months]
    explainer: Callable[[], explain.Explainer]
    tracer: Callable[[], Tracer]
    proofs: Callable[[], prove_command.Proofs]
    eraser: Callable[[], erase.Eraser]
    identity_years: int


def main(words: Sequence[str], open_desk: Callable[[str], Desk]) -> int:
    """Run one command. 0 if it went well, 1 with one line on standard error if not, 2 if the words make no command."""
    asked = _parser().parse_args(words)
    try:
        asked.run(asked, open_desk(asked.stack))
    except (Wrong, LookupError) as wrong:
        print(f"clickledger: {wrong}", file=sys.stderr)
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    whole = argparse.ArgumentParser(
        prog="clickledger", description="Set up a network, read its log, fetch its reports."
    )
    whole.add_argument("--stack", default="", help="a deployed stack's name (without it: what `make run` has started)")
    rooms = whole.add_subparsers(required=True, metavar="command")
    _advertiser(rooms.add_parser("advertiser", help="who pays: add, token, secret").add_subparsers(required=True))
    _goal(rooms.add_parser("goal", help="an outcome that an advertiser defined: add").add_subparsers(required=True))
    offers.groups(rooms)
    _terms(rooms.add_parser("terms", help="what a goal earns: add").add_subparsers(required=True))
    _link(rooms.add_parser("link", help="a short link: add").add_subparsers(required=True))
    conversion_words.commands(rooms)
    rate_table.commands(rooms)
    _reading(rooms)
    fold_command.group(rooms)
    judge_command.group(rooms)
    verdict_command.group(rooms)
    audit_words.groups(rooms)
    for group in (parties.group, adjustments.group, payout_words.group, closes.group, replay_command.group):
        group(rooms)
    upload.commands(rooms)
    explain.commands(rooms)
    trace_command.commands(rooms)
    prove_command.group(rooms)
    erase.groups(rooms)
    return whole


def _advertiser(rooms: "Rooms") -> None:
    add = does(rooms, "add", _add_advertiser, "a new advertiser")
    add.add_argument("id")
    add.add_argument("--name", required=True)
    add.add_argument("--status", action="append", default=[], metavar="WORD=STATUS", help="a status word of its own")
    token = does(rooms, "token", _add_token, "a new token, shown once; the one before it stays good")
    token.add_argument("id")
    secret = does(rooms, "secret", _add_secret, "a new secret to sign with; the one before it stays good")
    secret.add_argument("id")


def _add_advertiser(asked: argparse.Namespace, desk: Desk) -> None:
    words = dict(pair.partition("=")[::2] for pair in asked.status)
    made = desk.office.add_advertiser(asked.id, asked.name, words)
    print(f"advertiser {made.id}: next `goal add {made.id} sale` and `advertiser token {made.id}`")


def _add_token(asked: argparse.Namespace, desk: Desk) -> None:
    print(desk.office.add_token(asked.id))


def _add_secret(asked: argparse.Namespace, desk: Desk) -> None:
    secret = desk.office.add_secret(asked.id, desk.master())
    print(f"{secret}\n{trust.webhook_secret(secret)}")


def _goal(rooms: "Rooms") -> None:
    add = does(rooms, "add", _add_goal, "a new goal")
    add.add_argument("advertiser")
    add.add_argument("name")
    add.add_argument("--once-per", default="order", choices=["order", "click", "customer"])
    add.add_argument("--review", default="auto", help="auto, manual, or 'after N' (days)")
    add.add_argument("--recurring", action="store_true", help="customers pay again, and who brought them earns again")


def _add_goal(asked: argparse.Namespace, desk: Desk) -> None:
    goal = desk.office.add_goal(asked.advertiser, asked.name, asked.once_per, asked.review, recurring=asked.recurring)
    print(f"goal {goal.name} of {asked.advertiser}: pays once per {goal.once_per}, review {goal.review}")


def _terms(rooms: "Rooms") -> None:
    add = does(rooms, "add", _add_terms, "a new version of terms")
    add.add_argument("campaign")
    add.add_argument("goal")
    add.add_argument("--commission", required=True, help="'CPA 5.00 USD' or 'RevShare 12.5%%'")
    add.add_argument("--revenue", required=True, help="what the advertiser owes, written the same way")
    add.add_argument("--affiliate", default="*", help="an override for one affiliate")
    add.add_argument("--from", dest="start", default="", help="ISO 8601 with a zone; without it as soon as possible")


def _add_terms(asked: argparse.Namespace, desk: Desk) -> None:
    start = _moment(asked.start) if asked.start else None
    rates = (asked.commission, asked.revenue)
    made = desk.office.add_terms(asked.campaign, asked.goal, asked.affiliate, rates, start)
    when = f"clicks from {iso(made.from_ms)} on" if made.from_ms else "all clicks"
    print(f"terms {made.version}: {made.commission} for {when}, revenue {made.revenue}")


def _moment(text: str) -> int:
    try:
        at = datetime.fromisoformat(text)
    except ValueError as bad:
        raise Wrong(f"not a time: {text}") from bad
    if at.tzinfo is None:
        raise Wrong(f"a time needs a zone: {text}")
    return round(at.timestamp() * 1000)


def _link(rooms: "Rooms") -> None:
    add = does(rooms, "add", _add_link, "a new link")
    add.add_argument("--affiliate", required=True)
    add.add_argument("--campaign", required=True)
    add.add_argument("--slug", default="")
    add.add_argument("--to", default="", help="a destination of its own")


def _add_link(asked: argparse.Namespace, desk: Desk) -> None:
    link = desk.office.add_link(asked.affiliate, asked.campaign, asked.slug, asked.to)
    print(f"{desk.address}/c/{link.slug}")


def _reading(rooms: "Rooms") -> None:
    listing = does(rooms, "list", _list, "what there is")
    listing.add_argument("what", choices=["advertisers", "affiliates", "campaigns", "links"])
    listing.add_argument("affiliate", nargs="?", default="", help="whose links")
    log = does(rooms, "log", _log, "the last postbacks and claims of an advertiser, with answer and reason")
    log.add_argument("advertiser")
    log.add_argument("--last", type=int, default=20)
    log.add_argument("--days", type=int, default=2)
    report = does(rooms, "report", _report, "list reports, download a day's, or preview an open day")
    report.add_argument("day", nargs="?", default="", help="YYYY-MM-DD; without it the published days are listed")
    report.add_argument("--preview", action="store_true", help="a day that is not published yet, without manifest")
    report.add_argument("--to", default="reports", help="folder for the files")
    does(rooms, "rotate", _rotate, "add a generation to the master secret; the next deploy signs with it")
    does(rooms, "respill", _respill, "write down what only the log lines on standard input hold")


def _list(asked: argparse.Namespace, desk: Desk) -> None:
    if asked.what == "links":
        if not asked.affiliate:
            raise Wrong("whose links? `list links AFFILIATE`")
        for link in desk.network.links_of(asked.affiliate):
            print(f"{desk.address}/c/{link.slug}  {link.campaign}  {link.destination}".rstrip())
        return
    for id in desk.network.listed(asked.what[:-1]):
        print(id)


def _log(asked: argparse.Namespace, desk: Desk) -> None:
    entries = desk.log.last(asked.advertiser, asked.last, asked.days, desk.clock())
    if not entries:
        print(f"nothing was received from {asked.advertiser} in {asked.days} days")
        return
    rows = [("time", "door", "order", "answer", "reason", "state", "conversion")]
    rows += [(iso(e.at_ms), e.door, e.order, e.answer, e.reason, e.state, e.conversion) for e in entries]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for row in rows:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


def _report(asked: argparse.Namespace, desk: Desk) -> None:
    if not asked.day:
        for published in desk.reports().listing():
            print(f"{published.day}  {published.facts} facts")
        return
    folder = Path(asked.to) / (f"preview-{asked.day}" if asked.preview else asked.day)
    for file in (_preview if asked.preview else _fetch)(asked.day, folder, desk):
        print(file)


def _fetch(day: str, folder: Path, desk: Desk) -> Sequence[Path]:
    try:
        return desk.reports().fetch(day, folder)
    except ValueError as none:
        raise Wrong(f"{none}; `report {day} --preview` shows an open day") from none


def _preview(day: str, folder: Path, desk: Desk) -> Iterator[Path]:
    try:
        keys = desk.reports().preview(day)
    except ValueError as none:
        raise Wrong(f"{none}; `report {day}` downloads it") from none
    for key in keys:
        file = folder / key.split("/", 2)[2]
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(desk.bucket().read(key) or b"")
        yield file


def _rotate(_: argparse.Namespace, desk: Desk) -> None:
    text = trust.with_new_generation(desk.master(), secrets.token_hex(32))
    desk.keep_master(text)
    print(
        f"the master secret has {len(trust.generations(text))} generations; `make deploy` brings them to the functions"
    )


def _respill(_: argparse.Namespace, desk: Desk) -> None:
    write, written, strange = desk.respill(), 0, list[int]()
    for number, line in enumerate(sys.stdin.buffer, 1):
        try:
            said = json.loads(line[line.find(b"{") :])
        except (ValueError, RecursionError):
            continue
        if isinstance(said, dict) and said.get("event") == "spilled":
            try:
                write(said["message"])
            except (ValueError, LookupError, TypeError, AttributeError):
                strange.append(number)
            else:
                written += 1
    print(f"{written} clicks and claims written down")
    if strange:
        raise Wrong(f"lines that hold no click or claim of ours: {', '.join(map(str, strange[:SHOWN]))}")
