"""A conversion: its calls, units, bytes and log lines, by each of the ways it can come in.

`conversion` is the word of an advertiser's server, `claim` a browser's, `confirmed` the server's word after it;
`counted` is what the stream function adds when a fact comes to it alone.
"""

import io
import json
import sys
from collections.abc import Callable
from contextlib import redirect_stdout
from typing import Any
from urllib.parse import parse_qs, urlsplit

from bench import scene
from bench.scene import Event, Scene
from bench.stub import Call, Stub
from bench.units import bill, item_bytes

BEFORE = 250
"""Facts that the stream function has counted before: more than it remembers, so its state is as large as it gets."""


def figures(at: Scene) -> dict[str, float]:
    """The conversion's figures, measured in a fresh process."""
    return at.measured("bench.conversion", at.token)


def _measure(stub: Stub, token: str) -> dict[str, float]:
    import app

    def ask(event: Event) -> dict[str, Any]:
        answer: dict[str, Any] = app.edge(event, None)
        return answer

    def click_id() -> str:
        location: str = ask(scene.click())["headers"]["Location"]
        return parse_qs(urlsplit(location).query)["clid"][0]

    def told(name: str, event: Event) -> tuple[list[Call], dict[str, float]]:
        return _told(stub, name, lambda: ask(event))

    told("", scene.postback(token, click_id(), 1))  # reads the advertiser and its goals, which are then kept
    calls, sale = told("conversion", scene.postback(token, click_id(), 2))
    fact = calls[-1].body["Item"]
    clicked = click_id()
    _, claim = told("claim", scene.claim(clicked, 3))
    _, confirmed = told("confirmed", scene.postback(token, clicked, 3))
    return {"conversion.item_bytes": item_bytes(fact)} | sale | claim | confirmed | _counted(stub, fact)


def _told(stub: Stub, name: str, deed: Callable[[], dict[str, Any]]) -> tuple[list[Call], dict[str, float]]:
    stub.seen()
    with redirect_stdout(io.StringIO()) as log:
        answer = deed()
    if answer["statusCode"] != 200:
        raise AssertionError(answer)
    calls = stub.seen()
    due = bill(calls)
    return calls, {
        f"{name}.calls": due.calls,
        f"{name}.write_units": due.write_units,
        f"{name}.read_units": due.read_units,
        f"{name}.table_bytes": due.table_bytes,
        f"{name}.index_bytes": due.index_bytes,
        f"{name}.log_bytes": len(log.getvalue().encode()),
        f"{name}.answer_bytes": scene.answer_bytes(answer),
    }


def _counted(stub: Stub, fact: dict[str, Any]) -> dict[str, float]:
    """What the stream function writes and reads for one fact that comes alone."""
    from chalicelib import wiring
    from chalicelib.model.fact import conversion_id

    # Ids as different as hashes are: the state keeps only their beginnings.
    images = [fact | {"pk": {"S": f"V#{conversion_id(str(number))}"}} for number in range(BEFORE)]
    records = [{"dynamodb": {"NewImage": image, "SequenceNumber": image["pk"]["S"]}} for image in images]
    wiring.follower().follow(records[:-1])
    stub.seen()
    wiring.follower().follow(records[-1:])
    due = bill(stub.seen())
    return {
        "counted.calls": due.calls,
        "counted.write_units": due.write_units,
        "counted.read_units": due.read_units,
    }


if __name__ == "__main__":
    print(json.dumps(_measure(Stub(int(sys.argv[1])), sys.argv[2])))
