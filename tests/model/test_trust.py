"""Only an advertiser's own word counts."""

import base64
import hashlib
import hmac

import pytest

from chalicelib.model import trust

MASTER = "m" * 48


def test_a_plain_master_secret_is_its_first_generation() -> None:
    assert trust.generations(MASTER) == {1: MASTER.encode()}


def test_rotation_signs_with_the_newest_and_still_knows_the_older() -> None:
    ring = trust.click_keys(f"1:{MASTER},2:{'n' * 48}")
    assert ring.current == 2
    assert ring.keys[1] == trust.click_keys(MASTER).keys[1] != ring.keys[2]


def test_a_new_generation_is_added_to_what_was() -> None:
    twice = trust.with_new_generation(trust.with_new_generation(MASTER, "n" * 48), "o" * 48)
    assert trust.generations(twice) == {1: MASTER.encode(), 2: b"n" * 48, 3: b"o" * 48}


def test_what_lasts_is_the_same_after_a_rotation_and_when_the_oldest_generation_has_ended() -> None:
    before = trust.lasting(MASTER)
    rotated = trust.with_new_generation(MASTER, "n" * 48)
    ended = ",".join(part for part in rotated.split(",") if not part.startswith("1:"))
    assert trust.lasting(rotated) == trust.lasting(ended) == trust.lasting(trust.with_new_generation(ended, "o" * 48))
    assert trust.lasting(rotated) == before
    assert trust.click_keys(ended).person == before
    assert 1 not in trust.generations(ended)


def test_what_lasts_signs_nothing() -> None:
    rotated = trust.with_new_generation(MASTER, "n" * 48)
    assert 0 not in trust.click_keys(rotated).keys
    assert trust.lasting(rotated) not in trust.generations(rotated).values()


@pytest.mark.parametrize("master", ["", "short", f"0:{MASTER}", f"256:{MASTER}", f"1:{MASTER},2:short", f"x:{MASTER}"])
def test_a_weak_or_missing_master_secret_stops_everything(master: str) -> None:
    with pytest.raises(ValueError, match="master secret"):
        trust.click_keys(master)


def test_each_advertiser_and_each_of_its_secrets_is_its_own() -> None:
    secrets = [trust.shared_secret(MASTER, *who) for who in (("a", "1.1"), ("b", "1.1"), ("a", "2.1"))]
    assert len(set(secrets)) == 3
    assert trust.shared_secret(f"1:{MASTER},2:{'n' * 48}", "a", "1.1") == secrets[0]


def test_a_query_signature_is_plain_hmac_that_any_language_can_make() -> None:
    mine = hmac.new(b"secret", b"1790000000.order_id=A-1&ts=1790000000", hashlib.sha256).hexdigest()
    assert trust.query_signature("secret", "1790000000", "order_id=A-1&ts=1790000000") == mine


def test_webhook_signatures_are_what_a_standard_webhooks_library_makes() -> None:
    secret = trust.shared_secret(MASTER, "shop", "1.1")
    key = base64.b64decode(trust.webhook_secret(secret).removeprefix("whsec_"))
    digest = hmac.digest(key, b"msg_1.1790000000." + b'{"goal": "sale"}', "sha256")
    theirs = "v1," + base64.b64encode(digest).decode()
    assert trust.webhook_signature(secret, "msg_1", "1790000000", b'{"goal": "sale"}') == theirs


@pytest.mark.parametrize(
    ("ts", "is_recent"),
    [
        ("1000", True),
        ("700", True),
        ("1300", True),
        ("699", False),
        ("1301", False),
        ("", False),
        ("-1", False),
        ("1e3", False),
    ],
)
def test_a_signature_is_good_for_five_minutes(ts: str, is_recent: bool) -> None:
    assert trust.is_recent(ts, 1_000_000) is is_recent


def test_a_token_is_known_by_its_hash() -> None:
    stored = (trust.fingerprint("shop.old"), trust.fingerprint("shop.new"))
    assert trust.token_is_known("shop.new", stored)
    assert not trust.token_is_known("shop.newer", stored)
    assert not trust.token_is_known("shop.new", ())


def test_one_good_signature_among_several_is_enough() -> None:
    assert trust.signature_is_known("v1,bad v1,good", ["v1,good"])
    assert not trust.signature_is_known("v1,bad", ["v1,good"])
    assert not trust.signature_is_known("", ["v1,good"])
