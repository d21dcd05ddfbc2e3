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
CLICKS: Final = "CLICKS"
BANK: Final = "BANK#"


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


def impression(id: ClickId) -> Key:
    """Impressions lie beside the clicks of their day, in partitions of their own."""
    return key(f"I#{utc_day(id.ms)}#{id.shard:02x}", f"{id.ms:013d}#{id.text}")


def visits(kind: str, day: str, shard: int) -> str:
    """A partition of the clicks ('click') or impressions ('impression') of a UTC day."""
    return f"{'C' if kind == 'click' else 'I'}#{day}#{shard:02x}"


def moment(ms: int) -> str:
    """What the sort keys of visits from this moment on come behind, and those of earlier ones before."""
    return f"{ms:013d}"


def visit(row: Key) -> tuple[str, str]:
    """Of a row of visits: 'click' or 'impression', and its id."""
    kind = "click" if row["pk"]["S"][0] == "C" else "impression"
    return kind, row["sk"]["S"].partition("#")[2]


def late(row: Key, day: str) -> Key:
    """The mark of a visit that came in late, on UTC day `day`, for readers of earlier days. It names the row's key."""
    pk = row["pk"]["S"]
    return key(lates(day, int(pk[-2:], 16)), f"{pk}|{row['sk']['S']}")


def lates(day: str, shard: int) -> str:
    """A partition of the marks of a UTC day."""
    return f"LATE#{day}#{shard:02x}"


def late_row(mark: Key) -> Key:
    """The key of the row that a mark names."""
    pk, _, sk = mark["sk"]["S"].partition("|")
    return key(pk, sk)


def salt(day: str) -> Key:
    """The salt of a UTC day. The deleting function's rights name the beginning of this key."""
    return key(f"SALT#{day}", "SALT")


def erasure(kind: str, whom: str) -> Key:
    """That a person was erased: 'visitor', 'customer' or 'caller', and a key that only the network's secret makes."""
    return key(erasures(kind), whom)


def erasures(kind: str) -> str:
    """All erasures of a kind. They lie beside the visits, so that they outlive a restored ledger."""
    return f"ERASED#{kind}"


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


def shared_on(day: str, shard: str) -> str:
    """Facts of an accounting day of conversions that several share, on the same index."""
    return f"W#{day}#{shard}"


def in_day(affiliate: str, at_ms: int, conversion: str, n: int) -> str:
    """The place of a fact in its partition of the day index: by affiliate, then by time of acceptance."""
    return f"{affiliate}#{at_ms:013d}#{conversion}#{n:05d}"


def touch(conversion: str, click_id: str, at_ms: int) -> Key:
    """That a click led to a conversion which it did not earn; found as the click's own conversions are."""
    return key(fact(conversion, 0)["pk"]["S"], f"T#{click_id}") | of_click(click_id, at_ms)


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


def close(period: str) -> Key:
    """The hash of a close's manifest."""
    return key(f"PERIOD#{period}", "CLOSE")


def paid_out(period: str) -> Key:
    """The note that the payouts know of all that a close left payable."""
    return key(f"PERIOD#{period}", "PAYABLE")


def manual(affiliate_id: str, currency: str, of: str, n: int) -> Key:
    """Fact `n` of the manual line whose key is `of`, among the lines of its balance."""
    return key(manuals(affiliate_id, currency), f"{of}#{n:05d}")


def manuals(affiliate_id: str, currency: str) -> str:
    """The manual lines of a balance."""
    return f"J#{affiliate_id}#{currency}"


def manuals_of(day: str) -> str:
    """The manual lines that count on an accounting day, in the day index; each by affiliate, time and key."""
    return f"J#{day}"


def payout(affiliate_id: str, currency: str, n: int) -> Key:
    """What became of the closed balances of an affiliate in a currency, in order of its numbers."""
    return key(payouts(affiliate_id, currency), f"{n:05d}")


def payouts(affiliate_id: str, currency: str) -> str:
    """The payout facts of a balance."""
    return f"PAY#{affiliate_id}#{currency}"


def payouts_of(day: str) -> str:
    """The payout facts of an accounting day, in the day index."""
    return f"PAY#{day}"


def batch(id: str) -> str:
    """The payout facts of a batch, by the find index."""
    return f"B#{id}"


def closed_in(period: str) -> str:
    """The balances that were closed with a period, by the find index."""
    return f"CLOSED#{period}"


def bank(affiliate_id: str, n: int) -> Key:
    """Fact `n` about an affiliate's bank account, in the affiliate's collection."""
    return key(affiliate(affiliate_id), f"{BANK}{n:05d}")


def own() -> Key:
    """Who the network itself is, on its statements."""
    return key("OWN", META)


def rates(date: str, table: str) -> Key:
    """The exchange rates of a date, from the uploaded table whose SHA-256 is `table`."""
    return key(f"FX#{date}", table)


def task(name: str) -> Key:
    """How far a day-by-day task has got."""
    return key(f"TASK#{name}", META)


# What the operator sets up


def advertiser(id: str) -> str:
    """The collection of an advertiser: META and GOAL#..."""
    return f"ADV#{id}"


def campaign(id: str) -> str:
    """The collection of a campaign: META, TERMS#..., CAP and CLICKS."""
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


def clicks(campaign_id: str) -> Key:
    """How many clicks a campaign with a cap on them has had."""
    return key(campaign(campaign_id), CLICKS)


def listed(kind: str) -> str:
    """All advertisers, affiliates or campaigns, by the find index; `kind` in the singular.

    'clicks' are the campaigns that have, or had, a cap on clicks.
    """
    return f"LIST#{kind}"


def links(affiliate_id: str) -> str:
    """An affiliate's links, by the find index."""
    return f"LNKS#{affiliate_id}"


def coupon(advertiser_id: str, code: str) -> str:
    """A coupon code of an advertiser."""
    return f"CPN#{advertiser_id}#{code}"


def number(number: str) -> str:
    """A tracking number, in the form of E.164."""
    return f"TEL#{number}"


def binding(advertiser_id: str, customer: str) -> Key:
    """Who brought an advertiser's customer, by the customer's key."""
    return key(f"U#{advertiser_id}#{customer}", "BIND")


def of_customer(advertiser_id: str, customer: str, conversion: str) -> Key:
    """A customer's conversion, named in the customer's own collection."""
    return key(f"U#{advertiser_id}#{customer}", f"V#{conversion}")


def conversion_of_customer(item: Key) -> str:
    """The conversion that an item of a customer's collection names; '' for one that names none."""
    kind, _, id = item["sk"]["S"].partition("#")
    return id if kind == "V" else ""


def personal(conversion: str) -> Key:
    """What is known of a conversion's customer, in the conversion's collection but no fact."""
    return key(f"V#{conversion}", "P")


def link_listed(made: Link) -> Key:
    """A link's entry among its affiliate's."""
    return found_by(links(made.affiliate), made.slug)


def name_of(pk: str) -> str:
    """The id behind a partition key."""
    return pk.partition("#")[2]
