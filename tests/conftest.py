"""What tests of several rooms share."""

from collections.abc import Iterator

import pytest
from hypothesis import settings

from tests.browser.chromium import browser, context, page, profile  # noqa: F401 - fixtures of all rooms
from tests.services import ministack, moto  # noqa: F401 - fixtures of all rooms
from tests.stack import Standing, standing

# A machine that is busy with other things makes an example slow, not wrong.
settings.register_profile("patient", deadline=None)
settings.load_profile("patient")


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Standing]:
    """The packaged program as a stack on a local AWS that enforces each function's role; one for the whole run."""
    with standing(tmp_path_factory.mktemp("stack")) as up:
        yield up
