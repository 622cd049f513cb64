"""Two validators that know nothing of the engine: what it claims of a record, they confirm or not."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import jsonschema
import jsonschema_rs
from referencing import Registry
from referencing.jsonschema import specification_with

from schemareg.documents import json_values
from schemareg.formats.json_schema import dialects

if TYPE_CHECKING:
    from collections.abc import Mapping

NOTHING: Mapping[str, Any] = {}

CLASSES = {
    "draft4": jsonschema_rs.Draft4Validator,
    "draft6": jsonschema_rs.Draft6Validator,
    "draft7": jsonschema_rs.Draft7Validator,
    "2019-09": jsonschema_rs.Draft201909Validator,
    "2020-12": jsonschema_rs.Draft202012Validator,
}
DRAFTS = {
    "draft4": jsonschema_rs.Draft4,
    "draft6": jsonschema_rs.Draft6,
    "draft7": jsonschema_rs.Draft7,
    "2019-09": jsonschema_rs.Draft201909,
    "2020-12": jsonschema_rs.Draft202012,
}
"""The same drafts where `jsonschema_rs` compares schemas."""


def jsonschema_accepts(
    schema: Any,
    record: Any,
    dialect: str = "2020-12",
    *,
    formats: bool = False,
    others: Mapping[str, Any] = NOTHING,
) -> bool:
    """What `jsonschema` says, with Python's own patterns; all values exact."""
    registry: Any = Registry()
    for uri, other in others.items():
        specification = specification_with(dialect_of(other, dialect).uri)
        registry = registry.with_resource(uri, specification.create_resource(other))
    drawn = dialect_of(schema, dialect)
    kind: Any = jsonschema.validators.validator_for({"$schema": drawn.uri})
    checker = jsonschema.FormatChecker() if formats else None
    if others:
        named = "id" if drawn is dialects.Dialect.DRAFT4 else "$id"
        schema = {named: "file:///this.json", **schema}
    return bool(kind(schema, registry=registry, format_checker=checker).is_valid(record))


def jsonschema_rs_accepts(
    schema: Any,
    record: Any,
    dialect: str = "2020-12",
    *,
    formats: bool = False,
    others: Mapping[str, Any] = NOTHING,
) -> bool:
    """What `jsonschema_rs` says, with the patterns of ECMA-262; all values exact."""
    options: dict[str, Any] = {"validate_formats": formats, "offline": True}
    if others:
        pairs = [(uri, plain(other)) for uri, other in others.items()]
        options["registry"] = jsonschema_rs.Registry(pairs)
        options["base_uri"] = "file:///this.json"
    kind = CLASSES[dialect_of(schema, dialect).label]
    return bool(kind(plain(schema), **options).is_valid(plain(record)))


def plain(value: Any) -> Any:
    """The value with decimals where it has fractions: `jsonschema_rs` takes these without loss."""
    if isinstance(value, Fraction):
        return Decimal(json_values.number_text(value))
    if isinstance(value, list):
        return [plain(item) for item in value]
    if isinstance(value, dict):
        return {name: plain(item) for name, item in value.items()}
    return value


def dialect_of(schema: Any, dialect: str) -> dialects.Dialect:
    """The draft that a schema is read by."""
    declared = schema.get("$schema") if isinstance(schema, dict) else None
    found = dialects.by_uri(declared) if isinstance(declared, str) else None
    found = found or dialects.by_label(dialect)
    assert found is not None
    return found
