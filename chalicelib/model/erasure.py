"""What is left of a visit when its visitor is erased: it counts as before, and nobody can say whose it was."""

import hmac
from base64 import urlsafe_b64encode
from collections.abc import Callable
from dataclasses import dataclass, replace
from socket import AF_INET6, inet_ntop
from typing import Final

from chalicelib.model.click import Click, impersonal

KINDS: Final = ("visitor", "customer", "caller")
"""Who can be erased."""


@dataclass(frozen=True, slots=True)
class Erasure:
    """That somebody was erased. `whom` is a key, never a name; `conversions` are those whose personal items went."""

    kind: str
    whom: str
    at_ms: int
    conversions: tuple[str, ...] = ()


def erased(seen: Click, secret: bytes, is_machine: Callable[[str], bool]) -> Click:
    """A visit without its person.

    Visitor and network become labels that stand for nobody: the same for all visits of one erased visitor, so that
    what was a repetition or part of a burst stays so, and every sum stays what it was. A network that `is_machine`
    knows as a datacenter's is no person's, and neither is a robot's name; both stay.
    """
    return replace(
        seen,
        subs=("", "", "", "", ""),
        agent=impersonal(seen.agent),
        address=seen.address if not seen.address or is_machine(seen.address) else _network(secret, seen.address),
        visitor=seen.visitor and urlsafe_b64encode(_label(secret, "visitor", seen.visitor)[:12]).decode(),
        referrer="",
        consent="",
    )


def _network(secret: bytes, address: str) -> str:
    """A label in the form of a network: one of those that are nobody's on the Internet (RFC 4193)."""
    return f"{inet_ntop(AF_INET6, bytes((0xFD,)) + _label(secret, 'network', address)[:5] + bytes(10))}/48"


def _label(secret: bytes, what: str, text: str) -> bytes:
    return hmac.digest(secret, f"erased {what}\0{text}".encode(), "sha256")
