"""The one promise that a draft asks for: rows in order."""

from pathlib import Path

import pytest

from chalicelib.reports.draft import Draft
from chalicelib.reports.rows import row
from tests.reports.world import DAY, entry, fact


def test_rows_out_of_order_never_split_a_statement(tmp_path: Path) -> None:
    draft = Draft(DAY, tmp_path, lambda part, content: None)
    rows = [row(DAY, (DAY, "0"), id, entry(fact(affiliate=id))) for id in ("anna", "ben", "anna")]
    with pytest.raises(ValueError, match=r"affiliate-anna\.csv is finished"):
        list(draft.take(rows))
