"""How a keyword can fail: the alternatives, each a tuple of positive literals."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from schemareg.formats.json_schema.solver.formula import Lit, NodeKind, Nodes, T

if TYPE_CHECKING:
    from collections.abc import Callable

Ways = tuple[tuple[Lit, ...], ...]
"""Alternatives; the literals of each must hold together."""


def denied(nodes: Nodes, kind: NodeKind, data: Any) -> Ways | None:
    """The alternatives in which a keyword fails for its type; None where the solver of the type
    decides.
    """
    denial = _DENIALS.get(kind)
    return None if denial is None else denial(nodes, data)


def _bound(kind: NodeKind, offset: int) -> Callable[[Nodes, Any], Ways]:
    def denial(nodes: Nodes, data: Any) -> Ways:
        return ((nodes.intern(kind, data + offset),),)

    return denial


def _not_at_least(nodes: Nodes, data: tuple[object, bool]) -> Ways:
    return ((nodes.intern(NodeKind.AT_MOST, (data[0], not data[1])),),)


def _not_at_most(nodes: Nodes, data: tuple[object, bool]) -> Ways:
    return ((nodes.intern(NodeKind.AT_LEAST, (data[0], not data[1])),),)


def _not_items(nodes: Nodes, data: tuple[tuple[Lit, ...], Lit]) -> Ways:
    first, rest = data
    ways = [(nodes.intern(NodeKind.ITEM, (i, lit ^ 1)),) for i, lit in enumerate(first) if lit != T]
    if rest != T:
        ways.append((nodes.intern(NodeKind.CONTAINS, (rest ^ 1, 1, None, len(first))),))
    return tuple(ways)


def _not_item(nodes: Nodes, data: tuple[int, Lit]) -> Ways:
    index, literal = data
    return (
        (nodes.intern(NodeKind.MAX_ITEMS, index),),
        (nodes.intern(NodeKind.ITEM, (index, literal ^ 1)),),
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
        (nodes.intern(NodeKind.HAS, name) ^ 1,),
        (nodes.intern(NodeKind.PROPERTY, (name, literal ^ 1)),),
    )


def _not_properties(
    nodes: Nodes,
    data: tuple[tuple[tuple[str, Lit], ...], tuple[tuple[str, Lit], ...], Lit],
) -> Ways:
    named, patterns, rest = data
    plainest = sorted(named, key=lambda pair: nodes.height(pair[1]))
    ways = [
        (nodes.intern(NodeKind.PROPERTY, (name, lit ^ 1)),) for name, lit in plainest if lit != T
    ]
    ways += [
        (nodes.intern(NodeKind.SOME_PROPERTY, ((), (), (pattern,), T, lit ^ 1)),)
        for pattern, lit in patterns
        if lit != T
    ]
    if rest != T:
        names = tuple(name for name, _ in named)
        missed = tuple(pattern for pattern, _ in patterns)
        ways.append((nodes.intern(NodeKind.SOME_PROPERTY, (names, missed, (), T, rest ^ 1)),))
    return tuple(ways)


def _not_names(nodes: Nodes, data: Lit) -> Ways:
    return ((nodes.intern(NodeKind.SOME_PROPERTY, ((), (), (), data ^ 1, T)),),)


_DENIALS: dict[NodeKind, Callable[[Nodes, Any], Ways]] = {
    NodeKind.AT_LEAST: _not_at_least,
    NodeKind.AT_MOST: _not_at_most,
    NodeKind.MIN_LENGTH: _bound(NodeKind.MAX_LENGTH, -1),
    NodeKind.MAX_LENGTH: _bound(NodeKind.MIN_LENGTH, 1),
    NodeKind.MIN_ITEMS: _bound(NodeKind.MAX_ITEMS, -1),
    NodeKind.MAX_ITEMS: _bound(NodeKind.MIN_ITEMS, 1),
    NodeKind.MIN_PROPERTIES: _bound(NodeKind.MAX_PROPERTIES, -1),
    NodeKind.MAX_PROPERTIES: _bound(NodeKind.MIN_PROPERTIES, 1),
    NodeKind.ITEMS: _not_items,
    NodeKind.ITEM: _not_item,
    NodeKind.CONTAINS: _not_contains,
    NodeKind.PROPERTY: _not_property,
    NodeKind.PROPERTIES: _not_properties,
    NodeKind.NAMES: _not_names,
}
