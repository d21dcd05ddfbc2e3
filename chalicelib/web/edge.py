"""The way from a path to its view, for the door that has no router of its own (HTTP API and function URL)."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from chalicelib import telemetry
from chalicelib.web import pages, tag
from chalicelib.web.message import NO_STORE, Request, Response

if TYPE_CHECKING:
    from chalicelib.web.call import Switchboard
    from chalicelib.web.impression import Impression
    from chalicelib.web.pixel import Pixel
    from chalicelib.web.postback import Postback
    from chalicelib.web.redirect import Redirect

READS: Final = ("GET", "HEAD")
WELL: Final = Response(200, b'{"status": "ok"}', {"Content-Type": "application/json", "Cache-Control": NO_STORE})


@dataclass(eq=False, repr=False)
class Edge:
    """All views of the hot path behind one door. Each is made when first asked, so a click waits for its own only."""

    redirect: Callable[[], "Redirect"]
    pixel: Callable[[], "Pixel"]
    postback: Callable[[], "Postback"]
    impression: Callable[[], "Impression"]
    call: Callable[[], "Switchboard"]

    def answer(self, request: Request, now_ms: int) -> Response:
        """Answer by the path; 404 for a path that leads nowhere, 405 for a method that a path does not know."""
        method = request.method
        match request.path.split("/")[1:]:
            case ["c", slug]:
                return self.redirect().follow(request, slug, now_ms) if method in READS else _not_allowed("GET, HEAD")
            case ["i", file]:
                return self.impression().show(request, file, now_ms)
            case ["p.gif"]:
                return self.pixel().show(request, now_ms)
            case ["p"]:
                return self.pixel().listen(request, now_ms)
            case ["postback"]:
                known = method in ("GET", "POST")
                return self.postback().hear(request, now_ms) if known else _not_allowed("GET, POST")
            case ["call"]:
                return self.call().hear(request, now_ms) if method == "POST" else _not_allowed("POST")
            case ["tag.js"]:
                return tag.script() if method in READS else _not_allowed("GET, HEAD")
            case ["healthz"]:
                return WELL
        telemetry.line("unknown_path", code=404)
        return pages.not_found()


def _not_allowed(methods: str) -> Response:
    telemetry.line("method_not_allowed", code=405)
    return Response(405, b"", {"Allow": methods, "Cache-Control": NO_STORE})
