"""Every line of a close can be explained, down to the cent that it says."""

import csv
import io
from pathlib import Path

import pytest

from chalicelib.model.fact import Fact
from chalicelib.model.money import decimal
from chalicelib.reports.explain import Explainer
from tests.audit.months import Months
from tests.audit.paper import Shelf, bucket


def explainer(files: dict[str, bytes], facts: list[Fact]) -> Explainer:
    """An explainer over the files of a bucket and the facts of a ledger; the clicks' rows are gone."""

    def told(conversion: str) -> list[Fact]:
        return sorted((fact for fact in facts if fact.conversion == conversion), key=lambda fact: fact.n)

    return Explainer(Shelf(files), told, lambda _: None)  # type: ignore[arg-type]


def lines_of(files: dict[str, bytes], period: str) -> list[dict[str, str]]:
    """The lines of a close."""
    key = next(key for key in files if key.startswith(f"closes/{period}/") and key.endswith("-lines.csv"))
    return list(csv.DictReader(io.StringIO(files[key].decode(), newline="")))


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_every_line_of_three_months_says_where_it_comes_from(seed: int, tmp_path: Path) -> None:
    months = Months(seed, count=3, size=15)
    files = bucket(months, tmp_path)
    facts = [fact for fact in months.facts if not fact.test]
    explains = explainer(files, facts)
    seen = set()
    for period in months.periods:
        for line in lines_of(files, period.name):
            said = list(explains.explain(f"{period.name}/{line['line']}"))
            seen.add(line["kind"])
            assert line["kind"] in said[0]
            assert f"line {line['line']} behind the header" in said[-1]
            if line["conversion"] and line["kind"] != "matured":
                fact = next(f for f in facts if (f.conversion, str(f.n)) == (line["conversion"], line["fact"]))
                assert any("commissions.csv line" in sentence for sentence in said)
                amount = f"{decimal(fact.after.commission, fact.after.currency)} {fact.after.currency}"
                is_priced = fact.after.state != "rejected" and fact.after.reason != "no_fx_rate"
                how = " of it, by largest remainder" if fact.share else ", "
                assert not is_priced or any(sentence.startswith(f"commission: {amount}{how}") for sentence in said)
    assert {"booked", "cpc"} <= seen


@pytest.mark.parametrize("name", ["2031-01/1", "x", "2026-01"])
def test_what_is_not_there_is_said(name: str, tmp_path: Path) -> None:
    with pytest.raises(LookupError):
        list(explainer(bucket(Months(1, count=1, size=3), tmp_path), []).explain(name))
