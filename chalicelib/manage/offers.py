"""Words of the command for what affiliates work with: affiliates, campaigns, coupons and telephone numbers."""

import argparse
import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Final, get_args

from chalicelib.manage.setup import LIVE, Office, Wrong, matching
from chalicelib.manage.words import does
from chalicelib.model import money, phone, seal
from chalicelib.model.caps import Cap, read
from chalicelib.model.day import iso
from chalicelib.model.network import (
    DAY_MS,
    AffiliateKind,
    Attribution,
    Campaign,
    ConsentRule,
    Coupon,
    CouponMode,
    Number,
)
from chalicelib.model.sale import moment

if TYPE_CHECKING:
    from chalicelib.manage.command import Desk
    from chalicelib.manage.words import Rooms

CODE: Final = re.compile(r"[^\s#]{1,64}")
MOST_REPEAT_DAYS: Final = 365
KINDS: Final = get_args(AffiliateKind)


def groups(rooms: "Rooms") -> None:
    """Add the words."""
    _affiliate(rooms.add_parser("affiliate", help="who shares links: add, set").add_subparsers(required=True))
    _campaign(rooms.add_parser("campaign", help="what is promoted: add, set, state").add_subparsers(required=True))
    _coupon(rooms.add_parser("coupon", help="a code that earns by itself: add, end").add_subparsers(required=True))
    _number(rooms.add_parser("number", help="a telephone number: add, twilio").add_subparsers(required=True))


def add_coupon(office: Office, coupon: Coupon) -> Coupon:
    """A new coupon code of a campaign's advertiser; Wrong if it cannot be."""
    campaign = office.campaign(coupon.campaign)
    office.affiliate(coupon.affiliate)
    if campaign.state == "ended":
        raise Wrong(f"campaign {campaign.id} has ended: its coupons earn nothing")
    code = matching(CODE, coupon.code.strip().upper(), "a coupon")
    made = replace(coupon, advertiser=campaign.advertiser, code=code)
    office.network.add_coupon(made)
    return made


def end_coupon(office: Office, advertiser: str, code: str, from_ms: int | None = None) -> Coupon:
    """End a coupon code: orders from `from_ms` on, or from as soon as possible, earn nothing by it; Wrong if not."""
    known = office.network.coupon((advertiser, code.strip().upper()))
    if known is None:
        raise Wrong(f"{advertiser} has no coupon {code}")
    now, earliest = office.clock(), office.earliest_ms()
    if known.ended_ms and known.ended_ms <= now:
        raise Wrong(f"coupon {known.code} has ended already")
    if from_ms is not None and from_ms < earliest:
        raise Wrong("a coupon ends in the future: the cache time and 60 seconds from now at the earliest")
    changed = replace(known, ended_ms=earliest if from_ms is None else from_ms)
    if not office.network.replace_coupon(known, changed):
        raise Wrong(f"somebody else has just changed {known.code}: look, and try again")
    return changed


def set_caps(office: Office, id: str, pairs: Sequence[str], without: Sequence[str] = ()) -> Campaign:
    """Give a campaign's caps other numbers, add some ('day=100') or take some away ('day'); Wrong if it cannot be.

    A month that is closed keeps the caps it was closed with; one that is open is closed with those that stand then.
    """
    known = office.campaign(id)
    changed = _by_name(known.caps) | _by_name(caps(pairs, known.currency))
    for name in _by_name(caps([f"{name}=1" for name in without], known.currency)):
        if changed.pop(name, None) is None:
            raise Wrong(f"{id} has no cap {name}")
    made = replace(known, caps=dict(changed.values()))
    office.check_caps(made.caps)
    if not office.network.replace_campaign(known, made):
        raise Wrong(f"somebody else has just changed {id}: look, and try again")
    return made


def add_number(office: Office, number: Number) -> Number:
    """A new tracking number of an affiliate and a campaign; Wrong if it cannot be."""
    plain = phone.number(number.number)
    if "+" not in number.number or not plain or plain in phone.WITHHELD:
        raise Wrong(f"not a telephone number: {number.number}; say +14155550100")
    campaign = office.campaign(number.campaign)
    office.affiliate(number.affiliate)
    if number.goal not in office.advertiser(campaign.advertiser).goals:
        raise Wrong(f"{campaign.advertiser} has no goal {number.goal}")
    if not 0 <= number.repeat_days <= MOST_REPEAT_DAYS:
        raise Wrong(f"a caller is payable again after 0 to {MOST_REPEAT_DAYS} days")
    made = replace(number, number=plain)
    office.network.add_number(made)
    return made


def add_phone_token(office: Office, advertiser: str, token: str, master: str) -> None:
    """Keep the token that an advertiser's telephone company signs with, sealed; the one before it stays good."""
    if not re.fullmatch(r"[!-~]{16,128}", token):
        raise Wrong("a token has 16 to 128 characters, none of them a blank")
    known = office.advertiser(advertiser)
    tokens = (seal.sealed(master, phone.token_name(advertiser), token), *known.phone_tokens)
    office.replace_advertiser(known, replace(known, phone_tokens=tuple(dict.fromkeys(tokens))[:LIVE]))


def _affiliate(rooms: "Rooms") -> None:
    add = does(rooms, "add", _add_affiliate, "a new affiliate")
    add.add_argument("id")
    add.add_argument("--name", required=True)
    add.add_argument("--currency", default="", help="what it is paid in; without it each campaign's own currency")
    add.add_argument("--recruiter", default="", help="the affiliate that brought it, which earns a second tier")
    add.add_argument("--kind", choices=KINDS, default="", help="that it meets customers at the till")
    change = does(rooms, "set", _set_affiliate, "change what an affiliate is from now on")
    change.add_argument("id")
    for name in ("name", "currency", "recruiter"):
        change.add_argument(f"--{name}")
    change.add_argument("--kind", choices=KINDS)


def _add_affiliate(asked: argparse.Namespace, desk: "Desk") -> None:
    made = desk.office.add_affiliate(asked.id, asked.name, asked.currency, asked.recruiter, asked.kind)
    print(f"affiliate {made.id}")


def _set_affiliate(asked: argparse.Namespace, desk: "Desk") -> None:
    said = {name: getattr(asked, name) for name in ("name", "currency", "recruiter", "kind")}
    made = desk.office.set_affiliate(asked.id, {name: value for name, value in said.items() if value is not None})
    paid = made.currency or "each campaign's currency"
    print(f"affiliate {made.id}: {made.name}, paid in {paid}, recruited by {made.recruiter or 'nobody'}")


def _campaign(rooms: "Rooms") -> None:
    add = does(rooms, "add", _add_campaign, "a new campaign")
    add.add_argument("id")
    for name in ("advertiser", "name", "currency", "destination"):
        add.add_argument(f"--{name}", required=True)
    add.add_argument("--fallback", default="", help="where visitors go while the campaign is paused, ended or full")
    add.add_argument("--host", action="append", default=[], help="a host that deep links (url=...) may lead to")
    add.add_argument("--window-days", type=float, default=30)
    add.add_argument("--minimum-seconds", type=float, default=0)
    add.add_argument("--hold-days", type=int, default=0, help="how long an approved commission waits to be paid")
    add.add_argument("--attribution", choices=get_args(Attribution), default="last", help="which touches earn")
    stand_down = "how long before a sale a coupon or extension partner's click takes nothing from others"
    add.add_argument("--stand-down-seconds", type=float, default=0, help=stand_down)
    add.add_argument(
        "--view-hours", type=float, default=0, help="how long after it an impression earns, without a click"
    )
    consent = "keep no identifier of who refuses (respect), nor of who says nothing (require), or do not ask (ignore)"
    add.add_argument("--consent", choices=get_args(ConsentRule), default="respect", help=consent)
    add.add_argument("--shop", default="", help="the order scope, if order ids are not unique at the advertiser")
    add.add_argument(
        "--cap", action="append", default=[], metavar="CAP=N", help="total=500, commission/month/anna=900.00"
    )
    change = does(rooms, "set", _set_caps, "change the caps of a campaign; those that are not said stay")
    change.add_argument("id")
    change.add_argument("--cap", action="append", default=[], metavar="CAP=N", help="a new number, or a new cap")
    change.add_argument("--no-cap", action="append", default=[], metavar="CAP", help="a cap that is to go")
    rule = does(rooms, "consent", _set_consent, "change what a campaign makes of visitors' consent")
    rule.add_argument("id")
    rule.add_argument("rule", choices=get_args(ConsentRule), help=consent)
    state = does(rooms, "state", _set_state, "pause, resume or end")
    state.add_argument("id")
    state.add_argument("state", choices=["active", "paused", "ended"])


def _add_campaign(asked: argparse.Namespace, desk: "Desk") -> None:
    made = desk.office.add_campaign(
        Campaign(
            asked.id,
            asked.name,
            asked.advertiser,
            asked.currency,
            asked.destination,
            fallback=asked.fallback,
            hosts=tuple(asked.host),
            window_ms=round(asked.window_days * DAY_MS),
            minimum_ms=round(asked.minimum_seconds * 1000),
            shop=asked.shop,
            caps=caps(asked.cap, asked.currency),
            hold_days=asked.hold_days,
            attribution=asked.attribution,
            stand_down_ms=round(asked.stand_down_seconds * 1000),
            view_ms=round(asked.view_hours * 3_600_000),
            consent=asked.consent,
        )
    )
    print(f"campaign {made.id}: next `terms add {made.id} GOAL --commission ... --revenue ...`")


def _set_consent(asked: argparse.Namespace, desk: "Desk") -> None:
    known = desk.office.campaign(asked.id)
    if not desk.office.network.replace_campaign(known, replace(known, consent=asked.rule)):
        raise Wrong(f"somebody else has just changed {asked.id}: look, and try again")
    told = f"running redirects know within {desk.office.link_seconds:g} seconds"
    print(f"campaign {asked.id}: consent is {asked.rule}; {told}")


def _set_caps(asked: argparse.Namespace, desk: "Desk") -> None:
    made = set_caps(desk.office, asked.id, asked.cap, asked.no_cap)
    shown = [f"{cap.name}={_shown(cap, made.currency)}" for cap in read(made.caps)]
    print(f"campaign {made.id}: {' '.join(sorted(shown)) or 'no caps'}")


def _shown(cap: Cap, currency: str) -> str:
    return money.decimal(cap.most, currency) if cap.is_money else str(cap.most)


def _by_name(limits: Mapping[str, int]) -> dict[str, tuple[str, int]]:
    """Caps as they are written, by what they mean: 'total' and 'conversions/total' are one."""
    return {read({text: most})[0].name: (text, most) for text, most in limits.items()}


def caps(pairs: Sequence[str], currency: str) -> dict[str, int]:
    """Caps as a campaign keeps them, from 'day=100' or 'commission/month/anna=900.00' (in `currency`)."""
    found = {}
    for pair in pairs:
        name, _, most = pair.rpartition("=")
        try:
            [cap] = read({name: 0})
            found[name] = _most(cap, most, currency)
        except (ValueError, money.BadAmount) as bad:
            raise Wrong(f"not a cap: {pair}; say total=500, clicks/day=1000 or commission/month/anna=900.00") from bad
    return found


def _most(cap: Cap, text: str, currency: str) -> int:
    most = money.parse(text, money.currency(currency)).minor if cap.is_money else int(text) if text.isdigit() else 0
    if most < 1:
        raise ValueError(text)
    return most


def _set_state(asked: argparse.Namespace, desk: "Desk") -> None:
    made = desk.office.set_state(asked.id, asked.state)
    print(f"campaign {made.id} is {made.state}; running redirects know within {desk.office.link_seconds:g} seconds")
    if made.ended_ms:
        print(f"orders from {iso(made.ended_ms)} on earn nothing by its coupons")


def _coupon(rooms: "Rooms") -> None:
    add = does(rooms, "add", _add_coupon, "a new coupon code")
    add.add_argument("code")
    add.add_argument("--affiliate", required=True)
    add.add_argument("--campaign", required=True)
    add.add_argument("--always", action="store_true", help="it counts even where a click brought the customer")
    end = does(rooms, "end", _end_coupon, "orders from a moment on earn nothing by a code; earlier ones stay")
    end.add_argument("advertiser")
    end.add_argument("code")
    end.add_argument("--from", dest="start", default="", help="ISO 8601 with a zone; without it as soon as possible")


def _add_coupon(asked: argparse.Namespace, desk: "Desk") -> None:
    mode: CouponMode = "always" if asked.always else "fallback"
    made = add_coupon(desk.office, Coupon("", asked.code, asked.affiliate, asked.campaign, mode))
    counts = "whatever was clicked" if mode == "always" else "where there is no click"
    print(f"coupon {made.code} of {made.advertiser} earns for {made.affiliate} {counts}")


def _end_coupon(asked: argparse.Namespace, desk: "Desk") -> None:
    try:
        from_ms = moment(asked.start)
    except ValueError as bad:
        raise Wrong(f"not a time with a zone: {asked.start}") from bad
    made = end_coupon(desk.office, asked.advertiser, asked.code, from_ms)
    print(f"orders from {iso(made.ended_ms)} on earn nothing by coupon {made.code} of {made.advertiser}")


def _number(rooms: "Rooms") -> None:
    add = does(rooms, "add", _add_number, "a new telephone number")
    add.add_argument("number", help="such as +14155550100")
    for name in ("affiliate", "campaign", "goal"):
        add.add_argument(f"--{name}", required=True)
    add.add_argument("--repeat-days", type=int, default=30, help="a caller is payable once in so many days; 0: always")
    twilio = does(rooms, "twilio", _twilio, "keep an advertiser's Twilio auth token, read from standard input")
    twilio.add_argument("advertiser")


def _add_number(asked: argparse.Namespace, desk: "Desk") -> None:
    number = Number(asked.number, asked.affiliate, asked.campaign, asked.goal, asked.repeat_days)
    made = add_number(desk.office, number)
    print(f"number {made.number} earns for {made.affiliate}; its calls are told to {desk.address}/call")


def _twilio(asked: argparse.Namespace, desk: "Desk") -> None:
    add_phone_token(desk.office, asked.advertiser, sys.stdin.readline().strip(), desk.master())
    print(f"calls that Twilio signs for {asked.advertiser} are trusted within {desk.office.link_seconds:g} seconds")
