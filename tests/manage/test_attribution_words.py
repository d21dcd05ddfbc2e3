"""A campaign's rule of attribution, and who meets customers at the till, are set by the command."""

from typing import Any
from uuid import uuid4

import pytest

from chalicelib.manage.setup import Wrong
from chalicelib.model.network import Campaign
from tests.manage.test_offers import said
from tests.web.shopfront import Front

__all__ = ["said"]


def words(front: Front, id: str, *more: str) -> tuple[str, ...]:
    plain = ("--advertiser", front.shop, "--name", "S", "--currency", "USD", "--destination", "https://shop.example/")
    return ("campaign", "add", id, *plain, *more)


def test_a_campaign_keeps_its_rule_and_its_times(front: Front, said: Any) -> None:
    id = f"c-{uuid4().hex[:8]}"
    rule = ("--attribution", "position", "--stand-down-seconds", "1800", "--view-hours", "24")
    assert said(*words(front, id, *rule))[0] == 0
    made = front.office.campaign(id)
    assert (made.attribution, made.stand_down_ms, made.view_ms) == ("position", 1_800_000, 86_400_000)


def test_a_campaign_that_says_nothing_pays_the_last_click_alone(front: Front, said: Any) -> None:
    id = f"c-{uuid4().hex[:8]}"
    assert said(*words(front, id))[0] == 0
    made = front.office.campaign(id)
    assert (made.attribution, made.stand_down_ms, made.view_ms) == ("last", 0, 0)


@pytest.mark.parametrize(
    "wrong", [{"stand_down_ms": 31 * 86_400_000}, {"stand_down_ms": -1}, {"view_ms": 31 * 86_400_000}, {"view_ms": -1}]
)
def test_times_that_mean_nothing_are_refused(front: Front, wrong: dict[str, int]) -> None:
    id = f"c-{uuid4().hex[:8]}"
    campaign = Campaign(id, "S", front.shop, "USD", "https://shop.example/", **wrong)  # type: ignore[arg-type]
    with pytest.raises(Wrong, match="stand down inside the window"):
        front.office.add_campaign(campaign)


def test_an_affiliate_is_said_to_meet_customers_at_the_till_and_can_cease_to(front: Front, said: Any) -> None:
    anna = f"anna-{uuid4().hex[:6]}"
    said("affiliate", "add", anna, "--name", "Anna", "--kind", "coupon")
    assert front.office.affiliate(anna).kind == "coupon"
    said("affiliate", "set", anna, "--kind", "")
    assert front.office.affiliate(anna).kind == ""
    said("affiliate", "set", anna, "--name", "Anna's blog")
    assert front.office.affiliate(anna).name == "Anna's blog"
