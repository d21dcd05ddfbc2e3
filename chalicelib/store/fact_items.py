"""How facts lie in the ledger: nothing else knows the names of their attributes. A click needs nothing of this."""

from chalicelib.model.click import SUBS
from chalicelib.model.fact import Fact, Movement, Standing
from chalicelib.model.money import Money
from chalicelib.store import keys
from chalicelib.store.items import Item, pack, unpack


def fact_item(fact: Fact, written_by: str) -> Item:
    """The item of a fact. `written_by` is random: it tells our own lost answer from somebody else's write.

    A test fact is not on the day index, so no report sees it.
    """
    item: Item = keys.fact(fact.conversion, fact.n)
    item.update((name, pack(value)) for name, value in _said(fact, written_by).items() if value != "")
    if fact.after.confirmed:
        item["confirmed"] = {"BOOL": True}
    if fact.test:
        item["test"] = {"BOOL": True}
    else:
        item["dpk"] = {"S": keys.day(fact.day, fact.conversion[0])}
        item["dsk"] = {"S": keys.in_day(fact.affiliate, fact.at_ms, fact.conversion, fact.n)}
    if fact.touches:
        item["touches"] = pack(fact.touches)
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
        "by": written_by,
        **dict(zip(SUBS, fact.subs, strict=False)),
    }


def fact(item: Item) -> Fact:
    """The fact of an item. A report reads a million of them, so attributes are taken as they lie, without `unpack`."""
    kind, at_ms = item["kind"]["S"], int(item["at"]["N"])
    amount = Money(int(item["amount"]["N"]), item["currency"]["S"]) if "amount" in item else None
    return Fact(
        conversion=item["pk"]["S"][2:],
        n=int(item["sk"]["S"]),
        kind=kind,
        key=item["key"]["S"] if "key" in item else kind,
        at_ms=at_ms,
        event_ms=int(item["event"]["N"]) if "event" in item else at_ms,
        day=item["day"]["S"],
        source=item["source"]["S"],
        advertiser=item["advertiser"]["S"],
        affiliate=item["affiliate"]["S"],
        campaign=item["campaign"]["S"],
        goal=item["goal"]["S"],
        click_id=item["click"]["S"] if "click" in item else "",
        order_id=item["order"]["S"] if "order" in item else "",
        amount=amount,
        coupon=item["coupon"]["S"] if "coupon" in item else "",
        customer=item["customer"]["S"] if "customer" in item else "",
        status_word=item["word"]["S"] if "word" in item else "",
        test="test" in item,
        terms=item["terms"]["S"],
        commission_rate=item["pays"]["S"],
        revenue_rate=item["owes"]["S"],
        after=Standing(
            item["state"]["S"],
            item["reason"]["S"] if "reason" in item else "",
            "confirmed" in item,
            int(item["refunded"]["N"]) if "refunded" in item else 0,
            int(item["commission"]["N"]),
            int(item["revenue"]["N"]),
            item["in"]["S"],
        ),
        moved=Movement(
            int(item["pc"]["N"]) if "pc" in item else 0,
            int(item["ac"]["N"]) if "ac" in item else 0,
            int(item["pr"]["N"]) if "pr" in item else 0,
            int(item["ar"]["N"]) if "ar" in item else 0,
        ),
        subs=tuple([item[name]["S"] if name in item else "" for name in SUBS]),
        touches=tuple(unpack(item["touches"])) if "touches" in item else (),
    )


def fact_or_none(item: Item) -> Fact | None:
    """The fact of an item of the ledger, None if the item is something else."""
    return fact(item) if keys.conversion(item) else None
