"""Whether the files of a month close fit together: `python -m audit.verify FOLDER [PERIOD]`.

FOLDER holds the bucket's files under their keys. What does not fit (hashes, sizes, rows; the chain of manifests; facts,
balances, payables, journal, statements, summary) is named by file, line and column. Nothing of clickledger is used.
"""

import csv
import io
import json
import sys
from collections.abc import Callable, Iterable
from decimal import Decimal
from hashlib import sha256
from pathlib import Path
from typing import Any

Row = dict[str, Any]
Sums = dict[tuple[str, ...], list[Decimal]]

UNTAXED = {"vat", "withheld", "write_off", "frozen", "sent", "paid", "failed", "returned", "deferred"}
FORMS = ("{}_commission", "{}_due", "opening_{}", "moved_{}", "closing_{}")
COMMISSION, DUE, OPENING, MOVED, CLOSING = [tuple(map(form.format, ("pending", "held", "payable"))) for form in FORMS]
FACT = ("conversion", "fact", "kind", "affiliate", "advertiser", "campaign", "goal", "currency", "due_currency", "fx")
EARNED = ("affiliate", "due_currency", "campaign", "goal", "kind", "origin", "reason", "commission_rate", "note")
OWED = ("advertiser", "campaign", "goal", "kind", "origin", "reason", "currency")
SUMMED, PAYABLE = ("advertiser", "campaign", "goal", "currency"), ("payable", "affiliate", "currency")
PLACE = ("affiliate", "campaign", "kind")
REVENUE, WHOSE, DUE_WHOSE = ("pending_revenue", "revenue"), ("affiliate", "currency"), ("affiliate", "due_currency")


def number(cell: str | int | Decimal) -> Decimal:
    """The number in a cell; 0 if it is empty."""
    return Decimal(cell or 0)


def summed(rows: Iterable[Row], key: tuple[str, ...], columns: tuple[str, ...]) -> Sums:
    """The sums of columns over the rows that have the same key."""
    found: Sums = {}
    for row in rows:
        sums = found.setdefault(tuple(row[name] for name in key), [Decimal(0)] * len(columns))
        sums[:] = [had + number(row[name]) for had, name in zip(sums, columns, strict=True)]
    return found


class Verify:
    """The check of one close. `differences` has a sentence for each thing that does not fit."""

    def __init__(self, read: Callable[[str], bytes | None], period: str) -> None:
        self.read, self.period, self.differences = read, period, list[str]()
        self.place = f"closes/{period}/manifest.json"

    def run(self) -> list[str]:
        """All checks; one that cannot be made because a file is unreadable says so."""
        for check in (
            self._open,
            self._chain,
            self._facts,
            self._balances,
            self._sums,
            self._traffic,
            self._statements,
        ):
            try:
                check()
            except (LookupError, ValueError, ArithmeticError, TypeError, AttributeError, csv.Error) as wrong:
                self.differences.append(f"{self.place}: {check.__name__[1:]} cannot be checked: {wrong!r}")
        return self.differences

    def _open(self) -> None:
        """The close's own files."""
        self.manifest = self._published("closes", {"period": self.period})
        self.tables = self._parts(self.manifest)
        keys = [part["key"] for part in self.manifest["parts"] if part["name"] == "setup.json"]
        self.lines, self.setup = self.tables["lines.csv"], json.loads(self.read(keys[0]) or b"")
        for count, line in enumerate(self.lines, 1):
            self._same(line[""], "line", line["line"], str(count))
            pending, held, payable = (number(line[name]) for name in COMMISSION)
            line |= {"facts": "1", "commission": pending + held + payable, "booked": int(line["kind"] == "booked")}
            line |= {"due": sum(number(line[name]) for name in DUE), "margin": number(line["revenue"]) - held - payable}
            line["pending_margin"] = number(line["pending_revenue"]) - pending

    def _same(self, place: str, name: str, found: object, expected: object) -> None:
        if found != expected:
            self.differences.append(f"{place}: {name} {found}, expected {expected}")

    def _tie(self, name: str, rows: Iterable[Row], key: tuple[str, ...], columns: tuple[str, ...], whole: Sums) -> None:
        """Each row of a file says what was summed up for its key, and nothing that was summed up has no row."""
        for row in rows:
            expected = whole.pop(tuple(row[column] for column in key), [Decimal(0)] * len(columns))
            for column, amount in zip(columns, expected, strict=True):
                self._same(row[""], column, number(row[column]), amount)
        for missing in (key for key, sums in whole.items() if any(sums)):
            self.differences.append(f"closes/{self.period}/{name}: there is no line {' '.join(filter(None, missing))}")

    def _published(self, folder: str, named: dict[str, str]) -> Any:  # noqa: ANN401 - JSON
        """A manifest; one without parts if it is unreadable. It must be what is `named` by what points to it."""
        place = f"{folder}/{named.get('period') or named['day']}/manifest.json"
        content = self.read(place) or b""
        try:
            told = json.loads(content)
            again = json.dumps(told, sort_keys=True, separators=(",", ":")).encode() + b"\n"
        except ValueError:
            told, again = {"parts": [], "days": [], "previous": None}, b""
        found, expected = (sha256(one).hexdigest() for one in (content, again))
        self._same(place, f"sha256 (told by {self.place})", found, named.get("sha256", expected))
        for name, cell in ({"format": 1} | named).items():
            self._same(place, name, cell if name == "sha256" else told.get(name), cell)
        return told | {"": place}

    def _parts(self, manifest: Any) -> dict[str, list[Row]]:  # noqa: ANN401 - JSON
        """The parts of a manifest, checked; the tables among them. A row keeps its place under ''."""
        tables: dict[str, list[Row]] = {}
        for part in manifest["parts"]:
            folder, name, content = manifest[""].rpartition("/")[0], part["name"], self.read(part["key"]) or b""
            hashed, rows = sha256(content).hexdigest(), list[Row]()
            place = manifest[""] if hashed == part["sha256"] else f"{folder}/{name}"
            self._same(manifest[""], "key", part["key"], f"{folder}/{part['sha256']}-{name.rpartition('/')[2]}")
            self._same(place, f"sha256 of {name}", hashed, part["sha256"])
            self._same(place, f"bytes of {name}", len(content), part["bytes"])
            if name.endswith(".csv"):
                rows = list(csv.DictReader(io.StringIO(content.decode(errors="replace"), newline="")))
                tables[name] = [row | {"": f"{folder}/{name} line {count}"} for count, row in enumerate(rows, 1)]
            self._same(place, f"rows of {name}", len(rows), part["rows"])
        return tables

    def _chain(self) -> None:
        """The close before and the daily reports: each named by its hash, and none left out."""
        before = self.manifest["previous"]
        told = self._published("closes", before) if before else {"parts": [], "days": [None]}
        self.before, last, self.daily = self._parts(told), told["days"][-1], list[Row]()
        for day in self.manifest["days"]:
            told = self._published("reports", day)
            if last is not None:
                self._same(f"reports/{day['day']}/manifest.json", "previous", told["previous"], last)
            self.daily += self._parts(told).get("commissions.csv", [])
            last = day
        self._same(self.place, "last month", last and last["day"][:7], self.period)
        self._same(self.place, "time_zone", self.manifest["time_zone"], self.setup["time_zone"])

    def _facts(self) -> None:
        """Each fact of the daily reports in one line, no other fact in any, and each moves what the report says."""
        for fact in self.daily:
            fact |= {w: number(fact[f"pending_{w}"]) + number(fact[f"approved_{w}"]) for w in ("commission", "due")}
            fact |= {"facts": 1, "revenue": fact["approved_revenue"]}
        mine = (line for line in self.lines if line["conversion"] and line["kind"] != "matured")
        columns = ("facts", "commission", "due", *REVENUE)
        self._tie("lines.csv", mine, FACT, columns, summed(self.daily, FACT, columns))

    def _balances(self) -> None:
        """Opening is the closing before; with the lines' movements it is the closing; payable is all, or nothing."""
        name, rows = "balances.csv", self.tables["balances.csv"]
        self._tie(name, rows, WHOSE, OPENING, summed(self.before.get(name, []), WHOSE, CLOSING))
        self._tie(name, rows, WHOSE, MOVED, summed((row for row in self.lines if row["affiliate"]), DUE_WHOSE, DUE))
        profiles = {one["id"]: one["profile"] for one in self.setup["affiliates"]}
        for row in rows:
            for opening, movement, closing in zip(OPENING, MOVED, CLOSING, strict=True):
                self._same(row[""], closing, number(row[closing]), number(row[opening]) + number(row[movement]))
            said, code = profiles.get(row["affiliate"], {}).get("minimum_payout", ""), row["currency"]
            own, rest = dict(pair.split("=") for pair in said.split()), number(row["closing_payable"])
            is_paid = rest > 0 and rest >= number(own.get(code) or self.setup["minimum"].get(code, "0"))
            status = "payable" if is_paid else "debt" if rest < 0 else "below_minimum" if rest else "settled"
            self._same(row[""], "payout", number(row["payout"]), rest if is_paid else 0)
            self._same(row[""], "status", row["status"], status)
            row["payable"] = f"{self.period}/{row['affiliate']}/{code}"
        self._tie("payables.csv", self.tables["payables.csv"], PAYABLE, ("amount",), summed(rows, PAYABLE, ("payout",)))

    def _sums(self) -> None:
        """What manifest and summary say of the lines; in the journal debits are credits, by entry and currency."""
        self._same(self.place, "lines", self.manifest["lines"], len(self.lines))
        for name, code, columns in (("sums", "currency", (*COMMISSION, *REVENUE)), ("due", "due_currency", DUE)):
            words = [column.removesuffix("_due") for column in columns]
            sums = summed(self.lines, (code,), columns)
            expected = {key: dict(zip(words, map(str, found), strict=True)) for (key,), found in sums.items()}
            self._same(self.place, name, self.manifest[name], expected)
        columns = (*REVENUE, *COMMISSION, "pending_margin", "margin")
        whole = summed((r for r in self.lines if r["kind"] not in UNTAXED), SUMMED, ("facts", "booked", *columns))
        self._tie("summary.csv", self.tables["summary.csv"], SUMMED, ("lines", "conversions", *columns), whole)
        sides = summed(self.tables["journal.csv"], ("entry", "currency"), ("debit", "credit"))
        for (entry, code), (debit, credit) in sides.items():
            self._same(f"closes/{self.period}/journal.csv entry {entry}", f"debits in {code}", debit, credit)

    def _traffic(self) -> None:
        """Gross visits are the billable ones and each reason, and no more of any sort are in lines than there are."""
        name, rows = "traffic.csv", self.tables["traffic.csv"]
        visits = [visit | {"gross": 1, visit["reason"]: 1, "over_cap": 0} for visit in self.tables["visits.csv"]]
        priced = [line | {"kind": line["goal"], "billable": 0} for line in self.lines if line["kind"] in ("cpc", "cpm")]
        for line in priced:
            line[line["reason"] or "billable"] = number(line["quantity"])
        over = [line | {"billable": -line["over_cap"]} for line in priced if line["reason"] == "over_cap"]
        columns = [column for row in rows[:1] for column in row if column and column not in PLACE] or ["gross"]
        every = [dict.fromkeys(columns, 0) | row for row in (*visits, *over)]
        self._tie(name, rows, PLACE, tuple(columns), summed(every, PLACE, tuple(columns)))
        paid = summed([dict.fromkeys(columns, 0) | line for line in priced], PLACE, tuple(columns))
        for row in rows:
            self._same(row[""], "gross", number(row["gross"]), sum(number(row[column]) for column in columns[1:]))
            for column, quantity in zip(columns, paid.get(tuple(row[part] for part in PLACE), ()), strict=False):
                if quantity > number(row[column]):
                    self._same(row[""], column, row[column], f"at least {quantity}")

    def _statements(self) -> None:
        """The statements add up to lines.csv and say the balances; their numbers have no gap."""
        name, key, columns, owed = "statements", (*EARNED, "currency"), (*COMMISSION, *DUE), ("quantity", *REVENUE)
        found: dict[str, list[Row]] = {"affiliate": [], "advertiser": []}
        for part, rows in self.tables.items():
            found.get(part.partition("/")[2].partition("-")[0], []).extend(rows)
        mine = [row for row in found["affiliate"] if row["row"] == "movement"]
        self._tie(name, mine, key, columns, summed((row for row in self.lines if row["affiliate"]), key, columns))
        for word, theirs in {"opening": OPENING, "closing": CLOSING, "payout": ("payout",)}.items():
            mine, known = [row for row in found["affiliate"] if row["row"] == word], self.tables["balances.csv"]
            self._tie(name, mine, DUE_WHOSE, DUE[-len(theirs) :], summed(known, WHOSE, theirs))
        numbers = range(self.manifest["numbers"]["first"], self.manifest["numbers"]["last"] + 1)
        self._same(self.place, "numbers", sorted(int(row["statement"]) for row in mine), list(numbers))
        owing = (row for row in self.lines if row["advertiser"] and row["kind"] not in ("matured", "second_tier"))
        self._tie(name, found["advertiser"], OWED, owed, summed(owing, OWED, owed))


def main(words: list[str]) -> int:
    """Check the close of a folder, the newest if no period is named; 1 if anything does not fit."""
    folder = Path(words[0])
    period = words[1] if len(words) > 1 else max(path.name for path in (folder / "closes").iterdir())
    found = Verify(lambda key: (folder / key).read_bytes() if (folder / key).is_file() else None, period).run()
    print(*found or [f"closes/{period}: everything fits"], sep="\n")  # noqa: T201 - a command
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
