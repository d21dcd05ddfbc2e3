"""The pixel and the beacon: a browser claims a sale. It is always answered, and pending until confirmed."""

from base64 import b64decode
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from chalicelib import telemetry
from chalicelib.model import clickid, judge
from chalicelib.model.click import Click
from chalicelib.model.clickid import ClickId, KeyRing
from chalicelib.model.fact import Fact
from chalicelib.model.judge import Ground, Replay
from chalicelib.model.network import Advertiser
from chalicelib.model.ports import Answer, Directory, Facts, Queue, StoreError
from chalicelib.model.sale import HIDDEN, KEY_CHARACTERS, TOUCHES, VALUE_CHARACTERS, Refusal, Sale, customer_key, shape
from chalicelib.web.message import NO_STORE, Request, Response, loose

GIF: Final = b64decode("R0lGODlhAQABAPAAAAAAAAAAACH5BAEAAAAALAAAAAABAAEAAAICRAEAOw==")
"""One transparent dot, 43 bytes."""

QUEUE_SECONDS: Final = 0.5
MOST_BYTES: Final = 65_536
SEEN: Final = Response(200, GIF, {"Content-Type": "image/gif", "Cache-Control": NO_STORE})
HEARD: Final = Response(204, b"", {"Cache-Control": NO_STORE})


@dataclass(frozen=True, slots=True)
class Heard:
    """What became of a claim, and whose sale it was about ('' where no good click id says)."""

    answer: Answer
    advertiser: str = ""


@dataclass(frozen=True, slots=True)
class Pixel:
    """Takes browsers' claims."""

    directory: Directory
    facts: Facts
    fallback: Queue
    ring: KeyRing
    time_zone: str
    access_log: bool = False

    def show(self, request: Request, now_ms: int) -> Response:
        """The image: 200 and the dot, whatever was sent."""
        if request.method != "HEAD":
            self._hear(request.loose(), now_ms)
        return SEEN

    def listen(self, request: Request, now_ms: int) -> Response:
        """The beacon: 204, whatever was sent. Its parameters are a form in the body, or in the query."""
        body = request.body[:MOST_BYTES].decode("utf-8", "replace")
        self._hear(request.loose() | loose(body), now_ms)
        return HEARD

    def claim(self, said: Mapping[str, str], event_ms: int, now_ms: int) -> Heard:
        """Book a claim that a browser made at `event_ms`; raises StoreError. The drain uses it for queued claims."""
        touches = [id for text in _ids(said) if (id := clickid.read(self.ring, text))]
        if not touches:
            return Heard(Refusal("rejected", "unknown_click" if said.get("click_id") else "click_id_missing"))
        ground = self._ground(touches[0])
        advertiser = self.directory.advertiser(ground.campaign.advertiser) if ground else None
        if ground is None or advertiser is None:
            return Heard(Refusal("rejected", "unknown_click"))
        kept = {**said, "click_id": touches[0].text, "clids": ".".join(id.text for id in touches[1:])}
        sale = shape(kept, "browser", tuple(advertiser.goals), ground.campaign.currency, {})
        if isinstance(sale, Refusal):
            return Heard(sale, advertiser.id)
        return Heard(self._book(replace(sale, event_ms=event_ms), ground, advertiser, now_ms), advertiser.id)

    def _book(self, sale: Sale, ground: Ground, advertiser: Advertiser, now_ms: int) -> Answer:
        goal = advertiser.goals[sale.goal]
        conversion = judge.identity(sale, goal, advertiser.id, ground.campaign.shop)
        if isinstance(conversion, Refusal):
            return conversion
        now = judge.moment(now_ms, self.time_zone)
        return self.facts.settle(
            conversion, lambda facts: judge.decide(facts, sale, goal, conversion, ground, now), is_new=True
        )

    def _ground(self, id: ClickId) -> Ground | None:
        """Where the click stands, from what the id says of itself: its row is read when the claim is confirmed."""
        link = self.directory.link(id.link)
        campaign = self.directory.campaign(link.campaign) if link else None
        return Ground(Click(id), link, campaign) if link and campaign else None

    def _hear(self, said: dict[str, str], now_ms: int) -> None:
        try:
            heard = self.claim(said, now_ms, now_ms)
        except StoreError as error:
            self._queue(said, now_ms, error.code)
            return
        about = {"advertiser": heard.advertiser, "order": said.get("order_id", "")[:KEY_CHARACTERS]}
        match heard.answer:
            case Refusal(reason=reason):
                telemetry.count("claim_refused", **about, status="rejected", reason=reason)
            case Replay(last=fact):
                telemetry.line("claim_replayed", **about, status="replayed", **_stand(fact))
            case Fact() as fact if self.access_log:
                telemetry.line("claim", **about, status="accepted", **_stand(fact))

    def _queue(self, said: dict[str, str], now_ms: int, why: str) -> None:
        kept = {name: said[name][:VALUE_CHARACTERS] for name in FIELDS if name in said}
        if kept.get("customer_id"):
            kept["customer_id"] = HIDDEN + customer_key(kept["customer_id"])
        message = {"kind": "claim", "said": kept, "at": now_ms}
        try:
            self.fallback.send(message, QUEUE_SECONDS)
        except StoreError:
            telemetry.count("spilled", message=message)
            return
        telemetry.count("claim_queued", why=why)


FIELDS: Final = ("click_id", "clids", "goal", "order_id", "amount", "currency", "customer_id", "coupon", "test")
"""What a claim may say. Nothing else is kept, so a queued claim stays small."""


def _stand(fact: Fact) -> dict[str, str]:
    return {"reason": fact.after.reason, "state": fact.after.state, "conversion_id": fact.conversion}


def _ids(said: Mapping[str, str]) -> list[str]:
    """The click ids of a claim, newest first: the one it names, then those that the tag kept."""
    named = [said.get("click_id", "").strip(), *said.get("clids", "").split(".")]
    return list(dict.fromkeys(text for text in named if text))[: TOUCHES + 1]
