"""The keywords of each draft, and the form of their values: one table.

The walk over subschemas, the check of well-formedness and the list of fields read it.

Source: the metaschemas of drafts 04, 06, 07, 2019-09 and 2020-12.
"""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

from schemareg.formats.json_schema.dialects import Dialect

if TYPE_CHECKING:
    from collections.abc import Iterator

    from schemareg.documents.json_values import JsonValue
    from schemareg.model import Pointer


class Shape(Enum):
    """The form that the value of a keyword must have."""

    ANYTHING = "anything"
    STRING = "a string"
    BOOLEAN = "true or false"
    NUMBER = "a number"
    POSITIVE = "a number above 0"
    COUNT = "a whole number, 0 or more"
    ARRAY = "an array"
    VALUES = "an array of different values, at least one"
    REGEX = "a regular expression"
    TYPE = "a type name or an array of different type names"
    NAMES = "an array of different strings"
    SOME_NAMES = "an array of different strings, at least one"
    NAMES_BY_NAME = "an object whose values are arrays of different strings"
    BOOLEANS_BY_NAME = "an object whose values are true or false"
    ANCHOR = "a plain name: a letter, then letters, digits, '-', '_', '.'"
    URI = "a URI"
    URI_WITHOUT_FRAGMENT = "a URI without a fragment"
    SCHEMA = "a schema"
    SCHEMA_OR_BOOLEAN = "a schema, true or false"
    SCHEMAS = "an array of schemas, at least one"
    SCHEMA_OR_SCHEMAS = "a schema or an array of schemas"
    SCHEMAS_BY_NAME = "an object whose values are schemas"
    SCHEMAS_BY_REGEX = "an object of regular expressions and schemas"
    SCHEMAS_OR_NAMES_BY_NAME = "an object whose values are schemas or arrays of strings"
    SCHEMAS_OR_SOME_NAMES_BY_NAME = (
        "an object whose values are schemas or arrays of strings, at least one"
    )


TYPE_NAMES = ("array", "boolean", "integer", "null", "number", "object", "string")
"""The values of `type`."""

_DRAFT4 = {
    "id": Shape.URI,
    "$schema": Shape.URI,
    "$ref": Shape.URI,
    "title": Shape.STRING,
    "description": Shape.STRING,
    "default": Shape.ANYTHING,
    "multipleOf": Shape.POSITIVE,
    "maximum": Shape.NUMBER,
    "exclusiveMaximum": Shape.BOOLEAN,
    "minimum": Shape.NUMBER,
    "exclusiveMinimum": Shape.BOOLEAN,
    "maxLength": Shape.COUNT,
    "minLength": Shape.COUNT,
    "pattern": Shape.REGEX,
    "additionalItems": Shape.SCHEMA_OR_BOOLEAN,
    "items": Shape.SCHEMA_OR_SCHEMAS,
    "maxItems": Shape.COUNT,
    "minItems": Shape.COUNT,
    "uniqueItems": Shape.BOOLEAN,
    "maxProperties": Shape.COUNT,
    "minProperties": Shape.COUNT,
    "required": Shape.SOME_NAMES,
    "additionalProperties": Shape.SCHEMA_OR_BOOLEAN,
    "definitions": Shape.SCHEMAS_BY_NAME,
    "properties": Shape.SCHEMAS_BY_NAME,
    "patternProperties": Shape.SCHEMAS_BY_REGEX,
    "dependencies": Shape.SCHEMAS_OR_SOME_NAMES_BY_NAME,
    "enum": Shape.VALUES,
    "type": Shape.TYPE,
    "format": Shape.STRING,
    "allOf": Shape.SCHEMAS,
    "anyOf": Shape.SCHEMAS,
    "oneOf": Shape.SCHEMAS,
    "not": Shape.SCHEMA,
}
_DRAFT6 = {
    **{name: shape for name, shape in _DRAFT4.items() if name != "id"},
    "$id": Shape.URI,
    "examples": Shape.ARRAY,
    "exclusiveMaximum": Shape.NUMBER,
    "exclusiveMinimum": Shape.NUMBER,
    "additionalItems": Shape.SCHEMA,
    "additionalProperties": Shape.SCHEMA,
    "contains": Shape.SCHEMA,
    "propertyNames": Shape.SCHEMA,
    "required": Shape.NAMES,
    "dependencies": Shape.SCHEMAS_OR_NAMES_BY_NAME,
    "const": Shape.ANYTHING,
    "enum": Shape.ARRAY,
}
_DRAFT7 = {
    **_DRAFT6,
    "$comment": Shape.STRING,
    "readOnly": Shape.BOOLEAN,
    "writeOnly": Shape.BOOLEAN,
    "contentMediaType": Shape.STRING,
    "contentEncoding": Shape.STRING,
    "if": Shape.SCHEMA,
    "then": Shape.SCHEMA,
    "else": Shape.SCHEMA,
}
_DRAFT2019 = {
    **_DRAFT7,
    "$id": Shape.URI_WITHOUT_FRAGMENT,
    "$anchor": Shape.ANCHOR,
    "$recursiveRef": Shape.URI,
    "$recursiveAnchor": Shape.BOOLEAN,
    "$vocabulary": Shape.BOOLEANS_BY_NAME,
    "$defs": Shape.SCHEMAS_BY_NAME,
    "deprecated": Shape.BOOLEAN,
    "minContains": Shape.COUNT,
    "maxContains": Shape.COUNT,
    "dependentRequired": Shape.NAMES_BY_NAME,
    "dependentSchemas": Shape.SCHEMAS_BY_NAME,
    "unevaluatedItems": Shape.SCHEMA,
    "unevaluatedProperties": Shape.SCHEMA,
    "contentSchema": Shape.SCHEMA,
}
_DRAFT2020 = {
    **{
        name: shape
        for name, shape in _DRAFT2019.items()
        if name not in ("additionalItems", "$recursiveRef", "$recursiveAnchor")
    },
    "$dynamicRef": Shape.URI,
    "$dynamicAnchor": Shape.ANCHOR,
    "prefixItems": Shape.SCHEMAS,
    "items": Shape.SCHEMA,
    # Removed from the draft, but its metaschema still gives their form.
    "$recursiveRef": Shape.URI,
    "$recursiveAnchor": Shape.ANCHOR,
}

KEYWORDS: dict[Dialect, dict[str, Shape]] = {
    Dialect.DRAFT4: _DRAFT4,
    Dialect.DRAFT6: _DRAFT6,
    Dialect.DRAFT7: _DRAFT7,
    Dialect.DRAFT2019: _DRAFT2019,
    Dialect.DRAFT2020: _DRAFT2020,
}
"""Draft to keyword to form. A keyword that is missing here is an annotation there."""

REFERENCES = {
    Dialect.DRAFT4: ("$ref",),
    Dialect.DRAFT6: ("$ref",),
    Dialect.DRAFT7: ("$ref",),
    Dialect.DRAFT2019: ("$ref", "$recursiveRef"),
    Dialect.DRAFT2020: ("$ref", "$dynamicRef"),
}
"""Draft to the keywords that refer to another schema."""

_ONE = {Shape.SCHEMA, Shape.SCHEMA_OR_BOOLEAN, Shape.SCHEMA_OR_SCHEMAS}
_LIST = {Shape.SCHEMAS, Shape.SCHEMA_OR_SCHEMAS}
_BY_NAME = {
    Shape.SCHEMAS_BY_NAME,
    Shape.SCHEMAS_BY_REGEX,
    Shape.SCHEMAS_OR_NAMES_BY_NAME,
    Shape.SCHEMAS_OR_SOME_NAMES_BY_NAME,
}
_HOLDS_SCHEMAS = {
    dialect: {
        name: shape for name, shape in table.items() if shape in _ONE or shape in _LIST | _BY_NAME
    }
    for dialect, table in KEYWORDS.items()
}


def subschemas(schema: JsonValue, dialect: Dialect) -> Iterator[tuple[Pointer, JsonValue]]:
    """The schemas directly inside `schema`: pointer from it, and the object or boolean there.

    In document order. Malformed keywords are ignored; nothing below an annotation, `const` or
    `enum` is a schema.
    """
    if not isinstance(schema, dict):
        return
    table = _HOLDS_SCHEMAS[dialect]
    for keyword, value in schema.items():
        shape = table.get(keyword)
        if shape is None:
            continue
        if isinstance(value, list):
            if shape in _LIST:
                for position, item in enumerate(value):
                    if isinstance(item, dict | bool):
                        yield (keyword, position), item
        elif shape in _BY_NAME:
            if isinstance(value, dict):
                for name, item in value.items():
                    if isinstance(item, dict | bool):
                        yield (keyword, name), item
        elif shape in _ONE and isinstance(value, dict | bool):
            yield (keyword,), value
