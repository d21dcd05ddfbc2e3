"""What a sender says about one sale, shaped once: an advertiser's server by postback, or a browser by pixel.

`shape` turns parameters into a Sale or a Refusal. It knows nothing of what was said before; `judge` does.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Final, Literal
from unicodedata import normalize

from chalicelib.model import money
from chalicelib.model.money import BadAmount, Money

Source = Literal["server", "browser", "hand"]
Outcome = Literal["unreadable", "untrusted", "rejected", "quarantined", "conflict"]

KEY_CHARACTERS: Final = 128
VALUE_CHARACTERS: Final = 2048
TOUCHES: Final = 10
HIDDEN: Final = "hidden:"

_WORDS: Final = {
    "pending": "pending lead hold new wait waiting 2",
    "approved": "approved approve sale confirmed paid 1",
    "rejected": "rejected reject declined cancel cancelled canceled trash spam duplicate return 3",
}
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

    `currency` is said or the default; `customer` is a key made from the customer id, never the id itself. `touches` are
    earlier click ids, newest first. `refunded` is the cumulative refund, `refund_id` names a single one.
    """

    source: Source
    goal: str
    click_id: str = ""
    order_id: str = ""
    amount: Money | None = None
    currency: str = ""
    status: str = ""
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


def shape(
    said: Mapping[str, str], source: Source, goals: tuple[str, ...], default_currency: str, statuses: Mapping[str, str]
) -> Sale | Refusal:
    """Read the parameters of a postback or pixel.

    `goals` are the advertiser's, `statuses` its own words. A browser's status, time and refunds are not believed.
    """
    said = {name: normalize("NFC", value.strip()) for name, value in said.items()}
    if any(is_macro(value) for value in said.values()):
        return Refusal("unreadable", "unexpanded_macro")
    try:
        code = money.currency(said.get("currency") or default_currency)
        amount, refunded = _amount(said, "amount", code), _amount(said, "refunded_total", code)
        event_ms = moment(said.get("event_time", ""))
    except BadAmount as bad:
        return Refusal("unreadable", bad.reason)
    except ValueError:
        return Refusal("unreadable", "bad_event_time")
    goal = said.get("goal") or (goals[0] if len(goals) == 1 else "")
    word = said.get("status", "")
    status = statuses.get(word.lower()) or STATUSES.get(word.lower(), "")
    server = source != "browser"
    wrong = _unclear(said, goal, goals, server and word != "" and status == "")
    if wrong is None and server and said.get("refund_id") and amount is None and refunded is None:
        wrong = Refusal("unreadable", "refund_amount_missing")
    return wrong or Sale(
        source=source,
        goal=goal,
        click_id=said.get("click_id", ""),
        order_id=said.get("order_id", ""),
        amount=amount,
        currency=code if said.get("currency") else "",
        status=status if server else "",
        status_word=word[:KEY_CHARACTERS] if server else "",
        event_ms=event_ms if server else None,
        customer=customer_key(said.get("customer_id", "")),
        coupon=said.get("coupon", "").upper(),
        test=said.get("test", "").lower() in ("1", "true", "yes"),
        refund_id=said.get("refund_id", "") if server else "",
        refunded=refunded if server else None,
        touches=tuple(one for one in said.get("clids", "").split(".") if one)[:TOUCHES],
    )


def is_macro(value: str) -> bool:
    """Whether the sender forgot to fill in its own placeholder: {aff_sub}, [sub], %%x%%, #reqid#, REPLACE..."""
    if len(value) < 3:
        return False
    if (value[0], value[-1]) in (("{", "}"), ("[", "]"), ("<", ">"), ("#", "#")):
        return True
    return value.startswith(("${", "%%", "{{")) or value == "REPLACE" or value.startswith("REPLACE_")


def customer_key(customer: str) -> str:
    """A short stand-in for the advertiser's customer id, so that facts hold nothing personal.

    An id that is hidden already ('hidden:' and a key) keeps its key: claims wait in the fallback queue that way.
    """
    if not customer or customer.startswith(HIDDEN):
        return customer.removeprefix(HIDDEN)[:32]
    return sha256(f"customer\0{customer}".encode()).hexdigest()[:32]


def moment(text: str) -> int | None:
    """Unix milliseconds from ISO 8601 with a zone or from Unix seconds; None for ''; ValueError otherwise."""
    if not text:
        return None
    whole, point, rest = text.partition(".")
    if text.isascii() and whole.isdigit() and len(whole) <= 11 and (rest.isdigit() or not point):
        return int(whole) * 1000 + int(rest[:3].ljust(3, "0"))
    # A '+' that was not percent-encoded in a query arrives as a space; nothing else can stand there.
    at = datetime.fromisoformat(text if "T" not in text else text.replace(" ", "+"))
    if at.tzinfo is None:
        raise ValueError(f"no time zone: {text!r}")
    return round(at.timestamp() * 1000)


def _amount(said: Mapping[str, str], name: str, code: str) -> Money | None:
    text = said.get(name, "")
    return money.parse(text, code) if text else None


def _unclear(said: Mapping[str, str], goal: str, goals: tuple[str, ...], strange_status: bool) -> Refusal | None:
    if not goal:
        return Refusal("quarantined", "goal_missing")
    if any(len(said.get(name, "")) > KEY_CHARACTERS for name in ("order_id", "coupon", "goal", "refund_id")):
        return Refusal("quarantined", "field_too_long")
    if goal not in goals:
        return Refusal("quarantined", "unknown_goal")
    return Refusal("quarantined", "unknown_status") if strange_status else None
