"""What was changed after publication is found and named."""

import json
import random
import subprocess
import sys
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest

from audit import reprice as repricing
from audit.reprice import Reprice
from audit.verify import Verify
from tests.audit.months import Months
from tests.audit.paper import Files, bucket

LAST = "2026-10"
CLOSE, BEFORE = f"closes/{LAST}/manifest.json", "closes/2026-09/manifest.json"


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Files:
    return bucket(Months(7), tmp_path_factory.mktemp("scratch"))


def kinds(files: Files) -> Iterator[tuple[str, str]]:
    """A key of each sort of file, and what a person calls it."""
    for part in json.loads(files[CLOSE])["parts"]:
        yield part["key"], f"closes/{LAST}/{part['name']}"
    balances = next(part for part in json.loads(files[BEFORE])["parts"] if part["name"] == "balances.csv")
    yield balances["key"], "closes/2026-09/balances.csv"
    day = f"reports/{LAST}-15"
    yield json.loads(files[f"{day}/manifest.json"])["parts"][0]["key"], f"{day}/commissions.csv"
    yield from ((key, key) for key in (CLOSE, BEFORE, f"{day}/manifest.json"))


def test_one_altered_byte_of_any_file_is_found_and_the_file_is_named(files: Files) -> None:
    dice = random.Random(3)
    for key, name in kinds(files):
        for _ in range(5):
            content = bytearray(files[key])
            content[dice.randrange(len(content))] ^= 1 << dice.randrange(8)
            found = Verify((files | {key: bytes(content)}).get, LAST).run()
            assert any(name in one for one in found), (key, found)


def test_a_missing_file_is_named(files: Files) -> None:
    for key, name in kinds(files):
        found = Verify({other: content for other, content in files.items() if other != key}.get, LAST).run()
        assert any(name in one for one in found), (key, found)


def replaced(files: Files, name: str, old: str, new: str) -> Files:
    """The files after somebody has changed one and made its manifest agree."""
    manifest = json.loads(files[CLOSE])
    part = next(part for part in manifest["parts"] if part["name"] == name)
    content = files[part["key"]].decode()
    assert content.count(old) == 1
    changed = content.replace(old, new).encode()
    hashed = sha256(changed).hexdigest()
    part |= {"bytes": len(changed), "sha256": hashed, "key": f"closes/{LAST}/{hashed}-{name}"}
    told = json.dumps(manifest, sort_keys=True, separators=(",", ":")).encode() + b"\n"
    return files | {part["key"]: changed, CLOSE: told}


def line_of(files: Files, name: str, number: int) -> str:
    part = next(part for part in json.loads(files[CLOSE])["parts"] if part["name"] == name)
    return files[part["key"]].decode().split("\r\n")[number]


def a_priced_line(files: Files) -> tuple[int, str, str]:
    """A line of lines.csv that makes something payable at once: its number, its cells, and what is due."""
    part = next(part for part in json.loads(files[CLOSE])["parts"] if part["name"] == "lines.csv")
    for row in repricing.rows(files[part["key"]]):
        if row.kind in ("cpc", "cpm", "flat") and row.payable_due > 100:
            number = int(row.line)
            return number, line_of(files, "lines.csv", number), repricing.shown(row.payable_due, row.due_currency)
    raise AssertionError("no such line in these months")


def test_an_amount_that_was_changed_with_its_hash_is_named_by_line_and_column(files: Files) -> None:
    number, line, due = a_priced_line(files)
    more = due[:-1] + str((int(due[-1]) + 1) % 10)
    cells = line.split(",")
    at = 22
    assert cells[at] == due
    changed = replaced(files, "lines.csv", line, ",".join((*cells[:at], more, *cells[at + 1 :])))
    sentence = f"closes/{LAST}/lines.csv line {number}: payable_due {more}, expected {due}"
    assert sentence in Reprice(changed.get, LAST).run()
    assert any("balances.csv line" in one and "moved_payable" in one for one in Verify(changed.get, LAST).run())


def test_a_line_that_was_taken_out_is_missed(files: Files) -> None:
    _, line, _ = a_priced_line(files)
    changed = replaced(files, "lines.csv", f"{line}\r\n", "")
    assert any("there is no line " in one for one in Reprice(changed.get, LAST).run())
    assert any("rows" in one for one in Verify(changed.get, LAST).run())


def test_a_visit_that_was_moved_to_another_reason_is_found(files: Files) -> None:
    line = line_of(files, "traffic.csv", 1)
    start, gross, billable, head, rest = line[: line.index(",", line.index(",") + 1)], *line.split(",", 6)[3:]
    kind = line.split(",")[2]
    moved = f"{start},{kind},{gross},{int(billable) - 1},{int(head) + 1},{rest}"
    found = Verify(replaced(files, "traffic.csv", line, moved).get, LAST).run()
    place = f"closes/{LAST}/traffic.csv line 1"
    assert f"{place}: billable {int(billable) - 1}, expected {billable}" in found
    assert f"{place}: head {int(head) + 1}, expected {head}" in found


def test_visits_that_nobody_counted_are_found(files: Files) -> None:
    line = line_of(files, "traffic.csv", 1)
    found = Verify(replaced(files, "traffic.csv", f"{line}\r\n", "").get, LAST).run()
    assert any("traffic.csv: there is no line" in one for one in found)
    every = line_of(files, "traffic.csv", 0)
    part = next(part for part in json.loads(files[CLOSE])["parts"] if part["name"] == "traffic.csv")
    rest = files[part["key"]].decode().removeprefix(f"{every}\r\n")
    emptied = Verify(replaced(files, "traffic.csv", rest, "").get, LAST).run()
    assert any("traffic.csv: there is no line" in one for one in emptied)


@pytest.mark.parametrize("name", ["bases.csv", "shares.csv", "taxes.csv", "taken.csv", "open-items.csv"])
def test_what_is_handed_on_is_repriced_too(files: Files, name: str) -> None:
    line = line_of(files, name, 1)
    assert any(
        f"{name}: there is no line" in one for one in Reprice(replaced(files, name, f"{line}\r\n", "").get, LAST).run()
    )


@pytest.mark.parametrize(("program", "said"), [("verify", "everything fits"), ("reprice", "every line is as repriced")])
def test_a_program_runs_on_a_downloaded_folder(files: Files, program: str, said: str, tmp_path: Path) -> None:
    for key, content in files.items():
        path = tmp_path / key
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    root = Path(__file__).parent.parent.parent
    words = [sys.executable, "-m", f"audit.{program}", str(tmp_path)]
    good = subprocess.run(words, cwd=root, capture_output=True, text=True, check=False)
    assert (good.returncode, good.stdout) == (0, f"closes/{LAST}: {said}\n")
    part = next(part for part in json.loads(files[CLOSE])["parts"] if part["name"] == "lines.csv")
    (tmp_path / part["key"]).write_bytes(files[part["key"]].replace(b",booked,", b",flooded,"))
    bad = subprocess.run(words, cwd=root, capture_output=True, text=True, check=False)
    assert bad.returncode == 1
    assert "lines.csv" in bad.stdout
