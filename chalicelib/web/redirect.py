"""The redirect: a visitor follows a short link, the click is written down, and the visitor arrives.

The visitor is never stranded: a slow or failing table costs a bounded moment, and the click goes to the fallback queue.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from chalicelib import telemetry
from chalicelib.model import clickid, destination
from chalicelib.model.click import AGENT_CHARACTERS, SUB_BYTES, SUBS, Click, cut_address, cut_bytes
from chalicelib.model.clickid import ClickId, KeyRing
from chalicelib.model.day import accounting_day
from chalicelib.model.destination import Template
from chalicelib.model.failures import StoreError
from chalicelib.model.network import SLUG, Campaign, Link
from chalicelib.web import pages
from chalicelib.web.message import NO_STORE, Request, Response

if TYPE_CHECKING:
    from chalicelib.model.ports import Clicks, Directory, Queue

WRITE_SECONDS: Final = 0.2
QUEUE_SECONDS: Final = 0.15
PURPOSES: Final = ("sec-purpose", "purpose", "x-moz", "x-purpose")
REFERRER_CHARACTERS: Final = 128

HEADERS: Final = {
    "Cache-Control": NO_STORE,
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "X-Robots-Tag": "noindex",
}


@dataclass(eq=False, repr=False)
class Redirect:
    """Follows short links. `clid` names the parameter that brings the click id to a destination."""

    directory: "Directory"
    clicks: "Clicks"
    fallback: "Queue"
    ring: KeyRing
    time_zone: str
    clid: str = "clid"
    access_log: bool = False
    random: Callable[[int], bytes] = os.urandom

    def follow(self, request: Request, slug: str, now_ms: int) -> Response:
        """302 to the destination; 404, 410, or 503 if the link was never seen and cannot be read."""
        if not SLUG.fullmatch(slug):
            return pages.not_found()
        try:
            link = self.directory.slug(slug)
            campaign = self.directory.campaign(link.campaign) if link else None
        except StoreError:
            telemetry.count("link_unread", slug=slug)
            return pages.busy()
        if link is None or campaign is None:
            telemetry.line("unknown_slug", slug=slug[:64])
            return pages.not_found()
        # The day is asked for only where there is a cap: a first time zone takes milliseconds.
        is_full = campaign.caps and campaign.is_full(accounting_day(now_ms, self.time_zone), link.affiliate)
        if campaign.state != "active" or is_full:
            return self._closed(link, campaign)
        asked = request.loose()
        id = clickid.mint(self.ring, link.number, now_ms, self.random(10))
        click = shape(request, asked, id)
        target = self._target(asked, click, link, campaign)
        self._keep(click)
        return Response(302, headers={"Location": target, **HEADERS})

    def _target(self, asked: dict[str, str], click: Click, link: Link, campaign: Campaign) -> str:
        wanted = destination.deep_link(asked["url"], campaign.hosts) if asked.get("url") and campaign.hosts else None
        values = {
            "click_id": click.id.text,
            "affiliate_id": link.affiliate,
            "campaign_id": campaign.id,
            "advertiser_id": campaign.advertiser,
            "link_id": str(link.number),
            "slug": link.slug,
            **dict(zip(SUBS, click.subs, strict=True)),
        }
        return destination.fill(wanted or stored(link.destination or campaign.destination), values, self.clid)

    def _keep(self, click: Click) -> None:
        """Write the click, else queue it, else write one complete line that can be read back."""
        row = self.clicks.item(click)
        try:
            self.clicks.put(row, WRITE_SECONDS)
        except StoreError as error:
            message = {"kind": "click", "id": click.id.text, "row": row}
            try:
                self.fallback.send(message, QUEUE_SECONDS)
            except StoreError:
                telemetry.count("spilled", message=message)
                return
            telemetry.count("click_queued", why=error.code)
            return
        if self.access_log:
            telemetry.line("click", link=click.id.link)

    def _closed(self, link: Link, campaign: Campaign) -> Response:
        telemetry.line("campaign_closed", campaign=campaign.id, state=campaign.state, link=link.number)
        if not campaign.fallback:
            return pages.gone()
        values = {"affiliate_id": link.affiliate, "campaign_id": campaign.id, "slug": link.slug}
        return Response(
            302, headers={"Location": destination.fill(stored(campaign.fallback), values, self.clid), **HEADERS}
        )


def shape(request: Request, asked: dict[str, str], id: ClickId) -> Click:
    """The evidence of a visit, cut to what may be kept."""
    one, two, three, four, five = (cut_bytes(asked[sub], SUB_BYTES) if sub in asked else "" for sub in SUBS)
    return Click(
        id=id,
        subs=(one, two, three, four, five),
        method=request.method,
        agent=cut_bytes(request.header("user-agent")[:AGENT_CHARACTERS], 4 * AGENT_CHARACTERS),
        purpose=next((request.header(name)[:32] for name in PURPOSES if name in request.headers), ""),
        address=cut_address(request.address),
        country=request.country[:2],
        referrer=_host(request.header("referer")),
    )


@lru_cache(maxsize=1024)
def stored(text: str) -> Template:
    """A destination that was checked when it was configured, parsed once in a process."""
    return destination.template(text)


def _host(referrer: str) -> str:
    """The host of a referring page; its path may hold personal things and is not kept."""
    host = referrer.partition("://")[2]
    for end in "/?#":
        host = host.partition(end)[0]
    return host.rpartition("@")[2][:REFERRER_CHARACTERS]
