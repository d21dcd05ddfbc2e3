"""A visit is billable when a person can have seen it, and its reason says why not."""

import pytest

from chalicelib.model import clickid
from chalicelib.model.click import WITHHELD, Click
from chalicelib.model.network import Link
from chalicelib.model.traffic import LOOKALIKE
from chalicelib.model.visit import Visit, visit
from tests.model.world import LINK, NOW, RING

ID = clickid.mint(RING, LINK.number, NOW, bytes(10))
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:144.0) Gecko/20100101 Firefox/144.0"
SAFARI = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6 "
    "Mobile/15E148 Safari/604.1"
)


@pytest.mark.parametrize(
    ("method", "purpose", "link", "reason"),
    [
        ("GET", "", LINK, ""),
        ("HEAD", "", LINK, "head"),
        ("GET", "prefetch", LINK, "prefetch"),
        ("HEAD", "prefetch", LINK, "head"),
        ("GET", "", None, "unknown_link"),
    ],
)
def test_a_visit_is_billable_or_says_why_not(method: str, purpose: str, link: Link | None, reason: str) -> None:
    found = visit("impression", Click(ID, method=method, purpose=purpose, agent=FIREFOX), link)
    assert (found.billable, found.reason) == (not reason, reason)


def test_a_visit_knows_whose_it_was_and_when() -> None:
    seen = Click(ID, agent=FIREFOX, address="192.0.2.0/24", visitor="key")
    whose = ("", ID.link, "192.0.2.0/24", "key")
    assert visit("click", seen, LINK) == Visit("click", NOW, ID.text, "anna", "spring", True, "", *whose)


def test_a_visitor_without_a_key_is_whoever_has_the_same_network_and_agent() -> None:
    one, same, other = (Click(ID, agent=agent, address="192.0.2.0/24") for agent in (FIREFOX, FIREFOX, SAFARI))
    keys = [visit("click", seen, LINK).visitor for seen in (one, same, other)]
    assert keys[0] == keys[1] != keys[2]
    assert all(key.startswith(LOOKALIKE) for key in keys)
    assert FIREFOX not in keys[0]


@pytest.mark.parametrize("seen", [Click(ID, agent=FIREFOX), Click(ID, agent=WITHHELD, address="192.0.2.0/24")])
def test_a_visitor_of_whom_nothing_is_known_is_like_nobody(seen: Click) -> None:
    found = visit("click", seen, LINK)
    assert found.billable
    assert found.visitor == ""


def test_an_id_of_our_own_row_is_read_without_its_key() -> None:
    assert clickid.unchecked(ID.text) == ID
    with pytest.raises(ValueError, match="click id"):
        clickid.unchecked("AAAA")
