"""A visit is billable when a person can have seen it, and its reason says why not."""

import pytest

from chalicelib.model import clickid
from chalicelib.model.click import Click
from chalicelib.model.network import Link
from chalicelib.model.visit import Visit, visit
from tests.model.world import LINK, NOW, RING

ID = clickid.mint(RING, LINK.number, NOW, bytes(10))


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
    found = visit("impression", Click(ID, method=method, purpose=purpose), link)
    assert (found.billable, found.reason) == (not reason, reason)


def test_a_visit_knows_whose_it_was_and_when() -> None:
    assert visit("click", Click(ID), LINK) == Visit("click", NOW, ID.text, "anna", "spring", True, "")


def test_an_id_of_our_own_row_is_read_without_its_key() -> None:
    assert clickid.unchecked(ID.text) == ID
    with pytest.raises(ValueError, match="click id"):
        clickid.unchecked("AAAA")
