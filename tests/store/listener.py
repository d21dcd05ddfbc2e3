"""A server that fails as it is told to, for the tests of the two clients.

`Listener` does to each request what the next act of its script says; the last act stays for all that follow.
"""

import json
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from chalicelib.store.wire import Dial

Act = Callable[[socket.socket, threading.Event], bool]


def answer(body: str, status: str = "200 OK", head: str = "", version: str = "HTTP/1.1") -> bytes:
    text = body.encode()
    return f"{version} {status}\r\nContent-Length: {len(text)}\r\n{head}\r\n".encode() + text


def failing(code: str, status: str = "400 Bad Request", **more: object) -> bytes:
    return answer(json.dumps({"__type": f"com.amazonaws.dynamodb.v20120810#{code}", "message": "why"} | more), status)


OK = answer("{}", head="x-amzn-RequestId: 1\r\n")
THROTTLED = failing("ProvisionedThroughputExceededException")


def saying(raw: bytes, keep: bool = True, size: int = 0, every: float = 0.0) -> Act:
    """Send this, whole or in pieces with a pause before each, and keep the connection open or not."""

    def act(connection: socket.socket, over: threading.Event) -> bool:
        for start in range(0, len(raw), size or len(raw) or 1):
            if over.wait(every):
                return False
            connection.sendall(raw[start : start + (size or len(raw))])
        return keep

    return act


SILENCE = saying(b" ", every=60)
HANG_UP = saying(b"", keep=False)


class Listener:
    """A server on 127.0.0.1. `requests` is what it read, `connections` how often it was called up."""

    def __init__(self, *script: bytes | Act, tls: ssl.SSLContext | None = None) -> None:
        self.script = [saying(act) if isinstance(act, bytes) else act for act in script]
        self.requests: list[bytes] = []
        self.connections = 0
        self._tls = tls
        self._over = threading.Event()
        self._door = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._door.getsockname()[1]
        self.endpoint = f"http://127.0.0.1:{self.port}"
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        self._over.set()
        self._door.close()

    def _accept(self) -> None:
        while not self._over.is_set():
            try:
                connection, _ = self._door.accept()
            except OSError:  # the door was closed
                return
            self.connections += 1
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, plain: socket.socket) -> None:
        with plain:
            try:
                connection = self._tls.wrap_socket(plain, server_side=True) if self._tls else plain
                while request := self._request(connection):
                    self.requests.append(request)
                    act = self.script.pop(0) if len(self.script) > 1 else self.script[0]
                    if not act(connection, self._over):
                        return
            except OSError:  # the client has gone
                return

    @staticmethod
    def _request(connection: socket.socket) -> bytes:
        data = b""
        while piece := connection.recv(65536):
            data += piece
            head, mark, body = data.partition(b"\r\n\r\n")
            if mark and len(body) >= int(headers(head).get("content-length", 0)):
                return data
        return b""


@contextmanager
def listening(*script: bytes | Act, tls: ssl.SSLContext | None = None) -> Iterator[Listener]:
    listener = Listener(*script, tls=tls)
    try:
        yield listener
    finally:
        listener.close()


def noting(dialled: list[socket.socket]) -> Dial:
    """Dials as usual, and notes the connection."""

    def dial(address: tuple[str, int], seconds: float) -> socket.socket:
        dialled.append(socket.create_connection(address, seconds))
        return dialled[-1]

    return dial


@contextmanager
def in_time(deadline: float) -> Iterator[None]:
    """What happens inside uses its time and ends soon after: the servers of these tests would hold it far longer."""
    begun = time.monotonic()
    yield
    assert 0.9 * deadline < time.monotonic() - begun < deadline + 3


def headers(request: bytes) -> dict[str, str]:
    """Header lines of a request, names in small letters."""
    lines = request.partition(b"\r\n\r\n")[0].decode().split("\r\n")[1:]
    return {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}


def certificate(folder: Path) -> Path:
    """A certificate of 127.0.0.1, which only those trust who are told to, and its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), 1, now - timedelta(1), now + timedelta(1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(IPv4Address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    secret = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    file = folder / "certificate.pem"
    file.write_bytes(made.public_bytes(pem) + secret)
    return file
