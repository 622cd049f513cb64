"""A field of a schema: the unit in which consumers, deprecations and reports refer to data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from schemareg.model import Pointer

MEANINGS = (
    *("unit", "x-unit", "x-semantic-type", "x-tags", "x-classification"),
    *("format", "contentEncoding", "contentMediaType"),
)
"""Annotations that tell readers how to interpret a value, although no validator checks them."""


@dataclass(frozen=True, slots=True)
class Field:
    """One field path of a schema, and what is known of the values there."""

    path: str
    """As people write it: `customer.email`, `lines[].sku`."""
    steps: tuple[str | None, ...]
    """The same from the root; None is "every item of the array here"."""
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
    uri: str = ""
    """The document that declares the field."""
    pointer: Pointer = ()
    """Of the schema that declares it first, in that document."""
