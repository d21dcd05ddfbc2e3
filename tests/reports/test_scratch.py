"""A scratch folder is this process's own: what the dead left goes, what the living work on stays."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from chalicelib.reports.scratch import emptied


def test_a_folder_is_new_and_empty_and_goes_afterwards(tmp_path: Path) -> None:
    with emptied(tmp_path / "close") as folder:
        (folder / "rows").write_text("x")
        assert list(folder.iterdir()) == [folder / "rows"]
    assert not (tmp_path / "close").exists()


@pytest.mark.parametrize("left", ["tmpabc", f"{os.getpid()}-abc"])
def test_what_a_killed_run_left_goes_first(tmp_path: Path, left: str) -> None:
    (tmp_path / left).mkdir()
    with emptied(tmp_path):
        assert not (tmp_path / left).exists()


def test_what_another_process_works_on_stays_until_it_has_ended(tmp_path: Path) -> None:
    other = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    theirs = tmp_path / f"{other.pid}-abc"
    theirs.mkdir()
    with emptied(tmp_path):
        assert theirs.exists()
    assert theirs.exists()
    other.communicate(b"\n")
    with emptied(tmp_path):
        assert not theirs.exists()
