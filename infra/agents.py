"""Agents of persons and of robots, from packages of the project's own environment: to measure with, never shipped."""

import json
from collections.abc import Iterator
from importlib.resources import files
from typing import Any, Final, cast

OTHERS: Final = ("bots", "unknown", "clienthints", "feed_reader", "podcasting", "mediaplayer", "mobile_apps")
"""Files of fixtures that do not speak of browsers on devices."""


def people() -> Iterator[str]:
    """Agents of browsers on devices, the first 256 characters of each."""
    for agent in [*devices(), *(agent for agent, _ in browsers())]:
        yield agent[:256]


def devices() -> Iterator[str]:
    """The agents that device_detector is tested with."""
    for file in (files("device_detector") / "tests" / "fixtures" / "upstream").iterdir():
        if file.name.endswith(".yml") and not file.name.startswith(OTHERS):
            yield from _fixtures(file.name)


def bots() -> Iterator[str]:
    """The agents of robots that device_detector and crawler-user-agents are tested with."""
    import crawleruseragents  # type: ignore[import-untyped]

    yield from _fixtures("bots.yml")
    for one in crawleruseragents.CRAWLER_USER_AGENTS_DATA:
        yield from one["instances"]


def browsers() -> Iterator[tuple[str, float]]:
    """Browsers in use, with their share of traffic in percent."""
    file = files("fake_useragent") / "data" / "browsers.jsonl"
    for line in file.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        yield row["useragent"], row["percent"]


def _fixtures(name: str) -> Iterator[str]:
    import yaml_rs

    file = files("device_detector") / "tests" / "fixtures" / "upstream" / name
    for row in cast("list[dict[str, Any]]", yaml_rs.loads(file.read_text(encoding="utf-8"))):
        yield row["user_agent"]
