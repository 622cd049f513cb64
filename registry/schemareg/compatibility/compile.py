"""JSON Schema to literals: each draft by its own rules, references followed, nothing judged.

A schema object becomes one literal a keyword, and their conjunction. Two places with the same
content become the same literal, on whichever side they stand. A schema that is being compiled and
is asked for again (recursion) becomes a REF, named by its content, so that equal recursive
definitions of both sides are one node too.

Source: JSON Schema drafts 04, 06, 07, 2019-09 and 2020-12, core and validation.
"""

from __future__ import annotations

from fractions import Fraction
from hashlib import blake2b
from typing import TYPE_CHECKING

from schemareg import json_values
from schemareg.compatibility import patterns, string_formats
from schemareg.compatibility.budgets import BudgetSpent
from schemareg.compatibility.nodes import (
    ANY,
    ARRAY,
    BOOLEAN,
    FRACTIONAL,
    INTEGER,
    NULL,
    OBJECT,
    STRING,
    Evaluated,
    F,
    Kind,
    Lit,
    Nodes,
    T,
)
from schemareg.errors import RegistryError
from schemareg.formats.json_schema.dialects import Dialect

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from schemareg.formats.json_schema.references import Library, Location
    from schemareg.json_values import JsonValue
    from schemareg.model import Pointer

_MASKS = {
    "null": NULL,
    "boolean": BOOLEAN,
    "integer": INTEGER,
    "number": INTEGER | FRACTIONAL,
    "string": STRING,
    "array": ARRAY,
    "object": OBJECT,
}
_MOST_APPLIED = 5_000
"""Schemas applied to one value, conditions counted."""
_MOST_CONDITIONS = 100
"""Beyond so many alternatives of one value, what any of them declares inside it is declared."""
_DEEPEST = 400
"""Schemas inside schemas through references, before recursion in place is suspected."""


class Malformed(RegistryError):
    """A keyword's value is not of the shape its draft asks for, or a reference leads nowhere."""


class Here:
    """A schema to compile: where it stands, and through which resources it was reached."""

    __slots__ = ("at", "key", "scope")

    def __init__(self, at: Location, scope: tuple[Location, ...]) -> None:
        # The outermost resource that has an anchor wins: one met again says nothing new.
        if not any(each.base_uri == at.base_uri and each.uri == at.uri for each in scope):
            scope = (*scope, at)
        self.at = at
        self.scope = scope
        outer = tuple((each.uri, each.base_uri) for each in scope) if len(scope) > 1 else ()
        self.key = (at.uri, at.pointer, outer)

    def child(self, *steps: str | int) -> Here:
        """The schema at these steps below."""
        return Here(self.at.child(*steps), self.scope)


class Excuses:
    """What a reader is forgiven, so that the next search finds another break.

    By place and keyword: None forgives the keyword, else a set of names or keys of values.
    """

    def __init__(self) -> None:
        self.forgiven: dict[tuple[str, Pointer, str], set[object] | None] = {}

    def forgive(self, at: Location, keyword: str, detail: object | None = None) -> None:
        """Forgive one refusal more."""
        place = (at.uri, at.pointer, keyword)
        if detail is None:
            self.forgiven[place] = None
        elif place not in self.forgiven:
            self.forgiven[place] = {detail}
        else:
            known = self.forgiven[place]
            if known is not None:
                known.add(detail)


class Compiler:
    """Compiles the schemas of one side into a table of nodes that both sides share."""

    def __init__(
        self,
        nodes: Nodes,
        library: Library,
        *,
        formats: bool = False,
        excuses: Excuses | None = None,
        before: Compiler | None = None,
    ) -> None:
        self.nodes = nodes
        self.library = library
        self.formats = formats
        self.excuses = dict(excuses.forgiven) if excuses else {}
        self._stamp = repr((formats, sorted(map(repr, self.excuses.items()))))
        self._done: dict[object, Lit] = before.unaffected(self.excuses) if before else {}
        self._plain: set[object] = set()
        """Compiled schemas that no reference leads out of."""
        self._followed = 0
        self._doing: dict[object, int] = {}
        """Schemas being compiled, each with how deep in a value it stands."""
        self._level = 0
        self._named: dict[object, str] = {}
        self._contents: dict[object, tuple[bytes, list[tuple[Pointer, str, Location]]]] = {}
        self._closing: set[object] = set()
        self._closed: dict[object, Lit] = {}

    # -- schemas --------------------------------------------------------------------------------

    def schema(self, here: Here) -> Lit:
        """The literal of a schema. Raises Malformed."""
        value = here.at.value
        if value is True or value == {}:
            return T
        if value is False:
            return T if (here.at.uri, here.at.pointer, "false") in self.excuses else F
        key = here.key
        known = self._done.get(key)
        if known is not None:
            return known
        if key in self._doing:
            if self._doing[key] == self._level:
                raise Malformed("a schema asks for itself of the same value", where=_text(here))
            return self.nodes.intern(Kind.REF, self._name(here))
        if len(self._doing) > _DEEPEST:
            raise Malformed("schemas refer to each other too deeply", where=_text(here))
        self._doing[key] = self._level
        followed = self._followed
        try:
            literal = self.nodes.conjunction([lit for _, lit in self.keywords(here)])
        finally:
            del self._doing[key]
        if key in self._named:
            reference = self.nodes.intern(Kind.REF, self._named[key])
            self.nodes.definition[reference >> 1] = literal
        self._done[key] = literal
        if followed == self._followed:
            self._plain.add(key)
        return literal

    def _inside(self, here: Here) -> Lit:
        """The literal of a schema that speaks of a part of the value: an item, a property, a name."""
        self._level += 1
        try:
            return self.schema(here)
        finally:
            self._level -= 1

    def unaffected(
        self, excuses: dict[tuple[str, Pointer, str], set[object] | None]
    ) -> dict[object, Lit]:
        """What was compiled and does not depend on a place that is excused now."""
        around = {
            (uri, pointer[:length])
            for uri, pointer, _ in excuses
            for length in range(len(pointer) + 1)
        }
        return {
            key: self._done[key]
            for key in self._plain
            if key[:2] not in around  # type: ignore[index]
        }

    def keywords(self, here: Here) -> Iterator[tuple[str, Lit]]:
        """The keywords of a schema object that assert something, each with its literal."""
        value = here.at.value
        if not isinstance(value, dict):
            if not isinstance(value, bool):
                raise Malformed("a schema is an object, true or false", where=_text(here))
            return
        dialect = here.at.dialect
        if "$ref" in value and dialect <= Dialect.DRAFT7:
            yield "$ref", self._reference(here, "$ref")
            return
        for keyword in value:
            compile_one = _KEYWORDS[dialect].get(keyword)
            if compile_one is None:
                continue
            place = (here.at.uri, here.at.pointer, keyword)
            if self.excuses and place in self.excuses and self.excuses[place] is None:
                continue
            literal = compile_one(self, here, keyword)
            if literal != T:
                yield keyword, literal

    def _name(self, here: Here) -> str:
        """A name for a recursive definition that equal definitions share."""
        key = here.key
        if key not in self._named:
            self._named[key] = self._content(here)
        return self._named[key]

    def _content(self, start: Here) -> str:
        """A digest of a schema and of everything it refers to."""
        digest = blake2b(digest_size=16)
        digest.update(self._stamp.encode())
        order = {start.at.key: 0}
        queue = [start.at]
        for at in queue:
            text, found = self._references_of(at)
            digest.update(text)
            for pointer, keyword, target in found:
                if keyword != "$ref" or len(start.scope) > 1:
                    # Where a dynamic reference leads depends on the way here.
                    digest.update(repr((start.key, id(self))).encode())
                if target.key not in order:
                    order[target.key] = len(order)
                    queue.append(target)
                digest.update(f"{pointer}>{order[target.key]};".encode())
        return digest.hexdigest()

    def _references_of(self, at: Location) -> tuple[bytes, list[tuple[Pointer, str, Location]]]:
        """A digest of a schema's own text, and where the references inside it lead."""
        if at.key not in self._contents:
            text = json_values.render(at.value, ordered=True).encode("utf-8", "replace")
            found = [
                (inner.pointer[len(at.pointer) :], keyword, self.library.resolve(inner, reference))
                for inner in at.walk()
                for keyword, reference in inner.references()
            ]
            self._contents[at.key] = (blake2b(text + b"%d" % at.dialect).digest(), found)
        return self._contents[at.key]

    # -- references -----------------------------------------------------------------------------

    def target(self, here: Here, keyword: str) -> Here:
        """Where a referring keyword leads, dynamic scope considered. Raises Malformed."""
        text = here.at.value[keyword]
        if not isinstance(text, str):
            raise Malformed(f"{keyword} is not a string", where=_text(here))
        if keyword == "$recursiveRef":
            return self._recursive_target(here)
        try:
            target = self.library.resolve(here.at, text)
        except RegistryError as problem:
            raise Malformed(problem.what, where=_text(here), remedy=problem.remedy) from None
        if keyword == "$dynamicRef" and target.dynamic:
            for outer in here.scope:
                found = self.library.dynamic(outer, target.dynamic)
                if found is not None:
                    return Here(found, here.scope)
        return Here(target, here.scope)

    def _recursive_target(self, here: Here) -> Here:
        target = self.library.resolve(here.at, "#")
        if self.library.recursive(here.at) is not None:
            for outer in here.scope:
                found = self.library.recursive(outer)
                if found is not None:
                    return Here(found, here.scope)
        return Here(target, here.scope)

    def _reference(self, here: Here, keyword: str) -> Lit:
        self._followed += 1
        return self.schema(self.target(here, keyword))

    # -- assertions -----------------------------------------------------------------------------

    def _type(self, here: Here, keyword: str) -> Lit:
        names = here.at.value[keyword]
        mask = 0
        for name in names if isinstance(names, list) else [names]:
            if not isinstance(name, str) or name not in _MASKS:
                raise Malformed(f"{json_values.render(name)} is not a type", where=_text(here))
            mask |= _MASKS[name]
        return self.nodes.types(mask)

    def _enum(self, here: Here, keyword: str) -> Lit:
        values = here.at.value[keyword]
        if not isinstance(values, list):
            raise Malformed("enum is not an array", where=_text(here))
        return self.nodes.enum(values)

    def _const(self, here: Here, keyword: str) -> Lit:
        return self.nodes.enum([here.at.value[keyword]])

    def _number(self, here: Here, keyword: str) -> int | Fraction:
        value = here.at.value[keyword]
        if isinstance(value, bool) or not isinstance(value, int | Fraction):
            raise Malformed(f"{keyword} is not a number", where=_text(here))
        return value

    def _minimum(self, here: Here, keyword: str) -> Lit:
        exclusive = (
            here.at.dialect is Dialect.DRAFT4 and here.at.value.get("exclusiveMinimum") is True
        )
        return self.nodes.intern(Kind.AT_LEAST, (self._number(here, keyword), exclusive))

    def _maximum(self, here: Here, keyword: str) -> Lit:
        exclusive = (
            here.at.dialect is Dialect.DRAFT4 and here.at.value.get("exclusiveMaximum") is True
        )
        return self.nodes.intern(Kind.AT_MOST, (self._number(here, keyword), exclusive))

    def _exclusive_minimum(self, here: Here, keyword: str) -> Lit:
        return self.nodes.intern(Kind.AT_LEAST, (self._number(here, keyword), True))

    def _exclusive_maximum(self, here: Here, keyword: str) -> Lit:
        return self.nodes.intern(Kind.AT_MOST, (self._number(here, keyword), True))

    def _multiple_of(self, here: Here, keyword: str) -> Lit:
        value = self._number(here, keyword)
        if value <= 0:
            raise Malformed("multipleOf is not above 0", where=_text(here))
        return self.nodes.intern(Kind.MULTIPLE_OF, value)

    def _count(self, here: Here, keyword: str) -> int:
        value = here.at.value[keyword]
        if isinstance(value, bool) or not isinstance(value, int) or value < 0:
            raise Malformed(f"{keyword} is not a whole number from 0 up", where=_text(here))
        return value

    def _lower(self, here: Here, keyword: str) -> Lit:
        count = self._count(here, keyword)
        return self.nodes.intern(_COUNTS[keyword], count) if count else T

    def _upper(self, here: Here, keyword: str) -> Lit:
        return self.nodes.intern(_COUNTS[keyword], self._count(here, keyword))

    def _pattern(self, here: Here, keyword: str) -> Lit:
        return self._found(here, here.at.value[keyword])

    def _found(self, here: Here, source: JsonValue) -> Lit:
        self._compiled(here, source)
        return self.nodes.intern(Kind.PATTERN, source)

    def _compiled(self, here: Here, source: JsonValue) -> str:
        if not isinstance(source, str):
            raise Malformed("a pattern is not a string", where=_text(here))
        try:
            patterns.compile(source)
        except patterns.PatternError as problem:
            raise Malformed(f"not a regular expression: {problem}", where=_text(here)) from None
        return source

    def _format(self, here: Here, keyword: str) -> Lit:
        name = here.at.value[keyword]
        if not self.formats or name not in string_formats.KNOWN:
            return T
        return self.nodes.intern(Kind.FORMAT, name)

    # -- applicators in place -------------------------------------------------------------------

    def _all_of(self, here: Here, keyword: str) -> Lit:
        return self.nodes.conjunction(self._branches(here, keyword))

    def _any_of(self, here: Here, keyword: str) -> Lit:
        return self.nodes.disjunction(self._branches(here, keyword))

    def _one_of(self, here: Here, keyword: str) -> Lit:
        return self.nodes.one_of(self._branches(here, keyword))

    def _branches(self, here: Here, keyword: str) -> list[Lit]:
        return [self.schema(each) for each in self.branches(here, keyword)]

    def branches(self, here: Here, keyword: str) -> list[Here]:
        """The schemas of an array of schemas."""
        schemas = here.at.value[keyword]
        if not isinstance(schemas, list):
            raise Malformed(f"{keyword} is not an array", where=_text(here))
        return [here.child(keyword, index) for index in range(len(schemas))]

    def _not(self, here: Here, keyword: str) -> Lit:
        return self.schema(here.child(keyword)) ^ 1

    def _then(self, here: Here, keyword: str) -> Lit:
        if "if" not in here.at.value:
            return T
        condition = self.schema(here.child("if"))
        return self.nodes.disjunction([condition ^ 1, self.schema(here.child(keyword))])

    def _else(self, here: Here, keyword: str) -> Lit:
        if "if" not in here.at.value:
            return T
        condition = self.schema(here.child("if"))
        return self.nodes.disjunction([condition, self.schema(here.child(keyword))])

    # -- objects --------------------------------------------------------------------------------

    def _required(self, here: Here, keyword: str) -> Lit:
        names = here.at.value[keyword]
        if names is False or names is True:
            return T  # draft 3's form survives in real draft-4 files, where it says nothing
        forgiven = self.forgiven(here, keyword)
        return self.nodes.conjunction(
            [
                self.nodes.intern(Kind.HAS, name)
                for name in self._names(here, names)
                if name not in forgiven
            ]
        )

    def _names(self, here: Here, names: JsonValue) -> list[str]:
        if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
            raise Malformed("not an array of strings", where=_text(here))
        return names

    def _mapping(self, here: Here, keyword: str) -> dict[str, JsonValue]:
        value = here.at.value.get(keyword, {})
        if not isinstance(value, dict):
            raise Malformed(f"{keyword} is not an object", where=_text(here))
        return value

    def _properties(self, here: Here, keyword: str) -> Lit:
        named = {}
        for name, schema in self._mapping(here, keyword).items():
            child = here.child(keyword, name)
            named[name] = self._inside(child)
            if isinstance(schema, dict):
                self._hint(name, child)
        return self.nodes.properties(named)

    def _hint(self, name: str, here: Here) -> None:
        """Remember what the authors wrote as examples of a property, there or where it refers to."""
        for _ in range(3):
            value = here.at.value
            if not isinstance(value, dict):
                return
            examples = value.get("examples")
            if isinstance(examples, list):
                self.nodes.hint(name, examples[:8])
            if "default" in value:
                self.nodes.hint(name, [value["default"]])
            if not isinstance(value.get("$ref"), str):
                return
            here = self.target(here, "$ref")

    def _pattern_properties(self, here: Here, keyword: str) -> Lit:
        return self.nodes.properties(
            {},
            [
                (self._compiled(here, pattern), self._inside(here.child(keyword, pattern)))
                for pattern in self._mapping(here, keyword)
            ],
        )

    def _additional_properties(self, here: Here, keyword: str) -> Lit:
        named = dict.fromkeys(self._mapping(here, "properties"), T)
        named.update(dict.fromkeys(map(str, self.forgiven(here, keyword)), T))
        matched = [
            (self._compiled(here, pattern), T)
            for pattern in self._mapping(here, "patternProperties")
        ]
        return self.nodes.properties(named, matched, self._inside(here.child(keyword)))

    def _property_names(self, here: Here, keyword: str) -> Lit:
        literal = self._inside(here.child(keyword))
        if literal == T or self.nodes.must(literal) & STRING:
            return T
        return self.nodes.intern(Kind.NAMES, literal)

    def _dependencies(self, here: Here, keyword: str) -> Lit:
        parts = []
        for name, needed in self._mapping(here, keyword).items():
            if isinstance(needed, dict | bool):
                then = self.schema(here.child(keyword, name))
            else:
                names = [needed] if isinstance(needed, str) else self._names(here, needed)
                then = self.nodes.conjunction([self.nodes.intern(Kind.HAS, each) for each in names])
            parts.append(self._if_present(name, then))
        return self.nodes.conjunction(parts)

    def _if_present(self, name: str, then: Lit) -> Lit:
        lacks = self.nodes.intern(Kind.HAS, name) ^ 1
        other = self.nodes.types(ANY & ~OBJECT)
        return self.nodes.disjunction([other, lacks, then])

    # -- arrays ---------------------------------------------------------------------------------

    def _prefix_items(self, here: Here, keyword: str) -> Lit:
        first = [self._inside(each) for each in self.branches(here, keyword)]
        return self.nodes.items(first, T)

    def _items(self, here: Here, keyword: str) -> Lit:
        if isinstance(here.at.value[keyword], list):
            if here.at.dialect >= Dialect.DRAFT2020:
                raise Malformed("items is an array: write prefixItems", where=_text(here))
            return self._prefix_items(here, keyword)
        first = 0
        if here.at.dialect >= Dialect.DRAFT2020 and "prefixItems" in here.at.value:
            first = len(here.at.value["prefixItems"])
        return self.nodes.items([T] * first, self._inside(here.child(keyword)))

    def _additional_items(self, here: Here, keyword: str) -> Lit:
        first = here.at.value.get("items")
        if not isinstance(first, list):
            return T
        return self.nodes.items([T] * len(first), self._inside(here.child(keyword)))

    def _contains(self, here: Here, keyword: str) -> Lit:
        least, most = 1, None
        if here.at.dialect >= Dialect.DRAFT2019:
            if "minContains" in here.at.value:
                least = self._count(here, "minContains")
            if "maxContains" in here.at.value:
                most = self._count(here, "maxContains")
        return self.nodes.contains(self._inside(here.child(keyword)), least, most)

    def _unique_items(self, here: Here, keyword: str) -> Lit:
        return self.nodes.intern(Kind.UNIQUE, ()) if here.at.value[keyword] is True else T

    # -- what other keywords have not evaluated -------------------------------------------------

    def _unevaluated_properties(self, here: Here, keyword: str) -> Lit:
        entries = self.evaluations(here, keyword)
        return self.nodes.unevaluated(Kind.PROPERTIES, entries, self._inside(here.child(keyword)))

    def _unevaluated_items(self, here: Here, keyword: str) -> Lit:
        entries = self.evaluations(here, keyword)
        return self.nodes.unevaluated(Kind.ITEMS, entries, self._inside(here.child(keyword)))

    def evaluations(self, here: Here, keyword: str) -> list[tuple[tuple[Lit, ...], Evaluated]]:
        """What is evaluated beside an `unevaluated…` keyword, each with what has to hold for it."""
        about = Kind.PROPERTIES if keyword == "unevaluatedProperties" else Kind.ITEMS
        entries = []
        for guards, inner in self._applied((here,)):
            beside = keyword if inner is here else ""
            entries.append((guards, self._evaluated_here(inner, about, beside)))
        allowed = frozenset(map(str, self.forgiven(here, keyword)))
        return [*entries, ((), Evaluated(names=allowed))] if allowed else entries

    def _applied(self, schemas: tuple[Here, ...]) -> list[tuple[tuple[Lit, ...], Here]]:
        """These schema objects and all that are applied in place, each with what has to hold for it.

        Once for every condition. References can multiply them beyond any end: raises BudgetSpent.
        """
        found: dict[object, tuple[tuple[Lit, ...], Here]] = {}
        stack: list[tuple[tuple[Lit, ...], Here]] = [((), here) for here in reversed(schemas)]
        while stack:
            guards, here = stack.pop()
            key = (frozenset(guards), here.key)
            if key in found or not isinstance(here.at.value, dict):
                continue
            found[key] = (guards, here)
            if len(found) > _MOST_APPLIED:
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

    def _guard(self, guard: Here | tuple[str, Here | str]) -> Lit:
        if isinstance(guard, Here):
            return self.schema(guard)
        _, what = guard
        if isinstance(what, Here):
            return self.schema(what) ^ 1
        return self.nodes.conjunction([self.nodes.types(OBJECT), self.nodes.intern(Kind.HAS, what)])

    def _evaluated_here(self, here: Here, about: Kind, beside: str = "") -> Evaluated:
        value, dialect = here.at.value, here.at.dialect
        if about is Kind.PROPERTIES:
            everything = "additionalProperties" in value or (
                "unevaluatedProperties" in value and beside != "unevaluatedProperties"
            )
            return Evaluated(
                names=frozenset(self._mapping(here, "properties")),
                patterns=tuple(self._mapping(here, "patternProperties")),
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
                matching = (self._inside(here.child("contains")),)
        elif "contains" in value and dialect is Dialect.DRAFT2019:
            # The draft says no, the validators say yes: whoever relies on it gets no answer here.
            raise Malformed(
                "draft 2019-09 leaves open whether contains evaluates items for unevaluatedItems",
                where=_text(here),
                remedy="Use draft 2020-12, which says that it does",
            )
        elif isinstance(items, list):
            first = len(items)
            everything |= "additionalItems" in value
        else:
            everything |= items is not None
        return Evaluated(everything=everything, first=first, matching=matching)

    def in_place(
        self, here: Here
    ) -> Iterator[tuple[tuple[Here | tuple[str, Here | str], ...], Here]]:
        """The schemas applied to the same value, `not` aside, each with what has to hold for it."""
        value, dialect = here.at.value, here.at.dialect
        if not isinstance(value, dict):
            return
        for keyword in ("$ref", "$dynamicRef", "$recursiveRef"):
            if keyword in value and keyword in _KEYWORDS[dialect]:
                yield (), self.target(here, keyword)
        if "$ref" in value and dialect <= Dialect.DRAFT7:
            return
        for branch in self.branches(here, "allOf") if "allOf" in value else ():
            yield (), branch
        for keyword in ("anyOf", "oneOf"):
            for branch in self.branches(here, keyword) if keyword in value else ():
                yield (branch,), branch
        if "if" in value and dialect >= Dialect.DRAFT7:
            condition = here.child("if")
            yield (condition,), condition
            if "then" in value:
                yield (condition,), here.child("then")
            if "else" in value:
                yield (("not", condition),), here.child("else")
        for keyword in ("dependentSchemas", "dependencies"):
            if keyword in value and keyword in _KEYWORDS[dialect]:
                for name, schema in self._mapping(here, keyword).items():
                    if isinstance(schema, dict | bool):
                        yield (("has", name),), here.child(keyword, name)

    def forgiven(self, here: Here, keyword: str) -> set[object]:
        """The names that a keyword is forgiven for at a place."""
        if not self.excuses:
            return set()
        return self.excuses.get((here.at.uri, here.at.pointer, keyword)) or set()

    # -- the declared content model -------------------------------------------------------------

    def declared(self, here: Here) -> Lit:
        """A record holds only what the schema declares, at every depth.

        An object schema that declares no property, or that says what additional properties are,
        is open. What any schema applied in place declares is declared.
        """
        return self._close((here,))

    def _close(self, schemas: tuple[Here, ...]) -> Lit:
        applied = self._applied(schemas)
        if not applied:
            return T
        key = frozenset((frozenset(guards), here.key) for guards, here in applied)
        if key in self._closed:
            return self._closed[key]
        name = ("declared", id(self), key)
        if key in self._closing:
            return self.nodes.intern(Kind.REF, name)
        if len(self._closing) > _DEEPEST:
            raise Malformed("schemas refer to each other too deeply", where=_text(schemas[0]))
        self._closing.add(key)
        try:
            literal = self.nodes.conjunction([self._only(applied), *self._parts(applied)])
        finally:
            self._closing.discard(key)
        self.nodes.definition[self.nodes.intern(Kind.REF, name) >> 1] = literal
        self._closed[key] = literal
        return literal

    def group(self, schemas: tuple[Here, ...]) -> list[Here]:
        """These schemas and all that are applied in place, whatever has to hold for them."""
        return list({here.key: here for _, here in self._applied(schemas)}.values())

    def _only(self, applied: list[tuple[tuple[Lit, ...], Here]]) -> Lit:
        """No property but those that a schema that holds declares; what declares none is open."""
        entries = []
        declares = False
        for guards, here in applied:
            entry = self._evaluated_here(here, Kind.PROPERTIES)
            declares |= bool(entry.names or entry.patterns)
            demanded = frozenset(self._demanded(here))
            entries.append((guards, entry._replace(names=entry.names | demanded)))
        return self.nodes.unevaluated(Kind.PROPERTIES, entries, F) if declares else T

    def _parts(self, applied: list[tuple[tuple[Lit, ...], Here]]) -> Iterator[Lit]:
        """The same of the values inside, by the schemas that hold there.

        Where exactly one of several conditional schemas holds, its own parts are closed; where
        several do, what any of them declares is declared.
        """
        yield self._inner([here for _, here in applied])
        conditions = {frozenset(guards): guards for guards, _ in applied}
        if not 2 <= len(conditions) <= _MOST_CONDITIONS:
            return
        for condition, guards in conditions.items():
            others = [
                self.nodes.conjunction(each)
                for other, each in conditions.items()
                if not condition.issuperset(other)
            ]
            inner = self._inner([here for each, here in applied if condition.issuperset(each)])
            if others and inner != T:
                unless = [guard ^ 1 for guard in guards]
                yield self.nodes.disjunction([*unless, *others, inner])

    def _inner(self, group: list[Here]) -> Lit:
        return self.nodes.conjunction([self._close_properties(group), self._close_items(group)])

    def _close_properties(self, group: list[Here]) -> Lit:
        names: dict[str, None] = {}
        patterns: dict[str, None] = {}
        for here in group:
            names.update(dict.fromkeys(self._mapping(here, "properties")))
            for pattern in self._mapping(here, "patternProperties"):
                patterns[self._compiled(here, pattern)] = None
        # Two patterns may match one name: what either declares there, is declared.
        matched = self._close(tuple(each for here in group for each in self._matched(here)))
        rest = self._close(tuple(each for here in group for each in self._others(here)))
        return self.nodes.properties(
            {name: self._close(self._at_name(group, name)) for name in names},
            [(pattern, matched) for pattern in patterns],
            rest,
        )

    def _at_name(self, group: list[Here], name: str) -> tuple[Here, ...]:
        """The schemas that the group applies to the value at a name."""
        found: list[Here] = []
        for here in group:
            own = [
                here.child("patternProperties", pattern)
                for pattern in self._mapping(here, "patternProperties")
                if patterns.compile(pattern).search(name)
            ]
            if name in self._mapping(here, "properties"):
                own.append(here.child("properties", name))
            found += own or self._others(here)
        return tuple(found)

    def _matched(self, here: Here) -> list[Here]:
        """The schemas of one object for names that a pattern of some object matches."""
        own = [
            here.child("patternProperties", pattern)
            for pattern in self._mapping(here, "patternProperties")
        ]
        return [*own, *self._others(here)]

    def _others(self, here: Here) -> list[Here]:
        """What an object says of additional properties."""
        return [
            here.child(keyword)
            for keyword in ("additionalProperties", "unevaluatedProperties")
            if keyword in here.at.value and keyword in _KEYWORDS[here.at.dialect]
        ]

    def _demanded(self, here: Here) -> list[str]:
        """Names that a writer has to write, declared or not."""
        required = here.at.value.get("required")
        found = list(required) if isinstance(required, list) else []
        for keyword in ("dependentRequired", "dependencies"):
            if keyword in _KEYWORDS[here.at.dialect]:
                for needed in self._mapping(here, keyword).values():
                    found += needed if isinstance(needed, list) else []
        return [name for name in found if isinstance(name, str)]

    def _close_items(self, group: list[Here]) -> Lit:
        longest = max(len(_first(here)) for here in group)
        return self.nodes.items(
            [
                self._close(tuple(each for here in group for each in _item(here, index)))
                for index in range(longest)
            ],
            self._close(tuple(each for here in group for each in _further(here))),
        )


def _first(here: Here) -> list[JsonValue]:
    """The schemas of the first items, as they are written."""
    value = here.at.value
    for keyword in ("prefixItems", "items"):
        if isinstance(value.get(keyword), list) and keyword in _KEYWORDS[here.at.dialect]:
            return value[keyword]  # type: ignore[no-any-return]
    return []


def _item(here: Here, index: int) -> list[Here]:
    """The schemas that one object applies to the item at an index."""
    if index < len(_first(here)):
        prefix = isinstance(here.at.value.get("prefixItems"), list)
        return [here.child("prefixItems" if prefix else "items", index)]
    return _further(here)


def _further(here: Here) -> list[Here]:
    """What one object says of items beyond the first ones."""
    return [
        here.child(keyword)
        for keyword in ("items", "additionalItems", "unevaluatedItems")
        if isinstance(here.at.value.get(keyword), dict) and keyword in _KEYWORDS[here.at.dialect]
    ]


def _text(here: Here) -> str:
    return f"{here.at.uri}#{''.join(f'/{step}' for step in here.at.pointer)}"


_COUNTS = {
    "minLength": Kind.MIN_LENGTH,
    "maxLength": Kind.MAX_LENGTH,
    "minItems": Kind.MIN_ITEMS,
    "maxItems": Kind.MAX_ITEMS,
    "minProperties": Kind.MIN_PROPERTIES,
    "maxProperties": Kind.MAX_PROPERTIES,
}

_DRAFT4: dict[str, Callable[[Compiler, Here, str], Lit]] = {
    "$ref": Compiler._reference,
    "type": Compiler._type,
    "enum": Compiler._enum,
    "minimum": Compiler._minimum,
    "maximum": Compiler._maximum,
    "multipleOf": Compiler._multiple_of,
    "minLength": Compiler._lower,
    "maxLength": Compiler._upper,
    "pattern": Compiler._pattern,
    "format": Compiler._format,
    "allOf": Compiler._all_of,
    "anyOf": Compiler._any_of,
    "oneOf": Compiler._one_of,
    "not": Compiler._not,
    "required": Compiler._required,
    "properties": Compiler._properties,
    "patternProperties": Compiler._pattern_properties,
    "additionalProperties": Compiler._additional_properties,
    "minProperties": Compiler._lower,
    "maxProperties": Compiler._upper,
    "dependencies": Compiler._dependencies,
    "items": Compiler._items,
    "additionalItems": Compiler._additional_items,
    "minItems": Compiler._lower,
    "maxItems": Compiler._upper,
    "uniqueItems": Compiler._unique_items,
}
_DRAFT6 = {
    **_DRAFT4,
    "const": Compiler._const,
    "exclusiveMinimum": Compiler._exclusive_minimum,
    "exclusiveMaximum": Compiler._exclusive_maximum,
    "propertyNames": Compiler._property_names,
    "contains": Compiler._contains,
}
_DRAFT7 = {**_DRAFT6, "then": Compiler._then, "else": Compiler._else}
_DRAFT2019 = {
    **{keyword: each for keyword, each in _DRAFT7.items() if keyword != "dependencies"},
    "dependentRequired": Compiler._dependencies,
    "dependentSchemas": Compiler._dependencies,
    "unevaluatedItems": Compiler._unevaluated_items,
    "unevaluatedProperties": Compiler._unevaluated_properties,
    "$recursiveRef": Compiler._reference,
}
_DRAFT2020 = {
    **{
        keyword: each
        for keyword, each in _DRAFT2019.items()
        if keyword not in ("$recursiveRef", "additionalItems")
    },
    "prefixItems": Compiler._prefix_items,
    "$dynamicRef": Compiler._reference,
}
_KEYWORDS = {
    Dialect.DRAFT4: _DRAFT4,
    Dialect.DRAFT6: _DRAFT6,
    Dialect.DRAFT7: _DRAFT7,
    Dialect.DRAFT2019: _DRAFT2019,
    Dialect.DRAFT2020: _DRAFT2020,
}
"""What asserts something in each draft; everything else is words."""
