"""The postback: an advertiser's server says that a sale happened, or what became of it.

trust -> shape -> read the click -> judge -> one conditional write -> answer.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from chalicelib import telemetry
from chalicelib.model import judge
from chalicelib.model.attribution import is_plain
from chalicelib.model.clickid import unchecked
from chalicelib.model.fact import Fact
from chalicelib.model.failures import Unavailable
from chalicelib.model.judge import Ground
from chalicelib.model.network import ID, Advertiser, Campaign
from chalicelib.model.personal import FIELDS, NOTHING, Personal, apart
from chalicelib.model.ports import Answer, Clicks, Directory, Facts
from chalicelib.model.pricing import Rates, no_rates
from chalicelib.model.sale import CHANGES, Refusal, Sale, is_macro, shape
from chalicelib.web.body import parameters
from chalicelib.web.ground import Survey
from chalicelib.web.message import NO_STORE, Request, Response, Unreadable
from chalicelib.web.proof import Prover

MOST_BYTES: Final = 65_536
RETRY_SECONDS: Final = "5"
STATUSES: Final = {"rejected": 422, "quarantined": 422, "conflict": 409, "unreadable": 400}
SECRETS: Final = ("token", "sig", "ts")
PERSONAL: Final = ("customer_id", *FIELDS)
AMOUNTS: Final = {*CHANGES, "amount", "tax", "shipping", "duration", "dispute"}
"""Parameters that do not say whose sale it is, but what it was worth or what became of it."""


@dataclass(eq=False, repr=False)
class Postback:
    """Takes what advertisers' servers say."""

    directory: Directory
    clicks: Clicks
    facts: Facts
    survey: Survey
    prover: Prover
    time_zone: str
    rates: Rates = no_rates

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
        ground = self.survey.ground(said.get("click_id", ""))
        advertiser = self._advertiser(said, ground)
        wrong = self.prover.wrong(request, said, advertiser, now_ms)
        if wrong or advertiser is None:
            reason = wrong or "unknown_advertiser"
            return self._answer(401, {"status": "rejected", "reason": reason}, advertiser.id if advertiser else "")
        code, body = self.take(said, advertiser, now_ms)
        return self._answer(code, body, advertiser.id, order=said.get("order_id", ""))

    def take(
        self, said: dict[str, str], advertiser: Advertiser, now_ms: int, must_exist: bool = False
    ) -> tuple[int, dict[str, str]]:
        """Do what the parameters of a trusted advertiser say, one of its postbacks or a row of its file.

        The status code and the body {status, reason, conversion_id, state}. Unavailable if the table is away.
        `must_exist` forbids a new conversion.
        """
        private, said = self._apart(said)
        ground = self.survey.ground(said.get("click_id", ""))
        answer = self._judge(said, private, ground, advertiser, now_ms, must_exist)
        if isinstance(answer, Refusal):
            return STATUSES[answer.outcome], self._keep(answer, said, advertiser, now_ms)
        fact, status = (answer, "accepted") if isinstance(answer, Fact) else (answer.last, "replayed")
        return 200, _body(status, fact.after.reason, fact.conversion, fact.after.state)

    def _apart(self, said: dict[str, str]) -> tuple[Personal, dict[str, str]]:
        """What is said of the customer, and the rest. An unfilled placeholder is no customer, and has its reason."""
        return (NOTHING, said) if is_macro(said.get("customer_id", "")) else apart(said, self.survey.ring.person)

    def _judge(
        self,
        said: dict[str, str],
        private: Personal,
        ground: Ground | None,
        advertiser: Advertiser,
        now_ms: int,
        must_exist: bool,
    ) -> Answer:
        campaign = ground.campaign if ground else self._campaign(said)
        if campaign is not None and campaign.advertiser != advertiser.id:
            ground = campaign = None
        # Whose sale it is does not hang on its amount, whose currency may only be known from the facts.
        about = shape({name: said[name] for name in said.keys() - AMOUNTS}, "server", advertiser, "USD")
        if isinstance(about, Refusal):
            return about
        ground = self.survey.attribute(about, ground, advertiser, now_ms)
        if about.click_id and ground is None:
            return Refusal("rejected", "unknown_click")
        # A click or a name says in which shop it was sold: who earns may change with time, but not which sale it is.
        place = campaign or self.survey.couponed(about, advertiser) or (ground.campaign if ground else None)
        campaign = ground.campaign if ground else campaign
        goal = advertiser.goals[about.goal]
        conversion = judge.identity(about, goal, advertiser.id, place.shop if place else "")
        if isinstance(conversion, Refusal):
            return conversion
        seen = replace(ground, click=self.clicks.click(ground.click.id)) if ground and ground.click else ground
        now = judge.moment(now_ms, self.time_zone)

        def question(facts: list[Fact]) -> Answer:
            if must_exist and not facts:
                return Refusal("rejected", "unknown_conversion")
            sale = shape(said, "server", advertiser, _currency(facts, campaign))
            if isinstance(sale, Refusal):
                return sale
            earns = self._touched(seen, sale, facts, advertiser, now_ms)
            answer = judge.decide(facts, sale, goal, conversion, earns, now, rates=self.rates)
            if isinstance(answer, Fact):
                self.survey.remember(answer, sale, earns, advertiser)
                if earns is not None:
                    self.survey.keep(answer, private, earns.campaign)
            return answer

        is_known = seen is None or must_exist or bool(said.keys() & set(CHANGES))
        # An exact repetition must not bring back what was deleted, so what is personal is kept with new facts only.
        is_new = not is_known and not private and not self.survey.may_bind(about, seen, advertiser)
        return self.facts.settle(conversion, question, is_new=is_new)

    def _touched(
        self, ground: Ground | None, sale: Sale, facts: list[Fact], advertiser: Advertiser, now_ms: int
    ) -> Ground | None:
        """Who earns from a sale that no server has confirmed yet, where a campaign looks at more than the named click.

        What the tag has collected counts too, if a browser has claimed the sale before with the click that is named
        now: nobody else knows that one, and who only guesses an order's id does not share in it.
        """
        if ground is None or ground.click is None or is_plain(ground.campaign) or any(f.after.confirmed for f in facts):
            return ground
        claimed = [id for fact in facts[:1] for id in (fact.click_id, *fact.touches)]
        claimed = claimed if ground.click.id.text in claimed else []
        ids = (*sale.touches, *claimed, self.survey.earlier(sale, advertiser))
        known_ms = judge.claimed_ms(facts, ground) if facts else None
        happened_ms = next((ms for ms in (sale.event_ms, known_ms) if ms is not None), now_ms)
        found = self.survey.touched(ground, ids, happened_ms)
        if found is ground or found.click is None:
            return ground
        rows = {ground.click.id.text: ground.click}
        for id in (found.click.id.text, *(one.click_id for one in found.credits)):
            rows[id] = rows.get(id) or self.clicks.click(unchecked(id))
        credits = (replace(one, subs=rows[one.click_id].subs) for one in found.credits)
        return replace(found, click=rows[found.click.id.text], credits=tuple(credits))

    def _advertiser(self, said: Mapping[str, str], ground: Ground | None) -> Advertiser | None:
        """Whose word this is: a token names its advertiser before the dot, else it is said, else the click's."""
        named = said.get("token", "").partition(".")[0] if said.get("token") else said.get("advertiser", "")
        known = named or (ground.campaign.advertiser if ground else "")
        return self.directory.advertiser(known) if ID.fullmatch(known) else None

    def _campaign(self, said: Mapping[str, str]) -> Campaign | None:
        """The campaign that is named where no click is: it says which of an advertiser's shops is meant."""
        named = said.get("campaign", "")
        return self.directory.campaign(named) if ID.fullmatch(named) else None

    def _keep(self, refusal: Refusal, said: dict[str, str], advertiser: Advertiser, now_ms: int) -> dict[str, str]:
        """Keep a refused word for people to read; what is answered."""
        now = judge.moment(now_ms, self.time_zone)
        status = refusal.outcome if refusal.outcome in ("conflict", "quarantined") else "rejected"
        body = _body(status, refusal.reason, refusal.conversion, refusal.state)
        kept = {name: value for name, value in said.items() if name not in SECRETS + PERSONAL}
        self.facts.keep_refusal(advertiser.id, (now.ms, now.day), body, kept)
        return body

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


def _body(status: str, reason: str, conversion: str, state: str) -> dict[str, str]:
    return {"status": status, "reason": reason, "conversion_id": conversion, "state": state}


def _currency(facts: list[Fact], campaign: Campaign | None) -> str:
    """What an amount without a currency is in: the sale's own once a server has spoken, else the campaign's."""
    if facts and facts[-1].after.confirmed and facts[-1].amount is not None:
        return facts[-1].amount.currency
    return campaign.currency if campaign else "USD"
