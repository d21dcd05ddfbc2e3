"""What a telephone system says of one call, shaped once: in our own words, or in Twilio's."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from chalicelib.model import phone
from chalicelib.model.rate_text import MOST_SECONDS
from chalicelib.model.sale import KEY_CHARACTERS, TEST_WORDS, Refusal, is_macro, is_plain, moment

FIELDS: Final = ("call_id", "number", "caller", "started", "duration", "status", "test")
"""What a message may say beside its credentials."""

GOES_ON: Final = frozenset(("queued", "initiated", "ringing", "in-progress"))
OVER: Final = frozenset(("", "completed", "answered"))
UNANSWERED: Final = frozenset(("busy", "no-answer", "failed", "canceled", "cancelled", "missed"))
DURATION: Final = re.compile(r"[0-9]{1,5}(?:\.[0-9]+)?")


@dataclass(frozen=True, slots=True)
class Call:
    """One call that is over. `number` was dialled; `caller` is '' where the number was withheld.

    `started_ms` is Unix milliseconds, None if nobody says. `seconds` are whole ones, at least one.
    """

    id: str
    number: str
    caller: str
    seconds: int
    started_ms: int | None
    test: bool


def shape(said: Mapping[str, str]) -> Call | Refusal:
    """Read a message in our own words. A call that goes on or was not answered is refused, and its id stays free."""
    id, status = said.get("call_id", ""), said.get("status", "").lower()
    if any(is_macro(value) for value in said.values()):
        return Refusal("unreadable", "unexpanded_macro")
    if not all(is_plain(value) for value in said.values()) or said.get("test", "").lower() not in TEST_WORDS:
        return Refusal("unreadable", "bad_parameter")
    if not id:
        return Refusal("unreadable", "call_id_missing")
    if len(id) > KEY_CHARACTERS:
        return Refusal("quarantined", "field_too_long")
    if status in GOES_ON:
        return Refusal("rejected", "call_goes_on")
    if status not in OVER | UNANSWERED:
        return Refusal("quarantined", "unknown_status")
    seconds = 0 if status in UNANSWERED else _seconds(said.get("duration", ""))
    if seconds is None:
        return Refusal("unreadable", "bad_duration")
    if not seconds:
        return Refusal("rejected", "unanswered")
    try:
        started_ms = moment(said.get("started", ""))
    except ValueError:
        return Refusal("unreadable", "bad_event_time")
    number, caller = phone.number(said.get("number", "")), phone.caller(said.get("caller", ""))
    return Call(id, number, caller, seconds, started_ms, TEST_WORDS[said.get("test", "").lower()])


def from_twilio(fields: Mapping[str, str]) -> dict[str, str]:
    """Twilio's fields in our own words, from a status callback or from what follows a <Dial>.

    What counts is how long the caller spoke to whom the call was passed on to, if it was: DialCallDuration. Twilio's
    Timestamp is the moment of the message, which is the call's end.
    """
    dialled = "DialCallStatus" in fields
    duration = fields.get("DialCallDuration" if dialled else "CallDuration", "")
    return {
        "call_id": fields.get("CallSid", ""),
        "number": fields.get("To", ""),
        "caller": fields.get("From", ""),
        "duration": duration,
        "status": fields.get("DialCallStatus" if dialled else "CallStatus", ""),
        "started": _before(fields.get("Timestamp", ""), _seconds(duration) or 0),
    }


def _seconds(text: str) -> int | None:
    """Whole seconds that have passed; None for what is no duration of a call."""
    whole = int(text.partition(".")[0]) if DURATION.fullmatch(text) else MOST_SECONDS + 1
    return whole if whole <= MOST_SECONDS else None


def _before(timestamp: str, seconds: int) -> str:
    """Unix seconds of the moment so long before an RFC 2822 time; what is no such time stays as it is."""
    if not timestamp:
        return ""
    from email.utils import parsedate_to_datetime  # only these messages need it

    try:
        return str(round(parsedate_to_datetime(timestamp).timestamp()) - seconds)
    except (ValueError, OverflowError):
        return timestamp
