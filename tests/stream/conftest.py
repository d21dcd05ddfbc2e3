"""What follows, on the local AWS's own DynamoDB and SQS."""

from random import SystemRandom

import pytest

from chalicelib.model.network import DAY_MS
from tests.services import Service
from tests.web.shopfront import Front, build


@pytest.fixture
def front(ministack: str) -> Front:
    """A network in a year of its own, so that no other test's facts lie on its days."""
    made = build(Service(ministack, "wire"))
    made.passes(SystemRandom().randrange(2_000, 26_000) * DAY_MS)  # no event after the year 2099 is believed
    return made
