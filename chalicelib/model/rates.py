"""What terms pay: fixed amounts, shares, calls, tiers, prices of visits, monthly fees.

What a conversion earns is an exact fraction in each currency involved; whoever books it converts and rounds once. A
rate prints as people write it, and model.rate_text reads that back.
"""

from dataclasses import dataclass
from fractions import Fraction
from typing import ClassVar, Final, Literal

from chalicelib.model.money import Money


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
