"""The local AWS as a process: one clear line when it cannot be had, and nothing lost from one start to the next."""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from infra import emulator
from infra.account import Account, local
from infra.emulator import Emulator, EmulatorError, start
from infra.stack import deploy, outputs
from tests.infra.conftest import unsaid
from tests.stack import Standing

ROOT = Path(emulator.__file__).parent.parent


def runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def until(true: Callable[[], bool], seconds: float = 60) -> bool:
    deadline = time.monotonic() + seconds
    while not true() and time.monotonic() < deadline:
        time.sleep(0.05)
    return true()


class Starter:
    """Starts emulators and, at the end of the test, ends those that are left."""

    def __init__(self) -> None:
        self.started: list[Emulator] = []

    def __call__(self, folder: Path, port: int = 0, say: Callable[[str], None] = unsaid) -> Emulator:
        self.started.append(start(folder, port, say=say))
        return self.started[-1]


@pytest.fixture
def begin() -> Iterator[Starter]:
    starter = Starter()
    yield starter
    for running in starter.started:
        running.stop()


def test_a_taken_port_is_one_line_with_the_remedy(begin: Starter, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]

        with pytest.raises(EmulatorError, match=f"^port {port} is taken: stop what listens there, or choose another$"):
            begin(tmp_path, port)


def test_stopping_ends_the_process_and_may_be_repeated(begin: Starter, tmp_path: Path) -> None:
    running = begin(tmp_path)
    assert runs(running.pid)

    running.stop()
    running.stop()

    assert not runs(running.pid)
    assert not (tmp_path / "emulator.json").exists()


def test_it_listens_on_this_machine_only(stack: Standing) -> None:
    with socket.socket() as elsewhere:
        elsewhere.settimeout(1)

        assert elsewhere.connect_ex(("127.0.0.2", stack.emulator.port)) != 0


def test_a_second_on_the_same_folder_is_refused_while_the_first_has_an_owner(begin: Starter, tmp_path: Path) -> None:
    running = begin(tmp_path)
    note = json.loads((tmp_path / "emulator.json").read_text())
    (tmp_path / "emulator.json").write_text(json.dumps(note | {"owner": os.getppid()}))

    with pytest.raises(EmulatorError, match=f"already runs on port {running.port}"):
        begin(tmp_path)

    assert runs(running.pid)


def test_one_that_lost_its_owner_is_ended_and_its_state_taken_over(begin: Starter, tmp_path: Path) -> None:
    """As after a kill -9 of `make run`."""
    left = abandoned(tmp_path)
    local(left).client("s3").create_bucket(Bucket="kept")
    said: list[str] = []

    running = begin(tmp_path, say=said.append)

    assert not runs(left.pid)
    assert said == [f"ending the local AWS that an earlier start left behind (process {left.pid})"]
    assert [b["Name"] for b in local(running).client("s3").list_buckets()["Buckets"]] == ["kept"]


def abandoned(folder: Path) -> Emulator:
    """A running emulator whose starter has ended without stopping it."""
    script = f"from pathlib import Path; from infra.emulator import start; print(start(Path({str(folder)!r})).pid)"
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    note = json.loads((folder / "emulator.json").read_text())
    assert note["pid"] == int(done.stdout)
    return Emulator(folder, note["port"], note["pid"])


def test_nothing_of_this_process_leaks_into_functions(stack: Standing) -> None:
    environment = Path(f"/proc/{stack.emulator.pid}/environ")
    if not environment.exists():  # not Linux: ask ps
        text = subprocess.run(["ps", "-E", "-p", str(stack.emulator.pid)], capture_output=True, check=True).stdout
    else:
        text = environment.read_bytes()

    assert b"PYTEST_CURRENT_TEST" not in text
    assert b"VIRTUAL_ENV" not in text


def test_a_stack_survives_a_restart_on_another_port(stack: Standing, begin: Starter, tmp_path: Path) -> None:
    first = begin(tmp_path)
    told = deploy(stack.made, "lasting", local(first), say=unsaid)
    bury(local(first), told, "1")
    assert until(lambda: buried(local(first), told) == 1)
    first.stop()

    second = begin(tmp_path)
    account = local(second)
    said: list[str] = []
    again = deploy(stack.made, "lasting", account, say=said.append)

    # What stood before still stands, the functions run, and the stream's next record is not slept through.
    assert "is up to date" in said[-1]
    assert again == told == outputs("lasting", account)
    assert Standing(stack.made, second, account, again).ask("GET", "/healthz").status == 200
    bury(account, again, "2")
    assert until(lambda: buried(account, again) == 2)


def bury(account: Account, told: dict[str, str], key: str) -> None:
    """Put a fact that cannot be read: the stream function puts it aside."""
    item = {"pk": {"S": f"V#{key}"}, "sk": {"S": "00000"}}
    account.client("dynamodb").put_item(TableName=told["LedgerTable"], Item=item)


def buried(account: Account, told: dict[str, str]) -> int:
    """How many records were put aside."""
    wanted = ["ApproximateNumberOfMessages"]
    answer = account.client("sqs").get_queue_attributes(QueueUrl=told["LedgerDeadQueue"], AttributeNames=wanted)
    return int(answer["Attributes"][wanted[0]])
