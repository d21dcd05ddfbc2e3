"""Networks that an operator knows to be datacenters'. Addresses are cut, so a network is one only as a whole."""

from bisect import bisect_right
from collections.abc import Iterable
from ipaddress import ip_network
from typing import Final

_LARGEST: Final = {4: 24, 6: 112}
"""So many bits of an address may differ in one network, by version."""


class Networks:
    """What a list of networks covers. Neighbours in it count as one: two /25 make a /24."""

    def __init__(self, spans: Iterable[tuple[int, int, int]] = ()) -> None:
        """`spans` are the version (4 or 6), the first and the last address of each."""
        self._starts: list[tuple[int, int]] = []
        self._ends: list[int] = []
        for version, first, last in sorted(spans):
            if self._starts and self._starts[-1][0] == version and first <= self._ends[-1] + 1:
                self._ends[-1] = max(self._ends[-1], last)
            else:
                self._starts.append((version, first))
                self._ends.append(last)

    def cover(self, network: str) -> bool:
        """Whether all of a network, as model.click.cut_address writes it, is in the list; '' is not."""
        if not network or not self._starts:
            return False
        version, first, last = _span(network)
        place = bisect_right(self._starts, (version, first)) - 1
        return place >= 0 and self._starts[place][0] == version and last <= self._ends[place]


NONE: Final = Networks()


def read(text: str) -> Networks:
    """The list in a text: a network a line (`192.0.2.0/24`), what is behind a comma or a `#` is a note.

    ValueError names the first line that is none. A network that is part of the Internet as a whole, larger than a /8
    or an IPv6 /16, is a mistake.
    """
    spans = []
    for number, line in enumerate(text.splitlines(), 1):
        network = line.partition("#")[0].partition(",")[0].strip()
        if not network:
            continue
        try:
            version, first, last = span = _span(network)
        except ValueError as wrong:
            raise ValueError(f"line {number}: {wrong}") from wrong
        if (last - first).bit_length() > _LARGEST[version]:
            raise ValueError(f"line {number}: {network} is too large to be a datacenter's")
        spans.append(span)
    return Networks(spans)


def _span(network: str) -> tuple[int, int, int]:
    found = ip_network(network)
    first = int(found.network_address)
    return found.version, first, first + found.num_addresses - 1
