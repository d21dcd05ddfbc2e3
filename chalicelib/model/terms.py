"""What a conversion earns: CPA (a fixed amount) and RevShare (a per cent of the amount), in versions pinned by time."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

from chalicelib.model import money
from chalicelib.model.money import Money


@dataclass(frozen=True, slots=True)
class Cpa:
    """A fixed amount for each conversion, kept until the sale is refunded whole."""

    amount: Money

    def earns(self, sale: Money | None, refunded: int) -> Money:
        """The amount; nothing once `refunded` minor units make up the whole sale."""
        whole = sale is not None and 0 < sale.minor <= refunded
        return Money(0 if whole else self.amount.minor, self.amount.currency)

    def __str__(self) -> str:
        return f"CPA {self.amount}"


@dataclass(frozen=True, slots=True)
class RevShare:
    """A per cent of what remains of the sale: `numerator / denominator` of it, rounded half up once."""

    numerator: int
    denominator: int
    percent: str

    def earns(self, sale: Money | None, refunded: int) -> Money:
        """The share of what remains. A sale without an amount breaks the contract of `judge`."""
        if sale is None:
            raise ValueError("a share needs an amount")
        return Money(money.share(sale.minor - refunded, self.numerator, self.denominator), sale.currency)

    def __str__(self) -> str:
        return f"RevShare {self.percent}%"

    @classmethod
    def of(cls, percent: str) -> Self:
        """From text such as '12.5': 0 to 1,000 with at most six decimals; ValueError otherwise."""
        whole, _, rest = percent.partition(".")
        if not (percent.isascii() and whole.isdigit() and (rest.isdigit() or "." not in percent)) or len(rest) > 6:
            raise ValueError(f"not a per cent: {percent!r}")
        numerator, denominator = int(whole + rest), 100 * 10 ** len(rest)
        if numerator > 10 * denominator:
            raise ValueError(f"more than 1,000 per cent: {percent!r}")
        return cls(numerator, denominator, percent)


Rate = Cpa | RevShare


def rate(text: str) -> Rate:
    """Read what a rate prints: 'CPA 5.00 USD' or 'RevShare 12.5%'; ValueError otherwise."""
    match text.split():
        case ["CPA", amount, code]:
            return Cpa(money.parse(amount, money.currency(code)))
        case ["RevShare", percent] if percent.endswith("%"):
            return RevShare.of(percent[:-1])
    raise ValueError(f"not a rate: {text!r}")


@dataclass(frozen=True, slots=True)
class Terms:
    """One version: what the affiliate earns and what the advertiser owes for a goal, from `from_ms` on.

    `affiliate` is '*' for everyone, or the id of the one affiliate whose override this is.
    """

    goal: str
    affiliate: str
    from_ms: int
    commission: Rate
    revenue: Rate

    @property
    def version(self) -> str:
        """The name that facts pin: '<goal>/<affiliate>/<from>'."""
        return f"{self.goal}/{self.affiliate}/{self.from_ms}"


def in_force(every: Iterable[Terms], goal: str, affiliate: str, at_ms: int) -> Terms | None:
    """The version that prices a click of time `at_ms`: the affiliate's own newest one, else the newest for everyone."""
    started = [t for t in every if t.goal == goal and t.affiliate in (affiliate, "*") and t.from_ms <= at_ms]
    return max(started, key=lambda t: (t.affiliate != "*", t.from_ms), default=None)
