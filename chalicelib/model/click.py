"""One click: the id, where it came from, and the evidence that later verdicts are made from."""

import hmac
from base64 import urlsafe_b64encode
from dataclasses import dataclass, replace
from socket import AF_INET, AF_INET6, inet_ntop, inet_pton
from typing import Final

from chalicelib.model.clickid import ClickId

SUBS: Final = ("sub1", "sub2", "sub3", "sub4", "sub5")
SUB_BYTES: Final = 500
AGENT_CHARACTERS: Final = 256
CONSENT: Final = ("gdpr", "gdpr_consent", "gpp", "gpp_sid", "us_privacy")
"""The parameters that speak of a visitor's consent. What they mean is in model.consent."""

WITHHELD: Final = "(withheld)"
"""What stands for the agent of a visit that is kept without an identifier: there was a browser, and no more is said."""

ROBOTS: Final = ("compatible;", "://", "Headless")
"""Marks that no person's browser carries; what carries one is nobody's personal data."""


@dataclass(frozen=True, slots=True)
class Click:
    """What is kept of a visit. Personal evidence (`address`, `agent`) is cut before it gets here.

    `subs` are the affiliate's own five words; `purpose` is what a prefetching browser says of itself; '' is 'not said'.
    `visitor` tells the same visitor again within one UTC day, '' where that is not known or not wanted. `consent` is
    what was said of consent, as it was said (see model.consent).
    """

    id: ClickId
    subs: tuple[str, str, str, str, str] = ("", "", "", "", "")
    method: str = "GET"
    agent: str = ""
    purpose: str = ""
    address: str = ""
    country: str = ""
    referrer: str = ""
    visitor: str = ""
    consent: str = ""


def cut_bytes(text: str, most: int) -> str:
    """`text` cut to `most` UTF-8 bytes, never inside a character; lone surrogates become '?'."""
    raw = text.encode("utf-8", "replace")
    return raw.decode() if len(raw) <= most else raw[:most].decode("utf-8", "ignore")


def cut_address(text: str) -> str:
    """The visitor's network: the /24 of an IPv4 address, the /48 of an IPv6 one; '' for anything else."""
    family = AF_INET6 if ":" in text else AF_INET
    try:
        raw = inet_pton(family, text)
    except (OSError, ValueError):
        return ""
    if family == AF_INET:
        return f"{raw[0]}.{raw[1]}.{raw[2]}.0/24"
    return f"{inet_ntop(AF_INET6, raw[:6] + bytes(10))}/48"


def visitor_key(salt: bytes, address: str, agent: str) -> str:
    """What stands for a visitor on the day of `salt`, 16 characters; '' without a salt or an address.

    The whole address and agent go in and cannot be got out, not even by trying them all once the salt is deleted.
    """
    if not salt or not address:
        return ""
    return urlsafe_b64encode(
        hmac.digest(salt, f"{address}\0{agent}".encode("utf-8", "replace"), "sha256")[:12]
    ).decode()


def without_identifier(seen: Click) -> Click:
    """A visit without what could tell a person again: it counts, and nobody knows whose it was.

    A robot's name is no person's, so it stays: else robots would only have to ask for privacy to be counted.
    """
    return replace(seen, agent=impersonal(seen.agent), address="", referrer="", visitor="")


def impersonal(agent: str) -> str:
    """An agent as it is kept where no identifier may be: WITHHELD for a browser, a robot's own name."""
    is_browser = agent.startswith("Mozilla/5.0 (") and not any(mark in agent for mark in ROBOTS)
    return WITHHELD if is_browser or agent == WITHHELD else agent
