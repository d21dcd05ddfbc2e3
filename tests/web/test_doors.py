"""Both doors shape any event, also one that lacks what it should have or holds what it should not."""

from typing import Any

import pytest

from chalicelib.web import doors
from chalicelib.web.body import parameters
from chalicelib.web.message import MOST_CHARACTERS, Request, Unreadable, loose


def http(**changes: Any) -> Request:
    plain = {"rawPath": "/p", "requestContext": {"http": {"method": "POST", "sourceIp": "192.0.2.7"}}}
    return doors.from_http(plain | changes)


def rest(**changes: Any) -> Request:
    return doors.from_rest({"requestContext": {"httpMethod": "POST", "resourcePath": "/p"}} | changes)


@pytest.mark.parametrize("door", [http, rest])
@pytest.mark.parametrize("headers", [{}, {"headers": None}, {"headers": {}}])
def test_an_event_may_have_no_headers_and_no_body(door: Any, headers: dict[str, Any]) -> None:
    asked = door(body=None, isBase64Encoded=True, **headers)
    assert (asked.headers, asked.body) == ({}, b"")


@pytest.mark.parametrize("door", [http, rest])
def test_a_header_is_one_text_without_half_characters(door: Any) -> None:
    asked = door(headers={"A": ["b", "c", 1], "D": None, "E": "x\ud800y", "F": "é"})
    assert asked.headers == {"a": "b,c", "d": "", "e": "x?y", "f": "é"}


@pytest.mark.parametrize("door", [http, rest])
@pytest.mark.parametrize("body", ["%%%", "a", "=====", "é", "YQ=", "YQ==\n"])
def test_a_body_that_is_no_base64_is_refused_as_unreadable(door: Any, body: str) -> None:
    with pytest.raises(Unreadable, match="bad_body"):
        parameters(door(body=body, isBase64Encoded=True))


def test_what_nobody_vouches_for_is_looked_at_only_so_far() -> None:
    """A bug: 64 KB of accents in one field of a claim took two seconds of CPU to bring into their order."""
    assert loose("a=" + "\u0301" * 60_000) == {"a": "\u0301" * MOST_CHARACTERS}
