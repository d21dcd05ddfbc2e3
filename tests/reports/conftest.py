"""What the tests of the reports share."""

from pathlib import Path

import pytest

from tests.reports.world import Desk


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """Reports of a network without facts, whose first day is DAY."""
    return Desk(tmp_path)
