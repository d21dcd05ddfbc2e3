"""Stand-ins for people, and what a conversion keeps of its customer beside the facts.

A stand-in is an HMAC under the network's lasting secret (model.trust.lasting): the same person gives the same one, also
after a rotation, and without the secret nobody can try out whose it is. What a sender says is turned into stand-ins at
the door, before it is judged, queued, logged or kept.
"""

import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Final
from unicodedata import normalize

from chalicelib.model.click import CONSENT, cut_address

FIELDS: Final = ("email", "email_sha256", "ip", *CONSENT)
"""What a postback or an uploaded row may say of a customer, beside the customer's id."""

KEY_CHARACTERS: Final = 32
_EMAIL: Final = re.compile(r"[^@\s]{1,64}@[^@\s]{1,255}")
_SHA256: Final = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Personal:
    """What lies beside a conversion: an e-mail's stand-in, the customer's network, and what was said of consent.

    '' is 'not said' or not allowed.
    """

    email: str = ""
    address: str = ""
    consent: str = ""

    def __bool__(self) -> bool:
        return bool(self.email or self.address or self.consent)


NOTHING: Final = Personal()


def apart(said: Mapping[str, str], secret: bytes) -> tuple[Personal, dict[str, str]]:
    """What is said of the customer, and the rest, in which a customer's id has become its stand-in."""
    rest = {name: value for name, value in said.items() if name not in FIELDS}
    if said.get("customer_id"):
        rest["customer_id"] = masked(secret, said["customer_id"])
    if len(rest) == len(said):
        return NOTHING, rest
    email = email_key(secret, said.get("email", ""), said.get("email_sha256", ""))
    return Personal(email, cut_address(said.get("ip", "").strip()), _consent(said)), rest


def masked(secret: bytes, customer: str) -> str:
    """What may be judged and wait in a queue instead of an advertiser's customer id, 64 characters; '' for none."""
    plain = normalize("NFC", customer.strip())
    return _hmac(secret, f"customer\0{plain}") if plain else ""


def customer_key(secret: bytes, advertiser: str, customer: str) -> str:
    """What facts hold instead of an advertiser's customer id; '' for none."""
    return of_advertiser(advertiser, masked(secret, customer))


def of_advertiser(advertiser: str, stand_in: str) -> str:
    """A customer's key with one advertiser, from its stand-in: two advertisers' keys have nothing in common."""
    return sha256(f"{advertiser}\0{stand_in}".encode()).hexdigest()[:KEY_CHARACTERS] if stand_in else ""


def caller_key(secret: bytes, advertiser: str, number: str) -> str:
    """What facts hold instead of a caller's number (in the form of E.164); '' for one who withholds it."""
    return _hmac(secret, f"caller\0{advertiser}\0{number}")[:KEY_CHARACTERS] if number else ""


def email_key(secret: bytes, email: str, hashed: str = "") -> str:
    """What stands for an e-mail address with every advertiser; '' for none.

    `hashed` is the SHA-256 of the address, trimmed and in small letters, in hex: what is usual in the trade.
    """
    plain = normalize("NFC", email.strip()).lower()
    known = sha256(plain.encode()).hexdigest() if _EMAIL.fullmatch(plain) else hashed.strip().lower()
    return _hmac(secret, f"email\0{known}")[:KEY_CHARACTERS] if _SHA256.fullmatch(known) else ""


def erasure_key(secret: bytes, kind: str, name: str) -> str:
    """What the list of erasures holds instead of whom it is about."""
    return _hmac(secret, f"erased\0{kind}\0{name}")[:KEY_CHARACTERS]


def _consent(said: Mapping[str, str]) -> str:
    if not any(name in said for name in CONSENT):
        return ""
    from chalicelib.model import consent  # few ever say anything of it

    return consent.text(said)


def _hmac(secret: bytes, text: str) -> str:
    return hmac.digest(secret, text.encode("utf-8", "replace"), "sha256").hex()
