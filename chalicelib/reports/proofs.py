"""Proofs that a click or a fact is in a day's report, and the check of a downloaded report against its own roots.

A proof is plain JSON: the leaf, the hashes beside its way up to its affiliate's tree, that affiliate's entry, and the
hashes beside the entry's way up to the day's root. It shows nothing of any other leaf than a hash. `audit/inclusion.py`
checks one against a root that its reader has kept, and needs nothing of the network.
"""

from collections.abc import Callable, Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any, BinaryIO, Final

from chalicelib.model import clickid, merkle, sharing
from chalicelib.model.day import accounting_day, back
from chalicelib.model.fact import Fact
from chalicelib.reports import leaves, reading
from chalicelib.reports.chain import Chain
from chalicelib.reports.checked import opened
from chalicelib.reports.lines import AFFILIATE
from chalicelib.reports.manifest import CLICKS, Broken, Published, statement
from chalicelib.reports.roots import CLICK, FACT, NOTHING, Own, Roots
from chalicelib.reports.stores import Archive, Days
from chalicelib.reports.survey import WINDOW

FORMAT: Final = 1

Proof = dict[str, Any]


class Proofs:
    """Proves from the published reports of a network in `time_zone`. `facts` gives a conversion's facts."""

    def __init__(self, days: Days, archive: Archive, time_zone: str, facts: Callable[[str], Sequence[Fact]]) -> None:
        self._archive, self._chain, self._zone, self._facts = archive, Chain(days, archive), time_zone, facts

    def of(self, name: str) -> Iterator[Proof]:
        """The proof of a click by its id, of a fact by `<conversion>/<n>`, or of each fact of a conversion by its id.

        LookupError if there is no such thing, or no published report lists it (yet).
        """
        if len(name) == clickid.LENGTH:
            yield self._click(name)
            return
        conversion, _, number = name.partition("/")
        wholes = self._facts(sharing.whole(conversion))
        facts = [fact for whole in wholes for fact in sharing.shares(whole) or [whole]]
        found = [
            fact
            for fact in facts
            if (fact.conversion == conversion or not sharing.is_share(conversion)) and number in ("", str(fact.n))
        ]
        if not found:
            raise LookupError(f"no click, conversion or fact {name}")
        for fact in found:
            yield self._fact(fact)

    def _click(self, id: str) -> Proof:
        try:
            own = accounting_day(clickid.unchecked(id).ms, self._zone)
        except ValueError as wrong:
            raise LookupError(f"no click {id}") from wrong
        newest = self._chain.last()
        # A day earlier, in case the network's zone was another one then.
        day, cell = back(own, 1), f",{id},"
        while newest is not None and day <= newest.day:
            found = self._chain.published(day)
            if found is not None and found.roots is not None and (found.roots.late_clicks or day <= own):
                with opened(self._archive, found.part(CLICKS)) as stream:
                    leaf = next((one for one in leaves.published(stream) if cell in one.line), None)
                if leaf is not None:
                    return self._proof(found, found.roots, CLICK, leaf.affiliate, leaf.line)
            day = back(day, -1)
        raise LookupError(f"no published report lists click {id}" + ("" if newest and newest.day >= own else " yet"))

    def _fact(self, fact: Fact) -> Proof:
        for days_later in range(WINDOW + 1):
            found = self._chain.published(back(fact.day, -days_later))
            if found is None or found.roots is None or not found.roots.own.get(fact.affiliate, _NONE).facts:
                continue
            for text in self._texts(found, FACT, fact.affiliate):
                if f",{fact.conversion},{fact.n}," in text and _is_of(text, fact):
                    return self._proof(found, found.roots, FACT, fact.affiliate, text)
        why = "; tests are in none" if fact.test else ""
        raise LookupError(f"no published report with proofs lists fact {fact.conversion}/{fact.n}{why}")

    def _proof(self, published: Published, roots: Roots, kind: str, affiliate: str, text: str) -> Proof:
        """The proof of a line of clicks.csv or of the affiliate's statement."""
        own = roots.own[affiliate]
        size, root = (own.clicks, own.clicks_root) if kind == CLICK else (own.facts, own.facts_root)
        leaf = _leaf(kind, roots.day, affiliate, text)
        index = next(at for at, one in enumerate(self._texts(published, kind, affiliate)) if one == text)
        texts = self._texts(published, kind, affiliate)
        beside = merkle.path((merkle.leaf(_leaf(kind, roots.day, affiliate, one)) for one in texts), index, size)
        if merkle.climbed(merkle.leaf(leaf), index, size, beside) != bytes.fromhex(root):
            raise Broken(f"the {kind}s of {affiliate} on {roots.day} are not those of the root in the manifest")
        place, entries = roots.affiliates.index(affiliate), roots.hashes()
        return {
            "format": FORMAT,
            "kind": kind,
            "day": roots.day,
            "affiliate": affiliate,
            "leaf": leaf.decode(),
            "index": index,
            "path": [one.hex() for one in beside],
            "entry": roots.entry(affiliate),
            "entry_index": place,
            "entries": len(entries),
            "entry_path": [one.hex() for one in merkle.path(entries, place, len(entries))],
            "affiliate_root": entries[place].hex(),
            "day_root": merkle.root(entries).hex(),
        }

    def _texts(self, published: Published, kind: str, affiliate: str) -> Iterator[str]:
        """The lines of an affiliate's leaves."""
        name = CLICKS if kind == CLICK else statement("affiliate", affiliate)
        with opened(self._archive, published.part(name)) as part:
            yield from _lines(kind, part, affiliate)


def check(published: Published, folder: Path) -> None:
    """Compute every root of a downloaded report again. Broken if one is not the manifest's."""
    if published.roots is None:
        return
    told, day = published.roots, published.day
    with (folder / CLICKS).open("rb") as stream:
        by = groupby(leaves.published(stream), lambda leaf: leaf.affiliate)
        clicks = {affiliate: _counted(leaves.of_click_line(day, leaf.line) for leaf in own) for affiliate, own in by}
    if clicks.keys() - told.own.keys():
        raise Broken(f"clicks of {day} that are in no tree")
    for affiliate, own in told.own.items():
        with (folder / statement("affiliate", affiliate)).open("rb") as stream:
            facts = _counted(leaves.of_fact_line(day, affiliate, text) for text in leaves.statement(stream))
        if Own(*clicks.get(affiliate, NOTHING), *facts) != own:
            raise Broken(f"the root of {affiliate} on {day} is not that of its clicks and facts")


def _lines(kind: str, part: BinaryIO, affiliate: str) -> Iterator[str]:
    if kind == FACT:
        yield from leaves.statement(part)
        return
    yield from (leaf.line for leaf in leaves.published(part) if leaf.affiliate == affiliate)


def _leaf(kind: str, day: str, affiliate: str, text: str) -> bytes:
    if kind == CLICK:
        return leaves.of_click_line(day, text)
    return leaves.of_fact_line(day, affiliate, text)


def _is_of(text: str, fact: Fact) -> bool:
    """Whether a line of a statement is that of a fact: strangers write cells, too."""
    cells = next(reading.lines(iter((text,))))
    return cells[_CONVERSION : _CONVERSION + 2] == [fact.conversion, str(fact.n)]


def _counted(texts: Iterator[bytes]) -> tuple[int, str]:
    """How many leaves there are, and the root of their tree."""
    tree = merkle.Tree()
    for text in texts:
        tree.add(merkle.leaf(text))
    return tree.size, tree.root().hex()


_NONE: Final = Own(*NOTHING, *NOTHING)
_CONVERSION: Final = AFFILIATE.index("conversion")
