"""What is true of published reports and closes, from the bytes in the bucket and the facts that were written."""

import csv
import io
import json
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from chalicelib.model.fact import Fact
from simulation.history import Violation
from simulation.s3 import S3
from simulation.truth import Truth

Whose = tuple[str, str]
"""An affiliate and the currency it is paid in."""


@dataclass(slots=True)
class Published:
    """Watches the bucket. `listed` says which manifest lists a fact."""

    truth: Truth
    bucket: S3
    listed: dict[tuple[str, int], str] = field(default_factory=dict)
    days: list[str] = field(default_factory=list)
    periods: list[str] = field(default_factory=list)

    def changed(self, key: str, old: bytes | None, content: bytes | None) -> None:
        """An object was written; Violation if that must not be."""
        if not key.startswith(("reports/", "closes/")):
            return
        if old is not None and old != content:
            raise Violation(f"what was published has changed: {key}")
        if old is None and content is not None and key.endswith("/manifest.json"):
            self._day(json.loads(content)) if key.startswith("reports/") else self._period(json.loads(content))

    def unlisted(self) -> list[Fact]:
        """The facts that no manifest lists, test sales aside: they are nobody's money."""
        return [fact for fact in self.truth.every if not fact.test and (fact.conversion, fact.n) not in self.listed]

    def _day(self, manifest: dict[str, Any]) -> None:
        day, sums = manifest["day"], defaultdict[str, int](int)
        for line in self._lines(manifest, "commissions.csv"):
            fact = self._fact(line)
            _check(fact.day == line["stamped_day"] <= day, f"{_name(line)} is stamped {line['stamped_day']} in {day}")
            other = self.listed.setdefault((fact.conversion, fact.n), day)
            _check(other == day, f"{_name(line)} is in the manifests of {other} and {day}")
            for state in ("pending", "approved"):
                moved = getattr(fact.moved, f"{state}_commission")
                _check(minor(line[f"{state}_commission"]) == moved, f"{_name(line)}: {state} commission is not {moved}")
                sums[f"{line['currency']} {state} commission"] += moved
                sums[f"{line['currency']} {state} revenue"] += getattr(fact.moved, f"{state}_revenue")
        _check(day not in self.days, f"{day} was published twice")
        self.days.append(day)
        told = {
            f"{code} {state} {what}": minor(money[state][what])
            for code, money in manifest["sums"].items()
            for state in ("pending", "approved")
            for what in ("commission", "revenue")
        }
        _check(told == dict(sums), f"the sums of {day} are {told}, those of its facts {dict(sums)}")
        _check(manifest["facts"] == list(self.listed.values()).count(day), f"{day} does not count what it lists")

    def _period(self, manifest: dict[str, Any]) -> None:
        """Days and differences make the month, the month makes the balances: to the last unit."""
        period, days = manifest["period"], {one["day"] for one in manifest["days"]}
        _check(period not in self.periods, f"{period} was closed twice")
        self.periods.append(period)
        expected, lines, others = (defaultdict[Whose, int](int) for _ in range(3))
        for (conversion, n), day in self.listed.items():
            if day in days:
                fact = self.truth.facts[conversion][n]
                whose = (fact.affiliate, fact.due_in or fact.after.currency)
                expected[whose] += fact.moved.pending_due + fact.moved.approved_due
        for line in self._lines(manifest, "lines.csv"):
            whose = (line["affiliate"], line["due_currency"])
            due = sum(minor(line[f"{bucket}_due"]) for bucket in ("pending", "held", "payable"))
            (lines if line["fact"] and line["kind"] not in ("cap_difference", "matured") else others)[whose] += due
        _same(expected, lines, f"{period}: what facts moved")
        opening, closing = defaultdict[Whose, int](int), defaultdict[Whose, int](int)
        for line in self._lines(manifest, "balances.csv"):
            whose = (line["affiliate"], line["currency"])
            for sums, when in ((opening, "opening"), (closing, "closing")):
                sums[whose] += sum(minor(line[f"{when}_{bucket}"]) for bucket in ("pending", "held", "payable"))
        total = {one: opening[one] + lines[one] + others[one] for one in {*opening, *lines, *others}}
        _same(total, closing, f"{period}: opening and movements")

    def _fact(self, line: dict[str, str]) -> Fact:
        facts, n = self.truth.facts.get(line["conversion"], []), int(line["fact"])
        _check(n < len(facts), f"{_name(line)} is in a report but not in the ledger")
        return facts[n]

    def _lines(self, manifest: dict[str, Any], name: str) -> list[dict[str, str]]:
        key = next(part["key"] for part in manifest["parts"] if part["name"] == name)
        _check(key in self.bucket.objects, f"{key} is named by a manifest but not there")
        return list(csv.DictReader(io.StringIO(self.bucket.objects[key].decode(), newline="")))


def minor(text: str) -> int:
    """Minor units of an amount with all its decimals."""
    return int(text.replace(".", ""))


def _same(one: dict[Whose, int], other: dict[Whose, int], what: str) -> None:
    for whose in sorted({*one, *other}):
        here, there = one.get(whose, 0), other.get(whose, 0)
        _check(here == there, f"{what} of {' '.join(whose)}: {here}, but it is {there}")


def _name(line: dict[str, str]) -> str:
    return f"fact {line['conversion'][:8]}.{line['fact']}"


def _check(holds: bool, law: str) -> None:
    if not holds:
        raise Violation(law)
