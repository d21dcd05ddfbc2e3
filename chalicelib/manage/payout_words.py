"""The words of `./clickledger payout`."""

import argparse
from typing import TYPE_CHECKING

from chalicelib.manage.payouts import Outcome, totals
from chalicelib.manage.words import does
from chalicelib.model.day import accounting_day
from chalicelib.model.money import decimal

if TYPE_CHECKING:
    from collections.abc import Iterable

    from chalicelib.manage.command import Desk
    from chalicelib.manage.words import Rooms


def group(rooms: "Rooms") -> None:
    """The command group `payout`."""
    words = rooms.add_parser("payout", help="pay closed balances: freeze, send, paid, failed, returned, defer, list")
    mine = words.add_subparsers(required=True)
    freeze = does(mine, "freeze", _freeze, "freeze what can be paid of a closed month into a batch")
    freeze.add_argument("period", help="YYYY-MM")
    freeze.add_argument("--batch", default="", help="take up a batch again whose freezing was cut off")
    freeze.add_argument("--pay-on", default="", help="the day the bank is asked to pay; today without it")
    freeze.add_argument("--person", required=True)
    send = does(mine, "send", _send, "the bank has a batch's files")
    paid = does(mine, "paid", _paid, "the bank has paid a batch, or some of its lines")
    for word in (send, paid):
        word.add_argument("batch")
        word.add_argument("--person", required=True)
    paid.add_argument("--line", action="append", default=[], help="PERIOD/AFFILIATE/CURRENCY; all without it")
    for name, does_what in (
        ("failed", "the bank has refused a line: its amount returns to the balance"),
        ("returned", "a paid amount came back: it returns to the balance"),
        ("defer", "put a line off"),
    ):
        word = does(mine, name, _note, does_what)
        word.add_argument("line", help="PERIOD/AFFILIATE/CURRENCY")
        word.add_argument("--reason", required=True)
        word.add_argument("--person", required=True)
        word.set_defaults(kind="deferred" if name == "defer" else name)
    listing = does(mine, "list", _list, "where the lines of a closed month stand")
    listing.add_argument("period", help="YYYY-MM")


def _freeze(asked: argparse.Namespace, desk: "Desk") -> None:
    cashier = desk.treasury().cashier
    pay_on = asked.pay_on or accounting_day(cashier.clock(), cashier.time_zone)
    name, outcomes, key = cashier.freeze(asked.period, asked.batch, asked.person, pay_on)
    _print(outcomes)
    print(f"batch {name}: {key}" if key else f"nothing of {asked.period} can be paid")


def _send(asked: argparse.Namespace, desk: "Desk") -> None:
    _print(desk.treasury().cashier.step("sent", asked.batch, asked.person))


def _paid(asked: argparse.Namespace, desk: "Desk") -> None:
    _print(desk.treasury().cashier.step("paid", asked.batch, asked.person, asked.line))


def _note(asked: argparse.Namespace, desk: "Desk") -> None:
    _print([desk.treasury().cashier.note(asked.kind, asked.line, asked.person, asked.reason)])


def _list(asked: argparse.Namespace, desk: "Desk") -> None:
    _print(desk.treasury().cashier.lines(asked.period))


def _print(outcomes: "Iterable[Outcome]") -> None:
    told = list(outcomes)
    for one in told:
        print(f"{one.line}  {decimal(one.amount, one.currency)}  {one.stands}  {one.reason}".rstrip())
    for words, (count, currency, minor) in sorted(totals(told).items()):
        print(f"{count} {words.split()[0]}: {decimal(minor, currency)} {currency}")
