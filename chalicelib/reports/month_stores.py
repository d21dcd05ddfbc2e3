"""What the month close needs of the stores that are given to it. All raise the failures of model.ports."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from chalicelib.model.balance import Balance
from chalicelib.model.close import Setup
from chalicelib.model.line import Line
from chalicelib.model.visit import Visit


@dataclass(frozen=True, slots=True)
class Agreed:
    """The set-up of a close; the report currency ('' for none), and what the network's statements say of itself."""

    setup: Setup
    currency: str = ""
    network: Mapping[str, str] = field(default_factory=dict)
    minimum: Mapping[str, int] = field(default_factory=dict)
    """The smallest payout by currency, in minor units, where an affiliate's own profile says nothing."""


class Closes(Protocol):
    """The hashes of the published closes (store.closes)."""

    def close(self, period: str) -> str:
        """The hash of a period's manifest, '' if none is published."""

    def publish(self, period: str, manifest: str) -> str:
        """Keep a hash once; the hash that stands."""

    def is_paid_out(self, period: str) -> bool:
        """Whether all its payable balances are known to the payouts."""

    def note_paid_out(self, period: str) -> None:
        """Note that they are."""


class Visited(Protocol):
    """Clicks and impressions by UTC day 'YYYYMMDD' (store.visited)."""

    def on(self, day: str) -> Iterator[Visit]:
        """The visits of a day, in no order."""

    def late(self, day: str) -> Iterator[Visit]:
        """The visits that came in late on a day, whichever day they belong to; some perhaps twice."""


class Others(Protocol):
    """Lines that no conversion and no visit makes: manual ones and payout movements."""

    def on(self, day: str) -> Iterator[Line]:
        """Those of an accounting day, in a fixed order."""


class Payable(Protocol):
    """The payouts, which a closed balance starts."""

    def closed(self, period: str, balance: Balance, at_ms: int) -> None:
        """Know what a balance was closed with; once, however often it is said."""


class Setups(Protocol):
    """What the operator has set up by now."""

    def agreed(self) -> Agreed:
        """All of it, read consistently enough: once for a close."""
