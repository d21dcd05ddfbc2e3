"""The command group `conversion`: a person reviews, changes, books and looks at conversions.

./clickledger conversion show 3f2a...
./clickledger conversion refund --order shop sale A-1001 --amount 20.00 --key r1 --by anna
"""

import argparse
from typing import TYPE_CHECKING

from chalicelib.manage.conversions import ByHand, signed
from chalicelib.manage.setup import Wrong
from chalicelib.manage.words import does
from chalicelib.model.act import Act, Amend, Approve, Correct, Dispute, Hold, Refund, Refuse, Reinstate, Reject, Release
from chalicelib.model.answer import Replay
from chalicelib.model.day import iso
from chalicelib.model.fact import Fact
from chalicelib.model.money import Money, decimal
from chalicelib.model.reasons import HELD
from chalicelib.model.sale import MOST_SECONDS, REJECTIONS

if TYPE_CHECKING:
    from chalicelib.manage.command import Desk
    from chalicelib.manage.words import Rooms


def commands(rooms: "Rooms") -> None:
    """The command group `conversion`."""
    help = "one conversion: show, review, change, book by hand"
    group = rooms.add_parser("conversion", help=help).add_subparsers(required=True)
    _which(does(group, "show", _show, "all that happened to it"))
    _act(does(group, "approve", _approve, "the review is over, and good"))
    reject = _act(does(group, "reject", _reject, "it earns nothing"))
    reject.add_argument("--reason", required=True, choices=REJECTIONS)
    reinstate = _act(does(group, "reinstate", _reinstate, "take a rejection back"), note=False)
    reinstate.add_argument("--reason", required=True, help="why, in your own words")
    _held(group)
    amend = _named(_act(does(group, "amend", _amend, "another amount, while it is pending")))
    _parts(amend, amount=True)
    refund = _named(_act(does(group, "refund", _refund, "money given back")))
    refund.add_argument("--amount", required=True)
    dispute = _named(_act(does(group, "dispute", _dispute, "the customer's bank asks the money back, or decides")))
    dispute.add_argument("--phase", required=True, choices=["opened", "won", "lost"])
    dispute.add_argument("--amount", default="", help="without it all that is left of the sale")
    correct = _named(_act(does(group, "correct", _correct, "what should have been said: seconds, tax, shipping")))
    correct.add_argument("--seconds", type=int)
    _parts(correct, amount=False)
    _by_hand(does(group, "add", _add, "book a conversion that nobody has reported"))


def _held(group: "Rooms") -> None:
    """What is held until a person has looked. Whoever looked is named by --person, or --by as in the other acts."""
    looks = {
        "hold": (_hold, "nothing of it is paid until a person has looked"),
        "release": (_release, "a person has looked, and it is good"),
        "refuse": (_refuse, "a person has looked, and it earns nothing"),
    }
    for name, (run, help) in looks.items():
        words = _which(does(group, name, run, help))
        words.add_argument("--reason", required=True, choices=sorted(HELD), help="the rule that holds it")
        words.add_argument("--person", "--by", dest="by", required=True, help="who does it")
        words.add_argument("--note", default="", help="why, in your own words")
        version = "of the rules, if not the one that held last" if name != "hold" else "a name for what was seen"
        words.add_argument("--version", default="" if name != "hold" else "by-hand", help=version)


def _which(words: argparse.ArgumentParser) -> argparse.ArgumentParser:
    words.add_argument("id", nargs="?", default="", help="the conversion's id")
    words.add_argument("--order", nargs=3, metavar=("ADVERTISER", "GOAL", "ORDER"), help="instead of the id")
    words.add_argument("--call", nargs=2, metavar=("ADVERTISER", "CALL"), help="instead of the id")
    words.add_argument("--shop", default="", help="the order scope, if the campaign has one of its own")
    return words


def _act(words: argparse.ArgumentParser, note: bool = True) -> argparse.ArgumentParser:
    words.add_argument("--by", required=True, help="who does it")
    if note:
        words.add_argument("--note", default="", help="why, in your own words")
    return _which(words)


def _named(words: argparse.ArgumentParser) -> argparse.ArgumentParser:
    words.add_argument("--key", required=True, help="a name for this act: under one name it happens once")
    return words


def _parts(words: argparse.ArgumentParser, amount: bool) -> None:
    if amount:
        words.add_argument("--amount", required=True)
    words.add_argument("--tax", default="")
    words.add_argument("--shipping", default="")


def _by_hand(words: argparse.ArgumentParser) -> None:
    for name in ("affiliate", "campaign", "goal"):
        words.add_argument(f"--{name}", required=True)
    words.add_argument("--at", required=True, help="when it happened: ISO 8601 with a zone, or Unix seconds")
    words.add_argument("--order", default="", help="the order id; for a goal once per click any name for it")
    for name in ("customer", "amount", "currency", "tax", "shipping"):
        words.add_argument(f"--{name}", default="")
    words.add_argument("--status", default="", choices=["", "pending", "approved"], help="without it the goal's review")
    words.add_argument("--reason", required=True, help="why it is booked by hand")
    words.add_argument("--by", required=True, help="who books it")


def _id(asked: argparse.Namespace, desk: "Desk") -> str:
    if asked.order:
        advertiser, goal, order = asked.order
        return desk.conversions.of_order(advertiser, goal, order, asked.shop)
    if asked.call:
        return desk.conversions.of_call(*asked.call)
    if not asked.id:
        raise Wrong("which conversion? Give its id, or --order ADVERTISER GOAL ORDER")
    return str(asked.id)


def _approve(asked: argparse.Namespace, desk: "Desk") -> None:
    _do(asked, desk, Approve(signed(asked.by, asked.note)))


def _reject(asked: argparse.Namespace, desk: "Desk") -> None:
    _do(asked, desk, Reject(asked.reason, signed(asked.by, asked.note)))


def _reinstate(asked: argparse.Namespace, desk: "Desk") -> None:
    if not asked.reason.strip():
        raise Wrong("taking a rejection back needs a reason")
    _do(asked, desk, Reinstate(signed(asked.by, asked.reason)))


def _hold(asked: argparse.Namespace, desk: "Desk") -> None:
    if not asked.version.split() or len(asked.version.split()) > 1:
        raise Wrong("--version is a name without blanks")
    _do(asked, desk, Hold(asked.reason, asked.version, signed(asked.by, asked.note)))


def _release(asked: argparse.Namespace, desk: "Desk") -> None:
    _do(asked, desk, Release(asked.reason, asked.version, signed(asked.by, asked.note)))


def _refuse(asked: argparse.Namespace, desk: "Desk") -> None:
    _do(asked, desk, Refuse(asked.reason, asked.version, signed(asked.by, asked.note)))


def _amend(asked: argparse.Namespace, desk: "Desk") -> None:
    amount, tax, shipping = (
        _amount(asked, desk, "amount"),
        _amount(asked, desk, "tax"),
        _amount(asked, desk, "shipping"),
    )
    if amount is None:
        raise Wrong("which amount?")
    _do(asked, desk, Amend(asked.key, amount, tax, shipping, signed(asked.by, asked.note)))


def _refund(asked: argparse.Namespace, desk: "Desk") -> None:
    amount = _amount(asked, desk, "amount")
    if amount is None:
        raise Wrong("which amount?")
    _do(asked, desk, Refund(asked.key, amount, word=signed(asked.by, asked.note)))


def _dispute(asked: argparse.Namespace, desk: "Desk") -> None:
    amount = _amount(asked, desk, "amount")
    _do(asked, desk, Dispute(asked.key, asked.phase, amount, signed(asked.by, asked.note)))


def _correct(asked: argparse.Namespace, desk: "Desk") -> None:
    tax, shipping = _amount(asked, desk, "tax"), _amount(asked, desk, "shipping")
    if asked.seconds is None and tax is None and shipping is None:
        raise Wrong("what should have been said? --seconds, --tax or --shipping")
    if asked.seconds is not None and not 0 <= asked.seconds <= MOST_SECONDS:
        raise Wrong(f"a call has 0 to {MOST_SECONDS} seconds")
    _do(asked, desk, Correct(asked.key, asked.seconds, tax, shipping, signed(asked.by, asked.note)))


def _add(asked: argparse.Namespace, desk: "Desk") -> None:
    names = ("affiliate", "campaign", "goal", "at", "order", "customer", "amount", "currency", "tax", "shipping")
    said = ByHand(**{name: getattr(asked, name) for name in names}, status=asked.status)
    _tell(desk.conversions.add(said, signed(asked.by, asked.reason)))


def _show(asked: argparse.Namespace, desk: "Desk") -> None:
    facts = desk.conversions.facts(_id(asked, desk))
    last = facts[-1]
    print(f"{last.conversion}: {last.goal} of {last.campaign} by {last.affiliate}, order {last.order_id or '-'}")
    print(f"amount {last.amount or '-'}, refunded {_of_sale(last, last.after.refunded)}, ", end="")
    print(f"disputed {_of_sale(last, last.after.disputed)}, rates {last.fx or 'none needed'}")
    rows: list[tuple[str, ...]] = [("n", "time", "fact", "state", "reason", "commission", "revenue", "due", "word")]
    rows += [_row(fact) for fact in facts]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for row in rows:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


def _row(fact: Fact) -> tuple[str, ...]:
    after = fact.after
    money = [
        Money(after.commission, after.currency),
        Money(after.revenue, after.currency),
        Money(after.due, fact.due_in),
    ]
    return (str(fact.n), iso(fact.at_ms), fact.kind, after.state, after.reason, *map(str, money), fact.status_word)


def _of_sale(fact: Fact, minor: int) -> str:
    return decimal(minor, fact.amount.currency) if fact.amount else "-"


def _amount(asked: argparse.Namespace, desk: "Desk", name: str) -> Money | None:
    text = getattr(asked, name)
    return desk.conversions.amount(_id(asked, desk), text) if text else None


def _do(asked: argparse.Namespace, desk: "Desk", act: Act) -> None:
    if not getattr(asked, "key", "x").strip():
        raise Wrong("--key is a name, not nothing")
    _tell(desk.conversions.do(_id(asked, desk), act))


def _tell(answer: Fact | Replay) -> None:
    fact, done = (answer.last, "already") if isinstance(answer, Replay) else (answer, answer.kind)
    after = fact.after
    stands = f"{after.state} ({after.reason})" if after.reason else after.state
    stands += f", held by {after.held.replace(' ', ', ')}" if after.held else ""
    earns = f"commission {Money(after.commission, after.currency)}, revenue {Money(after.revenue, after.currency)}"
    print(f"{done}: {fact.conversion} is {stands}, {earns}")
