"""What terms pay, written as people write it: 'CPA 5.00 USD', 'RevShare 12.5%', 'CPA 2.00 USD + RevShare 5% net'.

A rate is text first: facts pin it, reports print it, `rate` reads it. What a conversion earns is an exact fraction in
each currency involved; whoever books it converts and rounds once. docs/rates.md is the grammar for people.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from itertools import pairwise
from typing import ClassVar, Final, Literal

from chalicelib.model import money
from chalicelib.model.money import Money

FIXED: Final = ("CPA", "CPL", "CPI")
"""A fixed amount for each sale, lead or install: one arithmetic, three names."""

MOST_MONTHS: Final = 120
MOST_SECONDS: Final = 86_400


@dataclass(frozen=True, slots=True)
class Basis:
    """What a conversion is priced by. `amount` is None where none was said; all else is in its minor units.

    `deductions` are tax and shipping, `refunded` is what was given back so far, `seconds` a call's length.
    """

    amount: Money | None = None
    deductions: int = 0
    refunded: int = 0
    seconds: int = 0

    @property
    def is_gone(self) -> bool:
        """Whether the whole sale was given back."""
        return self.amount is not None and self.refunded > 0 and self.amount.minor <= self.refunded

    def remaining(self, net: bool) -> Fraction:
        """What is left of the amount; with `net` of the amount less tax and shipping, which shrink with it."""
        if self.amount is None:
            raise ValueError("a share needs an amount")
        if not self.amount.minor:
            return Fraction(0)
        whole = max(0, self.amount.minor - self.deductions) if net else self.amount.minor
        return Fraction(whole * max(0, self.amount.minor - self.refunded), self.amount.minor)


@dataclass(frozen=True, slots=True)
class Fixed:
    """A fixed amount for each conversion, kept until the sale is refunded whole."""

    name: str
    amount: Money
    needs_amount: ClassVar[bool] = False

    def earns(self, basis: Basis) -> tuple[Fraction, str]:
        """Minor units and their currency."""
        return Fraction(0 if basis.is_gone else self.amount.minor), self.amount.currency

    def __str__(self) -> str:
        return f"{self.name} {self.amount}"


@dataclass(frozen=True, slots=True)
class RevShare:
    """A per cent of what remains of the amount; `net` means of the amount less tax and shipping."""

    share: Fraction
    percent: str
    net: bool = False
    needs_amount: ClassVar[bool] = True

    def earns(self, basis: Basis) -> tuple[Fraction, str]:
        """Minor units and their currency. A basis without an amount breaks the contract."""
        remaining = basis.remaining(self.net)
        assert basis.amount is not None
        return remaining * self.share, basis.amount.currency

    def __str__(self) -> str:
        return f"RevShare {self.percent}%{' net' if self.net else ''}"


@dataclass(frozen=True, slots=True)
class Call:
    """An amount for a phone call by its length: the last step that it reaches. Shorter calls earn nothing."""

    steps: tuple[tuple[int, Money], ...]
    needs_amount: ClassVar[bool] = False

    def earns(self, basis: Basis) -> tuple[Fraction, str]:
        """Minor units and their currency."""
        reached = [amount.minor for seconds, amount in self.steps if basis.seconds >= seconds]
        return Fraction(reached[-1] if reached and not basis.is_gone else 0), self.steps[0][1].currency

    @property
    def threshold(self) -> int:
        """The shortest call that earns, in seconds."""
        return self.steps[0][0]

    def __str__(self) -> str:
        return "Call " + ", ".join(f"{amount} from {seconds}s" for seconds, amount in self.steps)


Part = Fixed | RevShare | Call
PerVisit = Literal["CPC", "CPM"]


@dataclass(frozen=True, slots=True)
class Rate:
    """What one conversion earns by itself: the sum of `parts`, within the first `months` of its customer (0: for ever).

    No parts at all is 'none': nothing is paid.
    """

    parts: tuple[Part, ...] = ()
    months: int = 0

    @property
    def needs_amount(self) -> bool:
        """Whether it cannot be priced without the sale's amount."""
        return any(part.needs_amount for part in self.parts)

    def earns(self, basis: Basis) -> tuple[tuple[Fraction, str], ...]:
        """Exact minor units by currency, one for each part."""
        return tuple(part.earns(basis) for part in self.parts)

    @property
    def first(self) -> "Rate":
        """What a fact books before the close has looked at the others: itself."""
        return self

    def __str__(self) -> str:
        return (" + ".join(map(str, self.parts)) or "none") + (f" for {self.months} months" if self.months else "")


@dataclass(frozen=True, slots=True)
class Tier:
    """From the `start`th conversion on, or from that much sold on (minor units): `rate`."""

    start: int
    rate: Rate


@dataclass(frozen=True, slots=True)
class Tiers:
    """A rate that grows within a period, by the count of conversions or the amount sold (in `currency`).

    Marginal: each conversion, or each slice of the amount, earns the tier that it falls into. Retroactive: all earn the
    tier reached at the period's end. A fact books the first tier; the close books the difference.
    """

    by: Literal["count", "amount"]
    mode: Literal["marginal", "retroactive"]
    tiers: tuple[Tier, ...]
    currency: str = ""
    months: ClassVar[int] = 0

    @property
    def needs_amount(self) -> bool:
        """Whether it cannot be priced without the sale's amount."""
        return self.by == "amount" or any(tier.rate.needs_amount for tier in self.tiers)

    @property
    def first(self) -> Rate:
        """The rate of the first tier."""
        return self.tiers[0].rate

    def earns(self, basis: Basis) -> tuple[tuple[Fraction, str], ...]:
        """What the first tier earns."""
        return self.first.earns(basis)

    def at(self, place: int) -> Rate:
        """The rate of the tier in which `place` lies: the number of a conversion from 1, or minor units sold before."""
        return [tier.rate for tier in self.tiers if place >= tier.start][-1]

    def __str__(self) -> str:
        def start(tier: Tier) -> str:
            if tier is self.tiers[0]:
                return ""
            return f"from {tier.start if self.by == 'count' else Money(tier.start, self.currency)} "

        return f"Tiers {self.by} {self.mode}: " + "; ".join(f"{start(tier)}{tier.rate}" for tier in self.tiers)


@dataclass(frozen=True, slots=True)
class VisitPrice:
    """A price for each billable click (CPC) or for 1,000 billable impressions (CPM): `each` minor units a visit."""

    name: PerVisit
    price: str
    currency: str
    each: Fraction

    def __str__(self) -> str:
        return f"{self.name} {self.price} {self.currency}"


@dataclass(frozen=True, slots=True)
class Flat:
    """A fee for each month."""

    amount: Money

    def __str__(self) -> str:
        return f"Flat {self.amount}"


AnyRate = Rate | Tiers | VisitPrice | Flat

NOTHING: Final = Rate()


@lru_cache(4096)
def rate(text: str) -> AnyRate:
    """Read what a rate prints; ValueError with the text that cannot be read."""
    text = " ".join(text.split())
    words = text.split(" ")
    if words[0] == "Tiers":
        return _tiers(text)
    if words[0] in ("CPC", "CPM"):
        return _visit_price(words, text)
    if words[0] == "Flat" and len(words) == 3:
        return Flat(money.parse(words[1], money.currency(words[2])))
    return _rate(text)


def per_conversion(text: str) -> Rate | Tiers:
    """A rate that prices conversions; ValueError for any other."""
    found = rate(text)
    if isinstance(found, (Rate, Tiers)):
        return found
    raise ValueError(f"not a rate for conversions: {text!r}")


def _rate(text: str) -> Rate:
    if text == "none":
        return NOTHING
    body, _, limit = text.partition(" for ")
    months = 0
    if limit not in ("", "ever"):
        count, _, unit = limit.partition(" ")
        if not count.isdigit() or unit not in ("month", "months") or not 0 < int(count) <= MOST_MONTHS:
            raise ValueError(f"not a number of months: {limit!r}")
        months = int(count)
    return Rate(tuple(_part(part) for part in body.split(" + ")), months)


def _part(text: str) -> Part:
    match text.split():
        case [name, amount, code] if name in FIXED:
            return Fixed(name, money.parse(amount, money.currency(code)))
        case ["RevShare", percent, *net] if percent.endswith("%") and net in ([], ["net"]):
            return RevShare(share(percent[:-1]), percent[:-1], bool(net))
        case ["Call", *_]:
            return Call(_steps(text.removeprefix("Call ")))
    raise ValueError(f"not a rate: {text!r}")


def share(percent: str) -> Fraction:
    """A share from text such as '12.5': 0 to 1,000 with at most six decimals; ValueError otherwise."""
    whole, _, rest = percent.partition(".")
    if not (percent.isascii() and whole.isdigit() and (rest.isdigit() or "." not in percent)) or len(rest) > 6:
        raise ValueError(f"not a per cent: {percent!r}")
    found = Fraction(int(whole + rest), 100 * 10 ** len(rest))
    if found > 10:
        raise ValueError(f"more than 1,000 per cent: {percent!r}")
    return found


def _steps(text: str) -> tuple[tuple[int, Money], ...]:
    steps = []
    for step in text.split(", "):
        match step.split():
            case [amount, code, "from", seconds] if seconds[:-1].isdigit() and seconds.endswith("s"):
                steps.append((int(seconds[:-1]), money.parse(amount, money.currency(code))))
            case _:
                raise ValueError(f"not a step of a call: {step!r}; say '8.00 USD from 60s'")
    _rising([seconds for seconds, _ in steps], text)
    if steps[-1][0] > MOST_SECONDS or len({amount.currency for _, amount in steps}) > 1:
        raise ValueError(f"not the steps of a call: {text!r}")
    return tuple(steps)


def _tiers(text: str) -> Tiers:
    head, _, body = text.partition(": ")
    match head.split():
        case ["Tiers", ("count" | "amount") as by, ("marginal" | "retroactive") as mode]:
            first, *others = body.split("; ")
            tiers, codes = [Tier(1 if by == "count" else 0, _unlimited(first))], set()
            for tier in others:
                match tier.split(" ", 4):
                    case ["from", count, *_] if by == "count" and count.isdigit():
                        tiers.append(Tier(int(count), _unlimited(tier.split(" ", 2)[2])))
                    case ["from", amount, code, *_] if by == "amount":
                        start = money.parse(amount, money.currency(code))
                        codes.add(start.currency)
                        tiers.append(Tier(start.minor, _unlimited(tier.split(" ", 3)[3])))
                    case _:
                        raise ValueError(f"not a tier: {tier!r}")
            _rising([tier.start for tier in tiers], text)
            if len(tiers) < 2 or len(codes) > 1:
                raise ValueError(f"tiers need two steps or more, in one currency: {text!r}")
            return Tiers(by, mode, tuple(tiers), "".join(codes))
    raise ValueError(f"not tiers: {text!r}; say 'Tiers count marginal: CPA 5.00 USD; from 101 CPA 6.00 USD'")


def _unlimited(text: str) -> Rate:
    found = _rate(text)
    if found.months or not found.parts:
        raise ValueError(f"not the rate of a tier: {text!r}")
    return found


def _rising(starts: Iterable[int], text: str) -> None:
    found = list(starts)
    if any(after <= before for before, after in pairwise(found)):
        raise ValueError(f"steps must rise: {text!r}")


def _visit_price(words: list[str], text: str) -> VisitPrice:
    """A price may be finer than the smallest coin: it is a fraction, and only whole lines are rounded."""
    if len(words) != 3:
        raise ValueError(f"not a price: {text!r}")
    name, price, code = words[0], words[1], money.currency(words[2])
    whole, _, rest = price.partition(".")
    if not (price.isascii() and whole.isdigit() and (rest.isdigit() or "." not in price)) or len(rest) > 6:
        raise ValueError(f"not a price: {text!r}")
    visits = 1000 if name == "CPM" else 1
    each = Fraction(int(whole + rest) * 10 ** money.EXPONENTS[code], 10 ** len(rest) * visits)
    return VisitPrice("CPM" if name == "CPM" else "CPC", price, code, each)
