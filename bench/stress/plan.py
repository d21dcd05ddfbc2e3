"""Who buys what, and who tells of it: sales, and the deliveries that speak of them in random order.

Everything follows from the seed. A sale is told at least once by its advertiser's server, and by any number of
browsers, who may be wrong about the amount, the currency or the click. What an advertiser says of one sale never
contradicts itself but in its status, so what must come out does not depend on the order.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from random import Random
from typing import Final, Literal, TypeVar

from bench.stress.network import AFFILIATES, DIGITS, OFFERS, PROMISES, Offer

Door = Literal["query", "form", "json", "pixel", "beacon"]
Minted = Literal["redirect", "row", "bare"]
T = TypeVar("T")

STATUSES: Final = {
    "pending": ("pending", "lead", "hold"),
    "approved": ("approved", "sale", "paid"),
    "rejected": ("rejected", "cancelled", "trash"),
}
"""The words of our statuses that senders use."""

# How often, in per cent.
_SERVER_SAYS: Final[dict[tuple[str, ...], int]] = {
    ("",): 35,
    ("approved",): 20,
    ("pending", "approved"): 25,
    ("pending",): 8,
    ("pending", "rejected"): 6,
    ("approved", "rejected"): 6,
}
_CLAIMS: Final = {0: 30, 1: 50, 2: 20}
_CLAIM_IS: Final = {"right": 50, "wrong amount": 25, "other currency": 5, "other click": 20}
_MINTED: Final[dict[Minted, int]] = {"redirect": 20, "row": 30, "bare": 50}
_REFUNDED, _SAME_TIME = 0.15, 0.33


@dataclass(frozen=True, slots=True)
class Sale:
    """One purchase as it was. `says` are the statuses that the server gives it ('' for none), `refunds` what it gives
    back: partial amounts, or the whole sale by one cumulative total.

    `minted` says how its click comes about: by the real redirect just now, or `age_days` ago, with or without its row.
    """

    n: int
    offer: Offer
    goal: str
    affiliate: str
    rival: str
    order_id: str
    customer: str
    amount: Decimal | None
    says: tuple[str, ...]
    refunds: tuple[Decimal, ...]
    minted: Minted
    age_days: float


@dataclass(frozen=True, slots=True)
class Delivery:
    """One request of a browser or an advertiser's server about sale `sale`.

    `clicks` names the ids it carries: the sale's own, the rival's, or both as the tag's cookie keeps them.
    """

    sale: int
    door: Door
    said: Mapping[str, str]
    clicks: tuple[str, ...] = ("own",)
    is_refund: bool = False

    @property
    def is_claim(self) -> bool:
        """Whether a browser says so."""
        return self.door in ("pixel", "beacon")


def sales(count: int, dice: Random) -> list[Sale]:
    """All purchases. Order ids repeat across shops and goals, for each of them counts on its own."""
    orders: defaultdict[tuple[str, str, str], int] = defaultdict(lambda: 1000)
    return [_sale(n, orders, dice) for n in range(count)]


def deliveries(bought: list[Sale], count: int, dice: Random) -> list[Delivery]:
    """What is told of them, `count` requests if that is enough for one each; what is missing are exact repetitions.

    The order is random, except that all about some sales comes in at the same moment, as in life.
    """
    told = [delivery for sale in bought for delivery in _told(sale, dice)]
    told += dice.choices(told, k=max(0, count - len(told)))
    moments = {sale.n: dice.random() for sale in bought if dice.random() < _SAME_TIME}
    width = 4 / len(told)
    places = [moments.get(one.sale, dice.random()) + dice.random() * width for one in told]
    return [told[place] for place in sorted(range(len(told)), key=places.__getitem__)]


def _sale(n: int, orders: defaultdict[tuple[str, str, str], int], dice: Random) -> Sale:
    offer = dice.choice(OFFERS)
    goal = dice.choice(offer.goals)
    promise = PROMISES[offer.advertiser][goal]
    scope = (offer.advertiser, offer.shop, goal)
    orders[scope] += 1
    affiliate, rival = dice.sample(AFFILIATES, 2)
    shares = any(deal.goal == goal and "RevShare" in deal.commission + deal.revenue for deal in offer.deals)
    amount = _amount(offer.currency, dice) if shares or dice.random() < 0.7 else None
    says = _one_of(_SERVER_SAYS, dice)
    stands = says[-1] == "approved" or (says == ("",) and promise.review == "auto")
    refunds = _refunds(amount, offer.currency, dice) if amount and stands and dice.random() < _REFUNDED else ()
    named = promise.once_per == "order" or dice.random() < 0.5
    return Sale(
        n=n,
        offer=offer,
        goal=goal,
        affiliate=affiliate,
        rival=rival,
        order_id=f"{orders[scope]}" if named else "",
        customer=f"customer {n}" if promise.once_per == "customer" else "",
        amount=amount,
        says=says,
        refunds=refunds,
        minted=_one_of(_MINTED, dice),
        age_days=dice.uniform(0.01, 27.9),
    )


def _told(sale: Sale, dice: Random) -> Iterator[Delivery]:
    fixed = {"goal": sale.goal, "order_id": sale.order_id, "customer_id": sale.customer}
    known = {name: value for name, value in fixed.items() if value}
    for status in sale.says:
        said = known | _money(sale, dice)
        if status:
            said["status"] = dice.choice(STATUSES[status])
        yield Delivery(sale.n, dice.choice(("query", "form", "json")), said)
    for number, amount in enumerate(sale.refunds):
        said = {**known, "refund_id": f"R{number}", "amount": _spelt(amount)}
        if amount == sale.amount:
            said = {**known, "refunded_total": _spelt(amount)}
        yield Delivery(sale.n, dice.choice(("query", "form", "json")), said, is_refund=True)
    for _ in range(_one_of(_CLAIMS, dice)):
        yield _claim(sale, known, dice)


def _claim(sale: Sale, known: dict[str, str], dice: Random) -> Delivery:
    """A browser's account, which may be wrong in what does not say which sale it is."""
    door: Door = dice.choice(("pixel", "beacon"))
    said, clicks = known | _money(sale, dice), tuple[str, ...](["own"])
    match _one_of(_CLAIM_IS, dice):
        case "wrong amount":
            said["amount"] = _spelt(_amount(sale.offer.currency, dice))
        case "other currency" if sale.goal == "sale":
            said |= {"amount": "77", "currency": "EUR" if sale.offer.currency == "USD" else "USD"}
        case "other click" if PROMISES[sale.offer.advertiser][sale.goal].once_per != "click":
            clicks = dice.choice((("rival",), ("rival", "own")))
    return Delivery(sale.n, door, said, clicks)


def _money(sale: Sale, dice: Random) -> dict[str, str]:
    if sale.amount is None:
        return {}
    text, code = _spelt(sale.amount), sale.offer.currency
    if DIGITS[code] == 2 and dice.random() < 0.2:
        text = text.replace(".", ",")
    return {"amount": text} | ({"currency": code} if dice.random() < 0.5 else {})


def _amount(currency: str, dice: Random) -> Decimal:
    return Decimal(dice.randint(100, 99_999)).scaleb(-DIGITS[currency])


def _refunds(amount: Decimal, currency: str, dice: Random) -> tuple[Decimal, ...]:
    """The whole, or one or two parts that leave something."""
    if dice.random() < 0.3:
        return (amount,)
    most = int(amount.scaleb(DIGITS[currency])) * 2 // 5
    parts = [Decimal(dice.randint(1, most)).scaleb(-DIGITS[currency]) for _ in range(dice.choice((1, 2)))]
    return tuple(parts)


def _spelt(amount: Decimal) -> str:
    return f"{amount:f}"


def _one_of(weights: Mapping[T, int], dice: Random) -> T:
    return dice.choices(list(weights), list(weights.values()))[0]
