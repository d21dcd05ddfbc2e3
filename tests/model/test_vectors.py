"""The vectors of tests/vectors: the money that people worked out, against what the close makes of the same objects."""

import json
from pathlib import Path
from typing import Any

import pytest

from chalicelib.reports.fold import answers, fold

VECTORS = Path(__file__).parent.parent / "vectors"
ALL = [json.loads(line) for file in sorted(VECTORS.glob("*.jsonl")) for line in file.read_text().splitlines()]


def in_order(result: dict[str, Any]) -> dict[str, Any]:
    """A result whose lines stand in an order of their own: the order that they were made in says nothing."""
    periods = [
        one | {"lines": sorted(one["lines"], key=lambda line: json.dumps(line, sort_keys=True))}
        for one in result["periods"]
    ]
    return result | {"periods": periods}


@pytest.mark.parametrize("vector", ALL, ids=[vector["name"] for vector in ALL])
def test_a_vector_gives_what_it_expects(vector: dict[str, Any]) -> None:
    assert in_order(fold(vector)) == in_order(vector["expected"])


def test_there_are_enough_vectors_and_no_two_of_one_name() -> None:
    names = [vector["name"] for vector in ALL]
    assert len(names) >= 150
    assert len(set(names)) == len(names)


def test_the_order_of_arrival_says_nothing_where_times_are_said() -> None:
    for vector in ALL:
        turned = vector | {"visits": vector.get("visits", [])[::-1], "manual": vector.get("manual", [])[::-1]}
        assert in_order(fold(turned)) == in_order(vector["expected"])


def test_a_line_that_cannot_be_read_is_named() -> None:
    with pytest.raises(ValueError, match="line 2"):
        list(answers(['{"network": {"time_zone": "UTC", "affiliates": [], "campaigns": []}, "closes": []}', "{}"]))
