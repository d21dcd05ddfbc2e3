"""A network in memory behind the real entry, and what is good to know for somebody who attacks it.

It belongs into a process of its own: the program's parts are made once per process, over the clients given here.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from tests.hostile.memory import Item, Queue, Table

MASTER: Final = "a master secret for hostile tests that is long enough"
PHONE_TOKEN: Final = "0123456789abcdef-phone-token"
NUMBER: Final = "+14155550100"
HOSTS: Final = ("shop.example", "deep.example", "127.0.0.1:8000", "closed.example", "xn--bcher-kva.example")
"""Every host that anything stored leads to, and the list for deep links."""

DESTINATIONS: Final = {
    "plain": "https://shop.example/",
    "path": "https://shop.example/a/{sub1}/{sub2}{sub3}/c.html?d={slug}",
    "query": "https://shop.example/buy?a={sub1}&{sub2}=b&clid=old#/{sub4}{sub5}",
    "mixed": "https://shop.example:443/x{sub1}.y?q={sub1}{click_id}&w={sub2}#!{sub3}",
    "idn": "https://xn--bcher-kva.example/?a={sub1}",
}
ENVIRONMENT: Final = {
    "AWS_REGION": "us-east-1",
    "CLICKLEDGER_STACK": "hostile",
    "CLICKLEDGER_VISITS": "visits",
    "CLICKLEDGER_LEDGER": "ledger",
    "CLICKLEDGER_FALLBACK": "https://queue.example/fallback",
    "CLICKLEDGER_MASTER": MASTER,
    "CLICKLEDGER_ACCESS_LOG": "1",
    "CLICKLEDGER_LINK_SECONDS": "3600",
}
Door = Callable[[dict[str, Any]], dict[str, Any]]


@dataclass
class Scene:
    """The network, and the two doors as Lambda calls them."""

    table: Table
    queue: Queue
    token: str = ""
    secret: str = ""

    @cached_property
    def rest(self) -> Door:
        """The REST door: Chalice's own entry."""
        import app

        return lambda event: app.app(event, None)

    @cached_property
    def http(self) -> Door:
        """The door of HTTP APIs and function URLs."""
        from chalicelib import bare

        return lambda event: bare.edge(event, None)


def scene(seen: Callable[[str, Item], None]) -> Scene:
    """The network, set up as an operator does it; `seen` is told of every item that the program writes from then on."""
    os.environ.update(ENVIRONMENT)
    from chalicelib import wiring

    made = Scene(Table(), Queue())
    # The one place where the program is handed something else than it asked for: its clients, in a process of its own.
    vars(wiring)["_hot"] = {"dynamodb": made.table, "sqs": made.queue}.__getitem__
    _set_up(made)
    made.table.seen = seen
    return made


def _set_up(made: Scene) -> None:
    from chalicelib.manage import offers
    from chalicelib.manage.setup import Office
    from chalicelib.model.network import Campaign, Coupon, Number
    from chalicelib.store.network import Network

    office = Office(Network(made.table, "ledger"), lambda: 0, 60)
    office.add_advertiser("shop", "A shop", {"bezahlt": "approved", "storno": "rejected"})
    office.add_advertiser("mall", "A mall", {})
    for goal, once in (("sale", "order"), ("lead", "click"), ("signup", "customer")):
        office.add_goal("shop", goal, once, "manual")  # type: ignore[arg-type]  # three of three words
    office.add_goal("shop", "plan", "order", "auto", recurring=True)
    office.add_goal("mall", "sale", "order", "auto")
    office.add_affiliate("anna", "Anna")
    office.add_affiliate("ben", "Ben", "USD")
    for name, state, fallback in (
        ("spring", "active", ""),
        ("paused", "paused", ""),
        ("closed", "ended", "https://closed.example/{slug}?a={affiliate_id}"),
    ):
        plain = Campaign(name, name, "shop", "EUR", DESTINATIONS["plain"], fallback=fallback, hosts=HOSTS)
        office.add_campaign(plain)
        for goal in ("sale", "plan"):
            office.add_terms(name, goal, "*", ("RevShare 10%", "RevShare 15%"), None)
        for goal in ("lead", "signup"):
            office.add_terms(name, goal, "*", ("CPA 2.00 EUR", "CPA 3.00 EUR"), None)
        if state != "active":
            office.set_state(name, state)  # type: ignore[arg-type]  # two of three words
    office.add_campaign(Campaign("mall-sale", "Mall", "mall", "JPY", DESTINATIONS["plain"]))
    office.add_terms("mall-sale", "sale", "*", ("CPA 500 JPY", "CPA 700 JPY"), None)
    for slug, destination in DESTINATIONS.items():
        office.add_link("anna", "spring", slug, destination)
    office.add_link("ben", "paused", "paused", "")
    office.add_link("ben", "closed", "closed", "")
    office.add_link("ben", "mall-sale", "mall", "")
    offers.add_coupon(office, Coupon("", "SAVE", "anna", "spring", "fallback"))
    offers.add_coupon(office, Coupon("", "ALWAYS", "ben", "spring", "always"))
    offers.add_number(office, Number(NUMBER, "anna", "spring", "lead", 30))
    offers.add_phone_token(office, "shop", PHONE_TOKEN, MASTER)
    made.token = office.add_token("shop")
    made.secret = office.add_secret("shop", MASTER)
