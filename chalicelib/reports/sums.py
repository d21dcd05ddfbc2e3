"""Sums over facts of one currency: how many of each kind, and what they move by state."""

from dataclasses import dataclass, fields
from operator import add, attrgetter

from chalicelib.model.fact import Kind
from chalicelib.model.money import decimal

Moved = tuple[int, int, int, int]
"""What a fact moves: pending commission, approved commission, pending revenue, approved revenue."""


@dataclass(slots=True)
class Sums:
    """Facts by kind, and movements in minor units. A fact of kind booked is a new conversion."""

    booked: int = 0
    confirmed: int = 0
    approved: int = 0
    rejected: int = 0
    refunded: int = 0
    pending_commission: int = 0
    approved_commission: int = 0
    pending_revenue: int = 0
    approved_revenue: int = 0

    def add(self, kind: Kind, moved: Moved) -> None:
        """Count one fact."""
        setattr(self, kind, getattr(self, kind) + 1)
        pending, approved, pending_owed, approved_owed = moved
        self.pending_commission += pending
        self.approved_commission += approved
        self.pending_revenue += pending_owed
        self.approved_revenue += approved_owed

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
        return {
            "booked": self.booked,
            "confirmed": self.confirmed,
            "approved": self.approved,
            "rejected": self.rejected,
            "refunded": self.refunded,
        }

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


_values = attrgetter(*(field.name for field in fields(Sums)))
