"""The leaves of the daily trees: a click as clicks.csv has it, a fact as the affiliate's own statement has it.

    click,<day>,<its line of clicks.csv>
    fact,<day>,<affiliate>,<its line of the statement>

without the line's end. So a leaf says of itself what it is, whose, and in which day's report; and it holds nothing that
the affiliate may not see, nor anything personal.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, BinaryIO, Final, NamedTuple

from chalicelib.model import merkle
from chalicelib.model.day import iso
from chalicelib.model.follow import Follow
from chalicelib.model.merkle import Tree
from chalicelib.reports.cells import cell, line, repeated, told
from chalicelib.reports.lines import AFFILIATE
from chalicelib.reports.manifest import Broken
from chalicelib.reports.reading import lines
from chalicelib.reports.roots import NOTHING

COLUMNS: Final = ("affiliate", "clicked", "click_id", "campaign", "link", "method", "purpose", "late")
"""clicks.csv: a line per click, sorted by affiliate, time and id. `late` is 1 for one whose own day is earlier."""

ROOT: Final = "root"
"""The kind of a statement's last line, which names the affiliate's root in the place of a conversion."""

_LATE: Final = ",1\r\n"
_NUMBERS: Final = ("late", "fact", "_commission", "_due", "_after")


class Leaf(NamedTuple):
    """A click in a report: `line` is its line of clicks.csv. Leaves are ordered by `key`, which no two clicks share."""

    key: str
    affiliate: str
    line: str

    @property
    def is_late(self) -> bool:
        """Whether it belongs to an earlier day."""
        return self.line.endswith(_LATE)


def of_click(click: Follow, is_late: bool) -> Leaf:
    """The leaf of a click."""
    at = iso(click.at_ms)
    about = f"{repeated(click.campaign)},{cell(click.link)},{repeated(click.method)},{repeated(click.purpose)}"
    text = f"{repeated(click.affiliate)},{at},{cell(click.id)},{about},{int(is_late)}\r\n"
    return Leaf(_key(click.affiliate, at, click.id), click.affiliate, text)


def of_click_line(day: str, text: str) -> bytes:
    """What is hashed of a line of clicks.csv."""
    return f"click,{day},{text[:-2]}".encode("utf-8", "replace")


def of_fact_line(day: str, affiliate: str, text: str) -> bytes:
    """What is hashed of a line of an affiliate's statement."""
    return f"fact,{day},{repeated(affiliate)},{text[:-2]}".encode("utf-8", "replace")


def signature(day: str, root: str) -> str:
    """The last line of an affiliate's statement, which names its root and moves nothing."""
    told = {"provisional_period": day[:7], "stamped_day": day, "kind": ROOT, "conversion": root}
    return line(told.get(name, "0" if name.endswith(_NUMBERS) else "") for name in AFFILIATE)


def published(stream: BinaryIO) -> Iterator[Leaf]:
    """The leaves of a clicks.csv, in order. Broken if it is none."""
    found = raw(stream)
    if next(found, "") != line(COLUMNS):
        raise Broken("no clicks.csv of this version")
    yield from map(of_line, found)


def of_line(text: str) -> Leaf:
    """The leaf of a line of clicks.csv."""
    if '"' in text:
        affiliate, at, id = next(lines(iter((text,))))[:3]
    else:
        affiliate, at, id, _ = text.split(",", 3)
        affiliate = told(affiliate)
    return Leaf(_key(affiliate, at, id), affiliate, text)


def statement(stream: BinaryIO) -> Iterator[str]:
    """The lines of an affiliate's statement that are facts."""
    waiting = ""
    for number, text in enumerate(raw(stream)):
        if number > 1:
            yield waiting
        waiting = text
    if f",{ROOT}," not in waiting:
        raise Broken("a statement that names no root")


def raw(stream: BinaryIO) -> Iterator[str]:
    """The lines of a CSV file as they stand; a quoted cell may have line breaks."""
    waiting = b""
    for piece in stream:
        waiting += piece
        if waiting.endswith(b"\r\n") and waiting.count(b'"') % 2 == 0:
            yield waiting.decode()
            waiting = b""
    if waiting:
        raise Broken("a file that ends inside a line")


def without(leaves: Iterable[Leaf], others: Iterator[Leaf]) -> Iterator[Leaf]:
    """The leaves that are not among the others; both are in order."""
    other = next(others, None)
    for one in leaves:
        while other is not None and other.key < one.key:
            other = next(others, None)
        if other is None or other.key != one.key:
            yield one


class Trees:
    """A tree of each affiliate; they come one behind the other, and of those that are done only the root is kept."""

    def __init__(self) -> None:
        self.done: dict[str, tuple[int, str]] = {}
        self._affiliate: str | None = None
        self._tree = Tree()

    def add(self, affiliate: str, text: bytes) -> None:
        """One more leaf."""
        if affiliate != self._affiliate:
            self.turn(affiliate)
        self._tree.add(merkle.leaf(text))

    def turn(self, affiliate: str | None = None) -> None:
        """One affiliate's leaves are all there, now come the next one's; ValueError if those were done already."""
        if self._affiliate is not None:
            self.done[self._affiliate] = (self._tree.size, self._tree.root().hex())
        if affiliate in self.done:
            raise ValueError(f"leaves of {affiliate} out of order")
        self._affiliate, self._tree = affiliate, Tree()

    def of(self, affiliate: str) -> tuple[int, str]:
        """The count and root of an affiliate that is done."""
        return self.done.get(affiliate, NOTHING)

    def plain(self) -> dict[str, Any]:
        """All of it as JSON-able values."""
        return {"done": self.done, "affiliate": self._affiliate, "tree": self._tree.plain()}

    @classmethod
    def read(cls, plain: Mapping[str, Any]) -> "Trees":
        """What `plain` gave."""
        trees = cls()
        trees.done = {affiliate: (size, root) for affiliate, (size, root) in plain["done"].items()}
        trees._affiliate, trees._tree = plain["affiliate"], Tree.read(plain["tree"])
        return trees


def _key(affiliate: str, at: str, id: str) -> str:
    return f"{affiliate}#{at}#{id}"
