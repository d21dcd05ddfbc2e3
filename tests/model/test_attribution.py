"""Which touches earn, by each rule of a campaign, and how a commission is shared."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.model import attribution, credit
from chalicelib.model.attribution import Earning, Touch
from chalicelib.model.clickid import ClickId
from chalicelib.model.network import Affiliate, Attribution, Campaign, Link

SALE_MS = 1_790_000_000_000
HOUR = 3_600_000
PLAIN = Campaign("spring", "Spring", "shop", "USD", "https://shop.example/")
ANNA, BEN = Affiliate("anna", "Anna"), Affiliate("ben", "Ben", "EUR")
TILL = Affiliate("carl", "Carl's coupons", kind="coupon")


def touch(affiliate: Affiliate, hours_before: float, campaign: str = "spring") -> Touch:
    """A click so long before the sale."""
    ms = SALE_MS - round(hours_before * HOUR)
    return Touch(ClickId(f"{affiliate.id}-{ms}", 7, ms, 0, 0), Link(7, "slug", affiliate.id, campaign), affiliate)


def earning(rule: Attribution, *touches: Touch, stand_down_ms: int = 0) -> Earning | None:
    campaign = replace(PLAIN, attribution=rule, stand_down_ms=stand_down_ms)
    return attribution.earning(touches, campaign, SALE_MS)


def who(found: Earning | None) -> str:
    assert found is not None
    return found.touch.affiliate.id


def shares(found: Earning | None) -> dict[str, int]:
    assert found is not None
    return {one.affiliate: one.weight for one in found.credits}


def test_the_last_click_earns_and_the_first_does_where_the_campaign_says_so() -> None:
    path = touch(BEN, 2), touch(ANNA, 9)
    assert who(earning("last", *path)) == "ben"
    assert who(earning("first", *path)) == "anna"


def test_what_is_outside_the_window_or_of_another_campaign_is_no_touch() -> None:
    old, foreign, late = touch(ANNA, 30 * 24 + 0.001), touch(ANNA, 3, "winter"), touch(ANNA, -0.5)
    assert who(earning("first", old, foreign, late, touch(BEN, 2))) == "ben"
    assert earning("first", old, foreign, late) is None
    assert who(earning("first", touch(ANNA, 30 * 24))) == "anna"


def test_linear_counts_each_touch_and_an_affiliate_that_came_twice_has_both() -> None:
    assert shares(earning("linear", touch(ANNA, 9), touch(BEN, 5), touch(ANNA, 1))) == {"anna": 2, "ben": 1}


def test_by_position_first_and_last_have_forty_per_cent_each() -> None:
    found = earning("position", touch(ANNA, 9), touch(BEN, 8), touch(BEN, 7), touch(TILL, 1))
    assert shares(found) == {"anna": 4, "ben": 2, "carl": 4}
    assert who(found) == "carl"


@pytest.mark.parametrize("rule", ["linear", "position"])
def test_who_comes_alone_shares_with_nobody(rule: Attribution) -> None:
    assert shares(earning(rule, touch(ANNA, 9), touch(ANNA, 1))) == {}


def test_each_is_credited_by_its_newest_click_in_its_own_currency() -> None:
    newest = touch(BEN, 1)
    found = earning("linear", touch(BEN, 9), touch(ANNA, 5), newest)
    assert found is not None
    assert [(one.affiliate, one.due_in) for one in found.credits] == [("ben", "EUR"), ("anna", "")]
    assert found.credits[0].click_id == newest.id.text


def test_a_partner_at_the_till_stands_down_before_a_content_click() -> None:
    found = earning("last", touch(ANNA, 9), touch(TILL, 0.05), stand_down_ms=HOUR)
    assert (who(found), found and found.how) == ("anna", "stand_down")


@pytest.mark.parametrize(
    "path",
    [
        pytest.param((touch(ANNA, 9), touch(TILL, 1.1)), id="it came before the last hour"),
        pytest.param((touch(TILL, 9), touch(TILL, 0.1)), id="nobody else is left"),
        pytest.param((touch(ANNA, 31 * 24), touch(TILL, 0.1)), id="the content click is out of the window"),
    ],
)
def test_a_partner_at_the_till_earns_where_it_takes_nothing(path: tuple[Touch, ...]) -> None:
    assert who(earning("last", *path, stand_down_ms=HOUR)) == "carl"


def test_who_stands_down_has_no_share_either() -> None:
    assert shares(earning("linear", touch(ANNA, 9), touch(BEN, 5), touch(TILL, 0.1), stand_down_ms=HOUR)) == {
        "anna": 1,
        "ben": 1,
    }


def test_the_order_in_which_touches_are_told_says_nothing() -> None:
    path = [touch(ANNA, 9), touch(BEN, 8), touch(TILL, 1)]
    assert earning("position", *path) == earning("position", *reversed(path), path[0])


WEIGHTS = st.lists(st.integers(1, 50), min_size=1, max_size=10)


@given(st.integers(0, 10**15), WEIGHTS)
def test_parts_add_up_and_none_is_a_cent_from_its_own(minor: int, by: list[int]) -> None:
    parts = credit.split(minor, by)
    assert sum(parts) == minor
    assert all(abs(part * sum(by) - minor * weight) < sum(by) for part, weight in zip(parts, by, strict=True))
    assert [credit.part(minor, credit.share(place, by)) for place in range(len(by))] == parts


@given(st.sampled_from(["linear", "position"]), st.integers(1, 10))
def test_weights_are_what_the_rule_says(rule: Attribution, touches: int) -> None:
    by = credit.weights(rule, touches)
    assert len(by) == touches
    if rule == "position" and touches > 2:
        assert by[0] == by[-1] == sum(by) * 2 / 5


def test_where_nobody_has_to_stand_down_a_click_at_the_till_in_the_second_of_the_sale_counts() -> None:
    path = touch(ANNA, 2), touch(TILL, -0.0001)
    assert shares(earning("linear", *path)) == {"anna": 1, "carl": 1}
    assert who(earning("last", *path, stand_down_ms=1)) == "anna"
