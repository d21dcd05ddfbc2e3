"""Which shards of the days before may still hold a fact that no manifest lists."""

from typing import Final

from chalicelib.model.day import LATE_DAYS, back
from chalicelib.reports.chain import Chain
from chalicelib.reports.manifest import Place, Published
from chalicelib.reports.stores import Days
from chalicelib.reports.tally import Tally

WINDOW: Final = LATE_DAYS
"""For so many days after its own, a fact that the index shows late is still found."""


class Survey:
    """The days before `day`, compared with what their manifests and those since list of them."""

    def __init__(self, days: Days, chain: Chain, day: str) -> None:
        self._days = days
        self.before: list[Published] = []
        for days_ago in range(1, WINDOW + 1):
            found = chain.published(back(day, days_ago))
            if found is not None:
                self.before.append(found)

    def is_complete(self, place: Place) -> bool:
        """Whether the index shows just the facts that are listed. Reads the shard's keys, not its facts."""
        listed = Tally()
        for manifest in self.before:
            listed = listed.plus(manifest.listed.get(place, Tally()))
        return Tally.of(self._days.order_keys(*place)) == listed
