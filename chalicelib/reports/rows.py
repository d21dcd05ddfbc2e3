"""A fact as the reports write it: its three lines, and what is counted of it.

Rows are made as soon as facts are read, and the facts let go of: a merge holds thousands of them while it waits.
"""

from typing import NamedTuple

from chalicelib.model.entry import Entry
from chalicelib.model.fact import Kind
from chalicelib.reports import lines
from chalicelib.reports.lines import Group
from chalicelib.reports.manifest import Place
from chalicelib.reports.sums import Moved


class Row(NamedTuple):
    """One fact in a report. Rows are ordered by `key`, the order key, which no two facts share.

    `commission`, `earned` and `owed` are its lines in commissions.csv, the affiliate's and the advertiser's statement.
    """

    key: str
    affiliate: str
    advertiser: str
    group: Group
    place: Place
    kind: Kind
    moved: Moved
    commission: str
    earned: str
    owed: str


def row(day: str, place: Place, key: str, entry: Entry) -> Row:
    """The row of an entry from `place` in the report of `day`."""
    return Row(
        key,
        entry.affiliate,
        entry.advertiser,
        (entry.advertiser, entry.campaign, entry.goal, entry.currency, entry.due_in),
        place,
        entry.kind,
        (
            entry.pending_commission,
            entry.approved_commission,
            entry.pending_revenue,
            entry.approved_revenue,
            entry.pending_due,
            entry.approved_due,
        ),
        *lines.of_entry(entry, day),
    )
