"""A small DynamoDB stand-in in a process of its own, so that its work is nobody else's CPU.

It keeps items by their keys, knows the operations of the hot path and the one condition it uses, and remembers what it
was asked. It checks nothing that a real service checks: how the program behaves is tested on moto and ministack.
"""

import http.client
import json
import socketserver
import subprocess
import sys
import threading
from collections import defaultdict, deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from zlib import crc32

ROOT: Final = Path(__file__).parents[1]
HOST: Final = "127.0.0.1"
REMEMBERED: Final = 1000

Item = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Call:
    """One call that it was sent, and its answer."""

    operation: str
    body: dict[str, Any]
    status: int
    answer: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Stub:
    """A running stand-in."""

    port: int

    @property
    def endpoint(self) -> str:
        """What AWS_ENDPOINT_URL has to be to speak to it."""
        return f"http://{HOST}:{self.port}"

    def seen(self) -> list[Call]:
        """The calls since the last look, at most REMEMBERED."""
        connection = http.client.HTTPConnection(HOST, self.port, timeout=10)
        connection.request("POST", "/", "{}", {"X-Amz-Target": "Bench.Seen"})
        told = json.loads(connection.getresponse().read())
        connection.close()
        return [Call(*one) for one in told["calls"]]


@contextmanager
def running() -> Iterator[Stub]:
    """A stand-in for the length of a `with` block."""
    command = [sys.executable, "-m", "bench.stub"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        if process.stdout is None:
            raise AssertionError("the stand-in has no output")
        try:
            yield Stub(int(process.stdout.readline()))
        finally:
            process.terminate()


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    request_queue_size = 64

    def __init__(self) -> None:
        super().__init__((HOST, 0), _Connection)
        self.collections: dict[tuple[str, str], dict[str, Item]] = defaultdict(dict)
        self.calls: deque[tuple[str, dict[str, Any], int, dict[str, Any]]] = deque(maxlen=REMEMBERED)
        self.lock = threading.Lock()

    def handle_error(self, *_: object) -> None:
        """A function that was ended lets its connection drop."""

    def answer(self, operation: str, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        with self.lock:
            if operation == "Seen":
                told = list(self.calls)
                self.calls.clear()
                return 200, {"calls": told}
            status, answer = self._answer(operation, body)
            self.calls.append((operation, body, status, answer))
            return status, answer

    def _answer(self, operation: str, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        match operation:
            case "PutItem":
                collection, sk = self._place(body["TableName"], body["Item"])
                if sk in collection and body.get("ConditionExpression", "").startswith("attribute_not_exists"):
                    return 400, {"__type": "ConditionalCheckFailedException", "Item": collection[sk]}
                collection[sk] = body["Item"]
                return 200, {}
            case "GetItem":
                collection, sk = self._place(body["TableName"], body["Key"])
                return 200, {"Item": collection[sk]} if sk in collection else {}
            case "Query":
                # The collection first, then what its sort keys lie between, if anything.
                value, *between = (value["S"] for value in body["ExpressionAttributeValues"].values())
                collection = self.collections[body["TableName"], value]
                low, high = between or ("", "\uffff")
                return 200, {"Items": [collection[sk] for sk in sorted(collection) if low <= sk <= high]}
        return 400, {"__type": "UnknownOperationException", "message": operation}

    def _place(self, table: str, key: Item) -> tuple[dict[str, Item], str]:
        """The collection that a key belongs to, and its place there."""
        return self.collections[table, key["pk"]["S"]], key["sk"]["S"]


class _Connection(socketserver.StreamRequestHandler):
    """Requests of one connection, read as plainly as can be."""

    disable_nagle_algorithm = True
    server: _Server

    def handle(self) -> None:
        while self.rfile.readline():
            headers = {}
            while line := self.rfile.readline().strip():
                name, _, value = line.partition(b":")
                headers[name.lower()] = value.strip()
            body = json.loads(self.rfile.read(int(headers[b"content-length"])))
            operation = headers[b"x-amz-target"].decode().rpartition(".")[2]
            status, answer = self.server.answer(operation, body)
            text = json.dumps(answer, separators=(",", ":")).encode()
            # The header lines that DynamoDB sends: reading them is part of what a client costs.
            head = (
                f"HTTP/1.1 {status} OK\r\nServer: Server\r\nDate: Tue, 24 Nov 2026 06:30:00 GMT\r\n"
                f"Content-Type: application/x-amz-json-1.0\r\nContent-Length: {len(text)}\r\nConnection: keep-alive\r\n"
                f"x-amzn-RequestId: 7LKI4V8F0J1M6T1Q3GSD5G9A2BVV4KQNSO5AEMVJF66Q9ASUAAJG\r\n"
                f"x-amz-crc32: {crc32(text)}\r\n\r\n"
            )
            self.wfile.write(head.encode() + text)


def main() -> None:
    """Serve until told to end; the port is the first line said."""
    with _Server() as server:
        print(server.server_address[1], flush=True)
        server.serve_forever()


if __name__ == "__main__":
    main()
