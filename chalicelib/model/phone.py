"""Telephone numbers: how they are written, who withholds one, and what Twilio's signature covers."""

import hmac
from base64 import b64encode
from collections.abc import Iterable
from typing import Final

from chalicelib.model.network import PHONE

WITHHELD: Final = frozenset(
    # What networks and Twilio send for a caller without a number: a word, or the word typed on a telephone's keys.
    "+" + "".join("22233344455566677778889999"[ord(letter) - ord("A")] for letter in word)
    for word in ("ANONYMOUS", "RESTRICTED", "UNKNOWN", "UNAVAILABLE", "BLOCKED", "PRIVATE")
)


def number(text: str) -> str:
    """A number in the form of E.164, without blanks, dots, dashes and brackets between; '' if it is none.

    The '+' may be missing: some systems leave it out, and in a form that is not encoded it arrives as a blank.
    """
    plain = text.strip().removeprefix("tel:").translate({ord(sign): None for sign in " -.()\u00a0"})
    whole = "+" + plain.removeprefix("+").removeprefix("00")
    return whole if PHONE.fullmatch(whole) else ""


def caller(text: str) -> str:
    """The number of a caller; '' for one who withholds it."""
    found = number(text)
    return "" if found in WITHHELD else found


def token_name(advertiser: str) -> str:
    """What the seal of an advertiser's telephone token is bound to."""
    return f"phone\0{advertiser}"


def twilio_signature(token: str, url: str, fields: Iterable[tuple[str, str]]) -> str:
    """Base64 HMAC-SHA1 over the URL as it was called and the form's fields, sorted, name and value run together.

    A field that comes twice with one value counts once (https://www.twilio.com/docs/usage/security).
    """
    text = url + "".join(name + value for name, value in sorted(set(fields)))
    return b64encode(hmac.digest(token.encode(), text.encode(), "sha1")).decode()
