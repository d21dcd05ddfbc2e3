"""The program that an affiliate runs: alone, on what the network has sent, against the root that it has kept."""

import json
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

import pytest

from chalicelib.model import merkle
from tests.reports.world import DAY, Desk, click, stories

USED = {"json", "sys", "hashlib", "typing"}
PROGRAM = Path(__file__).parent.parent.parent / "audit" / "inclusion.py"
FACTS = stories(9)


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """A published day."""
    desk = Desk(tmp_path_factory.mktemp("desk"))
    desk.table.show(FACTS)
    desk.clicks.come(*(click(n, affiliate=("anna", "ben")[n % 2]) for n in range(11)))
    desk.run()
    return desk


def run(folder: Path, root: str, sent: str) -> tuple[int, str]:
    """How the program ends and what it prints, in a folder of its own and with nothing but the standard library."""
    alone = folder / "inclusion.py"
    alone.write_bytes(PROGRAM.read_bytes())
    command = [sys.executable, "-I", "-S", str(alone), root]
    done = subprocess.run(command, input=sent, capture_output=True, text=True, cwd=folder, check=False)
    return done.returncode, done.stdout


def sent(desk: Desk, name: str) -> str:
    """What the command prints."""
    return "".join(json.dumps(proof) + "\n" for proof in desk.proofs(*FACTS).of(name))


def kept(desk: Desk, affiliate: str) -> str:
    """The root on an affiliate's statement."""
    return desk.lines(f"statements/affiliate-{affiliate}.csv")[-1]["conversion"]


def test_a_click_and_all_facts_of_a_sale_are_found_by_the_root_on_the_statement(desk: Desk, tmp_path: Path) -> None:
    sale = next(one for one in FACTS if one.affiliate == "anna" and one.n == 1)
    for name, lines in ((click(0).id, 1), (sale.conversion, 2)):
        code, told = run(tmp_path, kept(desk, "anna"), sent(desk, name))
        assert (code, told.count("in the report: "), told.count(name)) == (0, lines, lines)


def test_the_days_root_serves_everybody(desk: Desk, tmp_path: Path) -> None:
    root = desk.manifest()["proofs"]["root"]
    for name in (click(0).id, click(1, affiliate="ben").id):
        assert run(tmp_path, root, sent(desk, name))[0] == 0


@pytest.mark.parametrize("touch", ["another click", "another day", "nothing", "no proof", "no root", "half"])
def test_what_is_not_proven_ends_badly(desk: Desk, tmp_path: Path, touch: str) -> None:
    proof, root = sent(desk, click(0).id), kept(desk, "anna")
    match touch:
        case "another click":
            proof = proof.replace(click(0).id, click(2).id)
        case "another day":
            proof = proof.replace(DAY, "2026-11-25")
        case "nothing":
            proof = ""
        case "no proof":
            proof = "{}"
        case "no root":
            root = sha256(b"").hexdigest()
        case "half":
            proof = proof[:-20]
    code, told = run(tmp_path, root, proof)
    assert (code != 0, told) == (True, "")


def test_its_way_up_is_that_of_the_trees_for_every_size() -> None:
    """The two are written apart: here the program is held to the trees, in all the places that a leaf can have."""
    from audit import inclusion

    for size in range(1, 66):
        texts = [f"leaf {number}" for number in range(size)]
        hashes = [merkle.leaf(text.encode()) for text in texts]
        root = merkle.root(hashes).hex()
        for index, text in enumerate(texts):
            path = [one.hex() for one in merkle.path(hashes, index, size)]
            assert inclusion.climb(text, index, size, path) == root
            for other in range(size):
                if other != index:
                    assert climbed(texts[other], index, size, path) != root
                    assert climbed(text, other, size, path) != root


def climbed(text: str, index: int, size: int, path: list[str]) -> str:
    from audit import inclusion

    try:
        return inclusion.climb(text, index, size, path)
    except ValueError:
        return ""


def test_it_can_be_read_in_a_minute_and_uses_nothing_of_ours() -> None:
    source = PROGRAM.read_text()
    assert len(source.splitlines()) <= 50
    assert max(map(len, source.splitlines())) <= 120
    words = [line.split() for line in source.splitlines()]
    assert {line[1] for line in words if line and line[0] in ("import", "from")} == USED
