"""Does this value satisfy that literal? The solver's own evaluation, exact and without search."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from schemareg.documents import json_values
from schemareg.formats.json_schema.solver import string_formats
from schemareg.formats.json_schema.solver.formula import GUARD, Lit, NodeKind, Nodes, type_of
from schemareg.regex import compile as compile_pattern

if TYPE_CHECKING:
    from schemareg.documents.json_values import JsonValue


class InPlaceLoop(Exception):
    """A definition refers to itself for the same value: such a schema has no meaning."""


def holds(nodes: Nodes, literal: Lit, value: JsonValue, depth: int = 0) -> bool:
    """Whether the value satisfies the literal.

    Raises InPlaceLoop for a definition that refers to itself in place, and OverBudget where a
    pattern cannot be matched within its bound.
    """
    nodes.spend()
    number, negative = literal >> 1, bool(literal & 1)
    kind = nodes.kind[number]
    guard = GUARD.get(kind)
    if guard is not None and not guard & type_of(value):
        return not negative
    return _TESTS[kind](nodes, number, value, depth) is not negative


def _true(nodes: Nodes, number: int, value: JsonValue, depth: int) -> bool:
    return True


def _and(nodes: Nodes, number: int, value: JsonValue, depth: int) -> bool:
    for part in nodes.data[number]:
        if not holds(nodes, part, value, depth):
            return False
    return True


def _one_of(nodes: Nodes, number: int, value: JsonValue, depth: int) -> bool:
    found = 0
    for part in nodes.data[number]:
        if holds(nodes, part, value, depth):
            found += 1
            if found > 1:
                return False
    return found == 1


def _ref(nodes: Nodes, number: int, value: JsonValue, depth: int) -> bool:
    if depth > 200:
        raise InPlaceLoop
    return holds(nodes, nodes.definition[number], value, depth + 1)


def _type(nodes: Nodes, number: int, value: JsonValue, depth: int) -> bool:
    return bool(nodes.data[number] & type_of(value))


def _enum(nodes: Nodes, number: int, value: JsonValue, depth: int) -> bool:
    return json_values.key(value) in nodes.data[number]


def _at_least(nodes: Nodes, number: int, value: JsonValue, depth: int) -> bool:
    bound, exclusive = nodes.data[number]
    return bool(value > bound or (value == bound and not exclusive))


def _at_most(nodes: Nodes, number: int, value: JsonValue, depth: int) -> bool:
    bound, exclusive = nodes.data[number]
    return bool(value < bound or (value == bound and not exclusive))


def _multiple_of(nodes: Nodes, number: int, value: JsonValue, depth: int) -> bool:
    return bool(Fraction(value) % nodes.data[number] == 0)


def _min_length(nodes: Nodes, number: int, value: JsonValue, depth: int) -> bool:
    return bool(len(value) >= nodes.data[number])


def _max_length(nodes: Nodes, number: int, value: JsonValue, depth: int) -> bool:
    return bool(len(value) <= nodes.data[number])


def _pattern(nodes: Nodes, number: int, value: JsonValue, depth: int) -> bool:
    return compile_pattern(nodes.data[number]).search(value)


def _format(nodes: Nodes, number: int, value: JsonValue, depth: int) -> bool:
    return string_formats.conforms(nodes.data[number], value)


def _unique(nodes: Nodes, number: int, value: JsonValue, depth: int) -> bool:
    return len({json_values.key(item) for item in value}) == len(value)


def _items(nodes: Nodes, number: int, value: JsonValue, depth: int) -> bool:
    first, rest = nodes.data[number]
    for index, item in enumerate(value):
        if not holds(nodes, first[index] if index < len(first) else rest, item):
            return False
    return True


def _item(nodes: Nodes, number: int, value: JsonValue, depth: int) -> bool:
    index, literal = nodes.data[number]
    return len(value) > index and holds(nodes, literal, value[index])


def _contains(nodes: Nodes, number: int, value: JsonValue, depth: int) -> bool:
    literal, lowest, highest, start = nodes.data[number]
    found = 0
    for item in value[start:]:
        found += holds(nodes, literal, item)
    return found >= lowest and (highest is None or found <= highest)


def _has(nodes: Nodes, number: int, value: JsonValue, depth: int) -> bool:
    return nodes.data[number] in value


def _property(nodes: Nodes, number: int, value: JsonValue, depth: int) -> bool:
    name, literal = nodes.data[number]
    return name in value and holds(nodes, literal, value[name])


def _properties(nodes: Nodes, number: int, value: JsonValue, depth: int) -> bool:
    named, patterns, rest = nodes.named(number), nodes.data[number][1], nodes.data[number][2]
    for name, item in value.items():
        literal = named.get(name)
        known = literal is not None
        if literal is not None and not holds(nodes, literal, item):
            return False
        for pattern, fits in patterns:
            if compile_pattern(pattern).search(name):
                known = True
                if not holds(nodes, fits, item):
                    return False
        if not known and not holds(nodes, rest, item):
            return False
    return True


def _names(nodes: Nodes, number: int, value: JsonValue, depth: int) -> bool:
    for name in value:
        if not holds(nodes, nodes.data[number], name):
            return False
    return True


def _some_property(nodes: Nodes, number: int, value: JsonValue, depth: int) -> bool:
    literal = nodes.data[number][4]
    for name, item in value.items():
        if in_class(nodes, nodes.data[number], name) and holds(nodes, literal, item):
            return True
    return False


def in_class(nodes: Nodes, data: tuple[object, ...], name: str) -> bool:
    """Whether a SOME_PROPERTY node applies to this name."""
    excluded, missed, found, of_name, _ = data
    return (
        name not in excluded  # type: ignore[operator]
        and all(compile_pattern(pattern).search(name) for pattern in found)  # type: ignore[attr-defined]
        and not any(compile_pattern(pattern).search(name) for pattern in missed)  # type: ignore[attr-defined]
        and holds(nodes, of_name, name)  # type: ignore[arg-type]
    )


def _unevaluated(nodes: Nodes, number: int, value: JsonValue, depth: int) -> bool:
    about, entries, rest = nodes.data[number]
    if not isinstance(value, list if about is NodeKind.ITEMS else dict):
        return True
    evaluated = [
        entry
        for guards, entry in entries
        if all(holds(nodes, guard, value, depth) for guard in guards)
    ]
    return holds(nodes, nodes.evaluated(about, evaluated, rest), value)


_TESTS = {
    NodeKind.TRUE: _true,
    NodeKind.AND: _and,
    NodeKind.ONE_OF: _one_of,
    NodeKind.REF: _ref,
    NodeKind.TYPE: _type,
    NodeKind.ENUM: _enum,
    NodeKind.AT_LEAST: _at_least,
    NodeKind.AT_MOST: _at_most,
    NodeKind.MULTIPLE_OF: _multiple_of,
    NodeKind.MIN_LENGTH: _min_length,
    NodeKind.MAX_LENGTH: _max_length,
    NodeKind.PATTERN: _pattern,
    NodeKind.FORMAT: _format,
    NodeKind.MIN_ITEMS: _min_length,
    NodeKind.MAX_ITEMS: _max_length,
    NodeKind.UNIQUE: _unique,
    NodeKind.ITEMS: _items,
    NodeKind.ITEM: _item,
    NodeKind.CONTAINS: _contains,
    NodeKind.MIN_PROPERTIES: _min_length,
    NodeKind.MAX_PROPERTIES: _max_length,
    NodeKind.HAS: _has,
    NodeKind.PROPERTY: _property,
    NodeKind.PROPERTIES: _properties,
    NodeKind.NAMES: _names,
    NodeKind.SOME_PROPERTY: _some_property,
    NodeKind.UNEVALUATED: _unevaluated,
}
