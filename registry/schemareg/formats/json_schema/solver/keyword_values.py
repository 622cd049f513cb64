"""The values of a schema's keywords, each in the form that its draft requires. All raise
Malformed.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from schemareg import regex
from schemareg.formats.json_schema.dialects import Dialect
from schemareg.formats.json_schema.solver.locations import Malformed, text

if TYPE_CHECKING:
    from schemareg.documents.json_values import JsonValue
    from schemareg.formats.json_schema.solver.locations import ScopedLocation


_SINCE = {
    "dependentRequired": Dialect.DRAFT2019,
    "dependentSchemas": Dialect.DRAFT2019,
    "unevaluatedItems": Dialect.DRAFT2019,
    "unevaluatedProperties": Dialect.DRAFT2019,
    "$recursiveRef": Dialect.DRAFT2019,
    "$dynamicRef": Dialect.DRAFT2020,
    "prefixItems": Dialect.DRAFT2020,
}
_UNTIL = {
    "dependencies": Dialect.DRAFT7,
    "additionalItems": Dialect.DRAFT2019,
    "$recursiveRef": Dialect.DRAFT2019,
}


def means(here: ScopedLocation, keyword: str) -> bool:
    """Whether the schema has the keyword, and its draft says that it asserts something."""
    dialect = here.at.dialect
    return keyword in here.at.value and _SINCE.get(keyword, dialect) <= dialect <= _UNTIL.get(
        keyword, dialect
    )


def number(here: ScopedLocation, keyword: str) -> int | Fraction:
    """A number, exact."""
    value = here.at.value[keyword]
    if isinstance(value, bool) or not isinstance(value, int | Fraction):
        raise Malformed(f"{keyword} is not a number", where=text(here))
    return value


def count(here: ScopedLocation, keyword: str) -> int:
    """A whole number, 0 or more."""
    value = here.at.value[keyword]
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise Malformed(f"{keyword} is not a whole number from 0 up", where=text(here))
    return value


def names(here: ScopedLocation, names: JsonValue) -> list[str]:
    """Strings."""
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise Malformed("not an array of strings", where=text(here))
    return names


def mapping(here: ScopedLocation, keyword: str) -> dict[str, JsonValue]:
    """An object; empty where the keyword is missing."""
    value = here.at.value.get(keyword, {})
    if not isinstance(value, dict):
        raise Malformed(f"{keyword} is not an object", where=text(here))
    return value


def branches(here: ScopedLocation, keyword: str) -> list[ScopedLocation]:
    """The schemas of an array of schemas."""
    schemas = here.at.value[keyword]
    if not isinstance(schemas, list):
        raise Malformed(f"{keyword} is not an array", where=text(here))
    return [here.child(keyword, index) for index in range(len(schemas))]


def pattern(here: ScopedLocation, source: JsonValue) -> str:
    """The source of a regular expression, after a check of its syntax."""
    if not isinstance(source, str):
        raise Malformed("a pattern is not a string", where=text(here))
    try:
        regex.compile(source)
    except regex.PatternError as problem:
        raise Malformed(f"not a regular expression: {problem}", where=text(here)) from None
    return source
