"""What a signal of consent means, bit for bit, and that no text can do harm."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.model.click import CONSENT
from chalicelib.model.consent import permits, text

DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


def tcf(consents: tuple[int, ...], interests: tuple[int, ...] = (), version: int = 2, length: int = 213) -> str:
    """A TCF core string with these purposes; all else in it is zero."""
    bits = ["0"] * length
    bits[:6] = f"{version:06b}"
    for purpose in consents:
        bits[151 + purpose] = "1"
    for purpose in interests:
        bits[175 + purpose] = "1"
    whole = "".join(bits).ljust(-(-length // 6) * 6, "0")
    return "".join(DIGITS[int(whole[at : at + 6], 2)] for at in range(0, len(whole), 6))


def said(**signals: str) -> str:
    return text(signals)


TCF: list[tuple[str, bool]] = [
    (tcf((1, 7)), True),
    (tcf((1,), (7,)), True),
    (tcf((1, 2, 3, 4, 5, 6, 7, 8, 9, 10)), True),
    (tcf((1, 7)) + ".YAAAAAAAAAA", True),
    (tcf((7,)), False),
    (tcf((1,)), False),
    (tcf((1, 8), (8,)), False),
    (tcf(()), False),
    ("CPXxRfAPXxRfAAfKABENB-CgAAAAAAAAAAYgAAAAAAAA", False),  # a real one, with no purposes
    (tcf((1, 7), version=1), False),
    (tcf((1, 7))[:20], False),
    ("C", False),
    ("not*base64", False),
]


@pytest.mark.parametrize(("string", "yes"), TCF)
def test_a_tcf_string_must_allow_purposes_1_and_7(string: str, yes: bool) -> None:
    assert permits(said(gdpr="1", gdpr_consent=string), "respect") is yes


def test_where_the_gdpr_does_not_apply_its_string_does_not_count() -> None:
    assert permits(said(gdpr="0", gdpr_consent=tcf(())), "require")


def test_a_string_alone_says_that_the_gdpr_applies_and_a_flag_alone_is_no_consent() -> None:
    assert not permits(said(gdpr_consent=tcf(())), "respect")
    assert not permits(said(gdpr="1"), "respect")


@pytest.mark.parametrize(
    ("string", "yes"),
    [("1YNN", True), ("1---", True), ("1NN-", True), ("1YYN", False), ("1yyn", False), ("2YNN", False), ("1YN", False)],
)
def test_the_third_letter_of_us_privacy_opts_out(string: str, yes: bool) -> None:
    assert permits(said(us_privacy=string), "respect") is yes


@pytest.mark.parametrize(
    ("string", "sections", "yes"),
    [
        # Strings of which https://docs.rs/crate/iab_gpp says what is in them.
        ("DBABVg~BAAAAAEA", "12", True),  # Connecticut, nothing applies
        ("DBABVg~BVVVVVVg.YA", "12", False),  # opted out of everything, and GPC
        ("DBABBg~BAAAAACA", "8", True),  # California, nothing applies
        ("DBABBg~BVqqqqpY.YA", "8", False),  # did not opt out, but the browser sent GPC
        ("DBABBg~BVqqqqpY", "8", True),
        ("DBABRg~BAAAABA", "9", True),  # Virginia
        ("DBABRg~BAAAABA", "", True),
        ("DBABRg~BAAAABA", "8", False),  # what is to apply is not there
        ("DBABRg~BAAAABA", "99", False),
        ("DBABRg~BAAAABA", "-1", True),
        ("DBABRg~CAAAABA", "9", False),  # a version that nobody here can read
        (f"DBABMA~{tcf((1, 7))}", "2", True),
        (f"DBABMA~{tcf((1,))}", "2", False),
        (f"DBACNY~{tcf((1, 7))}~1YNN", "2_6", True),  # a header of two ids
        (f"DBACNY~{tcf((1, 7))}~1YYN", "2,6", False),
        (f"DBACNY~{tcf((1, 7))}~1YYN", "2", True),
        ("DBAA", "", False),
        ("X", "7", False),
        ("", "7", False),
    ],
)
def test_a_gpp_string_is_read_section_by_section(string: str, sections: str, yes: bool) -> None:
    assert permits(said(gpp=string, gpp_sid=sections), "respect") is yes


@pytest.mark.parametrize(
    ("signals", "respect", "require"),
    [
        ({}, True, False),
        ({"us_privacy": "1YNN"}, True, True),
        ({"us_privacy": "1YYN"}, False, False),
        ({"gpp": "DBABRg~BAAAABA", "gpp_sid": "-1"}, True, False),
    ],
)
def test_a_campaign_says_what_silence_means(signals: dict[str, str], respect: bool, require: bool) -> None:
    kept = text(signals)
    assert (permits(kept, "respect"), permits(kept, "require"), permits(kept, "ignore")) == (respect, require, True)


def test_signals_are_kept_as_they_were_said_and_no_more_of_them_than_decides() -> None:
    string = tcf((1, 7)) + "." + "Y" * 5_000
    kept = said(gdpr="1", gdpr_consent=string, us_privacy="1YNN", email="carl@example.com")
    assert kept == f"gdpr=1&gdpr_consent={string[:512]}&us_privacy=1YNN"
    assert permits(kept, "respect")


@pytest.mark.parametrize("value", ["{gdpr_consent}", "${GDPR_CONSENT_123}", "a&us_privacy=1YNN", "", "x\r\ny", "é"])
def test_what_no_signal_looks_like_says_nothing(value: str) -> None:
    assert said(gdpr_consent=value) == ""


@given(st.dictionaries(st.sampled_from(CONSENT), st.text() | st.text(DIGITS + "~.,1-", max_size=80)))
def test_any_text_gives_an_answer(signals: dict[str, str]) -> None:
    kept = text(signals)
    assert len(kept) < 1_200
    assert isinstance(permits(kept, "respect"), bool)
    assert permits(kept, "respect") or not permits(kept, "require")


@pytest.mark.parametrize("string", ["DB" + "_" * 60_000, "~" * 60_000, "C" * 60_000, "DB" + "A" * 9 + "~" * 60_000])
def test_long_strings_cost_nothing(string: str) -> None:
    started = time.process_time()
    for _ in range(100):
        permits(said(gpp=string, gdpr_consent=string), "respect")
    assert time.process_time() - started < 1.0
