"""A browser that follows a link arrives at a host that the network has stored, whatever the visitor's link says."""

import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote, urlencode

import ada_url
import pytest
from hypothesis import given
from hypothesis import strategies as st
from playwright.sync_api import Page

from chalicelib.manage.setup import Office
from chalicelib.model import trust
from chalicelib.model.destination import BadDestination, template
from chalicelib.model.network import Campaign
from chalicelib.store.directory import Directory
from chalicelib.store.fallback import Fallback
from chalicelib.store.network import Network
from chalicelib.store.visits import Visits
from chalicelib.web.message import Request
from chalicelib.web.redirect import Redirect
from tests.hostile.memory import Queue, Table
from tests.hostile.naughty import NAUGHTY
from tests.hostile.scene import DESTINATIONS, MASTER

HOSTS: Final = ("deep.example", "127.0.0.1:8000", "xn--bcher-kva.example")
STORED: Final = "https://shop.example/"

# What a visitor's link may ask for by `url`, and the host that it leads to: that of the link itself unless the
# campaign's list names the host. '-' is the link's own host. No blanks in a text: they stand as %20 and the like.
ASKED_LINES: Final = r"""
deep.example          https://deep.example https://deep.example/ HTTPS://DEEP.EXAMPLE/a https://deep.example:443/
deep.example          http://deep.example/
deep.example          https://deep.example/a?b=c#d https://deep.example//evil.example https://deep.example/@evil.example
deep.example          https://deep.example?@evil.example
deep.example          https://deep.example#@evil.example https://deep.example/?u=https://evil.example
deep.example          https://deep.example/a:b@c
deep.example          https://deep.example/;@evil.example https://deep.example/%40evil.example
127.0.0.1             http://127.0.0.1:8000 http://127.0.0.1:8000/x?y https://127.0.0.1:8000/
xn--bcher-kva.example https://xn--bcher-kva.example/ https://XN--BCHER-KVA.example/a
-   https://evil.example //evil.example /\evil.example
-   \\evil.example https:evil.example https:/evil.example https:///evil.example
-   https:\\evil.example https:/\evil.example http:\/evil.example /evil.example evil.example ?https://evil.example #x
-   https://evil.example\@deep.example/ https://deep.example\@evil.example/ https://deep.example\.evil.example/
-   https://deep.example@evil.example/ https://deep.example:x@evil.example/
-   https://evil.example@deep.example/ https://@deep.example/
-   https://deep.example:443@evil.example/ https://deep.example%40evil.example/ https://a:b@deep.example/
-   https://deep.example;@evil.example
-   https://deep.example.evil.example/ https://evildeep.example/
-   https://x.deep.example/ https://deep.example./ https://deep..example/
-   https://deep.example%2eevil.example/ https://%64eep.example/
-   https://deep%2Eexample/ https://deep.example%00.evil.example/
-   https://deep.example%0d%0a.evil.example/ https://deep.example%23.evil.example https://deep.example%2f@evil.example/
-   https://deep.example:80/ http://deep.example:443/
-   https://deep.example:8443/ https://deep.example:0443/ https://deep.example:/
-   https://deep.example:443:80/ https://deep.example:99999/ https://deep.example:%34%34%33/
-   https://deep。example/ https://ｄｅｅｐ.example/
-   https://deep．example/ https://deep.exam\u00adple/ https://deep.exa\u200dmple/
-   https://dеep.example/ https://bücher.example/
-   https://xn--bcher-kva.example.evil.example/ https://xn--bcher-kv.example/
-   https://\u24d3eep.example/ https://deep.example\uff0f@evil.example/
-   https://deep.example\uff20evil.example/ https://deep.example\u2044x/
-   http://127.1:8000/ http://2130706433:8000/ http://0x7f000001:8000/
-   http://0177.0.0.1:8000/ http://0x7f.1:8000/ http://127.0.0.01:8000/
-   http://[::1]:8000/ http://[::ffff:127.0.0.1]:8000/ http://127.0.0.1/
-   http://127.0.0.1:80/ http://127.0.0.1.:8000/ http://①27.0.0.1:8000/
-   http://127.0.0.1.evil.example:8000/ http://localhost:8000/
-   http://0/ http://169.254.169.254/latest/ http://3232235521/
-   javascript:alert(1) javascript://deep.example/%0aalert(1) data:text/html,x
-   vbscript:x blob:https://deep.example/x about:blank
-   view-source:https://deep.example/ filesystem:https://deep.example/
-   ftp://deep.example/ ws://deep.example/ file://deep.example/x
-   JaVaScRiPt:alert(1) java\tscript:alert(1) \x01javascript:alert(1) https\t://deep.example/ ht\ntps://deep.example/
-   https://deep.example\t/ https://de\nep.example/
-   https://deep\r.example/ \x20https://deep.example/ \u00a0https://deep.example/
-   https://deep.example/\r\nSet-Cookie:x https://deep.example/%zz https://deep.example/% https://deep.example/%u0041
-   https://deep.example/.. https://deep.example/a/../b
-   https://deep.example/%2e%2e/ https://deep.example/.%2E/ https://deep.example/\..
-   https://{sub1}/ https://{sub1}@evil.example/ https://deep.example{sub1}/
-   {sub1} https://deep.example:{sub2}/ {click_id}://deep.example
-   https://*.deep.example/ https://deep_example/ https://-deep.example/ https://deep.example-/
-   https:// https://? https://# https://:443/
"""
_ESCAPE: Final = re.compile(r"\\(u[0-9a-f]{4}|x[0-9a-f]{2}|[trn])")
ASKED: Final = [
    (_ESCAPE.sub(lambda found: found[0].encode().decode("unicode_escape"), text), line.split()[0])
    for line in ASKED_LINES.splitlines()
    for text in line.split()[1:]
]


@dataclass
class Site:
    """A redirect over tables in memory."""

    redirect: Redirect

    def location(self, slug: str, **said: str) -> str:
        """Where a visitor is sent."""
        query = urlencode(said, errors="surrogatepass", quote_via=quote)
        answer = self.redirect.follow(Request("GET", f"/c/{slug}", (query,)), slug, 1_790_000_000_000)
        assert answer.status == 302, (slug, said, answer.status)
        return answer.headers["Location"]


def site() -> Site:
    table = Table()
    network = Network(table, "ledger")
    office = Office(network, lambda: 0, 60)
    office.add_advertiser("shop", "A shop", {})
    office.add_affiliate("anna", "Anna")
    office.add_campaign(Campaign("spring", "Spring", "shop", "EUR", STORED, hosts=HOSTS))
    for slug, destination in DESTINATIONS.items():
        office.add_link("anna", "spring", slug, destination)
    ring = trust.click_keys(MASTER)
    links = Directory(network, 60, lambda: 0.0)
    return Site(Redirect(links, Visits(table, "visits", 120), Fallback(Queue(), ""), ring, "UTC"))


SITE: Final = site()
HOME: Final = {slug: template(destination).host for slug, destination in DESTINATIONS.items()}
words = st.sampled_from(NAUGHTY) | st.sampled_from([text for text, _ in ASKED]) | st.text(max_size=20)


def arrives(location: str, hosts: set[str]) -> None:
    """A browser comes to one of the hosts, by https or http, and the text is a header as it stands."""
    goal = ada_url.URL(location)
    assert goal.hostname in hosts, location
    assert goal.protocol in ("https:", "http:")
    assert (goal.username, goal.password) == ("", "")
    assert location.isascii()
    assert location.isprintable()
    assert " " not in location


def test_the_table_has_many_cases_on_both_sides() -> None:
    assert len(ASKED) > 130
    assert sum(host != "-" for _, host in ASKED) > 15


@pytest.mark.parametrize(("text", "host"), ASKED)
def test_a_deep_link_leads_to_a_listed_host_or_is_passed_over(text: str, host: str) -> None:
    for slug, home in HOME.items():
        arrives(SITE.location(slug, url=text), {home if host == "-" else host})


@pytest.mark.parametrize(("text", "host"), ASKED)
def test_what_is_stored_has_the_host_that_a_browser_reads_or_is_refused(text: str, host: str) -> None:
    try:
        goal = template(text)
    except BadDestination:
        return
    assert goal.host == ada_url.URL(text).hostname
    assert host in ("-", goal.host)


@given(st.sampled_from(sorted(DESTINATIONS)), st.dictionaries(st.sampled_from(["sub1", "sub2", "sub3", "url"]), words))
def test_no_parameter_leads_a_visitor_elsewhere(slug: str, said: dict[str, str]) -> None:
    listed = {host.partition(":")[0] for host in HOSTS}
    whole = {name: value.encode("utf-8", "replace").decode() for name, value in said.items()}
    arrives(SITE.location(slug, **whole), {HOME[slug]} | (listed if said.get("url") else set()))


def test_chromium_reads_every_location_as_we_do(page: Page) -> None:
    asked = [(slug, text, host) for text, host in ASKED for slug in DESTINATIONS]
    sent = [SITE.location(slug, url=text, sub1=text, sub2="..", sub3=text) for slug, text, _ in asked]
    expected = [HOME[slug] if host == "-" else host for slug, _, host in asked]
    read = page.evaluate("texts => texts.map(text => { const u = new URL(text); return u.hostname; })", sent)
    assert read == expected
