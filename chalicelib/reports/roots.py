"""What a day's manifest says of the day's Merkle trees: for each affiliate one over its clicks and one over its facts.

Each affiliate has an entry, a line that binds the day, the affiliate, both counts and both roots:

    day,<day>,<affiliate>,<clicks>,<their root>,<facts>,<their root>

The hash of that line is the affiliate's root, which its statement names. The entries are themselves the leaves of a
tree, sorted by affiliate, whose root is the day's: one number that commits to all of it, and can be shown to anybody.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from chalicelib.model import merkle
from chalicelib.reports.cells import cell

FORMAT: Final = 1
CLICK: Final = "click"
FACT: Final = "fact"

NOTHING: Final = (0, merkle.EMPTY.hex())
"""How many leaves a tree of none has, and its root."""


class Own(NamedTuple):
    """The two trees of one affiliate. Roots are hexadecimal."""

    clicks: int
    clicks_root: str
    facts: int
    facts_root: str


@dataclass(frozen=True, slots=True)
class Roots:
    """The trees of a day. `late_clicks` are those that belong to a day whose report did not list them."""

    day: str
    own: Mapping[str, Own]
    late_clicks: int = 0

    @property
    def clicks(self) -> int:
        """How many clicks the day lists."""
        return sum(own.clicks for own in self.own.values())

    @property
    def affiliates(self) -> list[str]:
        """Those with a click or a fact, in the order of the day's tree."""
        return sorted(self.own)

    def entry(self, affiliate: str) -> str:
        """The line of an affiliate."""
        return entry(self.day, affiliate, self.own[affiliate])

    def hashes(self) -> list[bytes]:
        """The hashes of the entries, in order: the leaves of the day's tree."""
        return [hashed(self.entry(affiliate)) for affiliate in self.affiliates]

    def plain(self) -> dict[str, Any]:
        """As it stands in a manifest."""
        affiliates = {
            affiliate: {**own._asdict(), "root": hashed(self.entry(affiliate)).hex()}
            for affiliate, own in self.own.items()
        }
        return {
            "format": FORMAT,
            "root": merkle.root(self.hashes()).hex(),
            "clicks": self.clicks,
            "late_clicks": self.late_clicks,
            "affiliates": affiliates,
        }

    @classmethod
    def read(cls, day: str, plain: Mapping[str, Any]) -> "Roots":
        """What `plain` gave; ValueError, KeyError or TypeError if it did not."""
        own = {
            affiliate: Own(told["clicks"], told["clicks_root"], told["facts"], told["facts_root"])
            for affiliate, told in plain["affiliates"].items()
        }
        found = cls(day, own, plain["late_clicks"])
        if found.plain() != plain:
            raise ValueError("roots that do not fit together")
        return found


def entry(day: str, affiliate: str, own: Own) -> str:
    """The line that binds an affiliate's trees to it and to the day."""
    return f"day,{day},{cell(affiliate)},{own.clicks},{own.clicks_root},{own.facts},{own.facts_root}"


def hashed(text: str) -> bytes:
    """The hash of a text as a leaf."""
    return merkle.leaf(text.encode("utf-8", "replace"))
