"""A day's evidence as it is kept: what was clicked, quarter by quarter, and what was sold, as files in a bucket.

    trust/visits-<UTC day>.json         clicks by affiliate and campaign, and the ids of those that scanners opened at
                                        once, or that came as a crowd
    trust/claims-<accounting day>.json  the day's conversions with what their own clicks show, and what is held of them

Nothing personal is in them: no network, no agent, no customer. So an erasure need not reach them.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, Protocol

from chalicelib.model.click import Click
from chalicelib.model.clickid import ClickId, unchecked
from chalicelib.model.evidence import Claim, Clicks, Seen, tally
from chalicelib.model.fact import Fact
from chalicelib.model.network import Link
from chalicelib.model.suspicion_clicks import BURST_MS, bursts
from chalicelib.model.traffic import LIMITS, Traffic, judged, verdict
from chalicelib.model.visit import Visit, visit

FOLDER: Final = "trust"
QUARTERS: Final = 4
QUARTER_MS: Final = 6 * 3_600_000
"""So much of a day's clicks is in memory at once, and so much is lost where a run is cut short."""

NEAR_MS: Final = max(BURST_MS, LIMITS.burst_ms)
"""So far before a quarter lie the clicks that what begins in it may have begun with."""

SHARDS: Final = "0123456789abcdef"

Held = set[tuple[str, str, str]]
"""Conversion, rule and version of what is held, or was."""


class Shelf(Protocol):
    """The report bucket."""

    def read(self, key: str) -> bytes | None:
        """What lies under a key; None if there is nothing."""

    def put(self, key: str, content: bytes) -> None:
        """Keep bytes under a key, in the place of what was there."""


class Visits(Protocol):
    """The visits table."""

    @property
    def shards(self) -> int:
        """A day's clicks lie in so many shards."""

    def arrivals(self, shard: int, from_ms: int, to_ms: int) -> Iterator[Click]:
        """The clicks of a shard that came in between two moments of one UTC day, the second not included."""

    def click(self, id: ClickId) -> Click:
        """The click of an id; without evidence if its row is not there."""


class Days(Protocol):
    """Facts by accounting day."""

    def facts(self, day: str, shard: str) -> Iterator[Fact]:
        """The facts of a day's shard."""


@dataclass(frozen=True, slots=True)
class Dossier:
    """Makes the files of a day, and reads them back. `link` gives the link of a number; it is asked for each click."""

    shelf: Shelf
    visits: Visits
    days: Days
    link: Callable[[int], Link | None]
    is_machine: Callable[[str], bool]

    def watch(self, day: str, midnight_ms: int, has_time: Callable[[], bool]) -> bool:
        """Count the clicks of a UTC day that begins at `midnight_ms`; False if the time was too short for all of it."""
        kept = self._read(f"visits-{day}") or {"quarters": 0, "clicks": {}, "burst": [], "crowd": []}
        while kept["quarters"] < QUARTERS:
            if not has_time():
                return False
            start = midnight_ms + kept["quarters"] * QUARTER_MS
            before, seen, crowd = self._quarter(start, is_first=not kept["quarters"])
            clicks = {tuple(name.split()): Clicks(*sums) for name, sums in kept["clicks"].items()}
            for place, sums in tally(seen).items():
                clicks[place] = clicks.get(place, Clicks()).plus(sums)
            kept = {
                "quarters": kept["quarters"] + 1,
                "clicks": {" ".join(place): list(sums) for place, sums in sorted(clicks.items())},
                "burst": sorted({*kept["burst"], *bursts([*before, *seen])}),
                "crowd": sorted({*kept["crowd"], *crowd}),
            }
            self._put(f"visits-{day}", kept)
        return True

    def clicks(self, day: str) -> tuple[dict[tuple[str, str], Clicks], frozenset[str]]:
        """What was counted of a UTC day: the clicks by affiliate and campaign, and the ids of those in a burst."""
        kept = self._read(f"visits-{day}") or {"clicks": {}, "burst": []}
        places = {(name.split()[0], name.split()[1]): Clicks(*sums) for name, sums in kept["clicks"].items()}
        return places, frozenset(kept["burst"])

    def crowds(self, day: str) -> frozenset[str]:
        """The ids of a UTC day's clicks that came in a crowd: the verdict `burst` (model.traffic)."""
        return frozenset((self._read(f"visits-{day}") or {}).get("crowd", ()))

    def collect(self, day: str) -> list[Claim]:
        """Write down an accounting day's conversions and holds; the conversions."""
        claims: dict[str, Claim] = {}
        held: Held = set()
        for shard in SHARDS:
            for fact in self.days.facts(day, shard):
                if fact.kind == "held":
                    _, rule, version = fact.key.split(" ", 2)
                    held.add((fact.conversion, rule, version))
                elif fact.kind in ("booked", "confirmed") and not fact.share:
                    claims[fact.conversion] = self._claim(fact)
        rows = [_row(claim) for claim in claims.values()]
        self._put(f"claims-{day}", {"claims": rows, "held": sorted(held)})
        return list(claims.values())

    def claims(self, day: str) -> tuple[list[Claim], Held]:
        """What was written down of an accounting day."""
        kept = self._read(f"claims-{day}") or {"claims": [], "held": []}
        return [_from_row(row) for row in kept["claims"]], {(id, rule, version) for id, rule, version in kept["held"]}

    def _quarter(self, start: int, is_first: bool) -> tuple[list[Seen], list[Seen], set[str]]:
        """The clicks right before a quarter, its own, and the ids of those of both that came in a crowd."""
        both = list(self._between(start - NEAR_MS, start)) if is_first else []
        both += self._between(start if is_first else start - NEAR_MS, start + QUARTER_MS)
        near = [seen for seen, _ in both]
        before = {seen.id for seen in near if start - NEAR_MS <= seen.at < start}
        in_order = sorted((one for _, one in both), key=lambda one: one.at_ms)
        crowd = {one.id for one in judged(in_order, Traffic(is_datacenter=self.is_machine)) if one.reason == "burst"}
        return [seen for seen in near if seen.id in before], [seen for seen in near if seen.id not in before], crowd

    def _between(self, from_ms: int, to_ms: int) -> Iterator[tuple[Seen, Visit]]:
        for shard in range(self.visits.shards):
            for click in self.visits.arrivals(shard, from_ms, to_ms):
                link = self.link(click.id.link)
                if link is not None and click.method == "GET":
                    yield self._seen(click, link.affiliate, link.campaign), visit("click", click, link)

    def _claim(self, fact: Fact) -> Claim:
        seen, clicked = None, None
        if fact.click_id:
            click = self.visits.click(unchecked(fact.click_id))
            seen, clicked = self._seen(click, fact.affiliate, fact.campaign), click.id.ms
        return Claim(
            fact.conversion,
            fact.event_ms,
            fact.at_ms,
            fact.affiliate,
            fact.campaign,
            fact.advertiser,
            fact.goal,
            fact.order_id,
            fact.source == "browser" or None,
            fact.after.confirmed,
            fact.click_id,
            clicked,
            returning=bool(fact.touches),
            seen=seen,
        )

    def _seen(self, click: Click, affiliate: str, campaign: str) -> Seen:
        reason = verdict(click.method, click.agent, click.purpose) if click.agent or click.address else ""
        if not reason and self.is_machine(click.address):
            reason = "datacenter"
        return Seen(
            click.id.text,
            click.id.ms,
            affiliate,
            campaign,
            str(click.id.link),
            click.address,
            early=reason in ("head", "prefetch"),
            bare=not click.referrer,
            reason=reason,
        )

    def _read(self, name: str) -> dict[str, Any] | None:
        content = self.shelf.read(f"{FOLDER}/{name}.json")
        return json.loads(content) if content else None

    def _put(self, name: str, content: Mapping[str, Any]) -> None:
        self.shelf.put(f"{FOLDER}/{name}.json", json.dumps(content, separators=(",", ":")).encode())


def _row(claim: Claim) -> list[Any]:
    """A claim without what is personal: its first twelve fields, whether it knew the shop, and its click's marks."""
    marks = [claim.seen.early, claim.seen.bare, claim.seen.reason] if claim.seen else None
    return [*claim[:12], claim.returning, marks]


def _from_row(row: Iterable[Any]) -> Claim:
    *plain, returning, marks = row
    claim = Claim(*plain)._replace(returning=returning)
    if marks is None:
        return claim
    early, bare, reason = marks
    seen = Seen(claim.click, claim.clicked or 0, claim.affiliate, claim.campaign, "", "", early, False, bare, reason)
    return claim._replace(seen=seen)
