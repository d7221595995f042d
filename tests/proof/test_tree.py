"""The Merkle tree: the published vectors of RFC 6962, every proof of small trees, and every changed bit refused.

Leaves, roots and proofs in `vectors.json` are those of Certificate Transparency's reference implementation
(merkle_tree_test.cc).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ims_fsm.proof.tree import Tree, consistent, included, leaf_hash

VECTORS: dict[str, Any] = json.loads(Path(__file__).with_name("vectors.json").read_text("utf-8"))
LEAVES = [leaf_hash(bytes.fromhex(leaf)) for leaf in VECTORS["leaves"]]
ROOTS = [bytes.fromhex(root) for root in VECTORS["roots"]]


def tree_of(size: int) -> Tree:
    return Tree(b"".join(leaf_hash(b"%d" % number) for number in range(size)))


def by_definition(leaves: Sequence[bytes]) -> bytes:
    """Return MTH as RFC 6962 §2.1 defines it."""
    if len(leaves) == 1:
        return leaves[0]
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return hashlib.sha256(b"\1" + by_definition(leaves[:split]) + by_definition(leaves[split:])).digest()


def flipped(hashes: Sequence[bytes], bit: int) -> list[bytes]:
    changed = bytearray(b"".join(hashes))
    changed[bit // 8] ^= 1 << bit % 8
    return [bytes(changed[at : at + 32]) for at in range(0, len(changed), 32)]


@pytest.mark.parametrize("size", range(1, 9))
def test_the_published_roots(size: int) -> None:
    assert Tree(b"".join(LEAVES[:size])).root() == ROOTS[size - 1]
    assert Tree(b"".join(LEAVES)).root(size) == ROOTS[size - 1]


def test_a_tree_of_nothing_has_the_hash_of_nothing() -> None:
    assert Tree(b"").root().hex() == VECTORS["empty"]


@pytest.mark.parametrize("vector", VECTORS["inclusion"])
def test_the_published_audit_paths(vector: dict[str, Any]) -> None:
    index, size, path = vector["index"], vector["size"], [bytes.fromhex(node) for node in vector["path"]]
    assert Tree(b"".join(LEAVES[:size])).inclusion(index) == path
    assert included(LEAVES[index], index, size, path, ROOTS[size - 1])


@pytest.mark.parametrize("vector", VECTORS["consistency"])
def test_the_published_consistency_proofs(vector: dict[str, Any]) -> None:
    old, size, path = vector["old"], vector["size"], [bytes.fromhex(node) for node in vector["path"]]
    assert Tree(b"".join(LEAVES[:size])).consistency(old) == path
    assert consistent((old, ROOTS[old - 1]), (size, ROOTS[size - 1]), path)


@pytest.mark.parametrize("size", [*range(1, 40), 255, 256, 257])
def test_every_proof_of_a_small_tree_holds_and_fits_nothing_else(size: int) -> None:
    tree = tree_of(size)
    leaves = [leaf_hash(b"%d" % number) for number in range(size)]
    assert tree.root() == by_definition(leaves)
    for index, leaf in enumerate(leaves):
        path = tree.inclusion(index)
        assert included(leaf, index, size, path, tree.root())
        assert not included(leaf, (index + 1) % size, size, path, tree.root()) or size == 1
        assert not included(leaf, index, size, [*path, leaf], tree.root())
        assert not path or not included(leaf, index, size, path[:-1], tree.root())
        old, root = index + 1, by_definition(leaves[: index + 1])
        assert tree.root(old) == root
        path = tree.consistency(old)
        assert consistent((old, root), (size, tree.root()), path)
        assert not consistent((old, root), (size, tree.root()), [*path, leaf])
        assert not path or not consistent((old, root), (size, tree.root()), path[:-1])


@given(st.data(), st.integers(1, 600))
def test_every_changed_bit_is_refused(data: st.DataObject, size: int) -> None:
    tree = tree_of(size)
    index = data.draw(st.integers(0, size - 1))
    leaf, path = leaf_hash(b"%d" % index), tree.inclusion(index)
    assert included(leaf, index, size, path, tree.root())
    said = [leaf, tree.root(), *path]
    leaf, root, *path = flipped(said, data.draw(st.integers(0, len(said) * 256 - 1)))
    assert not included(leaf, index, size, path, root)
    old = index + 1
    before, path = tree.root(old), tree.consistency(old)
    assert consistent((old, before), (size, tree.root()), path)
    said = [before, tree.root(), *path]
    before, root, *path = flipped(said, data.draw(st.integers(0, len(said) * 256 - 1)))
    assert not consistent((old, before), (size, root), path)


@given(st.integers(-2, 20), st.integers(-2, 20), st.lists(st.just(b"x" * 32), max_size=9))
def test_what_is_no_proof_proves_nothing(first: int, second: int, path: list[bytes]) -> None:
    root = tree_of(7).root()
    assert not included(b"x" * 32, first, second, path, root)
    assert not consistent((first, b"y" * 32), (second, root), path)
