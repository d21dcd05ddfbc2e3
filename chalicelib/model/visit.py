"""A visit as the month close prices it: a click or an impression, whose it was, and whether it is billable."""

from typing import Literal, NamedTuple, cast

from chalicelib.model.click import Click
from chalicelib.model.network import Link

Kind = Literal["click", "impression"]


class Visit(NamedTuple):
    """One visit. `at_ms` is Unix milliseconds, `id` its click or impression id.

    `reason` says why it is not billable: 'head' (a program asked for the headers only), 'prefetch' (a browser or a
    preview fetched it ahead of any person), 'unknown_link'. Gross is billable and each reason together.
    """

    kind: Kind
    at_ms: int
    id: str
    affiliate: str
    campaign: str
    billable: bool
    reason: str


def visit(kind: str, seen: Click, link: Link | None) -> Visit:
    """What a row of the visits table means, given the link that its id names."""
    reason = _reason(seen, link)
    affiliate, campaign = (link.affiliate, link.campaign) if link else ("", "")
    return Visit(cast("Kind", kind), seen.id.ms, seen.id.text, affiliate, campaign, not reason, reason)


def _reason(seen: Click, link: Link | None) -> str:
    if link is None:
        return "unknown_link"
    if seen.method != "GET":
        return "head"
    return "prefetch" if seen.purpose else ""
