"""People are known by stand-ins that only the network's lasting secret makes."""

from hashlib import sha256

import pytest

from chalicelib.model import personal
from chalicelib.model.click import cut_address
from chalicelib.model.personal import NOTHING, Personal, apart, customer_key, email_key, masked, of_advertiser

SECRET = b"a lasting secret for tests"
MAIL = "Carl.M@Example.com"


def test_a_customer_is_a_key_of_its_advertiser_and_nothing_to_read() -> None:
    key = customer_key(SECRET, "shop", "person@example.com")
    others = {customer_key(SECRET, "mall", "person@example.com"), customer_key(SECRET, "shop", "p")}
    assert "person" not in key
    assert key not in others
    assert len(key) == personal.KEY_CHARACTERS
    assert customer_key(SECRET, "shop", "") == ""


def test_without_the_secret_nobody_finds_a_customer_by_trying() -> None:
    guesses = {
        sha256(f"shop\0{text}".encode()).hexdigest()[:32]
        for text in ("c-77", sha256(b"customer\0c-77").hexdigest(), sha256(b"c-77").hexdigest())
    }
    assert customer_key(SECRET, "shop", "c-77") not in guesses | {customer_key(b"another", "shop", "c-77")}


def test_a_customer_that_waited_in_a_queue_is_the_one_that_did_not() -> None:
    assert of_advertiser("shop", masked(SECRET, " c-77 ")) == customer_key(SECRET, "shop", "c-77")


def test_an_e_mail_and_its_usual_hash_are_one_person() -> None:
    hashed = sha256(MAIL.lower().encode()).hexdigest()
    assert email_key(SECRET, f" {MAIL} ") == email_key(SECRET, "", hashed.upper()) != ""
    assert hashed[:16] not in email_key(SECRET, MAIL)


@pytest.mark.parametrize("text", ["", "carl", "@example.com", "a b@example.com", "{email}", "x@" + "y" * 300])
def test_what_is_no_e_mail_stands_for_nobody(text: str) -> None:
    assert email_key(SECRET, text, text) == ""


def test_what_is_personal_leaves_what_is_judged() -> None:
    said = {"order_id": "A-1", "customer_id": "c-77", "email": MAIL, "ip": "203.0.113.9", "us_privacy": "1YNN"}
    private, rest = apart(said, SECRET)
    assert rest == {"order_id": "A-1", "customer_id": masked(SECRET, "c-77")}
    assert private == Personal(email_key(SECRET, MAIL), cut_address("203.0.113.9"), "us_privacy=1YNN")


def test_who_says_nothing_personal_leaves_nothing() -> None:
    assert apart({"order_id": "A-1"}, SECRET) == (NOTHING, {"order_id": "A-1"})
    assert not NOTHING
    assert not apart({"ip": "nonsense", "email": "", "gdpr_consent": "{consent}"}, SECRET)[0]
