"""Finance's table of rates is read strictly, kept as it came, and shown as a day's conversions see it."""

from hashlib import sha256
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.manage.command import Desk, main
from chalicelib.manage.rate_table import BadTable, RateDesk, parse
from chalicelib.model.day import iso
from chalicelib.store.rates import Rates
from tests.web.shopfront import Front

LAST = "2026-11-25"
GOOD = b"date,base,currency,rate\n2026-11-24,EUR,USD,1.0812\n2026-11-24,EUR,GBP,0.8541\n2026-11-23,USD,EUR,0.92\n"


def test_a_table_is_read_by_date() -> None:
    assert parse(GOOD, LAST) == {
        "2026-11-24": ("EUR", {"USD": "1.0812", "GBP": "0.8541"}),
        "2026-11-23": ("USD", {"EUR": "0.92"}),
    }


@pytest.mark.parametrize("content", [b"\xef\xbb\xbf" + GOOD, GOOD.replace(b"\n", b"\r\n"), GOOD + b"\n\n"])
def test_a_byte_order_mark_and_windows_lines_and_empty_lines_change_nothing(content: bytes) -> None:
    assert parse(content, LAST) == parse(GOOD, LAST)


@pytest.mark.parametrize(
    ("line", "mistake"),
    [
        ("2026-11-24,EUR,USD", "line 2: 3 fields instead of 4"),
        ("24.11.2026,EUR,USD,1.08", "line 2: not a date: '24.11.2026'"),
        ("20261124,EUR,USD,1.08", "line 2: not a date: '20261124'"),
        ("2026-02-30,EUR,USD,1.08", "line 2: not a date: '2026-02-30'"),
        ("2026-11-26,EUR,USD,1.08", "line 2: 2026-11-26 is in the future"),
        ("2026-11-24,EUR,usd,1.08", "line 2: not a currency: 'usd'"),
        ("2026-11-24,BTC,USD,1.08", "line 2: not a currency: 'BTC'"),
        ("2026-11-24,EUR,EUR,1", "line 2: EUR is quoted against itself"),
        ('2026-11-24,EUR,USD,"1,08"', "line 2: not a rate: '1,08'"),
        ("2026-11-24,EUR,USD,0.00", "line 2: not a rate: '0.00'"),
        ("2026-11-24,EUR,USD,-1.08", "line 2: not a rate: '-1.08'"),
        ("2026-11-24,EUR,USD,1e3", "line 2: not a rate: '1e3'"),
        ("2026-11-24,EUR,USD, 1.08", "line 2: not a rate: ' 1.08'"),
        ("2026-11-24,EUR,USD,NaN", "line 2: not a rate: 'NaN'"),
        ("2026-11-24,EUR,USD,1\n2026-11-24,EUR,USD,1", "line 3: USD of 2026-11-24 stands twice"),
        ("2026-11-24,EUR,USD,1\n2026-11-24,USD,GBP,1", "line 3: 2026-11-24 has a base already: EUR"),
        ("x\ny", "line 2: 1 fields instead of 4; line 3: 1 fields instead of 4"),
        ("\n".join("x" * 12), "and 2 more"),
        ('2026-11-24,EUR,USD,"1', "line 2: unexpected end of data"),
    ],
)
def test_each_mistake_is_told_with_its_line(line: str, mistake: str) -> None:
    with pytest.raises(BadTable) as bad:
        parse(f"date,base,currency,rate\n{line}\n".encode(), LAST)
    assert mistake in str(bad.value)


@pytest.mark.parametrize(
    ("content", "mistake"),
    [
        (b"", "the header must be date,base,currency,rate"),
        (b"date;base;currency;rate\n", "the header must be"),
        (b"date,base,currency,rate\n", "no rates"),
        (b"date,base,currency,rate\n\xff", "not UTF-8 at byte 24"),
        (b"x" * (16 * 1024 * 1024 + 1), "at most 16 MB"),
    ],
)
def test_a_file_that_is_no_table_is_refused(content: bytes, mistake: str) -> None:
    with pytest.raises(BadTable, match=mistake):
        parse(content, LAST)


@given(st.binary(max_size=200) | st.text(max_size=200).map(lambda text: b"date,base,currency,rate\n" + text.encode()))
def test_any_bytes_are_a_table_or_a_mistake(content: bytes) -> None:
    found: object = None
    try:
        found = parse(content, LAST)
    except BadTable as bad:
        found = str(bad)
    assert found


class Shelf:
    """A bucket in memory: put_new keeps its first word."""

    def __init__(self) -> None:
        self.kept: dict[str, bytes] = {}

    def put_new(self, key: str, content: bytes | Path) -> bool:
        assert isinstance(content, bytes)
        return self.kept.setdefault(key, content) is content


@pytest.fixture
def shelf() -> Shelf:
    return Shelf()


@pytest.fixture
def desk(front: Front, shelf: Shelf) -> Desk:
    # Tables of rates are everybody's: these lie in a century in which no other test looks for any.
    front.passes((60_000 + int.from_bytes(front.shop.encode()[-6:]) % 30_000) * 86_400_000)
    rates = Rates(front.table, "ledger", 0, lambda: 0.0)
    return cast("Desk", SimpleNamespace(rates=RateDesk(rates, lambda: shelf, lambda: front.now, "UTC")))


def run(desk: Any, *words: str) -> int:
    return main(words, lambda _: desk)


def test_an_upload_keeps_the_file_and_is_harmless_when_it_is_repeated(
    desk: Desk, shelf: Shelf, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    day = iso(desk.rates.clock())[:10]
    content = f"date,base,currency,rate\n{day},EUR,USD,1.0812\n{day},EUR,GBP,0.8541\n".encode()
    file, name = tmp_path / "rates.csv", sha256(content).hexdigest()
    file.write_bytes(content)
    assert [run(desk, "rates", "upload", str(file)) for _ in range(2)] == [0, 0]
    assert capsys.readouterr().out == f"table {name}: 1 dates, 1 of them new\ntable {name}: 1 dates, 0 of them new\n"
    assert shelf.kept == {f"rates/{name}.csv": content}
    assert run(desk, "rates", "show", day) == 0
    shown = capsys.readouterr().out
    assert shown == f"rates of {day}, table {name[:12]}, for one EUR\nGBP  0.8541\nUSD  1.0812\n"


def test_what_cannot_be_uploaded_or_shown_is_said_in_one_line(
    desk: Desk, shelf: Shelf, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bad = tmp_path / "bad.csv"
    bad.write_bytes(b"date,base,currency,rate\n2026-11-24,EUR,USD,x\n")
    codes = [
        run(desk, "rates", "upload", str(bad)),
        run(desk, "rates", "upload", str(tmp_path / "none.csv")),
        run(desk, "rates", "show", "1999-01-01"),
        run(desk, "rates", "show", "2001-01-01"),
    ]
    told = capsys.readouterr().err.splitlines()
    assert (codes, len(told), shelf.kept) == ([1, 1, 1, 1], 4, {})
    assert "line 2: not a rate: 'x'" in told[0]
    assert "no rates for 2001-01-01" in told[3]


def test_a_table_that_another_has_replaced_does_not_come_back_in_silence(
    front: Front, desk: Desk, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    day = iso(desk.rates.clock())[:10]
    tables = [f"date,base,currency,rate\n{day},EUR,USD,{rate}\n{more}" for rate, more in ((1, ""), (9, ""), (1, "\n"))]
    codes = []
    for content in (tables[0], tables[1], tables[0], tables[2]):
        (tmp_path / "rates.csv").write_text(content)
        codes.append(run(desk, "rates", "upload", str(tmp_path / "rates.csv")))
        front.passes(1)
    assert codes == [0, 0, 1, 0]
    assert f"{day} has had another table since" in capsys.readouterr().err
    assert desk.rates.rates.on(day).rates == (("USD", "1"),)
