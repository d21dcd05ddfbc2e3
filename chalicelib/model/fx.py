"""Exchange rates: a dated table that finance uploads, and the quotes that a conversion pins.

A table says for a day how much of each currency one unit of `base` buys. Amounts are converted by one exact fraction,
cross rates too, and rounded once by whoever books them.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import Final, Self

from chalicelib.model.day import back
from chalicelib.model.money import EXPONENTS

OLDEST_DAYS: Final = 5
"""Banks publish no rates at weekends and on holidays; older ones are no rates at all."""


@dataclass(frozen=True, slots=True)
class Quotes:
    """The rates of one day that a conversion needs: units of a currency for one of `base`, as decimal text.

    As text: '2026-10-30 9f86d081 EUR GBP=0.8541 USD=1.0812', where 9f86d081 begins the table's SHA-256.
    """

    date: str
    table: str
    base: str
    rates: tuple[tuple[str, str], ...]

    def factor(self, source: str, target: str) -> Fraction | None:
        """What one *minor* unit of `source` is in minor units of `target`; None if a rate is missing."""
        per = dict(self.rates) | {self.base: "1"}
        if source not in per or target not in per:
            return None
        return Fraction(_minor(target), _minor(source)) * decimal(per[target]) / decimal(per[source])

    def only(self, codes: Iterable[str]) -> "Quotes":
        """The same without the rates that nobody needs."""
        wanted = set(codes)
        return Quotes(self.date, self.table, self.base, tuple(pair for pair in self.rates if pair[0] in wanted))

    def __str__(self) -> str:
        return " ".join((self.date, self.table, self.base, *(f"{code}={rate}" for code, rate in self.rates)))

    @classmethod
    def read(cls, text: str) -> Self:
        """What `str` gave."""
        date, table, base, *pairs = text.split(" ")
        return cls(date, table, base, tuple((code, rate) for code, _, rate in (pair.partition("=") for pair in pairs)))


NO_QUOTES: Final = Quotes("", "", "", ())
"""What there is without a table: every currency for itself."""


class Table:
    """Rates by day. `days` maps a date to its quotes."""

    def __init__(self, days: Mapping[str, Quotes]) -> None:
        self._days = dict(days)

    def on(self, day: str) -> Quotes:
        """The newest quotes dated on or before `day` and at most OLDEST_DAYS old; NO_QUOTES if there are none."""
        return next(
            (self._days[date] for ago in range(OLDEST_DAYS + 1) if (date := back(day, ago)) in self._days), NO_QUOTES
        )


@lru_cache(1024)
def quotes(text: str) -> Quotes:
    """Pinned quotes from their text; '' gives NO_QUOTES."""
    return Quotes.read(text) if text else NO_QUOTES


def exact(parts: Iterable[tuple[Fraction, str]], target: str, by: Quotes) -> Fraction | None:
    """The sum of minor units in several currencies, in minor units of `target`; None if a rate is missing."""
    total = Fraction(0)
    for amount, source in parts:
        if source == target or not amount:
            total += amount
            continue
        factor = by.factor(source, target)
        if factor is None:
            return None
        total += amount * factor
    return total


def rounded(amount: Fraction) -> int:
    """Half up to a whole minor unit; away from zero below it."""
    part = (2 * abs(amount.numerator) + amount.denominator) // (2 * amount.denominator)
    return part if amount >= 0 else -part


@lru_cache(1024)
def decimal(text: str) -> Fraction:
    """A positive decimal number; ValueError for anything else."""
    whole, _, rest = text.partition(".")
    if not text.isascii() or not whole.isdigit() or not (rest.isdigit() or "." not in text) or len(text) > 24:
        raise ValueError(f"not a rate: {text!r}")
    found = Fraction(int(whole + rest), 10 ** len(rest))
    if not found:
        raise ValueError(f"not a rate: {text!r}")
    return found


def _minor(code: str) -> int:
    return int(10 ** EXPONENTS[code])
