"""The trees: as RFC 6962 defines them, and no path but the right one leads to a root."""

from hashlib import sha256

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.model import merkle
from chalicelib.model.merkle import Tree

SIZES = range(1, 66)

PUBLISHED = (
    ("", "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"),
    ("00", "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"),
    ("10", "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77"),
    ("2021", "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"),
    ("3031", "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4"),
    ("40414243", "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef"),
    ("5051525354555657", "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c"),
    ("606162636465666768696a6b6c6d6e6f", "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"),
)
"""Leaves of Certificate Transparency's own test, and the root after each."""


def leaves(size: int) -> list[bytes]:
    return [merkle.leaf(f"leaf {number}".encode()) for number in range(size)]


def defined(texts: list[bytes]) -> bytes:
    """The root as section 2.1 of the RFC writes it down."""
    if not texts:
        return sha256(b"").digest()
    if len(texts) == 1:
        return sha256(b"\0" + texts[0]).digest()
    middle = 1
    while middle * 2 < len(texts):
        middle *= 2
    return sha256(b"\1" + defined(texts[:middle]) + defined(texts[middle:])).digest()


def test_the_roots_are_those_that_others_have_published() -> None:
    tree = Tree()
    for text, root in PUBLISHED:
        tree.add(merkle.leaf(bytes.fromhex(text)))
        assert tree.root().hex() == root


@given(st.lists(st.binary(max_size=8), max_size=70))
def test_the_root_of_any_texts_is_as_it_is_defined(texts: list[bytes]) -> None:
    assert merkle.root(map(merkle.leaf, texts)) == defined(texts)


@pytest.mark.parametrize("size", SIZES)
def test_every_leaf_has_a_path_and_no_other_leaf_or_number_has_it(size: int) -> None:
    all_, root = leaves(size), merkle.root(leaves(size))
    for index in range(size):
        path = merkle.path(all_, index, size)
        assert merkle.climbed(all_[index], index, size, path) == root
        for other in {*range(size), size, -1} - {index}:
            assert merkle.climbed(all_[index], other, size, path) != root
            assert merkle.climbed(all_[other % size], index, size, path) != root or other % size == index
        assert merkle.climbed(merkle.leaf(b"never added"), index, size, path) != root


@settings(deadline=None)
@given(st.integers(2, 65), st.data())
def test_a_path_that_was_touched_leads_nowhere(size: int, data: st.DataObject) -> None:
    all_, index = leaves(size), data.draw(st.integers(0, size - 1))
    root, path = merkle.root(all_), merkle.path(all_, index, size)
    at, bit = data.draw(st.integers(0, len(path) - 1)), data.draw(st.integers(0, 255))
    flipped = (int.from_bytes(path[at], "big") ^ (1 << bit)).to_bytes(32, "big")
    for touched in (
        [*path[:at], flipped, *path[at + 1 :]],
        [*path[:at], *path[at + 1 :]],
        [*path, root],
        [*path[:at], path[at], *path[at:]],
        [],
    ):
        assert merkle.climbed(all_[index], index, size, touched) != root


@settings(deadline=None)
@given(st.integers(1, 65), st.data())
def test_a_changed_an_omitted_and_an_added_leaf_change_the_root(size: int, data: st.DataObject) -> None:
    all_, at = leaves(size), data.draw(st.integers(0, size - 1))
    root, other = merkle.root(all_), merkle.leaf(b"another")
    assert merkle.root([*all_[:at], other, *all_[at + 1 :]]) != root
    assert merkle.root([*all_[:at], *all_[at + 1 :]]) != root
    assert merkle.root([*all_[:at], other, *all_[at:]]) != root
    assert merkle.root([*all_, all_[-1]]) != root
    if size > 1:
        assert merkle.root([*all_[1:], all_[0]]) != root


def test_a_node_does_not_pass_for_a_leaf() -> None:
    left, right = leaves(2)
    assert merkle.root([left, right]) == merkle.node(left, right)
    assert merkle.leaf(left + right) != merkle.node(left, right)
    assert merkle.leaf(b"\1" + left + right) != merkle.node(left, right)


@given(st.integers(0, 70), st.integers(0, 70))
def test_a_tree_grows_on_elsewhere(before: int, after: int) -> None:
    tree = Tree()
    for one in leaves(before + after)[:before]:
        tree.add(one)
    again = Tree.read(tree.plain())
    for one in leaves(before + after)[before:]:
        again.add(one)
    assert (again.size, again.root()) == (before + after, merkle.root(leaves(before + after)))


@pytest.mark.parametrize(("index", "size"), [(-1, 3), (3, 3), (0, 0), (0, 4)])
def test_a_path_from_no_leaf_is_refused(index: int, size: int) -> None:
    with pytest.raises(ValueError, match=r"leaf|leaves"):
        merkle.path(leaves(3), index, size)
