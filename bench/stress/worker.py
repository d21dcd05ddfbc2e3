"""A worker: the program's own handlers in a process of their own, one event at a time, as Lambda runs them.

Its settings come from its environment. Events come and answers go over a socket; what it logs goes to a file.
"""

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from infra.emulator import ROOT


class Killed(Exception):
    """The worker is gone, and with it the answer to what it was doing."""


class Worker:
    """The process, as its starter sees it. `environment` is all it is told; its lines are added to `log`."""

    def __init__(self, environment: Mapping[str, str], log: Path) -> None:
        mine, its = socket.socketpair()
        with its, log.open("ab") as file:
            # Unbuffered, as on Lambda: what it has logged is there, however it ends.
            command = [sys.executable, "-u", "-m", __name__, str(its.fileno())]
            self._process = subprocess.Popen(
                command,
                env=environment,
                cwd=ROOT,
                pass_fds=[its.fileno()],
                stdout=file,
                stderr=file,
                start_new_session=True,  # a Ctrl-C is for whoever started it
            )
        self._line = Connection(mine.detach())

    def ask(self, event: Mapping[str, Any], killed_after: float | None = None) -> dict[str, Any]:
        """The handler's answer to an event; Killed if the process ends before it gives one.

        `killed_after` so many seconds it gets a kill -9, unless it has answered by then.
        """
        try:
            self._line.send_bytes(json.dumps(event).encode())
            if killed_after is not None and not self._line.poll(killed_after):
                os.kill(self._process.pid, signal.SIGKILL)
                self._process.wait()
            answer: dict[str, Any] = json.loads(self._line.recv_bytes())
        except (EOFError, ConnectionError) as ended:
            raise Killed(f"worker {self._process.pid} ended with {self._process.wait()}") from ended
        return answer

    def stop(self) -> None:
        """Let it end by itself."""
        self._line.close()
        self._process.wait()


def main() -> None:
    """Answer events until the line is closed."""
    # Only here: the process that starts workers has an environment of its own.
    import app

    line = Connection(int(sys.argv[1]))
    while True:
        try:
            event = json.loads(line.recv_bytes())
        except EOFError:
            return
        answer = app.drain(event, None) if "Records" in event else app.edge(event, None)
        line.send_bytes(json.dumps(answer).encode())


if __name__ == "__main__":
    main()
