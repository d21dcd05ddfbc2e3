"""How well visits are told apart: `make measure DATA=folder` on rows of a folder, `make measure` on installed packages.

The folder holds JSON lines: `user_agents_bots.jsonl`, `user_agents_browsers.jsonl`, `user_agents_devices.jsonl` with an
agent as `ua` in each, and `requests.jsonl`; one that is missing is left out. A bot that is `ambiguous` cannot be told
apart and is not counted; browsers say their share of traffic as `weight`.
"""

import json
import random
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from time import perf_counter, process_time
from typing import Any, Final

from chalicelib.manage import verdict_command
from chalicelib.model import agent
from chalicelib.model import robots as names_known
from chalicelib.model.click import AGENT_CHARACTERS
from chalicelib.model.traffic import RULES, verdict
from infra import agents, robots

COMMONEST: Final = 100
SPLITS: Final = 5

Refuses = Callable[[str], bool]


def refuses(text: str) -> bool:
    """Whether a GET of this agent is refused."""
    return verdict("GET", text[:AGENT_CHARACTERS], "") != ""


def share(rows: Sequence[str], refused: Refuses = refuses) -> tuple[int, int]:
    """How many of these agents are refused, and how many there are."""
    return sum(map(refused, rows)), len(rows)


def commonest(browsers: Sequence[tuple[str, float]]) -> list[str]:
    """The agents with the greatest share of traffic."""
    shares: dict[str, float] = {}
    for text, weight in browsers:
        shares[text] = shares.get(text, 0) + weight
    return sorted(shares, key=lambda text: -shares[text])[:COMMONEST]


def modern(devices: Sequence[str]) -> list[str]:
    """Those that say `Mozilla/5.0`."""
    return [text for text in devices if text.startswith("Mozilla/5.0")]


def crossed(bots: Sequence[str], people: Sequence[str], seed: int) -> tuple[tuple[int, int], tuple[int, int]]:
    """Bots and people refused of one random half, if only names are known that the other half has shown to be of use.

    So it is for a robot that no list knows yet. General marks are the same for both halves.
    """
    dice, halves = random.Random(seed), []
    for rows in (sorted(set(bots)), sorted(set(people))):
        dice.shuffle(rows)
        halves.append((rows[::2], rows[1::2]))
    (known_bots, new_bots), (known_people, new_people) = halves
    names = robots.names(robots.known(), known_people)
    every, useful = agent.table(names), set[str]()
    for bot in known_bots:
        useful |= {name for name, _ in agent.found(bot[:AGENT_CHARACTERS].lower(), every)}
    table = agent.table({name: names[name] for name in useful})

    def refused(text: str) -> bool:
        return agent.judged(text[:AGENT_CHARACTERS], table) != ""

    return share(new_bots, refused), share(new_people, refused)


def speed(rows: Sequence[str], decide: Callable[[str], object]) -> tuple[int, int]:
    """Verdicts a second by the clock, and by the processor's time."""
    clock, processor = perf_counter(), process_time()
    for text in rows:
        decide(text)
    return round(len(rows) / (perf_counter() - clock)), round(len(rows) / (process_time() - processor))


def main(words: list[str]) -> int:
    """Print the figures; 1 if the folder has none of the files."""
    folder = Path(words[0]) if words and words[0] else None
    print(f"rules {RULES}, names from {', '.join(names_known.LISTS)}")
    if folder is None:
        print("rows of installed packages; `make measure DATA=folder` measures on others")
        bots, browsers, devices = list(agents.bots()), list(agents.browsers()), list(agents.devices())
    else:
        bots = [row["ua"] for row in _rows(folder, "user_agents_bots") if not row.get("ambiguous")]
        browsers = [(row["ua"], float(row.get("weight") or 0)) for row in _rows(folder, "user_agents_browsers")]
        devices = [row["ua"] for row in _rows(folder, "user_agents_devices")]
        if not (bots or browsers or devices):
            print(f"{folder} has none of the files that bench/traffic.py names", file=sys.stderr)
            return 1
    _print_shares(bots, [one for one in browsers if one[1]], devices)
    if folder is None:
        for seed in range(SPLITS):
            caught, hit = crossed(bots, modern(devices), seed)
            print(f"  half {seed}, chosen on the other: {_of(caught)} bots caught, {_of(hit)} devices refused")
    else:
        _print_requests(list(_rows(folder, "requests")))
    _print_speed([*bots, *devices, *(text for text, _ in browsers)])
    return 0


def _print_shares(bots: Sequence[str], browsers: Sequence[tuple[str, float]], devices: Sequence[str]) -> None:
    print(f"bots caught:                  {_of(share(bots))}")
    print(f"Mozilla/5.0 devices refused:  {_of(share(modern(devices)))}")
    top = commonest(browsers)
    print(f"commonest browsers refused:   {_of(share(top))}")
    for text in filter(refuses, top):
        print(f"  {text}")


def _print_requests(requests: Sequence[dict[str, Any]]) -> None:
    """How many whole requests are decided as they say; what counts as `suspect` may be either."""
    clear = [one for one in requests if isinstance(one["expect"].get("count"), bool)]
    wrong = [one for one in clear if (verdict_command.answer(one)["reason"] == "") != one["expect"]["count"]]
    print(f"requests decided as expected: {_of((len(clear) - len(wrong), len(clear)))}")
    for one in wrong:
        print(f"  {one.get('id')}: {verdict_command.answer(one)}")


def _print_speed(rows: Sequence[str]) -> None:
    fresh = speed([text[:AGENT_CHARACTERS] for text in rows], agent.fresh)
    agent.mark.cache_clear()
    again = speed([text[:AGENT_CHARACTERS] for text in list(rows[:1000]) * 10], agent.mark)
    print(f"verdicts a second:            {fresh[0]} by the clock, {fresh[1]} of processor time; each agent is new")
    print(f"  where each comes ten times: {again[0]} by the clock, {again[1]} of processor time")


def _of(found: tuple[int, int]) -> str:
    some, every = found
    return f"{some} of {every} = {100 * some / every:.3f} %" if every else "no rows"


def _rows(folder: Path, name: str) -> Iterator[dict[str, Any]]:
    path = folder / f"{name}.jsonl"
    if path.is_file():
        yield from map(json.loads, path.read_text(encoding="utf-8").splitlines())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
