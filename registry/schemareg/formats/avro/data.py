"""Data of a schema: the smallest datum of each type, and its text in Avro's JSON encoding.

A datum is `None`, a bool, an int, a float, a str, bytes, a list, a dict of str, or a `Branch`.
"""

from __future__ import annotations

import heapq
import json
from typing import TYPE_CHECKING, Any, NamedTuple

from schemareg.formats.avro.logical import valid_value
from schemareg.formats.avro.schema import types

if TYPE_CHECKING:
    from schemareg.documents.json_values import JsonValue
    from schemareg.formats.avro.schema import Type

Datum = Any
MAX_LEAVES = 20_000
MAX_DEPTH = 100


class UnionBranch(NamedTuple):
    """A value of a union: which branch, and the value."""

    position: int
    value: Datum


class Smallest:
    """The smallest datum of each type of a schema: computed once, without recursion."""

    def __init__(self, root: Type) -> None:
        self._sizes: dict[int, tuple[int, int]] = {}
        """Leaves and depth, by type; a type that no finite datum has is missing."""
        self._choices: dict[int, int] = {}
        self._measure(list(types(root)))

    def size(self, type_: Type) -> tuple[int, int] | None:
        """Leaves and depth of the smallest datum; None where there is no datum at all."""
        return self._sizes.get(id(type_))

    def datum(self, type_: Type, salt: int = 0) -> Datum:
        """The smallest datum of a type that has one within the bounds; `salt` makes another one."""
        kind = type_.kind
        if kind == "union":
            position = self._choices[id(type_)]
            return UnionBranch(position, self.datum(type_.branches[position], salt))
        if kind == "record":
            return {each.name: self.datum(each.type, salt) for each in type_.fields}
        if kind == "array":
            return []
        if kind == "map":
            return {}
        return leaf(type_, salt)

    def _measure(self, all_types: list[Type]) -> None:
        """Dijkstra over the grammar of data (Knuth 1977): each type is settled once, smallest first."""
        waiting: dict[int, int] = {}
        sums: dict[int, tuple[int, int]] = {}
        users: dict[int, list[tuple[Type, int]]] = {}
        heap: list[tuple[int, int, int, int]] = []
        by_id = {id(each): each for each in all_types}

        def offer(type_: Type, leaves: int, depth: int, choice: int) -> None:
            heapq.heappush(heap, (leaves, depth, id(type_), choice))

        for each in all_types:
            if each.kind == "record":
                waiting[id(each)] = len(each.fields)
                sums[id(each)] = (1, 1)
                for field in each.fields:
                    users.setdefault(id(field.type), []).append((each, -1))
                if not each.fields:
                    offer(each, 1, 1, -1)
            elif each.kind == "union":
                for position, branch in enumerate(each.branches):
                    users.setdefault(id(branch), []).append((each, position))
            elif each.kind != "enum" or each.symbols:
                offer(each, 1 + each.size // 64, 1, -1)
        while heap:
            leaves, depth, identity, choice = heapq.heappop(heap)
            if identity in self._sizes:
                continue
            self._sizes[identity] = (leaves, depth)
            self._choices[identity] = choice
            for user, position in users.get(identity, ()):
                if position >= 0:
                    offer(user, leaves + 1, depth + 1, position)
                    continue
                waiting[id(user)] -= 1
                total, deepest = sums[id(user)]
                sums[id(user)] = (total + leaves, max(deepest, depth + 1))
                if not waiting[id(user)]:
                    offer(by_id[id(user)], *sums[id(user)], -1)


def leaf(type_: Type, salt: int = 0) -> Datum:
    """A value of a type without inner types."""
    kind = type_.kind
    if type_.logical is not None and kind not in ("int", "long"):
        return valid_value(type_.logical, kind, type_.size)
    if kind == "null":
        return None
    if kind == "boolean":
        return bool(salt % 2)
    if kind in ("int", "long"):
        return salt
    if kind in ("float", "double"):
        return float(salt)
    if kind == "string":
        return "" if not salt else str(salt)
    if kind == "bytes":
        return b"" if not salt else bytes([salt % 128])
    if kind == "fixed":
        return bytes([salt % 128]) * type_.size
    return type_.symbols[salt % len(type_.symbols)]


def json_encoded(type_: Type, datum: Datum) -> JsonValue:
    """A datum as a value of Avro's JSON encoding.

    Source: Apache Avro 1.12.0 specification, section JSON Encoding.
    """
    kind = type_.kind
    if kind == "union":
        branch = type_.branches[datum.position]
        value = json_encoded(branch, datum.value)
        return None if branch.kind == "null" else {branch.label: value}
    if kind == "record":
        return {each.name: json_encoded(each.type, datum[each.name]) for each in type_.fields}
    if kind == "array":
        return [json_encoded(type_.inner, each) for each in datum]
    if kind == "map":
        return {name: json_encoded(type_.inner, each) for name, each in datum.items()}
    return datum.decode("latin-1") if isinstance(datum, bytes) else datum


def text(type_: Type, datum: Datum) -> str:
    """A datum as JSON text, in Avro's JSON encoding."""
    return json.dumps(json_encoded(type_, datum), ensure_ascii=False)
