"""The declared content model: a record holds only what its schema declares, at every depth.

A property is declared where a schema that holds of the value lists it, demands it, or says what
additional properties are; an object schema that declares none is open. That is what
`unevaluatedProperties: false` would say at every object, written down nowhere.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from schemareg import regex
from schemareg.formats.json_schema.solver.formula import F, Kind, Lit, T
from schemareg.formats.json_schema.solver.keyword_values import mapping, means
from schemareg.formats.json_schema.solver.keyword_values import pattern as pattern_of
from schemareg.formats.json_schema.solver.locations import Malformed, text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from schemareg.documents.json_values import JsonValue
    from schemareg.formats.json_schema.solver.applicators import Applied, Conditional
    from schemareg.formats.json_schema.solver.compile import Compiler
    from schemareg.formats.json_schema.solver.locations import Here

_MOST = 100
"""Beyond so many alternatives of one value, what any of them declares inside it is declared."""

_DEEPEST = 400


class Closing:
    """Closes what one compiler's schemas leave open."""

    def __init__(self, compiler: Compiler, applied: Applied) -> None:
        self._compiler = compiler
        self._applied = applied
        self._closing: set[object] = set()
        self._closed: dict[object, Lit] = {}

    def declared(self, here: Here) -> Lit:
        """A record holds only what the schema declares, at every depth.

        An object schema that declares no property, or that says what additional properties are,
        is open. What any schema applied in place declares is declared.
        """
        return self._close((here,))

    def _close(self, schemas: tuple[Here, ...]) -> Lit:
        self._compiler.nodes.hurry()
        applied = self._applied.to(schemas)
        if not applied:
            return T
        key = frozenset((frozenset(guards), here.key) for guards, here in applied)
        if key in self._closed:
            return self._closed[key]
        name = ("declared", id(self), key)
        if key in self._closing:
            return self._compiler.nodes.intern(Kind.REF, name)
        if len(self._closing) > _DEEPEST:
            raise Malformed("schemas refer to each other too deeply", where=text(schemas[0]))
        self._closing.add(key)
        try:
            literal = self._compiler.nodes.conjunction([self._only(applied), *self._parts(applied)])
        finally:
            self._closing.discard(key)
        self._compiler.nodes.definition[self._compiler.nodes.intern(Kind.REF, name) >> 1] = literal
        self._closed[key] = literal
        return literal

    def _only(self, applied: list[Conditional]) -> Lit:
        """No property but those that a schema that holds declares; what declares none is open."""
        entries = []
        declares = False
        for guards, here in applied:
            entry = self._applied.evaluated(here, Kind.PROPERTIES)
            declares |= bool(entry.names or entry.patterns)
            demanded = frozenset(_demanded(here))
            entries.append((guards, entry._replace(names=entry.names | demanded)))
        return self._compiler.nodes.unevaluated(Kind.PROPERTIES, entries, F) if declares else T

    def _parts(self, applied: list[Conditional]) -> Iterator[Lit]:
        """The same of the values inside, by the schemas that hold there.

        Where exactly one of several conditional schemas holds, its own parts are closed; where
        several do, what any of them declares is declared.
        """
        yield self._inner([here for _, here in applied])
        conditions = {frozenset(guards): guards for guards, _ in applied}
        if not 2 <= len(conditions) <= _MOST:
            return
        for condition, guards in conditions.items():
            others = [
                self._compiler.nodes.conjunction(each)
                for other, each in conditions.items()
                if not condition.issuperset(other)
            ]
            inner = self._inner([here for each, here in applied if condition.issuperset(each)])
            if others and inner != T:
                unless = [guard ^ 1 for guard in guards]
                yield self._compiler.nodes.disjunction([*unless, *others, inner])

    def _inner(self, group: list[Here]) -> Lit:
        return self._compiler.nodes.conjunction(
            [self._close_properties(group), self._close_items(group)]
        )

    def _close_properties(self, group: list[Here]) -> Lit:
        names: dict[str, None] = {}
        found: dict[str, None] = {}
        for here in group:
            names.update(dict.fromkeys(mapping(here, "properties")))
            for pattern in mapping(here, "patternProperties"):
                found[pattern_of(here, pattern)] = None
        # Two patterns may match one name: what either declares there, is declared.
        matched = self._close(tuple(each for here in group for each in _matched(here)))
        rest = self._close(tuple(each for here in group for each in _others(here)))
        nodes = self._compiler.nodes
        named = {name: self._close(_at_name(group, name)) for name in names}
        # A listed name that a pattern matches too is held to what is said of the name alone.
        fits = {
            pattern: nodes.disjunction(
                [matched, *(lit for name, lit in named.items() if _matches(pattern, name))]
            )
            for pattern in found
        }
        return nodes.properties(named, fits.items(), rest)

    def _close_items(self, group: list[Here]) -> Lit:
        longest = max(len(_first(here)) for here in group)
        return self._compiler.nodes.items(
            [
                self._close(tuple(each for here in group for each in item_at(here, index)))
                for index in range(longest)
            ],
            self._close(tuple(each for here in group for each in further_items(here))),
        )


def _matches(pattern: str, name: str) -> bool:
    return regex.compile(pattern).search(name)


def _at_name(group: list[Here], name: str) -> tuple[Here, ...]:
    """The schemas that the group applies to the value at a name."""
    found: list[Here] = []
    for here in group:
        own = [
            here.child("patternProperties", pattern)
            for pattern in mapping(here, "patternProperties")
            if regex.compile(pattern).search(name)
        ]
        if name in mapping(here, "properties"):
            own.append(here.child("properties", name))
        found += own or _others(here)
    return tuple(found)


def _matched(here: Here) -> list[Here]:
    """The schemas of one object for names that a pattern of some object matches."""
    own = [
        here.child("patternProperties", pattern) for pattern in mapping(here, "patternProperties")
    ]
    return [*own, *_others(here)]


def _others(here: Here) -> list[Here]:
    """What an object says of additional properties."""
    return [
        here.child(keyword)
        for keyword in ("additionalProperties", "unevaluatedProperties")
        if means(here, keyword)
    ]


def _demanded(here: Here) -> list[str]:
    """Names that a writer has to write, declared or not."""
    required = here.at.value.get("required")
    found = list(required) if isinstance(required, list) else []
    for keyword in ("dependentRequired", "dependencies"):
        if means(here, keyword):
            for needed in mapping(here, keyword).values():
                found += needed if isinstance(needed, list) else []
    return [name for name in found if isinstance(name, str)]


def _first(here: Here) -> list[JsonValue]:
    """The schemas of the first items, as they are written."""
    value = here.at.value
    for keyword in ("prefixItems", "items"):
        if isinstance(value.get(keyword), list) and means(here, keyword):
            return value[keyword]  # type: ignore[no-any-return]
    return []


def item_at(here: Here, index: int) -> list[Here]:
    """The schemas that one object applies to the item at an index."""
    if index < len(_first(here)):
        prefix = isinstance(here.at.value.get("prefixItems"), list)
        return [here.child("prefixItems" if prefix else "items", index)]
    return further_items(here)


def further_items(here: Here) -> list[Here]:
    """What one object says of items beyond the first ones."""
    value = here.at.value
    # Without an array of first items, additionalItems says nothing.
    keywords = ("additionalItems",) if isinstance(value.get("items"), list) else ("items",)
    return [
        here.child(keyword)
        for keyword in (*keywords, "unevaluatedItems")
        if isinstance(value.get(keyword), dict) and means(here, keyword)
    ]
