"""What follows, on the local AWS's own DynamoDB and SQS."""

from itertools import count
from typing import Final

import pytest

from chalicelib.model.network import DAY_MS
from tests.services import Service
from tests.web.shopfront import Front, build

SPAN_DAYS: Final = 200
"""More than a test lets pass and what it finds by looking back."""

SPANS: Final = 119
"""So many spans lie behind the years of other rooms' tests and before 2099, after which no event is believed."""

_numbers = count()


@pytest.fixture
def front(ministack: str) -> Front:
    """A network in a span of time of its own, so that no other test's facts and rates lie on its days."""
    made = build(Service(ministack, "wire"))
    made.passes((10 + next(_numbers) % SPANS) * SPAN_DAYS * DAY_MS)
    return made
