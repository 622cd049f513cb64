"""Defaults of fields: JSON values that represent a value of the field's type.

Source: Apache Avro 1.12.0 specification, section Records, table of field default values.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from schemareg.text.wording import quoted

if TYPE_CHECKING:
    from schemareg.documents.json_values import JsonValue
    from schemareg.formats.avro.schema import Type

BOUNDS = {"int": (-(2**31), 2**31 - 1), "long": (-(2**63), 2**63 - 1)}


MAX_CHECKS = 200_000
"""Values and types that are held against each other for one default."""


class _Known(dict[tuple[int, int], str]):
    """What is known of types and values, and how many were looked at."""

    checks = 0


TOO_LARGE = "the default is too large to be checked"


def default_mistake(type_: Type, value: JsonValue) -> str:
    """Why a JSON value is no default of a type; empty where it is one."""
    return _mistake(type_, value, _Known())


def _mistake(type_: Type, value: JsonValue, known: _Known) -> str:
    """The same, each type and value once: unions in unions' records would multiply."""
    known.checks += 1
    if known.checks > MAX_CHECKS:
        return TOO_LARGE
    if not isinstance(value, list | dict):
        return _own_mistake(type_, value, known)
    identity = (id(type_), id(value))
    if identity not in known:
        known[identity] = _own_mistake(type_, value, known)
    return known[identity]


def _own_mistake(type_: Type, value: JsonValue, known: _Known) -> str:
    kind = type_.kind
    if kind == "union":
        if any(not _mistake(each, value, known) for each in type_.branches):
            return ""
        if known.checks > MAX_CHECKS:
            return TOO_LARGE
        return f"the default is none of {' or '.join(each.label for each in type_.branches)}"
    if kind == "record":
        return _record(type_, value, known)
    if kind in ("array", "map"):
        if not isinstance(value, list if kind == "array" else dict):
            return f"the default of {kind} is a JSON {'array' if kind == 'array' else 'object'}"
        items = value if isinstance(value, list) else value.values()
        return next((why for each in items if (why := _mistake(type_.inner, each, known))), "")
    return "" if _fits(type_, value) else f"the default is not {_wanted(type_)}"


def _record(type_: Type, value: JsonValue, known: _Known) -> str:
    if not isinstance(value, dict):
        return f"the default of {type_.label} is a JSON object"
    for field in type_.fields:
        if field.name in value:
            why = _mistake(field.type, value[field.name], known)
            if why:
                return f"{field.name}: {why}"
        elif not field.has_default:
            return f"the default has no {quoted(field.name)}, which has no default of its own"
    return ""


def _fits(type_: Type, value: JsonValue) -> bool:
    kind = type_.kind
    if kind == "null":
        return value is None
    if kind == "boolean":
        return isinstance(value, bool)
    if kind in BOUNDS:
        low, high = BOUNDS[kind]
        return isinstance(value, int) and not isinstance(value, bool) and low <= value <= high
    if kind in ("float", "double"):
        return isinstance(value, int | Fraction) and not isinstance(value, bool)
    if not isinstance(value, str):
        return False
    if kind == "string":
        return True
    if kind == "enum":
        return value in type_.symbols
    return all(ord(each) < 256 for each in value) and (kind != "fixed" or len(value) == type_.size)


def _wanted(type_: Type) -> str:
    return {
        "null": "null",
        "boolean": "true or false",
        "int": "a whole number of 32 bits",
        "long": "a whole number of 64 bits",
        "float": "a number",
        "double": "a number",
        "string": "a string",
        "bytes": "a string of the characters U+0000 to U+00FF",
        "enum": f"a symbol of {type_.label}",
        "fixed": f"a string of {type_.size} characters, U+0000 to U+00FF",
    }[type_.kind]
