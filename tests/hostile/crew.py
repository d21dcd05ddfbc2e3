"""Attacks in processes of their own, a few at a time."""

import json
import subprocess
import sys
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).parents[2]
DOORS: Final = ("http", "rest")
PROCESSES: Final = 2
SECONDS: Final = 900


def attacks(
    pairs: Iterable[tuple[str, str]], seed: int, count: int, processes: int = PROCESSES
) -> Iterator[dict[str, Any]]:
    """What `worker` says of each route and door, in order."""
    with ThreadPoolExecutor(processes) as pool:
        yield from pool.map(lambda pair: spoken("tests.hostile.worker", *pair, str(seed), str(count)), pairs)


def spoken(module: str, *words: str, seconds: float = SECONDS) -> dict[str, Any]:
    """The JSON that a module prints at its end; an error if it breaks off."""
    done = subprocess.run(
        [sys.executable, "-m", module, *words], cwd=ROOT, capture_output=True, text=True, timeout=seconds, check=False
    )
    if done.returncode:
        raise AssertionError(f"{module} {words}: {done.stderr[-3000:]}")
    told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return told
