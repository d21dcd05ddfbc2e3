"""Facts: what happened to one conversion, in order, and what each fact did to the money.

A conversion is a numbered list of facts that only grows. A fact carries the standing after it and the movement that led
there, so nothing else has to be read to price or report it.
"""

from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Final, Literal, get_args

from chalicelib.model.credit import Credit, split
from chalicelib.model.money import Money

Kind = Literal[
    "booked",
    "confirmed",
    "approved",
    "rejected",
    "refunded",
    "reinstated",
    "amended",
    "corrected",
    "disputed",
    "dispute_won",
    "dispute_lost",
    "rated",
    "held",
    "released",
    "refused",
]
State = Literal["pending", "approved", "rejected"]

KINDS: Final[tuple[Kind, ...]] = get_args(Kind)


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a conversion stands: its state, and what it earns there. A rejected conversion earns 0.

    `commission` and `revenue` are minor units of `currency`, the campaign's; `due` is the same commission in the
    affiliate's own currency, the fact's `due_in`. `confirmed` says that a server has spoken. `refunded` and `disputed`
    are in the sale's currency; while a dispute is open the commission is held. `wanted` is the state that a conversion
    waits for which is pending only because no exchange rate is known. `held` names the rules that hold it back, in
    order and with a space between them: while there is one, nothing of it is paid. Where several affiliates share the
    commission, `dues` is the whole of it in each one's currency, in the order of the fact's `credits`.
    """

    state: State = "pending"
    reason: str = ""
    confirmed: bool = False
    refunded: int = 0
    commission: int = 0
    revenue: int = 0
    currency: str = ""
    due: int = 0
    disputed: int = 0
    wanted: State = "pending"
    held: str = ""
    dues: tuple[int, ...] = ()


NOWHERE: Final = Standing()
"""The standing before the first fact."""


@dataclass(frozen=True, slots=True)
class Movement:
    """What a fact adds to the sums by state, in minor units of its standing's currency; negative takes back.

    `pending_due` and `approved_due` are in the affiliate's currency.
    """

    pending_commission: int = 0
    approved_commission: int = 0
    pending_revenue: int = 0
    approved_revenue: int = 0
    pending_due: int = 0
    approved_due: int = 0


@dataclass(frozen=True, slots=True)
class Fact:
    """Fact `n` of the conversion `conversion`. `key` names the sender's act, so that its repetition is recognised.

    Times are Unix milliseconds: `at_ms` when we accepted it, `event_ms` when the sale happened. `day` is the accounting
    day of `at_ms`. `terms` pins the version, `commission_rate` and `revenue_rate` its rates as text. `amount` is None
    when no amount was said; `deductions` are tax and shipping in its minor units. `touches` are earlier click ids,
    newest first. `seconds` and `caller` (a key, never the number) are a call's. `hold_days` and `fx` (quotes as text,
    '' if nothing was converted) are pinned when the conversion is booked. `due_in` is the affiliate's currency.

    `credits` is empty where `affiliate` earns alone. Otherwise it says who shares, and `parts` what this fact moves for
    each of them; their sums are `moved`, but for `due`, which each has in a currency of its own. `share` is the part
    that this fact is about, where it is one of those that follow from such a fact (see model.sharing). `how` is why
    it is this affiliate's, where it is not simply the last click: a rule of model.attribution, or 'coupon', 'customer',
    'view'.
    """

    conversion: str
    n: int
    kind: Kind
    key: str
    at_ms: int
    event_ms: int
    day: str
    source: str
    advertiser: str
    affiliate: str
    campaign: str
    goal: str
    click_id: str
    order_id: str
    amount: Money | None
    coupon: str
    customer: str
    status_word: str
    test: bool
    terms: str
    commission_rate: str
    revenue_rate: str
    after: Standing
    moved: Movement
    subs: tuple[str, ...] = ()
    touches: tuple[str, ...] = ()
    deductions: int = 0
    seconds: int = 0
    caller: str = ""
    hold_days: int = 0
    fx: str = ""
    due_in: str = ""
    credits: tuple[Credit, ...] = ()
    parts: tuple[Movement, ...] = ()
    share: str = ""
    how: str = ""


def movement(before: Standing, after: Standing) -> Movement:
    """The difference between two standings, by state: money(after) - money(before)."""
    return Movement(
        _in(after, "pending", after.commission) - _in(before, "pending", before.commission),
        _in(after, "approved", after.commission) - _in(before, "approved", before.commission),
        _in(after, "pending", after.revenue) - _in(before, "pending", before.revenue),
        _in(after, "approved", after.revenue) - _in(before, "approved", before.revenue),
        _in(after, "pending", after.due) - _in(before, "pending", before.due),
        _in(after, "approved", after.due) - _in(before, "approved", before.due),
    )


def moves(before: Standing, after: Standing, credits: tuple[Credit, ...]) -> tuple[Movement, tuple[Movement, ...]]:
    """What a fact moves, and what of it for each of those who share: the difference of their parts of both standings.

    A standing is split by largest remainder, so its parts add up, and with them those of every movement.
    """
    if not credits:
        return movement(before, after), ()
    sides = zip(shared(before, credits), shared(after, credits), strict=True)
    return movement(before, after), tuple(movement(mine, then) for mine, then in sides)


def shared(standing: Standing, credits: tuple[Credit, ...]) -> list[Standing]:
    """A standing as each of those who share sees it: with its own commission, revenue and due."""
    weights = [credit.weight for credit in credits]
    commissions, revenues = split(standing.commission, weights), split(standing.revenue, weights)
    # Each is paid in a currency of its own: its part of the whole in that currency.
    dues = [split(whole, weights)[place] for place, whole in enumerate(standing.dues or [0] * len(weights))]
    return [
        replace(standing, commission=commission, revenue=revenue, due=due)
        for commission, revenue, due in zip(commissions, revenues, dues, strict=True)
    ]


def next_fact(last: Fact, kind: Kind, key: str, at_ms: int, day: str, after: Standing, status_word: str = "") -> Fact:
    """The fact that follows `last`, about the same sale, at the next number."""
    moved, parts = moves(last.after, after, last.credits)
    return replace(
        last,
        n=last.n + 1,
        kind=kind,
        key=key,
        at_ms=at_ms,
        day=day,
        status_word=status_word,
        after=after,
        moved=moved,
        touches=(),
        parts=parts,
    )


def conversion_id(*identity: str) -> str:
    """The hash of an identity: 32 hex characters. The parts cannot run into each other: each is closed by a NUL."""
    return sha256("".join(f"{part}\0" for part in identity).encode()).hexdigest()[:32]


def _in(standing: Standing, state: State, minor: int) -> int:
    return minor if standing.state == state else 0
