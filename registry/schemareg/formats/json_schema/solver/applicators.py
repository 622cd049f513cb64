"""Which schemas apply to one value, and under which conditions: the basis of annotations."""

from __future__ import annotations

from typing import TYPE_CHECKING

from schemareg.formats.json_schema.dialects import Dialect
from schemareg.formats.json_schema.solver.formula import (
    OBJECT,
    BudgetSpent,
    Evaluated,
    Lit,
    NodeKind,
)
from schemareg.formats.json_schema.solver.keyword_values import branches, mapping, means
from schemareg.formats.json_schema.solver.locations import Malformed, ScopedLocation, text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from schemareg.formats.json_schema.solver.protocol import SchemaCompiler

Conditional = tuple[tuple[Lit, ...], ScopedLocation]
"""A schema, and the literals that must all hold for it to apply."""

_MOST = 5_000
"""Schemas applied to one value, counted per condition."""


class Applicators:
    """The schemas applied in place, for one compiler."""

    def __init__(self, compiler: SchemaCompiler) -> None:
        self._compiler = compiler

    def evaluations(
        self, here: ScopedLocation, keyword: str
    ) -> list[tuple[tuple[Lit, ...], Evaluated]]:
        """What is evaluated beside an `unevaluated…` keyword, each with its conditions."""
        about = NodeKind.PROPERTIES if keyword == "unevaluatedProperties" else NodeKind.ITEMS
        entries = []
        for guards, inner in self.to((here,)):
            beside = keyword if inner is here else ""
            entries.append((guards, self.evaluated(inner, about, beside)))
        allowed = frozenset(map(str, self._compiler.suppressed(here, keyword)))
        return [*entries, ((), Evaluated(names=allowed))] if allowed else entries

    def to(self, schemas: tuple[ScopedLocation, ...]) -> list[Conditional]:
        """These schema objects and all that are applied in place, each with its conditions.

        Once for every condition. References can multiply them without end: raises BudgetSpent.
        """
        found: dict[object, tuple[tuple[Lit, ...], ScopedLocation]] = {}
        stack: list[Conditional] = [((), here) for here in reversed(schemas)]
        while stack:
            guards, here = stack.pop()
            self._compiler.nodes.hurry()
            key = (frozenset(guards), here.key)
            if key in found or not isinstance(here.at.value, dict):
                continue
            found[key] = (guards, here)
            if len(found) > _MOST:
                raise BudgetSpent("too many schemas are applied to one value")
            inner = [
                ((*guards, *(self._guard(guard) for guard in more)), below)
                for more, below in self.in_place(here)
            ]
            stack.extend(reversed(inner))
        return [
            (guards, here)
            for guards, here in found.values()
            if here.at.dialect > Dialect.DRAFT7 or "$ref" not in here.at.value
        ]

    def group(self, schemas: tuple[ScopedLocation, ...]) -> list[ScopedLocation]:
        """These schemas and all that are applied in place, whatever their conditions."""
        return list({here.key: here for _, here in self.to(schemas)}.values())

    def _guard(self, guard: ScopedLocation | tuple[str, ScopedLocation | str]) -> Lit:
        if isinstance(guard, ScopedLocation):
            return self._compiler.schema(guard)
        _, what = guard
        if isinstance(what, ScopedLocation):
            return self._compiler.schema(what) ^ 1
        return self._compiler.nodes.conjunction(
            [self._compiler.nodes.types(OBJECT), self._compiler.nodes.intern(NodeKind.HAS, what)]
        )

    def evaluated(self, here: ScopedLocation, about: NodeKind, beside: str = "") -> Evaluated:
        """What one schema object evaluates, without the keyword `beside`."""
        value, dialect = here.at.value, here.at.dialect
        if about is NodeKind.PROPERTIES:
            everything = "additionalProperties" in value or (
                "unevaluatedProperties" in value and beside != "unevaluatedProperties"
            )
            return Evaluated(
                names=frozenset(mapping(here, "properties")),
                patterns=tuple(mapping(here, "patternProperties")),
                everything=everything,
            )
        everything = "unevaluatedItems" in value and beside != "unevaluatedItems"
        first = 0
        matching: tuple[Lit, ...] = ()
        items = value.get("items")
        if dialect >= Dialect.DRAFT2020:
            first = len(value.get("prefixItems", ()))
            everything |= items is not None
            if "contains" in value:
                matching = (self._compiler.schema(here.child("contains")),)
        elif "contains" in value and dialect is Dialect.DRAFT2019:
            # The draft says no, the validators say yes: a schema that relies on it is undecided.
            raise Malformed(
                "draft 2019-09 leaves open whether contains evaluates items for unevaluatedItems",
                where=text(here),
                remedy="Use draft 2020-12, which says that it does",
            )
        elif isinstance(items, list):
            first = len(items)
            everything |= "additionalItems" in value
        else:
            everything |= items is not None
        return Evaluated(everything=everything, first=first, matching=matching)

    def in_place(
        self, here: ScopedLocation
    ) -> Iterator[
        tuple[tuple[ScopedLocation | tuple[str, ScopedLocation | str], ...], ScopedLocation]
    ]:
        """The schemas applied to the same value, except `not`, each with its conditions."""
        value, dialect = here.at.value, here.at.dialect
        if not isinstance(value, dict):
            return
        for keyword in ("$ref", "$dynamicRef", "$recursiveRef"):
            if means(here, keyword):
                yield (), self._compiler.target(here, keyword)
        if "$ref" in value and dialect <= Dialect.DRAFT7:
            return
        for branch in branches(here, "allOf") if "allOf" in value else ():
            yield (), branch
        for keyword in ("anyOf", "oneOf"):
            for branch in branches(here, keyword) if keyword in value else ():
                yield (branch,), branch
        if "if" in value and dialect >= Dialect.DRAFT7:
            condition = here.child("if")
            yield (condition,), condition
            if "then" in value:
                yield (condition,), here.child("then")
            if "else" in value:
                yield (("not", condition),), here.child("else")
        for keyword in ("dependentSchemas", "dependencies"):
            if means(here, keyword):
                for name, schema in mapping(here, keyword).items():
                    if isinstance(schema, dict | bool):
                        yield (("has", name),), here.child(keyword, name)
