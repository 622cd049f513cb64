"""Schemas as JSON again: spelled out for readers of data, in Parsing Canonical Form, fingerprints.

Source: Apache Avro 1.12.0 specification, section Parsing Canonical Form for Schemas.
"""

from __future__ import annotations

import json
from fractions import Fraction
from functools import cache
from typing import TYPE_CHECKING

from schemareg.documents import json_values
from schemareg.formats.avro.schema import NAMED, PRIMITIVES

if TYPE_CHECKING:
    from schemareg.documents.json_values import JsonValue
    from schemareg.formats.avro.schema import AvroField, Type

_EMPTY = 0xC15D213AA4D7A795


def canonical_form(root: Type) -> str:
    """The Parsing Canonical Form: equal for schemas that no reader of data can tell apart."""
    value = _spelled(root, set(), words=False, logical=False)
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def fingerprint(root: Type) -> int:
    """CRC-64-AVRO of the Parsing Canonical Form, unsigned."""
    table = _table()
    value = _EMPTY
    for byte in canonical_form(root).encode():
        value = (value >> 8) ^ table[(value ^ byte) & 0xFF]
    return value


def spelled_out(root: Type, *, logical: bool = True) -> JsonValue:
    """The schema in one piece, with what readers of data go by: aliases, defaults, logical types.

    Numbers are floats where they are not whole, as libraries take them.
    """
    return _spelled(root, set(), words=True, logical=logical)


@cache
def _table() -> tuple[int, ...]:
    found = []
    for byte in range(256):
        value = byte
        for _ in range(8):
            value = (value >> 1) ^ (_EMPTY if value & 1 else 0)
        found.append(value)
    return tuple(found)


def _spelled(type_: Type, written: set[int], *, words: bool, logical: bool) -> JsonValue:
    if type_.kind == "union":
        return [_spelled(each, written, words=words, logical=logical) for each in type_.branches]
    if type_.kind in NAMED and id(type_) in written:
        return type_.name
    value: dict[str, JsonValue] = {}
    if type_.name:
        written.add(id(type_))
        value["name"] = type_.name
    value["type"] = type_.kind
    if type_.kind == "record":
        value["fields"] = [
            _spelled_field(each, written, words=words, logical=logical) for each in type_.fields
        ]
    elif type_.kind == "enum":
        value["symbols"] = list(type_.symbols)
    elif type_.kind == "fixed":
        value["size"] = type_.size
    elif type_.kind in ("array", "map"):
        member = "items" if type_.kind == "array" else "values"
        value[member] = _spelled(type_.inner, written, words=words, logical=logical)
    if words:
        if type_.name and "." not in type_.name:
            value["namespace"] = ""  # else it would be taken from the type around it
        if type_.aliases:
            value["aliases"] = list(type_.aliases)
        if type_.default is not None:
            value["default"] = type_.default
    if logical and type_.logical is not None:
        value["logicalType"] = type_.logical.name
        if type_.logical.precision:
            value["precision"] = type_.logical.precision
            value["scale"] = type_.logical.scale
    return type_.kind if len(value) == 1 and type_.kind in PRIMITIVES else value


def _spelled_field(
    field: AvroField, written: set[int], *, words: bool, logical: bool
) -> dict[str, JsonValue]:
    value: dict[str, JsonValue] = {"name": field.name}
    value["type"] = _spelled(field.type, written, words=words, logical=logical)
    if words and field.has_default:
        value["default"] = plain(field.default)
    if words and field.aliases:
        value["aliases"] = list(field.aliases)
    return value


def plain(value: JsonValue) -> JsonValue:
    """A JSON value with floats for what is not whole."""
    if isinstance(value, Fraction):
        return json.loads(json_values.number_text(value))
    if isinstance(value, list):
        return [plain(each) for each in value]
    if isinstance(value, dict):
        return {name: plain(each) for name, each in value.items()}
    return value
