"""The few pages a visitor sees when a link leads nowhere."""

from typing import Final

from chalicelib.web.message import NO_STORE, Response

_PAGE: Final = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta name="robots" content="noindex"><title>{title}</title>
<style>body{{font:1.1rem/1.5 system-ui,sans-serif;max-width:34rem;margin:18vh auto;padding:0 1.5rem;color:#222}}
h1{{font-size:1.4rem}}@media(prefers-color-scheme:dark){{body{{background:#161616;color:#ddd}}}}</style></head>
<body><h1>{title}</h1><p>{text}</p></body></html>
"""


def not_found() -> Response:
    """404: no link has this address."""
    return _page(404, "This link does not exist", "Please check the address, or go back to where you found it.")


def gone() -> Response:
    """410: the campaign is paused or has ended, and has no fallback."""
    return _page(410, "This offer has ended", "The link was right, but what it led to is no longer on offer.")


def busy() -> Response:
    """503: the link cannot be looked up just now."""
    return _page(
        503, "One moment, please", "This link cannot be looked up just now. Please try again.", {"Retry-After": "2"}
    )


def _page(status: int, title: str, text: str, headers: dict[str, str] | None = None) -> Response:
    body = _PAGE.format(title=title, text=text).encode()
    plain = {"Content-Type": "text/html; charset=utf-8", "Cache-Control": NO_STORE, "X-Robots-Tag": "noindex"}
    return Response(status, body, plain | (headers or {}))
