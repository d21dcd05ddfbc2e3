"""What was given at one per cent is taken back at the same, whatever was agreed since."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.model.layers import spread


@pytest.mark.parametrize(
    ("layers", "current", "moved", "expected"),
    [
        ({}, "10", 500, {"10": 500}),
        ({"10": 500}, "20", 300, {"20": 300}),
        ({"10": 500, "20": 300}, "20", -400, {"20": 0, "10": 400}),
        ({"10": 500}, None, -200, {"10": 300}),
        ({"10": 500}, None, -700, {"10": 0}),
        ({"10": 500}, "20", -700, {"10": 0, "20": -200}),
        ({}, None, 500, {}),
        ({"10": -200}, "10", 500, {"10": 300}),
    ],
)
def test_layers_grow_at_the_current_per_cent_and_shrink_where_they_grew(
    layers: dict[str, int], current: str | None, moved: int, expected: dict[str, int]
) -> None:
    assert dict(spread(layers, current, moved)) == expected


@given(st.lists(st.tuples(st.sampled_from(["10", "19", "20"]), st.integers(0, 10_000)), max_size=8))
def test_all_that_was_given_can_be_taken_back_to_nothing(given_: list[tuple[str, int]]) -> None:
    layers: dict[str, int] = {}
    for percent, amount in given_:
        layers |= dict(spread(layers, percent, amount))
    layers |= dict(spread(layers, "7", -sum(layers.values())))
    assert not any(layers.values())
