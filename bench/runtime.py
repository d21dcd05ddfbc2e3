"""A small Lambda Runtime API: it hands events to a function under AWS's own runtime client and times the answers.

https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
"""

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from queue import Empty, Queue
from typing import Any, Final, Self

HOST: Final = "127.0.0.1"
PATIENCE_SECONDS: Final = 60
ARN: Final = "arn:aws:lambda:us-east-1:000000000000:function:bench"


class FunctionError(Exception):
    """The function did not answer, or answered with an error."""


class Function:
    """A function in a process of its own for the length of a `with` block.

    `folder` holds the unpacked code, `handler` is the handler string. `cpu_seconds` is known after the block: all that
    the process has spent, user and system, from its start to its end.
    """

    def __init__(self, folder: Path, handler: str, environment: Mapping[str, str]) -> None:
        self._folder, self._handler, self._environment = folder, handler, dict(environment)
        self._api = _Api()
        self.cpu_seconds = 0.0

    def __enter__(self) -> Self:
        threading.Thread(target=self._api.serve_forever, args=(0.05,), daemon=True).start()
        told = {
            "AWS_LAMBDA_RUNTIME_API": f"{HOST}:{self._api.server_port}",
            "AWS_LAMBDA_FUNCTION_NAME": "bench",
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "512",
            "AWS_LAMBDA_LOG_FORMAT": "JSON",
            "LAMBDA_TASK_ROOT": str(self._folder),
            "LANG": "en_US.UTF-8",
            "PATH": os.environ.get("PATH", ""),
        }
        self._begun = time.perf_counter()
        # Started in the folder, its modules come first on the path, as those of /var/task do.
        self._process = subprocess.Popen(
            [sys.executable, "-m", "awslambdaric", self._handler],
            cwd=self._folder,
            env=self._environment | told,
            stdout=subprocess.DEVNULL,
        )
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        _process, status, usage = os.wait4(self._process.pid, 0)
        self._process.returncode = os.waitstatus_to_exitcode(status)
        self.cpu_seconds = usage.ru_utime + usage.ru_stime
        self._api.events.put(None)
        self._api.shutdown()
        self._api.server_close()

    def first(self, event: Mapping[str, Any]) -> tuple[Any, float]:
        """The answer to the first event, and the seconds from the start of the process to it."""
        answer, _, ended = self._ask(event)
        return answer, ended - self._begun

    def next(self, event: Mapping[str, Any]) -> tuple[Any, float]:
        """The answer to a later event, and the seconds it took, the runtime client's own work included."""
        answer, handed, ended = self._ask(event)
        return answer, ended - handed

    def _ask(self, event: Mapping[str, Any]) -> tuple[Any, float, float]:
        self._api.events.put(json.dumps(event).encode())
        try:
            kind, body, handed, ended = self._api.answers.get(timeout=PATIENCE_SECONDS)
        except Empty as late:
            raise FunctionError(f"{self._handler} said nothing for {PATIENCE_SECONDS} s") from late
        if kind != "response":
            raise FunctionError(body.decode())
        return json.loads(body), handed, ended


class _Api(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__((HOST, 0), _Exchange)
        self.events: Queue[bytes | None] = Queue()
        self.answers: Queue[tuple[str, bytes, float, float]] = Queue()
        self.handed = 0.0

    def handle_error(self, *_: object) -> None:
        """A function that was ended lets its connections drop; anything else shows as a missing answer."""


class _Exchange(BaseHTTPRequestHandler):
    """The three calls of the runtime client: next, response, error."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Api

    def do_GET(self) -> None:
        event = self.server.events.get()
        if event is None:
            self.close_connection = True
            return
        self.send_response(200)
        for name, value in {
            "Content-Type": "application/json",
            "Content-Length": str(len(event)),
            "Lambda-Runtime-Aws-Request-Id": "8476a536-e9f4-11e8-9739-2dfe598c3fcd",
            "Lambda-Runtime-Deadline-Ms": str(round(time.time() * 1000) + 10_000),
            "Lambda-Runtime-Invoked-Function-Arn": ARN,
            "Lambda-Runtime-Trace-Id": "Root=1-6923f5c8-0f1e2d3c4b5a69788796a5b4;Sampled=0",
        }.items():
            self.send_header(name, value)
        self.end_headers()
        self.server.handed = time.perf_counter()
        self.wfile.write(event)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        ended = time.perf_counter()
        self.server.answers.put((self.path.rpartition("/")[2], body, self.server.handed, ended))
        self.send_response(202)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing of each call."""
