"""Cells: exact for machines, harmless in a spreadsheet, and nothing lost."""

import csv
import io
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.reports.cells import cell, disarmed, encoded, line, table, told

TRICKY = st.text(st.sampled_from("=+-@|%＝＋－＠'\"“ \u00a0\u3000\x00,;\t\r\na1")) | st.text()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("=1+1", "'=1+1"),
        ("+1", "'+1"),
        ("-5.00", "'-5.00"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\tx", "'\tx"),
        ("\rx", "'\rx"),
        ("\nx", "'\nx"),
        ("＝1", "'＝1"),
        ("＋1", "'＋1"),
        ("－1", "'－1"),
        ("＠x", "'＠x"),
        ("|calc", "'|calc"),
        ("%0A", "'%0A"),
        ('"=1+1', "'\"=1+1"),
        ("'=1+1", "''=1+1"),
        (" ' \"=1+1", "' ' \"=1+1"),
        ("    =1+1", "'    =1+1"),
        ("\u00a0=1+1", "'\u00a0=1+1"),
        ("\ufeff=1+1", "'\ufeff=1+1"),
        ("\x00=1+1", "'\x00=1+1"),
        ("a\r\n=1+1,b", "a\r\n'=1+1,b"),
        ("a;=1+1", "a;'=1+1"),
        ("a,=1+1", "a,'=1+1"),
        ("\t=1+1", "'\t'=1+1"),
    ],
)
def test_a_formula_is_disarmed(text: str, expected: str) -> None:
    assert disarmed(text) == expected


@pytest.mark.parametrize(
    "text", ["", "A-1", "a=b", "1E5", "a,b", 'a"b', "it's", "'quoted'", "a, b", "ä-b", "x@y.example"]
)
def test_ordinary_text_stays_as_it_is(text: str) -> None:
    assert disarmed(text) == text


@given(TRICKY)
def test_the_text_can_be_had_back(text: str) -> None:
    assert told(disarmed(text)) == text


@given(TRICKY)
def test_no_piece_of_a_cell_leads_to_a_sign(text: str) -> None:
    harmless = disarmed(text)
    assert not re.match("[\t\r\n]", harmless)
    for piece in re.split("[,;\t\r\n]", harmless):
        assert not re.match(r"""[\s"“\x00]*[=+@|%＝＋－＠-]""", piece)


@given(st.lists(TRICKY, min_size=2, max_size=5))
def test_a_line_is_what_the_csv_module_writes_of_disarmed_cells(cells: list[str]) -> None:
    expected = io.StringIO()
    csv.writer(expected, lineterminator="\r\n").writerow(map(disarmed, cells))
    assert line(map(cell, cells)) == expected.getvalue()


@given(st.lists(st.lists(TRICKY, min_size=2, max_size=3), max_size=4))
def test_what_is_written_is_read_back(rows: list[list[str]]) -> None:
    kept = [[text.encode("utf-8", "replace").decode() for text in row] for row in rows]
    file = encoded(line(map(cell, row)) for row in rows)
    assert [[*map(told, row)] for row in table(io.BytesIO(file))] == kept


def test_half_a_character_does_not_stop_a_report() -> None:
    assert encoded(["a\ud800b"]) == b"a?b"
