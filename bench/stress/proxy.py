"""A process between the workers and the local AWS that throttles some calls and loses the answers of others.

Not microburst, which can do both: with its rules it let through less than half of what the local AWS takes here, it
cannot be given a seed, and does not say how often it did what.
"""

import json
import socketserver
import subprocess
import sys
import threading
from dataclasses import dataclass
from random import Random
from socket import IPPROTO_TCP, TCP_NODELAY, create_connection, socket
from typing import Final, Protocol
from urllib.parse import urlsplit

from infra.emulator import ROOT

THROTTLED: Final = {
    "DynamoDB": "com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException",
    "AmazonSQS": "com.amazonaws.sqs#RequestThrottled",
}
"""How each service says that it is too much, by the beginning of the request's target."""


@dataclass(frozen=True, slots=True)
class Odds:
    """Of each call: the chance to be throttled, and the chance that its answer is lost after it was carried out."""

    throttled: float
    lost: float
    seed: int


class Proxy:
    """The process, as its starter sees it. At its end `counts` holds `calls`, `throttles` and `lost_answers`."""

    def __init__(self, upstream: str, odds: Odds) -> None:
        words = [upstream, str(odds.throttled), str(odds.lost), str(odds.seed)]
        self._process = subprocess.Popen(
            [sys.executable, "-m", __name__, *words],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,  # a Ctrl-C is for whoever started it
        )
        assert self._process.stdout is not None
        self.counts: dict[str, int] = {}
        self.endpoint = f"http://127.0.0.1:{int(self._process.stdout.readline())}"

    def __enter__(self) -> "Proxy":
        return self

    def __exit__(self, *raised: object) -> None:
        """End it, and get its counts."""
        told, _ = self._process.communicate()
        self.counts = json.loads(told)


class _Stream(Protocol):
    """What both sides of a connection can do."""

    def readline(self) -> bytes: ...

    def read(self, size: int, /) -> bytes: ...


class _Server(socketserver.ThreadingTCPServer):
    """Hands each connection to a thread, and counts."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self, upstream: tuple[str, int], odds: Odds) -> None:
        super().__init__(("127.0.0.1", 0), _Connection)
        self.upstream = upstream
        self._odds, self._dice, self._lock = odds, Random(odds.seed), threading.Lock()
        self.counts = {"calls": 0, "throttles": 0, "lost_answers": 0}

    def fate(self) -> str:
        """What becomes of the next call: '', or what is counted of it."""
        with self._lock:
            thrown = self._dice.random()
            self.counts["calls"] += 1
            found = "throttles" if thrown < self._odds.throttled else ""
            if not found and thrown < self._odds.throttled + self._odds.lost:
                found = "lost_answers"
            if found:
                self.counts[found] += 1
            return found


class _Connection(socketserver.StreamRequestHandler):
    """One kept connection of a worker, with one of its own to the service."""

    server: _Server
    disable_nagle_algorithm = True

    def handle(self) -> None:
        with create_connection(self.server.upstream) as upstream, upstream.makefile("rb") as answers:
            upstream.setsockopt(IPPROTO_TCP, TCP_NODELAY, 1)
            try:
                self._serve(upstream, answers)
            except ConnectionError:
                return  # the worker was killed

    def _serve(self, upstream: socket, answers: _Stream) -> None:
        while request := _message(self.rfile):
            fate = self.server.fate()
            if fate == "throttles":
                self.connection.sendall(_refusal(request))
                continue
            upstream.sendall(request)
            answer = _message(answers)
            if fate == "lost_answers":
                return  # the service has acted; its answer goes down with the connection
            self.connection.sendall(answer)


def _message(stream: _Stream) -> bytes:
    """A whole request or answer; b'' at the end. Both sides say how long theirs are."""
    head, length = b"", 0
    while (line := stream.readline()) not in (b"\r\n", b""):
        head += line
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            length = int(value)
    return head + line + stream.read(length) if line else b""


def _refusal(request: bytes) -> bytes:
    target = request.lower().partition(b"x-amz-target:")[2].lstrip()
    [code] = [code for service, code in THROTTLED.items() if target.startswith(service.lower().encode())]
    body = json.dumps({"__type": code, "message": "Slow down"}).encode()
    head = (
        f"HTTP/1.1 400 Bad Request\r\nContent-Type: application/x-amz-json-1.0\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def main() -> None:
    """Serve until standard input ends, then tell the counts."""
    upstream, throttled, lost, seed = sys.argv[1:]
    url = urlsplit(upstream)
    with _Server((url.hostname or "", url.port or 80), Odds(float(throttled), float(lost), int(seed))) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        print(server.server_address[1], flush=True)
        sys.stdin.read()
        print(json.dumps(server.counts), flush=True)
        server.shutdown()


if __name__ == "__main__":
    main()
