"""A click: CPU of the whole warm handler beside one bare boto3 `put_item` of the same item, its calls and its bytes.

Both speak to the same stand-in in another process and take turns within one run, so that only their ratio counts.
"""

import gc
import json
import sys
import time
from collections.abc import Callable
from statistics import median
from typing import Any, Final

from bench import scene
from bench.scene import Scene
from bench.stub import Stub
from bench.units import bill, item_bytes

COUNTED: Final = 20


def figures(at: Scene, rounds: int, turn: int) -> dict[str, float]:
    """The click's figures, measured in a fresh process: `rounds` times `turn` calls of each."""
    return at.measured("bench.click", rounds, turn)


def _measure(stub: Stub, rounds: int, turn: int) -> dict[str, float]:
    import boto3

    import app

    def follow(event: dict[str, Any]) -> dict[str, Any]:
        answer: dict[str, Any] = app.edge(event, None)
        if answer["statusCode"] != 302:
            raise AssertionError(answer)
        return answer

    event = scene.click()
    follow(event)  # reads the link and its campaign, which are then kept
    stub.seen()
    for _ in range(COUNTED):
        answer = follow(event)
    calls = stub.seen()
    item, counted = calls[-1].body["Item"], bill(calls)
    follow(scene.largest_click())
    largest = item_bytes(stub.seen()[-1].body["Item"])
    client = boto3.client("dynamodb")
    ratios, own = _ratios(lambda: follow(event), lambda: client.put_item(TableName="visits", Item=item), rounds, turn)
    return {
        "click.cpu_vs_boto3_put": round(median(ratios), 3),
        "click.cpu_vs_boto3_put_low": round(min(ratios), 3),
        "click.cpu_vs_boto3_put_high": round(max(ratios), 3),
        "click.cpu_ms": round(median(own) * 1000, 3),
        "click.calls": counted.calls / COUNTED,
        "click.reads": counted.reads / COUNTED,
        "click.item_bytes": item_bytes(item),
        "click.item_bytes_largest": largest,
        "click.write_units": counted.write_units / COUNTED,
        "click.kept_bytes": counted.table_bytes / COUNTED,
        "click.answer_bytes": scene.answer_bytes(answer),
    }


def _ratios(
    ours: Callable[[], object], theirs: Callable[[], object], rounds: int, turn: int
) -> tuple[list[float], list[float]]:
    """CPU of ours over CPU of theirs, round by round, and the seconds of CPU that one of ours takes."""
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
    """Seconds of CPU that some deeds take, user and system, of all threads."""
    gc.collect()
    begun = time.process_time()
    for _ in range(turn):
        deed()
    return time.process_time() - begun


if __name__ == "__main__":
    print(json.dumps(_measure(Stub(int(sys.argv[1])), int(sys.argv[2]), int(sys.argv[3]))))
