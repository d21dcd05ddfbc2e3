"""The click id: 52 URL-safe characters that say which link was followed, when, and that we made them.

    format 1 byte | key 1 | link 8 | milliseconds 6 | variant 1 | random 10 (the first byte is the shard) | MAC 12

Because it is signed and describes itself, a conversion is attributed even if the click's row never reached the table,
and a forged or mistyped id is recognised without a read. 80 random bits and a 96-bit MAC make it unguessable.
"""

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

LENGTH: Final = 52
VIEW: Final = 255
"""The variant that says: an advertisement was seen, and nothing was clicked. No click id can be made of it."""

_FORMAT: Final = 1
_SIGNED: Final = 27
_BYTES: Final = 39


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class KeyRing:
    """Signing keys by number, 1 to 255. `current` signs; every one of them verifies, as long as clicks live.

    `person` is no signing key: what stands for people is made with it (model.person), and no rotation changes it.
    """

    current: int
    keys: Mapping[int, bytes]
    person: bytes = b""


@dataclass(frozen=True, slots=True)
class ClickId:
    """A click id that was checked. `ms` is the click's time in Unix milliseconds."""

    text: str
    link: int
    ms: int
    variant: int
    shard: int


def mint(ring: KeyRing, link: int, ms: int, random: bytes, variant: int = 0) -> ClickId:
    """A new id. `random` is 10 bytes from the system's generator; `link` is the link's 60-bit number."""
    signed = (
        bytes((_FORMAT, ring.current)) + link.to_bytes(8, "big") + ms.to_bytes(6, "big") + bytes((variant,)) + random
    )
    text = urlsafe_b64encode(signed + _mac(ring.keys[ring.current], signed)).decode()
    return ClickId(text, link, ms, variant, random[0])


def read(ring: KeyRing, text: str) -> ClickId | None:
    """The id behind `text`, or None if we did not make it: wrong length, a changed byte, a key that has ended."""
    if len(text) != LENGTH or not text.isascii():
        return None
    try:
        raw = urlsafe_b64decode(text)
    except ValueError:
        return None
    # The decoder skips foreign characters and takes '+' for '-': only the spelling that mint gives is an id.
    if len(raw) != _BYTES or raw[0] != _FORMAT or urlsafe_b64encode(raw).decode() != text:
        return None
    signed, mac = raw[:_SIGNED], raw[_SIGNED:]
    key = ring.keys.get(raw[1])
    if key is None or not hmac.compare_digest(mac, _mac(key, signed)):
        return None
    return unchecked(text)


def unchecked(text: str) -> ClickId:
    """The id of a row that we wrote ourselves, without a look at its MAC; ValueError if it is no id at all."""
    raw = urlsafe_b64decode(text)
    if len(raw) != _BYTES:
        raise ValueError(f"not a click id: {text!r}")
    return ClickId(text, int.from_bytes(raw[2:10], "big"), int.from_bytes(raw[10:16], "big"), raw[16], raw[17])


def _mac(key: bytes, signed: bytes) -> bytes:
    return hmac.digest(key, signed, "sha256")[:12]
