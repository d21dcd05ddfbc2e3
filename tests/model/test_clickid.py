"""Click ids are ours or nobody's."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.model import clickid
from chalicelib.model.clickid import KeyRing

RING = KeyRing(2, {1: b"an older key", 2: b"the key that signs"})
links = st.integers(0, 2**60 - 1)
times = st.integers(0, 2**47)
randoms = st.binary(min_size=10, max_size=10)


@given(links, times, randoms, st.integers(0, 255))
def test_an_id_says_what_it_was_made_of(link: int, ms: int, random: bytes, variant: int) -> None:
    made = clickid.mint(RING, link, ms, random, variant)
    assert clickid.read(RING, made.text) == made
    assert (made.link, made.ms, made.variant, made.shard) == (link, ms, variant, random[0])
    assert len(made.text) == clickid.LENGTH <= 64
    assert set(made.text) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")


@given(links, times, randoms, st.integers(0, clickid.LENGTH - 1), st.characters())
def test_any_changed_character_is_recognised(link: int, ms: int, random: bytes, place: int, other: str) -> None:
    text = clickid.mint(RING, link, ms, random).text
    changed = text[:place] + other + text[place + 1 :]
    assert changed == text or clickid.read(RING, changed) is None


@given(st.one_of(st.text(max_size=60), st.text("abcAB01-_=+/ ", min_size=50, max_size=54)))
def test_any_other_text_is_none_of_ours(text: str) -> None:
    assert clickid.read(RING, text) is None


def test_an_older_key_still_verifies_and_an_ended_one_does_not() -> None:
    old = clickid.mint(KeyRing(1, RING.keys), 7, 1_700_000_000_000, bytes(10)).text
    assert clickid.read(RING, old) is not None
    assert clickid.read(KeyRing(2, {2: RING.keys[2]}), old) is None


def test_another_network_cannot_make_our_ids() -> None:
    theirs = clickid.mint(KeyRing(2, {2: b"their key"}), 7, 1_700_000_000_000, bytes(10)).text
    assert clickid.read(RING, theirs) is None


@pytest.mark.parametrize("spelling", [lambda t: t + "=", lambda t: t + "\n", lambda t: " " + t, lambda t: t[:-1] + "+"])
def test_only_one_spelling_of_an_id_counts(spelling: object) -> None:
    text = clickid.mint(RING, 7, 1_700_000_000_000, bytes(10)).text
    assert clickid.read(RING, spelling(text)) is None  # type: ignore[operator]
