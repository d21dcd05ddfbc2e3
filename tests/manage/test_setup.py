"""An operator cannot set up what the hot path could not bear, and terms never change the past."""

from dataclasses import replace
from uuid import uuid4

import pytest

from chalicelib.manage.setup import Wrong
from chalicelib.model import trust
from chalicelib.model.network import DAY_MS, Affiliate, Campaign
from chalicelib.store.network import Taken
from tests.web.shopfront import MASTER, Front

GOOD = Campaign("", "Spring", "", "usd", "https://shop.example/?c={click_id}", hosts=("Shop.Example",))


def campaign(front: Front, **changes: object) -> Campaign:
    plain = replace(GOOD, id=f"c-{uuid4().hex[:8]}", advertiser=front.shop)
    return replace(plain, **changes)  # type: ignore[arg-type]


def test_a_campaign_is_kept_in_the_one_spelling_that_is_compared(front: Front) -> None:
    made = front.office.add_campaign(campaign(front))
    assert (made.currency, made.hosts) == ("USD", ("shop.example",))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"destination": "javascript:alert(1)"}, "not a destination"),
        ({"destination": "https://{sub1}.example/"}, "not a destination"),
        ({"destination": ""}, "needs a destination"),
        ({"fallback": "//evil.example"}, "not a destination"),
        ({"hosts": ("*.example",)}, "not a host"),
        ({"currency": "BTC"}, "not a currency"),
        ({"advertiser": "nobody"}, "no advertiser"),
        ({"id": "Has Spaces"}, "not an id"),
        ({"id": "a#b"}, "not an id"),
        ({"name": " "}, "a name"),
        ({"window_ms": 91 * DAY_MS}, "at most 90 days"),
        ({"minimum_ms": 31 * DAY_MS}, "minimum time"),
        ({"hold_days": 91}, "0 to 90 days"),
        ({"caps": {"sales/day": 5}}, "not a cap"),
        ({"caps": {"commission/day/nobody": 5}}, "no affiliate"),
    ],
)
def test_what_the_hot_path_could_not_bear_is_refused(front: Front, change: dict[str, object], message: str) -> None:
    with pytest.raises(Wrong, match=message):
        front.office.add_campaign(campaign(front, **change))


def test_an_id_is_given_once(front: Front) -> None:
    made = front.office.add_campaign(campaign(front))
    with pytest.raises(Taken):
        front.office.add_campaign(made)
    with pytest.raises(Taken):
        front.office.add_advertiser(front.shop, "Again", {})


def test_the_first_terms_hold_for_all_clicks_and_later_ones_start_when_everybody_can_know(front: Front) -> None:
    link = front.link()
    later = front.office.add_terms(link.campaign, "sale", "*", ("RevShare 20%", "RevShare 25%"), None)
    override = front.office.add_terms(link.campaign, "sale", link.affiliate, ("RevShare 30%", "RevShare 35%"), None)
    assert (later.from_ms, override.from_ms) == (front.now + 120_000, front.now + 120_000)


@pytest.mark.parametrize("ahead_ms", [-DAY_MS, 0, 119_999])
def test_terms_cannot_start_in_the_past(front: Front, ahead_ms: int) -> None:
    link = front.link()
    with pytest.raises(Wrong, match="in the future"):
        front.office.add_terms(link.campaign, "sale", "*", ("RevShare 20%", "RevShare 25%"), front.now + ahead_ms)


def test_a_click_is_paid_by_the_terms_of_its_time(front: Front) -> None:
    link = front.link()
    early = front.click(link.slug)
    front.office.add_terms(link.campaign, "sale", "*", ("RevShare 20%", "RevShare 25%"), None)
    front.passes(120_000)
    late = front.click(link.slug)
    paid = []
    for click in (early, late):
        said = front.postback(click_id=click, goal="sale", order_id=uuid4().hex, amount="100.00")[1]
        paid.append(front.facts(said["conversion_id"])[0].after.commission)
    assert paid == [1000, 2000]


@pytest.mark.parametrize(
    ("goal", "affiliate", "rates", "message"),
    [
        ("install", "*", ("CPA 1.00 USD", "CPA 2.00 USD"), "no goal"),
        ("sale", "nobody", ("CPA 1.00 USD", "CPA 2.00 USD"), "no affiliate"),
        ("sale", "*", ("ten", "CPA 2.00 USD"), "not a rate"),
        ("click", "*", ("CPC 0.05 EUR", "none"), "not in USD"),
    ],
)
def test_terms_must_mean_something(
    front: Front, goal: str, affiliate: str, rates: tuple[str, str], message: str
) -> None:
    with pytest.raises(Wrong, match=message):
        front.office.add_terms(front.link().campaign, goal, affiliate, rates, None)


@pytest.mark.parametrize("slug", ["a", "with space", "ä-umlaut", "x" * 65, "a/b"])
def test_a_slug_is_plain(front: Front, slug: str) -> None:
    link = front.link()
    with pytest.raises(Wrong, match="not a slug"):
        front.office.add_link(link.affiliate, link.campaign, slug, "")


def test_a_link_without_a_slug_gets_one_that_can_be_read_aloud(front: Front) -> None:
    link = front.link()
    assert len(link.slug) == 7
    assert not set(link.slug) & set("01ilou")


def test_a_link_can_lead_to_a_page_of_its_own(front: Front) -> None:
    link = front.link()
    own = front.office.add_link(link.affiliate, link.campaign, "", "https://own.example/page")
    assert front.ask("GET", f"/c/{own.slug}").headers["Location"].startswith("https://own.example/page?clid=")


def test_a_goal_has_a_review_rule_that_exists(front: Front) -> None:
    with pytest.raises(Wrong, match="review rule"):
        front.office.add_goal(front.shop, "trial", "order", "after lunch")


@pytest.mark.parametrize("name", ["click", "impression", "month", "second_tier"])
def test_no_goal_takes_a_name_that_the_month_close_prices(front: Front, name: str) -> None:
    with pytest.raises(Wrong, match="month close"):
        front.office.add_goal(front.shop, name, "order", "auto")


def test_an_affiliate_is_paid_in_a_currency_of_its_own_from_when_it_is_set(front: Front) -> None:
    anna, ben = f"anna-{uuid4().hex[:6]}", f"ben-{uuid4().hex[:6]}"
    front.office.add_affiliate(anna, "Anna", "eur")
    front.office.add_affiliate(ben, "Ben", recruiter=anna)
    assert front.office.affiliate(anna).currency == "EUR"
    front.office.set_affiliate(anna, {"currency": "usd"})
    front.office.set_affiliate(ben, {"name": "Ben B.", "currency": "GBP"})
    assert front.office.affiliate(anna).currency == "USD"
    assert front.office.affiliate(ben) == Affiliate(ben, "Ben B.", "GBP", anna)
    front.office.set_affiliate(ben, {"currency": "", "recruiter": ""})
    assert front.office.affiliate(ben) == Affiliate(ben, "Ben B.")


def test_nobody_is_recruited_by_somebody_it_has_brought(front: Front) -> None:
    anna, ben, carl = (f"{name}-{uuid4().hex[:6]}" for name in ("anna", "ben", "carl"))
    front.office.add_affiliate(anna, "Anna")
    front.office.add_affiliate(ben, "Ben", recruiter=anna)
    front.office.add_affiliate(carl, "Carl", recruiter=ben)
    for by, message in ((carl, "was recruited by"), (anna, "was recruited by"), ("x", "no affiliate")):
        with pytest.raises(Wrong, match=message):
            front.office.set_affiliate(anna, {"recruiter": by})


def test_own_status_words_lead_to_ours(front: Front) -> None:
    with pytest.raises(Wrong, match="status word"):
        front.office.add_advertiser(f"s-{uuid4().hex[:8]}", "S", {"ok": "fine"})


def test_an_old_secret_stays_the_same_when_the_master_is_rotated(front: Front) -> None:
    secret = front.office.add_secret(front.shop, MASTER)
    rotated = f"1:{MASTER},2:{'n' * 48}"
    newer = front.office.add_secret(front.shop, rotated)
    assert trust.shared_secret(rotated, front.shop, "1.1") == secret != newer
    assert trust.shared_secret(rotated, front.shop, "2.2") == newer
