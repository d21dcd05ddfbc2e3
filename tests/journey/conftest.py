"""The packaged stack with a network on it, and a real browser."""

from uuid import uuid4

import pytest

from tests.journey.operator import Network, command
from tests.stack import Standing


@pytest.fixture(scope="session")
def network(stack: Standing) -> Network:
    shop = "http://shop.localhost:9/"
    command(stack, "advertiser", "add", "kettles", "--name", "Kettles & Co")
    command(stack, "goal", "add", "kettles", "sale")
    token = command(stack, "advertiser", "token", "kettles").strip()
    secret = command(stack, "advertiser", "secret", "kettles").split()[0]
    command(stack, "affiliate", "add", "tea-blog", "--name", "=HYPERLINK(A1)")
    campaign = ("--advertiser", "kettles", "--name", "Spring", "--currency", "USD", "--destination", shop)
    command(stack, "campaign", "add", "spring", *campaign)
    command(stack, "terms", "add", "spring", "sale", "--commission", "RevShare 10%", "--revenue", "RevShare 15%")
    url = command(stack, "link", "add", "--affiliate", "tea-blog", "--campaign", "spring").strip()
    return Network(stack, token, secret, url.rpartition("/")[2])


@pytest.fixture
def order() -> str:
    return f"A-{uuid4().hex[:8]}"
