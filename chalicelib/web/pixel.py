"""The pixel and the beacon: a browser claims a sale. It is always answered, and pending until confirmed."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from chalicelib import telemetry
from chalicelib.model import clickid, judge
from chalicelib.model.click import CONSENT
from chalicelib.model.fact import Fact
from chalicelib.model.failures import StoreError
from chalicelib.model.judge import Ground, Replay
from chalicelib.model.network import Advertiser
from chalicelib.model.personal import Personal, apart, masked, of_advertiser
from chalicelib.model.ports import Answer, Directory, Facts, Queue
from chalicelib.model.pricing import Rates, no_rates
from chalicelib.model.sale import KEY_CHARACTERS, TOUCHES, Refusal, Sale, shape
from chalicelib.web.dot import DOT
from chalicelib.web.ground import Survey
from chalicelib.web.message import NO_STORE, Request, Response, loose

QUEUE_SECONDS: Final = 0.5
MOST_BYTES: Final = 65_536
HEARD: Final = Response(204, b"", {"Cache-Control": NO_STORE})
FIELDS: Final = (
    *("click_id", "clids", "impression_id", "goal", "order_id", "amount", "currency", "coupon", "test"),
    *CONSENT,
)
"""What a claim may say beside the customer. The rest of a page's parameters is its own business."""


@dataclass(frozen=True, slots=True)
class Heard:
    """What became of a claim, and whose sale it was about ('' where no good click id says)."""

    answer: Answer
    advertiser: str = ""


@dataclass(eq=False, repr=False)
class Pixel:
    """Takes browsers' claims."""

    directory: Directory
    facts: Facts
    fallback: Queue
    survey: Survey
    time_zone: str
    access_log: bool = False
    rates: Rates = no_rates

    def show(self, request: Request, now_ms: int) -> Response:
        """The image: 200 and the dot, whatever was sent."""
        if request.method != "HEAD":
            self._hear(request.loose(), now_ms)
        return DOT

    def listen(self, request: Request, now_ms: int) -> Response:
        """The beacon: 204, whatever was sent. Its parameters are a form in the body, or in the query."""
        body = request.body[:MOST_BYTES].decode("utf-8", "replace")
        self._hear(request.loose() | loose(body), now_ms)
        return HEARD

    def claim(self, said: Mapping[str, str], customer: str, event_ms: int, now_ms: int) -> Heard:
        """Book a claim that a browser made at `event_ms`; raises StoreError. The drain uses it for queued claims.

        `customer` is the stand-in of the customer id, which itself never waits in a queue.
        """
        private, said = apart(said, self.survey.ring.person)
        touches = [text for text in _ids(said) if clickid.read(self.survey.ring, text)]
        ground = self.survey.ground(touches[0]) if touches else self.survey.seen(said.get("impression_id", ""))
        if ground is None:
            return Heard(Refusal("rejected", "unknown_click" if said.get("click_id") else "click_id_missing"))
        advertiser = self.directory.advertiser(ground.campaign.advertiser)
        if advertiser is None:
            return Heard(Refusal("rejected", "unknown_click"))
        kept = {**said, "click_id": touches[0] if touches else "", "clids": ".".join(touches[1:])}
        ground = self.survey.touched(ground, touches, event_ms)
        sale = shape(kept, "browser", advertiser, ground.campaign.currency)
        if isinstance(sale, Refusal):
            return Heard(sale, advertiser.id)
        whole = replace(sale, customer=of_advertiser(advertiser.id, customer))
        return Heard(self._book(whole, private, ground, advertiser, event_ms, now_ms), advertiser.id)

    def _book(
        self, sale: Sale, private: Personal, ground: Ground, advertiser: Advertiser, event_ms: int, now_ms: int
    ) -> Answer:
        goal = advertiser.goals[sale.goal]
        conversion = judge.identity(sale, goal, advertiser.id, ground.campaign.shop)
        if isinstance(conversion, Refusal):
            return conversion
        now = judge.moment(now_ms, self.time_zone)

        def question(facts: list[Fact]) -> Answer:
            answer = judge.decide(facts, sale, goal, conversion, ground, now, event_ms, self.rates)
            if isinstance(answer, Fact):
                self.survey.keep(answer, private, ground.campaign)
            return answer

        return self.facts.settle(conversion, question, is_new=not private)

    def _hear(self, asked: Mapping[str, str], now_ms: int) -> None:
        said = {name: asked[name] for name in FIELDS if name in asked}
        customer = masked(self.survey.ring.person, asked.get("customer_id", ""))
        try:
            heard = self.claim(said, customer, now_ms, now_ms)
        except StoreError as error:
            self._queue({"kind": "claim", "said": said, "customer": customer, "at": now_ms}, error.code)
            return
        about = {"advertiser": heard.advertiser, "order": said.get("order_id", "")[:KEY_CHARACTERS]}
        match heard.answer:
            case Refusal(reason=reason):
                telemetry.count("claim_refused", **about, status="rejected", reason=reason)
            case Replay(last=fact):
                telemetry.line("claim_replayed", **about, status="replayed", **_stand(fact))
            case Fact() as fact if self.access_log:
                telemetry.line("claim", **about, status="accepted", **_stand(fact))

    def _queue(self, message: dict[str, Any], why: str) -> None:
        try:
            self.fallback.send(message, QUEUE_SECONDS)
        except StoreError:
            telemetry.count("spilled", message=message)
            return
        telemetry.count("claim_queued", why=why)


def _stand(fact: Fact) -> dict[str, str]:
    return {"reason": fact.after.reason, "state": fact.after.state, "conversion_id": fact.conversion}


def _ids(said: Mapping[str, str]) -> list[str]:
    """The click ids of a claim, newest first: the one it names, then those that the tag kept."""
    named = [said.get("click_id", "").strip(), *said.get("clids", "").split(".")]
    return list(dict.fromkeys(text for text in named if text))[: TOUCHES + 1]
