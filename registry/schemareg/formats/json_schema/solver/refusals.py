"""Why a reader refuses a record: the keywords that refuse, each with its place in the schema.

The walk follows the schema as it is written, through references, into the branch of an `anyOf` that
is nearest to accepting, so that every refusal is one keyword that an author can edit.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from schemareg.formats.json_schema.solver.evaluate import holds
from schemareg.formats.json_schema.solver.formula import F, NodeKind
from schemareg.formats.json_schema.solver.keyword_values import branches
from schemareg.regex import compile as compile_pattern

if TYPE_CHECKING:
    from collections.abc import Iterator

    from schemareg.documents.json_values import JsonValue
    from schemareg.formats.json_schema.solver.compile import Compiler
    from schemareg.formats.json_schema.solver.formula import Lit
    from schemareg.formats.json_schema.solver.locations import ScopedLocation
    from schemareg.model import Pointer

_ALTERNATIVES = ("anyOf", "oneOf")


@dataclass(frozen=True, slots=True)
class Refusal:
    """One keyword that refuses a value."""

    keyword: str
    here: ScopedLocation
    """The schema object that has the keyword."""
    instance: Pointer
    """Where the refused value stands in the record."""
    value: JsonValue
    """The refused value."""
    detail: str | None = None
    """The one name that `required`, `additionalProperties` … refuse."""
    within: tuple[Refusal, ...] = ()
    """For `anyOf` and `oneOf`: what the nearest branch refuses; empty where branches overlap."""

    @property
    def leaves(self) -> tuple[Refusal, ...]:
        """The innermost refusals: this one, or those of the nearest branch."""
        return tuple(leaf for inner in self.within for leaf in inner.leaves) or (self,)


def refusals(
    compiler: Compiler, here: ScopedLocation, value: JsonValue, instance: Pointer = ()
) -> tuple[Refusal, ...]:
    """Every keyword of the schema that refuses the value, in document order; empty if none does."""
    return _Walk(compiler).schema(here, value, instance)


class _Walk:
    def __init__(self, compiler: Compiler) -> None:
        self.compiler = compiler
        self.nodes = compiler.nodes
        self.known: dict[object, tuple[Refusal, ...]] = {}

    def accepts(self, literal: Lit, value: JsonValue) -> bool:
        return holds(self.nodes, literal, value)

    def schema(self, here: ScopedLocation, value: JsonValue, at: Pointer) -> tuple[Refusal, ...]:
        """The refusals of one schema at one place; the result is kept."""
        key = (here.key, at)
        if key not in self.known:
            self.known[key] = ()  # a definition that returns to itself adds nothing
            found: dict[object, Refusal] = {}
            for each in self.refused(here, value, at):
                same = (each.keyword, each.here.key, each.instance, each.detail)
                found.setdefault(same, each)
            self.known[key] = tuple(found.values())
        return self.known[key]

    def refused(self, here: ScopedLocation, value: JsonValue, at: Pointer) -> Iterator[Refusal]:
        if here.at.value is False:
            yield Refusal("false", here, at, value)
            return
        for keyword, literal in self.compiler.keywords(here):
            if self.accepts(literal, value):
                continue
            found = list(self.keyword(keyword, here, value, at))
            yield from found or [Refusal(keyword, here, at, value)]

    def keyword(
        self, keyword: str, here: ScopedLocation, value: JsonValue, at: Pointer
    ) -> Iterator[Refusal]:
        if keyword in ("$ref", "$dynamicRef", "$recursiveRef"):
            yield from self.schema(self.compiler.target(here, keyword), value, at)
        elif keyword == "allOf":
            for branch in branches(here, keyword):
                yield from self.schema(branch, value, at)
        elif keyword in ("then", "else"):
            yield from self.schema(here.child(keyword), value, at)
        elif keyword in _ALTERNATIVES:
            yield self.alternatives(keyword, here, value, at)
        elif keyword in ("dependencies", "dependentSchemas", "dependentRequired"):
            yield from self.dependencies(keyword, here, value, at)
        elif keyword == "required":
            for name in here.at.value[keyword]:
                if name not in value and name not in self.compiler.suppressed(here, keyword):
                    yield Refusal(keyword, here, at, value, name)
        elif keyword == "propertyNames":
            literal = self.compiler.schema(here.child(keyword))
            for name in value:
                if not self.accepts(literal, name):
                    yield Refusal(keyword, here, at, value, name)
        elif isinstance(value, dict):
            yield from self.members(keyword, here, value, at)
        elif isinstance(value, list):
            yield from self.items(keyword, here, value, at)

    def alternatives(
        self, keyword: str, here: ScopedLocation, value: JsonValue, at: Pointer
    ) -> Refusal:
        nearest: tuple[Refusal, ...] = ()
        best: tuple[int, int] | None = None
        for branch in branches(here, keyword):
            if self.accepts(self.compiler.schema(branch), value):
                return Refusal(keyword, here, at, value, "overlap")
            found = self.schema(branch, value, at)
            leaves = [leaf for each in found for leaf in each.leaves]
            other_kind = sum(_tells_apart(leaf, at) for leaf in leaves)
            deepest = max((len(leaf.instance) for leaf in leaves), default=0)
            score = (other_kind, len(leaves) - deepest)
            if found and (best is None or score < best):
                best, nearest = score, found
        if best is not None and best[0]:
            # No alternative has the type of the value: the list of alternatives is what refuses.
            nearest = ()
        return Refusal(keyword, here, at, value, within=nearest)

    def dependencies(
        self, keyword: str, here: ScopedLocation, value: JsonValue, at: Pointer
    ) -> Iterator[Refusal]:
        for name, needed in here.at.value[keyword].items():
            if name not in value:
                continue
            if isinstance(needed, dict | bool):
                yield from self.schema(here.child(keyword, name), value, at)
            elif any(each not in value for each in needed):
                yield Refusal(keyword, here, at, value, name)

    def members(
        self, keyword: str, here: ScopedLocation, value: dict[str, JsonValue], at: Pointer
    ) -> Iterator[Refusal]:
        if keyword == "properties":
            for name in here.at.value[keyword]:
                if name in value:
                    child = here.child(keyword, name)
                    if child.at.value is False:
                        yield Refusal("false", child, (*at, name), value[name], name)
                    else:
                        yield from self.schema(child, value[name], (*at, name))
        elif keyword == "patternProperties":
            for pattern in here.at.value[keyword]:
                for name, item in value.items():
                    if compile_pattern(pattern).search(name):
                        yield from self.schema(here.child(keyword, pattern), item, (*at, name))
        elif keyword in ("additionalProperties", "unevaluatedProperties"):
            child = here.child(keyword)
            fits = self.compiler.schema(child)
            for name, item in value.items():
                if self.accepts(fits, item) or not self.others(keyword, here, value, name):
                    continue
                if fits == F:
                    yield Refusal(keyword, here, at, value, name)
                else:
                    yield from self.schema(child, item, (*at, name))

    def others(
        self, keyword: str, here: ScopedLocation, value: dict[str, JsonValue], name: str
    ) -> bool:
        """Whether the keyword applies to this name: without the name it would refuse less."""
        if keyword == "additionalProperties":
            properties = here.at.value.get("properties", {})
            matched = here.at.value.get("patternProperties", {})
            return (
                name not in properties
                and name not in self.compiler.suppressed(here, keyword)
                and not any(compile_pattern(pattern).search(name) for pattern in matched)
            )
        left = self.unevaluated(keyword, here, value)
        return not self.accepts(left, {name: value[name]})

    def unevaluated(self, keyword: str, here: ScopedLocation, value: JsonValue) -> Lit:
        """What the keyword requires of this value, once the guards of the others are known."""
        about = NodeKind.PROPERTIES if keyword == "unevaluatedProperties" else NodeKind.ITEMS
        evaluated = [
            entry
            for guards, entry in self.compiler.applied.evaluations(here, keyword)
            if all(self.accepts(guard, value) for guard in guards)
        ]
        return self.nodes.evaluated(about, evaluated, self.compiler.schema(here.child(keyword)))

    def items(
        self, keyword: str, here: ScopedLocation, value: list[JsonValue], at: Pointer
    ) -> Iterator[Refusal]:
        schemas = here.at.value[keyword]
        if isinstance(schemas, list) and keyword in ("items", "prefixItems"):
            for index, item in enumerate(value[: len(schemas)]):
                yield from self.schema(here.child(keyword, index), item, (*at, index))
            return
        if keyword not in ("items", "additionalItems", "unevaluatedItems"):
            return
        child = here.child(keyword)
        fits = self.compiler.schema(child)
        if fits == F:
            return
        first = 0
        if keyword == "items":
            first = len(here.at.value.get("prefixItems", ()))
        elif keyword == "additionalItems":
            first = len(here.at.value["items"])
        elif keyword == "unevaluatedItems":
            left = self.unevaluated(keyword, here, value)
            first = next(
                (n for n in range(len(value)) if not self.accepts(left, value[: n + 1])), 0
            )
        for index, item in enumerate(value):
            if index >= first and not self.accepts(fits, item):
                yield from self.schema(child, item, (*at, index))
                return  # one item shows it; the others fail alike


def _tells_apart(leaf: Refusal, at: Pointer) -> bool:
    """Whether the value has another type than an alternative, and is not only wrong inside."""
    depth = len(leaf.instance) - len(at)
    tag = leaf.keyword in ("const", "enum")
    return (depth == 0 and (tag or leaf.keyword in ("type", "false"))) or (depth == 1 and tag)
