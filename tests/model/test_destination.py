"""Destinations: what may be stored, and where a browser goes with it: ada_url reads a URL as browsers do."""

from collections.abc import Mapping
from urllib.parse import parse_qsl, unquote, urlsplit

import ada_url
import pytest
from hypothesis import find, given
from hypothesis import strategies as st

from chalicelib.model.destination import (
    LONGEST_LOCATION,
    LONGEST_TEXT,
    MACROS,
    MOST_MACROS,
    REASONS,
    BadDestination,
    Template,
    deep_link,
    fill,
    host_entry,
    template,
)

CLICK = "Zq3-_9aB" * 6 + "wxyz"
HOME = "https://shop.example"

ACCEPTED = [
    # stored, host, sent without any value
    (HOME, "shop.example", f"{HOME}/"),
    ("HTTPS://Shop.EXAMPLE/A", "shop.example", f"{HOME}/A"),
    (f"{HOME}?a=1", "shop.example", f"{HOME}/?a=1"),
    (f"{HOME}#top", "shop.example", f"{HOME}/#top"),
    (f"{HOME}/a?b=c&d=%20e#f", "shop.example", f"{HOME}/a?b=c&d=%20e#f"),
    (f"{HOME}:443/a", "shop.example", f"{HOME}/a"),
    (f"{HOME}:8443/a", "shop.example", f"{HOME}:8443/a"),
    ("http://shop.example:443/", "shop.example", "http://shop.example:443/"),
    ("http://shop.example:65535/", "shop.example", "http://shop.example:65535/"),
    ("http://localhost/", "localhost", "http://localhost/"),
    ("http://127.0.0.1:8000/buy", "127.0.0.1", "http://127.0.0.1:8000/buy"),
    ("https://1.example/", "1.example", "https://1.example/"),
    ("https://a--b.0x1g/", "a--b.0x1g", "https://a--b.0x1g/"),
    ("https://XN--bcher-KVA.example/", "xn--bcher-kva.example", "https://xn--bcher-kva.example/"),
    ("https://xn--strae-oqa.example/", "xn--strae-oqa.example", "https://xn--strae-oqa.example/"),
    (f"https://{'a' * 63}.example/", f"{'a' * 63}.example", f"https://{'a' * 63}.example/"),
    (f"{HOME}//evil.example/@x:y", "shop.example", f"{HOME}//evil.example/@x:y"),
    (f"{HOME}/?@evil.example/", "shop.example", f"{HOME}/?@evil.example/"),
    (f"{HOME}?@evil.example/", "shop.example", f"{HOME}/?@evil.example/"),
    (f"{HOME}/a?to=https://x.example/../b?c", "shop.example", f"{HOME}/a?to=https://x.example/../b?c"),
    (f"{HOME}/.../.a/a./..b", "shop.example", f"{HOME}/.../.a/a./..b"),
    (f'{HOME}/?q={{"a":[1|2]}}', "shop.example", f"{HOME}/?q=%7B%22a%22:[1%7C2]%7D"),
    (f"{HOME}/<`>?a^b#'c'", "shop.example", f"{HOME}/%3C%60%3E?a%5Eb#'c'"),
    (f"{HOME}/?a={{unknown}}", "shop.example", f"{HOME}/?a=%7Bunknown%7D"),
    (f"{HOME}/{{sub1}}?a={{sub2}}#{{sub3}}", "shop.example", f"{HOME}/?a=#"),
    (f"{HOME}/{'a' * (LONGEST_TEXT - 21)}", "shop.example", f"{HOME}/{'a' * (LONGEST_TEXT - 21)}"),
]

# A reason, then texts that are refused for it; ~ stands for https://shop.example.
REFUSED_LINES = r"""
scheme        shop.example/a //shop.example/ javascript:alert(1) data:text/html,a blob:~/a filesystem:~ httpss://a.b/
scheme        {sub1}://shop.example/ {sub1} ://shop.example/ https
slashes       https: https:shop.example https:/shop.example https:///shop.example https:/{sub1}/shop.example
slashes       https:// https://?shop.example https://#shop.example
characters    https:\\shop.example https://evil.example\@shop.example/ ~\evil.example/ ~/?a=\ ~/#\ \~/ /\evil.example
characters    ~/čĊ ~/café https://bücher.example/ https://ſhop.example/ https://shop。example/ ~／evil.example/
userinfo      https://@shop.example/ https://a:b@shop.example/ https://{sub1}@shop.example/ https://a@b/ ~@evil.example/
macro_in_host https://{sub1}.a/ https://a.{sub1}/ https://{other}/ ~:{sub1}/ ~:8{sub1}/ ~{sub1} https://a}/ https://{a/
host          https://.example/ https://shop..example/ ~./ https://-a.b/ https://shop-.example/ https://a_b.example/
host          https://:443/ https://*.example/ https://shop%2eexample/ ~,a.b/ ~;a.b/ ~&a.b/ ~|a.b/ ~!a.b/ ~%00/ ~%2fa/
host          https://[::1]/ https://[::1]:80/ https://[v1.a]/ https://2130706433/ https://0x7f000001/ https://0x7f.1/
host          https://127.1/ https://127.0.0.01/ https://0177.0.0.1/ https://127.0.0.256/ https://127.0.0.1.1/ ~.0x/
host          https://127.0.0.1./ https://shop.1/ https://shop.0X1F/ https://0/ https://08/ https://1.2.3/ https://1..2.3.4/
port          ~:/ ~:0/ ~:080/ ~:65536/ ~:+80/ ~:80:80/ ~:8e1/ ~:99999999999/ ~:80% ~:-1/
path          ~/.. ~/a/../b ~/./b ~/%2e%2E/b ~/a/.%2e?b ~/%2E#b ~/b/. ~/.{sub1} ~/{sub1}. ~/{sub1}.{sub2}/b
path          ~/{sub1}%2e/b ~/..{sub1}b ~/b{sub1}.. ~/%2e{sub1} ~/{sub1}{sub2}.%2E{sub3}
escape        ~/% ~/%zz ~/?a=100% ~/#%1 ~/a/%{sub1} ~/a/%2{sub1} ~/?%{sub1} ~/#%{sub1} ~/%-1 ~/%%30
"""
REFUSED = [
    *((text.replace("~", HOME), line.split()[0]) for line in REFUSED_LINES.splitlines() for text in line.split()[1:]),
    *((text, "characters") for text in (f" {HOME}/", f"{HOME}/ ", f"{HOME}/\n", f"{HOME}/a b", f"{HOME}/\ud800")),
    *((f"https://{host}/", "host") for host in ("a" * 64, "a." * 126 + "aa")),
    ("", "scheme"),
    (f"{HOME}/{'{sub1}' * (MOST_MACROS + 1)}", "macros"),
    (f"{HOME}/{'a' * (LONGEST_TEXT - 20)}", "length"),
]

HOSTILE_WORDS = r"""
. .. ... / // /.. ../ /../ /../../ ./. a/.. a/../b ..\.. \ \\ %2e%2e %2e%2e%2f % %0d%0a 0d 2e e ? # & = &clid=x ?clid=x#
clid ; : @ @evil.example //evil.example {sub2} https://evil.example/ javascript:alert(1) '"><script> é čĊ 😀 。 ．．
‥ + a+b ..;/ { } [] `|^
"""
HOSTILE = ["", " ", "a b", "\t", "\n", "\x00", "\r\nSet-Cookie: a=b", "..\n", *HOSTILE_WORDS.split()]
TEMPLATES = [
    f"{HOME}/buy",
    f"{HOME}/buy?a=b&clid=old&c",
    f"{HOME}/buy?a={{sub1}}&b={{sub2}}x{{sub3}}#{{sub4}}{{sub5}}",
    f"{HOME}/a/{{sub1}}/b/{{sub2}}{{sub3}}/c.html",
    f"{HOME}/{{sub1}}",
    f"{HOME}/{{sub1}}{{sub2}}{{sub3}}/a%2F{{sub4}}/{{sub5}}.html",
    f"{HOME}/x{{sub1}}.y{{sub2}}/..a{{sub3}}?{{sub4}}&{{sub5}}=1",
    f"{HOME}:8443?{{click_id}}#!/{{slug}}",
    "http://127.0.0.1:8000/{click_id}/{sub1}?{sub1}",
]
# What URL parsing turns on, to be put anywhere into a good URL.
SPARK_WORDS = r"""
/ // \ ? # @ : :: [ ] % %2e %00 . .. /../ { } {sub1} {click_id} {other} 。 ． ／ ß 😀 _ - -- xn-- 0x 0 08 1 256 127.1
:80 :443 :99999 user@ evil.example * ' " < > | ^ ` ; , & = + ~ ! $ http: https:// file:// HTTP E
"""
SPARKS = ["", " ", "\t", "\r", "\n", "\0", "\x7f", "\xa0", "\xad", "\u200d", "\u212a", "\u017f", *SPARK_WORDS.split()]
GOOD = [*TEMPLATES, *(text for text, _, _ in ACCEPTED if len(text) < 100)]

hostile = st.sampled_from(HOSTILE) | st.text(max_size=12) | st.text("./\\%2eE?#&=;@:{}", max_size=8)
hostile_values = st.fixed_dictionaries(
    {name: hostile for name in MACROS if name != "click_id"} | {"click_id": st.just(CLICK)}
)


@st.composite
def near_misses(draw: st.DrawFn) -> str:
    """A good URL with up to three changes, half of them in or near its host."""
    text = draw(st.sampled_from(GOOD))
    for _ in range(draw(st.integers(0, 3))):
        at = draw(st.integers(0, min(len(text), 25)) | st.integers(0, len(text)))
        text = text[:at] + draw(st.sampled_from(SPARKS)) + text[at + draw(st.integers(0, 2)) :]
    return text


def parsed(text: str) -> Template | None:
    try:
        return template(text)
    except BadDestination:
        return None


def check_arrival(location: str, goal: Template) -> None:
    """A browser sent to `location` reaches the host, and requests the very path, that stand in it."""
    browser = ada_url.URL(location)
    assert (browser.protocol, browser.hostname) == (f"{goal.scheme}:", goal.host)
    assert browser.port in ("", str(goal.port))
    assert (browser.username, browser.password) == ("", "")
    assert browser.pathname == urlsplit(location).path
    assert location.isascii()
    assert location.isprintable()
    assert " " not in location


def sent(text: str, values: Mapping[str, str] | None = None, parameter: str = "clid") -> str:
    return fill(template(text), {} if values is None else values, parameter)


@pytest.mark.parametrize(("text", "host", "location"), ACCEPTED)
def test_a_good_destination_leads_where_a_browser_would_go(text: str, host: str, location: str) -> None:
    goal = template(text)
    assert goal.host == host == ada_url.URL(text).hostname
    assert fill(goal, {}) == location
    check_arrival(location, goal)


@pytest.mark.parametrize(("text", "reason"), REFUSED)
def test_a_text_that_parsers_may_read_differently_is_refused_with_its_reason(text: str, reason: str) -> None:
    with pytest.raises(BadDestination) as refusal:
        template(text)
    assert refusal.value.reason == reason
    assert str(refusal.value).startswith(f"{reason}: ")
    assert str(refusal.value).isprintable()
    assert str(refusal.value).isascii()


@pytest.mark.parametrize("place", ["{}https://shop.example/", "https://sh{}op.example/", "https://shop.example/?a={}"])
def test_no_control_space_or_letter_beyond_ascii_is_accepted_anywhere(place: str) -> None:
    for character in map(chr, [*range(0x21), 0x5C, *range(0x7F, 0x300)]):
        with pytest.raises(BadDestination, match="characters"):
            template(place.replace("{}", character))


@pytest.mark.parametrize("word", ["bücher", "straße", "νέος", "рф", "日本", "עברית", "हिन्दी"])
def test_an_international_host_is_accepted_in_its_ascii_form(word: str) -> None:
    host = f"xn--{word.encode('punycode').decode()}.example"
    assert template(f"https://{host}/").host == host == ada_url.URL(f"https://{word}.example/").hostname


@pytest.mark.parametrize("word", ["", "i❤", "Étude", "e\u0301a", "\u0301a", "ﬁné", "a⒈", "a\u200d"])
def test_an_international_label_spells_letters_in_their_canonical_form(word: str) -> None:
    with pytest.raises(BadDestination, match="host"):
        template(f"https://xn--{word.encode('punycode').decode()}.example/")


@pytest.mark.parametrize("label", ["shop-0", "99999999", "bcher-kv", "-tda"])
def test_an_international_label_that_spells_nothing_or_in_a_second_way_is_refused(label: str) -> None:
    with pytest.raises(BadDestination, match="host"):
        template(f"https://xn--{label}.example/")


def test_every_reason_has_a_case() -> None:
    assert {reason for _, reason in REFUSED} == set(REASONS)


@given(near_misses())
def test_whatever_is_accepted_has_the_host_that_a_browser_reads(text: str) -> None:
    goal = parsed(text)
    if goal is not None:
        browser = ada_url.URL(text)
        assert (browser.protocol, browser.hostname) == (f"{goal.scheme}:", goal.host)
        check_arrival(fill(goal, {}), goal)


@given(near_misses(), hostile_values)
def test_no_value_changes_where_an_accepted_text_leads(text: str, values: dict[str, str]) -> None:
    goal = parsed(text)
    if goal is not None:
        empty, location = fill(goal, {"click_id": CLICK}), fill(goal, values)
        check_arrival(location, goal)
        assert location.split("?")[0].count("/") == empty.split("?")[0].count("/")
        assert location.count("#") == empty.count("#")


def test_near_misses_fall_on_both_sides() -> None:
    changed = near_misses().filter(lambda text: text not in GOOD)
    assert find(changed, lambda text: parsed(text) is not None)
    assert find(changed, lambda text: parsed(text) is None)


@given(st.sampled_from(TEMPLATES), hostile_values)
def test_no_value_leaves_its_segment(text: str, values: dict[str, str]) -> None:
    stored = urlsplit(text).path or "/"
    path = ada_url.URL(sent(text, values)).pathname
    assert path.startswith(stored.partition("{")[0])
    assert len(path.split("/")) == len(stored.split("/"))
    decoded = [unquote(segment).replace("\\", "/").split("/") for segment in path.split("/")]
    assert not any(part in (".", "..") for parts in decoded for part in parts)


@given(hostile_values)
def test_values_come_back_from_query_and_fragment_as_they_were(values: dict[str, str]) -> None:
    location = sent(f"{HOME}/?a={{sub1}}&b=({{sub2}})&c={{slug}}#{{sub3}}", values)
    arrived = [("a", values["sub1"]), ("b", f"({values['sub2']})"), ("c", values["slug"]), ("clid", CLICK)]
    assert parse_qsl(urlsplit(location).query, keep_blank_values=True) == arrived
    assert list(ada_url.URLSearchParams(ada_url.URL(location).search).items()) == arrived
    assert unquote(urlsplit(location).fragment) == values["sub3"]


@given(st.text(max_size=20).filter(lambda value: not {".", ".."} & set(value.replace("\\", "/").split("/"))))
def test_a_value_without_dot_segments_comes_back_from_the_path(value: str) -> None:
    path = urlsplit(sent(f"{HOME}/a/{{sub1}}/b", {"sub1": value})).path
    assert unquote(path) == f"/a/{value}/b"


@pytest.mark.parametrize("value", [".", "..", "/..", "../", "a/../b", "..\\a", "a\\.", "/./"])
def test_a_value_with_a_dot_segment_is_dropped_from_the_path_only(value: str) -> None:
    location = sent(f"{HOME}/a/{{sub1}}/b?c={{sub1}}", {"sub1": value})
    assert urlsplit(location).path == "/a//b"
    assert parse_qsl(urlsplit(location).query) == [("c", value)]


@pytest.mark.parametrize(
    ("value", "encoded"),
    [
        ("Az09-_.~", "Az09-_.~"),
        ("...", "..."),
        ("..\n", "..%0A"),
        ("", ""),
        ("a b+c", "a%20b%2Bc"),
        ("%2e%2e", "%252e%252e"),
        ("\u00e9\U0001f600", "%C3%A9%F0%9F%98%80"),
        ("a/b", "a%2Fb"),
        ("\r\n", "%0D%0A"),
        ("\ud800", "%3F"),
        ("{sub2}", "%7Bsub2%7D"),
    ],
)
def test_values_keep_unreserved_characters_only(value: str, encoded: str) -> None:
    values = {"sub1": value, "sub2": "no"}
    assert sent(f"{HOME}/{{sub1}}?{{sub1}}#{{sub1}}", values) == f"{HOME}/{encoded}?{encoded}#{encoded}"


def test_each_macro_gives_its_own_value() -> None:
    text = f"{HOME}/?" + "&".join(f"{name}={{{name}}}" for name in MACROS)
    assert dict(parse_qsl(urlsplit(sent(text, {name: f"<{name}>" for name in MACROS})).query)) == {
        name: f"<{name}>" for name in MACROS
    }


# Stored and sent, both after the host.
CLICK_ID_CASES = """
/ /?clid=X | /a /a?clid=X | /a? /a?clid=X | /a?b /a?b&clid=X | /a?b=c /a?b=c&clid=X | /a?b=c& /a?b=c&clid=X
/a?b=c? /a?b=c?&clid=X | /a#top /a?clid=X#top | /a#top?b=c /a?clid=X#top?b=c | /a?b=c#top /a?b=c&clid=X#top
/a?b={sub1} /a?b=&clid=X | /a?{sub1} /a?clid=X | /a?clid=old /a?clid=X
/a?clid=old&b=c&clid=older /a?b=c&clid=X | /a?b=c&clid /a?b=c&clid=X | /a?%63lid=old /a?clid=X
/a?clid={sub1}&b /a?b&clid=X | /a?{slug}=old&b /a?b&clid=X
/a?Clid=other&clid2=c /a?Clid=other&clid2=c&clid=X | /a?b={clickid} /a?b=%7Bclickid%7D&clid=X
/a/{click_id} /a/X | /a?id={click_id}&clid=kept /a?id=X&clid=kept | /a#{click_id} /a#X
"""


@pytest.mark.parametrize("case", CLICK_ID_CASES.replace("|", "\n").strip().splitlines())
def test_the_click_id_arrives_once(case: str) -> None:
    stored, location = case.split()
    assert sent(HOME + stored, {"click_id": "X", "slug": "clid"}) == HOME + location


def test_the_parameter_has_the_name_that_the_network_gives_it() -> None:
    assert sent(f"{HOME}/?clid=a&ref=b", {"click_id": "X"}, "ref") == f"{HOME}/?clid=a&ref=X"
    assert sent(f"{HOME}/", {"click_id": "X"}, "a&b") == f"{HOME}/?a%26b=X"


def test_without_a_click_id_nothing_is_added() -> None:
    assert sent(f"{HOME}/?clid=a", {"click_id": ""}) == f"{HOME}/?clid=a"


def test_unknown_macros_are_sent_literally_and_named_to_who_configures_them() -> None:
    goal = template(f"{HOME}/{{clickid}}?a={{sub6}}&b={{sub1}}&c={{clickid}}&{{x-y}}")
    assert goal.literal == ("clickid", "sub6")
    assert not goal.names_click
    sent_literally = f"{HOME}/%7Bclickid%7D?a=%7Bsub6%7D&b=&c=%7Bclickid%7D&%7Bx-y%7D"
    assert fill(goal, {"sub6": "a", "clickid": "b"}) == sent_literally


def test_a_location_too_long_for_the_road_goes_without_its_long_values() -> None:
    values = {"sub1": "\u00e9" * 250, "sub2": "short", "click_id": CLICK}
    text = f"{HOME}/?" + "&".join(["a={sub1}"] * 6 + ["b={sub2}"])
    assert sent(text, values) == f"{HOME}/?{'a=&' * 6}b=short&clid={CLICK}"
    assert parse_qsl(urlsplit(sent(f"{HOME}/?a={{sub1}}", values)).query)[0] == ("a", values["sub1"])


def test_no_location_is_longer_than_the_road_allows() -> None:
    text = f"https://shop.example:8443?{'{sub1}' * MOST_MACROS}"
    goal = template(text + "{" * (LONGEST_TEXT - len(text)))
    assert max(len(fill(goal, {"sub1": "/" * size, "click_id": CLICK})) for size in range(99)) <= LONGEST_LOCATION


HOSTS = frozenset({"shop.example", "127.0.0.1:8000", "shop.example:8443"})


@pytest.mark.parametrize(
    ("text", "location"),
    [
        ("https://shop.example/p?a=1#b", "https://shop.example/p?a=1&clid=X#b"),
        ("http://SHOP.example", "http://shop.example/?clid=X"),
        ("https://shop.example:443/", "https://shop.example/?clid=X"),
        ("https://shop.example:8443/", "https://shop.example:8443/?clid=X"),
        ("http://127.0.0.1:8000/p", "http://127.0.0.1:8000/p?clid=X"),
        ("https://shop.example/?clid=theirs", "https://shop.example/?clid=X"),
        ("https://shop.example/{sub1}?{click_id}", "https://shop.example/%7Bsub1%7D?%7Bclick_id%7D&clid=X"),
        ("https://shop.example/" + "{sub1}" * (MOST_MACROS + 1), f"{HOME}/{'%7Bsub1%7D' * (MOST_MACROS + 1)}?clid=X"),
    ],
)
def test_a_deep_link_to_a_listed_host_is_followed_literally(text: str, location: str) -> None:
    found = deep_link(text, HOSTS)
    assert found is not None
    assert fill(found, {"click_id": "X", "sub1": "no"}) == location


ELSEWHERE = """
https://evil.example/ https://a.shop.example/ https://shop.example.evil.example/ https://evilshop.example/ https://example/
https://shop.example:8444/ http://shop.example:443/ https://127.0.0.1/ https://127.0.0.1:80/ //shop.example/ /p
"""


@pytest.mark.parametrize("text", [*ELSEWHERE.split(), *HOSTILE, *(text for text, why in REFUSED if why != "macros")])
def test_a_deep_link_to_anywhere_else_is_not_followed(text: str) -> None:
    assert deep_link(text, HOSTS) is None


@given(near_misses() | st.text(st.characters(), max_size=40), hostile_values)
def test_a_deep_link_never_leads_to_a_host_that_is_not_listed(text: str, values: dict[str, str]) -> None:
    found = deep_link(text, HOSTS)
    if found is not None:
        assert ada_url.URL(text).host in HOSTS
        location = fill(found, values)
        check_arrival(location, found)
        assert ada_url.URL(location).host in HOSTS


def test_a_list_without_wildcards_is_not_read_as_one_with() -> None:
    assert deep_link("https://a.shop.example/", ["*.shop.example", "*", "", ".shop.example"]) is None
    assert deep_link("https://a.shop.example/", []) is None


@pytest.mark.parametrize(
    ("text", "entry"), [("Shop.Example", "shop.example"), ("127.0.0.1:8000", "127.0.0.1:8000"), ("A:443", "a:443")]
)
def test_an_entry_of_the_list_has_one_spelling(text: str, entry: str) -> None:
    assert host_entry(text) == entry
    assert deep_link(f"https://{text}/", [entry]) is not None


NO_ENTRIES = (
    "* *.shop.example https://shop.example shop.example/ shop.example: shop.example:x \u212a.example a@b.example"
)


@pytest.mark.parametrize("text", ["", *NO_ENTRIES.split()])
def test_an_entry_that_is_no_host_is_refused(text: str) -> None:
    with pytest.raises(BadDestination):
        host_entry(text)
