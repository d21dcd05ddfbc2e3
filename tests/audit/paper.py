"""The files of a network's months as they lie in the bucket: what the daily reports list, and the closes of it."""

import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from random import Random
from typing import Any

from chalicelib.model.close import Setup
from chalicelib.model.day import accounting_day, back, utc_day
from chalicelib.model.line import Line
from chalicelib.model.visit import Visit
from chalicelib.reports import lines
from chalicelib.reports.agreed import minimum
from chalicelib.reports.cells import line
from chalicelib.reports.manifest import COMMISSIONS, Manifest, Part, Previous, manifest_key, part_key
from chalicelib.reports.month import MonthClose
from chalicelib.reports.month_stores import Agreed
from chalicelib.store.fact_items import entry, fact_item
from tests.audit.months import Months

Files = dict[str, bytes]


@dataclass
class Shelf:
    """A bucket in memory."""

    files: Files = field(default_factory=dict)

    def put(self, key: str, content: bytes | Path) -> None:
        self.files[key] = content if isinstance(content, bytes) else content.read_bytes()

    def put_new(self, key: str, content: bytes | Path) -> bool:
        is_new = key not in self.files
        if is_new:
            self.put(key, content)
        return is_new

    def read(self, key: str) -> bytes | None:
        return self.files.get(key)

    def open(self, key: str) -> Any:
        return io.BytesIO(self.files[key])

    def keys(self, prefix: str) -> Iterator[str]:
        yield from sorted(key for key in self.files if key.startswith(prefix))

    def folders(self, prefix: str) -> Iterator[str]:
        yield from {key[len(prefix) :].split("/")[0] for key in self.files if key.startswith(prefix)}


@dataclass
class Kept:
    """The hashes that a table keeps, of days or of closes."""

    hashes: dict[str, str] = field(default_factory=dict)

    def manifest(self, name: str) -> str:
        return self.hashes.get(name, "")

    close = manifest

    def publish(self, name: str, manifest: str) -> str:
        return self.hashes.setdefault(name, manifest)

    def is_paid_out(self, _: str) -> bool:
        return True


@dataclass
class Network:
    """What months bring to their closes beside the conversions."""

    months: Months

    def agreed(self) -> Agreed:
        known, least = self.months.affiliates, self.months.minimum
        rates = self.months.table.on
        setup = Setup(self.months.time_zone, self.months.campaigns, known, rates, minimum(known, least))
        return Agreed(setup, "EUR", {"legal_name": "A network"}, least)

    def on(self, day: str) -> Iterator[Any]:
        """Visits of a UTC day, or the lines that people wrote on an accounting day."""
        yield from self._visits(day) if "-" not in day else self._lines(day)

    def late(self, _: str) -> Iterator[Visit]:
        yield from ()

    def _visits(self, day: str) -> Iterator[Visit]:
        return (one for one in self.months.visits if utc_day(one.at_ms) == day)

    def _lines(self, day: str) -> Iterator[Line]:
        zone = self.months.time_zone
        return (one for one in self.months.by_hand if accounting_day(one.at_ms, zone) == day)


def bucket(months: Months, scratch: Path) -> Files:
    """Everything that is published in a network's months, the parts of daily reports that nobody checks left out."""
    shelf, days, network, before = Shelf(), Kept(), Network(months), None
    entries, dice = [entry(fact_item(fact, "")) for fact in months.facts], Random(months.seed)
    listed = {one: back(one.day, -dice.choice(months.lags)) for one in entries}
    for period in months.periods:
        for day in period.days:
            found = (one for one in entries if listed[one] == day)
            mine = sorted(found, key=lambda one: (one.affiliate, one.at_ms, one.n))
            content = "".join((line(lines.COMMISSIONS), *(lines.of_entry(one, day)[0] for one in mine))).encode()
            hashed = sha256(content).hexdigest()
            part = Part(COMMISSIONS, part_key(day, COMMISSIONS, hashed), len(mine), len(content), hashed)
            manifest = Manifest(day, months.time_zone, before, {}, {}, (part,)).encoded()
            shelf.files |= {part.key: content, manifest_key(day): manifest}
            before = Previous(day, days.publish(day, sha256(manifest).hexdigest()))
    close: Any = MonthClose(
        days,  # type: ignore[arg-type]  # a close asks only for hashes
        Kept(),  # type: ignore[arg-type]
        shelf,  # type: ignore[arg-type]
        network,
        network,
        network,
        network,  # type: ignore[arg-type]
        months.time_zone,
        scratch,
    )
    for period in months.periods:
        close.close(period.name, period.end_ms)
    return shelf.files
