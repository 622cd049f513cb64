"""Values cheap to define and to compare: what a frozen dataclass is, at a tenth of the import."""

from __future__ import annotations


class Value:
    """Equal to another of its class with equal parts; its parts are not to be changed.

    Trees are compared and looked up by the thousand, so the hash is kept.
    """

    __slots__ = ("_hash", "_parts")

    def __init__(self, *parts: object) -> None:
        self._parts = parts
        self._hash = 0

    def __eq__(self, other: object) -> bool:
        return self is other or (
            isinstance(other, Value)
            and type(self) is type(other)
            and hash(self) == hash(other)
            and self._parts == other._parts
        )

    def __hash__(self) -> int:
        if not self._hash:
            self._hash = hash((type(self).__name__, self._parts)) or 1
        return self._hash

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(map(repr, self._parts))})"
