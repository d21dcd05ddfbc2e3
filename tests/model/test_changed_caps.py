"""Caps that an operator changes count for the months that are open, and never again for one that is closed."""

from dataclasses import replace
from typing import Any

import pytest

from chalicelib.reports.fold import Books, opened

TERMS = [{"goal": "sale", "commission": "CPA 5.00 USD", "revenue": "CPA 8.00 USD"}]


def books(**caps: int) -> Books:
    """Three sales of 5.00 in October and three in November, the last of which takes back one of October's."""
    campaign = {"id": "spring", "advertiser": "shop", "currency": "USD", "terms": TERMS, "caps": caps}
    facts: list[dict[str, Any]] = [
        {"at": f"2026-{month}-0{day}T12:00:00Z", "act": "book", "conversion": f"c{month}{day}"}
        for month in (10, 11)
        for day in (1, 2, 3)
    ]
    whole = [fact | {"affiliate": "anna", "campaign": "spring"} for fact in facts]
    whole.append({"at": "2026-11-04T12:00:00Z", "act": "reject", "conversion": "c101"})
    network = {"time_zone": "UTC", "affiliates": [{"id": "anna"}], "campaigns": [campaign]}
    return opened({"network": network, "facts": whole, "closes": ["2026-10", "2026-11"]})


def change(made: Books, **caps: int) -> None:
    known = made.network.campaigns["spring"]
    made.network = replace(made.network, campaigns={"spring": replace(known, caps=caps)})


@pytest.mark.parametrize(("month", "november"), [(1, 500), (2, 1000), (9, 1500)])
def test_the_open_month_has_the_new_caps_and_the_closed_one_its_own(month: int, november: int) -> None:
    made = books(month=2)
    assert sum(line.due.total for line in made.close("2026-10")[0]) == 1000
    change(made, month=month)
    lines, _ = made.close("2026-11")
    # The room of the sale that is rejected now goes to October's third one: two of three are paid, as before.
    again = [line.due.total for line in lines if line.kind == "cap_difference" and line.origin == "2026-10"]
    assert (again, sum(line.due.total for line in lines)) == ([500], november)


def test_a_cap_that_is_changed_before_the_month_is_closed_counts_for_all_of_it() -> None:
    made = books(month=2)
    change(made, month=1)
    assert sum(line.due.total for line in made.close("2026-10")[0]) == 500
