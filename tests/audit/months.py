"""Random months of a small network of five currencies: conversions and what becomes of them, visits, lines by hand."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

from chalicelib.model import life, money, pricing
from chalicelib.model.act import (
    Act,
    Amend,
    Approve,
    Correct,
    Dispute,
    Hold,
    Refund,
    Refuse,
    Reinstate,
    Reject,
    Release,
)
from chalicelib.model.answer import Moment, moment
from chalicelib.model.credit import Credit
from chalicelib.model.fact import NOWHERE, Fact, Standing, conversion_id, moves
from chalicelib.model.fx import Quotes, Table
from chalicelib.model.judge import confirmed, more_follows
from chalicelib.model.line import Buckets, Line
from chalicelib.model.money import Money
from chalicelib.model.network import DAY_MS, Affiliate, Campaign
from chalicelib.model.period import Period
from chalicelib.model.rates import Basis
from chalicelib.model.sharing import shares
from chalicelib.model.terms import Terms
from chalicelib.model.visit import Visit

CODES = ("EUR", "USD", "JPY", "KWD", "GBP")
EACH = {"EUR": "2.15", "USD": "3.05", "JPY": "255", "KWD": "1.005", "GBP": "1.95"}
LARGE = {"EUR": "100.00", "USD": "90.00", "JPY": "9000", "KWD": "30.000", "GBP": "80.00"}


def rates(code: str) -> list[tuple[str, str]]:
    """Pairs of rates, commission and revenue, of a campaign of `code`."""
    some, much = f"{EACH[code]} {code}", f"{LARGE[code]} {code}"
    most = money.Money(4 * money.parse(LARGE[code], code).minor, code)
    other = "USD" if code != "USD" else "EUR"
    return [
        (f"CPA {some}", f"CPA {LARGE[code]} {code}"),
        ("RevShare 12.5%", "RevShare 15% net"),
        (f"CPL {EACH[other]} {other} + RevShare 3.33% net", "RevShare 17%"),
        (f"Call {some} from 60s, {much} from 300s", f"Call {much} from 60s"),
        ("RevShare 7.7% for 1 months", "RevShare 9% for 2 months"),
        (f"CPI {some} for 1 months", "RevShare 9%"),
        (f"Tiers count marginal: CPA {some}; from 3 CPA {much}", "RevShare 20%"),
        (f"Tiers count retroactive: RevShare 5%; from 4 RevShare 6.5% net + CPA {some}", f"CPA {much}"),
        (
            f"Tiers amount marginal: RevShare 5%; from {much} RevShare 7% + CPA {some}; from {most} RevShare 9%",
            "none",
        ),
        (
            f"Tiers amount retroactive: RevShare 5%; from {much} RevShare 7%",
            f"Tiers count marginal: CPA {some}; from 2 CPA {much}",
        ),
        ("none", "none"),
    ]


@dataclass
class Months:
    """A network and what happened in `count` months from 2026-09 on. All of it follows from `seed`.

    A fact is listed so many days late as one of `lags`, by chance.
    """

    seed: int
    count: int = 2
    size: int = 40
    lags: tuple[int, ...] = (0,)
    facts: list[Fact] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.dice = random.Random(self.seed)
        self.time_zone = self.dice.choice(("UTC", "Europe/Berlin", "America/New_York", "Asia/Tokyo"))
        self.periods = [Period.of(f"2026-{9 + n:02d}", self.time_zone) for n in range(self.count)]
        days = [date.fromordinal(date(2026, 8, 1).toordinal() + n).isoformat() for n in range(160)]
        self.table = Table({day: self._quotes(day) for day in days if date.fromisoformat(day).weekday() < 5})
        self.affiliates = {one.id: one for one in self._affiliates()}
        self.campaigns = {one.id: one for one in (self._campaign(n) for n in range(self.dice.randint(3, 5)))}
        self.minimum = {code: self.dice.choice((0, 500, 5000)) for code in CODES}
        lives = [self._life(n) for n in range(self.size * self.count)]
        self.facts = [one for life in lives for fact in life for one in (shares(fact) or [fact])]
        self.visits = [one for period in self.periods for one in self._visits(period)]
        self.by_hand = [one for period in self.periods for one in self._by_hand(period)]

    def _by_hand(self, period: Period) -> Iterator[Line]:
        """Bonuses, adjustments and payouts of a month."""
        for number in range(self.dice.randint(0, 4)):
            kind = self.dice.choice(("bonus", "adjusted", "write_off", "frozen", "returned"))
            code, amount = self.dice.choice(CODES), self.dice.randint(-5000, 9000)
            at = self._instant(period)
            moved = Buckets(0, 0, amount)
            affiliate = self.dice.choice(sorted(self.affiliates))
            line = Line(kind, affiliate, "", "", "", code, code, due=moved, at_ms=at, event_ms=at, origin=period.name)
            if kind in ("bonus", "adjusted"):
                line = line._replace(commission=moved, advertiser="shop0", revenue=amount)
            yield line._replace(reason="goodwill", note=f"by hand, {number}")

    def _quotes(self, day: str) -> Quotes:
        near = {"GBP": 0.85, "JPY": 160.0, "KWD": 0.33, "USD": 1.08}
        told = tuple((code, f"{rate * self.dice.uniform(0.9, 1.1):.4f}") for code, rate in near.items())
        return Quotes(day, "9f86d081", "EUR", told)

    def _affiliates(self) -> Iterator[Affiliate]:
        yield Affiliate("anna", "Anna", "EUR", "carl", {"vat_mode": "standard", "vat_percent": "19"})
        yield Affiliate("ben", "Ben", self.dice.choice(CODES), "carl", {"withholding_percent": "7.5"})
        yield Affiliate("carl", "Carl", self.dice.choice(("", "JPY")), "", {"minimum_payout": "JPY=2000 EUR=30.00"})

    def _campaign(self, number: int) -> Campaign:
        code = CODES[(self.seed + number) % 5]
        terms = [Terms(f"goal{n}", "*", 0, *pair) for n, pair in enumerate(self.dice.sample(rates(code), 4))]
        own = self.dice.choice(rates(code))
        terms.append(Terms("goal0", "anna", self.periods[0].start_ms + 5 * DAY_MS, *own))
        terms.append(Terms("click", "*", 0, f"CPC 0.{self.dice.randint(1, 99999):05d} {code}", f"CPC 0.35 {code}"))
        terms.append(Terms("impression", "ben", 0, f"CPM {EACH[code]} {code}", f"CPM {LARGE[code]} {code}"))
        terms.append(Terms("month", "carl", 0, f"Flat {EACH[code]} {code}", f"Flat {LARGE[code]} {code}"))
        terms.append(Terms("second_tier", self.dice.choice(("*", "carl")), 0, "RevShare 3.5%", "none"))
        names = self.dice.sample(
            (
                "day",
                "month",
                "total",
                "clicks/month",
                "commission/month/anna",
                "revenue/total",
                "conversions/total/ben",
            ),
            2,
        )
        sums = {"commission": 40_000, "revenue": 60_000, "clicks": 6, "day": 1}
        caps = {name: next((most for word, most in sums.items() if word in name), 6) for name in names}
        return Campaign(
            f"campaign{number}",
            "",
            f"shop{number % 2}",
            code,
            "https://shop.example/",
            terms=tuple(terms),
            caps=caps if self.dice.random() < 0.5 else {},
            hold_days=self.dice.choice((0, 0, 14, 30)),
        )

    def _instant(self, period: Period) -> int:
        return self.dice.randrange(period.start_ms, period.end_ms)

    def _visits(self, period: Period) -> Iterator[Visit]:
        for number in range(60):
            reason = self.dice.choice(("", "", "", "head", "prefetch"))
            kind = self.dice.choice(("click", "impression"))
            at, who = self._instant(period), self.dice.choice(sorted(self.affiliates))
            campaign = self.dice.choice(sorted(self.campaigns))
            yield Visit(kind, at, f"{period.name}-{number}", who, campaign, not reason, reason)  # type: ignore[arg-type]

    def _life(self, number: int) -> list[Fact]:
        """One conversion: booked, and then up to five acts, each in its own time."""
        dice, campaign = self.dice, self.campaigns[self.dice.choice(sorted(self.campaigns))]
        now = self._instant(dice.choice(self.periods))
        said = [self._booked(number, campaign, now, dice.choice(("server", "server", "server", "browser")))]
        if not said[0].after.confirmed:
            now += dice.choice((3_600_000, 9 * DAY_MS, 33 * DAY_MS))
            if now >= self.periods[-1].end_ms:
                return said
            self._confirm(said, self._booked(number, campaign, now, "server"), moment(now, self.time_zone))
        for step in range(dice.randint(0, 5)):
            now += dice.choice((3_600_000, DAY_MS, 9 * DAY_MS, 33 * DAY_MS))
            if now >= self.periods[-1].end_ms:
                break
            when = moment(now, self.time_zone)
            answer = life.rate(said, when, self.table.on)
            if not isinstance(answer, Fact):
                answer = life.change(said, self._act(step, said[-1]), when)  # type: ignore[assignment]
            if isinstance(answer, Fact):
                said.append(answer)
        return said

    def _confirm(self, said: list[Fact], heard: Fact, when: Moment) -> None:
        """A server says of a claim whose it is, and who shares it: mostly somebody else."""
        said.append(confirmed(said, heard, when))
        while more_follows(said[-1]):
            said.append(confirmed(said, heard, when))

    def _booked(self, number: int, campaign: Campaign, at: int, source: str) -> Fact:
        dice, affiliate = self.dice, self.dice.choice(sorted(self.affiliates))
        terms = dice.choice([one for one in campaign.terms if one.goal.startswith("goal") and one.affiliate == "*"])
        mine = [one for one in campaign.terms if one.goal == terms.goal and one.affiliate == affiliate]
        terms = mine[0] if mine and at > mine[0].from_ms else terms
        sale = dice.choice((campaign.currency, dice.choice(CODES)))
        amount = Money(dice.choice((0, 1, 333, 9_999, dice.randint(1, 30_000))), sale)
        seconds = dice.choice((0, 59, 60, 299, 300, 900))
        due_in = self.affiliates[affiliate].currency or campaign.currency
        basis = Basis(amount, dice.choice((0, amount.minor // 5)), 0, seconds)
        credits = self._credits() if dice.random() < 0.25 else ()
        dues_in = tuple(credit.due_in for credit in credits)
        plain = pricing.pinned(terms.commission, terms.revenue, campaign.currency, due_in, "", dues_in)
        day = moment(at, self.time_zone).day
        by = pricing.quoted(plain, basis, pricing.no_rates if dice.random() < 0.1 else self.table.on, day)
        state = dice.choice(("pending", "approved", "rejected")) if source == "server" else "pending"
        opening = Standing(state, "by_advertiser" if state == "rejected" else "", source == "server")  # type: ignore[arg-type]
        after = pricing.standing(opening, basis, by)
        is_call = terms.commission.startswith("Call") or dice.random() < 0.1
        moved, parts = moves(NOWHERE, after, credits)
        customer, caller = f"customer-{dice.randint(1, 9)}", f"caller{dice.randint(1, 4)}/30" if is_call else ""
        return Fact(
            conversion_id("live", str(self.seed), str(number)),
            0,
            "booked",
            "booked",
            at,
            at - dice.choice((0, 5_000, 3 * DAY_MS)),
            day,
            source,
            campaign.advertiser,
            affiliate,
            campaign.id,
            terms.goal,
            "",
            f"A-{number}",
            amount,
            dice.choice(("", '=SUM(A1), "x"')),
            customer,
            "",
            False,
            terms.version,
            terms.commission,
            terms.revenue,
            after,
            moved,
            (),
            (),
            basis.deductions,
            seconds,
            caller,
            campaign.hold_days,
            str(by.quotes) if by.quotes.date else "",
            by.due_in,
            credits,
            parts,
        )

    def _credits(self) -> tuple[Credit, ...]:
        """Two or three affiliates who share a conversion."""
        sharing = self.dice.sample(sorted(self.affiliates), self.dice.choice((2, 3)))
        return tuple(Credit(one, "", self.dice.randint(1, 4), self.affiliates[one].currency) for one in sharing)

    def _act(self, step: int, last: Fact) -> Act:
        code = last.amount.currency if last.amount else "EUR"
        some = Money(self.dice.randint(1, 12_000), code)
        return self.dice.choice(
            (
                Approve(),
                Approve(),
                Reject("by_advertiser"),
                Reinstate("a person"),
                Amend(f"a{step}", some),
                Refund(f"r{step}", some),
                Refund("all", Money(10**9, code), True),
                Dispute("d", "opened", some),
                Dispute("d", "won"),
                Dispute("d", "lost", some),
                Correct(f"c{step}", self.dice.choice((10, 60, 400))),
                Hold("bot", str(step)),
                Hold("burst", "1"),
                Release("bot"),
                Refuse("burst"),
            )
        )
