"""What a sender says about one sale, shaped once: an advertiser's server by postback, or a browser by pixel.

`shape` turns parameters into a Sale or a Refusal. It knows nothing of what was said before; `judge` does.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Final, Literal, cast
from unicodedata import normalize

from chalicelib.model import money
from chalicelib.model.money import BadAmount, Money
from chalicelib.model.network import Advertiser

Source = Literal["server", "browser"]
Outcome = Literal["unreadable", "rejected", "quarantined", "conflict"]
Status = Literal["", "pending", "approved", "rejected"]

KEY_CHARACTERS: Final = 128
VALUE_CHARACTERS: Final = 2048
TOUCHES: Final = 10
YEARS: Final = (2000, 2100)

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

    `customer` is a key made from the customer id, never the id itself. `touches` are
    earlier click ids, newest first. `refunded` is the cumulative refund, `refund_id` names a single one.
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

    @property
    def is_refund(self) -> bool:
        """Whether this speaks of money given back, in which case `amount` is the refund's."""
        return bool(self.refund_id) or self.refunded is not None


def shape(said: Mapping[str, str], source: Source, advertiser: Advertiser, default_currency: str) -> Sale | Refusal:
    """Read the parameters of a postback or pixel for `advertiser`.

    An amount without a currency is in `default_currency`. A browser's status, time and refunds are not believed.
    """
    said = {name: normalize("NFC", value.strip()) for name, value in said.items()}
    goals = tuple(advertiser.goals)
    word, status = said.get("status", ""), _status(said.get("status", ""), advertiser.statuses)
    goal = said.get("goal") or (goals[0] if len(goals) == 1 else "")
    server = source == "server"
    wrong = _unreadable(said) or _unclear(said, goal, goals, server and word != "" and status == "")
    if wrong is not None:
        return wrong
    try:
        code = money.currency(said.get("currency") or default_currency)
        amount, refunded = _amount(said, "amount", code), _amount(said, "refunded_total", code)
        event_ms = moment(said.get("event_time", "")) if server else None
    except BadAmount as bad:
        return Refusal("unreadable", bad.reason)
    except ValueError:
        return Refusal("unreadable", "bad_event_time")
    if server and said.get("refund_id") and amount is None and refunded is None:
        return Refusal("unreadable", "refund_amount_missing")
    return Sale(
        source=source,
        goal=goal,
        click_id=said.get("click_id", ""),
        order_id=said.get("order_id", ""),
        amount=amount,
        status=status if server else "",
        status_word=word[:KEY_CHARACTERS] if server else "",
        event_ms=event_ms,
        customer=customer_key(advertiser.id, customer_hash(said.get("customer_id", ""))),
        coupon=said.get("coupon", "").upper(),
        test=TEST_WORDS[said.get("test", "").lower()],
        refund_id=said.get("refund_id", "") if server else "",
        refunded=refunded if server else None,
        touches=tuple(one for one in said.get("clids", "").split(".") if one)[:TOUCHES],
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


def customer_hash(customer: str) -> str:
    """What may wait in a queue instead of the advertiser's customer id; '' for none."""
    return sha256(f"customer\0{customer}".encode()).hexdigest() if customer else ""


def customer_key(advertiser: str, hashed: str) -> str:
    """A stand-in for a customer of one advertiser, so that facts hold nothing personal; '' for none."""
    return sha256(f"{advertiser}\0{hashed}".encode()).hexdigest()[:32] if hashed else ""


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


def _unclear(said: Mapping[str, str], goal: str, goals: tuple[str, ...], strange_status: bool) -> Refusal | None:
    if not goal:
        return Refusal("quarantined", "goal_missing")
    if any(len(said.get(name, "")) > KEY_CHARACTERS for name in ("order_id", "coupon", "goal", "refund_id")):
        return Refusal("quarantined", "field_too_long")
    if goal not in goals:
        return Refusal("quarantined", "unknown_goal")
    return Refusal("quarantined", "unknown_status") if strange_status else None
