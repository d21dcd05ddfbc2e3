"""Who a statement is between: an affiliate, an advertiser or the network itself, as tax law wants it named.

A party is kept as plain text by field (Affiliate.profile); `read` and `profile` are each other's inverse.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from hashlib import sha256
from typing import Final, Literal, get_args

from chalicelib.model import bank, money
from chalicelib.model.bank import NO_ACCOUNT, Account

VatMode = Literal["none", "standard", "reverse_charge"]
VAT_MODES: Final[tuple[VatMode, ...]] = get_args(VatMode)

_CODES: Final = (
    "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY "
    "BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK "
    "FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR "
    "IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK "
    "ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM "
    "PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF "
    "TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW"
)
COUNTRIES: Final = frozenset(_CODES.split())
"""ISO 3166-1, two letters."""

FIELDS: Final = (
    "legal_name",
    "address",
    "country",
    "tax_id",
    "vat_mode",
    "vat_percent",
    "withholding_percent",
    "self_billing",
    "minimum_payout",
    "iban",
    "bic",
    "holder",
)
"""The fields of a profile. `address` has a line for each line; `minimum_payout` is 'EUR=50.00 USD=75.00'."""

_PERCENT: Final = re.compile(r"\d{1,3}(?:\.\d{1,4})?")
_TAX_ID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ./-]{0,31}")
_LINES, _LINE, _NAME = 6, 70, 140


@dataclass(frozen=True, slots=True)
class Party:
    """One side of a statement. Percentages are decimal text; `minimum` is minor units by currency.

    `vat_mode` 'standard' adds `vat_percent` to what is paid, 'reverse_charge' adds none and says so. What is withheld
    is `withholding_percent` of the same amount. `self_billing` says that the network writes the party's invoices.
    """

    legal_name: str = ""
    address: tuple[str, ...] = ()
    country: str = ""
    tax_id: str = ""
    vat_mode: VatMode = "none"
    vat_percent: str = "0"
    withholding_percent: str = "0"
    self_billing: bool = False
    minimum: Mapping[str, int] = field(default_factory=dict)
    account: Account = NO_ACCOUNT

    @property
    def fingerprint(self) -> str:
        """32 hex characters that change with anything said here; a batch of payouts pins it."""
        return sha256(json.dumps(profile(self), sort_keys=True).encode()).hexdigest()[:32]


NOBODY: Final = Party()
"""Of whom nothing is known yet."""


def read(said: Mapping[str, str]) -> Party:
    """The party of a profile; ValueError says which field is wrong, and how."""
    if strange := set(said) - set(FIELDS):
        raise ValueError(f"a party has no {min(strange)}; it has {', '.join(FIELDS)}")
    found = Party(
        _line(said.get("legal_name", ""), "legal_name", _NAME),
        _address(said.get("address", "")),
        _country(said.get("country", "")),
        _tax_id(said.get("tax_id", "")),
        _mode(said.get("vat_mode", "none")),
        _percent(said.get("vat_percent", "0"), "vat_percent"),
        _percent(said.get("withholding_percent", "0"), "withholding_percent"),
        _yes(said.get("self_billing", "no")),
        minimums(said.get("minimum_payout", "")),
        bank.account(said["iban"], said.get("bic", ""), said.get("holder", "")) if said.get("iban") else NO_ACCOUNT,
    )
    if (found.vat_mode == "standard") != bool(percent(found.vat_percent)):
        raise ValueError("vat_percent is above 0 with vat_mode standard, and 0 without it")
    if found.vat_mode == "reverse_charge" and not found.tax_id:
        raise ValueError("vat_mode reverse_charge needs a tax_id: the statement must name it")
    return found


def profile(party: Party) -> dict[str, str]:
    """A party as plain text by field; what was not said is left out."""
    text = {
        "legal_name": party.legal_name,
        "address": "\n".join(party.address),
        "country": party.country,
        "tax_id": party.tax_id,
        "vat_mode": party.vat_mode.replace("none", ""),
        "vat_percent": party.vat_percent if percent(party.vat_percent) else "",
        "withholding_percent": party.withholding_percent if percent(party.withholding_percent) else "",
        "self_billing": "yes" if party.self_billing else "",
        "minimum_payout": " ".join(
            f"{code}={money.decimal(minor, code)}" for code, minor in sorted(party.minimum.items())
        ),
        "iban": party.account.iban,
        "bic": party.account.bic,
        "holder": party.account.holder,
    }
    return {name: value for name, value in text.items() if value}


def percent(text: str) -> Fraction:
    """A percentage from its text."""
    whole, _, rest = text.partition(".")
    return Fraction(int(whole + rest), 10 ** len(rest))


def minimums(text: str) -> dict[str, int]:
    """Amounts by currency, in minor units, from 'EUR=50.00 USD=75.00', or with commas; ValueError for anything else."""
    found = {}
    for pair in text.replace(",", " ").split():
        code, _, amount = pair.partition("=")
        try:
            found[money.currency(code)] = money.parse(amount, money.currency(code)).minor
        except money.BadAmount as bad:
            raise ValueError(f"{pair!r} is not a currency and an amount, such as EUR=50.00") from bad
    return found


def _line(text: str, name: str, most: int) -> str:
    found = text.strip()
    if len(found) > most or not found.isprintable():
        raise ValueError(f"{name} has at most {most} printable characters a line")
    return found


def _address(text: str) -> tuple[str, ...]:
    lines = tuple(_line(line, "address", _LINE) for line in text.split("\n") if line.strip())
    if len(lines) > _LINES:
        raise ValueError(f"address has at most {_LINES} lines")
    return lines


def _country(text: str) -> str:
    code = text.strip().upper()
    if code and code not in COUNTRIES:
        raise ValueError(f"country is two letters of ISO 3166, not {text!r}")
    return code


def _tax_id(text: str) -> str:
    found = text.strip()
    if found and not _TAX_ID.fullmatch(found):
        raise ValueError("tax_id has at most 32 letters, digits, blanks, points, slashes and hyphens")
    return found


def _mode(text: str) -> VatMode:
    for mode in VAT_MODES:
        if mode == text:
            return mode
    raise ValueError(f"vat_mode is one of {', '.join(VAT_MODES)}")


def _percent(text: str, name: str) -> str:
    if not _PERCENT.fullmatch(text) or percent(text) > 100:
        raise ValueError(f"{name} is a number from 0 to 100 with at most four decimals")
    return text


def _yes(text: str) -> bool:
    if text not in ("yes", "no"):
        raise ValueError("self_billing is yes or no")
    return text == "yes"
