"""Files and lines that operators are handed: what cannot be read is named in one line, and nothing falls over."""

import csv
import io
import json
import re
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.manage.rate_table import BadTable, parse
from chalicelib.manage.setup import Wrong
from chalicelib.manage.upload import Door, Upload
from chalicelib.manage.upload_acts import COLUMNS
from chalicelib.model import call, reasons, sale
from chalicelib.model.fx import decimal
from chalicelib.reports.fold import answers
from tests.hostile.naughty import NAUGHTY, RAW

ROOT: Final = Path(__file__).parents[2]
DEEP: Final = "[" * 100_000
LINES: Final = (
    *(
        b"{",
        b"[]",
        b"null",
        b"0",
        b'"a"',
        b"NaN",
        b"{}",
        DEEP.encode(),
        b'{"closes":' + DEEP.encode(),
        b"\xff\xfe",
        b"\x00",
    ),
    *(b'{"closes":["2026-10"],"network":[]}', b'{"closes":["2026-10"],"network":{"campaigns":{"a":1}}}'),
    *(b'{"closes":["\\ud800"],"network":{}}', b'{"closes":["2026-99"],"network":{}}', b'{"closes":1e999,"network":{}}'),
    *(b'{"closes":[' + b"9" * 5_000 + b"]}", b'{"event":"spilled"}', b'{"event":"spilled","message":[1]}'),
    *(
        b'{"event":"spilled","message":{"kind":"claim","said":[],"customer":0,"at":"x"}}',
        b'{"method":NaN,"headers":[]}',
    ),
    *(b'{"method":"GET","headers":{"user-agent":"\\ud800"}}', b'{"kind":"visit","id":{}}'),
)
texts = st.sampled_from(NAUGHTY) | st.text(max_size=30)
ANSWERED: Final = {"status": "rejected", "reason": "click_id_missing", "conversion_id": "", "state": ""}


def refusal(line: str) -> str:
    """Why a line cannot be folded; '' if it can."""
    try:
        list(answers([line]))
    except ValueError as named:
        return str(named)
    return ""


@pytest.mark.parametrize("word", ["fold", "verdict", "judge"])
def test_a_strange_line_is_named_and_no_traceback_is_shown(word: str) -> None:
    for line in LINES:
        done = subprocess.run(
            [sys.executable, "clickledger", word], cwd=ROOT, input=line + b"\n", capture_output=True, check=False
        )
        told = done.stderr.decode()
        assert "Traceback" not in told, (word, line[:100], told[-1500:])
        assert len(told.splitlines()) <= 1, (word, line[:100], told)
        assert done.returncode in (0, 1), (word, line[:100])


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | texts, lambda one: st.lists(one) | st.dictionaries(texts, one)
    )
)
def test_a_fold_of_anything_is_a_result_or_a_named_line(said: object) -> None:
    whole = {"closes": ["2026-10"], "network": said, "facts": said, "visits": said, "rates": said}
    for line in (json.dumps(said), json.dumps(whole)):
        wrong = refusal(line)
        assert not wrong or wrong.startswith("line 1: ")


def test_a_line_that_is_nested_too_deeply_is_named() -> None:
    with pytest.raises(ValueError, match="line 2: "):
        list(answers(["", DEEP]))


@settings(max_examples=400)
@given(st.lists(st.lists(texts, max_size=6), max_size=6), st.sampled_from(",;\t"), st.binary(max_size=8))
def test_every_row_of_an_upload_has_one_result_with_a_reason_of_the_list(
    tmp_path_factory: pytest.TempPathFactory, rows: list[list[str]], delimiter: str, end: bytes
) -> None:
    folder = tmp_path_factory.mktemp("upload")
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter).writerows([("order_id", "amount", "action", "status"), *rows])
    (folder / "rows.csv").write_bytes(text.getvalue().encode("utf-8", "replace") + end)
    done = Upload(folder / "rows.csv", "shop", Door(lambda said, must: (422, ANSWERED), {}), folder / "results").run()
    _header, *lines = done.results.read_bytes().split(b"\r\n")[:-1]
    assert len(lines) == done.sums["rows"]
    for line in lines:
        _, _, result, reason, _, _ = line.decode().split(",")
        assert result in ("done", "already", "not_found", "refused")
        assert reason in reasons.EVERY
    assert done.results.read_bytes().decode().isprintable() or b"\r\n" in done.results.read_bytes()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff\xfe",
        b"\x00",
        b"order_id\x00",
        b'"',
        b"," * 70_000,
        b"order_id," * 9,
        "\ud800".encode("utf-8", "replace"),
    ]
    + [text.encode("utf-8", "replace") for text in NAUGHTY[:80]],
)
def test_a_file_with_a_strange_header_is_refused_in_words(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "rows.csv").write_bytes(content)
    upload = Upload(tmp_path / "rows.csv", "shop", Door(lambda said, must: (422, ANSWERED), {}), tmp_path)
    if content.decode("utf-8", "replace").strip().lower() not in COLUMNS:
        with pytest.raises(Wrong):
            upload.run()


@settings(max_examples=500)
@given(st.lists(st.lists(texts, min_size=1, max_size=5), max_size=4), st.binary(max_size=4))
def test_a_table_of_rates_is_read_or_refused_in_words(rows: list[list[str]], end: bytes) -> None:
    text = io.StringIO(newline="")
    csv.writer(text).writerows([("date", "base", "currency", "rate"), *rows])
    with suppress(BadTable):
        assert parse(text.getvalue().encode("utf-8", "replace") + end, "2026-11-25")


@pytest.mark.parametrize("text", [*NAUGHTY[:200], "9" * 5_000, "1." + "9" * 5_000, "1e5", "-1", "٣", "NaN"])
def test_a_rate_that_is_none_is_refused(text: str) -> None:
    if len(text) > 24 or not re.fullmatch(r"[0-9]+(\.[0-9]+)?", text):
        with pytest.raises(ValueError, match=r"."):
            decimal(text)


STAMPS: Final = st.text("0123456789+-:,. JanuryMonGMT()\r\n\t٣²", max_size=60) | texts


@given(STAMPS)
def test_no_time_that_twilio_might_say_breaks_the_door(text: str) -> None:
    """A bug: whoever sent a Timestamp with a zone of twenty digits got a 500, with no signature at all."""
    said = call.from_twilio({"CallSid": "c", "To": "+14155550100", "CallDuration": "9" * 99, "Timestamp": text})
    assert set(said) <= set(call.FIELDS)
    call.shape(said)


@pytest.mark.parametrize("zone", ["+99999999999999999999", "-99999999999999999999", "+2400", "+0000"])
@pytest.mark.parametrize("year", ["2026", "0", "99999", "9" * 20, "9" * 5_000])
def test_no_zone_and_no_year_is_too_large_for_the_door(zone: str, year: str) -> None:
    call.from_twilio({"Timestamp": f"Tue, 24 Nov {year} 10:00:00 {zone}"})


@given(texts)
def test_no_event_time_breaks_the_door(text: str) -> None:
    with suppress(ValueError):
        assert sale.moment(text) is None or text


def test_half_a_character_in_bytes_is_never_text() -> None:
    for piece in RAW:
        if piece not in (b"\x00", b"\xef\xbb\xbf"):
            with pytest.raises(UnicodeDecodeError):
                piece.decode()
