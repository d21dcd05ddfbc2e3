"""The arithmetic of a commission in words: each step with its exact fraction, and the one rounding at the end."""

from collections.abc import Iterator
from fractions import Fraction

from chalicelib.model import credit, money
from chalicelib.model.fact import Fact
from chalicelib.model.fx import Quotes, exact, quotes, rounded
from chalicelib.model.rate_text import per_conversion
from chalicelib.model.rates import Basis, Call, Fixed, Part, Rate, RevShare, Tiers


def arithmetic(fact: Fact) -> Iterator[str]:
    """What a conversion earns where `fact` leads, step by step: the commission, what is due of it, the revenue."""
    basis = Basis(fact.amount, fact.deductions, fact.after.refunded, fact.seconds)
    currency, by = fact.after.currency, quotes(fact.fx)
    if fact.after.state == "rejected":
        yield f"rejected ({fact.after.reason or 'no reason kept'}): earns 0"
        return
    if fact.after.reason == "no_fx_rate":
        yield "no exchange rate was known: earns 0 until one is"
        return
    if fact.fx:
        yield f"rates of {by.date} (table {by.table}): " + ", ".join(
            f"1 {by.base} = {rate} {code}" for code, rate in by.rates
        )
    if fact.share:
        place, _, weights = fact.share.partition("/")
        yield f"shared by weights of {weights.replace(':', ', ')}: this is part {place}"
    earned, owed = per_conversion(fact.commission_rate), per_conversion(fact.revenue_rate)
    yield from _sum("commission", earned, basis, currency, by, fact.share)
    if fact.due_in not in ("", currency):
        yield from _sum("due to the affiliate", earned, basis, fact.due_in, by, fact.share)
    yield from _sum("revenue", owed, basis, currency, by, fact.share)


def _sum(name: str, rate: Rate | Tiers, basis: Basis, currency: str, by: Quotes, share: str) -> Iterator[str]:
    if isinstance(rate, Tiers):
        yield f"{name}: {rate}; by itself it earns the first tier, the close books the difference"
    for part in rate.first.parts:
        amount, code = part.earns(basis)
        yield f"{name}: {_words(part, basis)} = {_exactly(amount, code)}"
    whole = exact(rate.earns(basis), currency, by)
    if whole is None:
        yield f"{name}: no exchange rate into {currency}"
        return
    minor = rounded(whole)
    how = "exactly" if whole == minor else f"rounded half up from {_exactly(whole, currency)}"
    yield f"{name}: {money.decimal(minor, currency)} {currency}, {how}"
    if share:
        mine = money.decimal(credit.part(minor, share), currency)
        yield f"{name}: {mine} {currency} of it, by largest remainder"


def _words(part: Part, basis: Basis) -> str:
    match part:
        case Fixed():
            return f"{part}, given back with the whole sale" if basis.is_gone else str(part)
        case RevShare():
            return f"{part.percent}% of {_remaining(part, basis)}"
        case Call():
            return f"{part}, for {basis.seconds} seconds"


def _remaining(part: RevShare, basis: Basis) -> str:
    assert basis.amount is not None
    code, text = basis.amount.currency, str(basis.amount)
    if part.net and basis.deductions:
        text = f"({text} - {money.decimal(basis.deductions, code)} tax and shipping)"
    if basis.refunded:
        text += f", of which {money.decimal(basis.refunded, code)} were refunded,"
    return text


def _exactly(minor: Fraction, code: str) -> str:
    """An amount with all its decimals where they end, else as a fraction of its smallest unit."""
    if minor.denominator == 1:
        return f"{money.decimal(minor.numerator, code)} {code}"
    unit = Fraction(minor, 10 ** money.EXPONENTS[code])
    rest = unit.denominator
    for prime in (2, 5):
        while rest % prime == 0:
            rest //= prime
    if rest == 1:
        places = next(n for n in range(200) if unit * 10**n == int(unit * 10**n))
        whole, part = divmod(abs(unit.numerator) * 10**places // unit.denominator, 10**places)
        return f"{'-' if unit < 0 else ''}{whole}.{part:0{places}d} {code}"
    return f"{unit.numerator}/{unit.denominator} {code}"
