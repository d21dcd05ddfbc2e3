"""What a row of an uploaded file says, in the words of a postback."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Final

from chalicelib.model import personal
from chalicelib.model.sale import CHANGES, STATUSES, is_plain

COLUMNS: Final = (
    *("action", "click_id", "order_id", "goal", "amount", "currency", "status", "event_time", "tax", "shipping"),
    *(*CHANGES, "duration", "coupon", "customer_id", "reason", "campaign"),
    *personal.FIELDS,
)
"""What a file may have as columns: `action`, and parameters of a postback under their own names."""

NAMES: Final = ("order_id", "click_id", "customer_id")
"""One of these says which conversion is meant."""


@dataclass(frozen=True, slots=True)
class _Action:
    """What an action says by itself, and which of the changes' ids it may bring. `makes` is the id that is made up for
    a row without one.
    """

    status: str = ""
    dispute: str = ""
    ids: tuple[str, ...] = ()
    makes: str = ""


ACTIONS: Final = {
    "approve": _Action(status="approved"),
    "reject": _Action(status="rejected"),
    "amend": _Action(ids=("change_id",), makes="change_id"),
    "refund": _Action(ids=("refund_id", "refunded_total"), makes="refund_id"),
    "dispute_opened": _Action(dispute="opened", ids=("dispute_id",)),
    "dispute_won": _Action(dispute="won", ids=("dispute_id",)),
    "dispute_lost": _Action(dispute="lost", ids=("dispute_id",)),
    "correct": _Action(ids=("correction_id",), makes="correction_id"),
}
"""Beside these there is `new`; no action at all means new, or a change of status if the conversion is known."""


@dataclass(frozen=True, slots=True)
class Word:
    """What to say for a row; nothing if there is a `reason`. `must_exist` forbids that it makes a conversion."""

    said: dict[str, str] = field(default_factory=dict)
    must_exist: bool = False
    reason: str = ""


def word(cells: Mapping[str, str], statuses: Mapping[str, str], occurrence: Callable[[bytes], int]) -> Word:
    """The word of a row, whose cells are named by COLUMNS; '' is 'not said'.

    `statuses` are the advertiser's own status words. `occurrence` counts how often it was asked about the same content.
    """
    said = {name: text for name, text in cells.items() if text and name != "action"}
    name = cells.get("action", "").lower()
    if not all(map(is_plain, said.values())):
        return Word(reason="bad_parameter")
    if name == "":
        return Word(said)
    if name == "new":
        return Word(said) if said.keys().isdisjoint(CHANGES) else Word(reason="bad_action")
    action = ACTIONS.get(name)
    if action is None or "status" in said or not said.keys() & set(CHANGES) <= set(action.ids):
        return Word(reason="bad_action")
    if action.makes and said.keys().isdisjoint(action.ids):
        said[action.makes] = _id(name, said, occurrence)
    if action.status:
        said["status"] = _status(action.status, statuses)
    if action.dispute:
        said["dispute"] = action.dispute
    return Word(said, must_exist=True)


def _id(action: str, said: Mapping[str, str], occurrence: Callable[[bytes], int]) -> str:
    """A name for an act that has none: the same for the same row of the same or another file, so it happens once.

    A row that stands twice in a file is meant twice.
    """
    # What is personal stays out of it, for the name is kept with the facts and its hash might be guessed.
    plain = {name: value for name, value in said.items() if name not in personal.FIELDS}
    content = sha256(json.dumps([action, sorted(plain.items())]).encode()).digest()
    return f"upload-{sha256(content + str(occurrence(content)).encode()).hexdigest()[:32]}"


def _status(status: str, own: Mapping[str, str]) -> str:
    """A word that this advertiser uses for a status; its own words go before the trade's and may turn them around."""
    known = {word for word, meaning in own.items() if meaning == status}
    free = (word for word, meaning in STATUSES.items() if meaning == status and word not in own)
    return status if own.get(status, status) == status else next(iter(sorted(known)), next(free, status))
