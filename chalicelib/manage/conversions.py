"""A person's word about a conversion: it is reviewed, changed, booked by hand, or looked at.

A person's acts go through the same decisions as a sender's and are facts like theirs; who did it and why stands in the
fact's status word.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Protocol

from chalicelib.manage.setup import Wrong
from chalicelib.model import judge, life, money
from chalicelib.model.act import Act
from chalicelib.model.answer import Replay
from chalicelib.model.fact import Fact
from chalicelib.model.judge import Ground
from chalicelib.model.money import BadAmount, Money
from chalicelib.model.network import Advertiser, Affiliate, Campaign, Link
from chalicelib.model.personal import customer_key
from chalicelib.model.ports import Answer, Question
from chalicelib.model.pricing import Rates
from chalicelib.model.reasons import EVERY
from chalicelib.model.sale import KEY_CHARACTERS, Refusal, Sale, Status
from chalicelib.model.sale import moment as read_moment


class Ledger(Protocol):
    """The facts (store.ledger)."""

    def settle(self, conversion: str, question: Question, is_new: bool) -> Answer:
        """Ask what follows from the facts so far, and write it down."""

    def facts(self, conversion: str) -> list[Fact]:
        """All facts of a conversion, in order."""


class Network(Protocol):
    """The network's set-up (store.network)."""

    def advertiser(self, id: str) -> Advertiser | None:
        """An advertiser with its goals."""

    def affiliate(self, id: str) -> Affiliate | None:
        """An affiliate."""

    def campaign(self, id: str) -> Campaign | None:
        """A campaign with its terms."""


@dataclass(frozen=True, slots=True)
class ByHand:
    """A conversion that nobody has reported: what a person says of it, as text. '' means 'not said'.

    `at` is the time of the sale. A goal that pays once per click has no click here: `order` is what tells it apart.
    """

    affiliate: str
    campaign: str
    goal: str
    at: str
    order: str = ""
    customer: str = ""
    amount: str = ""
    currency: str = ""
    tax: str = ""
    shipping: str = ""
    status: Status = ""


@dataclass(frozen=True, slots=True)
class Conversions:
    """Where people speak of conversions. `person` fetches the secret behind customers' keys (model.personal)."""

    ledger: Ledger
    network: Network
    rates: Rates
    clock: Callable[[], int]
    time_zone: str
    person: Callable[[], bytes] = bytes

    def facts(self, conversion: str) -> list[Fact]:
        """The facts of a conversion; Wrong if there are none."""
        found = self.ledger.facts(conversion)
        if not found:
            raise Wrong(f"no such conversion: {conversion}")
        return found

    def of_order(self, advertiser: str, goal: str, key: str, shop: str) -> str:
        """The conversion of an order; under a goal that pays once per click or customer, of that click or customer."""
        known = self._advertiser(advertiser)
        if goal not in known.goals:
            raise Wrong(f"{advertiser} has no goal {goal}")
        # Only a customer's key needs the secret, which not everybody who reads conversions may fetch.
        is_customer = known.goals[goal].once_per == "customer"
        customer = customer_key(self.person(), advertiser, key) if is_customer else ""
        return _identity(Sale("server", goal, click_id=key, order_id=key, customer=customer), known, shop)

    def of_call(self, advertiser: str, call_id: str) -> str:
        """The conversion of a telephone call, by the telephone system's own id."""
        known = self._advertiser(advertiser)
        goal = next(iter(known.goals), "")
        return _identity(Sale("call", goal, call_id=call_id), known, "")

    def amount(self, conversion: str, text: str) -> Money:
        """An amount in the currency of the conversion's sale, or of its campaign if no amount was said."""
        last = self.facts(conversion)[-1]
        return _money(text, last.amount.currency if last.amount else last.after.currency)

    def do(self, conversion: str, act: Act) -> Fact | Replay:
        """Let an act happen; Wrong, with the reason, if it is refused."""
        now = judge.moment(self.clock(), self.time_zone)
        return self._written(conversion, lambda said: life.change(said, act, now), is_new=False)

    def add(self, said: ByHand, word: str) -> Fact | Replay:
        """Book a conversion by hand. A sale that is known already is a replay, or refused if it differs."""
        campaign, affiliate = self.network.campaign(said.campaign), self.network.affiliate(said.affiliate)
        if campaign is None or affiliate is None:
            raise Wrong(f"no campaign {said.campaign}" if campaign is None else f"no affiliate {said.affiliate}")
        advertiser = self._advertiser(campaign.advertiser)
        if said.goal not in advertiser.goals:
            raise Wrong(f"{advertiser.id} has no goal {said.goal}")
        sale = _sale(said, said.currency or campaign.currency, word)
        if said.customer:
            sale = replace(sale, customer=customer_key(self.person(), advertiser.id, said.customer))
        conversion = _identity(sale, advertiser, campaign.shop)
        ground = Ground(None, Link(0, "", affiliate.id, campaign.id), campaign, affiliate.currency)
        goal, now = advertiser.goals[said.goal], judge.moment(self.clock(), self.time_zone)
        return self._written(
            conversion,
            lambda facts: judge.decide(facts, sale, goal, conversion, ground, now, rates=self.rates),
            is_new=True,
        )

    def _written(self, conversion: str, question: Question, is_new: bool) -> Fact | Replay:
        answer = self.ledger.settle(conversion, question, is_new)
        if isinstance(answer, Refusal):
            raise Wrong(f"{answer.reason}: {EVERY[answer.reason]}")
        fact = answer.last if isinstance(answer, Replay) else answer
        if fact.after.reason == "no_fx_rate":
            # What was rejected while its day was looked through for rates is not looked at again by itself.
            now = judge.moment(self.clock(), self.time_zone)
            rated = self.ledger.settle(conversion, lambda facts: life.rate(facts, now, self.rates), is_new=False)
            return rated if isinstance(rated, Fact) else answer
        return answer

    def _advertiser(self, id: str) -> Advertiser:
        found = self.network.advertiser(id)
        if found is None:
            raise Wrong(f"no advertiser {id}")
        return found


def signed(person: str, why: str) -> str:
    """Who did something and why, as a fact keeps it; Wrong if it is nothing to keep."""
    person, why = person.strip(), why.strip()
    text = f"{person}: {why}" if why else person
    if not person or len(text) > KEY_CHARACTERS or not text.isprintable():
        raise Wrong(f"who and why take 1 to {KEY_CHARACTERS} printable characters together")
    return text


def _identity(sale: Sale, advertiser: Advertiser, shop: str) -> str:
    found = judge.identity(sale, advertiser.goals[sale.goal], advertiser.id, shop)
    if isinstance(found, Refusal):
        raise Wrong(f"{found.reason}: {EVERY[found.reason]}")
    return found


def _sale(said: ByHand, currency: str, word: str) -> Sale:
    amounts: Mapping[str, str] = {"amount": said.amount, "tax": said.tax, "shipping": said.shipping}
    try:
        event_ms = read_moment(said.at)
    except ValueError as bad:
        raise Wrong(f"not a time with a zone: {said.at}") from bad
    if event_ms is None or len(said.order) > KEY_CHARACTERS:
        raise Wrong("a conversion by hand needs its time, and an order id of at most 128 characters")
    plain = Sale("hand", said.goal, order_id=said.order, status=said.status, status_word=word, event_ms=event_ms)
    read = {name: _money(text, currency) for name, text in amounts.items() if text}
    return replace(plain, **read)  # type: ignore[arg-type]


def _money(text: str, currency: str) -> Money:
    try:
        return money.parse(text, money.currency(currency))
    except BadAmount as bad:
        raise Wrong(f"{bad.reason}: {text} {currency}") from bad
