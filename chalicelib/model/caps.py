"""Soft caps: how far a campaign's caps are used, minutes behind and never money. Only the redirect looks at it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from chalicelib.model.fact import Fact

REMEMBERED: Final = 64
"""How many counted conversions a state remembers: more than two batches, so that one that comes again is recognised."""

NAME_CHARACTERS: Final = 10
"""So much of a conversion's id tells it from the others that are remembered; the state stays one write unit."""

DAYS_KEPT: Final = 3
MONTHS_KEPT: Final = 2


@dataclass(frozen=True, slots=True)
class CapState:
    """Conversions by period ('2026-11-24', '2026-11', 'total'), and the conversions counted last, oldest first."""

    taken: Mapping[str, int]
    counted: Sequence[str]
    version: int = 0

    def counting(self, facts: Sequence["Fact"]) -> "CapState":
        """The state after counting the conversions of `facts`, each once."""
        seen, taken, counted = set(self.counted), dict(self.taken), list(self.counted)
        for fact in facts:
            name = fact.conversion[:NAME_CHARACTERS]
            if name not in seen:
                seen.add(name)
                counted.append(name)
                for period in (fact.day, fact.day[:7], "total"):
                    taken[period] = taken.get(period, 0) + 1
        return CapState(_recent(taken), counted[-REMEMBERED:], self.version)


NOTHING: Final = CapState({}, ())


def _recent(taken: dict[str, int]) -> dict[str, int]:
    days = sorted(period for period in taken if len(period) == 10)[-DAYS_KEPT:]
    months = sorted(period for period in taken if len(period) == 7)[-MONTHS_KEPT:]
    return {period: taken[period] for period in (*days, *months, "total") if period in taken}
