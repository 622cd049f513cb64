"""Whether a manifest fits its schema: yes or no, for the few keywords that those schemas use.

Nearly every file is valid, and that answer must not cost the import of a validator (a tenth of a
second); `conformance` explains what is wrong in the others. A test compares the two.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from schemareg.documents.json_values import JsonValue

_TYPES: dict[str, type] = {"object": dict, "array": list, "string": str, "boolean": bool}
_WORDS = frozenset(
    ("$schema", "$defs", "title", "description", "default", "examples", "writeOnly")
) | {"patternErrorMessage"}


def fits(schema: JsonValue, value: JsonValue, root: JsonValue) -> bool:
    """Whether `value` is valid; `$ref` is resolved against `root`.

    Raises KeyError for an unknown keyword: the schemas are part of the package, and a test covers
    them.
    """
    if isinstance(schema, bool):
        return schema
    return all(
        _KEYWORDS[keyword](argument, value, root, schema)
        for keyword, argument in schema.items()
        if keyword not in _WORDS
    )


def matches(pattern: str, text: str) -> bool:
    """Whether `pattern` is found in `text`; `$` is the very end of the text, as in ECMA-262."""
    return _compiled(pattern).search(text) is not None


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    ends = pattern.endswith("$")
    return re.compile(pattern[:-1] + r"\Z" if ends else pattern, re.ASCII)


def _ref(argument: str, value: JsonValue, root: JsonValue, _: JsonValue) -> bool:
    return fits(root["$defs"][argument.removeprefix("#/$defs/")], value, root)


def _type(argument: str, value: JsonValue, _root: JsonValue, _: JsonValue) -> bool:
    return isinstance(value, _TYPES[argument])


def _const(argument: JsonValue, value: JsonValue, _root: JsonValue, _: JsonValue) -> bool:
    return type(value) is type(argument) and bool(value == argument)


def _enum(argument: list[str], value: JsonValue, _root: JsonValue, _: JsonValue) -> bool:
    return isinstance(value, str) and value in argument


def _pattern(argument: str, value: JsonValue, _root: JsonValue, _: JsonValue) -> bool:
    return not isinstance(value, str) or matches(argument, value)


def _min_length(argument: int, value: JsonValue, _root: JsonValue, _: JsonValue) -> bool:
    return not isinstance(value, str) or len(value) >= argument


def _min_properties(argument: int, value: JsonValue, _root: JsonValue, _: JsonValue) -> bool:
    return not isinstance(value, dict) or len(value) >= argument


def _required(argument: list[str], value: JsonValue, _root: JsonValue, _: JsonValue) -> bool:
    return not isinstance(value, dict) or all(name in value for name in argument)


def _properties(
    argument: dict[str, JsonValue], value: JsonValue, root: JsonValue, _: JsonValue
) -> bool:
    if not isinstance(value, dict):
        return True
    return all(fits(argument[name], value[name], root) for name in value if name in argument)


def _additional(argument: JsonValue, value: JsonValue, root: JsonValue, schema: JsonValue) -> bool:
    if not isinstance(value, dict):
        return True
    known = schema.get("properties", {})
    return all(fits(argument, value[name], root) for name in value if name not in known)


def _names(argument: JsonValue, value: JsonValue, root: JsonValue, _: JsonValue) -> bool:
    return not isinstance(value, dict) or all(fits(argument, name, root) for name in value)


def _items(argument: JsonValue, value: JsonValue, root: JsonValue, _: JsonValue) -> bool:
    return not isinstance(value, list) or all(fits(argument, item, root) for item in value)


def _unique(_argument: bool, value: JsonValue, _root: JsonValue, _: JsonValue) -> bool:
    # Every such array of ours holds strings; anything else in it is refused by `items`.
    texts = [item for item in value if isinstance(item, str)] if isinstance(value, list) else []
    return len(set(texts)) == len(texts)


def _any_of(argument: list[JsonValue], value: JsonValue, root: JsonValue, _: JsonValue) -> bool:
    return any(fits(branch, value, root) for branch in argument)


_KEYWORDS: dict[str, Callable[[Any, JsonValue, JsonValue, JsonValue], bool]] = {
    "$ref": _ref,
    "type": _type,
    "const": _const,
    "enum": _enum,
    "pattern": _pattern,
    "minLength": _min_length,
    "minProperties": _min_properties,
    "required": _required,
    "properties": _properties,
    "additionalProperties": _additional,
    "propertyNames": _names,
    "items": _items,
    "uniqueItems": _unique,
    "anyOf": _any_of,
}
