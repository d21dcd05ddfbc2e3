"""A click: CPU of the whole warm handler beside one bare boto3 `put_item` of the same item, its calls and its bytes.

Both speak to the same stand-in in another process and take turns within one run, so that only their ratio counts.
"""

import gc
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from statistics import median
from typing import Any, Final

from bench import scene
from bench.scene import Scene
from bench.size import item_bytes
from bench.stub import ROOT, Stub

ROUNDS: Final = 15
TURN: Final = 200
COUNTED: Final = 20


def figures(scene: Scene, rounds: int = ROUNDS, turn: int = TURN) -> dict[str, float]:
    """The click's figures, measured in a fresh process: `rounds` times `turn` calls of each."""
    command = [sys.executable, "-m", "bench.click", str(scene.stub.port), str(rounds), str(turn)]
    environment = scene.environment | {"PATH": os.environ.get("PATH", "")}
    done = subprocess.run(command, cwd=ROOT, env=environment, check=True, capture_output=True, text=True)
    told: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return told


def _measure(stub: Stub, rounds: int, turn: int) -> dict[str, float]:
    import boto3

    import app

    def follow(event: dict[str, Any]) -> None:
        answer = app.edge(event, None)
        if answer["statusCode"] != 302:
            raise AssertionError(answer)

    event = scene.click()
    follow(event)  # reads the link and its campaign, which are then kept
    stub.seen()
    for _ in range(COUNTED):
        follow(event)
    counted = stub.seen()
    follow(scene.largest_click())
    largest = stub.seen().item
    client = boto3.client("dynamodb")
    ratios, own = _ratios(
        lambda: follow(event), lambda: client.put_item(TableName="visits", Item=counted.item), rounds, turn
    )
    return {
        "click.cpu_vs_boto3_put": round(median(ratios), 3),
        "click.cpu_vs_boto3_put_lowest": round(min(ratios), 3),
        "click.cpu_vs_boto3_put_highest": round(max(ratios), 3),
        "click.cpu_ms": round(median(own) * 1000, 3),
        "click.calls": counted.calls.total() / COUNTED,
        "click.reads": counted.reads / COUNTED,
        "click.item_bytes": item_bytes(counted.item),
        "click.item_bytes_largest": item_bytes(largest),
        "click.answer_bytes": _answer_bytes(app.edge(event, None)),
    }


def _ratios(
    ours: Callable[[], object], theirs: Callable[[], object], rounds: int, turn: int
) -> tuple[list[float], list[float]]:
    """CPU of ours over CPU of theirs, round by round, and seconds of CPU that one of ours takes."""
    for warm_up in (ours, theirs):
        _cpu(warm_up, turn)
    ratios, own = [], []
    for number in range(rounds):
        # Who comes first takes turns too.
        first, second = (ours, theirs) if number % 2 else (theirs, ours)
        spent = {first: _cpu(first, turn), second: _cpu(second, turn)}
        ratios.append(spent[ours] / spent[theirs])
        own.append(spent[ours] / turn)
    return ratios, own


def _cpu(deed: Callable[[], object], turn: int) -> float:
    """Seconds of CPU, user and system, of all threads."""
    gc.collect()
    begun = time.process_time()
    for _ in range(turn):
        deed()
    return time.process_time() - begun


def _answer_bytes(answer: dict[str, Any]) -> int:
    """What leaves for the visitor, without the lines that the front door adds."""
    lines = sum(len(name) + len(value) + 4 for name, value in answer["headers"].items())
    return lines + len("HTTP/1.1 302 Found\r\n\r\n")


if __name__ == "__main__":
    print(json.dumps(_measure(Stub(int(sys.argv[1])), int(sys.argv[2]), int(sys.argv[3]))))
