"""Versions of terms: which rates price what, pinned by time."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

CLICK: Final = "click"
"""The goal whose terms price billable clicks (CPC)."""

IMPRESSION: Final = "impression"
"""The goal whose terms price billable impressions (CPM)."""

MONTH: Final = "month"
"""The goal whose terms are an affiliate's fee for each month (Flat)."""

SECOND_TIER: Final = "second_tier"
"""The goal whose commission is a recruiter's share of what the affiliates earn that it brought (RevShare)."""

RESERVED: Final = (CLICK, IMPRESSION, MONTH, SECOND_TIER)
"""Names that no advertiser's goal may have: the month close prices these, not the conversions."""


@dataclass(frozen=True, slots=True)
class Terms:
    """One version: what the affiliate earns and what the advertiser owes for a goal, from `from_ms` on.

    `affiliate` is '*' for everyone, or the id of the one affiliate whose override this is. Rates are text as people
    write them; model.rate_text reads them, which a click does not need.
    """

    goal: str
    affiliate: str
    from_ms: int
    commission: str
    revenue: str

    @property
    def version(self) -> str:
        """The name that facts pin: '<goal>/<affiliate>/<from>'."""
        return f"{self.goal}/{self.affiliate}/{self.from_ms}"


def in_force(every: Iterable[Terms], goal: str, affiliate: str, at_ms: int) -> Terms | None:
    """The version that prices a click of time `at_ms`: the affiliate's own newest one, else the newest for everyone."""
    started = [t for t in every if t.goal == goal and t.affiliate in (affiliate, "*") and t.from_ms <= at_ms]
    return max(started, key=lambda t: (t.affiliate != "*", t.from_ms), default=None)
