"""An operator gives affiliates coupons, numbers and caps by the command, and nothing that means nothing."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest

from chalicelib.manage import offers
from chalicelib.manage.command import Desk, main
from chalicelib.manage.setup import Wrong
from chalicelib.model import phone, seal
from chalicelib.model.day import iso
from chalicelib.model.network import Campaign, Coupon, Number
from chalicelib.store.network import Network, Taken
from tests.web.shopfront import MASTER, Front


class Never:
    """A part of the desk that these words leave alone."""

    def __call__(self, *_: Any) -> Any:
        raise AssertionError("not these words' business")


@pytest.fixture
def said(front: Front, capsys: pytest.CaptureFixture[str]) -> Any:
    """Run the command on the front's network; the code and what was printed."""
    parts: Mapping[str, Any] = {name: Never() for name in Desk.__dataclass_fields__}
    known = {"office": front.office, "master": lambda: MASTER, "address": "https://go.example"}
    desk = Desk(**{**parts, **known})

    def run(*words: str) -> tuple[int, str]:
        code = main(words, lambda _: desk)
        told = capsys.readouterr()
        return code, (told.out + told.err).strip()

    return run


def test_a_campaign_is_added_with_caps_and_a_hold(front: Front, said: Any) -> None:
    anna, id = f"anna-{uuid4().hex[:6]}", f"c-{uuid4().hex[:8]}"
    said("affiliate", "add", anna, "--name", "Anna", "--currency", "eur")
    caps = ["total=500", "clicks/day=1000", f"commission/month/{anna}=900.50"]
    words = ["--advertiser", front.shop, "--name", "S", "--currency", "USD", "--destination", "https://shop.example/"]
    code, _ = said("campaign", "add", id, *words, "--hold-days", "14", *(f"--cap={cap}" for cap in caps))
    made = front.office.campaign(id)
    assert (code, made.hold_days) == (0, 14)
    assert made.caps == {"total": 500, "clicks/day": 1000, f"commission/month/{anna}": 90_050}


@pytest.mark.parametrize(
    ("cap", "currency"),
    [
        ("total", "USD"),
        ("total=0", "USD"),
        ("total=-5", "USD"),
        ("total=5.5", "USD"),
        ("week=5", "USD"),
        ("commission/day=1.005", "USD"),
        ("commission/day=1.5", "JPY"),
        ("sales/day=5", "USD"),
    ],
)
def test_a_cap_that_means_nothing_is_refused(cap: str, currency: str) -> None:
    with pytest.raises(Wrong, match="not a cap"):
        offers.caps([cap], currency)


def test_caps_are_changed_by_what_is_said_and_nothing_else(front: Front, said: Any) -> None:
    link = front.link(caps={"total": 500, "clicks/day": 1000, "commission/month": 90_000})
    words = ["--cap", "conversions/total=20", "--cap", "revenue/day=12.50", "--no-cap", "clicks/day"]
    assert said("campaign", "set", link.campaign, *words) == (
        0,
        f"campaign {link.campaign}: commission/month=900.00 conversions/total=20 revenue/day=12.50",
    )
    made = front.office.campaign(link.campaign)
    assert made.caps == {"conversions/total": 20, "commission/month": 90_000, "revenue/day": 1_250}
    assert (len(made.terms), made.state, made.destination) == (2, "active", "https://shop.example/")


def test_a_cap_on_clicks_that_comes_later_is_counted_from_then_on(front: Front, said: Any) -> None:
    link = front.link()
    assert link.campaign not in Network(front.table, "ledger").listed("clicks")
    said("campaign", "set", link.campaign, "--cap", "clicks/day=10")
    assert link.campaign in Network(front.table, "ledger").listed("clicks")


@pytest.mark.parametrize(
    ("words", "mistake"),
    [
        (["--cap", "week=5"], "not a cap"),
        (["--cap", "day=0"], "not a cap"),
        (["--no-cap", "week"], "not a cap"),
        (["--no-cap", "clicks/day"], "has no cap clicks/day"),
        (["--cap", "clicks/day/nobody=5"], "no affiliate nobody"),
    ],
)
def test_a_change_of_caps_that_means_nothing_changes_nothing(
    front: Front, said: Any, words: list[str], mistake: str
) -> None:
    link = front.link(caps={"day": 5})
    code, told = said("campaign", "set", link.campaign, *words)
    assert (code, mistake in told) == (1, True)
    assert front.office.campaign(link.campaign).caps == {"day": 5}


def test_two_who_change_the_caps_at_once_do_not_undo_each_other(front: Front) -> None:
    link = front.link(caps={"day": 5})

    class Slow(Network):
        """The real network, where another operator is faster."""

        def replace_campaign(self, known: Campaign, changed: Campaign) -> bool:
            offers.set_caps(front.office, link.campaign, ["total=7"])
            return super().replace_campaign(known, changed)

    office = replace(front.office, network=Slow(front.table, "ledger"))
    with pytest.raises(Wrong, match="somebody else"):
        offers.set_caps(office, link.campaign, ["day=6"])
    assert front.office.campaign(link.campaign).caps == {"day": 5, "total": 7}


def test_a_coupon_is_ended_once_and_in_the_future(front: Front, said: Any) -> None:
    link, code = front.link(), uuid4().hex[:8]
    said("coupon", "add", code, "--affiliate", link.affiliate, "--campaign", link.campaign)
    soon, later = iso(front.now + 120_000), iso(front.now + 3_600_000)
    told = f"earn nothing by coupon {code.upper()} of {front.shop}"
    assert said("coupon", "end", front.shop, code, "--from", later) == (0, f"orders from {later} on {told}")
    assert said("coupon", "end", front.shop, code) == (0, f"orders from {soon} on {told}")
    early = said("coupon", "end", front.shop, code, "--from", iso(front.now))
    front.passes(120_000)
    assert (early[0], "in the future" in early[1]) == (1, True)
    assert said("coupon", "end", front.shop, code) == (1, f"clickledger: coupon {code.upper()} has ended already")
    assert said("coupon", "end", front.shop, "none") == (1, f"clickledger: {front.shop} has no coupon none")
    assert said("coupon", "end", front.shop, code, "--from", "noon")[0] == 1


def test_a_campaign_that_has_ended_gets_no_coupon_and_says_when_its_coupons_end(front: Front, said: Any) -> None:
    link = front.link()
    ends = iso(front.now + 120_000)
    assert f"orders from {ends} on earn nothing by its coupons" in said("campaign", "state", link.campaign, "ended")[1]
    front.passes(60_000)
    # Who ends it again does not give its coupons more time.
    assert ends in said("campaign", "state", link.campaign, "ended")[1]
    with pytest.raises(Wrong, match="has ended"):
        offers.add_coupon(front.office, Coupon("", "TEA", link.affiliate, link.campaign))
    assert "coupons" not in said("campaign", "state", link.campaign, "active")[1]
    assert front.office.campaign(link.campaign).ended_ms == 0


def test_an_affiliate_is_changed_by_what_is_said_and_nothing_else(front: Front, said: Any) -> None:
    anna, ben = f"anna-{uuid4().hex[:6]}", f"ben-{uuid4().hex[:6]}"
    said("affiliate", "add", anna, "--name", "Anna")
    said("affiliate", "add", ben, "--name", "Ben", "--recruiter", anna)
    code, told = said("affiliate", "set", ben, "--currency", "GBP")
    assert (code, told) == (0, f"affiliate {ben}: Ben, paid in GBP, recruited by {anna}")
    assert said("affiliate", "set", "nobody", "--currency", "GBP") == (1, "clickledger: no affiliate nobody")


def test_a_coupon_is_kept_in_capitals_once_for_an_advertiser(front: Front, said: Any) -> None:
    link, code = front.link(), uuid4().hex[:8]
    words = ["--affiliate", link.affiliate, "--campaign", link.campaign]
    told = said("coupon", "add", f"tea-{code}", *words, "--always")[1]
    kept = f"TEA-{code.upper()}"
    assert told == f"coupon {kept} of {front.shop} earns for {link.affiliate} whatever was clicked"
    assert front.edge.call().directory.coupon(front.shop, kept) == Coupon(
        front.shop, kept, link.affiliate, link.campaign, "always"
    )
    with pytest.raises(Taken):
        said("coupon", "add", f"TEA-{code}", *words)


@pytest.mark.parametrize("code", ["", "two words", "x#y", "x" * 65])
def test_a_coupon_is_one_word(front: Front, code: str) -> None:
    link = front.link()
    with pytest.raises(Wrong, match="not a coupon"):
        offers.add_coupon(front.office, Coupon("", code, link.affiliate, link.campaign))


def test_a_number_is_added_in_the_one_spelling_that_is_compared(front: Front, said: Any) -> None:
    link, digits = front.link(), f"{uuid4().int % 10**7:07d}"
    words = ["--affiliate", link.affiliate, "--campaign", link.campaign, "--goal", "lead", "--repeat-days", "7"]
    code, told = said("number", "add", f"+1 (415) {digits[:3]}-{digits[3:]}", *words)
    assert (code, told) == (
        0,
        f"number +1415{digits} earns for {link.affiliate}; its calls are told to https://go.example/call",
    )
    found = front.edge.call().directory.number(f"+1415{digits}")
    assert found == Number(f"+1415{digits}", link.affiliate, link.campaign, "lead", 7)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"number": "4155550100"}, "not a telephone number"),
        ({"number": "+266696687"}, "not a telephone number"),
        ({"affiliate": "nobody"}, "no affiliate"),
        ({"campaign": "nothing"}, "no campaign"),
        ({"goal": "nothing"}, "no goal"),
        ({"repeat_days": 366}, "0 to 365 days"),
    ],
)
def test_a_number_must_lead_somewhere(front: Front, change: dict[str, Any], message: str) -> None:
    link = front.link()
    plain = {"number": "+14155550100", "affiliate": link.affiliate, "campaign": link.campaign, "goal": "lead"}
    with pytest.raises(Wrong, match=message):
        offers.add_number(front.office, Number(**{**plain, **change}))


def test_a_twilio_token_is_kept_sealed(front: Front) -> None:
    offers.add_phone_token(front.office, front.shop, "0123456789abcdef", MASTER)
    [kept] = front.office.advertiser(front.shop).phone_tokens
    assert seal.opened(MASTER, phone.token_name(front.shop), kept) == "0123456789abcdef"


@pytest.mark.parametrize("token", ["", "short", "with a blank in between", "ü" * 20])
def test_a_token_is_what_twilio_gives(front: Front, token: str) -> None:
    with pytest.raises(Wrong, match="a token has"):
        offers.add_phone_token(front.office, front.shop, token, MASTER)


def test_a_recurring_goal_is_one_whose_customers_pay_again(front: Front, said: Any) -> None:
    name = f"rebill-{uuid4().hex[:6]}"
    assert said("goal", "add", front.shop, name, "--recurring")[0] == 0
    assert front.office.advertiser(front.shop).goals[name].recurring
