"""Rows as people make them: each is read, or costs itself alone."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.manage.upload_file import MOST_CHARACTERS, Row, rows


def read(content: bytes | str) -> list[Row]:
    """The rows of a file."""
    return list(rows(io.BytesIO(content if isinstance(content, bytes) else content.encode())))


@pytest.mark.parametrize(
    "content",
    [
        "order_id,amount\nA-1,5\n",
        "order_id,amount\r\nA-1,5\r\n",
        "order_id,amount\rA-1,5\r",
        "order_id,amount\nA-1,5",
        "\ufefforder_id,amount\nA-1,5\n",
        "order_id;amount\nA-1;5\n",
        "order_id\tamount\nA-1\t5\n",
        '"order_id","amount"\n"A-1","5"\n',
        " order_id , amount\n A-1 ,5 \n",
    ],
    ids=["lf", "crlf", "cr", "no end", "bom", "semicolons", "tabs", "quotes", "blanks"],
)
def test_a_file_may_be_written_in_many_ways(content: str) -> None:
    assert read(content) == [Row(1, ("order_id", "amount")), Row(2, ("A-1", "5"))]


def test_a_semicolon_file_may_have_commas_in_its_amounts() -> None:
    assert read("order_id;amount\nA-1;5,20\n")[1].cells == ("A-1", "5,20")


def test_a_quoted_cell_may_have_line_breaks_and_quotes() -> None:
    assert read('order_id,coupon\n"A\n1","say ""x"""\nA-2,\n') == [
        Row(1, ("order_id", "coupon")),
        Row(2, ("A\n1", 'say "x"')),
        Row(3, ("A-2", "")),
    ]


def test_empty_rows_are_counted_and_left_out() -> None:
    assert [row.number for row in read("\norder_id,amount\n\n,,\nA-1,5\n")] == [2, 5]


def test_a_quote_that_is_never_closed_costs_its_own_row_alone() -> None:
    lines = ["order_id,coupon", 'A-1,"open', *(f"A-{n},x" for n in range(2, 200))]
    found = read("\n".join(lines))
    assert found[1] == Row(2, (), "bad_row")
    assert [row.cells[0] for row in found[2:]] == [f"A-{n}" for n in range(2, 200)]


def test_a_quote_in_a_wrong_place_costs_its_own_row_alone() -> None:
    found = read('order_id,coupon\n"A"1,x\nA-2,y\n')
    assert [row.reason for row in found] == ["", "bad_row", ""]


@pytest.mark.parametrize("more", [-3, -2, -1, 0, 1, 2])
@pytest.mark.parametrize("times", [1, 3])
def test_a_row_that_is_too_long_costs_itself_alone(times: int, more: int) -> None:
    found = read("order_id,coupon\n" + "x" * (times * (MOST_CHARACTERS + 1) + more) + ",y\nA-2,y\n")
    assert [(row.number, row.reason) for row in found] == [(1, ""), (2, "bad_row"), (3, "")]


def test_bytes_that_are_no_text_stay_in_their_row() -> None:
    found = read(b"order_id,coupon\nA\xff1,x\nA-2,y\n")
    assert not found[1].cells[0].isprintable()
    assert found[2].cells == ("A-2", "y")


CELL = st.text(st.sampled_from('ab",;\n\r\t ')).map(str.strip)


@given(st.lists(st.tuples(CELL, CELL), max_size=5))
def test_whatever_a_csv_writer_writes_is_read(given_rows: list[tuple[str, str]]) -> None:
    file = io.StringIO()
    csv.writer(file, quoting=csv.QUOTE_ALL).writerows([("order_id", "coupon"), *given_rows])
    assert [row.cells for row in read(file.getvalue())[1:]] == [row for row in given_rows if any(row)]


@given(st.binary())
def test_no_bytes_stop_a_file(content: bytes) -> None:
    assert all(row.cells or row.reason for row in read(content))
