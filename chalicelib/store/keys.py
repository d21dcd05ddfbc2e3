"""Every key of both tables and both indexes. Nothing else knows how one is spelt."""

from typing import Any, Final

from chalicelib.model.clickid import ClickId
from chalicelib.model.day import utc_day
from chalicelib.model.network import Link
from chalicelib.model.terms import Terms

Key = dict[str, Any]
"""A primary key as an attribute map."""

SHARDS: Final = "0123456789abcdef"
"""The first digits of conversion ids: the day index is spread over them."""

TERMS: Final = "TERMS#"
GOAL: Final = "GOAL#"
META: Final = "META"
CAP: Final = "CAP"


def key(pk: str, sk: str) -> Key:
    """A primary key."""
    return {"pk": {"S": pk}, "sk": {"S": sk}}


def found_by(fpk: str, fsk: str) -> Key:
    """An entry of the find index."""
    return {"fpk": {"S": fpk}, "fsk": {"S": fsk}}


# Visits


def click(id: ClickId) -> Key:
    """Day and shard are computed from the id: one get finds a click, 256 queries read a UTC day."""
    return key(f"C#{utc_day(id.ms)}#{id.shard:02x}", f"{id.ms:013d}#{id.text}")


def late(id: ClickId, day: str) -> Key:
    """The mark of a click that came in late, on UTC day `day`, for readers of earlier days."""
    return key(f"LATE#{day}#{id.shard:02x}", id.text)


# Facts and what belongs to days


def fact(conversion: str, n: int) -> Key:
    """The facts of a conversion are one item collection, in order of their numbers."""
    return key(f"V#{conversion}", f"{n:05d}")


def conversion(item: Key) -> tuple[str, int] | None:
    """The conversion and number of a fact's item; None for an item that is no fact."""
    kind, _, id = item["pk"]["S"].partition("#")
    number = item["sk"]["S"]
    return (id, int(number)) if kind == "V" and number.isdigit() else None


def day(day: str, shard: str) -> str:
    """A partition of the day index."""
    return f"D#{day}#{shard}"


def in_day(affiliate: str, at_ms: int, conversion: str, n: int) -> str:
    """The place of a fact in its partition of the day index: by affiliate, then by time of acceptance."""
    return f"{affiliate}#{at_ms:013d}#{conversion}#{n:05d}"


def of_click(id: str, at_ms: int) -> Key:
    """A click's conversions, by the find index."""
    return found_by(f"K#{id}", f"{at_ms:013d}")


def refusal(content: str) -> Key:
    """A refused attempt, by the hash of its content."""
    return key(f"X#{content}", "X")


def refusals(advertiser: str, day: str) -> str:
    """An advertiser's refused attempts of a day, by the find index."""
    return f"X#{advertiser}#{day}"


def report(day: str) -> Key:
    """The hash of a day's manifest."""
    return key(f"DAY#{day}", "REPORT")


def task(name: str) -> Key:
    """How far a day-by-day task has got."""
    return key(f"TASK#{name}", META)


# What the operator sets up


def advertiser(id: str) -> str:
    """The collection of an advertiser: META and GOAL#..."""
    return f"ADV#{id}"


def campaign(id: str) -> str:
    """The collection of a campaign: META, TERMS#... and CAP."""
    return f"CMP#{id}"


def affiliate(id: str) -> str:
    """An affiliate."""
    return f"AFF#{id}"


def link(number: int) -> str:
    """A link by its number, which click ids carry."""
    return f"LNK#{number}"


def slug(slug: str) -> str:
    """What a slug leads to. It is never deleted, so no slug is ever used for a second link."""
    return f"SLUG#{slug}"


def terms(campaign_id: str, version: Terms) -> Key:
    """A version of terms in its campaign's collection."""
    return key(campaign(campaign_id), f"{TERMS}{version.goal}#{version.affiliate}#{version.from_ms:013d}")


def terms_of(sk: str) -> tuple[str, str, int]:
    """The goal, the affiliate and the start of a version's sort key."""
    _, goal, affiliate_id, from_ms = sk.split("#")
    return goal, affiliate_id, int(from_ms)


def cap(campaign_id: str) -> Key:
    """A campaign's soft cap state."""
    return key(campaign(campaign_id), CAP)


def listed(kind: str) -> str:
    """All advertisers, affiliates or campaigns, by the find index; `kind` in the singular."""
    return f"LIST#{kind}"


def links(affiliate_id: str) -> str:
    """An affiliate's links, by the find index."""
    return f"LNKS#{affiliate_id}"


def link_listed(made: Link) -> Key:
    """A link's entry among its affiliate's."""
    return found_by(links(made.affiliate), made.slug)


def name_of(pk: str) -> str:
    """The id behind a partition key."""
    return pk.partition("#")[2]
