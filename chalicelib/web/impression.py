"""The impression pixel: an affiliate's page showed an advertisement. It is always answered with the dot.

The evidence of an impression is a click's, under a key of its own, in one write. A known link is not read again.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from chalicelib import telemetry
from chalicelib.model import clickid
from chalicelib.model.clickid import VIEW, KeyRing
from chalicelib.model.day import accounting_day
from chalicelib.model.failures import StoreError
from chalicelib.model.network import SLUG, Campaign, Link
from chalicelib.web.dot import DOT
from chalicelib.web.message import Request, Response
from chalicelib.web.redirect import keep, no_salt, shape

if TYPE_CHECKING:
    from chalicelib.model.ports import Clicks, Directory, Queue

READS: Final = ("GET", "HEAD")
NAME: Final = "Impression-Id"
"""The header that says the impression's id. Who shows the advertisement can read it, and send it with the sale."""

READABLE: Final = {"Access-Control-Allow-Origin": "*", "Access-Control-Expose-Headers": NAME}


@dataclass(eq=False, repr=False)
class Impression:
    """Takes impressions of short links."""

    directory: "Directory"
    visits: "Clicks"
    fallback: "Queue"
    ring: KeyRing
    time_zone: str
    access_log: bool = False
    random: Callable[[int], bytes] = os.urandom
    salt: Callable[[int], bytes] = no_salt

    def show(self, request: Request, file: str, now_ms: int) -> Response:
        """200 and the dot, whatever was asked. `file` is the slug with '.gif' behind it."""
        slug, found, rest = file.rpartition(".gif")
        if not found or rest or not SLUG.fullmatch(slug) or request.method not in READS:
            return DOT
        id = self._see(request, slug, now_ms)
        return Response(DOT.status, DOT.body, {**DOT.headers, NAME: id, **READABLE}) if id else DOT

    def _see(self, request: Request, slug: str, now_ms: int) -> str:
        """Note an impression; its id, '' if there is nothing to see."""
        try:
            found = self._open(slug, now_ms)
        except StoreError:
            telemetry.count("link_unread", slug=slug)
            return ""
        if found is None:
            return ""
        link, campaign = found
        id = clickid.mint(self.ring, link.number, now_ms, self.random(10), VIEW)
        shown = shape(request, request.loose(), id, campaign, self.salt)
        if keep("impression", shown, self.visits, self.visits.impression_item, self.fallback) and self.access_log:
            telemetry.line("impression", link=link.number)
        return id.text

    def _open(self, slug: str, now_ms: int) -> tuple[Link, Campaign] | None:
        """The link and its campaign, if it runs. What is paused, ended or full is not advertised any more."""
        link = self.directory.slug(slug)
        campaign = self.directory.campaign(link.campaign) if link else None
        if link is None or campaign is None:
            telemetry.line("unknown_slug", slug=slug)
            return None
        is_full = campaign.caps and campaign.is_full(accounting_day(now_ms, self.time_zone), link.affiliate)
        if campaign.state != "active" or is_full:
            telemetry.line("campaign_closed", campaign=campaign.id, state=campaign.state, link=link.number)
            return None
        return link, campaign
