"""The command `verdict`: whether requests on standard input would be billed, and why not; needs no network."""

import argparse
import json
import sys
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

from chalicelib.manage.setup import Wrong
from chalicelib.model.click import AGENT_CHARACTERS
from chalicelib.model.traffic import RULES, verdict

if TYPE_CHECKING:
    from chalicelib.manage.words import Rooms

HELP: Final = "decide requests on standard input, as docs/traffic.md describes it; needs no network"
PURPOSES: Final = ("sec-purpose", "purpose", "x-moz", "x-purpose")


def group(rooms: "Rooms") -> None:
    """The word `verdict`, so that `--help` knows it. It runs without a desk: see `main`."""
    rooms.add_parser("verdict", help=HELP).set_defaults(run=_elsewhere)


def main(words: list[str]) -> int:
    """Read requests, one a line, and print the verdict on each. 1 if a line could not be read."""
    argparse.ArgumentParser(prog="clickledger verdict", description=HELP).parse_args(words)
    is_whole = True
    for answer in verdicts(sys.stdin.buffer):
        print(json.dumps(answer), flush=True)
        is_whole = is_whole and "error" not in answer
    return 0 if is_whole else 1


def verdicts(lines: Iterable[bytes]) -> Iterator[dict[str, str]]:
    """The verdict on each line that is not empty; `error` names one that cannot be read, and why."""
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            yield answer(json.loads(line))
        except (ValueError, RecursionError) as wrong:
            yield {"error": f"line {number}: {_told(wrong)}"}


def answer(request: object) -> dict[str, str]:
    """The verdict on a request `{"method", "headers"}`; ValueError says what it lacks.

    What one request shows by itself: see model.traffic for what only shows beside others.
    """
    if not isinstance(request, dict):
        raise ValueError("a request is an object with method and headers")
    method, headers = request.get("method", "GET"), _headers(request.get("headers"))
    if not isinstance(method, str):
        raise ValueError("method is not text")
    purpose = " ".join(headers[name] for name in PURPOSES if name in headers)
    reason = verdict(method.strip(), headers.get("user-agent", "")[:AGENT_CHARACTERS], purpose)
    return {"verdict": "invalid" if reason else "billable", "reason": reason, "rule_version": RULES}


def _headers(said: Any) -> Mapping[str, str]:  # noqa: ANN401 - JSON
    """Headers by their names in small letters. A header that is given more than once is one, as HTTP has it."""
    if not isinstance(said, dict):
        raise ValueError("headers is no object")
    found: dict[str, str] = {}
    for name, value in said.items():
        values = value if isinstance(value, list) else [value]
        if not all(isinstance(one, str) for one in values):
            raise ValueError(f"the header {name} is not text")
        key = name.lower().strip()
        found[key] = ", ".join(filter(None, [found.get(key, ""), *values])).strip()
    return found


def _told(wrong: Exception) -> str:
    if isinstance(wrong, RecursionError):
        return "nested too deeply"
    if isinstance(wrong, json.JSONDecodeError | UnicodeDecodeError):
        return f"no JSON: {wrong}"
    return str(wrong)


def _elsewhere(*_: object) -> None:
    raise Wrong("say `./clickledger verdict` with nothing before it")
