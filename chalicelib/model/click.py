"""One click: the id, where it came from, and the evidence that later verdicts are made from."""

from dataclasses import dataclass
from socket import AF_INET, AF_INET6, inet_ntop, inet_pton
from typing import Final

from chalicelib.model.clickid import ClickId

SUBS: Final = ("sub1", "sub2", "sub3", "sub4", "sub5")
SUB_BYTES: Final = 500
AGENT_CHARACTERS: Final = 256


@dataclass(frozen=True, slots=True)
class Click:
    """What is kept of a visit. Personal evidence (`address`, `agent`) is cut before it gets here.

    `subs` are the affiliate's own five words; `purpose` is what a prefetching browser says of itself; '' is 'not said'.
    """

    id: ClickId
    subs: tuple[str, str, str, str, str] = ("", "", "", "", "")
    method: str = "GET"
    agent: str = ""
    purpose: str = ""
    address: str = ""
    country: str = ""
    referrer: str = ""


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
