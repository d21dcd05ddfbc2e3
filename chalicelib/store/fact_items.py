"""How facts lie in the ledger: nothing else knows the names of their attributes. A click needs nothing of this."""

from typing import Any, cast

from chalicelib.model.click import SUBS
from chalicelib.model.credit import Credit
from chalicelib.model.entry import Entry
from chalicelib.model.fact import Fact, Movement, Standing, State
from chalicelib.model.money import Money
from chalicelib.store import keys
from chalicelib.store.items import Item, pack, unpack


def fact_item(fact: Fact, written_by: str) -> Item:
    """The item of a fact. `written_by` is random: it tells our own lost answer from somebody else's write.

    A test fact is not on the day index, so no report sees it. One of a conversion that several share is there in a
    place of its own: reports see the facts of the shares, which follow from it (model.sharing).
    """
    item: Item = keys.fact(fact.conversion, fact.n)
    item.update((name, pack(value)) for name, value in _said(fact, written_by).items() if value != "")
    if fact.after.confirmed:
        item["confirmed"] = {"BOOL": True}
    if fact.test:
        item["test"] = {"BOOL": True}
    else:
        place = keys.shared_on if fact.credits else keys.day
        item["dpk"] = {"S": place(fact.day, fact.conversion[0])}
        item["dsk"] = {"S": keys.in_day(fact.affiliate, fact.at_ms, fact.conversion, fact.n)}
    if fact.touches:
        item["touches"] = pack(fact.touches)
    if fact.credits:
        item["credits"] = pack([_credit(credit) for credit in fact.credits])
        item["dues"] = pack(fact.after.dues)
        item["parts"] = pack([_movement(part) for part in fact.parts])
    if fact.n == 0:
        item |= keys.of_click(fact.click_id, fact.at_ms)
    return item


def _said(fact: Fact, written_by: str) -> dict[str, str | int]:
    """What a fact says, by attribute; '' is not stored."""
    return {
        "kind": fact.kind,
        "key": fact.key if fact.key != fact.kind else "",
        "at": fact.at_ms,
        "event": fact.event_ms if fact.event_ms != fact.at_ms else "",
        "day": fact.day,
        "source": fact.source,
        "advertiser": fact.advertiser,
        "affiliate": fact.affiliate,
        "campaign": fact.campaign,
        "goal": fact.goal,
        "click": fact.click_id,
        "order": fact.order_id,
        "amount": fact.amount.minor if fact.amount else "",
        "currency": fact.amount.currency if fact.amount else "",
        "coupon": fact.coupon,
        "customer": fact.customer,
        "word": fact.status_word,
        "terms": fact.terms,
        "pays": fact.commission_rate,
        "owes": fact.revenue_rate,
        "state": fact.after.state,
        "reason": fact.after.reason,
        "refunded": fact.after.refunded or "",
        "commission": fact.after.commission,
        "revenue": fact.after.revenue,
        "in": fact.after.currency,
        "pc": fact.moved.pending_commission or "",
        "ac": fact.moved.approved_commission or "",
        "pr": fact.moved.pending_revenue or "",
        "ar": fact.moved.approved_revenue or "",
        "tax": fact.deductions or "",
        "seconds": fact.seconds or "",
        "caller": fact.caller,
        "hold": fact.hold_days or "",
        "fx": fact.fx,
        "disputed": fact.after.disputed or "",
        "wanted": fact.after.wanted if fact.after.wanted != "pending" else "",
        "held": fact.after.held,
        "share": fact.share,
        "how": fact.how,
        **_due(fact),
        "by": written_by,
        **dict(zip(SUBS, fact.subs, strict=False)),
    }


def _due(fact: Fact) -> dict[str, str | int]:
    """The commission in the affiliate's currency, where that is another one than the campaign's."""
    if fact.due_in in ("", fact.after.currency):
        return {}
    moved = fact.moved
    return {
        "due_in": fact.due_in,
        "due": fact.after.due,
        "pd": moved.pending_due or "",
        "ad": moved.approved_due or "",
    }


def entry(item: Item) -> Entry:
    """The fact of an item as a report reads it.

    A million of them are read at a time: so attributes are taken as they lie, without `unpack`, in the order of Entry.
    """
    at_ms = int(item["at"]["N"])
    commission, currency = int(item["commission"]["N"]), item["in"]["S"]
    pending = int(item["pc"]["N"]) if "pc" in item else 0
    approved = int(item["ac"]["N"]) if "ac" in item else 0
    abroad = "due_in" in item
    return Entry(
        item["pk"]["S"][2:],
        int(item["sk"]["S"]),
        item["kind"]["S"],
        at_ms,
        int(item["event"]["N"]) if "event" in item else at_ms,
        item["day"]["S"],
        item["source"]["S"],
        item["advertiser"]["S"],
        item["affiliate"]["S"],
        item["campaign"]["S"],
        item["goal"]["S"],
        item["click"]["S"] if "click" in item else "",
        item["order"]["S"] if "order" in item else "",
        int(item["amount"]["N"]) if "amount" in item else None,
        item["currency"]["S"] if "currency" in item else "",
        item["coupon"]["S"] if "coupon" in item else "",
        item["word"]["S"] if "word" in item else "",
        item["terms"]["S"],
        item["pays"]["S"],
        item["owes"]["S"],
        item["state"]["S"],
        item["reason"]["S"] if "reason" in item else "",
        "confirmed" in item,
        int(item["refunded"]["N"]) if "refunded" in item else 0,
        commission,
        int(item["revenue"]["N"]),
        currency,
        pending,
        approved,
        int(item["pr"]["N"]) if "pr" in item else 0,
        int(item["ar"]["N"]) if "ar" in item else 0,
        (
            item["sub1"]["S"] if "sub1" in item else "",
            item["sub2"]["S"] if "sub2" in item else "",
            item["sub3"]["S"] if "sub3" in item else "",
            item["sub4"]["S"] if "sub4" in item else "",
            item["sub5"]["S"] if "sub5" in item else "",
        ),
        item["customer"]["S"] if "customer" in item else "",
        int(item["tax"]["N"]) if "tax" in item else 0,
        int(item["seconds"]["N"]) if "seconds" in item else 0,
        item["caller"]["S"] if "caller" in item else "",
        int(item["hold"]["N"]) if "hold" in item else 0,
        item["fx"]["S"] if "fx" in item else "",
        int(item["disputed"]["N"]) if "disputed" in item else 0,
        item["due_in"]["S"] if abroad else currency,
        int(item["due"]["N"]) if abroad else commission,
        (int(item["pd"]["N"]) if "pd" in item else 0) if abroad else pending,
        (int(item["ad"]["N"]) if "ad" in item else 0) if abroad else approved,
        item["held"]["S"] if "held" in item else "",
        item["share"]["S"] if "share" in item else "",
    )


def fact(item: Item) -> Fact:
    """The fact of an item."""
    read = entry(item)
    return Fact(
        conversion=read.conversion,
        n=read.n,
        kind=read.kind,
        key=item["key"]["S"] if "key" in item else read.kind,
        at_ms=read.at_ms,
        event_ms=read.event_ms,
        day=read.day,
        source=read.source,
        advertiser=read.advertiser,
        affiliate=read.affiliate,
        campaign=read.campaign,
        goal=read.goal,
        click_id=read.click_id,
        order_id=read.order_id,
        amount=None if read.amount is None else Money(read.amount, read.sale_currency),
        coupon=read.coupon,
        customer=read.customer,
        status_word=read.status_word,
        test="test" in item,
        terms=read.terms,
        commission_rate=read.commission_rate,
        revenue_rate=read.revenue_rate,
        after=Standing(
            read.state,
            read.reason,
            read.confirmed,
            read.refunded,
            read.commission,
            read.revenue,
            read.currency,
            read.due,
            read.disputed,
            cast("State", item["wanted"]["S"]) if "wanted" in item else "pending",
            read.held,
            tuple(unpack(item["dues"])) if "dues" in item else (),
        ),
        moved=Movement(
            read.pending_commission,
            read.approved_commission,
            read.pending_revenue,
            read.approved_revenue,
            read.pending_due,
            read.approved_due,
        ),
        subs=read.subs,
        touches=tuple(unpack(item["touches"])) if "touches" in item else (),
        deductions=read.deductions,
        seconds=read.seconds,
        caller=read.caller,
        hold_days=read.hold_days,
        fx=read.fx,
        due_in=read.due_in,
        share=read.share,
        how=item["how"]["S"] if "how" in item else "",
        credits=tuple(_read_credit(one) for one in unpack(item["credits"])) if "credits" in item else (),
        parts=tuple(Movement(*one) for one in unpack(item["parts"])) if "parts" in item else (),
    )


def fact_or_none(item: Item) -> Fact | None:
    """The fact of an item of the ledger, None if the item is something else."""
    return fact(item) if keys.conversion(item) else None


def _credit(credit: Credit) -> list[str | int | list[str]]:
    return [credit.affiliate, credit.click_id, credit.weight, credit.due_in, list(credit.subs)]


def _read_credit(packed: list[Any]) -> Credit:
    affiliate, click_id, weight, due_in, subs = packed
    return Credit(affiliate, click_id, weight, due_in, tuple(subs))


def _movement(moved: Movement) -> list[int]:
    """In the order of Movement's fields."""
    return [getattr(moved, name) for name in Movement.__slots__]
