"""A person with a real browser: the link is clicked, the kettle bought, the thank-you page loaded again and again."""

from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import pytest
from playwright.sync_api import BrowserContext

from demo.shop import Shop
from tests.journey.operator import Network


@pytest.fixture
def shop(network: Network) -> Iterator[Shop]:
    with Shop(
        tracking_origin=network.stack.site,
        postback_url=f"{network.stack.emulator.endpoint}/postback",
        postback_host=urlsplit(network.stack.site).netloc,
        token=network.token,
    ) as running:
        yield running


def test_a_browser_that_clicks_and_buys_earns_one_commission_however_often_it_reloads(
    network: Network, shop: Shop, context: BrowserContext
) -> None:
    slug = f"kettle-{uuid4().hex[:6]}"
    network.command(
        "link", "add", "--affiliate", "tea-blog", "--campaign", "spring", "--slug", slug, "--to", f"{shop.origin}/"
    )
    page = context.new_page()
    page.goto(f"{network.stack.site}/c/{slug}")
    assert urlsplit(page.url).netloc == urlsplit(shop.origin).netloc
    with page.expect_request(lambda request: request.url.startswith(f"{network.stack.site}/p")) as claimed:
        page.get_by_role("button").click()
    assert claimed.value.method == "POST"
    order = parse_qs(urlsplit(page.url).query)["order"][0]
    for _ in range(2):
        page.reload()
        page.wait_for_load_state("networkidle")
    mine = [line for line in network.command("log", "kettles", "--last", "60").splitlines() if order in line]
    assert len([line for line in mine if "accepted" in line]) in (1, 2), mine
    assert len([line for line in mine if "accepted (booked)" in line]) == 1
    assert any("replayed" in line for line in mine)
