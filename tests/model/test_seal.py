"""A sealed secret is opened by the network's master secret alone, under the name it was sealed for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.model import seal

MASTER = "a master secret for tests that is long enough"


@given(text=st.text(max_size=200), name=st.text(max_size=20))
def test_what_is_sealed_can_be_opened(text: str, name: str) -> None:
    assert seal.opened(MASTER, name, seal.sealed(MASTER, name, text)) == text


def test_a_seal_shows_nothing_of_its_secret() -> None:
    one, other = (seal.sealed(MASTER, "shop", "token-0123456789" + end) for end in "ab")
    assert "token" not in one
    assert one[:20] != other[:20]


@pytest.mark.parametrize("change", ["name", "byte", "generation", "master"])
def test_a_seal_that_is_not_ours_stays_shut(change: str) -> None:
    master, name, sealed = MASTER, "shop", seal.sealed(MASTER, "shop", "a secret token")
    if change == "name":
        name = "other"
    if change == "byte":
        sealed = sealed[:-6] + ("A" if sealed[-6] != "A" else "B") + sealed[-5:]
    if change == "generation":
        sealed = "2" + sealed[1:]
    if change == "master":
        master = "another " + MASTER
    with pytest.raises(ValueError, match=r"not sealed|ended|decode"):
        seal.opened(master, name, sealed)


def test_an_old_seal_opens_after_the_master_was_rotated() -> None:
    sealed, rotated = seal.sealed(MASTER, "shop", "token"), f"1:{MASTER},2:{'n' * 48}"
    assert seal.opened(rotated, "shop", sealed) == "token"
    assert seal.sealed(rotated, "shop", "token").startswith("2.")
