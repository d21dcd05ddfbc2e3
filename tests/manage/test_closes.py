"""`./clickledger close`: what it says, and that a month which cannot be closed is one line and no traceback."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from chalicelib.manage.command import main
from chalicelib.model.together import NoRate


@dataclass(frozen=True)
class Closed:
    """A closed month."""

    period: str
    lines: int = 3
    sha256: str = "abc"


class Months:
    """Closes of which October is closed and November lacks a rate."""

    def close(self, name: str, now_ms: int) -> Closed:
        if name == "2026-11":
            raise NoRate("EUR", "USD")
        if name != "2026-10":
            raise ValueError("the next period to close is 2026-11")
        return Closed(name)

    def listing(self) -> Iterable[Closed]:
        return [Closed("2026-10"), Closed("2026-09", 2)]

    def fetch(self, name: str, folder: Path) -> Sequence[Path]:
        return [folder / "manifest.json"]

    def rebuild(self, name: str) -> Sequence[str]:
        return () if name == "2026-10" else ("lines.csv",)


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        ("run 2026-10", 0, "2026-10  3 lines  abc"),
        ("run 2026-11", 1, "no exchange rate from EUR to USD"),
        ("run 2026-12", 1, "the next period to close is 2026-11"),
        ("list", 0, "2026-09  2 lines  abc"),
        ("fetch 2026-10 --to there", 0, "there/2026-10/manifest.json"),
        ("rebuild 2026-10", 0, "every file came out the same"),
        ("rebuild 2026-09", 1, "lines.csv"),
    ],
)
def test_each_word_says_what_became_of_it(words: str, code: int, said: str, capsys: pytest.CaptureFixture[str]) -> None:
    desk: Any = SimpleNamespace(closes=Months, clock=lambda: 0)
    assert main(["close", *words.split()], lambda _: desk) == code
    found = capsys.readouterr()
    assert said in (found.err if code else found.out)
