"""What the tag remembers: the clicks in the landing URL."""

import re
import string
import time

import pytest
from playwright.sync_api import BrowserContext, Page, Route

from tests.browser.site import TAG, Site, Tracker

CLICKS = [(letter * 26 + letter.upper() + "-_" * 12 + "7") for letter in string.ascii_lowercase[:12]]

GARBAGE = (
    f"clid={CLICKS[0][1:]}",
    f"clid={CLICKS[0]}x",
    f"clid=.{CLICKS[0][1:]}",
    f"clid={CLICKS[0][:-1]}%C3%A9",
    f"clid={CLICKS[0][:-1]}%0A",
    f"clid={CLICKS[0]}%0A",
    f"clid={CLICKS[0]};path=/",
    f"clid=+{CLICKS[0]}",
    f"clid={CLICKS[0][:-3]}%E0%A4%A",
    "clid={click_id}",
    "clid=%3Cscript%3Ealert(1)%3C/script%3E",
    "clid=",
    "clid",
    "=",
    "&&&",
    f"CLID={CLICKS[0]}",
    f"xclid={CLICKS[0]}",
    f"__proto__={CLICKS[0]}",
    f"gclid={CLICKS[0]}",
)
GOOD = (
    f"clid={CLICKS[0]}",
    f"click_id={CLICKS[0]}",
    f"a=1&clid={CLICKS[0]}&b=2",
    f"broken=%E0%A4%A&%ZZ=1&clid={CLICKS[0]}",
    f"cli%64={CLICKS[0]}",
    f"clid={CLICKS[0].replace('-', '%2D')}",
    f"clid={CLICKS[1]}&clid={CLICKS[0]}",
    f"click_id={CLICKS[1]}&clid={CLICKS[0]}",
    f"clid={CLICKS[0]}&clid=garbage",
)


def landed(page: Page, context: BrowserContext, address: str) -> str:
    """What the tag's cookie holds after a first visit to an address."""
    context.clear_cookies()
    page.goto(address)
    return kept(context)


def kept(context: BrowserContext) -> str:
    """The value of the tag's cookie, or nothing."""
    return next((cookie["value"] for cookie in context.cookies() if cookie["name"] == "clickledger"), "")


def test_a_landing_click_is_kept_in_a_first_party_cookie(
    page: Page, context: BrowserContext, site: Site, tracker: Tracker
) -> None:
    page.goto(site.put("/deep/in/the/shop", tracker.tag) + f"?clid={CLICKS[0]}")

    (cookie,) = context.cookies()
    assert cookie["name"] == "clickledger"
    assert cookie["value"] == CLICKS[0]
    assert (cookie["domain"], cookie["path"], cookie["sameSite"]) == ("shop.localhost", "/", "Lax")
    assert not cookie["secure"]
    assert 89 < (cookie["expires"] - time.time()) / 86_400 < 90.1


def test_the_cookie_says_lax_itself(page: Page, site: Site, tracker: Tracker) -> None:
    spy = "<script>Object.defineProperty(document, 'cookie', {get: String, set: function (v) { set = v; }})</script>"
    page.goto(site.put("/", spy + tracker.tag) + f"?clid={CLICKS[0]}")

    assert page.evaluate("set") == f"clickledger={CLICKS[0]};path=/;max-age=7776000;SameSite=Lax"


def test_the_cookie_is_secure_on_a_secure_page(page: Page, context: BrowserContext) -> None:
    def answer(route: Route) -> None:
        script = route.request.url.endswith("/tag.js")
        body = TAG.read_text("utf-8") if script else '<script src="https://go.example/tag.js"></script>'
        route.fulfill(body=body, content_type="text/javascript" if script else "text/html")

    page.route(re.compile("^https:"), answer)
    page.goto(f"https://shop.example/?clid={CLICKS[0]}")

    (cookie,) = context.cookies()
    assert cookie["secure"]


def test_the_last_ten_clicks_are_kept_newest_first(
    page: Page, context: BrowserContext, site: Site, tracker: Tracker
) -> None:
    address = site.put("/", tracker.tag)
    for click in CLICKS:
        page.goto(f"{address}?clid={click}")

    assert kept(context).split(".") == CLICKS[:1:-1]


def test_a_click_met_again_keeps_its_place(page: Page, context: BrowserContext, site: Site, tracker: Tracker) -> None:
    address = site.put("/", tracker.tag)
    for click in (CLICKS[0], CLICKS[1], CLICKS[0]):
        page.goto(f"{address}?clid={click}")

    assert kept(context) == f"{CLICKS[1]}.{CLICKS[0]}"


def test_a_page_without_a_click_leaves_the_cookie_alone(
    page: Page, context: BrowserContext, site: Site, tracker: Tracker
) -> None:
    address = site.put("/", tracker.tag)
    page.goto(f"{address}?clid={CLICKS[0]}")
    before = context.cookies()
    page.goto(f"{address}?utm_source=news")

    assert context.cookies() == before


def test_whatever_is_not_a_click_id_is_ignored(
    page: Page, context: BrowserContext, site: Site, tracker: Tracker
) -> None:
    address = site.put("/", tracker.tag)

    assert {query: landed(page, context, f"{address}?{query}") for query in GARBAGE} == dict.fromkeys(GARBAGE, "")


def test_the_click_is_found_among_whatever_else_is_there(
    page: Page, context: BrowserContext, site: Site, tracker: Tracker
) -> None:
    address = site.put("/", tracker.tag)

    found = {query: landed(page, context, f"{address}?{query}") for query in GOOD}
    assert found == dict.fromkeys(GOOD, CLICKS[0])


@pytest.mark.parametrize(
    "script",
    ['<script data-clid="ref.id" src="{}/tag.js"></script>', '<script src="{}/tag.js?v=2&clid=ref.id"></script>'],
)
def test_the_parameter_may_have_another_name(
    script: str, page: Page, context: BrowserContext, site: Site, tracker: Tracker
) -> None:
    address = site.put("/", script.format(tracker.origin))
    page.goto(f"{address}?ref.id={CLICKS[0]}&clid={CLICKS[1]}&refxid={CLICKS[2]}")

    assert kept(context) == CLICKS[0]


@pytest.mark.parametrize("foreign", ["hello", f"{CLICKS[1]}.", f"{CLICKS[1]}.{CLICKS[2][1:]}", f"{CLICKS[1]}!"])
def test_a_cookie_of_that_name_in_another_shape_is_replaced(
    foreign: str, page: Page, context: BrowserContext, site: Site, tracker: Tracker
) -> None:
    context.add_cookies([{"name": "clickledger", "value": foreign, "url": site.origin}])
    page.goto(site.put("/", tracker.tag) + f"?clid={CLICKS[0]}")

    assert kept(context) == CLICKS[0]


def test_other_cookies_are_neither_taken_nor_touched(
    page: Page, context: BrowserContext, site: Site, tracker: Tracker
) -> None:
    others = {"my_clickledger": CLICKS[1], "aclickledger": CLICKS[2], "zz": f"clickledger={CLICKS[3]}"}
    context.add_cookies([{"name": name, "value": value, "url": site.origin} for name, value in others.items()])
    page.goto(site.put("/", tracker.tag) + f"?clid={CLICKS[0]}")

    assert {cookie["name"]: cookie["value"] for cookie in context.cookies()} == others | {"clickledger": CLICKS[0]}
