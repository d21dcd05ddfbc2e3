"""The manifest of a month close: which files it consists of, and what it was made from.

It is one line of JSON with sorted names and no spaces, so its bytes follow from its content:

    format      1
    period, time_zone
    previous    {period, sha256} of the close before, or null for the network's first
    days        {day, sha256} of each daily manifest whose facts it takes, in order
    lines       how many lines lines.csv has
    sums        currency -> pending, held and payable commission, pending revenue and revenue, as moved by the lines
    due         the affiliates' currency -> pending, held, payable: the commission in what they are paid
    numbers     first and last number of the affiliates' statements; last is below first if there are none
    parts       name, key, rows (without the header; 0 for a PDF), bytes and sha256 of each part, sorted by name
"""

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from hashlib import sha256
from typing import Final

from chalicelib.reports.manifest import Broken, Part, Previous, base

FORMAT: Final = 1
FOLDER: Final = "closes/"

LINES: Final = "lines.csv"
BALANCES: Final = "balances.csv"
PAYABLES: Final = "payables.csv"
OPEN_ITEMS: Final = "open-items.csv"
VISITS: Final = "visits.csv"
TRAFFIC: Final = "traffic.csv"
SETUP: Final = "setup.json"
SUMMARY: Final = "summary.csv"
JOURNAL: Final = "journal.csv"

_PERIOD: Final = re.compile(r"\d{4}-(0[1-9]|1[0-2])").fullmatch
_NAME: Final = re.compile(
    r"([a-z]+(-items)?\.csv|setup\.json|statements/(affiliate|advertiser)-[a-z0-9~-]+\.(csv|pdf))"
).fullmatch


@dataclass(frozen=True, slots=True)
class Link:
    """The close before this one."""

    period: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Numbers:
    """The numbers of a close's statements. They have no gaps: the next close goes on behind `last`."""

    first: int
    last: int


@dataclass(frozen=True, slots=True)
class CloseManifest:
    """What was published for a period. `days` are daily manifests: their days and hashes."""

    period: str
    time_zone: str
    previous: Link | None
    days: tuple[Previous, ...]
    lines: int
    sums: Mapping[str, Mapping[str, str]]
    due: Mapping[str, Mapping[str, str]]
    numbers: Numbers
    parts: tuple[Part, ...]

    def encoded(self) -> bytes:
        """The bytes that are kept, and whose SHA-256 the next close names."""
        plain = asdict(self) | {"format": FORMAT}
        plain["parts"] = [asdict(part) for part in sorted(self.parts, key=lambda part: part.name)]
        return json.dumps(plain, sort_keys=True, separators=(",", ":")).encode() + b"\n"

    @property
    def sha256(self) -> str:
        """The hash of its bytes."""
        return sha256(self.encoded()).hexdigest()

    def part(self, name: str) -> Part:
        """The part of this name; Broken if it has none."""
        for part in self.parts:
            if part.name == name:
                return part
        raise Broken(f"the close of {self.period} has no {name}")


def read(content: bytes) -> CloseManifest:
    """The manifest in `content`; Broken if it is none of ours."""
    try:
        plain = json.loads(content)
        if plain.pop("format") != FORMAT:
            raise Broken("a close's manifest of another format")
        found = CloseManifest(
            **plain
            | {
                "previous": Link(**plain["previous"]) if plain["previous"] else None,
                "days": tuple(Previous(**day) for day in plain["days"]),
                "numbers": Numbers(**plain["numbers"]),
                "parts": tuple(Part(**part) for part in plain["parts"]),
            }
        )
    except (ValueError, KeyError, TypeError, AttributeError) as wrong:
        raise Broken("an unreadable manifest of a close") from wrong
    for part in found.parts:
        if not _NAME(part.name) or part.key != part_key(found.period, part.name, part.sha256):
            raise Broken(f"a close's manifest with a strange part: {part.name!r}")
    if found.encoded() != content:
        raise Broken("a close's manifest in a strange hand")
    return found


def manifest_key(period: str) -> str:
    """Where the manifest of a period lies; ValueError if `period` is none, for it may come from a command line."""
    return f"{FOLDER}{checked(period)}/manifest.json"


def part_key(period: str, name: str, sha256: str) -> str:
    """Where a part lies: under its content's hash, so that parts of two runs never meet."""
    return f"{FOLDER}{period}/{sha256}-{base(name)}"


def is_period(text: str) -> bool:
    """Whether this is written like a month."""
    return _PERIOD(text) is not None


def checked(period: str) -> str:
    """The period itself; ValueError for text that is not written like one."""
    if not is_period(period):
        raise ValueError(f"not a period: {period!r}")
    return period
