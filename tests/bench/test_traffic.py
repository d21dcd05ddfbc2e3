"""`make measure` says what it measured, on rows of a folder or of installed packages."""

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from bench import traffic

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:144.0) Gecko/20100101 Firefox/144.0"


def rows(folder: Path, name: str, *found: Mapping[str, object]) -> None:
    (folder / f"{name}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in found))


def test_a_folder_is_measured(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows(tmp_path, "user_agents_bots", {"ua": "curl/8"}, {"ua": FIREFOX}, {"ua": FIREFOX, "ambiguous": True})
    rows(tmp_path, "user_agents_browsers", {"ua": FIREFOX, "weight": 0.5}, {"ua": "curl/8"})
    rows(tmp_path, "user_agents_devices", {"ua": FIREFOX}, {"ua": "Nokia"})
    asked: dict[str, object] = {"method": "HEAD", "headers": {"User-Agent": FIREFOX}}
    rows(tmp_path, "requests", asked | {"expect": {"count": False}}, asked | {"id": "odd", "expect": {"count": True}})
    assert traffic.main([str(tmp_path)]) == 0
    told = capsys.readouterr().out
    for line in (
        "bots caught:                  1 of 2 = 50.000 %",
        "Mozilla/5.0 devices refused:  0 of 1 = 0.000 %",
        "commonest browsers refused:   0 of 1 = 0.000 %",
        "requests decided as expected: 1 of 2 = 50.000 %",
        "  odd: {'verdict': 'invalid', 'reason': 'head'",
    ):
        assert line in told


def test_a_folder_without_rows_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert traffic.main([str(tmp_path)]) == 1
    assert "has none of the files" in capsys.readouterr().err
