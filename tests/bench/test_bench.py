"""The bench at a small scale: every figure is there, and those that no machine changes are exact."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from bench import close, costs, report, scene, units
from bench.__main__ import TARGETS, measure, table
from bench.runtime import Function, FunctionError
from bench.stub import Call
from infra.package import package

PROMISED = (
    *("click.cpu_vs_boto3_put", "click.calls", "click.reads", "click.item_bytes", "click.item_bytes_largest"),
    *("conversion.calls", "conversion.item_bytes", "cold.edge_vs_empty", "cold.edge_vs_boto3"),
    *(f"close.{kind}_{size}" for kind in ("seconds", "peak_mb") for size in ("1e4", "1e5", "1e6")),
    *("close.growth", "close.rows_per_s"),
    *("report.rows_per_s", "report.peak_mb_1e5", "report.peak_mb_1e6"),
)


@pytest.fixture(scope="module")
def figures() -> dict[str, float]:
    return measure(rounds=1, turn=5) | report.figures(small=1_000, large=2_000) | close.figures((500, 1_000, 1_500))


@pytest.fixture(scope="module")
def template() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(package("local", say=lambda _: None).template.read_text())
    return found


def test_every_promised_figure_is_measured(figures: dict[str, float]) -> None:
    assert set(PROMISED) <= set(figures)
    assert set(TARGETS) <= set(figures) | {"report.peak_ratio"}


def test_the_figures_are_flat_numbers(figures: dict[str, float]) -> None:
    assert {type(value) for value in json.loads(json.dumps(figures)).values()} <= {int, float}
    assert all(value >= 0 for value in figures.values())


def test_a_warm_click_is_one_write_and_no_read(figures: dict[str, float]) -> None:
    assert (figures["click.calls"], figures["click.reads"], figures["click.write_units"]) == (1, 0, 1)


def test_a_click_with_five_sub_ids_stays_under_1000_bytes(figures: dict[str, float]) -> None:
    assert len(scene.AGENT) == 120
    assert scene.click()["rawQueryString"].count("x" * (scene.SUB_CHARACTERS - len("sub1"))) == 5
    # Both agents, the sub ids and the key can be counted by hand, so the figure cannot be of something smaller.
    assert 120 + 5 * 20 + 52 < figures["click.item_bytes"] < 1000
    assert figures["click.item_bytes_largest"] > 5 * 500 + 4 * 256


def test_a_conversion_is_two_calls_and_three_write_units(figures: dict[str, float]) -> None:
    assert (figures["conversion.calls"], figures["conversion.write_units"]) == (2, 3)
    assert (figures["claim.calls"], figures["claim.write_units"]) == (1, 3)


def test_counting_a_conversion_for_caps_is_one_write_unit_even_where_it_comes_alone(figures: dict[str, float]) -> None:
    assert (figures["counted.calls"], figures["counted.write_units"]) == (2, 1)


def test_an_ordinary_claim_leaves_no_log_line_and_a_postback_one(figures: dict[str, float]) -> None:
    assert figures["claim.log_bytes"] == 0
    assert figures["conversion.log_bytes"] > 0


def test_the_table_says_which_target_is_missed() -> None:
    lines = table({"click.calls": 2, "conversion.calls": 2, "click.item_bytes_largest": 4336}).splitlines()
    assert [re.split(r"\s{2,}", line) for line in lines] == [
        ["figure", "value", "target", "met?"],
        ["click.calls", "2", "1", "NO"],
        ["conversion.calls", "2", "at most 2", "yes"],
        ["click.item_bytes_largest", "4,336"],
    ]


@pytest.mark.parametrize(
    ("attribute", "size"),
    [
        ({"S": ""}, 0),
        ({"S": "tea"}, 3),
        ({"S": "é"}, 2),
        ({"N": "0"}, 1),
        ({"N": "7"}, 2),
        ({"N": "-1795501800"}, 6),
        ({"N": "1795501801"}, 6),
        ({"BOOL": True}, 1),
        ({"L": []}, 3),
        ({"L": [{"S": "ab"}, {"N": "12"}]}, 3 + 2 + 2 + 2),
        ({"M": {"k": {"S": "v"}}}, 3 + 1 + 1 + 1),
    ],
)
def test_an_attribute_has_the_size_that_dynamodb_gives_it(attribute: dict[str, Any], size: int) -> None:
    assert units.item_bytes({"name": attribute}) == len("name") + size


def put(item: dict[str, Any], status: int = 200) -> Call:
    return Call("PutItem", {"Item": item}, status, {})


KEY = {"pk": {"S": "p" * 10}, "sk": {"S": "s" * 10}}


def test_a_write_is_billed_by_the_kilobyte_and_once_more_for_each_index() -> None:
    small = {**KEY, "dpk": {"S": "d"}, "fpk": {"S": "f"}, "fsk": {"S": "f"}}
    large = {**small, "text": {"S": "x" * 1024}}
    assert units.bill([put(KEY)]).write_units == 1
    assert units.bill([put(small)]).write_units == 3
    # The index of keys alone does not grow.
    assert units.bill([put(large)]).write_units == 2 + 2 + 1


def test_a_write_that_is_refused_is_billed_and_leaves_nothing() -> None:
    due = units.bill([put({**KEY, "dpk": {"S": "d"}}, status=400)])
    assert (due.write_units, due.table_bytes, due.index_bytes) == (1, 0, 0)


def test_a_read_costs_half_where_it_may_be_stale() -> None:
    body, found = {"Key": KEY}, {"Item": {**KEY, "text": {"S": "x" * 5000}}}
    assert units.bill([Call("GetItem", body, 200, {})]).read_units == 0.5
    assert units.bill([Call("GetItem", body | {"ConsistentRead": True}, 200, found)]).read_units == 2


def test_the_indexes_are_those_of_the_template(template: dict[str, Any]) -> None:
    found = {
        index["KeySchema"][0]["AttributeName"]: index["Projection"]["ProjectionType"]
        for index in template["Resources"]["Ledger"]["Properties"]["GlobalSecondaryIndexes"]
    }
    assert found == units.INDEXES
    assert "GlobalSecondaryIndexes" not in template["Resources"]["Visits"]["Properties"]


def test_the_costs_are_those_of_the_template(template: dict[str, Any]) -> None:
    memory = {name: template["Resources"][name]["Properties"]["MemorySize"] for name in ("Edge", "Facts", "Report")}
    assert memory == {"Edge": costs.EDGE_MB, "Facts": costs.STREAM_MB, "Report": costs.REPORT_MB}
    days = {name: template["Parameters"][name]["Default"] for name in ("ClickDays", "LogDays")}
    assert days == {"ClickDays": costs.CLICK_DAYS, "LogDays": costs.LOG_DAYS}


def test_a_click_costs_what_its_call_and_its_door_cost() -> None:
    lines = costs.costs(costs.kept()[0])
    assert lines["DynamoDB writes"].clicks == pytest.approx(0.625)
    through = {name: lines[f"**requests {name}**"].clicks for name in costs.DOORS}
    bare = lines["Lambda"].clicks + 0.625
    assert through == pytest.approx(
        {"through a function URL": bare, "through an HTTP API": bare + 1.0, "through a REST API": bare + 3.5}
    )
    assert lines["logs"].clicks == 0


def test_the_readme_shows_the_costs_of_the_kept_figures() -> None:
    readme = costs.README.read_text()
    assert costs.embedded(readme, *costs.kept()) == readme


def test_the_costs_want_their_place_in_the_readme() -> None:
    with pytest.raises(ValueError, match="no place"):
        costs.embedded("# A page\n", *costs.kept())


def test_a_function_that_fails_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "broken.py").write_text("def handler(event, context):\n    raise KeyError('nothing here')\n")
    with Function(tmp_path, "broken.handler", {}) as function:
        with pytest.raises(FunctionError) as failed:
            function.first({})
        said = json.loads(str(failed.value))
    assert (said["errorType"], said["errorMessage"]) == ("KeyError", "'nothing here'")


def test_the_cpu_of_a_function_is_that_of_its_process(tmp_path: Path) -> None:
    (tmp_path / "busy.py").write_text(
        "import time\n\n\ndef handler(event, context):\n"
        "    while time.process_time() < 0.5:\n        pass\n    return event['word']\n"
    )
    with Function(tmp_path, "busy.handler", {}) as function:
        answer, seconds = function.first({"word": "tea"})
    assert answer == "tea"
    assert function.cpu_seconds >= 0.5
    assert seconds >= 0.5
