"""The manifest: what a day's report consists of, and the link to the day before. Whoever trusts its hash trusts all.

It is one line of JSON with sorted names and no spaces, so its bytes follow from its content:

    format      1
    day, time_zone, provisional_period
    previous    {day, sha256} of the manifest before, or null for the network's first
    facts, late how many lines commissions.csv has, and how many of them were stamped with an earlier day
    kinds       how many of each kind
    sums        currency -> pending, approved, both -> revenue, commission, margin (amounts as text)
    dues        the affiliates' currency -> pending, approved, both: the commission in what they are paid
    listed      stamped day -> shard -> {facts, sum}: the tally of the facts listed (see tally)
    proofs      the Merkle trees over the day's clicks and facts (see roots); old manifests have none
    parts       name, key, rows (without the header), bytes and sha256 of each part, sorted by name
"""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from functools import reduce
from hashlib import sha256
from typing import Any, Final

from chalicelib.reports.roots import Roots
from chalicelib.reports.sums import Sums
from chalicelib.reports.tally import Tally

FORMAT: Final = 1
FOLDER: Final = "reports/"
COMMISSIONS: Final = "commissions.csv"
SUMMARY: Final = "summary.csv"
CLICKS: Final = "clicks.csv"

Place = tuple[str, str]
"""A stamped day and a shard."""

Currencies = tuple[str, str]
"""A campaign's currency, and the one that an affiliate is paid in."""

_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}").fullmatch
_ID: Final = re.compile("[a-z0-9-]{1,64}").fullmatch
_NAME: Final = re.compile(r"(commissions|summary|clicks|statements/(affiliate|advertiser)-[a-z0-9~-]+)\.csv").fullmatch


class Broken(Exception):
    """What is kept is not what was published: a manifest or a part is missing, changed or unreadable."""


@dataclass(frozen=True, slots=True)
class Part:
    """One file of a report. `name` is what people call it, `key` is where it lies in the bucket."""

    name: str
    key: str
    rows: int
    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Previous:
    """The manifest before this one."""

    day: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """What was published for a day."""

    day: str
    time_zone: str
    previous: Previous | None
    sums: Mapping[Currencies, Sums]
    listed: Mapping[Place, Tally]
    parts: tuple[Part, ...]
    roots: Roots | None = None

    @property
    def facts(self) -> int:
        """How many facts it lists."""
        return sum(tally.facts for tally in self.listed.values())

    def encoded(self) -> bytes:
        """The bytes that are kept, and whose SHA-256 the next day names."""
        late = sum(tally.facts for (stamped, _), tally in self.listed.items() if stamped != self.day)
        listed: dict[str, dict[str, Any]] = {}
        for (stamped, shard), tally in self.listed.items():
            listed.setdefault(stamped, {})[shard] = tally.plain()
        sums, dues = (_together(self.sums, place) for place in (0, 1))
        plain = {
            "format": FORMAT,
            "day": self.day,
            "time_zone": self.time_zone,
            "provisional_period": self.day[:7],
            "previous": asdict(self.previous) if self.previous else None,
            "facts": self.facts,
            "late": late,
            "kinds": _total(self.sums.values()).kinds,
            "sums": {currency: sum.money(currency) for currency, sum in sums.items()},
            "dues": {currency: sum.due(currency) for currency, sum in dues.items()},
            "listed": listed,
            "parts": [asdict(part) for part in sorted(self.parts, key=lambda part: part.name)],
        }
        if self.roots is not None:
            plain["proofs"] = self.roots.plain()
        return json.dumps(plain, sort_keys=True, separators=(",", ":")).encode() + b"\n"


@dataclass(frozen=True, slots=True)
class Published:
    """A manifest as it is read back: its hash, the hash it points to, and what later reports must know of it."""

    day: str
    sha256: str
    previous: Previous | None
    time_zone: str
    facts: int
    listed: Mapping[Place, Tally]
    parts: tuple[Part, ...]
    roots: Roots | None = None
    """None in a manifest from before there were any."""

    def part(self, name: str) -> Part:
        """The part of this name."""
        return next(part for part in self.parts if part.name == name)


def read(content: bytes) -> Published:
    """The manifest in `content`; Broken if it is none of ours."""
    try:
        plain = json.loads(content)
        if plain["format"] != FORMAT:
            raise Broken(f"a manifest of format {plain['format']}")
        parts = tuple(Part(**part) for part in plain["parts"])
        found = Published(
            plain["day"],
            sha256(content).hexdigest(),
            Previous(**plain["previous"]) if plain["previous"] else None,
            plain["time_zone"],
            plain["facts"],
            {
                (stamped, shard): Tally.read(tally)
                for stamped, shards in plain["listed"].items()
                for shard, tally in shards.items()
            },
            parts,
            Roots.read(plain["day"], plain["proofs"]) if "proofs" in plain else None,
        )
    except (ValueError, KeyError, TypeError, AttributeError) as wrong:
        raise Broken("an unreadable manifest") from wrong
    strange = [
        part.name for part in parts if not _NAME(part.name) or part.key != part_key(found.day, part.name, part.sha256)
    ]
    if strange:
        raise Broken(f"a manifest with strange parts: {strange[0]!r}")
    return found


def manifest_key(day: str) -> str:
    """Where the manifest of a day lies; ValueError if `day` is no day, for it may come from a command line."""
    return f"{FOLDER}{checked(day)}/manifest.json"


def part_key(day: str, name: str, sha256: str) -> str:
    """Where a part lies: under its content's hash, so that parts of two runs never meet."""
    return f"{FOLDER}{day}/{sha256}-{base(name)}"


def statement(kind: str, id: str) -> str:
    """The name of the statement of an affiliate or advertiser. An id that could not be a file name is hashed."""
    word = id if _ID(id) else "~" + sha256(id.encode("utf-8", "replace")).hexdigest()[:32]
    return f"statements/{kind}-{word}.csv"


def base(name: str) -> str:
    """A part's name without its folder."""
    return name.rpartition("/")[2]


def is_day(text: str) -> bool:
    """Whether this is written like a day."""
    return _DAY(text) is not None


def checked(day: str) -> str:
    """The day itself; ValueError for text that is not written like one."""
    if not is_day(day):
        raise ValueError(f"not a day: {day!r}")
    return day


def _total(sums: Iterable[Sums]) -> Sums:
    return reduce(Sums.plus, sums, Sums())


def _together(sums: Mapping[Currencies, Sums], place: int) -> dict[str, Sums]:
    """Sums by the currency at one place, whatever the other is."""
    return {
        code: _total(sum for codes, sum in sums.items() if codes[place] == code)
        for code in {codes[place] for codes in sums}
    }
