"""Bank details: what an account is called, and how a change of it comes into force.

A changed account is how payouts are stolen. So a change is a numbered fact with its time and person; it waits seven
days and needs a second person, and until then the account before it is used.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from chalicelib.model.network import DAY_MS
from chalicelib.model.person import same
from chalicelib.model.sale import Refusal

WAIT_MS: Final = 7 * DAY_MS

_LENGTHS: Final = (
    "AD24 AL28 AT20 BE16 BG22 CH21 CY28 CZ24 DE22 DK18 EE20 ES24 FI18 FR27 GB22 GI23 GR27 HR21 HU28 IE22 IS26 "
    "IT27 LI21 LT20 LU20 LV21 MC27 MD24 ME22 MK19 MT31 NL18 NO15 PL28 PT25 RO24 RS22 SE24 SI19 SK24 SM27 VA22"
)
SEPA: Final[dict[str, int]] = {pair[:2]: int(pair[2:]) for pair in _LENGTHS.split()}
"""The countries of the single euro payments area, and how long an IBAN is there."""

_IBAN: Final = re.compile(r"[A-Z]{2}\d{2}[A-Z0-9]{11,30}")
_BIC: Final = re.compile(r"[A-Z0-9]{4}[A-Z]{2}[A-Z0-9]{2}(?:[A-Z0-9]{3})?")


@dataclass(frozen=True, slots=True)
class Account:
    """A bank account. `bic` may be '', for inside the euro area the IBAN says it all; `holder` '' is the legal name."""

    iban: str
    bic: str = ""
    holder: str = ""

    @property
    def is_sepa(self) -> bool:
        """Whether a SEPA credit transfer can reach it."""
        return self.iban[:2] in SEPA


NO_ACCOUNT: Final = Account("")
"""What there is before any account is in force."""


@dataclass(frozen=True, slots=True)
class BankFact:
    """Fact `n` about an affiliate's account: somebody proposed one, confirmed the one last proposed, or withdrew it."""

    affiliate: str
    n: int
    kind: Literal["proposed", "confirmed", "withdrawn"]
    account: Account
    person: str
    at_ms: int


def account(iban: str, bic: str = "", holder: str = "") -> Account:
    """An account from what people write; ValueError says what is wrong with it."""
    number = re.sub(r"[\s-]", "", iban).upper()
    if not _IBAN.fullmatch(number) or len(number) != SEPA.get(number[:2], len(number)):
        raise ValueError("an IBAN has two letters, two digits and its country's number of letters and digits")
    if int("".join(str(int(sign, 36)) for sign in number[4:] + number[:4])) % 97 != 1:
        raise ValueError("the IBAN's check digits do not fit: one of its characters is wrong")
    code = re.sub(r"\s", "", bic).upper()
    if code and not _BIC.fullmatch(code):
        raise ValueError("a BIC has 8 or 11 letters and digits, such as DEUTDEFF")
    name = holder.strip()
    if len(name) > 70 or not name.isprintable():
        raise ValueError("an account holder has at most 70 printable characters")
    return Account(number, code, name)


def in_force(facts: Sequence[BankFact], at_ms: int) -> Account:
    """The account that a payout at `at_ms` goes to; NO_ACCOUNT if none has come into force.

    A confirmed account counts from seven days after it was proposed. A later proposal does not put it off: until that
    one is in force itself, the earlier one is used.
    """
    confirmed: list[tuple[int, Account]] = []
    for before, fact in zip((None, *facts), facts, strict=False):
        if fact.at_ms > at_ms:
            break
        if before is not None and fact.kind == "confirmed":
            confirmed.append((before.at_ms + WAIT_MS, fact.account))
        elif before is not None and fact.kind == "withdrawn" and before.kind == "confirmed":
            confirmed.pop()
    return next((account for begins_ms, account in reversed(confirmed) if begins_ms <= at_ms), NO_ACCOUNT)


def propose(facts: Sequence[BankFact], affiliate: str, new: Account, person: str, at_ms: int) -> BankFact | Refusal:
    """A new account, which replaces a proposal that nobody has confirmed."""
    if facts and facts[-1].kind != "withdrawn" and facts[-1].account == new:
        return Refusal("conflict", "already_so")
    return BankFact(affiliate, len(facts), "proposed", new, person, at_ms)


def confirm(facts: Sequence[BankFact], iban: str, person: str, at_ms: int) -> BankFact | Refusal:
    """A second person has checked the account that was proposed last.

    `iban` is what that person has seen: another proposal may have come between.
    """
    if not facts or facts[-1].kind != "proposed":
        return Refusal("rejected", "nothing_proposed")
    last = facts[-1]
    if same(person, last.person):
        return Refusal("rejected", "same_person")
    if iban != last.account.iban:
        return Refusal("conflict", "other_account")
    return BankFact(last.affiliate, last.n + 1, "confirmed", last.account, person, at_ms)


def withdraw(facts: Sequence[BankFact], person: str, at_ms: int) -> BankFact | Refusal:
    """The account that was proposed last is not to be used. Until its week is over it can be stopped, confirmed or not:
    that is what the week is for.
    """
    stops = bool(facts) and facts[-1].kind == "proposed"
    if len(facts) > 1 and facts[-1].kind == "confirmed":
        stops = at_ms < facts[-2].at_ms + WAIT_MS
    if not stops:
        return Refusal("rejected", "nothing_proposed")
    last = facts[-1]
    return BankFact(last.affiliate, last.n + 1, "withdrawn", last.account, person, at_ms)
