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
from chalicelib.model.fact import KINDS, Kind
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

_RARE: Final = ("customer", "deductions", "seconds", "caller", "hold_days", "disputed", "fx")
_OBJECTED: Final = ("deductions", "seconds", "disputed")
_DUE: Final = ("due_currency", "pending_due", "approved_due", "due_after")
_DOUBTED: Final = ("held", "share")

COMMISSIONS: Final = (
    *(*_WHEN, "affiliate", "advertiser", "source"),
    *(*_WHAT, *_EARNED, *_OWED, *_RARE, *_DUE, *_DOUBTED),
)
"""commissions.csv: a line per fact, sorted by affiliate, time of acceptance, conversion and number of the fact.

`pending_...` and `approved_...` are what the fact moves by state, `..._after` is what the conversion earns after it;
`..._due` is the commission again, in the affiliate's currency. `held` names the rules of trust that hold it back, and
`share` the part of a conversion that several brought (see model.entry). `reading` reads the file back.
"""

AFFILIATE: Final = (*_WHEN, *_WHAT, *_EARNED, *_DUE, *_DOUBTED)
"""An affiliate's statement: its own facts, and nothing of what the advertiser pays the network."""

ADVERTISER: Final = (*_WHEN, "affiliate", *_WHAT, *_OWED, *_OBJECTED, *_DOUBTED)
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
    "due_currency",
    "pending_due",
    "approved_due",
    "due",
)
"""summary.csv: a line per affiliate, campaign, goal and currencies: facts by kind (`conversions` are the new ones,
those booked), movements by state, and both states together."""

_EARLY: Final[tuple[Kind, ...]] = ("booked", "confirmed", "approved", "rejected", "refunded")
_LATER: Final[tuple[Kind, ...]] = tuple(kind for kind in KINDS if kind not in _EARLY)
"""The kinds of fact in the order of their columns: before the movements, and behind them."""

_MOVED: Final = ("revenue", "commission", "margin")

Group = tuple[str, str, str, str, str]
"""What a line of the summary is about beside the affiliate: advertiser, campaign, goal, the campaign's currency and the
one that the affiliate is paid in."""

_amount = lru_cache(16384)(money.decimal)


def of_entry(entry: Entry, day: str) -> tuple[str, str, str]:
    """The lines of a fact in the report of `day`: in commissions.csv, the affiliate's and the advertiser's statement.

    They share what both sides may see; who sees what is decided here and nowhere else.
    """
    when, what, owed = _when(entry, day), _what(entry), _owed(entry)
    commission = _amounts(entry.pending_commission, entry.approved_commission, entry.commission, entry.currency)
    earned, due = f"{commission},{_origin(entry)}", _due(entry, commission)
    rare, objected = _rare(entry)
    affiliate, doubted = repeated(entry.affiliate), _doubted(entry)
    return (
        f"{when},{affiliate},{repeated(entry.advertiser)},{entry.source},{what},{earned},{owed},"
        f"{cell(entry.customer)},{rare},{due},{doubted}\r\n",
        f"{when},{what},{earned},{due},{doubted}\r\n",
        f"{when},{affiliate},{what},{owed},{objected},{doubted}\r\n",
    )


def of_group(group: Group, affiliate: str, sums: Sums, day: str) -> str:
    """The line of summary.csv for one group of an affiliate's facts in the report of `day`."""
    *names, currency, due_in = group
    kinds, amounts, due = sums.kinds, sums.money(currency), sums.due(due_in)
    return line(
        (
            day[:7],
            cell(affiliate),
            *map(cell, names),
            currency,
            str(sum(kinds.values())),
            *(str(kinds[kind]) for kind in _EARLY),
            *(amounts[state][name] for name in _MOVED for state in ("pending", "approved")),
            *(amounts["both"][name] for name in _MOVED),
            *(str(kinds[kind]) for kind in _LATER),
            due_in,
            *due.values(),
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


def _origin(entry: Entry) -> str:
    return f"{repeated(entry.terms)},{repeated(entry.commission_rate)},{_subs(entry.subs)}"


@lru_cache(4096)
def _subs(subs: tuple[str, ...]) -> str:
    return ",".join(map(cell, subs))


def _owed(entry: Entry) -> str:
    amounts = _amounts(entry.pending_revenue, entry.approved_revenue, entry.revenue, entry.currency)
    word = repeated(entry.status_word)
    return f"{amounts},{repeated(entry.revenue_rate)},{word},{'1' if entry.confirmed else '0'}"


def _due(entry: Entry, commission: str) -> str:
    """The commission in the affiliate's currency; most affiliates earn in the campaign's, so it is the same again."""
    code = entry.due_in
    if code == entry.currency:
        return f"{code},{commission}"
    return f"{code},{_amounts(entry.pending_due, entry.approved_due, entry.due, code)}"


@lru_cache(16384)
def _amounts(pending: int, approved: int, after: int, code: str) -> str:
    return f"{_amount(pending, code)},{_amount(approved, code)},{_amount(after, code)}"


def _rare(entry: Entry) -> tuple[str, str]:
    """What few facts have, for commissions.csv from `deductions` to `fx`, and for the advertiser."""
    hold, code = entry.hold_days, entry.sale_currency
    if entry.deductions or entry.seconds or entry.caller or entry.disputed or entry.fx:
        return _told(entry.deductions, entry.seconds, entry.caller, hold, entry.disputed, entry.fx, code)
    return _nothing(hold, code)


@lru_cache(1024)
def _nothing(hold_days: int, code: str) -> tuple[str, str]:
    return _told(0, 0, "", hold_days, 0, "", code)


def _told(
    deductions: int, seconds: int, caller: str, hold_days: int, disputed: int, fx: str, code: str
) -> tuple[str, str]:
    """Without a sale's amount there is nothing to deduct from and no currency: such cells are empty."""
    less, objected = (_amount(minor, code) if code else "" for minor in (deductions, disputed))
    return (
        f"{less},{seconds},{cell(caller)},{hold_days},{objected},{repeated(fx)}",
        f"{less},{seconds},{objected}",
    )


def _doubted(entry: Entry) -> str:
    return f"{repeated(entry.held)},{entry.share}" if entry.held or entry.share else ","


@lru_cache(8192)
def _minute(minutes: int) -> str:
    return iso(minutes * 60_000)[:17]


def _time(ms: int) -> str:
    """What model.day.iso gives; the minute is remembered, for a million facts share few of them."""
    minutes, rest = divmod(ms, 60_000)
    return f"{_minute(minutes)}{rest // 1000:02d}.{rest % 1000:03d}Z"
