"""The redirect: a visitor follows a short link, the click is written down, and the visitor arrives.

The visitor is never stranded: a slow or failing table costs a bounded moment, and the click goes to the fallback queue.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from chalicelib import telemetry
from chalicelib.model import clickid, destination
from chalicelib.model.click import (
    AGENT_CHARACTERS,
    CONSENT,
    SUB_BYTES,
    SUBS,
    WITHHELD,
    Click,
    cut_address,
    cut_bytes,
    visitor_key,
    without_identifier,
)
from chalicelib.model.clickid import ClickId, KeyRing
from chalicelib.model.day import accounting_day
from chalicelib.model.destination import Template
from chalicelib.model.failures import StoreError
from chalicelib.model.network import SLUG, Campaign, Link
from chalicelib.web import pages
from chalicelib.web.message import NO_STORE, Request, Response

if TYPE_CHECKING:
    from chalicelib.model.ports import Clicks, Directory, Queue, Row

WRITE_SECONDS: Final = 0.2
QUEUE_SECONDS: Final = 0.15
PURPOSES: Final = ("sec-purpose", "purpose", "x-moz", "x-purpose")
REFERRER_CHARACTERS: Final = 128

HEADERS: Final = {
    "Cache-Control": NO_STORE,
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "X-Robots-Tag": "noindex",
}


def no_salt(_: int) -> bytes:
    """No salt: a visitor is not told from another."""
    return b""


@dataclass(eq=False, repr=False)
class Redirect:
    """Follows short links. `clid` names the parameter that brings the click id to a destination.

    `salt` gives the salt of the day of a moment, b'' if it cannot: then nobody tells that day's visitors apart.
    """

    directory: "Directory"
    clicks: "Clicks"
    fallback: "Queue"
    ring: KeyRing
    time_zone: str
    clid: str = "clid"
    access_log: bool = False
    random: Callable[[int], bytes] = os.urandom
    salt: Callable[[int], bytes] = no_salt

    def follow(self, request: Request, slug: str, now_ms: int) -> Response:
        """302 to the destination; 404, 410, or 503 if the link was never seen and cannot be read."""
        if not SLUG.fullmatch(slug):
            telemetry.line("unknown_slug")
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
        click = shape(request, asked, id, campaign, self.salt)
        target = self._target(asked, click, link, campaign)
        if keep("click", click, self.clicks, self.clicks.item, self.fallback) and self.access_log:
            telemetry.line("click", link=link.number)
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

    def _closed(self, link: Link, campaign: Campaign) -> Response:
        telemetry.line("campaign_closed", campaign=campaign.id, state=campaign.state, link=link.number)
        if not campaign.fallback:
            return pages.gone()
        values = {"affiliate_id": link.affiliate, "campaign_id": campaign.id, "slug": link.slug}
        return Response(
            302, headers={"Location": destination.fill(stored(campaign.fallback), values, self.clid), **HEADERS}
        )


def keep(kind: str, seen: Click, visits: "Clicks", item: "Callable[[Click], Row]", fallback: "Queue") -> bool:
    """Write a visit, else queue it, else write one complete line that can be read back; whether it was written.

    `kind` is 'click' or 'impression', and `item` gives the row of one.
    """
    row = item(seen)
    try:
        visits.put(row, WRITE_SECONDS)
    except StoreError as error:
        message = {"kind": kind, "id": seen.id.text, "row": row}
        try:
            fallback.send(message, QUEUE_SECONDS)
        except StoreError:
            # A log is no place for what tells a visitor again.
            telemetry.count("spilled", message={**message, "row": item(without_identifier(seen))})
            return False
        telemetry.count(f"{kind}_queued", why=error.code)
        return False
    return True


def shape(
    request: Request, asked: dict[str, str], id: ClickId, campaign: Campaign, salt: Callable[[int], bytes]
) -> Click:
    """The evidence of a visit, cut to what may be kept.

    Who asks not to be known, or gives no consent where the campaign looks for it, is counted without an identifier.
    """
    consent = _consent(asked) if not asked.keys().isdisjoint(CONSENT) else ""
    seen = _seen(request, asked, id, consent)
    if request.header("sec-gpc").strip() == "1" or not _may_know(consent, campaign):
        return without_identifier(seen)
    visitor = visitor_key(salt(id.ms), request.address, request.header("user-agent"))
    return replace(seen, visitor=visitor) if visitor else seen


def _seen(request: Request, asked: dict[str, str], id: ClickId, consent: str) -> Click:
    one, two, three, four, five = (cut_bytes(asked[sub], SUB_BYTES) if sub in asked else "" for sub in SUBS)
    agent = request.header("user-agent")
    return Click(
        id=id,
        subs=(one, two, three, four, five),
        method=request.method,
        agent=cut_bytes(agent[:AGENT_CHARACTERS], 4 * AGENT_CHARACTERS) if agent != WITHHELD else "",
        purpose=next((request.header(name)[:32] for name in PURPOSES if name in request.headers), ""),
        address=cut_address(request.address),
        country=request.country[:2],
        referrer=_host(request.header("referer")),
        consent=consent,
    )


def _consent(asked: dict[str, str]) -> str:
    from chalicelib.model import consent  # few links carry a word of it

    return consent.text(asked)


def _may_know(said: str, campaign: Campaign) -> bool:
    """Whether the campaign lets an identifier be kept, given the signals that were said."""
    if not said or campaign.consent == "ignore":
        return campaign.consent != "require"
    from chalicelib.model import consent

    return consent.permits(said, campaign.consent)


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
