"""Merkle trees: one digest over many records, and short proofs that a record is one of them.

Source: RFC 6962, section 2.1; the checks of proofs, RFC 9162, section 2.1.3.2.
"""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

EMPTY = sha256().digest()
"""The root over nothing."""


def leaf(data: bytes) -> bytes:
    """The digest of one record."""
    return sha256(b"\x00" + data).digest()


def _node(left: bytes, right: bytes) -> bytes:
    return sha256(b"\x01" + left + right).digest()


class Growing:
    """A tree that records are added to, in memory that grows with their logarithm."""

    def __init__(self, count: int = 0, whole: Iterable[bytes] = ()) -> None:
        self.count = count
        """How many records there are."""
        self.whole = list(whole)
        """The roots of the whole subtrees, the largest first: one for each bit of `count`."""

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
        """The digest over all records added so far."""
        if not self.whole:
            return EMPTY
        digest = self.whole[-1]
        for each in reversed(self.whole[:-1]):
            digest = _node(each, digest)
        return digest


def root(leaves: Sequence[bytes]) -> bytes:
    """The root over the digests of records."""
    level = list(leaves)
    if not level:
        return EMPTY
    while len(level) > 1:
        level = _above(level)
    return level[0]


def _above(level: Sequence[bytes]) -> list[bytes]:
    """Neighbours joined two by two; a last one without a neighbour goes up as it is."""
    pairs = [_node(level[at], level[at + 1]) for at in range(0, len(level) - 1, 2)]
    return pairs if len(level) % 2 == 0 else [*pairs, level[-1]]


def inclusion(leaves: Sequence[bytes], index: int) -> tuple[bytes, ...]:
    """What stands beside the way from the record of an index to the root, the lowest first.

    Raises IndexError where there is no such record.
    """
    if not 0 <= index < len(leaves):
        raise IndexError(index)
    beside = []
    level = list(leaves)
    while len(level) > 1:
        if index ^ 1 < len(level):
            beside.append(level[index ^ 1])
        level = _above(level)
        index >>= 1
    return tuple(beside)


def included(data: bytes, index: int, count: int, beside: Iterable[bytes], expected: bytes) -> bool:
    """Whether the proof shows that `data` is the record of an index among `count`, under a root."""
    if not 0 <= index < count:
        return False
    digest, last = leaf(data), count - 1
    for each in beside:
        if last == 0:
            return False
        if index & 1 or index == last:
            digest = _node(each, digest)
            while not index & 1 and index:
                index, last = index >> 1, last >> 1
        else:
            digest = _node(digest, each)
        index, last = index >> 1, last >> 1
    return last == 0 and digest == expected
