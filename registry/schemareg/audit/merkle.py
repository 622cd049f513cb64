"""Merkle trees: one digest of many records, and short proofs that a record is one of them.

Source: RFC 6962, section 2.1.
"""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

EMPTY = sha256().digest()
"""The root of the empty tree."""


def leaf(data: bytes) -> bytes:
    """The digest of one record (a leaf)."""
    return sha256(b"\x00" + data).digest()


def _node(left: bytes, right: bytes) -> bytes:
    return sha256(b"\x01" + left + right).digest()


class MerkleAccumulator:
    """A tree to which records are added; its memory grows with their logarithm."""

    def __init__(self, count: int = 0, whole: Iterable[bytes] = ()) -> None:
        self.count = count
        """The number of records."""
        self.whole = list(whole)
        """The roots of the complete subtrees, largest first: one for each bit of `count`."""

    def add(self, data: bytes) -> None:
        """Add one record at the end."""
        digest = leaf(data)
        size = self.count
        while size & 1:
            digest = _node(self.whole.pop(), digest)
            size >>= 1
        self.whole.append(digest)
        self.count += 1

    @property
    def root(self) -> bytes:
        """The root of all records added so far."""
        if not self.whole:
            return EMPTY
        digest = self.whole[-1]
        for each in reversed(self.whole[:-1]):
            digest = _node(each, digest)
        return digest


def root(leaves: Sequence[bytes]) -> bytes:
    """The root of a list of leaf digests."""
    level = list(leaves)
    if not level:
        return EMPTY
    while len(level) > 1:
        level = _above(level)
    return level[0]


def _above(level: Sequence[bytes]) -> list[bytes]:
    """The next level: nodes are hashed in pairs; a last single node moves up unchanged."""
    pairs = [_node(level[at], level[at + 1]) for at in range(0, len(level) - 1, 2)]
    return pairs if len(level) % 2 == 0 else [*pairs, level[-1]]


class MerkleTree:
    """A complete tree, from which proofs are made."""

    def __init__(self, leaves: Sequence[bytes]) -> None:
        self._levels = [list(leaves)]
        while len(self._levels[-1]) > 1:
            self._levels.append(_above(self._levels[-1]))

    def beside(self, index: int) -> tuple[bytes, ...]:
        """The audit path: the sibling digests from a record to the root, lowest first.

        Raises IndexError if there is no such record.
        """
        if not 0 <= index < len(self._levels[0]):
            raise IndexError(index)
        found = []
        for level in self._levels[:-1]:
            if index ^ 1 < len(level):
                found.append(level[index ^ 1])
            index >>= 1
        return tuple(found)


def is_included(
    data: bytes, index: int, count: int, beside: Iterable[bytes], expected: bytes
) -> bool:
    """Whether a proof shows that `data` is the record at an index among `count`, under a root."""
    if not 0 <= index < count:
        return False
    digest, last, rest = leaf(data), count - 1, iter(beside)
    while last > 0:
        if index & 1 or index < last:  # else there is no neighbour: the node moves up unchanged
            other = next(rest, None)
            if other is None:
                return False
            digest = _node(other, digest) if index & 1 else _node(digest, other)
        index, last = index >> 1, last >> 1
    return next(rest, None) is None and digest == expected
