"""What follows from clicks: billable ones are counted towards the caps of campaigns that limit them.

A visit is no fact, so no stream says that one came. Every few minutes the clicks that came in since the last time are
read once for all such campaigns. How far each cap has counted stands in the same item as its count, so a run that is
missed is made up for, and one that comes twice or is killed counts nothing twice.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Container, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final, Protocol

from chalicelib.model.caps import Cap, ClickState
from chalicelib.model.day import accounting_day
from chalicelib.model.network import DAY_MS
from chalicelib.model.period import Period
from chalicelib.model.visit import Visit

SETTLED_MS: Final = 120_000
"""So long after it came in a click is surely in the table, or will be noted as late when it gets there."""

SPAN_MS: Final = 3_600_000
"""So much is read at first; where one span stopped, the next goes on, or the next run."""

QUICK_MS: Final = 20_000
"""A span that took less than this is followed by one that is twice as long, up to a day."""

SPARE_MS: Final = 60_000
"""A run ends by itself when this little time is left."""

Sums = Mapping[str, Mapping[tuple[str, str], int]]
"""How many clicks each campaign had, by accounting day and affiliate."""


class Caps(Protocol):
    """Where the counts are kept."""

    def listed(self, kind: str) -> list[str]:
        """The ids of the campaigns that have, or had, a cap on clicks, for the kind 'clicks'."""

    def click_state(self, campaign: str) -> ClickState:
        """A campaign's count, which knows the campaign's caps on clicks."""

    def put_click_state(self, campaign: str, state: ClickState) -> bool:
        """Write a count over the version it was made from; False if somebody else was faster."""


class Visited(Protocol):
    """The visits."""

    def clicks(self, from_ms: int, to_ms: int) -> Iterator[Visit]:
        """The clicks that came in between two moments of one UTC day, the second not included; each in one span."""


@dataclass(frozen=True, slots=True)
class ClickCounter:
    """Counts clicks. A cap that is new begins with its month, as it does at the month close."""

    caps: Caps
    visited: Visited
    time_zone: str

    def run(self, now_ms: int, remaining_ms: Callable[[], int]) -> dict[str, int]:
        """Count all that has come in and is settled; how many campaigns were listed and how many clicks they had."""
        states = {id: self.caps.click_state(id) for id in self.caps.listed("clicks")}
        begins = self._begins(states, now_ms)
        campaigns, clicks, until, span_ms, left_ms = len(states), 0, now_ms - SETTLED_MS, SPAN_MS, remaining_ms()
        while (from_ms := _latest(begins, until)) < until and left_ms > SPARE_MS:
            to_ms = min(until, from_ms + span_ms, from_ms - from_ms % DAY_MS + DAY_MS)
            due = {id: caps for id in states if (caps := [cap for cap, at in begins[id].items() if at == from_ms])}
            sums = self._sums(from_ms, to_ms, due)
            for id, caps in due.items():
                state = states[id].counting(caps, sums.get(id, {}), to_ms)
                if self.caps.put_click_state(id, state):
                    states[id] = replace(state, version=state.version + 1)
                    begins[id].update(dict.fromkeys(caps, to_ms))
                    clicks += sum(sums.get(id, {}).values())
                else:
                    # Another run is at it, or the answer to our own write was lost: the next run reads what stands.
                    del states[id], begins[id]
            started_ms, left_ms = left_ms, remaining_ms()
            span_ms = 2 * span_ms if started_ms - left_ms < QUICK_MS else SPAN_MS
        return {"campaigns": campaigns, "clicks": clicks}

    def _begins(self, states: Mapping[str, ClickState], now_ms: int) -> dict[str, dict[Cap, int]]:
        """From when on each cap of each campaign has to count: where it stopped, but not before the last month."""
        month = accounting_day(now_ms, self.time_zone)[:7]
        start = Period.of(month, self.time_zone).start_ms
        oldest = Period.of(accounting_day(start - 1, self.time_zone)[:7], self.time_zone).start_ms
        return {
            id: {cap: max(oldest, state.through.get(cap.name, start)) for cap in state.caps}
            for id, state in states.items()
        }

    def _sums(self, from_ms: int, to_ms: int, due: Container[str]) -> Sums:
        found: dict[str, Counter[tuple[str, str]]] = defaultdict(Counter)
        for visit in self.visited.clicks(from_ms, to_ms):
            if visit.billable and visit.campaign in due:
                found[visit.campaign][accounting_day(visit.at_ms, self.time_zone), visit.affiliate] += 1
        return found


def _latest(begins: Mapping[str, Mapping[Cap, int]], until: int) -> int:
    """Where to go on. Who lags least comes first: a new cap, with weeks to catch up on, keeps nobody waiting."""
    return max((at for caps in begins.values() for at in caps.values() if at < until), default=until)
