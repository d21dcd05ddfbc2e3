"""Who may say that a sale happened: tokens, signatures, and the secrets behind them.

Every secret is derived from the network's master secret, so nothing has to be stored or fetched to check a signature.
The master secret has generations ("1:...,2:..."); the newest one signs, older ones still verify. Beside them lies what
lasts ("0:..."): the secret behind the stand-ins for people, which must be the same after every rotation.
"""

import hmac
from base64 import b64encode
from hashlib import sha256
from typing import Final

from chalicelib.model.clickid import KeyRing

LASTING: Final = 0
"""The number of what lasts, among the generations."""

CLOCK_SECONDS: Final = 300
"""A signature's timestamp may lie this far from our clock, either way."""


def generations(master: str) -> dict[int, bytes]:
    """Read the master secret: plain text is generation 1, else '1:text,2:text'. ValueError if there is none."""
    return {number: secret for number, secret in _numbered(master).items() if number != LASTING}


def lasting(master: str) -> bytes:
    """The secret behind the stand-ins for people: the same before and after a rotation, and when generations end.

    Until the first rotation writes it down it derives from the oldest generation.
    """
    known = _numbered(master)
    return known.get(LASTING) or _first_lasting(known)


def with_new_generation(master: str, secret: str) -> str:
    """The master secret with one more generation, which signs from then on; the older ones still verify.

    What lasts is written down for good, so that the oldest generation can end some day.
    """
    known = _numbered(master)
    whole = {LASTING: lasting(master), **known, max(known) + 1: secret.encode()}
    return ",".join(f"{number}:{one.decode()}" for number, one in whole.items())


def click_keys(master: str) -> KeyRing:
    """The keys that sign click ids, one for each generation of the master secret, and the one for people."""
    secrets = generations(master)
    keys = {number: _derive(secret, "click id") for number, secret in secrets.items()}
    return KeyRing(max(secrets), keys, lasting(master))


def shared_secret(master: str, advertiser: str, name: str) -> str:
    """The secret that an advertiser signs with: 64 hex characters.

    `name` is '<number>.<generation>' as the advertiser's item keeps it, so a new master secret changes no old one.
    KeyError if the generation has ended.
    """
    generation = int(name.partition(".")[2])
    return _derive(generations(master)[generation], f"postback\0{advertiser}\0{name}").hex()


def live_secrets(master: str, advertiser: str, names: tuple[str, ...]) -> list[str]:
    """The secrets of those `names` whose generation still lives."""
    living = generations(master)
    return [shared_secret(master, advertiser, name) for name in names if int(name.partition(".")[2]) in living]


def webhook_secret(secret: str) -> str:
    """The same secret in the spelling of Standard Webhooks libraries."""
    return "whsec_" + b64encode(secret.encode()).decode()


def fingerprint(token: str) -> str:
    """What is stored of a token: its SHA-256, in hex."""
    return sha256(token.encode()).hexdigest()


def token_is_known(token: str, stored: tuple[str, ...]) -> bool:
    """Whether the token's fingerprint is one of those stored, compared in constant time."""
    mine = fingerprint(token)
    return any(hmac.compare_digest(mine, theirs) for theirs in stored)


def query_signature(secret: str, ts: str, query: str) -> str:
    """Hex HMAC-SHA256 over '<ts>.<raw query before &sig=>'; the key is the secret's text."""
    return hmac.new(secret.encode(), f"{ts}.{query}".encode(), "sha256").hexdigest()


def webhook_signature(secret: str, message: str, ts: str, body: bytes) -> str:
    """Standard Webhooks: 'v1,' and the base64 HMAC-SHA256 over '<id>.<timestamp>.<body>'."""
    digest = hmac.digest(secret.encode(), f"{message}.{ts}.".encode() + body, "sha256")
    return "v1," + b64encode(digest).decode()


def is_recent(ts: str, now_ms: int) -> bool:
    """Whether `ts` (Unix seconds) lies within CLOCK_SECONDS of now."""
    if not (ts.isascii() and ts.isdigit() and len(ts) < 14):
        return False
    return abs(int(ts) * 1000 - now_ms) <= CLOCK_SECONDS * 1000


def signature_is_known(given: str, expected: list[str]) -> bool:
    """Whether one of the space-separated signatures given is one of those expected, compared in constant time."""
    return any(hmac.compare_digest(one.encode(), known.encode()) for one in given.split(" ") for known in expected)


def _derive(secret: bytes, purpose: str) -> bytes:
    return hmac.digest(secret, b"clickledger\0" + purpose.encode(), "sha256")


def _numbered(master: str) -> dict[int, bytes]:
    """What the master secret holds, by number."""
    parts = master.split(",") if ":" in master else [f"1:{master}"]
    pairs = [part.partition(":")[::2] for part in parts]
    found = {int(number): secret.encode() for number, secret in pairs if number.isdigit()}
    if len(found) != len(pairs) or not all(number < 256 and len(secret) >= 32 for number, secret in found.items()):
        raise ValueError("the master secret needs generations 1 to 255 of at least 32 characters")
    if not found.keys() - {LASTING}:
        raise ValueError("the master secret needs a generation of 1 to 255")
    return found


def _first_lasting(known: dict[int, bytes]) -> bytes:
    return _derive(known[min(known)], "people").hex().encode()
