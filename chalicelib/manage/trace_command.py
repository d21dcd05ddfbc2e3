"""The word `trace`: what became of a click, a sale, or of whatever came by a link at some time.

./clickledger trace CLICK_ID
./clickledger trace --order shop sale A-1001
./clickledger trace --link summer --at 2026-11-24T10:15:00+01:00
"""

import argparse
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from chalicelib.manage.setup import Wrong
from chalicelib.manage.trace import Tracer, Unseen, is_conversion
from chalicelib.manage.words import does
from chalicelib.model.sale import moment

if TYPE_CHECKING:
    from chalicelib.manage.command import Desk
    from chalicelib.manage.words import Rooms


def commands(rooms: "Rooms") -> None:
    """The word."""
    trace = does(rooms, "trace", _trace, "what became of a click, an impression or a sale")
    trace.add_argument("id", nargs="?", default="", help="a click id, an impression id or a conversion id")
    trace.add_argument("--order", nargs=3, metavar=("ADVERTISER", "GOAL", "ORDER"), help="a sale, instead of the id")
    trace.add_argument("--shop", default="", help="the order scope, if the campaign has one of its own")
    trace.add_argument("--link", metavar="SLUG", default="", help="clicks of a link, around --at")
    trace.add_argument("--at", default="", help="ISO 8601 with a zone, or Unix seconds")
    trace.add_argument("--within", type=float, default=60, metavar="SECONDS", help="so far around --at (60)")
    trace.add_argument("--for", dest="viewer", default="", metavar="AFFILIATE", help="what this affiliate may be told")


def _trace(asked: argparse.Namespace, desk: "Desk") -> None:
    tracer = replace(desk.tracer(), viewer=asked.viewer)
    if asked.viewer:
        desk.office.affiliate(asked.viewer)
    try:
        for sentence in _sentences(asked, desk, tracer):
            print(sentence)
    except Unseen as nothing:
        raise Wrong(str(nothing)) from nothing


def _sentences(asked: argparse.Namespace, desk: "Desk", tracer: Tracer) -> Iterator[str]:
    if asked.order:
        advertiser, goal, order = asked.order
        return tracer.conversion(desk.conversions.of_order(advertiser, goal, order, asked.shop))
    if asked.link:
        return tracer.around(asked.link, _at(asked.at), round(asked.within * 1000))
    if not asked.id:
        raise Wrong("name a click, an impression or a conversion, or say --order or --link")
    return tracer.conversion(asked.id) if is_conversion(asked.id) else tracer.visit(asked.id)


def _at(text: str) -> int:
    try:
        found = moment(text)
    except ValueError as bad:
        raise Wrong(f"not a time with a zone: {text}") from bad
    if found is None:
        raise Wrong("--link needs --at")
    return found
