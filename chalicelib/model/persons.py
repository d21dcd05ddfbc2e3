"""Keys that tell a person again without saying who it is: of an e-mail address, and of a bank account."""

import re
from hashlib import sha256
from typing import Final

_HASH: Final = re.compile(r"[0-9a-fA-F]{32,128}")
_GMAIL: Final = ("gmail.com", "googlemail.com")


def email(text: str) -> str:
    """An e-mail address as its mailbox has it: small letters, no +tag, and for Gmail no dots."""
    local, _, host = text.strip().lower().rpartition("@")
    local = local.partition("+")[0]
    if host in _GMAIL:
        local, host = local.replace(".", ""), _GMAIL[0]
    return f"{local}@{host}"


def is_email(text: str) -> bool:
    """Whether a text looks like an e-mail address or the SHA-256 of one."""
    return "@" in text or bool(_HASH.fullmatch(text) and len(text) == 64)


def person_keys(text: str) -> frozenset[str]:
    """The SHA-256 of an e-mail address, normalised and as it was written; a hash is its own key."""
    text = text.strip()
    if "@" not in text:
        return frozenset((text.lower() if _HASH.fullmatch(text) else text,))
    return frozenset(_hashed(one) for one in (email(text), text.lower()))


def account_keys(text: str) -> frozenset[str]:
    """The SHA-256 of an account without blanks and in capital letters; a hash is its own key."""
    plain = "".join(text.split()).upper()
    return frozenset((plain.lower(),) if _HASH.fullmatch(plain) else (_hashed(plain),))


def _hashed(text: str) -> str:
    return sha256(text.encode()).hexdigest()
