"""A visitor's network is a datacenter's if all of it is in the operator's list."""

import pytest

from chalicelib.model.datacenter import NONE, read

LIST = """\
# what our cloud says of itself
192.0.2.0/25, Example Cloud
192.0.2.128/25
198.51.100.0/25
10.0.0.0/8
2001:db8:1::/48
2001:db8:2::/49,half of it
"""


@pytest.mark.parametrize(
    ("network", "covered"),
    [
        ("192.0.2.0/24", True),
        ("198.51.100.0/24", False),
        ("10.1.2.0/24", True),
        ("11.0.0.0/24", False),
        ("9.255.255.0/24", False),
        ("2001:db8:1::/48", True),
        ("2001:db8:2::/48", False),
        ("2001:db8:3::/48", False),
        ("", False),
    ],
)
def test_a_network_counts_only_as_a_whole(network: str, covered: bool) -> None:
    assert read(LIST).cover(network) is covered


def test_without_a_list_nothing_is_a_datacenter() -> None:
    assert not NONE.cover("192.0.2.0/24")
    assert not read("").cover("192.0.2.0/24")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("192.0.2.0/24\nnonsense", "line 2"),
        ("192.0.2.1/24", "line 1"),
        ("0.0.0.0/0", "too large"),
        ("64.0.0.0/7", "too large"),
        ("::/0", "too large"),
        ("2000::/15", "too large"),
    ],
)
def test_a_line_that_is_no_network_is_named(text: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        read(text)


def test_the_largest_networks_that_are_given_out_are_taken() -> None:
    assert read("2600::/20\n3.0.0.0/8").cover("3.1.2.0/24")
