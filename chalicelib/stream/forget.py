"""What time takes away: the salts of days that have passed, and with them the last way from a visit to a visitor."""

from dataclasses import dataclass
from typing import Protocol


class Salts(Protocol):
    """The salts of the days."""

    def forget(self, now_ms: int) -> int:
        """Delete the salts of all days before yesterday; how many days were gone through."""


@dataclass(frozen=True, slots=True)
class Forgetter:
    """Deletes what has had its time. A run twice deletes nothing more; a missed run is made up for by the next."""

    salts: Salts

    def run(self, now_ms: int) -> dict[str, int]:
        """Delete what is due; how many days each task went through."""
        return {"salts": self.salts.forget(now_ms)}
