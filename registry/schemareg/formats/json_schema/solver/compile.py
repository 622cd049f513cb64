"""JSON Schema to literals: each draft by its own rules, references followed, nothing judged.

A schema object becomes one literal a keyword, and their conjunction. Two places with the same
content become the same literal, on whichever side they stand. A schema that is being compiled and
is asked for again (recursion) becomes a REF, named by its content, so that equal recursive
definitions of both sides are one node too.

Source: JSON Schema drafts 04, 06, 07, 2019-09 and 2020-12, core and validation.
"""

from __future__ import annotations

from hashlib import blake2b
from typing import TYPE_CHECKING

from schemareg.documents import json_values
from schemareg.formats.json_schema.dialects import Dialect
from schemareg.formats.json_schema.solver import string_formats
from schemareg.formats.json_schema.solver.applicators import Applied
from schemareg.formats.json_schema.solver.formula import (
    ANY,
    ARRAY,
    BOOLEAN,
    FRACTIONAL,
    INTEGER,
    NULL,
    OBJECT,
    STRING,
    F,
    Kind,
    Lit,
    Nodes,
    T,
)
from schemareg.formats.json_schema.solver.keyword_values import branches, count, mapping, number
from schemareg.formats.json_schema.solver.keyword_values import names as names_of
from schemareg.formats.json_schema.solver.keyword_values import pattern as pattern_of
from schemareg.formats.json_schema.solver.locations import Excuses, Here, Malformed, text
from schemareg.model.errors import RegistryError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from schemareg.documents.json_values import JsonValue
    from schemareg.formats.json_schema.references import Library, Location
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
_DEEPEST = 400
"""Schemas inside schemas through references, before recursion in place is suspected."""


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
        self._doing: set[object] = set()
        self._named: dict[object, str] = {}
        self._contents: dict[object, tuple[bytes, list[tuple[Pointer, str, Location]]]] = {}
        self.applied = Applied(self)
        """Which schemas apply to one value together."""

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
            return self.nodes.intern(Kind.REF, self._name(here))
        if len(self._doing) > _DEEPEST:
            raise Malformed("schemas refer to each other too deeply", where=text(here))
        self.nodes.hurry()
        self._doing.add(key)
        followed = self._followed
        try:
            literal = self.nodes.conjunction([lit for _, lit in self.keywords(here)])
        finally:
            self._doing.discard(key)
        if key in self._named:
            reference = self.nodes.intern(Kind.REF, self._named[key])
            self.nodes.definition[reference >> 1] = literal
        self._done[key] = literal
        if followed == self._followed:
            self._plain.add(key)
        return literal

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
                raise Malformed("a schema is an object, true or false", where=text(here))
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
            self._named[key] = self.digest(here)
        return self._named[key]

    def digest(self, start: Here) -> str:
        """A digest of a schema and of everything it refers to."""
        digest = blake2b(digest_size=16)
        digest.update(self._stamp.encode())
        order = {start.at.key: 0}
        queue = [start.at]
        for at in queue:
            own, found = self._references_of(at)
            digest.update(own)
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
            own = json_values.render(at.value, ordered=True).encode("utf-8", "replace")
            found = [
                (inner.pointer[len(at.pointer) :], keyword, self.library.resolve(inner, reference))
                for inner in at.walk()
                for keyword, reference in inner.references()
            ]
            self._contents[at.key] = (blake2b(own + b"%d" % at.dialect).digest(), found)
        return self._contents[at.key]

    # -- references -----------------------------------------------------------------------------

    def target(self, here: Here, keyword: str) -> Here:
        """Where a referring keyword leads, dynamic scope considered. Raises Malformed."""
        reference = here.at.value[keyword]
        if not isinstance(reference, str):
            raise Malformed(f"{keyword} is not a string", where=text(here))
        if keyword == "$recursiveRef":
            return self._recursive_target(here)
        try:
            target = self.library.resolve(here.at, reference)
        except RegistryError as problem:
            raise Malformed(problem.what, where=text(here), remedy=problem.remedy) from None
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
                raise Malformed(f"{json_values.render(name)} is not a type", where=text(here))
            mask |= _MASKS[name]
        return self.nodes.types(mask)

    def _enum(self, here: Here, keyword: str) -> Lit:
        values = here.at.value[keyword]
        if not isinstance(values, list):
            raise Malformed("enum is not an array", where=text(here))
        return self.nodes.enum(values)

    def _const(self, here: Here, keyword: str) -> Lit:
        return self.nodes.enum([here.at.value[keyword]])

    def _minimum(self, here: Here, keyword: str) -> Lit:
        exclusive = (
            here.at.dialect is Dialect.DRAFT4 and here.at.value.get("exclusiveMinimum") is True
        )
        return self.nodes.intern(Kind.AT_LEAST, (number(here, keyword), exclusive))

    def _maximum(self, here: Here, keyword: str) -> Lit:
        exclusive = (
            here.at.dialect is Dialect.DRAFT4 and here.at.value.get("exclusiveMaximum") is True
        )
        return self.nodes.intern(Kind.AT_MOST, (number(here, keyword), exclusive))

    def _exclusive_minimum(self, here: Here, keyword: str) -> Lit:
        return self.nodes.intern(Kind.AT_LEAST, (number(here, keyword), True))

    def _exclusive_maximum(self, here: Here, keyword: str) -> Lit:
        return self.nodes.intern(Kind.AT_MOST, (number(here, keyword), True))

    def _multiple_of(self, here: Here, keyword: str) -> Lit:
        value = number(here, keyword)
        if value <= 0:
            raise Malformed("multipleOf is not above 0", where=text(here))
        return self.nodes.intern(Kind.MULTIPLE_OF, value)

    def _lower(self, here: Here, keyword: str) -> Lit:
        least = count(here, keyword)
        return self.nodes.intern(_COUNTS[keyword], least) if least else T

    def _upper(self, here: Here, keyword: str) -> Lit:
        return self.nodes.intern(_COUNTS[keyword], count(here, keyword))

    def _pattern(self, here: Here, keyword: str) -> Lit:
        return self._found(here, here.at.value[keyword])

    def _found(self, here: Here, source: JsonValue) -> Lit:
        pattern_of(here, source)
        return self.nodes.intern(Kind.PATTERN, source)

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
        return [self.schema(each) for each in branches(here, keyword)]

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
                for name in names_of(here, names)
                if name not in forgiven
            ]
        )

    def _properties(self, here: Here, keyword: str) -> Lit:
        named = {}
        for name, schema in mapping(here, keyword).items():
            child = here.child(keyword, name)
            named[name] = self.schema(child)
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
                (pattern_of(here, pattern), self.schema(here.child(keyword, pattern)))
                for pattern in mapping(here, keyword)
            ],
        )

    def _additional_properties(self, here: Here, keyword: str) -> Lit:
        named = dict.fromkeys(mapping(here, "properties"), T)
        named.update(dict.fromkeys(map(str, self.forgiven(here, keyword)), T))
        matched = [(pattern_of(here, pattern), T) for pattern in mapping(here, "patternProperties")]
        return self.nodes.properties(named, matched, self.schema(here.child(keyword)))

    def _property_names(self, here: Here, keyword: str) -> Lit:
        literal = self.schema(here.child(keyword))
        if literal == T or self.nodes.must(literal) & STRING:
            return T
        return self.nodes.intern(Kind.NAMES, literal)

    def _dependencies(self, here: Here, keyword: str) -> Lit:
        parts = []
        for name, needed in mapping(here, keyword).items():
            if isinstance(needed, dict | bool):
                then = self.schema(here.child(keyword, name))
            else:
                names = [needed] if isinstance(needed, str) else names_of(here, needed)
                then = self.nodes.conjunction([self.nodes.intern(Kind.HAS, each) for each in names])
            parts.append(self._if_present(name, then))
        return self.nodes.conjunction(parts)

    def _if_present(self, name: str, then: Lit) -> Lit:
        lacks = self.nodes.intern(Kind.HAS, name) ^ 1
        other = self.nodes.types(ANY & ~OBJECT)
        return self.nodes.disjunction([other, lacks, then])

    # -- arrays ---------------------------------------------------------------------------------

    def _prefix_items(self, here: Here, keyword: str) -> Lit:
        return self.nodes.items(self._branches(here, keyword), T)

    def _items(self, here: Here, keyword: str) -> Lit:
        if isinstance(here.at.value[keyword], list):
            if here.at.dialect >= Dialect.DRAFT2020:
                raise Malformed("items is an array: write prefixItems", where=text(here))
            return self._prefix_items(here, keyword)
        first = 0
        if here.at.dialect >= Dialect.DRAFT2020 and "prefixItems" in here.at.value:
            first = len(here.at.value["prefixItems"])
        return self.nodes.items([T] * first, self.schema(here.child(keyword)))

    def _additional_items(self, here: Here, keyword: str) -> Lit:
        first = here.at.value.get("items")
        if not isinstance(first, list):
            return T
        return self.nodes.items([T] * len(first), self.schema(here.child(keyword)))

    def _contains(self, here: Here, keyword: str) -> Lit:
        least, most = 1, None
        if here.at.dialect >= Dialect.DRAFT2019:
            if "minContains" in here.at.value:
                least = count(here, "minContains")
            if "maxContains" in here.at.value:
                most = count(here, "maxContains")
        return self.nodes.contains(self.schema(here.child(keyword)), least, most)

    def _unique_items(self, here: Here, keyword: str) -> Lit:
        return self.nodes.intern(Kind.UNIQUE, ()) if here.at.value[keyword] is True else T

    # -- what other keywords have not evaluated -------------------------------------------------

    def _unevaluated_properties(self, here: Here, keyword: str) -> Lit:
        entries = self.applied.evaluations(here, keyword)
        return self.nodes.unevaluated(Kind.PROPERTIES, entries, self.schema(here.child(keyword)))

    def _unevaluated_items(self, here: Here, keyword: str) -> Lit:
        entries = self.applied.evaluations(here, keyword)
        return self.nodes.unevaluated(Kind.ITEMS, entries, self.schema(here.child(keyword)))

    def forgiven(self, here: Here, keyword: str) -> set[object]:
        """The names that a keyword is forgiven for at a place."""
        if not self.excuses:
            return set()
        return self.excuses.get((here.at.uri, here.at.pointer, keyword)) or set()


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
