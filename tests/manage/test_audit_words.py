"""The words `verify` and `reprice`: what they print, and how they end."""

from dataclasses import dataclass
from typing import Any

import pytest

from chalicelib.manage.command import main
from tests.audit.months import Months
from tests.audit.paper import Files, Shelf, bucket


@dataclass
class Desk:
    """A desk with nothing on it but the bucket."""

    shelf: Shelf

    def bucket(self) -> Shelf:
        return self.shelf


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Files:
    return bucket(Months(3, count=1), tmp_path_factory.mktemp("scratch"))


def run(files: Files, *words: str) -> int:
    desk: Any = Desk(Shelf(files))
    return main(words, lambda _: desk)


@pytest.mark.parametrize("word", ["verify", "reprice"])
def test_a_close_that_is_right_is_called_so(word: str, files: Files, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(files, word, "2026-09") == 0
    assert capsys.readouterr().out.startswith("closes/2026-09: every")


def test_what_differs_is_printed_and_the_command_fails(files: Files, capsys: pytest.CaptureFixture[str]) -> None:
    key = next(key for key in files if key.endswith("-balances.csv"))
    assert run(files | {key: files[key] + b"\r\n"}, "verify", "2026-09") == 1
    told = capsys.readouterr()
    assert "closes/2026-09/balances.csv: sha256" in told.out
    assert "the close of 2026-09 has" in told.err


@pytest.mark.parametrize("word", ["verify", "reprice"])
def test_a_period_that_is_not_closed_is_said_to_be_none(
    word: str, files: Files, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(files, word, "2026-10") == 1
    assert "2026-10" in capsys.readouterr().err
