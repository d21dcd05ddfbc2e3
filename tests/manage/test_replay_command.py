"""What `./clickledger replay` prints."""

from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import pytest

from chalicelib.manage.command import main


@dataclass
class Months:
    """Month closes that answer a replay, and remember what they were asked."""

    asked: tuple[str, ...] = ()

    def replay(self, *asked: str) -> list[Any]:
        self.asked = asked
        if asked[0] == "2026-11":
            raise ValueError("2026-11 is not closed")
        return [
            SimpleNamespace(party="affiliate", name="anna", currency="USD", was=450, would=500),
            SimpleNamespace(party="advertiser", name="shop", currency="JPY", was=1200, would=0),
        ]


def told(months: Months, *words: str) -> int:
    """The command's end."""
    desk: Any = SimpleNamespace(closes=lambda: months)
    return main(["replay", *words], lambda _: desk)


def test_each_party_has_a_line_with_what_was_what_would_be_and_the_difference(
    capsys: pytest.CaptureFixture[str],
) -> None:
    months = Months()
    assert told(months, "2026-10", "spring", "sale", "--commission", "RevShare 10%") == 0
    assert months.asked == ("2026-10", "spring", "sale", "*", "RevShare 10%", "")
    assert [line.split() for line in capsys.readouterr().out.splitlines()] == [
        ["currency", "was", "would", "be", "difference"],
        ["affiliate", "anna", "USD", "4.50", "5.00", "0.50"],
        ["advertiser", "shop", "JPY", "1200", "0", "-1200"],
    ]


def test_what_cannot_be_replayed_is_said_in_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert told(Months(), "2026-11", "spring", "sale") == 1
    assert capsys.readouterr().err == "clickledger: 2026-11 is not closed\n"
