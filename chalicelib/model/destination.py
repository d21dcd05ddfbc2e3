"""Where a visitor is sent: a destination is checked once, when it is configured, and filled on each click.

The checks are stricter than any URL parser, on purpose: wherever two parsers could read a text differently, the text is
refused. What is left means the same to every browser, so the host that was approved is the host a visitor reaches
(https://url.spec.whatwg.org/), whatever values are filled in later. Everything that leaves here is printable ASCII
without spaces: it is a `Location` header as it stands.
"""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Literal, get_args
from urllib.parse import quote, unquote_plus

Reason = Literal[
    "length",  # more than LONGEST_TEXT characters
    "characters",  # anything but printable ASCII, or a backslash
    "scheme",  # neither http nor https
    "slashes",  # not exactly two slashes between scheme and host
    "userinfo",  # a name or password before the host
    "macro_in_host",  # a brace in host or port
    "host",  # no host, or one that parsers read differently
    "port",  # not a plain number from 1 to 65535
    "path",  # a dot segment, or one that a value could turn into a dot segment
    "escape",  # a percent sign that starts no escape
    "macros",  # more than MOST_MACROS macros
]
REASONS: tuple[Reason, ...] = get_args(Reason)

MACROS = (
    *("click_id", "sub1", "sub2", "sub3", "sub4", "sub5"),
    *("affiliate_id", "campaign_id", "advertiser_id", "link_id", "slug"),
)

LONGEST_TEXT = 2_048
MOST_MACROS = 20
# CDNs and web servers commonly refuse a URL over 8 KB, API Gateway an answer with more than 10,240 bytes of headers.
LONGEST_LOCATION = 8_000
# What a value may take when the whole is too long: every id of ours fits in it, and with MOST_MACROS such values even a
# text of LONGEST_TEXT braces, each of which becomes three characters, fits in LONGEST_LOCATION.
LONGEST_SPARE = 100

Slot = tuple[str, bool, str]  # a macro, whether it stands in the path, and the literal text after it
Pieces = tuple[str, tuple[Slot, ...]]  # the literal text before the first macro, then the slots

_PORTS = {"http": 80, "https": 443}
_PRINTABLE = re.compile(r"[!-\[\]-~]*")
_REST = re.compile(r"//([^/?#]+)([^?#]*)(\?[^#]*)?(#.*)?")
# A-Z is spelt out because IGNORECASE also lets the Kelvin sign and the long s pass as k and s.
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_HOST = re.compile(rf"{_LABEL}(?:\.{_LABEL})*")
# A browser reads a host whose last label looks like a number as an IPv4 address: 127.1, 0x7f.1, 2130706433.
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
_OCTET = r"(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])"
_ADDRESS = re.compile(rf"{_OCTET}(?:\.{_OCTET}){{3}}")
_PORT = re.compile(r"[1-9][0-9]{0,4}")
_MACRO = re.compile(rf"\{{({'|'.join(MACROS)})\}}")
_NO_MACRO = re.compile(r"((?!))")  # matches nothing: splits a text into itself
_BRACED = re.compile(r"\{([A-Za-z0-9_]+)\}")
_LONE_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
# No segment may be a dot segment now, nor may a value make it one. %2e is a dot to a browser, so encoding the dots of a
# value would not help: a piece of text beside a macro must hold more than dots, and then no value can matter. A segment
# of macros alone is looked after when it is filled.
_DOT_SEGMENT = re.compile(r"[/}](?:\.|%2[Ee]){1,2}(?:[/{]|\Z)")
# Printable, but no part of a URL by RFC 3986: some clients encode these and some refuse them.
_ENCODED = str.maketrans({character: f"%{ord(character):02X}" for character in '"<>^`{|}'})
_PLAIN = re.compile(r"[A-Za-z0-9_~-][A-Za-z0-9_.~-]*")
_CLIMB = re.compile(r"(?:\A|[/\\])\.{1,2}(?:\Z|[/\\])")


class BadDestination(ValueError):
    """A text that is no destination; `reason` is one of REASONS."""

    def __init__(self, reason: Reason, text: str) -> None:
        super().__init__(f"{reason}: {text[:100]!a}")
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Template:
    """A checked destination, ready to be filled.

    `host` is lower case and exactly what a browser's `URL.hostname` says. `literal` lists words in braces that are no
    macros: they are sent as they stand, and whoever configures the destination should be told. `names` are the decoded
    names of the query's parameters; `loose` says that a macro may add to them.
    """

    scheme: str
    host: str
    port: int
    names_click: bool
    literal: tuple[str, ...]
    body: Pieces
    fragment: Pieces
    names: frozenset[str]
    loose: bool


def template(text: str) -> Template:
    """The destination that a network stores for a link, a campaign or a fallback. Raises BadDestination."""
    return _template(text, _MACRO)


def fill(template: Template, values: Mapping[str, str], parameter: str = "clid") -> str:
    """The address to send this visitor to; `values` are keyed by macro, and a missing one is empty.

    Unless the destination names {click_id} itself, `parameter` carries it, in the place of any parameter of that name:
    shops differ in which of two they read. Without a click id nothing is added. No text in `values` makes it raise.
    """
    location = _filled(template, values, parameter)
    if len(location) > LONGEST_LOCATION:
        # The visitor arrives without the long sub ids (the click keeps them) rather than at an error page.
        short = {name: value for name, value in values.items() if len(_encoded(value, in_path=False)) <= LONGEST_SPARE}
        location = _filled(template, short, parameter)
    return location


def deep_link(text: str, hosts: Collection[str]) -> Template | None:
    """The page that a visitor's own link asks for, if its host is on the campaign's list, else None. Never raises.

    Entries are what `host_entry` returns, without wildcards: a subdomain is often someone else's. An entry without a
    port stands for the scheme's own port only. Braces are literal: a stranger's text names no macros.
    """
    try:
        found = _template(text, _NO_MACRO)
    except BadDestination:
        return None
    at_home = found.port == _PORTS[found.scheme]
    return found if (at_home and found.host in hosts) or f"{found.host}:{found.port}" in hosts else None


def host_entry(text: str) -> str:
    """An entry for a campaign's list of deep-link hosts, in the spelling that is compared. Raises BadDestination."""
    name, colon, port = text.partition(":")
    return _host(name) + (f":{_port(port)}" if colon else "")


def _template(text: str, macro: re.Pattern[str]) -> Template:
    scheme, rest = _scheme(text)
    found = _REST.fullmatch(rest)
    if not found:
        raise BadDestination("slashes", text)
    authority, path, query, fragment = found.groups(default="")
    host, port = _authority(authority, _PORTS[scheme])
    if _DOT_SEGMENT.search(path):
        raise BadDestination("path", text)
    if _LONE_PERCENT.search(rest):
        # `%` before a macro would let a value finish the escape: %{sub1} filled with 0d, or %2{sub1} with e.
        raise BadDestination("escape", text)
    macros = macro.findall(rest)
    if len(macros) > MOST_MACROS:
        raise BadDestination("macros", text)
    home = f"{scheme}://{host}" + ("" if port == _PORTS[scheme] else f":{port}")
    names = [pair.partition("=")[0] for pair in query[1:].split("&")]
    return Template(
        scheme=scheme,
        host=host,
        port=port,
        names_click="click_id" in macros,
        # Unlike in an outgoing postback, an unknown macro is no error: shops have addresses with braces of their own,
        # and after a slip of the pen ({clickid}) the click id is appended as to any text that does not name it.
        literal=tuple(dict.fromkeys(_BRACED.findall(macro.sub(" ", rest)))),
        body=_pieces(home, path or "/", query, macro),
        fragment=_pieces("", "", fragment, macro),
        names=frozenset(unquote_plus(name) for name in names if name),
        loose=any(map(macro.search, names)),
    )


def _scheme(text: str) -> tuple[str, str]:
    if len(text) > LONGEST_TEXT:
        raise BadDestination("length", text)
    if not _PRINTABLE.fullmatch(text):
        # A browser would percent-encode other letters, but it drops tabs and line ends, turns a backslash into a slash,
        # and what truncates characters to bytes makes CR and LF of U+010D and U+010A. Address bars copy pure ASCII.
        raise BadDestination("characters", text)
    scheme, colon, rest = text.partition(":")
    if not colon or scheme.lower() not in _PORTS:
        raise BadDestination("scheme", text)
    return scheme.lower(), rest


def _authority(authority: str, home: int) -> tuple[str, int]:
    if "@" in authority:
        raise BadDestination("userinfo", authority)
    if "{" in authority or "}" in authority:
        raise BadDestination("macro_in_host", authority)
    name, colon, port = authority.partition(":")
    return _host(name), _port(port) if colon else home


def _host(text: str) -> str:
    """The host in lower case, or BadDestination.

    Not accepted, though browsers do: IPv6 literals, underscores and a final dot (other parsers disagree), escapes and
    letters beyond ASCII (an international name is given in its xn-- form).
    """
    name = text.lower()
    if len(text) > 253 or not _HOST.fullmatch(text):
        raise BadDestination("host", text)
    labels = name.split(".")
    if _NUMBER.fullmatch(labels[-1]) and not _ADDRESS.fullmatch(name):
        raise BadDestination("host", text)
    if not all(_means_letters(label) for label in labels if label.startswith("xn--")):
        raise BadDestination("host", text)
    return name


def _means_letters(label: str) -> bool:
    """Whether an xn-- label spells letters, marks and digits in their canonical form.

    Chromium passes any such label on unread, older parsers refuse a malformed one. Browsers take symbols, too, but
    registries do not. Sharp s and final sigma are valid names (straße.de) although case folding changes them.
    """
    from unicodedata import category, normalize  # rarely needed: not for every cold start to load

    encoded = label.removeprefix("xn--")
    try:
        word = encoded.encode("ascii").decode("punycode")
    except UnicodeError:
        return False
    if not word or {category(letter) for letter in word} - {"Ll", "Lo", "Lm", "Mn", "Mc", "Nd"}:
        return False
    folded = word.replace("ß", "").replace("ς", "")
    return (
        category(word[0])[0] != "M"
        and normalize("NFC", word) == word
        and normalize("NFKC", folded.casefold()) == normalize("NFC", folded)
        and word.encode("punycode").decode("ascii") == encoded
    )


def _port(text: str) -> int:
    if not _PORT.fullmatch(text) or int(text) > 65_535:
        raise BadDestination("port", text)
    return int(text)


def _pieces(home: str, path: str, rest: str, macro: re.Pattern[str]) -> Pieces:
    parts = macro.split(path + rest)
    literals = [part.translate(_ENCODED) for part in parts[::2]]
    in_path = len(macro.findall(path))
    slots = zip(parts[1::2], literals[1:], strict=True)
    return home + literals[0], tuple((word, nth < in_path, literal) for nth, (word, literal) in enumerate(slots))


def _filled(template: Template, values: Mapping[str, str], parameter: str) -> str:
    location = _joined(template.body, values)
    if not template.names_click and (click_id := values.get("click_id")):
        head, _, query = location.partition("?")
        if template.loose or parameter in template.names:
            query = "&".join(pair for pair in query.split("&") if unquote_plus(pair.partition("=")[0]) != parameter)
        joint = "&" if query and query[-1] != "&" else ""
        location = f"{head}?{query}{joint}{_encoded(parameter, in_path=False)}={_encoded(click_id, in_path=False)}"
    return location + _joined(template.fragment, values)


def _joined(pieces: Pieces, values: Mapping[str, str]) -> str:
    text, slots = pieces
    for name, in_path, literal in slots:
        text += _encoded(values.get(name, ""), in_path) + literal
    return text


def _encoded(value: str, in_path: bool) -> str:
    """The value with all but unreserved characters percent-encoded, so that it cannot leave its component.

    In a path a value with a dot segment is dropped: a browser reads it even when encoded, and a server may after
    decoding %2F. A lone surrogate becomes a question mark.
    """
    if _PLAIN.fullmatch(value):
        return value
    if in_path and _CLIMB.search(value):
        return ""
    return quote(value, safe="", errors="replace")
