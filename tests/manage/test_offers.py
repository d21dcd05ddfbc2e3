"""An operator gives affiliates coupons, numbers and caps by the command, and nothing that means nothing."""

from collections.abc import Mapping
from typing import Any
from uuid import uuid4

import pytest

from chalicelib.manage import offers
from chalicelib.manage.command import Desk, main
from chalicelib.manage.setup import Wrong
from chalicelib.model import phone, seal
from chalicelib.model.network import Coupon, Number
from chalicelib.store.network import Taken
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
