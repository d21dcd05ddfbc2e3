"""`make run` as a newcomer meets it: it starts, says where to click, goes on where it ended, and stops when told."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent.parent
KEYS = {"link", "shop", "postback", "pixel", "tag", "bucket", "report", "endpoint", "credentials"}


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as door:
        port: int = door.getsockname()[1]
    return port


def start(folder: Path, port: int, shop_port: int) -> "subprocess.Popen[str]":
    words = ["--folder", str(folder), "--port", str(port), "--shop-port", str(shop_port)]
    return subprocess.Popen(
        [sys.executable, "-m", "demo.run", *words],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )


@contextmanager
def running(folder: Path, port: int, shop_port: int) -> Iterator[dict[str, Any]]:
    """What run.json says once it is ready, with the lines that were printed; stopped by Ctrl-C afterwards."""
    process = start(folder, port, shop_port)
    printed: list[str] = []
    try:
        assert process.stdout is not None
        for line in process.stdout:
            printed.append(line)
            if "Ctrl-C stops" in line:
                break
        else:
            raise AssertionError("".join(printed))
        yield json.loads((folder / "run.json").read_text()) | {"printed": "".join(printed)}
    finally:
        process.send_signal(signal.SIGINT)
        assert process.wait(60) == 0


def test_it_starts_shows_a_sale_and_goes_on_where_it_ended(tmp_path: Path) -> None:
    port, shop_port = free_port(), free_port()
    with running(tmp_path, port, shop_port) as first:
        assert set(first) >= KEYS
        assert first["link"] in first["printed"]
        assert "4.99" in first["printed"]
    started = time.monotonic()
    with running(tmp_path, port, shop_port) as second:
        assert second["link"] == first["link"]
        assert second["credentials"]["token"] == first["credentials"]["token"]
        assert "9.98" in second["printed"]
    assert time.monotonic() - started < 60


def test_a_taken_port_is_one_line_with_the_remedy(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as door:
        taken = door.getsockname()[1]
        for port, shop_port, remedy in (
            (taken, free_port(), "make run PORT="),
            (free_port(), taken, "make run SHOP_PORT="),
        ):
            process = start(tmp_path, port, shop_port)
            told, _ = process.communicate(timeout=120)
            assert process.returncode == 1
            assert remedy in told.splitlines()[-1]
            assert "Traceback" not in told
