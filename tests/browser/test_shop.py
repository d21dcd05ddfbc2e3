"""The demo shop in a real browser, and the snippet it shows advertisers how to use."""

import json
import re
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from demo.shop import Shop, literal
from tests.browser.site import Answer, Site, Tracker

CLICK = "Qm7-" * 13
OLDER = "zZ_9" * 13
TOKEN = "token-of-the-advertiser"
SNIPPET = (Path(__file__).parent.parent.parent / "docs" / "tag.md").read_text("utf-8")


def opened(tracker: Tracker, goal: str = "sale") -> Shop:
    """A shop whose network is the tracker."""
    return Shop(
        tracking_origin=tracker.origin,
        postback_url=f"http://127.0.0.1:{tracker.port}/postback",
        postback_host=tracker.host,
        token=TOKEN,
        goal=goal,
    )


@pytest.fixture
def shop(tracker: Tracker) -> Iterator[Shop]:
    """The demo shop, open."""
    with opened(tracker) as running:
        yield running


def buy(page: Page) -> str:
    """Press the button of the product page and read the order's id from the thank-you page."""
    page.get_by_role("button", name="Buy").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Thank you for your order")
    return page.locator("dd").first.inner_text()


def test_a_sale_is_reported_by_the_browser_and_by_the_server(page: Page, shop: Shop, tracker: Tracker) -> None:
    page.goto(f"{shop.origin}/?clid={CLICK}")
    order = buy(page)

    sale = {"click_id": CLICK, "goal": "sale", "order_id": order, "amount": "49.90", "currency": "USD"}
    (claim,) = tracker.claims(1)
    (postback,) = tracker.postbacks(1)
    assert claim.fields == sale | {"clids": CLICK}
    assert (postback.method, postback.fields) == ("GET", sale | {"token": TOKEN})
    assert postback.headers["host"] == tracker.host
    assert list(shop.orders) == [order]


def test_a_reloaded_thank_you_page_sends_both_again_for_the_same_order(
    page: Page, shop: Shop, tracker: Tracker
) -> None:
    page.goto(f"{shop.origin}/?clid={CLICK}")
    order = buy(page)
    page.reload()
    page.reload()

    assert {claim.fields["order_id"] for claim in tracker.claims(3)} == {order}
    assert {postback.fields["order_id"] for postback in tracker.postbacks(3)} == {order}


def test_the_newest_click_is_credited(page: Page, shop: Shop, tracker: Tracker) -> None:
    for click in (OLDER, CLICK):
        page.goto(f"{shop.origin}/?clid={click}")
    page.goto(shop.origin)
    buy(page)

    assert tracker.claims(1)[0].fields["clids"] == f"{CLICK}.{OLDER}"
    assert tracker.postbacks(1)[0].fields["click_id"] == CLICK


def test_without_scripts_form_image_and_postback_do_it(browser: Browser, shop: Shop, tracker: Tracker) -> None:
    with browser.new_context(java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(f"{shop.origin}/?clid={CLICK}")
        order = buy(page)

        (claim,) = tracker.claims(1)
        assert claim.path == "/p.gif"
        sale = {"click_id": CLICK, "goal": "sale", "order_id": order, "amount": "49.90", "currency": "USD"}
        assert claim.fields == sale
        assert tracker.postbacks(1)[0].fields == sale | {"token": TOKEN}


def test_without_a_click_nobody_is_told(page: Page, shop: Shop, tracker: Tracker) -> None:
    page.goto(f"{shop.origin}/?clid=garbage")
    expect(page.get_by_text("On your own")).to_be_visible()
    buy(page)

    expect(page.locator("#answer")).to_have_text("No click id came with this order.")
    assert tracker.claims(0) == tracker.postbacks(0) == []


def test_the_panel_shows_request_and_answer_but_not_the_token(page: Page, shop: Shop, tracker: Tracker) -> None:
    page.goto(f"{shop.origin}/?clid={CLICK}")
    buy(page)

    panel = page.get_by_role("region", name="What happened")
    expect(panel.locator("#request")).to_contain_text(f"GET /postback ?click_id={CLICK} &goal=sale &order_id=K-")
    expect(panel.locator("#outcome")).to_have_text("Answered with 200:")
    assert json.loads(panel.locator("#answer").inner_text()) == {"status": "accepted", "state": "approved"}
    assert TOKEN not in page.content()


@pytest.mark.parametrize(
    ("answer", "outcome", "shown"),
    [
        (Answer(b'{"reason": "bad_token"}', status=401), "Answered with 401:", "bad_token"),
        (Answer(b"<script>alert(1)</script>\xff", status=502), "Answered with 502:", "<script>alert(1)</script>"),
        (Answer(b"", status=503), "Answered with 503:", ""),
    ],
)
def test_whatever_the_network_answers_the_customer_is_thanked(
    answer: Answer, outcome: str, shown: str, page: Page, shop: Shop, tracker: Tracker
) -> None:
    tracker.answers["/postback"] = answer
    page.goto(f"{shop.origin}/?clid={CLICK}")
    buy(page)

    expect(page.locator("#outcome")).to_have_text(outcome)
    expect(page.locator("#answer")).to_contain_text(shown)


def test_a_network_that_is_down_does_not_stop_the_shop(page: Page) -> None:
    with Tracker() as tracker:
        shop = opened(tracker)
    with shop:
        page.goto(f"{shop.origin}/?clid={CLICK}")
        buy(page)

        expect(page.locator("#outcome")).to_have_text("Not answered:")
        expect(page.locator("#answer")).to_contain_text("ConnectionRefusedError")


def test_hostile_text_stays_text(page: Page, tracker: Tracker) -> None:
    hostile = "\"'></script><script>document.title = 'taken'</script><!--\u2028${goal}"
    with opened(tracker, goal=hostile) as shop:
        page.goto(f"{shop.origin}/?clid={CLICK}&%22%3E%3Cscript%3E=1")
        buy(page)

        assert page.title() == "Thank you · Demo shop"
        assert tracker.claims(1)[0].fields["goal"] == hostile
        assert tracker.postbacks(1)[0].fields["goal"] == hostile


def test_a_literal_cannot_leave_its_script() -> None:
    written = literal({"a": "</script><!--&\u2028\u2029é"})

    assert not set(written) & set("<>&\u2028\u2029")
    assert json.loads(written) == {"a": "</script><!--&\u2028\u2029é"}


def test_the_pages_are_quiet_and_load_nothing_from_elsewhere(page: Page, shop: Shop, tracker: Tracker) -> None:
    said: list[str] = []
    asked: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{shop.origin}/?clid={CLICK}")
    buy(page)
    tracker.claims(1)

    assert said == []
    assert {re.sub("^(https?://[^/]+).*", r"\1", url) for url in asked} == {shop.origin, tracker.origin}


def test_the_pages_can_be_used_without_a_mouse_and_on_a_small_screen(page: Page, shop: Shop) -> None:
    page.set_viewport_size({"width": 320, "height": 640})
    page.goto(f"{shop.origin}/?clid={CLICK}")
    assert page.locator("html").get_attribute("lang") == "en"
    expect(page.get_by_role("main")).to_have_count(1)
    expect(page.get_by_role("img", name="A red enamel kettle")).to_be_visible()
    overflow = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert page.evaluate(overflow) == 0

    page.get_by_role("button", name="Buy").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Thank you for your order")
    assert page.evaluate(overflow) == 0


@pytest.mark.parametrize(
    ("method", "path", "length", "status"),
    [
        ("GET", "/nothing", None, 404),
        ("GET", "/thanks", None, 404),
        ("GET", "/thanks?order=K-0", None, 404),
        ("POST", "/", "0", 404),
        ("POST", "/buy", "0", 303),
        ("POST", "/buy", "many", 400),
        ("POST", "/buy", "-1", 400),
        ("POST", "/buy", "5000", 413),
        ("DELETE", "/", None, 501),
    ],
)
def test_odd_requests_are_answered(method: str, path: str, length: str | None, status: int, shop: Shop) -> None:
    connection = HTTPConnection("127.0.0.1", shop.port, timeout=5)
    connection.request(method, path, headers={"Content-Length": length} if length else {})

    assert connection.getresponse().status == status
    connection.close()


def test_a_taken_port_is_an_error_at_once(shop: Shop) -> None:
    with pytest.raises(OSError, match="in use"):
        Shop(tracking_origin="", postback_url="", postback_host="", token="", port=shop.port)


def test_a_stopped_shop_gives_its_port_back(tracker: Tracker) -> None:
    with opened(tracker) as first:
        pass
    never_started = Shop(tracking_origin="", postback_url="", postback_host="", token="", port=first.port)
    never_started.stop()

    with Shop(tracking_origin="", postback_url="", postback_host="", token="", port=first.port) as second:
        assert second.port == first.port


def test_the_snippet_for_advertisers_works_as_printed(
    page: Page, context: BrowserContext, site: Site, tracker: Tracker
) -> None:
    embed, thanks = printed(tracker)
    page.goto(site.put("/", embed) + f"?clid={CLICK}")
    page.goto(site.put("/thanks", embed + thanks))

    (claim,) = tracker.claims(1)
    sale = {"goal": "sale", "order_id": "A-1001", "amount": "49.90", "currency": "USD"}
    assert claim.fields == {"click_id": CLICK, "clids": CLICK, **sale}


def test_the_printed_image_works_without_scripts(browser: Browser, site: Site, tracker: Tracker) -> None:
    thanks = printed(tracker)[1].replace("{{ click_id }}", CLICK)
    with browser.new_context(java_script_enabled=False) as context:
        context.new_page().goto(site.put("/thanks", thanks))

        (claim,) = tracker.claims(1)
        sale = {"goal": "sale", "order_id": "A-1001", "amount": "49.90", "currency": "USD"}
        assert (claim.path, claim.fields) == ("/p.gif", {"click_id": CLICK, **sale})


def printed(tracker: Tracker) -> tuple[str, str]:
    """The two blocks of the snippet, with the tracker as the network."""
    embed, thanks = re.findall("```html\n(.*?)```", SNIPPET, re.DOTALL)
    return embed.replace("https://go.example.com", tracker.origin), thanks.replace(
        "https://go.example.com", tracker.origin
    )
