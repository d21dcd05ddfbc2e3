"""A request and a response as the views see them, whichever door they came through."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import parse_qsl

NO_STORE: Final = "no-store"
MOST_FIELDS: Final = 200
MOST_CHARACTERS: Final = 2049
"""So much is looked at of a value that nobody has vouched for: one character more than any may have, so it is refused.

Some of what is done with text takes the square of its length, such as to bring accents into their order.
"""


class Unreadable(Exception):
    """The parameters cannot be read; the reason is a word of model.reasons."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Request:
    """What was asked. `queries` are spellings of the query: the raw one, or every likely one where a door hides it.

    Header names are in small letters. `base` is what stood before `path` as the client called it. `address` and
    `country` come from the platform, never from the client.
    """

    method: str
    path: str
    queries: tuple[str, ...] = ("",)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    address: str = ""
    country: str = ""
    base: str = ""

    def header(self, name: str) -> str:
        """A header's value, '' if it is missing. `name` is in small letters."""
        return self.headers.get(name, "")

    def loose(self) -> dict[str, str]:
        """The query's parameters with whatever can be read of them; the first of repeated ones counts."""
        return loose(self.queries[0])


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Response:
    """What is answered."""

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)


def loose(text: str) -> dict[str, str]:
    """Parameters of a query or form, forgiving: garbage is dropped, the first of repeated ones counts.

    A value is cut to MOST_CHARACTERS.
    """
    try:
        pairs = parse_qsl(text, keep_blank_values=True, errors="replace", max_num_fields=MOST_FIELDS)
    except ValueError:
        return {}
    return {name: value[:MOST_CHARACTERS] for name, value in reversed(pairs)}


def strict(text: str) -> list[tuple[str, str]]:
    """Parameters of a query or form, in order; Unreadable if one is not UTF-8."""
    try:
        return parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=MOST_FIELDS)
    except ValueError as error:
        raise Unreadable("bad_body") from error
