"""Both programs agree with the close, whatever happened in a month."""

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
