"""The declared content model, once more: decided record by record, without any of the engine.

A writer writes only names that its schema declares, at every depth. What the schemas applied to a
value declare counts where they hold; a value to which no declaring schema applies is open, and so
is one of which a schema that holds says what its additional properties are.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from tests.referees import CLASSES

if TYPE_CHECKING:
    from collections.abc import Iterator

Schema = Any
Applied = tuple[Schema, bool]
"""A schema, and whether it holds of the value that it is applied to."""


class Writer:
    """A schema of one document, whose references lead to its own definitions."""

    def __init__(self, schema: Schema, dialect: str) -> None:
        self.schema = schema
        self.dialect = dialect
        self.word = "$defs" if dialect.startswith("20") else "definitions"
        named = schema.get(self.word, {}) if isinstance(schema, dict) else {}
        self.named: dict[str, Schema] = {f"#/{self.word}/{name}": it for name, it in named.items()}
        self._valid: dict[int, tuple[Schema, Any]] = {}

    def writes(self, record: Any) -> bool:
        """Whether the record is valid and has only names that are declared."""
        return self.accepts(self.schema, record) and self.declares(((self.schema, True),), record)

    def accepts(self, schema: Schema, record: Any) -> bool:
        """Whether a schema that stands somewhere in the document holds of a value."""
        known = self._valid.get(id(schema))
        if known is None:
            whole = schema
            if isinstance(schema, dict) and schema is not self.schema and self.named:
                definitions = self.schema[self.word]
                whole = {"allOf": [schema], self.word: definitions}
            validator = CLASSES[self.dialect](whole, validate_formats=False, offline=True)
            known = self._valid[id(schema)] = (schema, validator)
        return bool(known[1].is_valid(record))

    def declares(self, schemas: tuple[Applied, ...], value: Any) -> bool:
        """Whether these schemas, applied to a value, declare every name in it."""
        return bool(self._pruned(schemas, value) == value)

    def without_undeclared(self, record: Any) -> Any:
        """The record without the names that are not declared at their place, once around."""
        return self._pruned(((self.schema, True),), record)

    def _pruned(self, schemas: tuple[Applied, ...], value: Any) -> Any:
        applied = list(self._applied(schemas, value))

        def inside(step: str | int) -> tuple[Applied, ...]:
            return tuple((it, holds) for each, holds in applied for it in self._below(each, step))

        if isinstance(value, list):
            return [self._pruned(inside(index), item) for index, item in enumerate(value)]
        if not isinstance(value, dict):
            return value
        return {
            name: self._pruned(inside(name), item)
            for name, item in value.items()
            if self._declared(applied, name)
        }

    def _declared(self, applied: list[Applied], name: str) -> bool:
        holding = [schema for schema, holds in applied if holds]
        if not self._closed([schema for schema, _ in applied], holding):
            return True
        return any(_lists(each, name) or name in self._demanded(each) for each in holding)

    def _closed(self, applied: list[Schema], holding: list[Schema]) -> bool:
        declaring = any(each.get("properties") or each.get("patternProperties") for each in applied)
        said = {"additionalProperties"}
        if self.dialect.startswith("20"):
            said.add("unevaluatedProperties")
        return declaring and not any(said & each.keys() for each in holding)

    def _demanded(self, schema: dict[str, Any]) -> Iterator[str]:
        required = schema.get("required")
        yield from required if isinstance(required, list) else ()
        word = "dependentRequired" if self.dialect.startswith("20") else "dependencies"
        for names in schema.get(word, {}).values():
            yield from names if isinstance(names, list) else ()

    def _applied(self, schemas: tuple[Applied, ...], value: Any) -> Iterator[Applied]:
        """The schema objects applied in place, and whether all that they stand under holds."""
        for schema, holds in schemas:
            if not isinstance(schema, dict):
                continue
            old = not self.dialect.startswith("20")
            inner: list[Applied] = []
            if "$ref" in schema:
                inner.append((self.named[schema["$ref"]], holds))
            if "$ref" not in schema or not old:
                yield schema, holds
                inner += [(branch, holds) for branch in schema.get("allOf", ())]
                inner += [(it, holds and met) for it, met in self._conditional(schema, value)]
            yield from self._applied(tuple(inner), value)

    def _conditional(self, schema: dict[str, Any], value: Any) -> Iterator[Applied]:
        for word in ("anyOf", "oneOf"):
            for branch in schema.get(word, ()):
                yield branch, self.accepts(branch, value)
        if "if" in schema and self.dialect not in ("draft4", "draft6"):
            met = self.accepts(schema["if"], value)
            yield from (
                (schema["if"], met),
                (schema.get("then"), met),
                (schema.get("else"), not met),
            )
        word = "dependentSchemas" if self.dialect.startswith("20") else "dependencies"
        for name, inner in schema.get(word, {}).items():
            yield inner, isinstance(value, dict) and name in value

    def _below(self, schema: dict[str, Any], step: str | int) -> Iterator[Schema]:
        """What a schema object says of a property or an item."""
        if isinstance(step, str):
            yield from _at_name(schema, step)
            return
        items, first = schema.get("items"), schema.get("prefixItems", [])
        if self.dialect != "2020-12":
            first = []
            if isinstance(items, list):
                items, first = schema.get("additionalItems"), items
        if step < len(first):
            yield first[step]
        elif items is not None:
            yield items
        elif "unevaluatedItems" in schema:
            yield schema["unevaluatedItems"]


def _lists(schema: dict[str, Any], name: str) -> bool:
    patterns = schema.get("patternProperties", {})
    return name in schema.get("properties", {}) or any(_found(each, name) for each in patterns)


def _found(pattern: str, name: str) -> bool:
    return re.search(pattern, name) is not None


def _at_name(schema: dict[str, Any], name: str) -> Iterator[Schema]:
    if name in schema.get("properties", {}):
        yield schema["properties"][name]
    for pattern, inner in schema.get("patternProperties", {}).items():
        if _found(pattern, name):
            yield inner
    if not _lists(schema, name):
        for keyword in ("additionalProperties", "unevaluatedProperties"):
            if keyword in schema:
                yield schema[keyword]
