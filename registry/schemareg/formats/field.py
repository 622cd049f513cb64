"""A field of a schema: the unit in which consumers, deprecations and reports refer to data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from schemareg.model import Pointer
    from schemareg.model.targets import Steps

MEANINGS = (
    *("unit", "x-unit", "x-semantic-type", "x-tags", "x-classification"),
    *("format", "contentEncoding", "contentMediaType"),
)
"""Annotations that tell readers how to interpret a value, although no validator checks them."""

MAX_FIELDS = 10_000
"""Fields that a schema is listed with: references can multiply them beyond any end.

No verdict rests on the list: `SchemaFormat.field_at` and `compare_fields` reach further.
"""


@dataclass(frozen=True, slots=True)
class Field:
    """One field path of a schema, and what is known of the values there."""

    path: str
    """As people write it: `customer.email`, `lines[].sku`."""
    steps: Steps
    """The same from the root of a record."""
    type: str
    """`string`, `integer | string`, …; `any` where the schema does not say."""
    required: bool
    """Whether every record that has the parent has the field; items of an array are not required."""
    nullable: bool
    values: tuple[str, ...] = ()
    """The values allowed, where they are listed: strings as they are, others as JSON text."""
    format: str = ""
    description: str = ""
    annotations: tuple[tuple[str, str], ...] = ()
    """`unit`, `deprecated`, `x-…` and the like with their JSON text, sorted."""
    branches: tuple[str, ...] = ()
    """The alternatives that have the field, where others have not: `kind=card`, `oneOf/1`."""
    uri: str = ""
    """The document that declares the field."""
    pointer: Pointer = ()
    """Of the schema that declares it first, in that document."""
