"""The Merkle tree of an append-only log (RFC 6962 §2.1, RFC 9162 §2.1): its root, and proofs that need nothing else.

A leaf is hashed behind the byte 0, two nodes behind the byte 1, by SHA-256. Imports nothing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

SIZE = 32
_sha = hashlib.sha256


def leaf_hash(data: bytes) -> bytes:
    """Return the hash of a leaf (32 bytes)."""
    return _sha(b"\0" + data).digest()


class Tree:
    """The tree over the hashes of leaves, one behind the other (32 bytes each); it takes 64 bytes a leaf.

    A node without a sibling goes up as it is, which makes of any number of leaves the tree of the RFC.
    """

    def __init__(self, leaves: bytes | bytearray) -> None:
        """Hash every level, from the leaves up."""
        self.size = len(leaves) // SIZE
        self._levels = [bytes(leaves)]
        while len(self._levels[-1]) > SIZE:
            self._levels.append(_above(self._levels[-1]))

    def root(self, size: int | None = None) -> bytes:
        """Return the root of the first `size` leaves, of all by default; none have the hash of nothing."""
        return self._hash(0, self.size if size is None else size) if size or self.size else _sha(b"").digest()

    def inclusion(self, index: int) -> list[bytes]:
        """Return what proves that a leaf, counted from 0, is in the tree."""
        path = []
        for level in self._levels[:-1]:
            sibling = (index ^ 1) * SIZE
            if sibling < len(level):
                path.append(level[sibling : sibling + SIZE])
            index >>= 1
        return path

    def consistency(self, old: int) -> list[bytes]:
        """Return what proves that the first `old` leaves, at least one, were the whole tree before."""
        begin, end, path = 0, self.size, []
        while old != end:
            middle = begin + _split(end - begin)
            if old <= middle:
                path.append(self._hash(middle, end))
                end = middle
            else:
                path.append(self._hash(begin, middle))
                begin = middle
        return [*([self._hash(begin, end)] if begin else []), *reversed(path)]

    def _hash(self, begin: int, end: int) -> bytes:
        level, width = (end - begin - 1).bit_length(), end - begin
        if end == self.size or width == 1 << level:
            at = (begin >> level) * SIZE
            return self._levels[level][at : at + SIZE]
        middle = begin + _split(width)
        return _node(self._hash(begin, middle), self._hash(middle, end))


def included(leaf: bytes, index: int, size: int, path: Sequence[bytes], root: bytes) -> bool:
    """Say whether a path proves a leaf (its hash) to be the one at `index` of the tree of so many leaves."""
    if not 0 <= index < size:
        return False
    node, last = leaf, size - 1
    for sibling in path:
        if not last:
            return False
        if index & 1 or index == last:
            node = _node(sibling, node)
            while not index & 1 and index:
                index, last = index >> 1, last >> 1
        else:
            node = _node(node, sibling)
        index, last = index >> 1, last >> 1
    return not last and node == root


def consistent(old: tuple[int, bytes], new: tuple[int, bytes], path: Sequence[bytes]) -> bool:
    """Say whether a path proves that a tree (its size and root) was only added to, and became the new one."""
    (before, old_root), (size, root) = old, new
    if not 0 < before <= size or (before == size) == bool(path):
        return False
    if before == size:
        return old_root == root
    rest = list(path) if before & (before - 1) else [old_root, *path]
    index, last = before - 1, size - 1
    while index & 1:
        index, last = index >> 1, last >> 1
    was = now = rest[0]
    for node in rest[1:]:
        if not last:
            return False
        if index & 1 or index == last:
            was, now = _node(node, was), _node(node, now)
            while not index & 1 and index:
                index, last = index >> 1, last >> 1
        else:
            now = _node(now, node)
        index, last = index >> 1, last >> 1
    return not last and (was, now) == (old_root, root)


def _node(left: bytes, right: bytes) -> bytes:
    return _sha(b"\1" + left + right).digest()


def _split(width: int) -> int:
    """Return the largest power of two that is less than a width of at least two."""
    return 1 << ((width - 1).bit_length() - 1)


def _above(level: bytes) -> bytes:
    whole = len(level) // (2 * SIZE) * 2 * SIZE
    pairs = (level[at : at + 2 * SIZE] for at in range(0, whole, 2 * SIZE))
    return b"".join([_sha(b"\1" + pair).digest() for pair in pairs]) + level[whole:]
