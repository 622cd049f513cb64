"""How a keyword can fail: the alternatives, each a tuple of positive literals."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from schemareg.formats.json_schema.solver.formula import Kind, Lit, Nodes, T

if TYPE_CHECKING:
    from collections.abc import Callable

Ways = tuple[tuple[Lit, ...], ...]
"""Alternatives; the literals of each must hold together."""


def denied(nodes: Nodes, kind: Kind, data: Any) -> Ways | None:
    """The alternatives in which a keyword fails for its type; None where the solver of the type
    decides.
    """
    denial = _DENIALS.get(kind)
    return None if denial is None else denial(nodes, data)


def _bound(kind: Kind, offset: int) -> Callable[[Nodes, Any], Ways]:
    def denial(nodes: Nodes, data: Any) -> Ways:
        return ((nodes.intern(kind, data + offset),),)

    return denial


def _not_at_least(nodes: Nodes, data: tuple[object, bool]) -> Ways:
    return ((nodes.intern(Kind.AT_MOST, (data[0], not data[1])),),)


def _not_at_most(nodes: Nodes, data: tuple[object, bool]) -> Ways:
    return ((nodes.intern(Kind.AT_LEAST, (data[0], not data[1])),),)


def _not_items(nodes: Nodes, data: tuple[tuple[Lit, ...], Lit]) -> Ways:
    first, rest = data
    ways = [(nodes.intern(Kind.ITEM, (i, lit ^ 1)),) for i, lit in enumerate(first) if lit != T]
    if rest != T:
        ways.append((nodes.intern(Kind.CONTAINS, (rest ^ 1, 1, None, len(first))),))
    return tuple(ways)


def _not_item(nodes: Nodes, data: tuple[int, Lit]) -> Ways:
    index, literal = data
    return (
        (nodes.intern(Kind.MAX_ITEMS, index),),
        (nodes.intern(Kind.ITEM, (index, literal ^ 1)),),
    )


def _not_contains(nodes: Nodes, data: tuple[Lit, int, int | None, int]) -> Ways:
    literal, lowest, highest, start = data
    ways: list[tuple[Lit, ...]] = []
    if lowest:
        ways.append((nodes.contains(literal, 0, lowest - 1, start),))
    if highest is not None:
        ways.append((nodes.contains(literal, highest + 1, None, start),))
    return tuple(ways)


def _not_property(nodes: Nodes, data: tuple[str, Lit]) -> Ways:
    name, literal = data
    return (
        (nodes.intern(Kind.HAS, name) ^ 1,),
        (nodes.intern(Kind.PROPERTY, (name, literal ^ 1)),),
    )


def _not_properties(
    nodes: Nodes,
    data: tuple[tuple[tuple[str, Lit], ...], tuple[tuple[str, Lit], ...], Lit],
) -> Ways:
    named, patterns, rest = data
    plainest = sorted(named, key=lambda pair: nodes.height(pair[1]))
    ways = [(nodes.intern(Kind.PROPERTY, (name, lit ^ 1)),) for name, lit in plainest if lit != T]
    ways += [
        (nodes.intern(Kind.SOME_PROPERTY, ((), (), (pattern,), T, lit ^ 1)),)
        for pattern, lit in patterns
        if lit != T
    ]
    if rest != T:
        names = tuple(name for name, _ in named)
        missed = tuple(pattern for pattern, _ in patterns)
        ways.append((nodes.intern(Kind.SOME_PROPERTY, (names, missed, (), T, rest ^ 1)),))
    return tuple(ways)


def _not_names(nodes: Nodes, data: Lit) -> Ways:
    return ((nodes.intern(Kind.SOME_PROPERTY, ((), (), (), data ^ 1, T)),),)


_DENIALS: dict[Kind, Callable[[Nodes, Any], Ways]] = {
    Kind.AT_LEAST: _not_at_least,
    Kind.AT_MOST: _not_at_most,
    Kind.MIN_LENGTH: _bound(Kind.MAX_LENGTH, -1),
    Kind.MAX_LENGTH: _bound(Kind.MIN_LENGTH, 1),
    Kind.MIN_ITEMS: _bound(Kind.MAX_ITEMS, -1),
    Kind.MAX_ITEMS: _bound(Kind.MIN_ITEMS, 1),
    Kind.MIN_PROPERTIES: _bound(Kind.MAX_PROPERTIES, -1),
    Kind.MAX_PROPERTIES: _bound(Kind.MIN_PROPERTIES, 1),
    Kind.ITEMS: _not_items,
    Kind.ITEM: _not_item,
    Kind.CONTAINS: _not_contains,
    Kind.PROPERTY: _not_property,
    Kind.PROPERTIES: _not_properties,
    Kind.NAMES: _not_names,
}
