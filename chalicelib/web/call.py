"""Calls: an advertiser's telephone system says that somebody rang one of an affiliate's numbers, and for how long.

trust -> shape -> find the number's affiliate -> judge -> one conditional write -> answer.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from chalicelib import telemetry
from chalicelib.model import call, judge, personal, phone, seal, trust
from chalicelib.model.call import Call
from chalicelib.model.fact import Fact
from chalicelib.model.failures import Unavailable
from chalicelib.model.network import ID, Advertiser, Number
from chalicelib.model.ports import Answer, Directory, Facts
from chalicelib.model.pricing import Rates, no_rates
from chalicelib.model.sale import Refusal, Sale, is_plain
from chalicelib.web.body import content
from chalicelib.web.ground import Survey
from chalicelib.web.message import NO_STORE, Request, Response, Unreadable, strict
from chalicelib.web.proof import Prover

MOST_BYTES: Final = 65_536
RETRY_SECONDS: Final = "5"
STATUSES: Final = {"rejected": 422, "quarantined": 422, "conflict": 409, "unreadable": 400}
CREDENTIALS: Final = ("token", "sig", "ts", "advertiser")
TWILIO: Final = "x-twilio-signature"
HOST: Final = re.compile(r"[A-Za-z0-9.-]+(?::[0-9]{1,5})?")


@dataclass(frozen=True, slots=True)
class Message:
    """What a telephone system says, in our own words, and the number that it speaks of if it is one of ours."""

    said: Mapping[str, str]
    number: Number | None
    is_twilio: bool


@dataclass(eq=False, repr=False)
class Switchboard:
    """Takes what telephone systems say. `master` opens the tokens that Twilio signs with."""

    directory: Directory
    facts: Facts
    survey: Survey
    prover: Prover
    master: str
    time_zone: str
    rates: Rates = no_rates

    def hear(self, request: Request, now_ms: int) -> Response:
        """Answer one message with JSON {status, reason, conversion_id, state}, which Twilio gets within its own XML."""
        is_twilio = TWILIO in request.headers
        if len(request.body) > MOST_BYTES or len(request.queries[0]) > MOST_BYTES:
            return _answer(413, {"status": "rejected", "reason": "too_large"}, is_twilio)
        try:
            return self._hear(request, is_twilio, now_ms)
        except Unreadable as bad:
            return _answer(400, {"status": "rejected", "reason": bad.reason}, is_twilio)
        except Unavailable as error:
            telemetry.count("call_unavailable", why=error.code)
            return _answer(503, {"status": "rejected", "reason": "try_again"}, is_twilio)

    def _hear(self, request: Request, is_twilio: bool, now_ms: int) -> Response:
        said = call.from_twilio(dict(_form(request))) if is_twilio else _plain(request)
        dialled = phone.number(said.get("number", ""))
        message = Message(said, self.directory.number(dialled) if dialled else None, is_twilio)
        advertiser = self._advertiser(message)
        wrong = self._wrong(request, message, advertiser, now_ms)
        if wrong or advertiser is None:
            body = {"status": "rejected", "reason": wrong or "unknown_advertiser"}
            return _answer(401, body, is_twilio, advertiser.id if advertiser else "")
        answer = self._judge(message, advertiser, now_ms)
        if isinstance(answer, Refusal):
            return self._refuse(answer, message, advertiser, now_ms)
        fact, status = (answer, "accepted") if isinstance(answer, Fact) else (answer.last, "replayed")
        body = {"status": status, "reason": fact.after.reason}
        body |= {"conversion_id": fact.conversion, "state": fact.after.state}
        return _answer(200, body, is_twilio, advertiser.id, said.get("call_id", ""))

    def _judge(self, message: Message, advertiser: Advertiser, now_ms: int) -> Answer:
        heard, number = call.shape({n: v for n, v in message.said.items() if n in call.FIELDS}), message.number
        if isinstance(heard, Refusal):
            return heard
        ground = self.survey.without_click(number.affiliate, number.campaign) if number else None
        if number is None or ground is None or ground.campaign.advertiser != advertiser.id:
            return Refusal("rejected", "unknown_number")
        goal = advertiser.goals.get(number.goal)
        if goal is None:
            return Refusal("quarantined", "unknown_goal")
        sale = self._sale(heard, number, advertiser)
        conversion = judge.identity(sale, goal, advertiser.id, "")
        if isinstance(conversion, Refusal):
            return conversion
        now, started_ms = judge.moment(now_ms, self.time_zone), now_ms - heard.seconds * 1000
        return self.facts.settle(
            conversion,
            lambda facts: judge.decide(facts, sale, goal, conversion, ground, now, started_ms, self.rates),
            is_new=True,
        )

    def _sale(self, heard: Call, number: Number, advertiser: Advertiser) -> Sale:
        key = personal.caller_key(self.survey.ring.person, advertiser.id, heard.caller)
        return Sale(
            "call",
            number.goal,
            order_id=heard.id,
            call_id=heard.id,
            seconds=heard.seconds,
            caller=f"{key}/{number.repeat_days}" if key else "",
            event_ms=heard.started_ms,
            test=heard.test,
        )

    def _advertiser(self, message: Message) -> Advertiser | None:
        """Whose word this is: a token names its advertiser before the dot, else it is said, else the number's."""
        campaign = self.directory.campaign(message.number.campaign) if message.number else None
        token, named = message.said.get("token", ""), message.said.get("advertiser", "")
        known = token.partition(".")[0] or named or (campaign.advertiser if campaign else "")
        return self.directory.advertiser(known) if ID.fullmatch(known) else None

    def _wrong(self, request: Request, message: Message, advertiser: Advertiser | None, now_ms: int) -> str:
        """The reason not to trust a message, or ''."""
        if not message.is_twilio:
            return self.prover.wrong(request, message.said, advertiser, now_ms)
        if advertiser is None:
            return "unknown_advertiser"
        fields = _form(request)
        expected = [
            phone.twilio_signature(token, url, fields) for token in self._tokens(advertiser) for url in _urls(request)
        ]
        return "" if trust.signature_is_known(request.header(TWILIO), expected) else "bad_signature"

    def _tokens(self, advertiser: Advertiser) -> Iterator[str]:
        for sealed in advertiser.phone_tokens:
            try:
                yield seal.opened(self.master, phone.token_name(advertiser.id), sealed)
            except ValueError:
                # Its generation of the master secret has ended: `number twilio` seals it anew.
                telemetry.count("phone_token_unreadable", advertiser=advertiser.id)

    def _refuse(self, refusal: Refusal, message: Message, advertiser: Advertiser, now_ms: int) -> Response:
        now, order = judge.moment(now_ms, self.time_zone), message.said.get("call_id", "")
        body = {
            "status": refusal.outcome if refusal.outcome in ("conflict", "quarantined") else "rejected",
            "reason": refusal.reason,
            "conversion_id": refusal.conversion,
            "state": refusal.state,
        }
        whole = {**message.said, "order_id": order}
        # Twilio signs whatever a caller's network has told it: what nobody can read is not kept.
        public = {name: said.strip() for name, said in whole.items() if name not in (*CREDENTIALS, "caller")}
        kept = {name: said for name, said in public.items() if is_plain(said)}
        self.facts.keep_refusal(advertiser.id, (now.ms, now.day), body, kept)
        return _answer(STATUSES[refusal.outcome], body, message.is_twilio, advertiser.id, order)


def _plain(request: Request) -> dict[str, str]:
    """What the body says, and the token wherever it stands: in the Authorization header, the body or the query."""
    said = content(request, (*call.FIELDS, *CREDENTIALS))
    scheme, _, bearer = request.header("authorization").partition(" ")
    token = bearer.strip() if scheme.lower() == "bearer" else said.get("token") or request.loose().get("token", "")
    return {**said, "token": token} if token else said


def _form(request: Request) -> list[tuple[str, str]]:
    try:
        return strict(request.body.decode())
    except UnicodeDecodeError as error:
        raise Unreadable("bad_body") from error


def _urls(request: Request) -> Iterator[str]:
    """The addresses that Twilio may have called: a proxy may hide the host, the port or what came before the path."""
    said = (request.header("host"), request.header("x-forwarded-host"))
    # Nothing but a host: with a path in it, what Twilio has signed for another address would look like ours.
    hosts = {host for host in said if HOST.fullmatch(host)}
    hosts |= {host.partition(":")[0] for host in hosts} | {f"{host.partition(':')[0]}:443" for host in hosts}
    for path in dict.fromkeys((request.path, request.base + request.path)):
        for query in request.queries:
            for host in sorted(hosts):
                yield from (f"{scheme}://{host}{path}{'?' if query else ''}{query}" for scheme in ("https", "http"))


def _answer(status: int, body: Mapping[str, str], is_twilio: bool, advertiser: str = "", order: str = "") -> Response:
    whole = {"status": "", "reason": "", "conversion_id": "", "state": "", **body}
    telemetry.line("call", advertiser=advertiser, order=order[:128], code=status, **whole)
    text, kind = json.dumps(whole), "application/json"
    if is_twilio:
        # After a <Dial> Twilio does what the answer says: an empty Response ends the call as it should.
        text, kind = f'<?xml version="1.0" encoding="UTF-8"?><Response><!-- {text} --></Response>', "text/xml"
    headers = {"Content-Type": kind, "Cache-Control": NO_STORE}
    return Response(status, text.encode(), headers | ({"Retry-After": RETRY_SECONDS} if status == 503 else {}))
