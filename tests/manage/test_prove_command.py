"""The word `prove`: proofs and nothing else on standard output, and a plain sentence when there is none."""

import json
from pathlib import Path
from typing import Any

import pytest

from audit import inclusion
from chalicelib.manage.command import Desk as CommandDesk
from chalicelib.manage.command import main
from tests.reports.world import Desk, click, fact


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    desk = Desk(tmp_path)
    desk.table.show([fact()])
    desk.clicks.come(click())
    desk.run()
    return desk


def prove(desk: Desk, *words: str) -> int:
    parts: dict[str, Any] = dict.fromkeys(CommandDesk.__dataclass_fields__) | {"proofs": lambda: desk.proofs(fact())}
    return main(["prove", *words], lambda _: CommandDesk(**parts))


@pytest.mark.parametrize("name", [click().id, fact().conversion, f"{fact().conversion}/0"])
def test_a_proof_is_printed_as_one_line_of_json(desk: Desk, name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert prove(desk, name) == 0
    [line] = capsys.readouterr().out.splitlines()
    root = desk.lines("statements/affiliate-anna.csv")[-1]["conversion"]
    assert name.partition("/")[0] in inclusion.check(json.loads(line), root)


@pytest.mark.parametrize("name", [click(5).id, "a" * 32, f"{fact().conversion}/7", "", "/"])
def test_what_no_report_lists_is_said_to_be_in_none(desk: Desk, name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert prove(desk, name) == 1
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.startswith("clickledger: no ")
