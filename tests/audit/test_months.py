"""Both programs agree with the close, whatever happened in a month."""

import csv
import io
from pathlib import Path

import pytest

from audit.reprice import Reprice
from audit.verify import Verify
from tests.audit.months import CODES, Months
from tests.audit.paper import bucket


@pytest.mark.parametrize("seed", range(25))
def test_four_random_months_in_five_currencies_fit_together_and_are_repriced_to_the_cent(
    seed: int, tmp_path: Path
) -> None:
    months = Months(seed, count=4, size=20)
    files = bucket(months, tmp_path)
    assert {campaign.currency for campaign in months.campaigns.values()} <= set(CODES)
    for period in months.periods:
        assert Verify(files.get, period.name).run() == []
        assert Reprice(files.get, period.name).run() == []


@pytest.mark.parametrize("seed", range(100, 120))
def test_they_agree_too_where_reports_list_facts_late_and_out_of_order(seed: int, tmp_path: Path) -> None:
    months = Months(seed, count=3, size=60, lags=(0, 0, 1, 2, 3))
    files = bucket(months, tmp_path)
    for period in months.periods:
        assert Verify(files.get, period.name).run() == []
        assert Reprice(files.get, period.name).run() == []


def test_such_months_have_conversions_of_which_facts_are_missing(tmp_path: Path) -> None:
    found = set[str]()
    for seed in range(100, 104):
        files = bucket(Months(seed, count=3, size=60, lags=(0, 0, 1, 2, 3)), tmp_path)
        items = [text for key, text in files.items() if key.endswith("-open-items.csv")]
        rows = (row for text in items for row in csv.DictReader(io.StringIO(text.decode(), newline="")))
        found |= {row["older"] or ("a number" if row["missing"] else "") for row in rows}
    assert found == {"", "a number", "missing", "settled"}
