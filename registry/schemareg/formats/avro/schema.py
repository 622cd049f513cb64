"""A parsed Avro schema: types with full names, each with the place that declares it.

Source: Apache Avro 1.12.0 specification, sections Primitive Types, Complex Types and Names.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from schemareg.documents.json_values import JsonValue
    from schemareg.formats.avro.logical import Logical
    from schemareg.model import Pointer

PRIMITIVES = frozenset(("null", "boolean", "int", "long", "float", "double", "bytes", "string"))
NAMED = frozenset(("record", "enum", "fixed"))


@dataclass(slots=True, eq=False)
class Type:
    """One type of a schema. Recursive: a type is the same object wherever its name refers to it."""

    kind: str
    """A primitive's name, or `record`, `enum`, `fixed`, `array`, `map`, `union`."""
    pointer: Pointer = ()
    """Of its declaration, in the document `uri`."""
    uri: str = ""
    name: str = ""
    """The full name of a record, an enum or a fixed."""
    aliases: tuple[str, ...] = ()
    """Full names."""
    fields: tuple[AvroField, ...] = ()
    symbols: tuple[str, ...] = ()
    default: str | None = None
    """The symbol that a reader takes for a symbol it does not have."""
    size: int = 0
    branches: tuple[Type, ...] = ()
    """Of a union; of an array or a map the one type of what is in it."""
    logical: Logical | None = None
    """Only where it is valid: an invalid one is ignored."""
    doc: str = ""
    properties: dict[str, JsonValue] = field(default_factory=dict)
    """Attributes that the specification does not define."""
    by_name: dict[str, list[Type]] | None = None
    """Of a reader's union: its branches by what they match, made when first asked for."""

    @property
    def inner(self) -> Type:
        """The items of an array, the values of a map."""
        return self.branches[0]

    @property
    def label(self) -> str:
        """What people call it: the full name, else the kind."""
        return self.name or self.kind


@dataclass(slots=True, eq=False)
class AvroField:
    """One field of a record."""

    name: str
    type: Type
    pointer: Pointer
    uri: str = ""
    aliases: tuple[str, ...] = ()
    has_default: bool = False
    default: JsonValue = None
    doc: str = ""
    order: str = "ascending"
    properties: dict[str, JsonValue] = field(default_factory=dict)


def short(name: str) -> str:
    """A full name without its namespace."""
    return name.rpartition(".")[2]


def types(root: Type) -> Iterator[Type]:
    """Every type that a schema uses, each once, the root first."""
    seen: set[int] = set()
    pending = [root]
    while pending:
        each = pending.pop()
        if id(each) not in seen:
            seen.add(id(each))
            yield each
            pending += [*(field.type for field in each.fields), *each.branches][::-1]
