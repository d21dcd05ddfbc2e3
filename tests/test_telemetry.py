"""What the program writes about itself can be read by machines, and counts under its own stack's name."""

import json

import pytest

from chalicelib import telemetry
from chalicelib.settings import settings


def test_a_line_is_one_json_object(capsys: pytest.CaptureFixture[str]) -> None:
    telemetry.line("postback", order="a\nb\u2028", code=200)
    [text] = capsys.readouterr().out.splitlines(keepends=True)
    assert json.loads(text) == {"event": "postback", "order": "a\nb\u2028", "code": 200}


def test_a_count_is_a_metric_of_this_stack_and_keeps_its_fields(capsys: pytest.CaptureFixture[str]) -> None:
    telemetry.count("spilled", message={"kind": "claim"})
    told = json.loads(capsys.readouterr().out)
    [directive] = told["_aws"]["CloudWatchMetrics"]
    assert (told["event"], told["spilled"], told["message"]) == ("spilled", 1, {"kind": "claim"})
    assert told["stack"] == settings().stack
    assert directive == {
        "Namespace": "clickledger",
        "Dimensions": [["stack"]],
        "Metrics": [{"Name": "spilled", "Unit": "Count"}],
    }
