"""Sites for the browser to visit."""

from collections.abc import Iterator

import pytest

from tests.browser.site import Site, Tracker


@pytest.fixture
def tracker() -> Iterator[Tracker]:
    """The tracking origin, http://go.localhost:<port>."""
    with Tracker() as site:
        yield site


@pytest.fixture
def site() -> Iterator[Site]:
    """An advertiser's site on another origin, http://shop.localhost:<port>."""
    with Site("shop") as pages:
        yield pages
