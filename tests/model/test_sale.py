"""Parameters become a sale or a reason, never a guess."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.model import reasons
from chalicelib.model.money import Money
from chalicelib.model.sale import SERVERS_OWN, Refusal, Sale, moment, shape
from tests.model.world import SHOP

ORDINARY = {"goal": "sale", "order_id": "A-1", "amount": "49.90", "currency": "EUR", "status": "approved"}


def shaped(said: dict[str, str], source: str = "server", statuses: dict[str, str] | None = None) -> Sale | Refusal:
    shop = replace(SHOP, statuses=statuses or {})
    return shape(said, source, shop, "USD")  # type: ignore[arg-type]


def test_an_ordinary_postback_is_understood() -> None:
    sale = shaped(ORDINARY)
    assert isinstance(sale, Sale)
    assert (sale.goal, sale.order_id, sale.amount, sale.status) == ("sale", "A-1", Money(4990, "EUR"), "approved")


@pytest.mark.parametrize(
    ("change", "outcome", "reason"),
    [
        ({"order_id": "{order_id}"}, "unreadable", "unexpanded_macro"),
        ({"order_id": "#reqid#"}, "unreadable", "unexpanded_macro"),
        ({"click_id": "REPLACE"}, "unreadable", "unexpanded_macro"),
        ({"amount": "${amount}"}, "unreadable", "unexpanded_macro"),
        ({"amount": "%%AMOUNT%%"}, "unreadable", "unexpanded_macro"),
        ({"amount": "1.234,56"}, "unreadable", "ambiguous_amount"),
        ({"amount": "NaN"}, "unreadable", "bad_amount"),
        ({"currency": "Euro"}, "unreadable", "bad_currency"),
        ({"event_time": "yesterday"}, "unreadable", "bad_event_time"),
        ({"event_time": "2026-11-24T10:00:00"}, "unreadable", "bad_event_time"),
        ({"refund_id": "r1", "amount": ""}, "unreadable", "refund_amount_missing"),
        ({"event_time": "0001-01-01T00:00:00+23:59"}, "unreadable", "bad_event_time"),
        ({"event_time": "9999-12-31T23:59:59Z"}, "unreadable", "bad_event_time"),
        ({"event_time": "99999999999"}, "unreadable", "bad_event_time"),
        ({"test": "2"}, "unreadable", "bad_parameter"),
        ({"order_id": "a\x1bb"}, "unreadable", "bad_parameter"),
        ({"order_id": "x" * 2049}, "unreadable", "bad_parameter"),
        ({"status": "maybe"}, "quarantined", "unknown_status"),
        ({"change_id": "a", "amount": ""}, "unreadable", "change_amount_missing"),
        ({"change_id": "a", "refund_id": "r"}, "unreadable", "two_changes"),
        ({"refunded_total": "1.00", "dispute_id": "d", "dispute": "won"}, "unreadable", "two_changes"),
        ({"dispute_id": "d"}, "unreadable", "bad_dispute"),
        ({"dispute": "opened"}, "unreadable", "bad_dispute"),
        ({"dispute_id": "d", "dispute": "maybe"}, "unreadable", "bad_dispute"),
        ({"correction_id": "c"}, "unreadable", "bad_correction"),
        ({"duration": "1.5"}, "unreadable", "bad_duration"),
        ({"duration": "86401"}, "unreadable", "bad_duration"),
        ({"duration": "-1"}, "unreadable", "bad_duration"),
        ({"tax": "19%"}, "unreadable", "bad_amount"),
        ({"change_id": "x" * 129}, "quarantined", "field_too_long"),
        ({"goal": ""}, "quarantined", "goal_missing"),
        ({"goal": "install"}, "quarantined", "unknown_goal"),
        ({"order_id": "x" * 129}, "quarantined", "field_too_long"),
    ],
)
def test_what_cannot_be_understood_is_said(change: dict[str, str], outcome: str, reason: str) -> None:
    assert shaped(ORDINARY | change) == Refusal(outcome, reason)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("word", "status"),
    [
        (" Approved ", "approved"),
        ("SALE", "approved"),
        ("1", "approved"),
        ("Hold", "pending"),
        ("trash", "rejected"),
        ("Cancellation", "rejected"),
        ("", ""),
    ],
)
def test_status_words_of_the_trade_are_known(word: str, status: str) -> None:
    sale = shaped(ORDINARY | {"status": word})
    assert isinstance(sale, Sale)
    assert sale.status == status


def test_the_advertisers_own_words_come_first() -> None:
    sale = shaped(ORDINARY | {"status": "Sale"}, statuses={"sale": "pending"})
    assert isinstance(sale, Sale)
    assert (sale.status, sale.status_word) == ("pending", "Sale")


def test_a_browsers_status_time_and_refund_are_not_believed() -> None:
    said = ORDINARY | {"status": "approved", "event_time": "1", "refund_id": "r", "refunded_total": "5"}
    sale = shaped(said, "browser")
    assert isinstance(sale, Sale)
    assert (sale.status, sale.event_ms, sale.is_refund) == ("", None, False)


def test_a_rebill_is_a_payment_of_its_own_and_no_review() -> None:
    sale = shaped(ORDINARY | {"status": "Rebill"})
    assert isinstance(sale, Sale)
    assert (sale.status, sale.status_word) == ("", "Rebill")


def test_tax_shipping_duration_and_changes_are_read() -> None:
    sale = shaped(ORDINARY | {"tax": "1.90", "shipping": "5", "duration": "90", "correction_id": "c", "call_id": "T"})
    assert isinstance(sale, Sale)
    assert (sale.tax, sale.shipping, sale.deductions) == (Money(190, "EUR"), Money(500, "EUR"), 690)
    assert (sale.seconds, sale.correction_id, sale.call_id, sale.is_change) == (90, "c", "T", True)
    dispute = shaped(ORDINARY | {"dispute_id": "d", "dispute": " Lost "})
    assert isinstance(dispute, Sale)
    assert (dispute.dispute, dispute.is_change, dispute.is_refund) == ("lost", True, False)


@pytest.mark.parametrize(("said", "reason"), [("fraud", "fraud"), ("did not like it", ""), ("", "")])
def test_only_a_reason_of_the_list_is_kept(said: str, reason: str) -> None:
    sale = shaped(ORDINARY | {"status": "rejected", "reason": said})
    assert isinstance(sale, Sale)
    assert sale.reason == reason


def test_a_browser_can_neither_change_nor_correct_anything() -> None:
    said = ORDINARY | {
        "change_id": "a",
        "dispute_id": "d",
        "dispute": "??",
        "tax": "x",
        "duration": "x",
        "call_id": "T",
    }
    sale = shaped(said, "browser")
    assert isinstance(sale, Sale)
    assert (sale.is_change, sale.tax, sale.seconds, sale.call_id) == (False, None, None, "")


def test_order_ids_are_trimmed_and_composed_and_keep_their_case() -> None:
    sale = shaped(ORDINARY | {"order_id": " Cafe\u0301-1 "})
    assert isinstance(sale, Sale)
    assert sale.order_id == "Café-1"


@pytest.mark.parametrize(
    ("text", "ms"),
    [
        ("", None),
        ("1790000000", 1_790_000_000_000),
        ("1790000000.25", 1_790_000_000_250),
        ("2026-09-21T14:13:20Z", 1_790_000_000_000),
        ("2026-09-21T16:13:20+02:00", 1_790_000_000_000),
        ("2026-09-21T16:13:20 02:00", 1_790_000_000_000),
    ],
)
def test_event_time_is_iso_8601_with_a_zone_or_unix_seconds(text: str, ms: int | None) -> None:
    assert moment(text) == ms


@pytest.mark.parametrize(
    ("word", "is_test"), [("1", True), ("True", True), ("on", True), ("0", False), ("no", False), ("", False)]
)
def test_a_test_says_so_in_a_word_that_is_known(word: str, is_test: bool) -> None:
    sale = shaped(ORDINARY | {"test": word})
    assert isinstance(sale, Sale)
    assert sale.test is is_test


@given(
    st.dictionaries(
        st.sampled_from([*ORDINARY, "event_time", "click_id", "test", "clids", *SERVERS_OWN]), st.text(max_size=40)
    )
)
def test_any_text_gives_a_sale_or_a_reason_of_the_closed_list(said: dict[str, str]) -> None:
    answer = shaped(said)
    assert isinstance(answer, Sale) or answer.reason in reasons.EVERY
