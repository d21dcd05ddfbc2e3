"""Why a line of a close says what it says: from the click to the cent, and where each step is written down.

    click -> attribution -> terms -> arithmetic -> facts -> the day's report -> the line of the close

A line about one conversion is explained from its facts. A line about many is explained by naming each of them.
"""

import csv
import io
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from chalicelib.model import money
from chalicelib.model.click import Click
from chalicelib.model.day import back, iso
from chalicelib.model.explanation import arithmetic
from chalicelib.model.fact import Fact
from chalicelib.reports.cells import told
from chalicelib.reports.stores import Archive
from chalicelib.reports.survey import WINDOW

CLOSES: Final = "closes/"
DAYS: Final = "reports/"
Cells = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Explainer:
    """Explains the lines of published closes. `facts` and `click` give what the tables keep, a click until its TTL."""

    archive: Archive
    facts: Callable[[str], list[Fact]]
    click: Callable[[str], Click | None]

    def explain(self, name: str) -> Iterator[str]:
        """The line `<period>/<number>` in words. LookupError if there is no such close or line."""
        period, _, number = name.partition("/")
        manifest = self._manifest(f"{CLOSES}{period}/manifest.json", f"{period} is not closed")
        part = _part(manifest, "lines.csv")
        line = next((row for row in self._rows(part["key"]) if row["line"] == number), None)
        if line is None:
            raise LookupError(f"{period} has no line {number or '?'}; its lines are numbered from 1 to {part['rows']}")
        yield f"line {name}: {line['kind']}, {line['affiliate'] or line['advertiser']}, " + (
            f"{line['campaign']}/{line['goal']}" if line["campaign"] else line["due_currency"]
        )
        if line["conversion"]:
            yield from self._conversion(line)
        else:
            yield from self._many(line, manifest)
        yield from _moves(line)
        yield f"written in {part['key']}, line {number} behind the header, SHA-256 {part['sha256']}"

    def reported(self, fact: Fact) -> str:
        """Where a day's report lists the fact: on its own day, or late on one of those after it."""
        for days in range(WINDOW + 1):
            day = back(fact.day, -days)
            content = self.archive.read(f"{DAYS}{day}/manifest.json")
            part = _part(json.loads(content), "commissions.csv") if content else None
            for number, row in enumerate(self._rows(part["key"]) if part else (), 1):
                if (row["conversion"], row["fact"]) == (fact.conversion, str(fact.n)):
                    return f"reported on {day}, commissions.csv line {number} behind the header ({part['key']})"  # type: ignore[index]
        return "in no published daily report"

    def _conversion(self, line: Cells) -> Iterator[str]:
        # A share begins with the number of the fact that made it one.
        facts = [fact for fact in self.facts(line["conversion"]) if fact.n <= int(line["fact"])]
        if not facts or facts[-1].n != int(line["fact"]):
            yield f"the facts of conversion {line['conversion']} are gone from the ledger"
            return
        fact = facts[-1]
        yield from self._origin(fact)
        yield f"terms {fact.terms}: commission {fact.commission_rate}, revenue {fact.revenue_rate}"
        for earlier in facts:
            yield (
                f"fact {earlier.n} {earlier.kind} {iso(earlier.at_ms)}: {earlier.after.state}"
                f"{' ' + earlier.after.reason if earlier.after.reason else ''}, "
                f"commission {money.decimal(earlier.after.commission, earlier.after.currency)} "
                f"{earlier.after.currency}"
            )
        yield from arithmetic(fact)
        if fact.hold_days:
            yield f"held for {fact.hold_days} days from {iso(fact.event_ms)} on"
        yield self.reported(fact)

    def _origin(self, fact: Fact) -> Iterator[str]:
        if not fact.click_id:
            other = f"coupon {fact.coupon}" if fact.coupon else "the customer of an earlier one"
            by = {"call": "a call to the affiliate's number", "hand": "entered by hand"}.get(fact.source, other)
            yield f"no click: attributed to {fact.affiliate} in {fact.campaign} by {by}"
            return
        seen = self.click(fact.click_id)
        kind = "impression" if fact.how == "view" else "click"
        yield f"{kind} {fact.click_id}" + (f" at {iso(seen.id.ms)}" if seen else "")
        subs = [f"sub{n}={sub}" for n, sub in enumerate(fact.subs, 1) if sub]
        yield f"attributed to {fact.affiliate} in {fact.campaign}" + (f" ({', '.join(subs)})" if subs else "")

    def _many(self, line: Cells, manifest: Mapping[str, Any]) -> Iterator[str]:
        if line["fx"]:
            yield f"rates {line['fx']}"
        if line["note"]:
            yield f"note: {line['note']}"
        if line["origin"] and line["origin"] != manifest["period"]:
            yield f"corrects {line['origin']}: what that month should have booked, less what was booked so far"
        if line["kind"] == "second_tier":
            of = line["note"]
            yield f"{line['commission_rate']} of what became payable to {of}, rounded on the sum so far: shares.csv"
        if line["kind"] in ("vat", "withheld"):
            yield f"{line['commission_rate']} of what became payable, rounded on the sum so far: taxes.csv"
        if not line["terms"]:
            return
        yield f"terms {line['terms']}: commission {line['commission_rate']}, revenue {line['revenue_rate']}"
        if line["kind"] in ("cpc", "cpm"):
            yield f"visits: {line['quantity']}" + (f", not paid: {line['reason']}" if line["reason"] else "")
            yield f"each of them is in {_part(manifest, 'visits.csv')['key']}"
            return
        yield f"about {line['quantity']} conversions; those that are priced together, in order of their time:"
        wanted = ("origin", "affiliate", "campaign", "goal", "terms", "commission_rate", "revenue_rate")
        items = self._rows(_part(manifest, "open-items.csv")["key"])
        members = [row for row in items if all(row[name] == line[name] for name in wanted) and row["grouped"] == "1"]
        for row in sorted(members, key=lambda row: (row["event"], row["conversion"])):
            own = f"{row['commission_after']} {row['currency']} by itself"
            yield f"  {row['event']} {row['conversion']} {row['state']}: {own}"

    def _manifest(self, key: str, none: str) -> dict[str, Any]:
        content = self.archive.read(key)
        if content is None:
            raise LookupError(none)
        found: dict[str, Any] = json.loads(content)
        return found

    def _rows(self, key: str) -> Iterator[dict[str, str]]:
        """The lines of a part by column, as they were before they were disarmed."""
        stream = self.archive.open(key)
        if stream is None:
            raise LookupError(f"{key} is gone from the bucket")
        with stream, io.TextIOWrapper(stream, "utf-8", newline="") as text:
            for row in csv.DictReader(text):
                yield {name: told(cell) for name, cell in row.items()}


def _part(manifest: Mapping[str, Any], name: str) -> dict[str, Any]:
    found: dict[str, Any] = next(part for part in manifest["parts"] if part["name"] == name)
    return found


def _moves(line: Cells) -> Iterator[str]:
    for money_of, names, code in (
        ("commission", ("pending_commission", "held_commission", "payable_commission"), "currency"),
        ("due", ("pending_due", "held_due", "payable_due"), "due_currency"),
        ("revenue", ("pending_revenue", "revenue"), "currency"),
    ):
        parts = [f"{name.partition('_')[0]} {line[name]}" for name in names if line[name].strip("0.-")]
        yield f"moves {money_of}: {', '.join(parts) or 'nothing'}" + (f" {line[code]}" if parts else "")
