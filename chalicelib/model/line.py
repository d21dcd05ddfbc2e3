"""The line of a month close: what it moves, for whom, and why. Everything that a close publishes is a sum of lines."""

from typing import Final, NamedTuple, Self


class Buckets(NamedTuple):
    """Minor units by what they are: still pending, held (approved, but not due yet or disputed), and payable."""

    pending: int = 0
    held: int = 0
    payable: int = 0

    def plus(self, other: "Buckets") -> "Buckets":
        """Both together."""
        return Buckets(self[0] + other[0], self[1] + other[1], self[2] + other[2])

    def less(self, other: "Buckets") -> "Buckets":
        """What is left without the other."""
        return Buckets(self[0] - other[0], self[1] - other[1], self[2] - other[2])

    @property
    def total(self) -> int:
        """All three."""
        return self[0] + self[1] + self[2]

    @property
    def minus(self) -> "Buckets":
        """The same taken back."""
        return Buckets(-self[0], -self[1], -self[2])


NOTHING: Final = Buckets()


class Line(NamedTuple):
    """One line. Amounts are minor units: `commission` and both revenues of `currency`, the campaign's, and `due` of
    `due_in`, the affiliate's. Times are Unix milliseconds.

    A line about one conversion names it and the fact's number `n`. A line about many of them, or about visits, says how
    many in `quantity`. `origin` is the period whose conversions it prices: an earlier one where something late changed
    what that period should have booked. `note` is for people: who, and why.
    """

    kind: str
    affiliate: str
    advertiser: str
    campaign: str
    goal: str
    currency: str
    due_in: str
    commission: Buckets = NOTHING
    due: Buckets = NOTHING
    pending_revenue: int = 0
    revenue: int = 0
    conversion: str = ""
    n: int = 0
    at_ms: int = 0
    event_ms: int = 0
    origin: str = ""
    quantity: int = 1
    reason: str = ""
    terms: str = ""
    commission_rate: str = ""
    revenue_rate: str = ""
    fx: str = ""
    note: str = ""

    @property
    def moves(self) -> bool:
        """Whether it changes any sum."""
        return any(self.commission) or any(self.due) or self.pending_revenue != 0 or self.revenue != 0


PRICED: Final = frozenset(
    (
        "matured",
        "recurring",
        "call_difference",
        "cap_difference",
        "tier_difference",
        "cpc",
        "cpm",
        "flat",
        "second_tier",
        "vat",
        "withheld",
    )
)
"""The kinds that only a close makes."""

UNTAXED: Final = frozenset(("vat", "withheld", "write_off", "frozen", "sent", "paid", "failed", "returned", "deferred"))
"""The kinds that are no earnings: taxes themselves, forgiven debt and payouts."""

UNSHARED: Final = UNTAXED | {"second_tier", "bonus", "adjusted"}
"""The kinds of which a recruiter has no share."""


class Moved(NamedTuple):
    """What a pile of lines adds up to, in one pair of currencies."""

    commission: Buckets = NOTHING
    due: Buckets = NOTHING
    pending_revenue: int = 0
    revenue: int = 0

    def plus(self, other: "Moved | Line") -> "Moved":
        """Both together."""
        return Moved(
            self.commission.plus(other.commission),
            self.due.plus(other.due),
            self.pending_revenue + other.pending_revenue,
            self.revenue + other.revenue,
        )

    def less(self, other: "Moved") -> "Moved":
        """What is left without the other."""
        return Moved(
            self.commission.less(other.commission),
            self.due.less(other.due),
            self.pending_revenue - other.pending_revenue,
            self.revenue - other.revenue,
        )

    @classmethod
    def of(cls, line: Line) -> Self:
        """What one line moves."""
        return cls(line.commission, line.due, line.pending_revenue, line.revenue)
