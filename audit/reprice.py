"""Every line of a month close again, from facts and terms: `python -m audit.reprice FOLDER [PERIOD]`.

FOLDER holds the bucket's files under their keys. Read are the close's own, what the close before handed on, and the
facts of the daily reports between; what differs is named by file, line and column. Nothing of clickledger is used.

All is held in memory, as exact fractions and whole minor units (cents). What people decided (bonuses, adjustments,
forgiven debt, payouts) stands as it is; whether the files are the published ones is for `audit.verify` to say.
"""

import csv
import io
import json
import re
import sys
from calendar import monthrange
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

Moved = tuple[int, ...]
"""A movement: eight amounts in the order of MONEY."""

DAY = 86_400_000
NO_DIGITS = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"
UNTAXED = {"vat", "withheld", "write_off", "frozen", "sent", "paid", "failed", "returned", "deferred"}
GIVEN = UNTAXED - {"vat", "withheld"} | {"bonus", "adjusted"}
REASONS = {"recurring": "recurring_limit", "call_difference": "repeat_caller", "cap_difference": "cap_reached"}
KINDS = {"click": "cpc", "impression": "cpm", "month": "flat"}
BUCKETS = ("pending", "held", "payable")
COMMISSION, DUE = [tuple(f"{bucket}_{word}" for bucket in BUCKETS) for word in ("commission", "due")]
MONEY = (*COMMISSION, "pending_revenue", "revenue", *DUE)
CARRIED = tuple(f"carried_{name}" for name in (*COMMISSION, *DUE))
EARNED = ("commission", "revenue", "due")
NOTHING: Moved = (0,) * 8
SORT = ("kind", "affiliate", "advertiser", "campaign", "goal", "currency", "due_currency", "terms")
RATES = ("commission_rate", "revenue_rate")
KEYS = {
    "lines.csv": (*SORT, *RATES, "conversion", "fact", "origin", "reason", "note"),
    "bases.csv": ("origin", *SORT, *RATES),
    "taken.csv": ("period", "campaign", "scope", "measure", "span", "source"),
    "seen.csv": ("who", "campaign", "key", "period"),
    "agreed.csv": ("period", "campaign"),
    "shares.csv": ("recruiter", "affiliate", "advertiser", "campaign", "percent", "currency", "due_currency"),
    "taxes.csv": ("affiliate", "currency", "kind", "percent"),
    "open-items.csv": ("conversion",),
}
LAYERS = {"shares.csv": (*KEYS["shares.csv"][1:4], "currency"), "taxes.csv": KEYS["taxes.csv"][:3]}
"""The files that are compared, and what a line of each is about."""

UNITS = {
    "sale_currency": "sale_amount|sale_refunded|deductions|disputed",
    "due_currency": "([a-z_]+_)?due(_after)?",
    "currency": "[a-z_]*(commission|revenue)(_after)?|(opening|moved|closing)_.*|payout|base|booked|taxable",
}
"""Which columns are amounts in the currency of which column."""


class Row(dict[str, Any]):
    """A line of a file: amounts in minor units, times in Unix milliseconds, text as it stands. `row.name` is a cell."""

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - a cell
        return self[name]


def digits(code: str) -> int:
    """How many digits an amount has behind its point."""
    return 0 if code in NO_DIGITS else 3 if code in "BHD IQD JOD KWD LYD OMR TND" else 4 if code in "CLF UYW" else 2


def minor(text: str, code: str) -> int:
    """'12.34' USD -> 1234; nothing at all is 0."""
    return int(Fraction(text or 0) * 10 ** digits(code))


def half_up(amount: Fraction) -> int:
    """The nearest whole number; the one farther from 0 if two are as near."""
    return int(abs(amount) + Fraction(1, 2)) * (1 if amount >= 0 else -1)


def shown(cell: object, code: str) -> str:
    """A cell as it stands in a file: 1234 USD -> '12.34'."""
    return str(Decimal(str(cell)).scaleb(-digits(code)) if code and isinstance(cell, int) else cell)


@lru_cache(512)
def unit(column: str) -> str:
    """The column that names the currency of an amount; '' for what is no amount."""
    return next((code for code, columns in UNITS.items() if re.fullmatch(columns, column)), "")


@lru_cache(65536)
def clock(text: str) -> int:
    """'2026-10-31T23:00:00.000Z' -> Unix milliseconds."""
    return int(datetime.fromisoformat(text[:19] + "+00:00").timestamp()) * 1000 + int(text[20:23])


def rows(content: bytes) -> Iterator[Row]:
    """The lines of a CSV file."""
    for plain in csv.DictReader(io.StringIO(content.decode(), newline="")):
        row = Row(("due_currency" if name == "due_in" else name, text) for name, text in plain.items())
        for name, text in row.items():
            if code := unit(name):
                row[name] = None if name == "sale_amount" and not text else minor(text, row[code])
            elif name in ("accepted", "event", "at"):
                row[name] = clock(text)
            elif name in ("seconds", "hold_days", "quantity", "waiting", "fact") and (text or name != "fact"):
                row[name] = int(text or 0)
        yield row


def plus(one: Moved, other: Moved, sign: int = 1) -> Moved:
    """Both together, number by number."""
    return tuple(a + sign * b for a, b in zip(one, other, strict=True))


def convert(parts: Iterable[tuple[Fraction, str]], target: str, fx: str) -> Fraction | None:
    """The sum of amounts in minor units of `target`, by quotes; None where a rate is missing."""
    _, _, base, *pairs = fx.split() or ("", "", "XXX")
    rates = {pair[:3]: Fraction(pair[4:]) * 10 ** digits(pair[:3]) for pair in (f"{base}=1", *pairs)}
    total = Fraction(0)
    for amount, code in parts:
        if amount and code != target and not {code, target} <= rates.keys():
            return None
        total += amount if code == target or not amount else amount * rates[target] / rates[code]
    return total


def exchange(amount: Fraction | int, code: str, target: str, fx: str) -> int:
    """An amount in another currency, rounded; 0 where a rate is missing, which no line of a close can be."""
    return half_up(convert([(Fraction(amount), code)], target, fx) or Fraction(0))


def only(fx: str, code: str, target: str) -> str:
    """Of quotes what two currencies need; '' if they are the same."""
    words = fx.split() if code != target else []
    return " ".join((*words[:3], *(word for word in words[3:] if word[:3] in (code, target))))


class Rate(NamedTuple):
    """`steps` are (start, summands): one from 0 for a plain rate. `each` is the price of a visit or of a month."""

    steps: tuple[tuple[int, tuple[str, ...]], ...] = ((0, ()),)
    months: int = 0
    by: str = ""
    mode: str = ""
    currency: str = ""
    each: Fraction = Fraction(0)


@lru_cache(4096)
def rate(text: str) -> Rate:
    """Read a rate as docs/rates.md has it."""
    word, *words = text.split(" ")
    if word in ("CPC", "CPM", "Flat"):
        return Rate(each=Fraction(words[0]) * 10 ** digits(words[1]) / (1000 if word == "CPM" else 1))
    if word == "Tiers":
        first, *others = text.partition(": ")[2].split("; ")
        steps, code = [(0, tuple(first.split(" + ")))], ""
        for other in others:
            _, start, code, *_ = other.split(" ")
            amount, rest = (int(start), 2) if words[0] == "count" else (minor(start, code), 3)
            steps.append((amount, tuple(other.split(" ", rest)[rest].split(" + "))))
        return Rate(tuple(steps), by=words[0], mode=words[1][:-1], currency=code)
    plain, _, limit = text.partition(" for ")
    summands = () if plain == "none" else tuple(plain.split(" + "))
    return Rate(((0, summands),), int(limit.split(" ")[0]) if limit[:1].isdigit() else 0)


def weights(share: str) -> tuple[int, list[int]]:
    """'2/1:2:1' is the second of three who share a conversion, with their weights; '' is one alone."""
    place, _, by = (share or "1/1").partition("/")
    return int(place) - 1, [int(weight) for weight in by.split(":")]


def part(whole: int, share: str) -> int:
    """What a share leaves of a whole, by largest remainder."""
    mine, by = weights(share)
    parts = [whole * weight // sum(by) for weight in by]
    ranked = sorted(range(len(by)), key=lambda place: (-(whole * by[place] % sum(by)), place))
    return parts[mine] + (mine in ranked[: whole - sum(parts)])


def earns(summand: str, one: Row) -> tuple[Fraction, str]:
    """What one summand of a rate gives for a conversion as it stands: exact minor units and their currency."""
    word, *words = summand.split()
    amount, refunded = one.sale_amount or 0, one.sale_refunded
    if word == "RevShare":
        whole = max(0, amount - one.deductions) if "net" in words else amount
        left = Fraction(whole * max(0, amount - refunded), amount or 1)
        return left * Fraction(words[0][:-1]) / 100, one.sale_currency
    price, code = words[:2]
    if word == "Call":
        steps = [step.split() for step in summand[5:].split(", ")]
        price = next((step[0] for step in reversed(steps) if int(step[3][:-1]) <= one.seconds), "0")
    return Fraction(0 if 0 < amount <= refunded else minor(price, code)), code


def priced(summands: Iterable[str], one: Row, target: str) -> int | None:
    """Summands together, rounded once; None where a rate of exchange is missing."""
    exact = convert([earns(summand, one) for summand in summands], target, one.fx)
    return None if exact is None else part(half_up(exact), one.share)


def brings(one: Row, text: str) -> int:
    """How far a conversion brings its affiliate in tiers: one, or its amount in their currency."""
    amount = (Fraction(part(one.sale_amount or 0, one.share)), one.sale_currency)
    return half_up(convert([amount], rate(text).currency, one.fx) or Fraction(0)) if rate(text).by == "amount" else 1


def in_tiers(one: Row, text: str, before: int, end: int) -> int:
    """What a conversion earns in its tier, in minor units of the campaign's currency."""
    tiers, size = rate(text), brings(one, text)
    if tiers.by == "count" or tiers.mode == "retroactive" or not size:
        place = end if tiers.mode == "retroactive" else before + (tiers.by == "count")
        return priced([step for step in tiers.steps if place >= step[0]][-1][1], one, one.currency) or 0
    found = list[tuple[Fraction, str]]()
    bounds = [*(start for start, _ in tiers.steps[1:]), before + size]
    for (start, summands), bound in zip(tiers.steps, bounds, strict=True):
        width, is_first = min(before + size, bound) - max(before, start), start <= before
        for summand in summands if width > 0 else ():
            amount, code = earns(summand, one)
            share = Fraction(width, size) if summand.startswith("RevShare") else int(is_first)
            found.append((amount * share, code))
    return part(half_up(convert(found, one.currency, one.fx) or Fraction(0)), one.share)


def apart(earlier: str, later: str) -> int:
    """Months between two periods."""
    return (int(later[:4]) - int(earlier[:4])) * 12 + int(later[5:7]) - int(earlier[5:7])


def last_day(period: str) -> str:
    """The last day of a month."""
    return f"{period}-{monthrange(int(period[:4]), int(period[5:]))[1]}"


def months_later(ms: int, months: int, zone: ZoneInfo) -> int:
    """The same time of day so many months later, on the month's last day if it is shorter."""
    at = datetime.fromtimestamp(ms // 1000, zone)
    year, month = divmod(at.year * 12 + at.month - 1 + months, 12)
    moved = at.replace(year=year, month=month + 1, day=min(at.day, monthrange(year, month + 1)[1]))
    return int(moved.timestamp()) * 1000 + ms % 1000


class Reprice:
    """The close of `period` made again. `differences` has a sentence for each thing that is not as it should be.

    `read` gives the bytes under a key of the bucket, None if there are none. ValueError if a manifest is missing.
    """

    def __init__(self, read: Callable[[str], bytes | None], period: str) -> None:
        self.read, self.period, self.differences = read, period, list[str]()
        self.manifest = json.loads(read(f"closes/{period}/manifest.json") or b"")
        before = self.manifest["previous"]
        self.before = json.loads(read(f"closes/{before['period']}/manifest.json") or b"") if before else None
        self.setup = json.loads(self._part(self.manifest, "setup.json"))
        self.zone = ZoneInfo(self.setup["time_zone"])
        after = datetime.fromisoformat(last_day(period)) + timedelta(days=1)
        self.end = int(after.replace(tzinfo=self.zone).timestamp()) * 1000
        self.campaigns = {one["id"]: Row(one) for one in self.setup["campaigns"]}
        self.affiliates = {one["id"]: one for one in self.setup["affiliates"]}
        self.fx = self.setup["quotes"].get(last_day(period), "")
        self.known = {name: self._rows(name) for name in KEYS}
        """What the close before handed on."""
        self.layers = defaultdict[tuple[str, ...], list[Row]](list)
        for name, about in LAYERS.items():
            for row in self.known[name].values():
                self.layers[name, *(row[column] for column in about)].append(row)
        self.waiting = defaultdict[tuple[str, str], int](int)
        self.made = {name: dict[tuple[Any, ...], Row]() for name in KEYS}
        """What this one should have published."""

    def run(self) -> list[str]:
        """Make everything again, and compare."""
        self._bills()
        self._together(self._conversions())
        self._shares()
        self._taxes([row for row in rows(self._part(self.manifest, "lines.csv")) if row.kind in GIVEN])
        for name in KEYS:
            self._compare(name)
        return self.differences

    def _part(self, manifest: dict[str, Any], name: str) -> bytes:
        return self.read(next((part["key"] for part in manifest["parts"] if part["name"] == name), name)) or b""

    def _rows(self, name: str) -> dict[tuple[Any, ...], Row]:
        found = rows(self._part(self.before, name)) if self.before and name != "lines.csv" else ()
        return {tuple(row[column] for column in KEYS[name]): row for row in found}

    def make(self, name: str, row: Row) -> None:
        """A row that a file should have."""
        self.made[name][tuple(row[column] for column in KEYS[name])] = row

    def _line(self, row: Row, moved: Moved, **cells: object) -> None:
        """A line that the close should have; what is not said stands as in `row`."""
        default: dict[str, Any] = dict.fromkeys((*KEYS["lines.csv"], "fx"), "")
        default |= {"accepted": self.end - 1, "event": self.end - 1, "origin": self.period, "quantity": 1}
        known = {name: cell for name, cell in row.items() if name in default}
        self.make("lines.csv", Row(default | known | cells | dict(zip(MONEY, moved, strict=True))))

    def _conversions(self) -> list[Row]:
        """The lines of each conversion, and what stays open; gives what is priced together."""
        facts, members = defaultdict[str, list[Row]](list), []
        for day in self.manifest["days"]:
            manifest = json.loads(self.read(f"reports/{day['day']}/manifest.json") or b"")
            for n, row in enumerate(rows(self._part(manifest, "commissions.csv")), 1):
                row |= {"": f"reports/{day['day']}/commissions.csv line {n}", "late": "0", "missing": "", "older": ""}
                facts[row.conversion].append(row)
        prior = {name: item for (name,), item in self.known["open-items.csv"].items()}
        told = {item.conversion: item for item in rows(self._part(self.manifest, "open-items.csv"))}
        # Where a fact is listed after a later one, the lines of that conversion are taken as they stand.
        late = {name for items in (prior, told) for name, item in items.items() if item.missing or item.older}
        late |= {n for n, pile in facts.items() for one in pile if one.fact < prior.get(n, one).fact}
        for row in (row for row in rows(self._part(self.manifest, "lines.csv")) if row.conversion in late):
            self.make("lines.csv", row)
        for name in sorted((prior.keys() | facts.keys()) - (late - told.keys())):
            mine = sorted(facts.get(name, []), key=lambda one: int(one.fact))
            one = told[name] if name in late else self._settle(prior.get(name), mine)
            waits = bool(one.missing or one.older or one.disputed or (one.state != "rejected" and self._place(one) < 2))
            if one.grouped == "1" and one.confirmed == "1":
                self.waiting[one.origin, one.campaign] += waits
                members.append(one)
            grouped = one.grouped == "1" and self._remembers(one.origin, one.campaign)
            if waits or grouped:
                self.make("open-items.csv", Row(one, grouped=str(int(grouped)), provisional_period=one.stamped_day[:7]))
        return members

    def _settle(self, prior: Any, facts: list[Row]) -> Row:  # noqa: ANN401 - a row, or None
        """The lines of one conversion: what time has done to it, and what its facts did; where that leads."""
        last, stands, first = prior, NOTHING, facts[0] if facts else None
        if prior is not None:
            carried, now = tuple(prior[name] for name in CARRIED), self._stands(prior, self._place(prior))
            stands = (*carried[:3], *now[3:5], *carried[3:])
            if now != stands:
                self._line(prior, plus(now, stands, -1), kind="matured", accepted=self.end - 1, origin=self.period)
                stands = now
        elif first and first.fact:
            # Settled so long ago that no close hands it on: it stood where the fact moved it from.
            (c, cc), owed, (d, dd) = ((first[f"pending_{word}"], first[f"approved_{word}"]) for word in EARNED)
            stands = plus(self._stands(first, 0 if first.state == "pending" else 2), (c, 0, cc, *owed, d, 0, dd), -1)
        for one in facts:
            after = self._stands(one, self._place(one))
            self._check(one, plus(after, stands, -1))
            self._line(one, plus(after, stands, -1), origin=self.period)
            stands, last = after, one
        known = prior if prior and prior.confirmed == "1" else None
        is_new = prior is not None or facts[0].kind in ("booked", "confirmed")
        grouped = known.grouped == "1" if known else is_new and self._is_grouped(last)
        about = {"origin": known.origin if known else self.period, "grouped": str(int(grouped))}
        return Row(last | about, **dict(zip(CARRIED, (*stands[:3], *stands[5:]), strict=True)))

    def _place(self, one: Row) -> int:
        """Where money is at the period's end: 0 pending, 1 held, 2 payable."""
        doubts = one.disputed or one.held or one.missing or one.older == "missing"
        return 0 if one.state == "pending" else 1 + (not doubts and one.event + one.hold_days * DAY < self.end)

    def _stands(self, one: Row, place: int) -> Moved:
        return self._put(place, one.commission_after, one.revenue_after, one.due_after)

    def _put(self, place: int, commission: int, revenue: int, due: int) -> Moved:
        here = [int(place == one) for one in range(3)]
        owed = (revenue * here[0], revenue * (1 - here[0]))
        return (*(commission * one for one in here), *owed, *(due * one for one in here))

    def _check(self, one: Row, moved: Moved) -> None:
        """A fact's own money from its rates, what it moves from where its conversion stood, and its terms."""
        each = zip((*RATES, RATES[0]), ("currency", "currency", "due_currency"), strict=True)
        found = [priced(rate(one[name]).steps[0][1], one, one[code]) for name, code in each]
        if one.state == "rejected" or one.reason == "no_fx_rate" or None in found:
            found = [0, 0, 0]
        expected: dict[str, Any] = dict(zip((f"{word}_after" for word in EARNED), found, strict=True))
        for word, (pending, *approved) in zip(EARNED, (moved[:3], moved[3:5], moved[5:]), strict=True):
            expected |= {f"pending_{word}": pending, f"approved_{word}": sum(approved)}
        known = self.campaigns.get(one.campaign, {"terms": ()})["terms"]
        named = [t for t in known if f"{t['goal']}/{t['affiliate']}/{t['from_ms']}" == one.terms]
        expected |= {name: named[0][name[:-5]] if named else "not in setup.json" for name in RATES}
        self._differ(one[""], one, expected)

    def _is_grouped(self, one: Row) -> bool:
        rates = [rate(one[name]) for name in RATES]
        return bool(self._caps(one.campaign) or "/" in one.caller or any(one.months or one.by for one in rates))

    def _caps(self, campaign: str) -> str:
        caps = self.campaigns.get(campaign, Row()).get("caps", {})
        return " ".join(f"{name}={most}" for name, most in sorted(caps.items()))

    def _remembers(self, origin: str, campaign: str) -> bool:
        """Whether the next close can still ask what a period's conversions of a campaign should have booked."""
        waits = self.known["agreed.csv"].get((origin, campaign), Row(waiting=0)).waiting
        return bool(waits) or apart(origin, self.period) < 12

    def _terms(self, campaign: dict[str, Any], goal: str, affiliate: str, at: int) -> Row | None:
        """The terms in force: the affiliate's own newest, else everyone's newest; with their name."""
        found = (t for t in campaign["terms"] if t["goal"] == goal and t["from_ms"] <= at)
        mine = [t for t in found if t["affiliate"] in ("*", affiliate)]
        best = max(mine, key=lambda t: (t["affiliate"] != "*", t["from_ms"]), default=None)
        return best and Row(best, name=f"{goal}/{best['affiliate']}/{best['from_ms']}")

    def _bills(self) -> None:
        """Clicks and impressions, counted alike and priced as one; and fees."""
        rooms, counted = dict[str, Room](), defaultdict[tuple[str, ...], int](int)
        found = (one for one in rows(self._part(self.manifest, "visits.csv")) if one.campaign in self.campaigns)
        for visit in sorted(found, key=lambda one: (one.at, one.id)):
            campaign, kind, reason = visit.campaign, visit.kind, visit.reason
            rooms[campaign] = rooms.get(campaign) or Room(self, campaign, self.period, "visits", self._caps(campaign))
            terms = self._terms(self.campaigns[campaign], kind, visit.affiliate, visit.at)
            if terms and visit.billable == "1":
                needs = {"commission": rate(terms.commission).each, "revenue": rate(terms.revenue).each}
                needs |= {"clicks": Fraction(1)} if kind == "click" else {}
                reason = "" if rooms[campaign].take(visit.affiliate, visit.at, needs) else "over_cap"
            if terms:
                counted[campaign, visit.affiliate, kind, terms.name, terms.commission, terms.revenue, reason] += 1
        for room in rooms.values():
            room.note()
        self._fees(counted)
        for (campaign, affiliate, goal, name, *rates, reason), count in counted.items():
            cells = {"kind": KINDS[goal], "goal": goal, "terms": name, "reason": reason, "quantity": count}
            self._bill(self.campaigns[campaign], affiliate, rates, 0 if reason else count, cells)

    def _fees(self, counted: dict[tuple[str, ...], int]) -> None:
        for name, campaign in self.campaigns.items():
            for affiliate in {terms["affiliate"] for terms in campaign["terms"] if terms["goal"] == "month"}:
                terms = self._terms(campaign, "month", affiliate, self.end - 1)
                if terms and (rate(terms.commission).each or rate(terms.revenue).each):
                    counted[name, affiliate, "month", terms.name, terms.commission, terms.revenue, ""] = 1

    def _bill(self, campaign: Row, affiliate: str, rates: list[str], count: int, cells: dict[str, Any]) -> None:
        """A line of what is payable at once, made in the campaign's currency."""
        code, (earned, owed) = campaign["currency"], (count * rate(text).each for text in rates)
        due_in = self.affiliates.get(affiliate, {}).get("currency") or code
        cells |= {"currency": code, "due_currency": due_in, "fx": only(self.fx, code, due_in), "affiliate": affiliate}
        names = Row(zip(RATES, rates, strict=True), campaign=campaign["id"], advertiser=campaign["advertiser"])
        moved = self._put(2, half_up(earned), half_up(owed), exchange(earned, code, due_in, self.fx))
        self._line(names, moved, **cells)

    def _together(self, members: list[Row]) -> None:
        """What should have been booked beside the conversions' own money; what is missing of it now becomes lines."""
        piles, whole = defaultdict[tuple[str, str], list[Row]](list), defaultdict[tuple[Any, ...], list[Moved]](list)
        for one in sorted(members, key=lambda one: (one.event, one.conversion)):
            piles[one.origin, one.campaign].append(one)
        for (origin, campaign), pile in sorted(piles.items(), key=lambda item: item[0]):
            for row, moved in self._differences(origin, campaign, pile):
                whole[tuple(row[name] for name in KEYS["bases.csv"])].append(moved)
        known = self.known["bases.csv"]
        for key in sorted(known.keys() | whole.keys()):
            base, moves = Row(zip(KEYS["bases.csv"], key, strict=True)), whole.get(key, [])
            booked = known.get(key, Row(dict.fromkeys(MONEY, 0), fx=""))
            moved, fx = tuple(map(sum, zip(NOTHING, *moves, strict=True))), booked.fx
            if base.kind == "tier_difference":
                codes = (base.currency, base.due_currency)
                fx = fx if key in known else only(self.setup["quotes"].get(last_day(base.origin), ""), *codes)
                moved = (*moved[:5], *(exchange(part, *codes, fx) for part in moved[:3]))
            base |= {"quantity": len(moves), "fx": fx, "reason": REASONS.get(base.kind, "")}
            if any(missing := plus(moved, tuple(booked[name] for name in MONEY), -1)):
                self._line(base, missing)
            self.make("bases.csv", Row(base, **dict(zip(MONEY, moved, strict=True))))

    def _differences(self, origin: str, campaign: str, pile: list[Row]) -> Iterator[tuple[Row, Moved]]:
        """Each conversion that does not keep what it earns by itself, and what that moves."""
        limits = self.known["agreed.csv"].get((origin, campaign), Row(caps=self._caps(campaign))).caps
        about = Row(period=origin, campaign=campaign, caps=limits, waiting=self.waiting[origin, campaign])
        self.make("agreed.csv", about)
        judge = Judge(self, campaign, origin, limits)
        judged = [(one, judge.verdict(one)) for one in pile if one.state != "rejected"]
        judge.room.note()
        ends, so_far = defaultdict[tuple[str, ...], int](int), defaultdict[tuple[str, ...], int](int)
        for one, (kind, *_) in judged:
            for text in {one.commission_rate, one.revenue_rate} if not kind else ():
                ends[one.affiliate, one.goal, text] += brings(one, text)
        for one, (verdict, *keeps) in judged:
            kind, due = verdict, 0 if not verdict or keeps[0] else -one.due_after
            earned = [one.commission_after, one.revenue_after]
            changed = [amount if keep else 0 for amount, keep in zip(earned, keeps, strict=True)]
            texts = [one[name] for name in RATES] if not verdict else []
            for side, text in enumerate(texts):
                place = (one.affiliate, one.goal, text)
                if rate(text).by:
                    kind, changed[side] = "tier_difference", in_tiers(one, text, so_far[place], ends[place])
            for text in set(texts):
                so_far[one.affiliate, one.goal, text] += brings(one, text)
            if verdict or (kind and one.reason != "no_fx_rate"):
                moved = self._put(self._place(one), changed[0] - earned[0], changed[1] - earned[1], due)
                yield Row(one | {"origin": origin, "kind": kind}), moved

    def _layers(self, name: str, about: Row, current: Row, column: str, moved: int) -> Iterator[tuple[Row, Row]]:
        """Old and new of what a movement changes: it goes to the current layer, or comes back out of those it is in."""
        key = tuple(current[name_] for name_ in KEYS[name]) if current.percent else None
        found = {tuple(row[n] for n in KEYS[name]): row for row in self.layers[name, *about.values()]}
        changes = defaultdict[tuple[Any, ...], int](int)
        for layer in ([key] if key else []) + sorted(k for k in found if k != key) if moved < 0 else []:
            changes[layer] = -min(-moved, max(0, found[layer][column] if layer in found else 0))
            moved -= changes[layer]
        if key and moved:
            changes[key] += moved
        for layer in (layer for layer, change in changes.items() if change):
            old = found.get(layer) or Row(current, booked=0, due=0, **{column: 0})
            base = old[column] + changes[layer]
            new = Row(old, booked=half_up(base * Fraction(old.percent) / 100), **{column: base})
            self.make(name, new)
            yield old, new

    def _shares(self) -> None:
        """What recruiters earn of what became payable to those they brought."""
        sums = defaultdict[tuple[str, ...], int](int)
        for row in self.made["lines.csv"].values():
            sums[row.affiliate, row.advertiser, row.campaign, row.currency] += row.payable_commission
        for place, moved in sums.items():
            about = Row(zip(LAYERS["shares.csv"], place, strict=True))
            recruiter = self.affiliates.get(about.affiliate, {}).get("recruiter") or ""
            campaign, due_in = self.campaigns.get(about.campaign), self.affiliates.get(recruiter, {}).get("currency")
            terms = self._terms(campaign, "second_tier", recruiter, self.end - 1) if campaign and recruiter else None
            current = Row(about, recruiter=recruiter, due_currency=due_in or about.currency)
            current["percent"] = terms.commission.split(" ")[-1][:-1] if terms and terms.commission != "none" else ""
            for old, new in self._layers("shares.csv", about, current, "base", moved):
                code, due_in, more = new.currency, new.due_currency, new.booked - old.booked
                grown = old.due + exchange(more, code, due_in, self.fx)
                shrunk = half_up(Fraction(old.due * new.booked, old.booked or 1))
                new["due"] = shrunk if abs(new.base) < abs(old.base) else grown
                cells = {"kind": "second_tier", "goal": "second_tier", "fx": only(self.fx, code, due_in)}
                cells |= {"affiliate": new.recruiter, "note": new.affiliate}
                cells["commission_rate"] = f"RevShare {new.percent}%"
                if more or new.due != old.due:
                    self._line(new, self._put(2, more, 0, new.due - old.due), **cells)

    def _taxes(self, given: list[Row]) -> None:
        """VAT on top of what became payable, and what is withheld of it."""
        sums = defaultdict[tuple[str, str], int](int)
        for row in (*self.made["lines.csv"].values(), *given):
            if row.affiliate and row.kind not in UNTAXED:
                sums[row.affiliate, row.due_currency] += row.payable_due
        for (affiliate, code), moved in sums.items():
            said = self.affiliates.get(affiliate, {}).get("profile", {})
            vat = said.get("vat_percent") if said.get("vat_mode") == "standard" else ""
            for kind, percent, sign in (("vat", vat, 1), ("withheld", said.get("withholding_percent"), -1)):
                about = Row(affiliate=affiliate, currency=code, kind=kind)
                for old, new in self._layers("taxes.csv", about, Row(about, percent=percent or ""), "taxable", moved):
                    if due := sign * (new.booked - old.booked):
                        cells = {"commission_rate": f"{new.percent}%", "due_currency": code}
                        self._line(about, (*NOTHING[:7], due), **cells)

    def _compare(self, name: str) -> None:
        """One file with what it should be; what is older than a year and settled may have been left out of some."""
        made, file = self.known[name] | self.made[name], f"closes/{self.period}/{name}"
        made = self.made[name] if name == "open-items.csv" else made
        for number, row in enumerate(rows(self._part(self.manifest, name)), 1):
            key = tuple(row[column] for column in KEYS[name])
            told = " ".join(str(cell) for cell in key if cell)
            if key in made:
                self._differ(f"{file} line {number}", row, made.pop(key))
            elif name != "lines.csv" or row.kind not in GIVEN:
                self.differences.append(f"{file} line {number}: {told} is not expected")
        for key, row in made.items():
            if apart(row.origin if name == "bases.csv" else row.get("period", self.period), self.period) < 12:
                self.differences.append(f"{file}: there is no line {' '.join(map(str, filter(None, key)))}")

    def _differ(self, place: str, found: Row, expected: dict[str, Any]) -> None:
        for name, cell in expected.items():
            if name in found and found[name] != cell:
                told = (shown(one, found[unit(name)] if unit(name) else "") for one in (found[name], cell))
                self.differences.append(f"{place}: {name} {', expected '.join(told)}")


class Room:
    """How much of a campaign's caps one period takes, on top of what was taken before it."""

    def __init__(self, close: Reprice, campaign: str, period: str, source: str, limits: str) -> None:
        self.close, self.period, self.campaign, self.source = close, period, campaign, source
        self.caps = []
        for name, most in (pair.split("=") for pair in limits.split()):
            measure, span, *who = name.split("/") if "/" in name else ("conversions", name)
            self.caps.append((measure, span, who[0] if who else "*", int(most)))
        made = [row for row in close.made["taken.csv"].values() if row.period == close.period]
        known = [row for row in (*close.known["taken.csv"].values(), *made) if row.campaign == campaign]
        self.mine = [row for row in known if (row.period, row.source) == (period, source)]
        self.had = defaultdict[tuple[str, str, str], Fraction](Fraction)
        for row in known:
            if row.period < period or (row.period, row.source, source) == (period, "visits", "conversions"):
                self.had[row.scope, row.measure, row.span] += Fraction(row.taken)
        self.had |= {(row.scope, row.measure, row.span): Fraction(row.before) for row in self.mine}
        self.now: dict[tuple[str, str, str], Fraction] = {}

    def take(self, affiliate: str, at: int, needs: dict[str, Fraction]) -> bool:
        """Whether an event fits; if so, its room is taken."""
        day = f"{datetime.fromtimestamp(at // 1000, self.close.zone):%Y-%m-%d}"
        spans = {"day": day, "month": day[:7], "total": "total"}
        asked = [((who, measure, spans[span]), most) for measure, span, who, most in self.caps]
        asked = [(place, most) for place, most in asked if place[0] in ("*", affiliate) and place[1] in needs]
        self.now = {place: Fraction(0) for place, _ in asked} | self.now
        fits = all(self.had[place] + self.now[place] + needs[place[1]] <= most for place, most in asked)
        for place in {place for place, _ in asked} if fits else ():
            self.now[place] += needs[place[1]]
        return fits

    def note(self) -> None:
        """Remember what was taken, and that what an earlier close noted of this period holds no more."""
        for row in self.mine:
            self.close.make("taken.csv", Row(row, taken="0"))
        for place, taken in self.now.items():
            about = zip(KEYS["taken.csv"], (self.period, self.campaign, *place, self.source), strict=True)
            self.close.make("taken.csv", Row(about, before=str(self.had[place]), taken=str(taken)))


class Judge:
    """Which conversions of one campaign and period keep what they earn by themselves: asked in order of their time."""

    def __init__(self, close: Reprice, campaign: str, origin: str, limits: str) -> None:
        self.close, self.campaign, self.origin = close, campaign, origin
        self.room = Room(close, campaign, origin, "conversions", limits)
        self.seen: dict[tuple[str, str], int] = {}
        for row in close.known["seen.csv"].values():
            if row.campaign == campaign and row.period < origin:
                pick, who = min if row.who == "customer" else max, (row.who, row.key)
                self.seen[who] = pick(self.seen.get(who, row.at), row.at)

    def verdict(self, one: Row) -> tuple[str, bool, bool]:
        """The kind of difference, '' for none, and whether commission and revenue are kept."""
        months, customer = [rate(one[name]).months for name in RATES], ("customer", one.customer)
        if any(months) and one.customer:
            if customer not in self.seen:
                self._see(customer, one.event)
            inside = [not n or one.event < months_later(self.seen[customer], n, self.close.zone) for n in months]
            if not all(inside):
                return "recurring", inside[0], inside[1]
        caller, days = ("caller", one.caller.partition("/")[0]), int(one.caller.partition("/")[2] or 0)
        if caller[1] and days and (one.commission_after or one.revenue_after):
            if caller in self.seen and one.event < self.seen[caller] + days * DAY:
                return "call_difference", False, False
            self._see(caller, one.event)
        # Refunded conversions keep their room: what counts is what they earned before.
        whole = [priced(rate(one[name]).steps[0][1], Row(one, sale_refunded=0), one.currency) for name in RATES]
        earned = [one.commission_after, one.revenue_after] if None in whole or not one.sale_refunded else whole
        mine, by = weights(one.share)
        room = [Fraction(by[mine], sum(by)), *(Fraction(amount or 0) for amount in earned)]
        needs = dict(zip(("conversions", *EARNED[:2]), room, strict=True))
        fits = one.reason == "below_duration" or self.room.take(one.affiliate, one.event, needs)
        return "" if fits else "cap_difference", fits, fits

    def _see(self, who: tuple[str, str], at: int) -> None:
        self.seen[who] = at
        if self.origin == self.close.period:
            self.close.make("seen.csv", Row(who=who[0], key=who[1], campaign=self.campaign, period=self.origin, at=at))


def main(words: list[str]) -> int:
    """Check the close of a folder, the newest if no period is named; 1 if anything differs."""
    folder = Path(words[0])
    period = words[1] if len(words) > 1 else max(path.name for path in (folder / "closes").iterdir())
    found = Reprice(lambda key: (folder / key).read_bytes() if (folder / key).is_file() else None, period).run()
    print(*found or [f"closes/{period}: every line is as repriced"], sep="\n")  # noqa: T201 - a command
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
