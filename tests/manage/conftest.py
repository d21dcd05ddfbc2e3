"""Setting up and reading, on the local AWS's own DynamoDB."""

import pytest

from tests.services import Service
from tests.web.shopfront import Front, build


@pytest.fixture
def front(ministack: str) -> Front:
    return build(Service(ministack, "boto3"))
