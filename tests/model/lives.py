"""Random networks full of lives: sales that are reviewed, changed, refunded, disputed and paid, told twice and late.

A network is an object as docs/vectors.md describes it, so that a failing one can be printed and put to `fold`.
"""

from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

START = datetime(2026, 10, 1, tzinfo=UTC)
MONTHS = ("2026-10", "2026-11", "2026-12", "2027-01", "2027-02", "2027-03")
LAST_DAY = 122
"""Lives end with January; February can take everything back."""

RATES = {
    "plain": ("RevShare 10%", "RevShare 15%"),
    "hybrid": ("CPA 2.00 EUR + RevShare 7.5% net", "RevShare 12.5%"),
    "counted": ("Tiers count retroactive: RevShare 5%; from 4 RevShare 7%; from 9 RevShare 9.5%", "RevShare 20%"),
    "climbing": (
        "Tiers amount marginal: CPA 0.50 USD + RevShare 4%; from 150.00 USD CPA 1.00 USD + RevShare 6%",
        "Tiers count marginal: CPA 9.00 USD; from 3 CPA 8.00 USD",
    ),
    "capped": ("CPA 5.00 USD", "CPA 8.00 USD"),
    "budget": ("RevShare 9%", "RevShare 11%"),
    "again": ("RevShare 30% for 1 month", "RevShare 40% for 2 months"),
    "call": ("Call 8.00 USD from 60s, 12.00 USD from 180s", "Call 10.00 USD from 60s"),
}
CAPS = {
    "capped": {"month": 4, "day": 2, "conversions/total/anna": 9},
    "budget": {"commission/month": "30.00", "revenue/total": "150.00"},
}
BALANCES = (("anna", "USD"), ("anna", "EUR"), ("ben", "EUR"), ("carl", "JPY"), ("dora", "KWD"))
ACTS = ("approve", "approve", "reject", "reinstate", "amend", "refund", "refund", "dispute", "win", "lose", "correct")


def network(dice: Random) -> dict[str, Any]:
    """A network of eight campaigns and four affiliates, paid in three currencies, of whom one brought another."""
    taxes = {"vat_mode": "standard", "vat_percent": "19", "withholding_percent": dice.choice(("0", "7.5"))}
    return {
        "time_zone": dice.choice(("UTC", "America/New_York", "Asia/Tokyo", "Europe/Berlin")),
        "affiliates": [
            {"id": "anna", "currency": dice.choice(("", "EUR")), "profile": taxes},
            {"id": "ben", "currency": "EUR", "recruiter": "anna", "profile": taxes if dice.random() < 0.5 else {}},
            {"id": "carl", "currency": "JPY", "recruiter": "anna"},
            {"id": "dora", "currency": "KWD"},
        ],
        "campaigns": [_campaign(name, dice) for name in RATES],
        "goals": [{"advertiser": "shop", "name": "sale", "review": dice.choice(("auto", "manual"))}],
        "minimum": {"USD": "5.00"},
    }


def lives(dice: Random, many: int) -> list[dict[str, Any]]:
    """The acts of so many lives, in no order."""
    return [act for number in range(many) for act in _life(f"c{number:04d}", dice)]


def rates(dice: Random) -> list[dict[str, Any]]:
    """Rates of most days, each day other ones; in each month there is a week of which finance hears later."""
    found: list[dict[str, Any]] = []
    for number in range(-5, 185):
        day = (START + timedelta(days=number)).date()
        quoted = {
            "USD": f"{dice.uniform(1, 1.3):.4f}",
            "JPY": f"{dice.uniform(140, 170):.2f}",
            "KWD": f"{dice.uniform(0.3, 0.4):.5f}",
        }
        row = {"date": day.isoformat(), "base": "EUR", "rates": quoted}
        if 9 < day.day < 19:
            row["known"] = _time(number + 9, 0)
        found.append(row)
    return found


def payouts(dice: Random) -> list[dict[str, Any]]:
    """What somebody tries with each balance in each month: mostly the right steps, some of them twice or too early."""
    found = []
    for number, period in enumerate(MONTHS[:-1]):
        for affiliate, currency in BALANCES:
            steps = ["frozen", "sent", "paid", "returned"][: dice.randint(0, 4)]
            if steps and dice.random() < 0.3:
                steps = [*steps[: dice.randint(1, 2)], "failed"]
            day = 31 * (number + 1) + 2
            for step in steps:
                day += dice.randint(0, 12)
                found += [_step(day, f"{period}/{affiliate}/{currency}", step)] * dice.choice((1, 1, 2))
    return found


def reversal(conversions: set[str]) -> list[dict[str, Any]]:
    """Everything is rejected on 5 February."""
    at = _time(127, 0)
    return [{"at": at, "act": "reject", "conversion": one, "reason": "by_network"} for one in sorted(conversions)]


def _campaign(name: str, dice: Random) -> dict[str, Any]:
    commission, revenue = RATES[name]
    shares = [{"goal": "second_tier", "commission": "RevShare 10%"}]
    if dice.random() < 0.5:
        shares.append(
            {"goal": "second_tier", "from": _time(70, 0), "commission": dice.choice(("none", "RevShare 20%"))}
        )
    return {
        "id": name,
        "advertiser": "shop",
        "currency": "USD",
        "hold_days": dice.choice((0, 0, 14, 30, 90)),
        "caps": CAPS.get(name, {}),
        "terms": [{"goal": "sale", "commission": commission, "revenue": revenue}, *shares],
    }


def _life(conversion: str, dice: Random) -> list[dict[str, Any]]:
    name, day, currency = dice.choice(list(RATES)), dice.randint(1, 91), dice.choice(("USD", "USD", "USD", "EUR"))
    amount = dice.choice((999, 1000, 3333, 5000, 12345))
    booked: dict[str, Any] = {
        "at": _time(day, dice.randrange(86400)),
        "act": "book",
        "conversion": conversion,
        "affiliate": dice.choice(("anna", "ben", "ben", "carl", "dora")),
        "campaign": name,
        "amount": _text(amount),
        "currency": currency,
        "event": _time(day - dice.choice((1, 1, 2, 20)), dice.randrange(86400)),
    }
    if name == "hybrid":
        booked |= {"tax": _text(amount // 6)}
    if name == "again":
        booked |= {"customer": f"u{dice.randrange(3)}"}
    if name == "call":
        booked |= {"seconds": dice.choice((10, 60, 200)), "caller": f"k{dice.randrange(4)}/30", "source": "call"}
    acts = [booked]
    for number in range(dice.randint(0, 7)):
        acts.append(_act(dice.choice(ACTS), number, conversion, amount, currency, _later(day, dice), dice))
    acts += [act | {"at": _time(_later(day, dice), 1)} for act in acts if dice.random() < 0.1]
    return [*acts, {"at": _time(LAST_DAY, 1), "act": "rate", "conversion": conversion}]


def _later(day: int, dice: Random) -> int:
    return min(day + dice.choice((1, 3, 10, 40, 70)), LAST_DAY - 1)


def _act(name: str, number: int, conversion: str, amount: int, currency: str, day: int, dice: Random) -> dict[str, Any]:
    act: dict[str, Any] = {"at": _time(day, dice.randrange(86400)), "act": name, "conversion": conversion}
    act["key"] = f"{name}{dice.choice((0, number))}"
    if name in ("amend", "refund"):
        act |= {"amount": _text(dice.choice((1, 333, amount // 2, amount, 2 * amount))), "currency": currency}
    if name == "refund" and dice.random() < 0.3:
        act["total"] = True
    if name in ("dispute", "win", "lose"):
        act["key"] = f"d{dice.randrange(2)}"
    if name == "dispute" and dice.random() < 0.5:
        act |= {"amount": _text(amount // 3), "currency": currency}
    if name == "correct":
        act |= {"seconds": dice.choice((30, 90, 240)), "tax": _text(dice.choice((0, 100))), "currency": currency}
    return act


def _step(day: int, line: str, step: str) -> dict[str, Any]:
    return {"at": _time(day, 0), "payable": line, "act": step}


def _time(day: int, second: int) -> str:
    """A second of a day, counted from 1 October 2026 as day 0."""
    return (START + timedelta(days=day, seconds=second)).strftime("%Y-%m-%dT%H:%M:%SZ")


def _text(minor: int) -> str:
    return f"{minor // 100}.{minor % 100:02d}"
