"""The local AWS: ministack as a process of its own, on 127.0.0.1, with its state in a folder.

It lives in an environment of its own (.venv-stack), because it pins botocore. It is started with a clean environment,
since all it finds in its own leaks into the functions; and it is stopped with patience, since it writes its state
only when it goes.
"""

import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PYTHON = ROOT / ".venv-stack/bin/python"
HOST = "127.0.0.1"
REGION = "us-east-1"
# The emulator's own root user; a role's credentials are checked, these are not.
KEY_ID = KEY = "test"
_READY_SECONDS = 60
_STOP_SECONDS = 30


class EmulatorError(Exception):
    """The emulator cannot be had; the message is one line for a person, with the remedy."""


@dataclass(frozen=True, slots=True)
class Emulator:
    """A running emulator. Its state is in `folder`, what it says in `folder`/emulator.log."""

    folder: Path
    port: int
    pid: int

    @property
    def endpoint(self) -> str:
        """What AWS_ENDPOINT_URL has to be to speak to it."""
        return f"http://{HOST}:{self.port}"

    @property
    def environment(self) -> dict[str, str]:
        """The variables with which any AWS client speaks to it as its root user."""
        return {
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_REGION": REGION,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_ACCESS_KEY_ID": KEY_ID,
            "AWS_SECRET_ACCESS_KEY": KEY,
        }

    def stop(self) -> None:
        """End it and wait until its state is written; a second call does nothing."""
        note = self.folder / "emulator.json"
        # Once it is gone its number may be another process's.
        if not note.exists() or json.loads(note.read_text())["pid"] != self.pid:
            return
        _end(self.pid)
        shutil.rmtree(self.folder / "tmp", ignore_errors=True)
        note.unlink()


def doors(emulator: Emulator, outputs: Mapping[str, str]) -> dict[str, str]:
    """Base addresses of a stack's doors on the emulator, for any client: `edge`, `rest` and, if it has one, `url`.

    A stack with a domain answers at http://<domain>:<port> too; browsers and curl know *.localhost, Python does not.
    """
    found = {
        "edge": f"{emulator.endpoint}/_aws/execute-api/{outputs['EdgeApiId']}",
        "rest": f"{emulator.endpoint}/_aws/execute-api/{outputs['RestAPIId']}/api",
    }
    if "FunctionUrl" in outputs:
        name = outputs["FunctionUrl"].removeprefix("https://").partition(".")[0]
        found["url"] = f"{emulator.endpoint}/_aws/lambda-url/{name}"
    return found


def start(folder: Path, port: int = 0, auth: bool = True, say: Callable[[str], None] = print) -> Emulator:
    """Start an emulator on a port (0: any free one) with its state in a folder, and wait until it answers.

    With `auth` each call is held to the rights of the role that signed it. One that an earlier start left behind on
    this folder is ended first. Raises EmulatorError.
    """
    if not PYTHON.exists():
        raise EmulatorError("the local AWS is not installed: run make setup")
    folder = folder.resolve()
    _clear_leftover(folder, say)
    port = port or _free_port()
    _check_port(port)
    _forget_stream_positions(folder / "state/lambda.json")
    process = _launch(folder, port, auth)
    emulator = Emulator(folder, port, process.pid)
    owner = {"pid": process.pid, "port": port, "owner": os.getpid()}
    (folder / "emulator.json").write_text(json.dumps(owner))
    _wait_until_ready(emulator, process)
    return emulator


def _launch(folder: Path, port: int, auth: bool) -> "subprocess.Popen[bytes]":
    """The process, in a session of its own: a Ctrl-C in the terminal is for whoever started it."""
    shutil.rmtree(folder / "tmp", ignore_errors=True)
    for name in ("state", "s3", "tmp"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    environment = {
        "PATH": "/usr/local/bin:/usr/bin:/bin",
        "HOME": str(folder),
        "LANG": "C.UTF-8",
        "TMPDIR": str(folder / "tmp"),
        "BIND_HOST": HOST,
        "GATEWAY_PORT": str(port),
        "AUTH": "true" if auth else "false",
        # Without the second, buckets would come back without their objects.
        "PERSIST_STATE": "1",
        "S3_PERSIST": "1",
        "STATE_DIR": str(folder / "state"),
        "S3_DATA_DIR": str(folder / "s3"),
    }
    with (folder / "emulator.log").open("wb") as log:
        return subprocess.Popen(
            [str(PYTHON), "-m", "ministack"],
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


def _wait_until_ready(emulator: Emulator, process: "subprocess.Popen[bytes]") -> None:
    """Ask for its health until it answers."""
    deadline = time.monotonic() + _READY_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise EmulatorError(f"the local AWS ended at once: see {emulator.folder / 'emulator.log'}")
        if answers(emulator.port):
            return
        time.sleep(0.05)
    emulator.stop()
    raise EmulatorError(f"the local AWS did not answer within {_READY_SECONDS} s: see {emulator.folder}/emulator.log")


def answers(port: int) -> bool:
    """Whether an emulator answers on a port of this machine."""
    connection = http.client.HTTPConnection(HOST, port, timeout=2)
    try:
        connection.request("GET", "/_ministack/health")
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()


def _forget_stream_positions(state: Path) -> None:
    """Let the stream's consumers begin anew.

    The emulator keeps how far they had read, but not the records: a consumer would sleep until as many new ones have
    passed, and never see those.
    """
    if not state.exists():
        return
    kept = json.loads(state.read_text())
    kept["payload"]["dynamodb_stream_positions"]["data"] = {}
    state.write_text(json.dumps(kept))


def _clear_leftover(folder: Path, say: Callable[[str], None]) -> None:
    """End an emulator whose starter is gone; two at once on one folder would overwrite each other's state."""
    note = folder / "emulator.json"
    if not note.exists():
        return
    left = json.loads(note.read_text())
    if _alive(left["pid"]) and answers(left["port"]):
        if left["owner"] != os.getpid() and _alive(left["owner"]):
            raise EmulatorError(f"it already runs on port {left['port']} (process {left['owner']}): stop that first")
        say(f"ending the local AWS that an earlier start left behind (process {left['pid']})")
        _end(left["pid"])
    note.unlink()


def _end(pid: int) -> None:
    """Ask the process to go, wait for the process (not the port), and only then insist."""
    for sign, patience in ((signal.SIGTERM, _STOP_SECONDS), (signal.SIGKILL, 5)):
        if not _alive(pid):
            return
        os.kill(pid, sign)
        deadline = time.monotonic() + patience
        while _alive(pid) and time.monotonic() < deadline:
            time.sleep(0.02)


def _alive(pid: int) -> bool:
    """Whether a process runs; a child of ours that has ended is taken off the list by this."""
    try:
        if os.waitpid(pid, os.WNOHANG)[0] == pid:
            return False
    except ChildProcessError:
        pass  # not our child
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _check_port(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except PermissionError as refused:
            raise EmulatorError(f"port {port} is only for root: choose one above 1023") from refused
        except OSError as taken:
            raise EmulatorError(f"port {port} is taken: stop what listens there, or choose another") from taken


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])
