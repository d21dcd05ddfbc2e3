"""The impression pixel: an affiliate's page showed an advertisement. It is always answered with the dot.

The evidence of an impression is a click's, under a key of its own, in one write. A known link is not read again.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from chalicelib import telemetry
from chalicelib.model import clickid
from chalicelib.model.clickid import KeyRing
from chalicelib.model.day import accounting_day
from chalicelib.model.failures import StoreError
from chalicelib.model.network import SLUG, Link
from chalicelib.web.dot import DOT
from chalicelib.web.message import Request, Response
from chalicelib.web.redirect import QUEUE_SECONDS, WRITE_SECONDS, shape

if TYPE_CHECKING:
    from chalicelib.model.click import Click
    from chalicelib.model.ports import Clicks, Directory, Queue

READS: Final = ("GET", "HEAD")


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

    def show(self, request: Request, file: str, now_ms: int) -> Response:
        """200 and the dot, whatever was asked. `file` is the slug with '.gif' behind it."""
        slug, found, rest = file.rpartition(".gif")
        if found and not rest and SLUG.fullmatch(slug) and request.method in READS:
            self._see(request, slug, now_ms)
        return DOT

    def _see(self, request: Request, slug: str, now_ms: int) -> None:
        try:
            link = self._open(slug, now_ms)
        except StoreError:
            telemetry.count("link_unread", slug=slug)
            return
        if link is not None:
            id = clickid.mint(self.ring, link.number, now_ms, self.random(10))
            self._keep(shape(request, request.loose(), id))

    def _open(self, slug: str, now_ms: int) -> Link | None:
        """The link, if its campaign runs. What is paused, ended or full is not advertised any more."""
        link = self.directory.slug(slug)
        campaign = self.directory.campaign(link.campaign) if link else None
        if link is None or campaign is None:
            telemetry.line("unknown_slug", slug=slug)
            return None
        is_full = campaign.caps and campaign.is_full(accounting_day(now_ms, self.time_zone), link.affiliate)
        if campaign.state != "active" or is_full:
            telemetry.line("campaign_closed", campaign=campaign.id, state=campaign.state, link=link.number)
            return None
        return link

    def _keep(self, seen: "Click") -> None:
        """Write the impression, else queue it, else write one complete line that can be read back."""
        row = self.visits.impression_item(seen)
        try:
            self.visits.put(row, WRITE_SECONDS)
        except StoreError as error:
            message = {"kind": "impression", "id": seen.id.text, "row": row}
            try:
                self.fallback.send(message, QUEUE_SECONDS)
            except StoreError:
                telemetry.count("spilled", message=message)
                return
            telemetry.count("impression_queued", why=error.code)
            return
        if self.access_log:
            telemetry.line("impression", link=seen.id.link)
