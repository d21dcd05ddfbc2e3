"""Visits, conversions, affiliates and campaigns as other programs write them: read forgivingly, but never guessed at.

docs/trust.md has the names. What a row does not say stays unsaid; a time that cannot be read is an error.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Final

from chalicelib.model.click import cut_address
from chalicelib.model.evidence import Account, Case, Claim, Offer, Seen, tally
from chalicelib.model.persons import account_keys, is_email, person_keys
from chalicelib.model.suspicion_clicks import bursts

Row = Mapping[str, Any]
"""A row with names in small letters and underscores."""

KINDS: Final = {
    "visit": "visit click impression view hit",
    "conversion": "conversion sale lead install order claim postback pixel purchase",
    "affiliate": "affiliate publisher partner account",
    "campaign": "campaign offer program",
}
BROWSERS: Final = ("browser", "pixel", "beacon", "claim", "tag", "js", "javascript", "client", "image", "img")
SERVERS: Final = ("server", "postback", "s2s", "api", "call", "hand", "import", "upload", "csv", "webhook", "coupon")
FRAMES: Final = ("iframe", "frame", "image", "img", "embed", "object", "script", "style", "empty", "fencedframe")
NO: Final = frozenset(("", "0", "false", "no", "n", "off", "f", "none", "null"))

TIMES: Final = "at time timestamp ts ms at_ms created_at received_at date datetime"
IDS: Final = {
    "affiliate": "affiliate affiliate_id aff aff_id publisher publisher_id partner partner_id",
    "campaign": "campaign campaign_id offer offer_id program program_id",
    "advertiser": "advertiser advertiser_id merchant merchant_id shop",
    "network": "network networks net address addresses address_24 ip ip_address subnet prefix remote_addr",
    "agent": "agent user_agent useragent ua",
    "people": "email_hash email_hashes email_sha256 hashed_email buyer_email_hash customer_email_hash email emails "
    "buyer_email customer_email buyer_hash e_mail",
    "accounts": "payout_account payout_accounts account account_hash bank_account iban payment_account buyer_account "
    "payer_account payout_account_hash payment_account_hash owner owner_id",
}
CAPS: Final = "affiliate_cap daily_cap cap cap_per_affiliate affiliate_daily_cap cap_day cap_per_day conversion_cap"
_KIND_WORDS: Final = {word: kind for kind, words in KINDS.items() for word in words.split()}
_UPPER: Final = re.compile(r"(?<=[a-z0-9])([A-Z])")


def read(rows: Iterable[Any], reason: Callable[[Row], str], time_zone: str = "UTC") -> Case:
    """What the rules look at, from rows in any order. ValueError with the number of a row that cannot be read.

    `reason` gives the verdict of a visit that does not bring its own, '' for a billable one.
    """
    visits: list[Seen] = []
    sold: list[tuple[int, Row]] = []
    accounts: dict[str, Account] = {}
    offers: dict[str, Offer] = {}
    for number, raw in enumerate(rows, 1):
        kind, row = _kind(raw, number)
        try:
            match kind:
                case "visit" if _word(row, "kind type") not in ("impression", "view"):
                    visits.append(visit(row, reason))
                case "conversion":
                    sold.append((number, row))
                case "affiliate":
                    one = account(row)
                    accounts[one.id] = one
                case "campaign":
                    made = offer(row)
                    offers[made.id] = made
        except ValueError as bad:
            raise ValueError(f"line {number}: {bad}") from bad
    known = {seen.id: seen for seen in visits}
    claims = [_claim(row, known, offers, number) for number, row in sold]
    return Case(_confirmed(claims), tally(visits), bursts(visits), accounts, offers, time_zone)


def visit(row: Row, reason: Callable[[Row], str]) -> Seen:
    """The visit of a row."""
    headers = _names(row.get("headers", {})) if isinstance(row.get("headers"), Mapping) else {}
    whole = {**headers, **row}
    purpose = _text(whole, "purpose sec_purpose x_purpose x_moz").lower()
    dest = _text(whole, "dest sec_fetch_dest fetch_dest").lower()
    frame = _flag(whole, "hidden iframe frame in_frame hidden_frame is_hidden framed")
    shown = _flag(whole, "visible is_visible")
    said = _text(whole, "reason")
    return Seen(
        _text(whole, "id click_id visit_id click clickid"),
        _at(whole, f"{TIMES} clicked_at click_time click_at") or 0,
        _text(whole, IDS["affiliate"]),
        _text(whole, IDS["campaign"]),
        _text(whole, "link link_id slug link_number short_link url"),
        next(iter(_networks(whole)), ""),
        early=bool(purpose) or _text(whole, "method").upper() == "HEAD",
        hidden=bool(frame) or shown is False or dest in FRAMES,
        bare=_text(whole, "referrer referer ref") == "",
        reason=said if said else reason(whole),
    )


def account(row: Row) -> Account:
    """The affiliate of a row."""
    return Account(
        _text(row, f"id {IDS['affiliate']}"),
        _people(row),
        _accounts(row),
        frozenset(_networks(row)),
        _number(row, CAPS),
    )


def offer(row: Row) -> Offer:
    """The campaign of a row. A cap by name is written as the program's own: 'day', 'conversions/day/anna'."""
    daily = _number(row, CAPS)
    named: dict[str, int] = {}
    caps = row.get("caps", {})
    for name, most in caps.items() if isinstance(caps, Mapping) else ():
        parts = [part for part in str(name).lower().replace("_", "/").split("/") if part not in ("conversions", "cap")]
        whom = [part for part in parts if part not in ("day", "daily", "affiliate", "each", "per", "*")]
        if {"day", "daily"} & set(parts) and len(whom) <= 1 and str(most).isdigit():
            if whom:
                named[whom[0]] = int(most)
            else:
                daily = int(most)
    return Offer(_text(row, f"id {IDS['campaign']}"), _text(row, IDS["advertiser"]), daily, named)


def _claim(row: Row, known: Mapping[str, Seen], offers: Mapping[str, Offer], number: int) -> Claim:
    click = _text(row, "click click_id clickid clid visit visit_id")
    seen = known.get(click)
    try:
        told = _at(row, TIMES)
        sold = _at(row, "event_at event_time event_ms event occurred_at sold_at order_time converted_at")
        clicked = seen.at if seen and seen.at else _at(row, "click_at click_time clicked_at click_ms clicked")
    except ValueError as bad:
        raise ValueError(f"line {number}: {bad}") from bad
    at = sold if sold is not None else told
    if at is None:
        raise ValueError(f"line {number}: a conversion needs its time, as at or event_time")
    campaign = _text(row, IDS["campaign"]) or (seen.campaign if seen else "")
    touches = _found(row, "touches path clids")
    fresh = _flag(row, "new_customer is_new is_new_customer first_order")
    returning = _flag(row, "returning returning_customer is_returning existing_customer returning_visitor")
    if returning is None:
        said = row.keys() & {"touches", "path", "clids"}
        returning = not fresh if fresh is not None else _touched(touches, click) if said else None
    return Claim(
        _text(row, "id conversion_id conversion event_id"),
        at,
        at if told is None else told,
        _text(row, IDS["affiliate"]) or (seen.affiliate if seen else ""),
        campaign,
        _text(row, IDS["advertiser"]) or (offers[campaign].advertiser if campaign in offers else ""),
        _text(row, "goal goal_id goal_name event_name"),
        _text(row, "order order_id txid"),
        _browser(_text(row, "source door via channel").lower()),
        _says_confirmed(row),
        click,
        _since(row, at) if clicked is None else clicked,
        next(iter(_networks(row)), ""),
        _text(row, IDS["agent"]),
        _people(row),
        _accounts(row),
        _flag(row, "landed landing landing_seen has_landing page_seen pageviews landing_at"),
        returning,
        seen,
    )


def _touched(touches: object, click: str) -> bool:
    """Whether a conversion names earlier clicks beside its own."""
    if isinstance(touches, str):
        touches = touches.replace(",", ".").split(".")
    found = touches if isinstance(touches, list | tuple) else ()
    names = [_text(_names(one), "id click_id click") if isinstance(one, Mapping) else str(one) for one in found]
    return any(name != click for name in names)


def _since(row: Row, at: int) -> int | None:
    """When the click was, where only the time between is said."""
    for name in ("ctct", "click_to_conversion", "seconds_since_click"):
        for found, unit in ((name, 1000), (f"{name}_s", 1000), (f"{name}_seconds", 1000), (f"{name}_ms", 1)):
            passed = row.get(found)
            if isinstance(passed, int | float):
                return at - round(passed * unit)
    return None


def _says_confirmed(row: Row) -> bool | None:
    said = _flag(row, "confirmed server_confirmed is_confirmed confirmed_at confirmed_by_server")
    if said is None and _text(row, "status state reason").lower() == "unconfirmed":
        return False
    return said


def _browser(source: str) -> bool | None:
    return True if source in BROWSERS else False if source in SERVERS else None


def _confirmed(claims: list[Claim]) -> list[Claim]:
    """A browser's claim is confirmed where a server speaks of the same sale, if servers do so at all."""
    said = {(claim.advertiser or claim.campaign, claim.goal, claim.order) for claim in claims if claim.browser is False}
    hers = [c for c in claims if c.browser and c.order and (c.advertiser or c.campaign, c.goal, c.order) in said]
    if not hers or any(claim.confirmed is not None for claim in claims):
        return claims
    known = {claim.id for claim in hers}
    return [claim._replace(confirmed=claim.id in known) if claim.browser else claim for claim in claims]


def _kind(raw: object, number: int) -> tuple[str, Row]:
    """What a row is about: it says so, or stands under that name, or has what only one kind has."""
    if not isinstance(raw, Mapping):
        raise ValueError(f"line {number}: not a JSON object")
    row = _names(raw)
    if len(row) == 1:
        [(name, inner)] = row.items()
        if isinstance(inner, Mapping) and name in _KIND_WORDS:
            return _KIND_WORDS[name], _names(inner)
    for name in ("type", "record", "row", "entity", "kind"):
        if str(row.get(name, "")).lower() in _KIND_WORDS:
            return _KIND_WORDS[str(row[name]).lower()], row
    if row.keys() & {"conversion_id", "order", "order_id", "goal", "click_id"} and not row.keys() & {"link", "slug"}:
        return "conversion", row
    if row.keys() & set(IDS["accounts"].split()) or (row.keys() & {"email", "email_hash"} and "at" not in row):
        return "affiliate", row
    if row.keys() & {"caps", "affiliate_cap", "daily_cap"}:
        return "campaign", row
    if row.keys() & {"link", "slug", "agent", "user_agent", "method", "referrer"}:
        return "visit", row
    raise ValueError(f"line {number}: its type is none of {', '.join(KINDS)}")


def _names(raw: Mapping[Any, Any]) -> dict[str, Any]:
    return {_name(name): value for name, value in raw.items()}


@lru_cache(4096)
def _name(name: object) -> str:
    return _UPPER.sub(r"_\1", str(name)).lower().replace("-", "_")


@lru_cache(4096)
def _those(names: str, keys: tuple[str, ...]) -> tuple[str, ...]:
    """Which of `names` a row has; rows of a stream are alike, so it is looked up."""
    return tuple(name for name in names.split() if name in keys)


def _found(row: Row, names: str) -> object:
    for name in _those(names, tuple(row)):
        if row[name] not in (None, ""):
            return row[name]
    return ""


def _text(row: Row, names: str) -> str:
    found = _found(row, names)
    return str(found).strip() if isinstance(found, str | int) else ""


def _word(row: Row, names: str) -> str:
    return next((word for name in names.split() if (word := str(row.get(name, "")).lower()) in _KIND_WORDS), "")


def _number(row: Row, names: str) -> int | None:
    found = _found(row, names)
    return int(found) if isinstance(found, int) or (isinstance(found, str) and found.isdigit()) else None


def _flag(row: Row, names: str) -> bool | None:
    """Yes or no; None where nothing is said. Whatever is neither, such as a time or a number, is a yes."""
    for name in _those(names, tuple(row)):
        if row[name] is not None:
            text = str(row[name]).strip().lower()
            return text not in NO
    return None


def _at(row: Row, names: str) -> int | None:
    """Unix milliseconds, from ISO 8601 (UTC without a zone), Unix seconds or milliseconds; None if nothing is said."""
    found = _found(row, names)
    if found == "":
        return None
    if isinstance(found, int | float) or re.fullmatch(r"\d+(\.\d+)?", str(found)):
        number = float(str(found))
        return round(number) if number > 1e11 else round(number * 1000)
    at = datetime.fromisoformat(str(found))
    return round((at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp() * 1000)


def _networks(row: Row) -> list[str]:
    """Networks cut to a /24 or /48, as a click keeps them; what is no address is kept as it is."""
    return [_network(one) for one in _many(row, IDS["network"])]


@lru_cache(4096)
def _network(text: str) -> str:
    return cut_address(text.partition("/")[0]) or text


def _people(row: Row) -> frozenset[str]:
    """Keys of e-mail addresses. A customer's id is one where it is an address, or its hash."""
    said = [*_many(row, IDS["people"]), *filter(is_email, _many(row, "customer customer_id customer_hash"))]
    return frozenset(key for one in said for key in person_keys(one))


def _accounts(row: Row) -> frozenset[str]:
    return frozenset(key for one in _many(row, IDS["accounts"]) for key in account_keys(one))


def _many(row: Row, names: str) -> list[str]:
    found: list[str] = []
    for name in _those(names, tuple(row)):
        value = row[name]
        parts = value if isinstance(value, list | tuple) else [value]
        found += [str(part).strip() for part in parts if isinstance(part, str | int) and str(part).strip()]
    return found
