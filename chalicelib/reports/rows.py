"""A fact as the reports write it: its three lines, and what is counted of it.

Rows are made as soon as facts are read, and the facts let go of: a merge holds thousands of them while it waits.
"""

from typing import NamedTuple

from chalicelib.model.fact import Fact, Movement
from chalicelib.reports import lines
from chalicelib.reports.lines import Group
from chalicelib.reports.manifest import Place


class Row(NamedTuple):
    """One fact in a report. Rows are ordered by `key`, the order key, which no two facts share.

    `commission`, `earned` and `owed` are its lines in commissions.csv, the affiliate's and the advertiser's statement.
    """

    key: str
    affiliate: str
    advertiser: str
    group: Group
    kind: str
    moved: Movement
    place: Place
    commission: str
    earned: str
    owed: str


def row(day: str, place: Place, key: str, fact: Fact) -> Row:
    """The row of a fact from `place` in the report of `day`."""
    return Row(
        key,
        fact.affiliate,
        fact.advertiser,
        (fact.advertiser, fact.campaign, fact.goal, fact.after.currency),
        fact.kind,
        fact.moved,
        place,
        *lines.of_fact(fact, day),
    )
