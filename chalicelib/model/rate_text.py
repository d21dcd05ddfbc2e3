"""Rates read from text: 'CPA 5.00 USD', 'RevShare 12.5%', 'CPA 2.00 USD + RevShare 5% net'; docs/rates.md has them all.

A rate is text first: facts pin it, reports print it, and what is printed is read back as the same.
"""

from collections.abc import Iterable
from fractions import Fraction
from functools import lru_cache
from itertools import pairwise
from typing import Final

from chalicelib.model import money
from chalicelib.model.money import Money
from chalicelib.model.rates import NOTHING, AnyRate, Call, Fixed, Flat, Part, Rate, RevShare, Tier, Tiers, VisitPrice

FIXED: Final = ("CPA", "CPL", "CPI")
"""A fixed amount for each sale, lead or install: one arithmetic, three names."""

MOST_MONTHS: Final = 120
MOST_SECONDS: Final = 86_400


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
