"""What the README tells a newcomer to type is typed here, word for word."""

import re
import shlex
from pathlib import Path
from typing import Any

from tests.journey.operator import ROOT, Network, command
from tests.stack import Standing

README = (ROOT / "README.md").read_text()


def block(name: str) -> str:
    """The code between a pair of markers."""
    found = re.search(rf"<!-- {name}:begin -->\s*```\w+\n(.*?)```\s*<!-- {name}:end -->", README, re.S)
    assert found, name
    return found[1]


def test_the_readme_leads_from_nothing_to_a_paid_sale(stack: Standing) -> None:
    told: dict[str, str] = {}
    for line in block("commands").splitlines():
        words = shlex.split(line.removeprefix("./clickledger"))
        told[" ".join(words[:2])] = command(stack, *words).strip()
    network = Network(stack, told["advertiser token"], "", "summer")
    assert told["link add"].endswith("/c/summer")
    click = network.click()
    [_, url] = shlex.split(block("postback").replace("$CLICK_ID", click).replace("$TOKEN", network.token))
    first, again = (stack.ask("GET", url.partition("go.example.com")[2]) for _ in range(2))
    assert (first.status, first.json["status"], first.json["state"]) == (200, "accepted", "approved")
    assert again.json["status"] == "replayed"
    shape = re.search(r'```json\n(\{"status".*?)\n```', README)
    assert shape
    assert set(re.findall(r'"(\w+)":', shape[1])) == set(first.json)


def test_the_signature_that_the_readme_makes_is_believed(network: Network, order: str) -> None:
    room: dict[str, Any] = {}
    exec(block("signature"), room)
    said = {"click_id": network.click(), "goal": "sale", "order_id": order, "amount": "49.90", "currency": "USD"}
    answer = network.stack.ask("GET", "/postback?" + room["signed"](network.secret, said))
    assert (answer.status, answer.json["status"]) == (200, "accepted")


def test_the_snippet_of_the_readme_is_the_one_that_is_tried_in_a_browser() -> None:
    tried = re.findall(r"```html\n(.*?)```", (ROOT / "docs" / "tag.md").read_text(), re.S)
    assert re.findall(r"```html\n(.*?)```", README, re.S) == tried


def test_every_make_target_that_the_papers_name_exists() -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.M))
    papers = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *Path(ROOT / "docs").rglob("*.md")]
    named = {name for paper in papers for name in re.findall(r"make ([a-z]+)", paper.read_text())}
    assert {"run", "test"} <= named & targets
    assert {name for name in named if f"`make {name}" in README} <= targets
