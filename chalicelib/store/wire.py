"""A small signed client for DynamoDB and SQS on the standard library, for the road that a click takes.

AWS JSON 1.0 under Signature Version 4. HTTP is read here, since http.client takes as long to import as all of this and
more CPU with every call. After a lost answer the request is sent again: give it only writes that bear repeating.
"""

import json
import socket
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import lru_cache, reduce
from hashlib import sha256
from hmac import digest
from typing import Any
from urllib.parse import urlsplit

from chalicelib.store.errors import Unavailable, failure

TARGETS = {"dynamodb": "DynamoDB_20120810", "sqs": "AmazonSQS"}
Dial = Callable[[tuple[Any, int], float], socket.socket]  # the name in bytes: text loads a codec of 3 ms
_encoded = json.JSONEncoder(separators=(",", ":")).encode


@dataclass(frozen=True, slots=True)
class Credentials:
    """Who signs; a user's own keys have no token. What is secret stays out of the repr."""

    access_key: str
    secret_key: str = field(repr=False)
    session_token: str = field(default="", repr=False)


@dataclass(eq=False, repr=False)
class Wire:
    """One service in one region over one kept connection; one call at a time, so each thread needs its own."""

    service: str
    region: str
    credentials: Callable[[], Credentials]
    endpoint: str | None = None  # to be named where AWS goes by another domain: China, sovereign clouds
    deadline: float = 0.3  # seconds for a whole call: name lookup, TLS handshake and retry included
    now: Callable[[], float] = time.time  # seconds since 1970
    dial: Dial | None = None

    def __post_init__(self) -> None:
        url = urlsplit(self.endpoint or f"https://{self.service}.{self.region}.amazonaws.com")
        port = {"http": 80, "https": 443}[url.scheme]
        host = url.netloc.lower().removesuffix(f":{port}")
        self._address: tuple[Any, int] = (url.hostname or "").encode(), url.port or port
        self._head = f"content-type:application/x-amz-json-1.0\nhost:{host}\nx-amz-date:"
        self._dial = self.dial or (secured() if url.scheme == "https" else socket.create_connection)
        self._kept: socket.socket | None = None

    def call(self, operation: str, body: dict[str, Any], deadline: float | None = None) -> dict[str, Any]:
        """The service's answer to e.g. "PutItem". Tries twice at most; raises what `errors` names, in time."""
        end = time.monotonic() + (self.deadline if deadline is None else deadline)
        request = self.request(operation, _encoded(body).encode())
        try:
            return self._attempt(request, end)
        except Unavailable as first:
            # A service that answers wants patience; after a lost connection a new one can be tried at once.
            pause = 0.0 if isinstance(first.__cause__, OSError) else 0.02 + time.monotonic() % 0.04
            if time.monotonic() + pause >= end:
                raise
        time.sleep(pause)
        return self._attempt(request, end)

    def request(self, operation: str, payload: bytes) -> bytes:
        """The signed request as it goes out: the lines that are signed are the lines that are sent."""
        who = self.credentials()
        stamp = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(self.now()))
        token = f"x-amz-security-token:{who.session_token}\n" if who.session_token else ""
        names = f"content-type;host;x-amz-date;{'x-amz-security-token;' if token else ''}x-amz-target"
        lines = f"{self._head}{stamp}\n{token}x-amz-target:{TARGETS[self.service]}.{operation}\n"
        canonical = f"POST\n/\n\n{lines}\n{names}\n{sha256(payload).hexdigest()}"
        scope = f"{stamp[:8]}/{self.region}/{self.service}/aws4_request"
        text = f"AWS4-HMAC-SHA256\n{stamp}\n{scope}\n{sha256(canonical.encode()).hexdigest()}"
        signature = digest(_signing_key(who.secret_key, scope), text.encode(), "sha256").hex()
        lines += f"authorization:AWS4-HMAC-SHA256 Credential={who.access_key}/{scope}, SignedHeaders={names}, "
        lines += f"Signature={signature}\naccept-encoding:identity\ncontent-length:{len(payload)}\n\n"
        return b"POST / HTTP/1.1\r\n" + lines.replace("\n", "\r\n").encode() + payload

    def _attempt(self, request: bytes, end: float) -> dict[str, Any]:
        """One exchange. A connection is kept only after a whole answer: the rest of one would pass for the next."""
        connection, self._kept = self._kept, None
        try:
            if not connection:  # dialled in a thread of its own, because a name lookup heeds no timeout
                seconds = end - time.monotonic()
                connection = ThreadPoolExecutor(1).submit(self._dial, self._address, seconds).result(seconds)
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            connection.settimeout(end - time.monotonic())
            connection.sendall(request)
            status, answer, lasting = _read(connection, end)
            self._kept = connection if lasting else None
        except (OSError, ValueError, RecursionError) as lost:
            raise Unavailable(type(lost).__name__, str(lost)) from lost
        finally:
            if connection and not self._kept:
                connection.close()
        if not 200 <= status < 300:
            raise failure(status, answer)
        return answer


def secured(cafile: str | None = None) -> Dial:
    """How to dial under TLS. Clients should share it, since loading the certificates takes tens of milliseconds."""
    import ssl  # 20 ms that an endpoint without TLS does not need

    wrap = ssl.create_default_context(cafile=cafile).wrap_socket
    return lambda address, seconds: wrap(socket.create_connection(address, seconds), server_hostname=address[0])


@lru_cache(maxsize=4)
def _signing_key(secret: str, scope: str) -> bytes:
    """The key of one day, one region and one service, worked out once."""
    return reduce(lambda key, part: digest(key, part.encode(), "sha256"), scope.split("/"), f"AWS4{secret}".encode())


def _read(connection: socket.socket, end: float) -> tuple[int, dict[str, Any], bool]:
    """Status, answer and whether the connection lasts. A body that does not say where it ends is no answer."""
    stream = bytearray()

    def take(mark: bytes, size: int = 0) -> bytes:
        """What comes before the mark, which is not looked for within the first `size` bytes."""
        while (at := stream.find(mark, size)) < 0:
            connection.settimeout(end - time.monotonic())  # anew each time, or a drip of bytes would hold the call
            if not (piece := connection.recv(16384)):
                raise ConnectionResetError("closed before the answer ended")
            stream.extend(piece)
        part, stream[: at + len(mark)] = bytes(stream[:at]), b""
        return part

    first, *lines = take(b"\r\n\r\n").lower().split(b"\r\n")
    version, status, *_ = first.split(b" ")
    headers = {name: value.strip() for name, _, value in (line.partition(b":") for line in lines)}
    text = bytearray()
    if headers.get(b"transfer-encoding") == b"chunked":
        while size := int(take(b"\r\n").partition(b";")[0], 16):
            text += take(b"\r\n", size)
        while take(b"\r\n"):  # trailers
            pass
    else:
        text += take(b"", int(headers.get(b"content-length", b"")))
    answer = json.loads(text or b"{}")
    if not isinstance(answer, dict):
        raise ValueError("an answer that is no object")
    return int(status), answer, version == b"http/1.1" and headers.get(b"connection") != b"close" and not stream
