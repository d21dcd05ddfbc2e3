"""What a sender says about one sale, shaped once: an advertiser's server by postback, or a browser by pixel.

`shape` turns parameters into a Sale or a Refusal. It knows nothing of what was said before; `judge` does.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, Literal, cast
from unicodedata import normalize

from chalicelib.model import money
from chalicelib.model.money import BadAmount, Money
from chalicelib.model.network import Advertiser
from chalicelib.model.personal import of_advertiser

Source = Literal["server", "browser", "call", "hand"]
"""Whose word it is: an advertiser's server, a browser, a telephone system, or a person of the network."""

Outcome = Literal["unreadable", "rejected", "quarantined", "conflict"]
Status = Literal["", "pending", "approved", "rejected"]
Phase = Literal["", "opened", "won", "lost"]

KEY_CHARACTERS: Final = 128
VALUE_CHARACTERS: Final = 2048
TOUCHES: Final = 10
YEARS: Final = (2000, 2100)
REBILL: Final = "rebill"
"""The trade's word for a customer's next payment: a sale of its own, and no review of an earlier one."""

CHANGES: Final = ("refund_id", "refunded_total", "change_id", "dispute_id", "correction_id")
"""Parameters that speak of a conversion which is already known. A request speaks of one such thing."""

KEYS: Final = ("order_id", "coupon", "goal", "call_id", "refund_id", "change_id", "dispute_id", "correction_id")
PHASES: Final = ("", "opened", "won", "lost")
SERVERS_OWN: Final = frozenset(
    (*CHANGES, "status", "event_time", "tax", "shipping", "duration", "call_id", "dispute", "reason")
)
"""What only an advertiser's server is believed."""

MOST_SECONDS: Final = 86_400

REJECTIONS: Final = (
    "by_advertiser",
    "by_network",
    "cancelled",
    "returned",
    "duplicate_order",
    "fraud",
    "against_terms",
)
"""Why people reject a sale."""

_WORDS: Final = {
    "pending": "pending lead hold new wait waiting 2",
    "approved": "approved approve sale confirmed paid 1",
    "rejected": "rejected reject declined trash spam duplicate return 3",
}
TEST_WORDS: Final = dict.fromkeys(("1", "true", "yes", "y", "on", "t"), True) | dict.fromkeys(
    ("", "0", "false", "no", "n", "off", "f"), False
)
STATUSES: Final[dict[str, str]] = {word: status for status, words in _WORDS.items() for word in words.split()}


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why something is not accepted: how it is answered, and a reason of model.reasons.

    `conversion` and `state` say where the sale stands that it speaks of, '' where there is none.
    """

    outcome: Outcome
    reason: str
    conversion: str = ""
    state: str = ""


@dataclass(frozen=True, slots=True)
class Sale:
    """One sender's account of one sale. '' means 'not said', and so does an `amount` or a time of None.

    `customer` is a key made from the customer id, never the id itself. `touches` are earlier click ids, newest first;
    `impression_id` is an advertisement that was seen. `tax` and `shipping` are the parts of `amount` that a net share
    leaves out. `seconds` is a call's length, `caller` a key made from its number ('' where it is withheld), `call_id`
    the telephone system's own id.

    `refunded` is the cumulative refund, `refund_id` names a single one; `change_id` names a new amount, `dispute_id` a
    dispute, `correction_id` new seconds, tax or shipping. `reason` is why a sale is rejected, a word of ours or ''.
    """

    source: Source
    goal: str
    click_id: str = ""
    order_id: str = ""
    amount: Money | None = None
    status: Status = ""
    status_word: str = ""
    event_ms: int | None = None
    customer: str = ""
    coupon: str = ""
    test: bool = False
    refund_id: str = ""
    refunded: Money | None = None
    touches: tuple[str, ...] = ()
    tax: Money | None = None
    shipping: Money | None = None
    seconds: int | None = None
    caller: str = ""
    call_id: str = ""
    change_id: str = ""
    dispute_id: str = ""
    dispute: Phase = ""
    correction_id: str = ""
    reason: str = ""
    impression_id: str = ""

    @property
    def is_refund(self) -> bool:
        """Whether this speaks of money given back, in which case `amount` is the refund's."""
        return bool(self.refund_id) or self.refunded is not None

    @property
    def is_change(self) -> bool:
        """Whether this speaks of something that happened to a known sale, and not of the sale itself."""
        return self.is_refund or bool(self.change_id or self.dispute_id or self.correction_id)

    @property
    def deductions(self) -> int:
        """Tax and shipping together, in minor units of the amount's currency."""
        return sum(part.minor for part in (self.tax, self.shipping) if part)


def shape(said: Mapping[str, str], source: Source, advertiser: Advertiser, default_currency: str) -> Sale | Refusal:
    """Read the parameters of a postback or pixel for `advertiser`.

    An amount without a currency is in `default_currency`. `customer_id` is a stand-in by now (model.personal): no
    customer's own id gets here. Of a browser only the sale itself is believed: not its status
    and time, and nothing that came later.
    """
    said = {name: normalize("NFC", value.strip()) for name, value in said.items()}
    if source == "browser":
        said = {name: value for name, value in said.items() if name not in SERVERS_OWN}
    goals = tuple(advertiser.goals)
    word, status = said.get("status", ""), _status(said.get("status", ""), advertiser.statuses)
    goal = said.get("goal") or (goals[0] if len(goals) == 1 else "")
    strange = word != "" and status == "" and word.lower() != REBILL
    wrong = _unreadable(said) or _incomplete(said) or _unclear(said, goal, goals, strange)
    if wrong is not None:
        return wrong
    try:
        code = money.currency(said.get("currency") or default_currency)
        amounts = {name: _amount(said, name, code) for name in ("amount", "refunded_total", "tax", "shipping")}
        event_ms = moment(said.get("event_time", ""))
    except BadAmount as bad:
        return Refusal("unreadable", bad.reason)
    except ValueError:
        return Refusal("unreadable", "bad_event_time")
    return Sale(
        source=source,
        goal=goal,
        click_id=said.get("click_id", ""),
        order_id=said.get("order_id", ""),
        amount=amounts["amount"],
        status=status,
        status_word=word[:KEY_CHARACTERS],
        event_ms=event_ms,
        customer=of_advertiser(advertiser.id, said.get("customer_id", "")),
        coupon=said.get("coupon", "").upper(),
        test=TEST_WORDS[said.get("test", "").lower()],
        refund_id=said.get("refund_id", ""),
        refunded=amounts["refunded_total"],
        touches=tuple(one for one in said.get("clids", "").split(".") if one)[:TOUCHES],
        tax=amounts["tax"],
        shipping=amounts["shipping"],
        seconds=int(said["duration"]) if said.get("duration") else None,
        call_id=said.get("call_id", ""),
        change_id=said.get("change_id", ""),
        dispute_id=said.get("dispute_id", ""),
        dispute=cast("Phase", said.get("dispute", "").lower()),
        correction_id=said.get("correction_id", ""),
        reason=said.get("reason", "") if said.get("reason", "") in REJECTIONS else "",
        impression_id=said.get("impression_id", ""),
    )


def is_plain(value: str) -> bool:
    """Whether a value can be kept and shown: printable once it is trimmed, and not too long."""
    return len(value) <= VALUE_CHARACTERS and value.strip().isprintable()


def is_macro(value: str) -> bool:
    """Whether the sender forgot to fill in its own placeholder: {aff_sub}, [sub], %%x%%, #reqid#, REPLACE..."""
    if len(value) < 3:
        return False
    if (value[0], value[-1]) in (("{", "}"), ("[", "]"), ("<", ">"), ("#", "#")):
        return True
    return value.startswith(("${", "%%", "{{")) or value == "REPLACE" or value.startswith("REPLACE_")


def moment(text: str) -> int | None:
    """Unix milliseconds from ISO 8601 with a zone or from Unix seconds; None for ''; ValueError otherwise."""
    if not text:
        return None
    whole, point, rest = text.partition(".")
    if text.isascii() and whole.isdigit() and len(whole) <= 11 and (rest.isdigit() or not point):
        return _believable(datetime.fromtimestamp(int(whole), UTC)) + int(rest[:3].ljust(3, "0"))
    # A '+' that was not percent-encoded in a query arrives as a space; nothing else can stand there.
    at = datetime.fromisoformat(text if "T" not in text else text.replace(" ", "+"))
    if at.tzinfo is None:
        raise ValueError(f"no time zone: {text!r}")
    return _believable(at)


def _believable(at: datetime) -> int:
    """Unix milliseconds; ValueError for a year in which nobody sells by this program."""
    if not YEARS[0] <= at.year < YEARS[1]:
        raise ValueError(f"not a likely time: {at}")
    return round(at.timestamp() * 1000)


def _amount(said: Mapping[str, str], name: str, code: str) -> Money | None:
    text = said.get(name, "")
    return money.parse(text, code) if text else None


def _status(word: str, own: Mapping[str, str]) -> Status:
    """Our status for a word: the advertiser's own mapping first, then the trade's; '' for a word that nobody knows."""
    small = word.lower()
    known = own.get(small) or STATUSES.get(small) or ("rejected" if small.startswith("cancel") else "")
    return cast("Status", known)


def _unreadable(said: Mapping[str, str]) -> Refusal | None:
    if any(is_macro(value) for value in said.values()):
        return Refusal("unreadable", "unexpanded_macro")
    if said.get("test", "").lower() not in TEST_WORDS or not all(is_plain(value) for value in said.values()):
        return Refusal("unreadable", "bad_parameter")
    return None


def _incomplete(said: Mapping[str, str]) -> Refusal | None:
    """A change that does not say all it needs, or a request that speaks of two."""
    named = [name for name in CHANGES if said.get(name)]
    phase, duration = said.get("dispute", "").lower(), said.get("duration", "")
    wrong = {
        "two_changes": len(named) > 1 and named != ["refund_id", "refunded_total"],
        "refund_amount_missing": named == ["refund_id"] and not said.get("amount"),
        "change_amount_missing": named == ["change_id"] and not said.get("amount"),
        "bad_dispute": phase not in PHASES or bool(phase) != bool(said.get("dispute_id")),
        "bad_duration": duration != "" and not _is_duration(duration),
        "bad_correction": named == ["correction_id"] and not any(map(said.get, ("tax", "shipping", "duration"))),
    }
    found = next((reason for reason, is_so in wrong.items() if is_so), None)
    return Refusal("unreadable", found) if found else None


def _is_duration(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 6 and int(text) <= MOST_SECONDS


def _unclear(said: Mapping[str, str], goal: str, goals: tuple[str, ...], strange_status: bool) -> Refusal | None:
    if not goal:
        return Refusal("quarantined", "goal_missing")
    if any(len(said.get(name, "")) > KEY_CHARACTERS for name in KEYS):
        return Refusal("quarantined", "field_too_long")
    if goal not in goals:
        return Refusal("quarantined", "unknown_goal")
    return Refusal("quarantined", "unknown_status") if strange_status else None
