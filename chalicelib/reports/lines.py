"""The lines of the reports: which columns each CSV part has, and the cells of a fact.

The first column of every part is called `provisional_period` and holds the month whose close will settle the line:
what depends on other conversions (tiers, caps) is booked there, as lines of its own. Times are UTC. Amounts are in the
currency beside them, with its decimals; a movement takes back when it is negative. `late` is 1 when the fact was
stamped with an earlier day than the report's.
"""

from functools import lru_cache
from typing import Final

from chalicelib.model import money
from chalicelib.model.day import iso
from chalicelib.model.entry import Entry
from chalicelib.reports.cells import cell, line, repeated
from chalicelib.reports.sums import Sums

_WHEN: Final = ("provisional_period", "stamped_day", "late", "accepted", "event", "kind", "conversion", "fact")
_WHAT: Final = (
    "campaign",
    "goal",
    "click_id",
    "order_id",
    "coupon",
    "sale_amount",
    "sale_refunded",
    "sale_currency",
    "state",
    "reason",
    "currency",
)
_EARNED: Final = (
    "pending_commission",
    "approved_commission",
    "commission_after",
    "terms",
    "commission_rate",
    "sub1",
    "sub2",
    "sub3",
    "sub4",
    "sub5",
)
_OWED: Final = (
    "pending_revenue",
    "approved_revenue",
    "revenue_after",
    "revenue_rate",
    "status_word",
    "confirmed",
)

COMMISSIONS: Final = (*_WHEN, "affiliate", "advertiser", "source", *_WHAT, *_EARNED, *_OWED)
"""commissions.csv: a line per fact, sorted by affiliate, time of acceptance, conversion and number of the fact.

`pending_...` and `approved_...` are what the fact moves by state, `..._after` is what the conversion earns after it.
"""

AFFILIATE: Final = (*_WHEN, *_WHAT, *_EARNED)
"""An affiliate's statement: its own facts, and nothing of what the advertiser pays the network."""

ADVERTISER: Final = (*_WHEN, "affiliate", *_WHAT, *_OWED)
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
"""summary.csv: a line per affiliate, campaign, goal and currency: facts by kind (`conversions` are the new ones, those
booked), movements by state, and both states together."""

Group = tuple[str, str, str, str]
"""What a line of the summary is about beside the affiliate: advertiser, campaign, goal and currency."""

_amount = lru_cache(16384)(money.decimal)


def of_entry(entry: Entry, day: str) -> tuple[str, str, str]:
    """The lines of a fact in the report of `day`: in commissions.csv, the affiliate's and the advertiser's statement.

    They share what both sides may see; who sees what is decided here and nowhere else.
    """
    when, what, earned, owed = _when(entry, day), _what(entry), _earned(entry), _owed(entry)
    affiliate = repeated(entry.affiliate)
    return (
        f"{when},{affiliate},{repeated(entry.advertiser)},{entry.source},{what},{earned},{owed}\r\n",
        f"{when},{what},{earned}\r\n",
        f"{when},{affiliate},{what},{owed}\r\n",
    )


def of_group(group: Group, affiliate: str, sums: Sums, day: str) -> str:
    """The line of summary.csv for one group of an affiliate's facts in the report of `day`."""
    *names, currency = group
    kinds, amounts = sums.kinds, sums.money(currency)
    pending, approved, both = amounts["pending"], amounts["approved"], amounts["both"]
    counts = (sum(kinds.values()), *kinds.values())
    return line(
        (
            day[:7],
            cell(affiliate),
            *map(cell, names),
            currency,
            *map(str, counts),
            pending["revenue"],
            approved["revenue"],
            pending["commission"],
            approved["commission"],
            pending["margin"],
            approved["margin"],
            both["revenue"],
            both["commission"],
            both["margin"],
        )
    )


def _when(entry: Entry, day: str) -> str:
    accepted = _time(entry.at_ms)
    event = accepted if entry.event_ms == entry.at_ms else _time(entry.event_ms)
    late = "0" if entry.day == day else "1"
    return f"{day[:7]},{entry.day},{late},{accepted},{event},{entry.kind},{entry.conversion},{entry.n}"


def _what(entry: Entry) -> str:
    order = f"{repeated(entry.campaign)},{repeated(entry.goal)},{cell(entry.click_id)},{cell(entry.order_id)}"
    paid = ",,"
    if entry.amount is not None:
        code = entry.sale_currency
        paid = f"{_amount(entry.amount, code)},{_amount(entry.refunded, code)},{code}"
    return f"{order},{cell(entry.coupon)},{paid},{entry.state},{entry.reason},{entry.currency}"


def _earned(entry: Entry) -> str:
    code = entry.currency
    amounts = (
        f"{_amount(entry.pending_commission, code)},{_amount(entry.approved_commission, code)},"
        f"{_amount(entry.commission, code)}"
    )
    return f"{amounts},{repeated(entry.terms)},{repeated(entry.commission_rate)},{','.join(map(cell, entry.subs))}"


def _owed(entry: Entry) -> str:
    code = entry.currency
    amounts = (
        f"{_amount(entry.pending_revenue, code)},{_amount(entry.approved_revenue, code)},{_amount(entry.revenue, code)}"
    )
    word = repeated(entry.status_word)
    return f"{amounts},{repeated(entry.revenue_rate)},{word},{'1' if entry.confirmed else '0'}"


@lru_cache(8192)
def _minute(minutes: int) -> str:
    return iso(minutes * 60_000)[:17]


def _time(ms: int) -> str:
    """What model.day.iso gives; the minute is remembered, for a million facts share few of them."""
    minutes, rest = divmod(ms, 60_000)
    return f"{_minute(minutes)}{rest // 1000:02d}.{rest % 1000:03d}Z"
