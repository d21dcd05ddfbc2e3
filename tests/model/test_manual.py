"""A line by hand has a reason and a person, two above a set sum, and counts once."""

from dataclasses import replace

import pytest

from chalicelib.model import manual
from chalicelib.model.manual import Before, Manual
from chalicelib.model.sale import Refusal

LINE = Manual("anna", "EUR", "2026-11-a", "bonus", 5000, "best of the month", "ben", 1_790_000_000_000, "2026-11-03")
ALONE = {"EUR": 5000}
LATER = 1_790_100_000_000


def write(said: list[Manual], line: Manual, debt: int = 0) -> manual.Answer:
    return manual.write(said, line, ALONE, debt)


def test_a_small_line_counts_at_once() -> None:
    assert write([], LINE) == replace(LINE, step="booked")


@pytest.mark.parametrize(
    "change",
    [
        {"amount": 5001},
        {"amount": -5001, "kind": "adjusted"},
        {"currency": "USD"},
        {"amount": 1, "revenue": 5001, "revenue_currency": "EUR", "advertiser": "shop"},
        {"amount": 1, "revenue": 1, "revenue_currency": "USD", "advertiser": "shop"},
    ],
)
def test_a_large_line_waits_for_a_second_person(change: dict[str, object]) -> None:
    answer = write([], replace(LINE, **change))  # type: ignore[arg-type]
    assert isinstance(answer, Manual)
    assert (answer.step, answer.counts) == ("proposed", False)


def test_a_line_that_another_person_has_checked_counts_on_that_day() -> None:
    first = write([], replace(LINE, amount=9000))
    assert isinstance(first, Manual)
    seconded = manual.second([first], "carl", LATER, "2026-11-04", 0)
    wanted = replace(first, step="seconded", second_person="carl", at_ms=LATER, day="2026-11-04", n=1)
    assert seconded == wanted
    assert manual.second([first, wanted], "carl", LATER, "2026-11-05", 0) == Before(wanted)


@pytest.mark.parametrize("name", ["ben", "BEN", " b e n"])
def test_nobody_is_his_own_second_person(name: str) -> None:
    first = replace(LINE, amount=9000, step="proposed")
    assert manual.second([first], name, LATER, "2026-11-04", 0) == Refusal("rejected", "same_person")


def test_there_is_nothing_to_second_without_a_line() -> None:
    assert manual.second([], "carl", LATER, "2026-11-04", 0) == Refusal("rejected", "unknown_line")


def test_the_same_line_again_is_no_second_one() -> None:
    assert write([LINE], replace(LINE, at_ms=LATER, day="2026-11-09", person="carl")) == Before(LINE)


@pytest.mark.parametrize("change", [{"amount": 4999}, {"kind": "adjusted"}, {"reason": "other"}, {"campaign": "c"}])
def test_another_line_under_the_same_key_is_a_conflict(change: dict[str, object]) -> None:
    assert write([LINE], replace(LINE, **change)) == Refusal("conflict", "other_line")  # type: ignore[arg-type]


@pytest.mark.parametrize(("amount", "debt"), [(101, 100), (1, 0), (-5, 100)])
def test_no_more_than_the_debt_is_written_off(amount: int, debt: int) -> None:
    line = replace(LINE, kind="write_off", amount=amount)
    assert write([], line, debt) == Refusal("rejected", "more_than_debt")


def test_a_debt_is_written_off_to_its_last_cent() -> None:
    assert write([], replace(LINE, kind="write_off", amount=100), 100) == replace(LINE, kind="write_off", amount=100)


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"reason": " "}, "reason"),
        ({"reason": "x" * 201}, "reason"),
        ({"key": "a#b"}, "key"),
        ({"amount": 0}, "moves something"),
        ({"amount": -1}, "bonus"),
        ({"revenue": 5}, "advertiser"),
        ({"kind": "write_off", "revenue": 5, "advertiser": "shop", "revenue_currency": "EUR"}, "no revenue"),
    ],
)
def test_a_line_that_makes_no_sense_is_said_to(change: dict[str, object], word: str) -> None:
    assert manual.mistake(LINE) == ""
    assert word in manual.mistake(replace(LINE, **change))  # type: ignore[arg-type]
