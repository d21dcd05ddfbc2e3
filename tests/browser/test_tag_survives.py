"""What the tag puts up with, and that the page it is on never notices."""

import pytest
from playwright.sync_api import BrowserContext, Page

from tests.browser.site import TAG, Answer, Asked, Site, Tracker

CLICK = "Qm7-" * 13
STUB = """<script>
  window.clickledger = window.clickledger || function () {
    (clickledger.q = clickledger.q || []).push(arguments);
  };
</script>"""


def report(order_id: str) -> str:
    """A script that reports the sale of one order."""
    return f"<script>clickledger('conversion', {{goal: 'sale', order_id: '{order_id}'}})</script>"


def script(code: str) -> str:
    """A script of the page itself."""
    return f"<script>{code}</script>"


def land(page: Page, site: Site, html: str, headers: dict[str, str] | None = None) -> None:
    """Visit a page with this content and a click id in its address."""
    page.goto(site.put("/", html, headers) + f"?clid={CLICK}")


def orders(claims: list[Asked]) -> list[str]:
    """The orders of some claims, sorted: requests may overtake each other."""
    return sorted(claim.fields["order_id"] for claim in claims)


def test_commands_queued_before_a_late_tag_are_all_sent(page: Page, site: Site, tracker: Tracker) -> None:
    late = f"""setTimeout(function () {{
      var late = document.createElement('script'); late.src = '{tracker.origin}/tag.js';
      late.onload = function () {{ clickledger('conversion', {{order_id: 'C'}}); }};
      document.head.appendChild(late);
    }}, 150)"""
    land(page, site, STUB + report("A") + report("B") + script(late))

    assert orders(tracker.claims(3)) == ["A", "B", "C"]


def test_a_deferred_and_an_async_tag_drain_the_queue(page: Page, site: Site, tracker: Tracker) -> None:
    for loading in ("async", "defer"):
        land(page, site, f'{STUB}<script {loading} src="{tracker.origin}/tag.js"></script>' + report(loading))

    assert orders(tracker.claims(2)) == ["async", "defer"]


def test_a_second_copy_does_nothing(page: Page, site: Site, tracker: Tracker) -> None:
    first, second = tracker.tag + script("var first = clickledger"), STUB + tracker.tag
    land(page, site, STUB + report("A") + first + report("B") + second + report("C"))

    assert orders(tracker.claims(3)) == ["A", "B", "C"]
    assert page.evaluate("clickledger === first")


def test_a_copy_that_the_page_took_of_the_stub_still_reports(page: Page, site: Site, tracker: Tracker) -> None:
    copy = script("var copied = clickledger")
    land(page, site, STUB + copy + tracker.tag + script("copied('conversion', {order_id: 'A'})"))

    assert orders(tracker.claims(1)) == ["A"]


def test_one_broken_command_does_not_hold_up_the_next(page: Page, site: Site, tracker: Tracker) -> None:
    broken = script(
        "clickledger.q = [null, 7, ['conversion'], ['conversion', {get goal() { throw new Error('mine'); }}]];"
    )
    land(page, site, STUB + broken + report("A") + tracker.tag)

    assert orders(tracker.claims(1)) == ["A"]


@pytest.mark.parametrize("stub", ["{q: 7}", "'text'", "{q: [['conversion', {order_id: 'A'}]]}", "null"])
def test_anything_may_stand_where_the_stub_should(stub: str, page: Page, site: Site, tracker: Tracker) -> None:
    land(page, site, script(f"window.clickledger = {stub}") + tracker.tag + report("Z"))

    assert "Z" in orders(tracker.claims(2 if "conversion" in stub else 1))


def test_an_element_named_like_the_tag_is_no_stub(page: Page, site: Site, tracker: Tracker) -> None:
    land(page, site, '<div id="clickledger"></div>' + tracker.tag + report("A"))

    assert orders(tracker.claims(1)) == ["A"]


def test_a_page_that_guards_the_name_only_loses_later_commands(page: Page, site: Site, tracker: Tracker) -> None:
    guard = script("Object.defineProperty(window, 'clickledger', {value: window.clickledger, writable: false})")
    land(page, site, STUB + report("A") + guard + tracker.tag)

    assert orders(tracker.claims(1)) == ["A"]


@pytest.mark.parametrize(
    "cookies",
    [
        "{get: function () { throw new Error('off'); }, set: function () { throw new Error('off'); }}",
        "{get: function () { return ''; }, set: function () {}}",
        "{value: null}",
    ],
)
def test_without_cookies_the_landing_page_still_reports(
    cookies: str, page: Page, context: BrowserContext, site: Site, tracker: Tracker
) -> None:
    off = script(f"Object.defineProperty(document, 'cookie', {cookies})")
    land(page, site, off + tracker.tag + report("A"))

    (claim,) = tracker.claims(1)
    assert claim.fields == {"click_id": CLICK, "clids": CLICK, "goal": "sale", "order_id": "A"}
    assert context.cookies() == []


def test_a_sandboxed_frame_without_an_origin_still_reports(page: Page, site: Site, tracker: Tracker) -> None:
    site.put("/framed", tracker.tag + report("A"))
    land(page, site, f'<iframe sandbox="allow-scripts" src="/framed?clid={CLICK}"></iframe>')

    (claim,) = tracker.claims(1)
    assert claim.fields["click_id"] == CLICK
    assert claim.headers["origin"] == "null"


OVERRIDES = """
  var broken = function () { throw new Error('overridden'); };
  ['push', 'indexOf', 'forEach', 'map', 'filter', 'reduce', 'concat', 'join', 'some', 'includes'].forEach(
    function (name) { Array.prototype[name] = broken; });
  String.prototype.trim = String.prototype.includes = String.prototype.startsWith = String.prototype.match = broken;
  Function.prototype.bind = Function.prototype.call = Function.prototype.apply = broken;
  Object.keys = Object.assign = Object.entries = JSON.parse = JSON.stringify = broken;
  Array.prototype.toJSON = Object.prototype.toJSON = broken;
  Object.prototype.extra = Array.prototype.extra = broken;
  window.URL = window.URLSearchParams = window.Map = window.Set = broken;
"""


def test_overridden_prototypes_are_not_missed(page: Page, site: Site, tracker: Tracker) -> None:
    land(page, site, script(OVERRIDES) + tracker.tag + report("A"))

    (claim,) = tracker.claims(1)
    assert claim.fields == {"click_id": CLICK, "clids": CLICK, "goal": "sale", "order_id": "A"}


@pytest.mark.parametrize(
    "essential",
    [
        "RegExp.prototype.exec = RegExp.prototype.test = broken",
        "String.prototype.split = String.prototype.slice = String.prototype.indexOf = broken",
        "decodeURIComponent = encodeURIComponent = broken",
        "document.getElementsByTagName = Element.prototype.getAttribute = broken",
        "Object.defineProperty(document, 'currentScript', {get: broken})",
    ],
)
def test_a_page_that_breaks_what_the_tag_needs_is_left_in_peace(
    essential: str, page: Page, site: Site, tracker: Tracker
) -> None:
    broken = script(f"var broken = function () {{ throw new Error('overridden'); }}; {essential};")
    land(page, site, STUB + report("A") + broken + tracker.tag + report("B") + script("document.title = 'alive'"))

    assert page.evaluate("document.title") == "alive"


def test_a_strict_policy_that_names_the_origin_is_kept(page: Page, site: Site, tracker: Tracker) -> None:
    policy = (
        f"default-src 'none'; script-src 'nonce-n' {tracker.origin}; connect-src {tracker.origin}; "
        "require-trusted-types-for 'script'; trusted-types 'none'"
    )
    violations: list[str] = []
    page.on("console", lambda message: violations.append(message.text))
    inline = (STUB + report("A")).replace("<script>", '<script nonce="n">')
    icon = '<link rel="icon" href="data:,">'
    land(page, site, icon + inline + tracker.tag, {"Content-Security-Policy": policy + "; img-src data:"})

    assert orders(tracker.claims(1)) == ["A"]
    assert violations == []


@pytest.mark.parametrize("without", ["navigator.sendBeacon", "navigator.sendBeacon = window.fetch"])
def test_a_policy_that_allows_nothing_does_not_break_the_page(
    without: str, page: Page, site: Site, tracker: Tracker
) -> None:
    policy = f"default-src 'none'; script-src 'unsafe-inline' {tracker.origin}"
    html = script(f"{without} = undefined") + tracker.tag + report("A") + script("document.title = 'alive'")
    land(page, site, html, {"Content-Security-Policy": policy})

    assert page.title() == "alive"
    assert tracker.claims(0) == []


def test_a_policy_that_allows_images_only_gets_an_image(page: Page, site: Site, tracker: Tracker) -> None:
    policy = f"default-src 'none'; script-src 'unsafe-inline' {tracker.origin}; img-src {tracker.origin}"
    html = script("navigator.sendBeacon = undefined") + tracker.tag + report("A")
    land(page, site, html, {"Content-Security-Policy": policy})

    (claim,) = tracker.claims(1)
    assert claim.path == "/p.gif"


def test_the_script_may_be_served_under_another_name(page: Page, site: Site, tracker: Tracker) -> None:
    address = tracker.serve_tag("/assets/js/v7/kettle.min.js")
    land(page, site, f'<script src="{address}?v=1#x"></script>' + report("A"))

    (claim,) = tracker.claims(1)
    assert (claim.path, claim.headers["host"]) == ("/p", tracker.host)


def test_a_browser_that_does_not_say_which_script_runs_is_searched(page: Page, site: Site, tracker: Tracker) -> None:
    other = Answer(b"", "application/javascript")
    site.answers |= {"/metrika/tag.js": other, "/tag.json": other, "/tag.js.map": other}
    others = "".join(f'<script src="{path}"></script>' for path in site.answers)
    silent = script("Object.defineProperty(document, 'currentScript', {value: null})")
    land(page, site, others + silent + f'<script src="{tracker.origin}/tag.js?v=3"></script>' + report("A"))

    assert orders(tracker.claims(1)) == ["A"]
    assert [asked for asked in site.received if asked.method == "POST"] == []


def test_an_element_named_current_script_does_not_divert_reports(page: Page, site: Site, tracker: Tracker) -> None:
    with Tracker("thief") as thief:
        bait = f'<img name="currentScript" src="{thief.origin}/p.gif">'
        land(page, site, bait + tracker.tag + report("A"))

        assert orders(tracker.claims(1)) == ["A"]
        assert [asked.query for asked in thief.received] == [""]


def test_a_copy_inside_the_page_remembers_but_has_nowhere_to_report(
    page: Page, context: BrowserContext, site: Site, tracker: Tracker
) -> None:
    land(page, site, script(TAG.read_text("utf-8")) + report("A"))

    assert [cookie["value"] for cookie in context.cookies()] == [CLICK]
    assert tracker.claims(0) == []
    assert [asked.method for asked in site.received if asked.path.startswith("/p")] == []


def test_the_only_global_is_clickledger(page: Page, site: Site, tracker: Tracker) -> None:
    names = "Object.getOwnPropertyNames(window)"
    land(page, site, script(f"var before = {names}, after") + tracker.tag + report("A") + script(f"after = {names}"))

    assert page.evaluate("after.filter(function (name) { return before.indexOf(name) < 0; })") == ["clickledger"]
