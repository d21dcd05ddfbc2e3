"""Sums over facts of one currency: how many of each kind, and what they move by state."""

from dataclasses import dataclass, fields
from operator import add, attrgetter

from chalicelib.model.fact import KINDS, Kind
from chalicelib.model.money import decimal

Moved = tuple[int, int, int, int, int, int]
"""What a fact moves, pending and approved each: commission, revenue, and the commission in the affiliate's currency."""


@dataclass(slots=True)
class Sums:
    """Facts by kind, and movements in minor units. A fact of kind booked is a new conversion.

    `pending_due` and `approved_due` are in the affiliate's currency, and sums only while all facts share that one.
    """

    booked: int = 0
    confirmed: int = 0
    approved: int = 0
    rejected: int = 0
    refunded: int = 0
    reinstated: int = 0
    amended: int = 0
    corrected: int = 0
    disputed: int = 0
    dispute_won: int = 0
    dispute_lost: int = 0
    rated: int = 0
    held: int = 0
    released: int = 0
    refused: int = 0
    pending_commission: int = 0
    approved_commission: int = 0
    pending_revenue: int = 0
    approved_revenue: int = 0
    pending_due: int = 0
    approved_due: int = 0

    def add(self, kind: Kind, moved: Moved) -> None:
        """Count one fact."""
        setattr(self, kind, getattr(self, kind) + 1)
        pending, approved, pending_owed, approved_owed, pending_due, approved_due = moved
        self.pending_commission += pending
        self.approved_commission += approved
        self.pending_revenue += pending_owed
        self.approved_revenue += approved_owed
        self.pending_due += pending_due
        self.approved_due += approved_due

    def plus(self, other: "Sums") -> "Sums":
        """Both together."""
        return Sums(*map(add, self.values, other.values))

    @property
    def values(self) -> tuple[int, ...]:
        """All fields, in order: `Sums(*sums.values) == sums`."""
        return _values(self)

    @property
    def kinds(self) -> dict[str, int]:
        """Facts by kind."""
        return dict(zip(KINDS, _kinds(self), strict=True))

    def money(self, currency: str) -> dict[str, dict[str, str]]:
        """Revenue, commission and margin as amounts: pending, approved and both."""
        states = {
            "pending": (self.pending_revenue, self.pending_commission),
            "approved": (self.approved_revenue, self.approved_commission),
            "both": (
                self.pending_revenue + self.approved_revenue,
                self.pending_commission + self.approved_commission,
            ),
        }
        return {
            state: {
                "revenue": decimal(revenue, currency),
                "commission": decimal(commission, currency),
                "margin": decimal(revenue - commission, currency),
            }
            for state, (revenue, commission) in states.items()
        }

    def due(self, currency: str) -> dict[str, str]:
        """Commission in the affiliates' `currency` as amounts: pending, approved and both."""
        states = {
            "pending": self.pending_due,
            "approved": self.approved_due,
            "both": self.pending_due + self.approved_due,
        }
        return {state: decimal(minor, currency) for state, minor in states.items()}


_kinds = attrgetter(*KINDS)
_values = attrgetter(*(field.name for field in fields(Sums)))
