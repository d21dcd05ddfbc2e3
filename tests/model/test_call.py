"""A telephone system's message is read in our words or in Twilio's, and only a finished call counts."""

import pytest

from chalicelib.model import call, phone, trust
from chalicelib.model.call import Call
from chalicelib.model.personal import caller_key
from chalicelib.model.sale import Refusal

SAID = {"call_id": "c-1", "number": "+14155550100", "caller": "+14155550199", "duration": "61"}
MASTER = "a master secret for tests that is long enough"


def test_a_call_is_read_in_our_own_words() -> None:
    said = SAID | {"started": "2026-09-21T14:00:00+02:00", "status": "completed"}
    assert call.shape(said) == Call("c-1", "+14155550100", "+14155550199", 61, 1_790_000_000_000 - 8_000_000, False)


@pytest.mark.parametrize(
    ("change", "outcome", "reason"),
    [
        ({"call_id": ""}, "unreadable", "call_id_missing"),
        ({"call_id": "x" * 129}, "quarantined", "field_too_long"),
        ({"call_id": "{CallSid}"}, "unreadable", "unexpanded_macro"),
        ({"duration": ""}, "unreadable", "bad_duration"),
        ({"duration": "-5"}, "unreadable", "bad_duration"),
        ({"duration": "1:02"}, "unreadable", "bad_duration"),
        ({"duration": "86401"}, "unreadable", "bad_duration"),
        ({"duration": "0"}, "rejected", "unanswered"),
        ({"duration": "0.9"}, "rejected", "unanswered"),
        ({"status": "no-answer"}, "rejected", "unanswered"),
        ({"status": "In-Progress"}, "rejected", "call_goes_on"),
        ({"status": "whatever"}, "quarantined", "unknown_status"),
        ({"started": "yesterday"}, "unreadable", "bad_event_time"),
        ({"test": "perhaps"}, "unreadable", "bad_parameter"),
    ],
)
def test_what_is_no_finished_call_is_refused(change: dict[str, str], outcome: str, reason: str) -> None:
    assert call.shape(SAID | change) == Refusal(outcome, reason)  # type: ignore[arg-type]


@pytest.mark.parametrize(("text", "seconds"), [("61", 61), ("61.9", 61), ("1", 1), ("86400", 86_400)])
def test_a_duration_is_the_whole_seconds_that_have_passed(text: str, seconds: int) -> None:
    found = call.shape(SAID | {"duration": text})
    assert isinstance(found, Call)
    assert found.seconds == seconds


TWILIO = {
    "CallSid": "CA1234567890ABCDE",
    "To": "+14155550100",
    "From": "+14155550199",
    "CallStatus": "completed",
    "CallDuration": "90",
    "Timestamp": "Mon, 21 Sep 2026 14:13:20 +0000",
}


def test_twilios_timestamp_is_the_end_of_the_call() -> None:
    found = call.shape(call.from_twilio(TWILIO))
    assert found == Call("CA1234567890ABCDE", "+14155550100", "+14155550199", 90, 1_789_999_910_000, False)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"CallStatus": "in-progress", "DialCallStatus": "completed", "DialCallDuration": "70"}, 70),
        ({"CallStatus": "in-progress", "DialCallStatus": "no-answer"}, "unanswered"),
        ({"CallStatus": "busy", "CallDuration": "0"}, "unanswered"),
        ({"CallStatus": "ringing"}, "call_goes_on"),
        ({"Timestamp": "soon"}, "bad_event_time"),
        ({"CallSid": ""}, "call_id_missing"),
    ],
)
def test_of_a_call_that_was_passed_on_only_the_talk_counts(change: dict[str, str], expected: int | str) -> None:
    found = call.shape(call.from_twilio(TWILIO | change))
    assert (found.seconds if isinstance(found, Call) else found.reason) == expected


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("+14155550100", "+14155550100"),
        ("+1 (415) 555-0100", "+14155550100"),
        ("tel:+49.30.901820", "+4930901820"),
        ("14155550100", "+14155550100"),
        (" 14155550100", "+14155550100"),
        ("0014155550100", "+14155550100"),
        ("anonymous", ""),
        ("", ""),
        ("+0123456789", ""),
        ("+1415555010012345678", ""),
        ("sip:anna@example.com", ""),
    ],
)
def test_a_number_is_kept_in_one_spelling(text: str, number: str) -> None:
    assert phone.number(text) == number


@pytest.mark.parametrize(
    "text", ["anonymous", "Restricted", "", "+266696687", "+7378742833", "+8656696", "+86282452253", "+2562533"]
)
def test_a_withheld_number_is_nobodys(text: str) -> None:
    assert phone.caller(text) == ""
    assert caller_key(trust.lasting(MASTER), "shop", phone.caller(text)) == ""


def test_a_caller_is_known_again_by_one_advertiser_after_a_rotation_and_never_by_the_number() -> None:
    secret, rotated = trust.lasting(MASTER), trust.with_new_generation(MASTER, "n" * 48)
    key = caller_key(secret, "shop", "+14155550199")
    assert key == caller_key(trust.lasting(rotated), "shop", "+14155550199")
    assert key != caller_key(secret, "other", "+14155550199")
    assert key != caller_key(trust.lasting("o" * 48), "shop", "+14155550199")
    assert "4155550199" not in key
    assert len(key) == 32


def test_twilios_own_example_has_twilios_signature() -> None:
    """From https://www.twilio.com/docs/usage/security: URL, fields, token and result."""
    fields = [
        ("Digits", "1234"),
        ("To", "+18005551212"),
        ("From", "+12349013030"),
        ("Caller", "+12349013030"),
        ("CallSid", "CA1234567890ABCDE"),
    ]
    url = "https://mycompany.com/myapp.php?foo=1&bar=2"
    assert phone.twilio_signature("12345", url, fields) == "0/KCTR6DLpKmkAf8muzZqo1nDgQ="
    assert phone.twilio_signature("12345", url, [*fields, fields[0]]) == "0/KCTR6DLpKmkAf8muzZqo1nDgQ="
