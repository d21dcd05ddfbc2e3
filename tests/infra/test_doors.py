"""The packaged stack answers at every door, over real HTTP."""

import pytest

from tests.stack import Standing

DOORS = ("site", "edge", "rest", "url")


@pytest.mark.parametrize("door", DOORS)
def test_the_stack_answers_at_every_door(stack: Standing, door: str) -> None:
    assert stack.ask("GET", "/healthz", door=door).status == 200


@pytest.mark.parametrize("door", DOORS)
def test_a_pixel_leaves_every_door_as_43_bytes(stack: Standing, door: str) -> None:
    answer = stack.ask("GET", "/p.gif", headers={"Accept": "text/html"}, door=door)

    assert (answer.status, answer.headers["content-type"], len(answer.body)) == (200, "image/gif", 43)


@pytest.mark.parametrize("door", DOORS)
def test_an_unknown_slug_is_a_plain_404_at_every_door(stack: Standing, door: str) -> None:
    answer = stack.ask("GET", "/c/nobody", door=door)

    assert (answer.status, answer.headers["cache-control"]) == (404, "no-store")


@pytest.mark.parametrize("door", DOORS)
def test_an_impression_leaves_every_door_as_43_bytes(stack: Standing, door: str) -> None:
    answer = stack.ask("GET", "/i/nobody.gif", headers={"Accept": "text/html"}, door=door)

    assert (answer.status, answer.headers["content-type"], len(answer.body)) == (200, "image/gif", 43)


@pytest.mark.parametrize("door", DOORS)
def test_a_call_of_a_stranger_is_refused_at_every_door(stack: Standing, door: str) -> None:
    answer = stack.ask("POST", "/call", b'{"call_id": "c-1"}', {"Content-Type": "application/json"}, door=door)

    assert (answer.status, answer.json["reason"]) == (401, "credentials_missing")
