"""What needs no search: a reader that takes whatever a writer writes, as anybody can see.

Most new versions add a field that nobody must have. For these the proof is a walk down both schemas
side by side. The engine can prove far more, and find what breaks; where a change is of this kind it
need not even be loaded. What is not evident is left to it: nothing here says that something breaks.

The walk holds two schemas of one value against each other. A keyword of the reader is kept where the
writer says the same, or where the walk knows better (`type`, `required`, `properties`, `items`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from schemareg.documents import json_values
from schemareg.formats.json_schema import keywords
from schemareg.formats.json_schema.annotations import WORDS, dialect_of, references_in
from schemareg.formats.json_schema.dialects import Dialect
from schemareg.model import Content

if TYPE_CHECKING:
    from schemareg.documents.json_values import JsonValue

_DEFINITIONS = ("$defs", "definitions")
_WITHIN = tuple(f"#/{name}/" for name in _DEFINITIONS)

_WALKED = frozenset({"type", "required", "properties", "items"})

_GROUPED = frozenset(
    {
        *("additionalProperties", "additionalItems", "unevaluatedProperties", "unevaluatedItems"),
        *("contains", "minContains", "maxContains", "if", "then", "else", "prefixItems"),
        *("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", *_DEFINITIONS),
        *("$ref", "$dynamicRef", "$recursiveRef", "$id", "id", "$schema", "$vocabulary"),
        *("$anchor", "$dynamicAnchor", "$recursiveAnchor"),
    }
)
"""Keywords whose meaning changes with others beside them: all of them are the same, or none helps."""

_REST_OF_PROPERTIES = frozenset({"additionalProperties", "unevaluatedProperties"})
_REST_OF_ITEMS = frozenset({"additionalItems", "unevaluatedItems"})
_REST = _REST_OF_PROPERTIES | _REST_OF_ITEMS
"""What they refuse depends on what the keywords beside them have let pass."""

_ELSEWHERE = frozenset(
    {
        *("allOf", "anyOf", "oneOf", "not", "if", "then", "else", "dependentSchemas"),
        *("dependencies", "dependentRequired", "$ref", "$dynamicRef", "$recursiveRef"),
        *("patternProperties", "additionalProperties", "unevaluatedProperties", "propertyNames"),
        *("prefixItems", "additionalItems", "unevaluatedItems", "contains"),
    }
)
"""Keywords through which a schema may speak of the same values from somewhere else."""


def self_contained(document: JsonValue) -> bool:
    """Whether every reference of a document leads to one of its own definitions."""
    return all(text.startswith(_WITHIN) for text in references_in(document))


def evident(reader: JsonValue, writer: JsonValue, content: Content, *, formats: bool) -> bool:
    """Whether it is plain that one document's readers take all that the other's writers write.

    Both must be `self_contained`: then nothing reaches into what is walked.
    """
    if not isinstance(reader, dict) or not isinstance(writer, dict):
        return False
    dialect = dialect_of(reader)
    if dialect is not dialect_of(writer):
        return False
    walk = _Walk(dialect, declared=content is Content.DECLARED, formats=formats)
    try:
        return walk.takes(reader, writer, alone=True)
    except (TypeError, AttributeError):
        return False  # one of them is no schema; the engine says what is wrong with it


def properties_kept(before: JsonValue, after: JsonValue) -> bool:
    """Whether every field of one document is plainly one of the other's too, and may still come.

    Of documents of which it is evident that the first reads the second: what is not walked they
    share.
    """
    if not isinstance(before, dict) or not isinstance(after, dict):
        return json_values.equal(before, after)
    if not _ELSEWHERE.isdisjoint(after):
        return json_values.equal(before, after)
    others = (before.keys() | after.keys()) - _WALKED - {"$schema", "$id", "id"}
    if not _same_or_absent(before, after, others | {"type"}):
        return False
    if not {*after.get("required", ())} <= {*before.get("required", ())}:
        return False
    mine, theirs = before.get("properties", {}), after.get("properties", {})
    return (
        mine.keys() <= theirs.keys()
        and all(properties_kept(schema, theirs[name]) for name, schema in mine.items())
        and properties_kept(before.get("items"), after.get("items"))
    )


class _Walk:
    def __init__(self, dialect: Dialect, *, declared: bool, formats: bool) -> None:
        words = WORDS if formats else WORDS | {"format"}
        self._judged = (keywords.KEYWORDS[dialect].keys() - words).union(_DEFINITIONS)
        self._declared = declared
        self._siblings_count = dialect > Dialect.DRAFT7

    def takes(self, reader: JsonValue, writer: JsonValue, *, alone: bool) -> bool:
        """Whether every value that `writer` allows is allowed by `reader`.

        `alone` says that nothing else in the writer's document speaks of the values here.
        """
        if not isinstance(reader, dict) or not isinstance(writer, dict):
            return reader is True or writer is False or json_values.equal(reader, writer)
        if reader == writer and repr(reader) == repr(writer):  # 1 == True, and is not the same
            return True
        asked = self._judged & reader.keys()
        given = self._judged & writer.keys()
        if not self._siblings_count and "$ref" in asked | given:
            return json_values.equal(reader, writer)
        grouped = _GROUPED if _REST.isdisjoint(asked) else _GROUPED | _ELSEWHERE
        if not _same(reader, writer, (asked | given) & grouped):
            return False
        if not _same(reader, writer, asked - _WALKED):
            return False
        alone = alone and _ELSEWHERE.isdisjoint(given)
        return (
            _types(reader.get("type"), writer.get("type"))
            and {*reader.get("required", ())} <= {*writer.get("required", ())}
            and self._properties(reader, writer, alone=alone)
            and self._items(reader, writer, alone=alone)
        )

    def _properties(
        self, reader: dict[str, JsonValue], writer: dict[str, JsonValue], *, alone: bool
    ) -> bool:
        theirs = writer.get("properties", {})
        if not (
            _REST_OF_PROPERTIES.isdisjoint(reader)
            or theirs.keys() <= reader.get("properties", {}).keys()
        ):
            return False
        # A writer writes what it declares, if it declares anything: other names do not come.
        closed = self._declared and alone and bool(theirs)
        unsaid = writer.get("required", ())
        for name, schema in reader.get("properties", {}).items():
            if name in theirs:
                if not self.takes(schema, theirs[name], alone=alone):
                    return False
            elif not closed or name in unsaid:
                return False
        return True

    def _items(
        self, reader: dict[str, JsonValue], writer: dict[str, JsonValue], *, alone: bool
    ) -> bool:
        if not _REST_OF_ITEMS.isdisjoint(reader):
            return json_values.equal(reader.get("items"), writer.get("items"))
        if "items" not in reader or "items" not in writer:
            return "items" not in reader
        mine, theirs = reader["items"], writer["items"]
        if isinstance(mine, list) or isinstance(theirs, list):
            return json_values.equal(mine, theirs)
        return self.takes(mine, theirs, alone=alone)


def _same(
    reader: dict[str, JsonValue], writer: dict[str, JsonValue], names: frozenset[str] | set[str]
) -> bool:
    return all(
        name in reader and name in writer and json_values.equal(reader[name], writer[name])
        for name in names
    )


def _same_or_absent(
    before: dict[str, JsonValue], after: dict[str, JsonValue], names: set[str]
) -> bool:
    """Whether both say the same under each of these names, or nothing."""
    return all(
        (name in before) is (name in after)
        and (name not in before or json_values.equal(before[name], after[name]))
        for name in names
    )


def _types(asked: JsonValue, given: JsonValue) -> bool:
    if asked is None:
        return True
    if given is None:
        return False
    mine = {*asked} if isinstance(asked, list) else {asked}
    theirs = {*given} if isinstance(given, list) else {given}
    return theirs <= (mine | {"integer"} if "number" in mine else mine)
