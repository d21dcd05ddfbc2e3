"""Exact money: a count of minor units and an ISO 4217 currency, never a float.

An amount arrives as text and leaves as text. The only rounding is `share`: half up, once, on the minor unit.
"""

from dataclasses import dataclass
from typing import Final

_DIGITS: Final = {
    0: "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF",
    2: "AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF "
    "CHE CHF CHW CNY COP COU CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD "
    "HKD HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT "
    "MOP MRU MUR MVR MWK MXN MXV MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR "
    "SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD USN UYU "
    "UZS VED VES WST XCD XCG YER ZAR ZMW ZWG",
    3: "BHD IQD JOD KWD LYD OMR TND",
    4: "CLF UYW",
}
EXPONENTS: Final[dict[str, int]] = {code: digits for digits, codes in _DIGITS.items() for code in codes.split()}
"""Currency code -> digits after the decimal point (ISO 4217, tables of 2026)."""

LARGEST: Final = 10**15
"""No single amount reaches this many minor units; sums of amounts may."""


class BadAmount(ValueError):
    """Text that is not one clear amount. `reason` is a word of model.reasons."""

    def __init__(self, reason: str, text: str) -> None:
        super().__init__(f"{reason}: {text[:40]!r}")
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Money:
    """`minor` units (cents for USD, yen for JPY, fils for KWD) of one currency."""

    minor: int
    currency: str

    def __str__(self) -> str:
        return f"{decimal(self.minor, self.currency)} {self.currency}"


def decimal(minor: int, currency: str) -> str:
    """The amount as people write it: 1234 USD -> '12.34', -5 USD -> '-0.05', 7 JPY -> '7'."""
    digits = EXPONENTS[currency]
    if not digits:
        return str(minor)
    whole, rest = divmod(abs(minor), 10**digits)
    return f"{'-' if minor < 0 else ''}{whole}.{rest:0{digits}d}"


def currency(text: str) -> str:
    """The ISO 4217 code that `text` names, in capitals; BadAmount('bad_currency') for any other word."""
    code = text.strip().upper()
    if code not in EXPONENTS:
        raise BadAmount("bad_currency", text)
    return code


def parse(text: str, code: str) -> Money:
    """Read an amount of currency `code`; raises BadAmount.

    One separator, a point or a comma, and only digits beside it. Exactly three digits behind it could be thousands
    ('1,234', '1.234') and are refused, except behind a point in a currency that has three.
    """
    text = text.strip()
    if not text.isascii() or len(text) > 32:
        raise BadAmount("bad_amount", text)
    whole, separator, rest = text.partition("," if "," in text else ".")
    if not whole.isdigit() or (separator and not rest.isdigit()):
        mixed = text.replace(".", "").replace(",", "").isdigit()
        raise BadAmount("ambiguous_amount" if mixed and whole and rest else "bad_amount", text)
    digits = EXPONENTS[code]
    if len(rest) == 3 and (separator == "," or digits != 3):
        raise BadAmount("ambiguous_amount", text)
    if rest[digits:].strip("0"):
        raise BadAmount("too_precise_amount", text)
    minor = int(whole + rest[:digits].ljust(digits, "0"))
    if minor >= LARGEST:
        raise BadAmount("bad_amount", text)
    return Money(minor, code)
