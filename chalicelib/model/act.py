"""The acts that change a known conversion: what a sender, an operator or a file of theirs can say.

In each of them `word` is for people: a sender's status word, or who did it and why. An `id` is the sender's own name
of the act: under the same id it happens once.
"""

from dataclasses import dataclass
from typing import Literal

from chalicelib.model.money import Money


@dataclass(frozen=True, slots=True)
class Approve:
    """The review is over, and good."""

    word: str = ""


@dataclass(frozen=True, slots=True)
class Reject:
    """The conversion earns nothing; `reason` is a word of model.reasons."""

    reason: str
    word: str = ""


@dataclass(frozen=True, slots=True)
class Reinstate:
    """A person takes a rejection back: the conversion stands again where it stood before."""

    word: str


@dataclass(frozen=True, slots=True)
class Amend:
    """Another amount (and tax and shipping, if said), in the place of the old one, while the conversion is pending."""

    id: str
    amount: Money
    tax: Money | None = None
    shipping: Money | None = None
    word: str = ""


@dataclass(frozen=True, slots=True)
class Refund:
    """Money given back: `amount` more, under `id`, or with `is_total` as much altogether, lost disputes not counted."""

    id: str
    amount: Money
    is_total: bool = False
    word: str = ""


@dataclass(frozen=True, slots=True)
class Dispute:
    """The customer's bank asks the money back (`opened`), and decides (`won` by the shop, or `lost`).

    Without an `amount` all that is left of the sale is meant.
    """

    id: str
    phase: Literal["opened", "won", "lost"]
    amount: Money | None = None
    word: str = ""


@dataclass(frozen=True, slots=True)
class Correct:
    """What should have been said: the seconds of a call, the tax, the shipping. None leaves one as it is."""

    id: str
    seconds: int | None = None
    tax: Money | None = None
    shipping: Money | None = None
    word: str = ""


@dataclass(frozen=True, slots=True)
class Hold:
    """Nothing is paid until a person has looked: `rule` (a word of model.reasons), as `version` of the rules has it."""

    rule: str
    version: str
    word: str = ""


@dataclass(frozen=True, slots=True)
class Release:
    """A person has looked, and what `rule` held is good. `version` is that of the hold; '' for the newest."""

    rule: str
    version: str = ""
    word: str = ""


@dataclass(frozen=True, slots=True)
class Refuse:
    """A person has looked, and `rule` was right: the conversion earns nothing."""

    rule: str
    version: str = ""
    word: str = ""


Act = Approve | Reject | Reinstate | Amend | Refund | Dispute | Correct | Hold | Release | Refuse
