"""The command `./clickledger replay`: what a closed month would have come to under other terms."""

import argparse
from typing import TYPE_CHECKING

from chalicelib.manage.setup import Wrong
from chalicelib.manage.words import does
from chalicelib.model.money import decimal
from chalicelib.model.together import NoRate

if TYPE_CHECKING:
    from chalicelib.manage.command import Desk
    from chalicelib.manage.words import Rooms

HEADS = ("", "", "currency", "was", "would be", "difference")


def group(rooms: "Rooms") -> None:
    """The command `replay`."""
    replay = does(rooms, "replay", _replay, "what a closed month would have come to under other terms; writes nothing")
    replay.add_argument("period", help="YYYY-MM")
    replay.add_argument("campaign")
    replay.add_argument("goal", help="a goal, or click, impression, month, second_tier")
    replay.add_argument("--affiliate", default="*", help="for one affiliate; without it for everyone")
    replay.add_argument("--commission", default="", help="instead of what was agreed, such as 'CPA 6.00 USD'")
    replay.add_argument("--revenue", default="", help="what the advertiser owes, written the same way")


def _replay(asked: argparse.Namespace, desk: "Desk") -> None:
    about = (asked.campaign, asked.goal, asked.affiliate, asked.commission, asked.revenue)
    try:
        found = list(desk.closes().replay(asked.period, *about))
    except (ValueError, NoRate) as wrong:
        raise Wrong(str(wrong)) from wrong
    rows: list[tuple[str, ...]] = [HEADS]
    for one in found:
        amounts = (decimal(minor, one.currency) for minor in (one.was, one.would, one.would - one.was))
        rows.append((one.party, one.name, one.currency, *amounts))
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEADS))]
    for row in rows:
        texts = [cell.ljust(width) for cell, width in zip(row[:3], widths, strict=False)]
        print("  ".join([*texts, *(cell.rjust(width) for cell, width in zip(row[3:], widths[3:], strict=True))]))
