"""No cell of any CSV file that is written becomes a formula, whoever chose its text."""

import ast
import csv
import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from chalicelib.manage.upload import Door, Upload
from chalicelib.model.bank import Account
from chalicelib.model.fact import Fact
from chalicelib.model.line import Buckets, Line
from chalicelib.model.manual import Manual
from chalicelib.model.network import Affiliate
from chalicelib.model.party import Party
from chalicelib.model.payment import Batch, Payment
from chalicelib.reports import journal
from chalicelib.reports.batch import Batches
from tests.hostile.naughty import NAUGHTY
from tests.reports.month_world import OCTOBER, Bureau, sale
from tests.reports.world import Bucket

LIB: Final = Path(__file__).parents[2] / "chalicelib"
FORMULAS: Final = (
    *('=HYPERLINK("http://evil.example","x")', "+1+1", "-2+3", "@SUM(1)", "=cmd|' /C calc'!A0", "|calc", "%0A"),
    *(
        "\t=1+1",
        "\r=1+1",
        "\n=1+1",
        ' "=1+1',
        "'=1",
        "＝1+1",
        "\u00a0=1",
        "\ufeff=1",
        "a,=1+1",
        "a;=1+1",
        "a\n=1+1,b",
        "\x00=1",
    ),
)
TEXTS: Final = tuple(dict.fromkeys((*FORMULAS, *(text for text in NAUGHTY if text and len(text) < 300))))
NUMBER: Final = re.compile(r"-?[0-9]+(\.[0-9]+)?")
TEMPTING: Final = re.compile(r"[\s\x00-\x1f\x7f-\xa0\u200b\ufeff\"'“”‘’]*[=+\-@|%＝＋－＠]")


def is_formula(cell: str) -> bool:
    """Whether a spreadsheet might run a cell, or a piece of it that it divides off."""
    if NUMBER.fullmatch(cell) or not cell:
        return False
    if cell[0] in "\t\r\n":
        return True
    return any(TEMPTING.match(piece) and not piece.startswith("'") for piece in re.split(r"[,;\t\r\n]", cell))


def formulas(content: bytes) -> list[str]:
    """The cells of a CSV file that a spreadsheet might run."""
    rows = csv.reader(io.StringIO(content.decode(), newline=""), strict=True)
    return [cell for row in rows for cell in row if is_formula(cell)]


def strange_sales() -> Iterator[Fact]:
    """A sale for each text, with the text wherever a stranger may put one."""
    for number, text in enumerate(TEXTS):
        said = text.encode("utf-8", "replace").decode()
        yield sale(
            said or str(number),
            OCTOBER,
            1 + number % 28,
            conversion=f"{number:032x}",
            coupon=said,
            status_word=said,
            subs=(said,) * 5,
            goal=said,
        )


@pytest.mark.parametrize("text", FORMULAS)
def test_the_check_itself_sees_a_formula_that_is_not_disarmed(text: str) -> None:
    assert is_formula(text) or text == "'=1"


def test_no_file_of_a_month_holds_a_formula(tmp_path: Path) -> None:
    bureau = Bureau(tmp_path, affiliates=[Affiliate("anna", '=HYPERLINK("x")'), Affiliate("ben", "@SUM(1)")])
    bureau.table.show(strange_sales())
    for number, text in enumerate(FORMULAS):
        day = f"2026-10-{number + 1:02d}"
        written = Manual("anna", "EUR", f"={number}", "adjusted", 100, text, text, OCTOBER.start_ms + number, day)
        bureau.hands.written.append(written)
    bureau.close(OCTOBER)
    files = {key: content for key, content in bureau.bucket.content.items() if key.endswith(".csv")}
    assert len(files) > 30
    assert {key: found for key, content in files.items() if (found := formulas(content))} == {}
    whole = b"".join(files.values()).decode()
    assert all(text.splitlines()[0].strip() in whole for text in ("=HYPERLINK", "@SUM(1)", "|calc"))


def test_no_payout_file_holds_a_formula() -> None:
    payments = tuple(
        Payment(
            "2026-10/anna/EUR",
            text,
            "EUR",
            100,
            Party(text, country="DE", tax_id=text, account=Account("DE89370400440532013000", "", text)),
            text,
        )
        for text in FORMULAS
    )
    network = Party("A network", country="DE", account=Account("DE89370400440532013000", "COBADEFFXXX"))
    bucket = Bucket()
    Batches(bucket).publish(Batch("2026-10-a", network, payments, 1_793_600_000_000, "2026-11-05"))
    [table] = [content for key, content in bucket.content.items() if key.endswith(".csv")]
    assert len(table.splitlines()) > len(FORMULAS)
    assert formulas(table) == []


def test_no_journal_holds_a_formula() -> None:
    plain = Buckets(0, 0, 100)
    lines = [Line("booked", text, text, text, text, "EUR", "EUR", plain, plain, 0, 150) for text in FORMULAS]
    content = "".join(journal.rows(journal.summed(lines), "2026-10-31", "2026-10")).encode()
    assert len(content.splitlines()) > len(FORMULAS)
    assert formulas(content) == []


def test_no_result_of_an_upload_holds_a_formula(tmp_path: Path) -> None:
    file = tmp_path / "rows.csv"
    with file.open("w", encoding="utf-8", errors="surrogateescape", newline="") as rows:
        csv.writer(rows).writerows([("order_id", "amount"), *((text, "1.00") for text in TEXTS)])
    answer = {"status": "rejected", "reason": "click_id_missing", "conversion_id": "", "state": ""}
    done = Upload(file, "shop", Door(lambda said, must_exist: (422, answer), {}), tmp_path / "results").run()
    content = done.results.read_bytes()
    assert done.sums["rows"] > 300
    assert formulas(content) == []
    assert all(len(line.split(b",")) == 6 for line in content.splitlines())


def test_nobody_writes_csv_but_by_the_cells() -> None:
    """Python's own writer disarms nothing. Who joins cells has them from `cells`, or as `upload` shows order ids.

    What `rate_table` joins is the header that it asks for.
    """
    writers = set()
    for path in [*(LIB / "reports").rglob("*.py"), *(LIB / "manage").rglob("*.py")]:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Attribute) and node.attr in ("writer", "DictWriter"):
                writers.add(path.name)
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "','.join":
                writers.add(path.name)
    assert writers == {"cells.py", "close_files.py", "lines.py", "upload.py", "rate_table.py"}
