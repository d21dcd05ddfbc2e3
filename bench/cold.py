"""A cold start: from the start of a process to its first answer, of the packaged code, under AWS's own runtime client.

Three functions take turns, each time in a fresh process: the packaged edge function, whose first request is a click on
a link that it has to read; one that does nothing; and one that puts the same item with boto3. The stand-in speaks plain
HTTP. Against TLS boto3 takes no longer, for it loads `ssl` in any case; the edge function takes about an eighth longer.
"""

import json
import tempfile
import zipfile
from collections import defaultdict
from collections.abc import Mapping
from itertools import cycle, islice, permutations
from pathlib import Path
from statistics import median
from typing import Final
from urllib.parse import parse_qs, urlsplit

from bench import scene
from bench.runtime import Function
from bench.scene import Scene
from infra import archive
from infra.package import package

FIRST_ORDER: Final = 1000
"""Behind those that other figures have used in the same table."""

EMPTY: Final = """
def handler(event, context):
    return {"statusCode": 204}
"""

BOTO3: Final = """
import boto3

ITEM = %s
client = boto3.client("dynamodb")


def handler(event, context):
    client.put_item(TableName="visits", Item=ITEM)
    return {"statusCode": 302, "headers": {"Location": "https://shop.example/kettles"}}
"""


def figures(at: Scene, rounds: int, warm: int) -> dict[str, float]:
    """The figures of cold starts, and of the same functions once they are warm."""
    with tempfile.TemporaryDirectory() as folder:
        functions = _functions(at, Path(folder))
        told = _cold(at, functions, rounds)
        return told | _warm(at, *functions["edge"], warm)


def _functions(at: Scene, folder: Path) -> dict[str, tuple[Path, str]]:
    """Folder and handler of each function; the item for boto3 is the one that a click has left."""
    made = package("local", say=lambda _: None)
    with zipfile.ZipFile(made.code) as code:
        code.extractall(folder / "edge")
    handler = json.loads(made.template.read_text())["Resources"]["Edge"]["Properties"]["Handler"]
    with Function(folder / "edge", handler, at.environment) as function:
        function.first(scene.click())
    for name, text in {"empty": EMPTY, "boto3": BOTO3 % json.dumps(at.stub.seen()[-1].body["Item"])}.items():
        (folder / name).mkdir()
        (folder / name / "handler.py").write_text(text)
        archive.compile_tree(folder / name, "/var/task")
    return {
        "edge": (folder / "edge", handler),
        "empty": (folder / "empty", "handler.handler"),
        "boto3": (folder / "boto3", "handler.handler"),
    }


def _cold(at: Scene, functions: Mapping[str, tuple[Path, str]], rounds: int) -> dict[str, float]:
    walls, cpus = defaultdict[str, list[float]](list), defaultdict[str, list[float]](list)
    # Who comes after whom takes turns too: a large process leaves a machine with cold caches.
    for order in islice(cycle(permutations(functions)), rounds):
        for name in order:
            folder, handler = functions[name]
            with Function(folder, handler, at.environment) as function:
                _, seconds = function.first(scene.click())
            walls[name].append(seconds)
            cpus[name].append(function.cpu_seconds)
    told: dict[str, float] = {}
    for other in ("empty", "boto3"):
        for suffix, spent in (("", walls), ("_cpu", cpus)):
            ratios = [mine / theirs for mine, theirs in zip(spent["edge"], spent[other], strict=True)]
            told[f"cold.edge_vs_{other}{suffix}"] = round(median(ratios), 3)
            told[f"cold.edge_vs_{other}{suffix}_low"] = round(min(ratios), 3)
            told[f"cold.edge_vs_{other}{suffix}_high"] = round(max(ratios), 3)
    for name in functions:
        told[f"cold.{name}_ms"] = round(median(walls[name]) * 1000, 1)
        told[f"cold.{name}_cpu_ms"] = round(median(cpus[name]) * 1000, 1)
    return told


def _warm(at: Scene, folder: Path, handler: str, warm: int) -> dict[str, float]:
    """Milliseconds from event to answer, for clicks and for the postbacks that follow them."""
    clicks, sales = [], []
    with Function(folder, handler, at.environment) as function:
        answer, _ = function.first(scene.click())
        for order in range(FIRST_ORDER, FIRST_ORDER + warm):
            [click_id] = parse_qs(urlsplit(answer["headers"]["Location"]).query)["clid"]
            answer, seconds = function.next(scene.postback(at.token, click_id, order))
            if answer["statusCode"] != 200:
                raise AssertionError(answer)
            sales.append(seconds)
            answer, seconds = function.next(scene.click())
            clicks.append(seconds)
    return {
        "click.warm_ms": round(median(clicks) * 1000, 2),
        "conversion.warm_ms": round(median(sales) * 1000, 2),
    }
