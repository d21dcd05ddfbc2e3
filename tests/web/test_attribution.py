"""Who earns without a click: the owner of a coupon, and whoever brought a customer that pays again."""

from uuid import uuid4

import pytest

from chalicelib.manage import offers
from chalicelib.model.fact import Fact
from chalicelib.model.network import DAY_MS, Coupon, CouponMode, Link
from tests.web.shopfront import Front


@pytest.fixture
def link(front: Front) -> Link:
    return front.link()


def sold(front: Front, **said: str) -> Fact:
    """The last fact of a sale of 100.00."""
    code, answer = front.postback(**{"goal": "sale", "order_id": uuid4().hex, "amount": "100.00", **said})
    assert code == 200, answer
    return front.facts(answer["conversion_id"])[-1]


def coupon(front: Front, link: Link, mode: CouponMode = "fallback") -> str:
    return offers.add_coupon(front.office, Coupon("", uuid4().hex[:8], link.affiliate, link.campaign, mode)).code


def test_a_coupon_earns_without_a_click(front: Front, link: Link) -> None:
    fact = sold(front, coupon=coupon(front, link).lower())
    assert (fact.affiliate, fact.campaign, fact.click_id, fact.after.commission) == (
        link.affiliate,
        link.campaign,
        "",
        1000,
    )


def test_a_click_comes_before_a_coupon(front: Front, link: Link) -> None:
    other = front.link()
    assert sold(front, coupon=coupon(front, link), click_id=front.click(other.slug)).affiliate == other.affiliate


def test_a_coupon_that_always_counts_comes_before_a_click_and_repeats_as_a_replay(front: Front, link: Link) -> None:
    code, click, order = coupon(front, link, "always"), front.click(front.link().slug), uuid4().hex
    said = {"coupon": code, "click_id": click, "order_id": order, "goal": "sale", "amount": "100.00"}
    assert sold(front, **said).affiliate == link.affiliate
    assert front.postback(**said)[1]["status"] == "replayed"


def test_a_coupon_has_no_window_and_earns_where_a_clicks_is_over(front: Front, link: Link) -> None:
    code, click = coupon(front, link), front.click(front.link(affiliate=f"o-{uuid4().hex[:8]}").slug)
    front.passes(31 * DAY_MS)
    assert sold(front, coupon=code, click_id=click).affiliate == link.affiliate


@pytest.mark.parametrize("mode", ["fallback", "always"])
def test_an_order_earns_by_a_coupon_until_it_ends(front: Front, link: Link, mode: CouponMode) -> None:
    code, said = coupon(front, link, mode), {"goal": "sale", "order_id": uuid4().hex, "amount": "100.00"}
    before = str(front.now // 1000)
    offers.end_coupon(front.office, front.shop, code)
    assert sold(front, coupon=code, **said).affiliate == link.affiliate
    front.passes(121_000)
    # What it earned stays, whatever is said of it later; nothing new is added, unless it was sold before the end.
    assert front.postback(coupon=code, **said)[1]["status"] == "replayed"
    assert front.postback(coupon=code, status="rejected", **said)[1]["state"] == "rejected"
    assert front.postback(coupon=code, **said | {"order_id": uuid4().hex})[1]["reason"] == "click_id_missing"
    assert sold(front, coupon=code, event_time=before).affiliate == link.affiliate
    other = front.link()
    assert sold(front, coupon=code, click_id=front.click(other.slug)).affiliate == other.affiliate


def test_coupons_of_a_campaign_end_with_it_and_come_back_with_it(front: Front, link: Link) -> None:
    code = coupon(front, link)
    front.office.set_state(link.campaign, "ended")
    assert sold(front, coupon=code).affiliate == link.affiliate
    front.passes(121_000)
    said = {"goal": "sale", "order_id": uuid4().hex, "amount": "100.00", "coupon": code}
    assert front.postback(**said)[1]["reason"] == "click_id_missing"
    front.office.set_state(link.campaign, "active")
    front.passes(61_000)
    assert sold(front, **said).affiliate == link.affiliate


def test_a_pause_ends_no_coupon(front: Front, link: Link) -> None:
    code = coupon(front, link)
    front.office.set_state(link.campaign, "paused")
    front.passes(3_600_000)
    assert sold(front, coupon=code).affiliate == link.affiliate


def test_an_order_stays_one_order_of_its_shop_when_its_coupon_has_ended(front: Front) -> None:
    link = front.link(shop="de")
    code, said = coupon(front, link), {"goal": "sale", "order_id": uuid4().hex, "amount": "100.00"}
    first = sold(front, coupon=code, **said)
    offers.end_coupon(front.office, front.shop, code)
    front.passes(121_000)
    answer = front.postback(coupon=code, **said)[1]
    assert (answer["status"], answer["conversion_id"]) == ("replayed", first.conversion)


def test_a_coupon_of_nobody_is_only_kept(front: Front, link: Link) -> None:
    assert sold(front, coupon="SUMMER", click_id=front.click(link.slug)).coupon == "SUMMER"
    answer = front.postback(goal="sale", order_id=uuid4().hex, amount="1.00", coupon="SUMMER")[1]
    assert answer["reason"] == "click_id_missing"


def test_a_coupon_is_its_own_advertisers(front: Front, link: Link) -> None:
    other = f"other-{uuid4().hex[:8]}"
    front.office.add_advertiser(other, "Other", {})
    front.office.add_goal(other, "sale", "order", "auto")
    said = {"goal": "sale", "order_id": "A-1", "amount": "1.00", "coupon": coupon(front, link)}
    assert front.postback(**said, token=front.office.add_token(other))[1]["reason"] == "click_id_missing"


def test_a_click_id_that_leads_nowhere_is_not_passed_over(front: Front, link: Link) -> None:
    said = {"goal": "sale", "order_id": uuid4().hex, "amount": "1.00", "coupon": coupon(front, link)}
    assert front.postback(**said, click_id="x" * 52)[1]["reason"] == "unknown_click"


def test_what_is_due_is_in_the_affiliates_own_currency(front: Front, link: Link) -> None:
    front.office.set_affiliate(link.affiliate, {"currency": "EUR"})
    fact = sold(front, click_id=front.click(link.slug))
    assert (fact.due_in, fact.after.reason) == ("EUR", "no_fx_rate")


# Customers


@pytest.fixture
def rebilled(front: Front) -> str:
    """A goal whose customers pay again."""
    name = f"rebill-{uuid4().hex[:6]}"
    front.office.add_goal(front.shop, name, "order", "auto", recurring=True)
    return name


def with_rebills(front: Front, goal: str) -> Link:
    link = front.link()
    front.office.add_terms(link.campaign, goal, "*", ("RevShare 20% for 12 months", "RevShare 30%"), None)
    return link


def test_a_customers_later_payment_earns_for_whoever_brought_it(front: Front, rebilled: str) -> None:
    link, customer = with_rebills(front, rebilled), uuid4().hex
    first = sold(front, click_id=front.click(link.slug), customer_id=customer)
    front.passes(40 * DAY_MS)
    later = sold(front, goal=rebilled, customer_id=customer, status="rebill")
    assert (later.affiliate, later.campaign, later.after.commission) == (link.affiliate, link.campaign, 2000)
    assert later.customer == first.customer


def test_a_later_payment_is_paid_by_the_terms_of_the_first(front: Front, rebilled: str) -> None:
    link, customer = with_rebills(front, rebilled), uuid4().hex
    sold(front, click_id=front.click(link.slug), customer_id=customer)
    front.office.add_terms(link.campaign, rebilled, "*", ("RevShare 50%", "RevShare 60%"), None)
    front.passes(40 * DAY_MS)
    assert sold(front, goal=rebilled, customer_id=customer).after.commission == 2000


def test_a_click_whose_window_is_open_comes_before_the_customers_past(front: Front, rebilled: str) -> None:
    link, customer = with_rebills(front, rebilled), uuid4().hex
    click = front.click(link.slug)
    sold(front, click_id=click, customer_id=customer)
    other = front.click(front.link().slug)
    assert sold(front, click_id=other, customer_id=customer).affiliate != link.affiliate
    front.passes(40 * DAY_MS)
    said = {"goal": rebilled, "order_id": "R-1", "amount": "100.00", "click_id": click, "customer_id": customer}
    assert sold(front, **said).affiliate == link.affiliate
    assert front.postback(**said)[1]["status"] == "replayed"


@pytest.mark.parametrize("change", [{"test": "1"}, {"status": "rejected"}])
def test_what_never_earned_brings_nobody(front: Front, rebilled: str, change: dict[str, str]) -> None:
    link, customer = with_rebills(front, rebilled), uuid4().hex
    sold(front, click_id=front.click(link.slug), customer_id=customer, **change)
    answer = front.postback(goal=rebilled, order_id=uuid4().hex, amount="1.00", customer_id=customer)[1]
    assert answer["reason"] == "click_id_missing"


def test_a_sale_that_is_refused_brings_nobody(front: Front, rebilled: str) -> None:
    link, customer = with_rebills(front, rebilled), uuid4().hex
    click = front.click(link.slug)
    front.passes(31 * DAY_MS)
    said = {"goal": "sale", "amount": "1.00", "customer_id": customer}
    assert front.postback(**said, order_id=uuid4().hex, click_id=click)[1]["reason"] == "outside_window"
    assert front.postback(**said, order_id=uuid4().hex)[1]["reason"] == "click_id_missing"


def test_where_nobody_pays_again_no_customer_is_kept(front: Front) -> None:
    shop = f"once-{uuid4().hex[:8]}"
    front.office.add_advertiser(shop, "Once", {})
    front.office.add_goal(shop, "sale", "order", "auto")
    front.office.add_goal(shop, "lead", "click", "auto")
    token, click = front.office.add_token(shop), front.click(front.link(advertiser=shop).slug)
    sold(front, token=token, click_id=click)
    front.table.calls.clear()
    sold(front, token=token, click_id=click, customer_id="c-1")
    assert front.table.calls.count("PutItem") == 1


def test_a_server_conversion_without_coupon_or_customer_costs_what_it_did(front: Front, link: Link) -> None:
    click = front.click(link.slug)
    sold(front, click_id=click)
    front.table.calls.clear()
    front.postback(goal="sale", order_id=uuid4().hex, amount="1.00", click_id=click)
    assert front.table.calls == ["GetItem", "PutItem"]


def test_a_sale_that_contradicts_a_known_one_binds_nobody(front: Front, rebilled: str) -> None:
    known, thief, customer = with_rebills(front, rebilled), with_rebills(front, rebilled), uuid4().hex
    sold(front, order_id="B-1", click_id=front.click(known.slug))
    said = {"goal": "sale", "order_id": "B-1", "amount": "100.00", "customer_id": customer}
    assert front.postback(**said, click_id=front.click(thief.slug))[1]["reason"] == "other_click"
    answer = front.postback(goal=rebilled, order_id=uuid4().hex, amount="1.00", customer_id=customer)[1]
    assert answer["reason"] == "click_id_missing"


def test_where_customers_do_not_pay_again_a_later_sale_needs_a_click(front: Front, rebilled: str) -> None:
    link, customer = with_rebills(front, rebilled), uuid4().hex
    sold(front, click_id=front.click(link.slug), customer_id=customer)
    answer = front.postback(goal="sale", order_id=uuid4().hex, amount="1.00", customer_id=customer)[1]
    assert answer["reason"] == "click_id_missing"
    assert sold(front, goal=rebilled, customer_id=customer).affiliate == link.affiliate


@pytest.mark.parametrize("mode", ["fallback", "always"])
def test_a_sale_is_one_sale_in_the_shop_of_its_click_whatever_a_coupon_says(front: Front, mode: CouponMode) -> None:
    click, code = front.click(front.link(shop="de").slug), uuid4().hex[:8]
    said = {"order_id": "S-1", "click_id": click, "coupon": code, "goal": "sale", "amount": "100.00"}
    first = sold(front, **said)
    owner = front.link(shop="fr")
    offers.add_coupon(front.office, Coupon("", code, owner.affiliate, owner.campaign, mode))
    front.passes(31 * DAY_MS)
    answer = front.postback(**said)[1]
    assert (answer["status"], answer["conversion_id"]) == ("replayed", first.conversion)
