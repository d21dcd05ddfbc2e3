"""A visit as the month close prices it: a click or an impression, whose it was, and whether it is billable."""

from hashlib import blake2b
from typing import Literal, NamedTuple, cast

from chalicelib.model.click import WITHHELD, Click
from chalicelib.model.network import Link
from chalicelib.model.traffic import LOOKALIKE, verdict

Kind = Literal["click", "impression"]


class Visit(NamedTuple):
    """One visit. `at_ms` is Unix milliseconds, `id` its click or impression id.

    `reason` is a word of traffic.REASONS and says why it is not billable. Gross is billable and each reason together.
    `rules` names the rules by which that was decided for good, '' as long as other visits can change it. What is behind
    them is for that alone and is never kept: the link's number, and whose visit it was as far as anybody knows.
    """

    kind: Kind
    at_ms: int
    id: str
    affiliate: str
    campaign: str
    billable: bool
    reason: str
    rules: str = ""
    link: int = 0
    network: str = ""
    visitor: str = ""


def visit(kind: str, seen: Click, link: Link | None) -> Visit:
    """What a row of the visits table means by itself, given the link that its id names."""
    reason = verdict(seen.method, seen.agent, seen.purpose) if link else "unknown_link"
    affiliate, campaign = (link.affiliate, link.campaign) if link else ("", "")
    return Visit(
        cast("Kind", kind),
        seen.id.ms,
        seen.id.text,
        affiliate,
        campaign,
        not reason,
        reason,
        link=seen.id.link,
        network=seen.address,
        visitor=seen.visitor or _lookalike(seen),
    )


def _lookalike(seen: Click) -> str:
    """What stands for a visitor whose key is not known; '' where somebody wished not to be told again."""
    if not seen.address or seen.agent == WITHHELD:
        return ""
    about = f"{seen.address}\0{seen.agent}".encode("utf-8", "replace")
    return LOOKALIKE + blake2b(about, digest_size=12).hexdigest()
