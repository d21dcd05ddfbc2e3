"""Web sites for a browser to visit: each listens on 127.0.0.1, answers from a table and remembers what it was asked."""

import base64
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from types import TracebackType
from typing import Self
from urllib.parse import parse_qsl, urlsplit

TAG = Path(__file__).parents[2] / "chalicelib" / "web" / "tag.js"
GIF = base64.b64decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7")
PATIENCE_SECONDS = 10.0
SETTLE_SECONDS = 0.1
"""How long nothing more may arrive, once what was expected has; a report to this machine takes a few milliseconds."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a site says to a request for one path."""

    body: bytes = b""
    content_type: str = "text/html; charset=utf-8"
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Asked:
    """One request as it arrived."""

    method: str
    path: str
    query: str
    body: str
    headers: Mapping[str, str]

    @property
    def fields(self) -> dict[str, str]:
        """The parameters of the body, or of the query where there is none."""
        return dict(parse_qsl(self.body or self.query, keep_blank_values=True, strict_parsing=True))


class Site:
    """One origin, http://<name>.localhost:<port>, from its construction on until `close()`.

    Chromium takes every *.localhost for this machine, and two names for two sites, as with a network and a shop.
    """

    def __init__(self, name: str) -> None:
        self.answers: dict[str, Answer] = {}
        self.received: list[Asked] = []
        self._server = _Server(("127.0.0.1", 0), _Request)
        self._server.site = self
        self.port = int(self._server.server_address[1])
        self.host = f"{name}.localhost:{self.port}"
        self.origin = f"http://{self.host}"
        self._thread = Thread(target=self._server.serve_forever, args=(0.02,), name=name, daemon=True)
        self._thread.start()

    def put(self, path: str, page: str, headers: Mapping[str, str] | None = None) -> str:
        """Serve an HTML page under a path; its address."""
        self.answers[path] = Answer(page.encode("utf-8"), headers=headers or {})
        return self.origin + path

    def close(self) -> None:
        """Stop answering and give the port back."""
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class Tracker(Site):
    """A tracking origin that serves the real tag and records what is reported to it."""

    def __init__(self, name: str = "go") -> None:
        super().__init__(name)
        self.serve_tag("/tag.js")
        self.answers["/p"] = Answer(status=204)
        self.answers["/p.gif"] = Answer(GIF, "image/gif")
        self.answers["/postback"] = Answer(b'{"status": "accepted", "state": "approved"}', "application/json")

    @property
    def tag(self) -> str:
        """The script element that loads the tag while the page is parsed."""
        return f'<script src="{self.origin}/tag.js"></script>'

    def serve_tag(self, path: str) -> str:
        """Serve the tag under a path of one's own; its address."""
        self.answers[path] = Answer(TAG.read_bytes(), "application/javascript; charset=utf-8")
        return self.origin + path

    def claims(self, count: int) -> list[Asked]:
        """What browsers have reported, once it is as many as expected; fewer or more is an AssertionError."""
        return self._arrived(count, ("/p", "/p.gif"))

    def postbacks(self, count: int) -> list[Asked]:
        """What servers have reported, once it is as many as expected."""
        return self._arrived(count, ("/postback",))

    def _arrived(self, count: int, paths: tuple[str, ...]) -> list[Asked]:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while len(self._asked(paths)) < count and time.monotonic() < deadline:
            time.sleep(0.01)
        time.sleep(SETTLE_SECONDS)
        found = self._asked(paths)
        assert len(found) == count, f"{len(found)} reports instead of {count}: {found}"
        return found

    def _asked(self, paths: tuple[str, ...]) -> list[Asked]:
        return [asked for asked in self.received if asked.path in paths]


class _Server(ThreadingHTTPServer):
    site: Site
    daemon_threads = True


class _Request(BaseHTTPRequestHandler):
    server: _Server
    timeout = PATIENCE_SECONDS

    def do_GET(self) -> None:
        self._answer("")

    def do_POST(self) -> None:
        self._answer(self.rfile.read(int(self.headers.get("Content-Length", "0"))).decode("utf-8"))

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing; a failed test shows what was received."""

    def _answer(self, body: str) -> None:
        address = urlsplit(self.path)
        site = self.server.site
        headers = {name.lower(): value for name, value in self.headers.items()}
        site.received.append(Asked(self.command, address.path, address.query, body, headers))
        answer = site.answers.get(address.path, Answer(status=404))
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        if answer.status != 204:
            self.send_header("Content-Type", answer.content_type)
            self.send_header("Content-Length", str(len(answer.body)))
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        self.wfile.write(answer.body)
