"""What the tag reports, and by which way."""

import json

import pytest
from playwright.sync_api import Page

from tests.browser.site import Site, Tracker

CLICK = "Qm7-" * 13
OLDER = "zZ_9" * 13
SALE: dict[str, object] = {"goal": "sale", "order_id": "A-1001", "amount": "49.90", "currency": "USD"}
NO_BEACON = "navigator.sendBeacon = undefined;"


def conversion(details: object = SALE) -> str:
    """A script that reports a conversion."""
    return f"<script>clickledger('conversion', {json.dumps(details)})</script>"


def prepared(script: str) -> str:
    """A script that changes the page before the tag is loaded."""
    return f"<script>{script}</script>"


def land(page: Page, site: Site, html: str, query: str = f"clid={CLICK}") -> None:
    """Visit a page with this content; by default with a click id in its address."""
    page.goto(site.put("/", html) + f"?{query}")


def test_a_conversion_is_one_simple_post_to_the_origin_of_the_tag(page: Page, site: Site, tracker: Tracker) -> None:
    land(page, site, tracker.tag + conversion())

    (claim,) = tracker.claims(1)
    assert (claim.method, claim.path, claim.query) == ("POST", "/p", "")
    assert claim.headers["content-type"].lower() == "text/plain;charset=utf-8"
    assert claim.body == (f"click_id={CLICK}&clids={CLICK}&goal=sale&order_id=A-1001&amount=49.90&currency=USD")


def test_a_beacon_is_the_first_choice(page: Page, site: Site, tracker: Tracker) -> None:
    broken = "fetch = Image = function () { throw new Error('not needed'); };"
    land(page, site, prepared(broken) + tracker.tag + conversion())

    assert tracker.claims(1)[0].path == "/p"


def test_the_click_of_an_earlier_page_is_credited(page: Page, site: Site, tracker: Tracker) -> None:
    land(page, site, tracker.tag, f"clid={OLDER}")
    land(page, site, tracker.tag, f"clid={CLICK}")
    page.goto(site.put("/thanks", tracker.tag + conversion()))

    (claim,) = tracker.claims(1)
    assert claim.fields == {"click_id": CLICK, "clids": f"{CLICK}.{OLDER}", **SALE}


def test_a_click_id_given_by_the_page_comes_first(page: Page, site: Site, tracker: Tracker) -> None:
    land(page, site, tracker.tag + conversion(SALE | {"click_id": OLDER}))

    (claim,) = tracker.claims(1)
    assert claim.fields == {"click_id": OLDER, "clids": CLICK, **SALE}


def test_a_click_id_given_by_the_page_is_enough(page: Page, site: Site, tracker: Tracker) -> None:
    land(page, site, tracker.tag + conversion(SALE | {"click_id": CLICK}), query="")

    (claim,) = tracker.claims(1)
    assert claim.fields == {"click_id": CLICK, **SALE}


@pytest.mark.parametrize("given", ["{click_id}", "", None, CLICK + "x", {}])
def test_what_is_no_click_id_does_not_hide_the_remembered_one(
    given: object, page: Page, site: Site, tracker: Tracker
) -> None:
    land(page, site, tracker.tag + conversion(SALE | {"click_id": given}))

    (claim,) = tracker.claims(1)
    assert claim.fields["click_id"] == CLICK


def test_values_arrive_as_they_were_given(page: Page, site: Site, tracker: Tracker) -> None:
    awkward = {
        "goal": "sale&amount=1",
        "order_id": "Ä-1 + 2 = 3 / 50 % # ? ; 注文",
        "amount": "49.90",
        "currency": "USD",
        "customer_id": "a@b.example & \"Søn\" <x> 'y' \\ \t",
        "coupon": "SPRING🌷&test=1",
    }
    land(page, site, tracker.tag + conversion(awkward))

    (claim,) = tracker.claims(1)
    assert claim.fields == {"click_id": CLICK, "clids": CLICK, **awkward}


def test_half_an_emoji_is_dropped_and_the_rest_is_reported(page: Page, site: Site, tracker: Tracker) -> None:
    land(page, site, tracker.tag + conversion(SALE | {"coupon": "TULIP\ud83c", "order_id": "\udf37"}))

    (claim,) = tracker.claims(1)
    assert (claim.fields["coupon"], claim.fields["order_id"]) == ("TULIP", "")


@pytest.mark.parametrize(
    ("given", "sent"),
    [
        ({"test": True}, {"test": "1"}),
        ({"test": False}, {}),
        ({"coupon": None, "customer_id": ""}, {}),
        ({"customer_id": 0}, {"customer_id": "0"}),
        ({"unknown": "x", "token": "y"}, {}),
    ],
)
def test_only_known_and_given_fields_are_sent(
    given: dict[str, object], sent: dict[str, object], page: Page, site: Site, tracker: Tracker
) -> None:
    land(page, site, tracker.tag + conversion(SALE | given))

    (claim,) = tracker.claims(1)
    assert claim.fields == {"click_id": CLICK, "clids": CLICK, **SALE, **sent}


def test_numbers_are_sent_as_javascript_writes_them(page: Page, site: Site, tracker: Tracker) -> None:
    land(page, site, tracker.tag + "<script>clickledger('conversion', {amount: 19.9 * 3, order_id: NaN})</script>")

    (claim,) = tracker.claims(1)
    assert (claim.fields["amount"], claim.fields["order_id"]) == ("59.699999999999996", "NaN")


def test_without_a_click_nothing_is_sent(page: Page, site: Site, tracker: Tracker) -> None:
    proof = conversion({"click_id": OLDER, "goal": "proof"})
    land(page, site, tracker.tag + conversion() + proof, query="clid=garbage")

    (claim,) = tracker.claims(1)
    assert claim.fields == {"click_id": OLDER, "goal": "proof"}


def test_what_is_no_conversion_is_not_sent(page: Page, site: Site, tracker: Tracker) -> None:
    calls = "<script>clickledger('page'); clickledger(); clickledger('conversion'); clickledger(null, {})</script>"
    land(page, site, tracker.tag + calls + conversion())

    (claim,) = tracker.claims(1)
    assert claim.fields["order_id"] == "A-1001"


def test_the_same_conversion_reported_twice_is_sent_twice(page: Page, site: Site, tracker: Tracker) -> None:
    land(page, site, tracker.tag + conversion() + conversion())

    first, second = tracker.claims(2)
    assert first.body == second.body


def test_a_report_survives_leaving_the_page(page: Page, site: Site, tracker: Tracker) -> None:
    site.put("/next", "elsewhere")
    land(page, site, tracker.tag + conversion() + "<script>location.replace('/next')</script>")
    page.wait_for_url("**/next")

    tracker.claims(1)


@pytest.mark.parametrize(
    "broken",
    [
        NO_BEACON,
        "navigator.sendBeacon = function () { return false; };",
        "navigator.sendBeacon = function () { throw new Error('blocked'); };",
        "Object.defineProperty(window, 'navigator', {value: {}});",
    ],
)
def test_without_a_beacon_the_claim_goes_by_fetch(broken: str, page: Page, site: Site, tracker: Tracker) -> None:
    spy = "var plain = fetch; window.calls = []; fetch = function (u, o) { calls.push(o); return plain(u, o); };"
    land(page, site, prepared(broken + spy) + tracker.tag + conversion())

    (claim,) = tracker.claims(1)
    assert (claim.method, claim.path) == ("POST", "/p")
    assert claim.headers["content-type"].lower() == "text/plain;charset=utf-8"
    assert claim.fields == {"click_id": CLICK, "clids": CLICK, **SALE}
    (options,) = page.evaluate("calls")
    assert options == {
        "method": "POST",
        "mode": "no-cors",
        "credentials": "omit",
        "keepalive": True,
        "body": claim.body,
    }


@pytest.mark.parametrize(
    "broken",
    [
        "fetch = undefined;",
        "fetch = function () { throw new Error('blocked'); };",
        "fetch = function () { return Promise.reject(new Error('blocked')); };",
        "delete Window.prototype.fetch; delete window.fetch;",
    ],
)
def test_without_beacon_and_fetch_the_claim_goes_as_an_image(
    broken: str, page: Page, site: Site, tracker: Tracker
) -> None:
    land(page, site, prepared(NO_BEACON + broken) + tracker.tag + conversion(SALE | {"coupon": "ä&b"}))

    (claim,) = tracker.claims(1)
    assert (claim.method, claim.path, claim.body) == ("GET", "/p.gif", "")
    assert claim.fields == {"click_id": CLICK, "clids": CLICK, **SALE, "coupon": "ä&b"}


def test_without_any_way_out_the_page_goes_on(page: Page, site: Site, tracker: Tracker) -> None:
    broken = NO_BEACON + "fetch = Image = undefined;"
    land(page, site, prepared(broken) + tracker.tag + conversion() + prepared("document.title = 'alive'"))

    assert page.title() == "alive"
    assert tracker.claims(0) == []
