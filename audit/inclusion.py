"""Whether your click or your fact is in a day's report: `python inclusion.py ROOT < PROOF`.

PROOF is what the network's `clickledger prove` printed, a JSON object a line; ROOT is the hash that you have kept, your
own (the last line of your statement of that day) or the day's. The network is asked nothing, and nothing of its program
is used. Each leaf that is in the report is printed: compare it with what you know of your click or sale.
"""

import json
import sys
from hashlib import sha256
from typing import Any


def climb(text: str, index: int, size: int, path: list[str]) -> str:
    """The root that a path leads to from leaf number `index` of `size`, as RFC 9162 has it in section 2.1.3.2."""
    found, last = sha256(b"\0" + text.encode()).digest(), size - 1
    for beside in map(bytes.fromhex, path):
        if index > last or not last:
            raise ValueError("a path that is too long")
        if index % 2 or index == last:
            found = sha256(b"\1" + beside + found).digest()
            while index and not index % 2:
                index, last = index // 2, last // 2
        else:
            found = sha256(b"\1" + found + beside).digest()
        index, last = index // 2, last // 2
    if last:
        raise ValueError("a path that is too short")
    return found.hex()


def check(proof: dict[str, Any], root: str) -> str:
    """The leaf of a proof, if there is a way from it through its affiliate's entry to the root; else ValueError."""
    who, clicks, clicks_root, facts, facts_root = proof["entry"].rsplit(",", 4)
    kind = proof["leaf"].partition(",")[0]
    size, mine = {"click": (clicks, clicks_root), "fact": (facts, facts_root)}[kind]
    if not who.startswith("day,") or not proof["leaf"].startswith(f"{kind}{who[3:]},"):
        raise ValueError("a leaf of another day or affiliate")
    if climb(proof["leaf"], proof["index"], int(size), proof["path"]) != mine:
        raise ValueError("a leaf that the affiliate's entry does not hold")
    day = climb(proof["entry"], proof["entry_index"], proof["entries"], proof["entry_path"])
    if root not in (climb(proof["entry"], 0, 1, []), day):
        raise ValueError("another root than the one that you have kept")
    return str(proof["leaf"])


if __name__ == "__main__":
    for line in sys.stdin.read().splitlines() or [""]:
        sys.stdout.write(f"in the report: {check(json.loads(line), sys.argv[1])}\n")
