"""A click as the daily report lists it: which link was followed and when, and nothing of who did."""

from typing import NamedTuple


class Follow(NamedTuple):
    """One click. `at_ms` is Unix milliseconds, `id` the click id, `link` the slug; '' for what nobody knows (any more).

    `method` and `purpose` are what the browser said of the request: evidence, on which no verdict is given here.
    """

    at_ms: int
    id: str
    affiliate: str
    campaign: str
    link: str
    method: str
    purpose: str
