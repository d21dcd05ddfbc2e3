"""What a user agent says of itself: a browser, or a robot, and of which sort.

Two passes, as the IAB advises: an agent must not carry a robot's mark, and it must look like a known browser. Marks
are general (an address to complain to, a word such as `crawl`, a program's library), and names that well-kept lists
know (model.robots). A word that is part of a device's name, such as CUBOT, is no mark.

Everything is a search for fixed texts or one pass over the words: an agent of 256 characters made to be slow is not.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Final, Literal

from chalicelib.model import robots

Mark = Literal["", "bot", "scanner", "link_preview", "unknown_agent"]

REMEMBERED: Final = 4096
"""So many agents are remembered: a day's visits come from few different ones."""

_ADDRESSES: Final = ("http", "www.", "@", ".com", ".net", ".org", ".io", ".ai", ".edu", ".info")
_ADDRESS: Final = re.compile(
    r"https?:|\bwww\.|[a-z0-9._+-]@[a-z][a-z0-9-]*\.[a-z]{2}|[a-z-]\.(?:com|net|org|io|ai|edu|info)(?![a-z0-9.-])"
)
"""Where to complain: only robots give an address. Neither `com.example.app` nor `ios@9.2` is one."""

_ANYWHERE: Final = (
    *("crawl", "spider", "scrap", "slurp", "fetch", "headless", "externalhit", "lighthouse", "phantomjs"),
    *("selenium", "playwright", "puppeteer", "webdriver", "synthetic", "transcoder", "favicon", "indexer", "-google"),
)
"""Robots' words, wherever they stand."""

_BESIDE: Final = (
    *("bot", "scan", "preview", "monitor", "checker", "archive", "feed", "validat", "inspect", "capture", "proxy"),
    *("thumb", "snapshot", "screenshot", "uptime", "python", "perl", "ruby", "httpclient", "http-client", "audit"),
    *("measure", "diagnos", "verif", "analyz", "analys", "probe", "detect", "discover", "download", "extract"),
    *("survey", "insight", "advisor", "agent", "abuse", "contact", "optimi", "google-"),
)
"""Words that are a robot's unless they belong to a phone's name or to something innocent."""

_PHONE: Final = re.compile(r"(android[ /-]?[0-9.]*)[^()]*")
_INNOCENT: Final = re.compile(r"cubot|bot(?=[a-z]{2})|[a-z]bot(?=o)|camscanner|feedback")
_KNOWN: Final = r"msie|konqueror|u;|webpositive|windows|linux|iemobile|netfront|ibrowse|amiga|netpositive|abrowse"
_COMPATIBLE: Final = re.compile(rf"compatible; *(?!{_KNOWN})[^ ;)]")
"""`compatible; ` and a name that is no browser's."""

_LIKE: Final = re.compile(r"like gecko[,;] ?(?!safari|hevc)[a-z]")
"""A name put where an engine says what it is like."""

_BARE: Final = re.compile(r" (?:safari|firefox)/[0-9.]+ (?!lbbrowser|mrchrome|smart-tv|steamdeck)[a-z-]+$")
_COMPUTERS: Final = ("mozilla/5.0 (windows nt", "mozilla/5.0 (macintosh", "mozilla/5.0 (x11")
"""On these a browser that is known puts its version behind its name, also where that comes last."""

_ENGINES: Final = (
    *("applewebkit", "gecko/", "khtml", "trident/", "presto", "msie ", "firefox/", "opera mini", "goanna"),
    *("netfront", "up.browser", "ucweb", "midp-", "hbbtv", "obigo", "openwave", "blackberry", "jasmine/"),
)
"""What draws a page, in browsers of computers, phones and television sets."""

_DEVICES: Final = (
    *("(linux; android ", "(linux; u; android ", "like mac os x", "windows phone", "smart-tv", "playstation", "palmos"),
    *("meego", "roku;", "brew/", " gecko "),
)
"""What a `Mozilla/` that does not name its engine may run on."""

_WORD: Final = re.compile(r"[a-z0-9]+")
_KEY: Final = 5
"""Names are looked up by so much of their first word."""
_WHOLE: Final = 7
"""A name shorter than this must be a whole word."""

FIRST: Final = "^"
"""Before a name that says something only where an agent begins with it."""

Table = Mapping[str, Sequence[tuple[str, str, Mark]]]
"""Names, each as it was given and as it is looked for, by the beginning of their first word."""


@lru_cache(REMEMBERED)
def mark(agent: str) -> Mark:
    """'' for what looks like a person's browser, else what it is; no agent at all is `unknown_agent`."""
    return fresh(agent)


def fresh(agent: str) -> Mark:
    """What `mark` says, without a memory."""
    return judged(agent, _TABLE)


def judged(agent: str, names: Table) -> Mark:
    """What `mark` says where other `names` are known."""
    text = agent.lower()
    if known := _named(text, names):
        return known
    if general(text):
        return "bot"
    return "" if _is_browser(text) else "unknown_agent"


def general(text: str) -> bool:
    """Whether an agent in small letters carries a general mark of robots."""
    if _has(text, _ADDRESSES) and _ADDRESS.search(text):
        return True
    if _has(text, _ANYWHERE) or _LIKE.search(text) or ("compatible;" in text and _COMPATIBLE.search(text)):
        return True
    return _has(text, _BESIDE) and _has(_INNOCENT.sub(" ", _PHONE.sub(r"\1", text)), _BESIDE)


def table(names: Mapping[str, Mark]) -> Table:
    """Names that begin with a word in small letters, with what they are the names of, made ready to be looked up."""
    made: dict[str, list[tuple[str, str, Mark]]] = {}
    for name, kind in names.items():
        text = name.removeprefix(FIRST)
        made.setdefault(_WORD.findall(text)[0][:_KEY], []).append((name, text, kind))
    return made


def found(text: str, names: Table) -> Iterator[tuple[str, Mark]]:
    """The names that an agent in small letters carries at the beginning of a word, and what they are names of."""
    for word in _WORD.finditer(text):
        start = word.start()
        for name, wanted, kind in names.get(word[0][:_KEY], ()):
            is_here = text.startswith(wanted, start) and (start == 0 or not name.startswith(FIRST))
            if is_here and (len(wanted) >= _WHOLE or word.end() <= start + len(wanted)):
                yield name, kind


def _is_browser(text: str) -> bool:
    if text.startswith(_COMPUTERS) and _BARE.search(text):
        return False
    return _has(text, _ENGINES) or (text.startswith("mozilla/") and _has(text, _DEVICES))


def _has(text: str, words: tuple[str, ...]) -> bool:
    # A plain loop: any() with a generator takes twice as long, and this is most of what a verdict costs.
    for word in words:  # noqa: SIM110
        if word in text:
            return True
    return False


def _named(text: str, names: Table) -> Mark:
    if names.keys().isdisjoint([word[:_KEY] for word in _WORD.findall(text)]):
        return ""
    return next((kind for _, kind in found(text, names)), "")


_TABLE: Final = table(robots.names())
