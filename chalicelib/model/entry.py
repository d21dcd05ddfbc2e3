"""A fact as a report reads it: flat, and without what no report shows.

A report reads a million facts, and a Fact is four frozen dataclasses, which take longer to make than all its lines.
"""

from typing import NamedTuple

from chalicelib.model.fact import Kind, State


class Entry(NamedTuple):
    """What model.fact.Fact says, under the same words.

    `amount` is the sale's, in minor units of `sale_currency`, or None; so are `refunded`, `deductions` and `disputed`.
    `due`, `pending_due` and `approved_due` are in minor units of `due_in`, all other amounts of `currency`:
    `pending_...` and `approved_...` are what the fact moves, the others where it leads.

    A fact of a conversion that several affiliates share is as many entries, each with its part of the money (see
    model.sharing). `share` names the part, as in '2/1:2:1': the second of three, whose weights are 1, 2 and 1. The
    sale, its amount and what was refunded are the whole's.
    """

    conversion: str
    n: int
    kind: Kind
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
    amount: int | None
    sale_currency: str
    coupon: str
    status_word: str
    terms: str
    commission_rate: str
    revenue_rate: str
    state: State
    reason: str
    confirmed: bool
    refunded: int
    commission: int
    revenue: int
    currency: str
    pending_commission: int
    approved_commission: int
    pending_revenue: int
    approved_revenue: int
    subs: tuple[str, ...]
    customer: str = ""
    deductions: int = 0
    seconds: int = 0
    caller: str = ""
    hold_days: int = 0
    fx: str = ""
    disputed: int = 0
    due_in: str = ""
    due: int = 0
    pending_due: int = 0
    approved_due: int = 0
    held: str = ""
    share: str = ""
