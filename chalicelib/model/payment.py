"""What a bank is told to pay for one closed balance."""

import re
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from chalicelib.model.party import Party

BATCH: Final = re.compile(r"(\d{4}-\d{2})-[a-z0-9]{1,16}")
"""A batch's name: the period of its lines, and a word of its own. Banks take 35 characters."""


@dataclass(frozen=True, slots=True)
class Payment:
    """`amount` minor units of `currency` for `line` to `party`, whose account is the one in force; `text` is for it."""

    line: str
    affiliate: str
    currency: str
    amount: int
    party: Party
    text: str

    @property
    def end_to_end_id(self) -> str:
        """The line's id as a bank takes it: 35 characters at most, and no slash at its ends."""
        return f"{self.line[:7]}-{sha256(self.line.encode()).hexdigest()[:24]}"

    @property
    def is_sepa(self) -> bool:
        """Whether a SEPA credit transfer can make it."""
        return self.currency == "EUR" and self.party.account.is_sepa


@dataclass(frozen=True, slots=True)
class Batch:
    """Payments that leave together: from `payer`, on the day `pay_on`. `created_ms` is when its last one was frozen."""

    name: str
    payer: Party
    payments: tuple[Payment, ...]
    created_ms: int
    pay_on: str

    @property
    def period(self) -> str:
        """The period whose lines it pays."""
        return self.name[:7]
