"""Where a validator of a draft may refuse what our reading of the draft allows; see `registry/docs/reference-drafts.md`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from schemareg.formats.json_schema.annotations import dialect_of, schemas
from schemareg.formats.json_schema.dialects import Dialect

if TYPE_CHECKING:
    from collections.abc import Iterator

    from schemareg.documents.json_values import JsonValue


def whole_numbers_differ(reader: JsonValue, writer: JsonValue) -> bool:
    """Whether a validator of the reader's draft may refuse `1.0` that the writer's draft allows.

    In draft 4 an integer is "a JSON number without a fraction or exponent part"; from draft 6 on,
    any number with a zero fractional part. Source: draft 4 core, section 3.5; draft 6 core, 4.2.1.
    """
    if dialect_of(reader) is not Dialect.DRAFT4 or "integer" not in set(_types(reader)):
        return False
    if dialect_of(writer) is not Dialect.DRAFT4:
        return not {"integer", "number"}.isdisjoint(_types(writer))
    return any(
        isinstance(schema, dict)
        and isinstance(schema.get("multipleOf"), int)
        and "integer" not in _listed(schema)
        for _, schema in schemas(writer, Dialect.DRAFT4)
    )


def _types(document: JsonValue) -> Iterator[str]:
    for _, schema in schemas(document, dialect_of(document)):
        if isinstance(schema, dict):
            yield from _listed(schema)


def _listed(schema: dict[str, JsonValue]) -> list[str]:
    declared = schema.get("type")
    names = declared if isinstance(declared, list) else [declared]
    return [name for name in names if isinstance(name, str)]
