"""The demo network: one advertiser that sells kettles, one affiliate with a blog, one campaign, one link."""

import json
from collections.abc import Callable
from pathlib import Path

from chalicelib.manage.command import Desk
from chalicelib.model.network import Campaign

ADVERTISER = "kettles"
AFFILIATE = "tea-blog"
CAMPAIGN = "spring"
SLUG = "tea"
COMMISSION = "RevShare 10%"
REVENUE = "RevShare 15%"


def set_up(desk: Desk, shop: str, kept: Path, say: Callable[[str], None]) -> dict[str, str]:
    """Set the network up if it is not there yet; the advertiser's credentials, which `kept` keeps between runs.

    A token is shown once and stored as a hash, so a lost file means a new token.
    """
    office = desk.office
    if office.network.campaign(CAMPAIGN) is None:
        say("setting up a demo network")
        office.add_advertiser(ADVERTISER, "Kettles & Co", {})
        office.add_goal(ADVERTISER, "sale", "order", "auto")
        office.add_affiliate(AFFILIATE, "The tea blog")
        office.add_campaign(Campaign(CAMPAIGN, "Spring kettles", ADVERTISER, "USD", f"{shop}/"))
        office.add_terms(CAMPAIGN, "sale", "*", (COMMISSION, REVENUE), None)
        office.add_link(AFFILIATE, CAMPAIGN, SLUG, "")
        kept.unlink(missing_ok=True)
    if not kept.exists():
        credentials = {
            "advertiser": ADVERTISER,
            "token": office.add_token(ADVERTISER),
            "secret": office.add_secret(ADVERTISER, desk.master()),
        }
        kept.touch(mode=0o600)
        kept.write_text(json.dumps(credentials))
    found: dict[str, str] = json.loads(kept.read_text())
    return found
