"""The postback: an advertiser's server says that a sale happened, or what became of it.

trust -> shape -> read the click -> judge -> one conditional write -> answer.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from chalicelib import telemetry
from chalicelib.model import clickid, judge
from chalicelib.model.clickid import ClickId, KeyRing
from chalicelib.model.fact import Fact
from chalicelib.model.judge import Ground
from chalicelib.model.network import Advertiser, Campaign, Link
from chalicelib.model.ports import Clicks, Directory, Facts, Unavailable
from chalicelib.model.sale import Refusal, shape
from chalicelib.web.body import parameters
from chalicelib.web.message import NO_STORE, Request, Response, Unreadable
from chalicelib.web.proof import Prover

MOST_BYTES: Final = 65_536
RETRY_SECONDS: Final = "5"
STATUSES: Final = {"rejected": 422, "quarantined": 422, "conflict": 409, "unreadable": 400, "untrusted": 401}
SECRETS: Final = ("token", "sig", "ts")
PERSONAL: Final = ("customer_id",)


@dataclass(frozen=True, slots=True)
class Place:
    """What a click id says of itself: the id, its link and campaign; None where there is no (good) id."""

    id: ClickId | None
    link: Link | None
    campaign: Campaign | None


NO_PLACE: Final = Place(None, None, None)


@dataclass(frozen=True, slots=True)
class Postback:
    """Takes what advertisers' servers say."""

    directory: Directory
    clicks: Clicks
    facts: Facts
    ring: KeyRing
    prover: Prover
    time_zone: str

    def hear(self, request: Request, now_ms: int) -> Response:
        """Answer one postback with JSON {status, reason, conversion_id, state}."""
        if len(request.body) > MOST_BYTES or len(request.queries[0]) > MOST_BYTES:
            return self._answer(413, {"status": "rejected", "reason": "too_large"}, "")
        try:
            said = parameters(request)
        except Unreadable as bad:
            return self._answer(400, {"status": "rejected", "reason": bad.reason}, "")
        try:
            return self._hear(request, said, now_ms)
        except Unavailable as error:
            telemetry.count("postback_unavailable", why=error.code)
            return self._answer(503, {"status": "rejected", "reason": "try_again"}, "", {"Retry-After": RETRY_SECONDS})

    def _hear(self, request: Request, said: dict[str, str], now_ms: int) -> Response:
        place = self._place(said)
        advertiser = self._advertiser(said, place)
        wrong = self.prover.wrong(request, said, advertiser, now_ms)
        if wrong or advertiser is None:
            reason = wrong or "unknown_advertiser"
            return self._answer(401, {"status": "rejected", "reason": reason}, advertiser.id if advertiser else "")
        answer = self._judge(said, place, advertiser, now_ms)
        if not isinstance(answer, Refusal):
            fact = answer if isinstance(answer, Fact) else answer.last
            status = "accepted" if isinstance(answer, Fact) else "replayed"
            return self._answer(
                200, _stand(status, fact.after.reason, fact), advertiser.id, order=said.get("order_id", "")
            )
        return self._refuse(answer, said, advertiser, now_ms)

    def _judge(
        self, said: dict[str, str], place: Place, advertiser: Advertiser, now_ms: int
    ) -> Fact | judge.Replay | Refusal:
        campaign = place.campaign
        if said.get("click_id", "").strip() and (campaign is None or campaign.advertiser != advertiser.id):
            # A macro is the likelier mistake than a forged id, and the sender can mend it: say so.
            bad = shape(said, "server", tuple(advertiser.goals), "USD", advertiser.statuses)
            return bad if isinstance(bad, Refusal) else Refusal("rejected", "unknown_click")
        currency = campaign.currency if campaign else "USD"
        sale = shape(said, "server", tuple(advertiser.goals), currency, advertiser.statuses)
        if isinstance(sale, Refusal):
            return sale
        goal = advertiser.goals[sale.goal]
        conversion = judge.identity(sale, goal, advertiser.id, self._shop(said, campaign, advertiser))
        if isinstance(conversion, Refusal):
            return conversion
        ground = self._ground(place)
        now = judge.moment(now_ms, self.time_zone)
        return self.facts.settle(
            conversion,
            lambda facts: judge.decide(facts, sale, goal, conversion, ground, now),
            is_new=ground is not None and not sale.is_refund,
        )

    def _place(self, said: Mapping[str, str]) -> Place:
        id = clickid.read(self.ring, said.get("click_id", "").strip())
        link = self.directory.link(id.link) if id else None
        return Place(id, link, self.directory.campaign(link.campaign)) if link else NO_PLACE

    def _advertiser(self, said: Mapping[str, str], place: Place) -> Advertiser | None:
        """Whose word this is: a token names its advertiser before the dot, else it is said, else the click's."""
        named = said.get("token", "").partition(".")[0] if said.get("token") else said.get("advertiser", "")
        known = named or (place.campaign.advertiser if place.campaign else "")
        return self.directory.advertiser(known) if known else None

    def _shop(self, said: Mapping[str, str], campaign: Campaign | None, advertiser: Advertiser) -> str:
        """The order scope: a campaign's own shop, by its click or by name, else the advertiser's."""
        if campaign is None and said.get("campaign"):
            named = self.directory.campaign(said["campaign"].strip())
            campaign = named if named and named.advertiser == advertiser.id else None
        return campaign.shop if campaign else ""

    def _ground(self, place: Place) -> Ground | None:
        if place.id is None or place.link is None or place.campaign is None:
            return None
        return Ground(self.clicks.click(place.id), place.link, place.campaign)

    def _refuse(self, refusal: Refusal, said: dict[str, str], advertiser: Advertiser, now_ms: int) -> Response:
        now = judge.moment(now_ms, self.time_zone)
        body = {
            "status": refusal.outcome if refusal.outcome in ("conflict", "quarantined") else "rejected",
            "reason": refusal.reason,
            "conversion_id": refusal.conversion,
            "state": refusal.state,
        }
        kept = {name: value for name, value in said.items() if name not in SECRETS + PERSONAL}
        self.facts.keep_refusal(advertiser.id, (now.ms, now.day), body, kept)
        return self._answer(STATUSES[refusal.outcome], body, advertiser.id, order=said.get("order_id", ""))

    def _answer(
        self,
        status: int,
        body: dict[str, str],
        advertiser: str,
        headers: Mapping[str, str] | None = None,
        order: str = "",
    ) -> Response:
        whole = {"status": "", "reason": "", "conversion_id": "", "state": "", **body}
        telemetry.line("postback", advertiser=advertiser, order=order[:128], code=status, **whole)
        plain = {"Content-Type": "application/json", "Cache-Control": NO_STORE}
        return Response(status, json.dumps(whole).encode(), plain | dict(headers or {}))


def _stand(status: str, reason: str, fact: Fact) -> dict[str, str]:
    return {"status": status, "reason": reason, "conversion_id": fact.conversion, "state": fact.after.state}
