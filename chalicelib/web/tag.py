"""The tag: one small script, the same for everybody, cached by browsers for an hour."""

from functools import lru_cache
from typing import Final

from chalicelib.web.message import Response

HEADERS: Final = {
    "Content-Type": "text/javascript; charset=utf-8",
    "Cache-Control": "public, max-age=3600",
    "Cross-Origin-Resource-Policy": "cross-origin",
}


@lru_cache(maxsize=1)
def script() -> Response:
    """GET /tag.js."""
    from pathlib import Path  # takes a millisecond that a click does not need

    return Response(200, Path(__file__).with_name("tag.js").read_bytes(), HEADERS)
