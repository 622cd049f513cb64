"""The logical structure of a record, the same for every schema language.

A structure says what a relational or columnar store needs: names, types, which values are missing
or null. What it leaves out of a schema is listed in `limits`, never dropped unseen.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from schemareg.documents.json_values import JsonValue


@dataclass(frozen=True, slots=True)
class Scalar:
    """A type without parameters."""

    kind: str
    """`boolean`, `float64`, `uuid`, `date`, `time`, `timestamp` (with zone), `interval`, `binary`."""


@dataclass(frozen=True, slots=True)
class Integer:
    """Whole numbers that fit `bits` bits, signed."""

    bits: int
    """8, 16, 32 or 64."""


@dataclass(frozen=True, slots=True)
class Decimal:
    """Exact numbers: `precision` digits in all, `scale` of them after the point."""

    precision: int
    scale: int


@dataclass(frozen=True, slots=True)
class String:
    """Text of at most `longest` characters; None where nothing bounds it."""

    longest: int | None = None


@dataclass(frozen=True, slots=True)
class Enum:
    """One of these strings, in the schema's order."""

    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Array:
    """A list of values of one type."""

    element: Type
    nullable: bool = False


@dataclass(frozen=True, slots=True)
class Struct:
    """An object of declared names."""

    members: tuple[StructMember, ...]


@dataclass(frozen=True, slots=True)
class Map:
    """An object of any names, whose values have one type."""

    value: Type
    nullable: bool = False


@dataclass(frozen=True, slots=True)
class Json:
    """Any JSON value: what no narrower type holds."""

    reason: str = ""


Type = Scalar | Integer | Decimal | String | Enum | Array | Struct | Map | Json


@dataclass(frozen=True, slots=True)
class StructMember:
    """One declared name of an object."""

    name: str
    type: Type
    required: bool
    nullable: bool
    """Whether the value may be JSON's null."""
    description: str = ""
    classification: str = ""
    default: tuple[JsonValue, ...] = ()
    """The declared default; empty where there is none."""


class Limit(NamedTuple):
    """One thing that a schema says and the structure does not hold."""

    path: str
    """The field, in the registry's words; empty for the whole record."""
    what: str


@dataclass(frozen=True, slots=True)
class Structure:
    """A record: its members in the schema's order, and what they do not hold of it."""

    members: tuple[StructMember, ...]
    limits: tuple[Limit, ...] = ()
    description: str = ""
    annotations: tuple[tuple[str, str], ...] = ()
    """Of the whole record: `x-…` with their JSON text, sorted."""
