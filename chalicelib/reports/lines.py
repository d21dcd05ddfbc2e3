"""The lines of the reports: which columns each CSV part has, and the cells of a fact.

The first column of every part is called `provisional_period` and holds the month whose close will settle the line:
what depends on other conversions (tiers, caps) is booked there, as lines of its own. Times are UTC. Amounts are in the
currency beside them, with its decimals; a movement takes back when it is negative. `late` is 1 when the fact was
stamped with an earlier day than the report's.
"""

from functools import lru_cache
from operator import itemgetter
from typing import Final

from chalicelib.model import money
from chalicelib.model.day import iso
from chalicelib.model.fact import Fact
from chalicelib.reports.cells import disarmed, repeated
from chalicelib.reports.sums import Sums

_SHOWN: Final = {
    "provisional_period": "affiliate advertiser",
    "stamped_day": "affiliate advertiser",
    "late": "affiliate advertiser",
    "accepted": "affiliate advertiser",
    "event": "affiliate advertiser",
    "kind": "affiliate advertiser",
    "conversion": "affiliate advertiser",
    "fact": "affiliate advertiser",
    "source": "",
    "affiliate": "advertiser",
    "advertiser": "",
    "campaign": "affiliate advertiser",
    "goal": "affiliate advertiser",
    "click_id": "affiliate advertiser",
    "order_id": "affiliate advertiser",
    "coupon": "affiliate advertiser",
    "sale_amount": "affiliate advertiser",
    "sale_refunded": "affiliate advertiser",
    "sale_currency": "affiliate advertiser",
    "status_word": "advertiser",
    "state": "affiliate advertiser",
    "reason": "affiliate advertiser",
    "confirmed": "advertiser",
    "currency": "affiliate advertiser",
    "pending_commission": "affiliate",
    "approved_commission": "affiliate",
    "pending_revenue": "advertiser",
    "approved_revenue": "advertiser",
    "commission_after": "affiliate",
    "revenue_after": "advertiser",
    "terms": "affiliate",
    "commission_rate": "affiliate",
    "revenue_rate": "advertiser",
    "sub1": "affiliate",
    "sub2": "affiliate",
    "sub3": "affiliate",
    "sub4": "affiliate",
    "sub5": "affiliate",
}
"""Each column of commissions.csv, and whose statements show it."""

COMMISSIONS: Final = tuple(_SHOWN)
"""A line per fact, sorted by affiliate, time of acceptance, conversion and number of the fact.

`pending_...` and `approved_...` are what the fact moves by state, `..._after` is what the conversion earns after it.
"""

AFFILIATE: Final = tuple(name for name, shown in _SHOWN.items() if "affiliate" in shown)
"""An affiliate's statement: its own facts, and nothing of what the advertiser pays the network."""

ADVERTISER: Final = tuple(name for name, shown in _SHOWN.items() if "advertiser" in shown)
"""An advertiser's statement: what it owes, and neither commissions nor the affiliates' own sub ids."""

SUMMARY: Final = (
    "provisional_period",
    "affiliate",
    "advertiser",
    "campaign",
    "goal",
    "currency",
    "facts",
    "conversions",
    "confirmed",
    "approved",
    "rejected",
    "refunded",
    "pending_revenue",
    "approved_revenue",
    "pending_commission",
    "approved_commission",
    "pending_margin",
    "approved_margin",
    "revenue",
    "commission",
    "margin",
)
"""A line per affiliate, campaign, goal and currency: facts by kind (`conversions` are new ones: of kind booked),
movements by state, and both states together."""

Group = tuple[str, str, str, str]
"""What a line of the summary is about beside the affiliate: advertiser, campaign, goal and currency."""

for_affiliate = itemgetter(*[COMMISSIONS.index(name) for name in AFFILIATE])
for_advertiser = itemgetter(*[COMMISSIONS.index(name) for name in ADVERTISER])

amount = lru_cache(16384)(money.decimal)


def cells(fact: Fact, day: str) -> list[str]:
    """The cells of COMMISSIONS for a fact in the report of `day`."""
    after, moved, sale, code = fact.after, fact.moved, fact.amount, fact.after.currency
    accepted = _time(fact.at_ms)
    return [
        day[:7],
        fact.day,
        "0" if fact.day == day else "1",
        accepted,
        accepted if fact.event_ms == fact.at_ms else _time(fact.event_ms),
        fact.kind,
        fact.conversion,
        str(fact.n),
        fact.source,
        repeated(fact.affiliate),
        repeated(fact.advertiser),
        repeated(fact.campaign),
        repeated(fact.goal),
        disarmed(fact.click_id),
        disarmed(fact.order_id),
        disarmed(fact.coupon),
        amount(sale.minor, sale.currency) if sale else "",
        amount(after.refunded, sale.currency) if sale else "",
        sale.currency if sale else "",
        disarmed(fact.status_word),
        after.state,
        after.reason,
        "1" if after.confirmed else "0",
        code,
        amount(moved.pending_commission, code),
        amount(moved.approved_commission, code),
        amount(moved.pending_revenue, code),
        amount(moved.approved_revenue, code),
        amount(after.commission, code),
        amount(after.revenue, code),
        repeated(fact.terms),
        repeated(fact.commission_rate),
        repeated(fact.revenue_rate),
        *map(disarmed, fact.subs),
    ]


def summary(day: str, affiliate: str, group: Group, sums: Sums) -> list[str]:
    """The cells of SUMMARY for one group of an affiliate's facts in the report of `day`."""
    *names, currency = group
    kinds, amounts = sums.kinds, sums.money(currency)
    pending, approved, both = amounts["pending"], amounts["approved"], amounts["both"]
    return [
        day[:7],
        disarmed(affiliate),
        *map(disarmed, names),
        currency,
        str(sum(kinds.values())),
        *map(str, kinds.values()),
        pending["revenue"],
        approved["revenue"],
        pending["commission"],
        approved["commission"],
        pending["margin"],
        approved["margin"],
        both["revenue"],
        both["commission"],
        both["margin"],
    ]


@lru_cache(8192)
def _minute(minutes: int) -> str:
    return iso(minutes * 60_000)[:17]


def _time(ms: int) -> str:
    """What model.day.iso gives; the minute is remembered, for a million facts share few of them."""
    minutes, rest = divmod(ms, 60_000)
    seconds, thousandths = divmod(rest, 1000)
    return f"{_minute(minutes)}{seconds:02d}.{thousandths:03d}Z"
