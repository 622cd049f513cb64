"""The fields a message of a schema can carry, by path: the words in which people speak of it.

Branches of a union are merged: what only some of them have is optional. A record that comes back
inside itself is listed there and not entered again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from schemareg.documents import json_values
from schemareg.formats.field import MAX_FIELDS, Field
from schemareg.model.targets import Inside, field_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from schemareg.formats.avro.schema import AvroField as Member
    from schemareg.formats.avro.schema import Type
    from schemareg.model.targets import Steps

MAX_DEPTH = 200


class FieldPlace(NamedTuple):
    """A field path of a schema, and all that declares what is there."""

    steps: Steps
    types: tuple[Type, ...]
    """The types of its values, unions taken apart."""
    members: tuple[Member, ...]
    """The fields of records that declare it; none for items and values."""
    required: bool
    """Whether every message that has the parent has it."""
    branches: tuple[str, ...] = ()
    """The records of a union that have it, where others have not."""

    @property
    def path(self) -> str:
        """As people write it."""
        return field_text(self.steps)


def fields(root: Type) -> tuple[Field, ...]:
    """Every field path of a schema, each parent before what is inside it, in document order.

    At most `MAX_FIELDS`.
    """
    return tuple(
        _field(place)
        for place in places(root)
        if place.members or not any(each.kind in _CONTAINERS for each in place.types)
    )


def places(root: Type) -> Iterator[FieldPlace]:
    """Every path, items of arrays and values of maps included; at most `MAX_FIELDS`."""
    walk = _below(_apart(root), (), frozenset())
    yield from (place for _, place in zip(range(MAX_FIELDS), walk, strict=False))


_CONTAINERS = ("record", "array", "map")


def _apart(type_: Type) -> tuple[Type, ...]:
    return type_.branches if type_.kind == "union" else (type_,)


def _below(types_: tuple[Type, ...], steps: Steps, above: frozenset[int]) -> Iterator[FieldPlace]:
    """The places inside values of these types; `above` are the records that they are in."""
    records = [each for each in types_ if each.kind == "record"]
    if len(steps) >= MAX_DEPTH or any(id(each) in above for each in records):
        return
    inside = above | {id(each) for each in records}
    members: dict[str, list[tuple[str, Member]]] = {}
    for record in records:
        for member in record.fields:
            members.setdefault(member.name, []).append((record.name, member))
    found = [
        FieldPlace(
            (*steps, name),
            _merged([member.type for _, member in held]),
            tuple(member for _, member in held),
            len(held) == len(records),
            tuple(record for record, _ in held) if len(held) < len(records) else (),
        )
        for name, held in members.items()
    ]
    for kind, step in (("array", None), ("map", Inside.VALUES)):
        inner = _merged([each.inner for each in types_ if each.kind == kind])
        if inner:
            found.append(FieldPlace((*steps, step), inner, (), required=False))
    for place in found:
        yield place
        yield from _below(place.types, place.steps, inside)


def _merged(types_: list[Type]) -> tuple[Type, ...]:
    return tuple(dict.fromkeys(each for type_ in types_ for each in _apart(type_)))


def _field(place: FieldPlace) -> Field:
    shown = [each for each in place.types if each.kind != "null"]
    annotations: dict[str, str] = {}
    said = [each.properties for each in place.types] + [each.properties for each in place.members]
    for properties in said:
        for name, value in properties.items():
            if name not in _OF_LOGICAL_TYPES:
                text = value if isinstance(value, str) else json_values.render(value)
                annotations[_PROMISES.get(name, name)] = text
    docs = [each.doc for each in place.members] + [each.doc for each in place.types]
    first = shown[0] if shown else place.types[0]
    return Field(
        path=place.path,
        steps=place.steps,
        type=" | ".join(sorted({_kind(each) for each in shown})) or "null",
        required=place.required,
        nullable=len(shown) < len(place.types),
        values=tuple(dict.fromkeys(symbol for each in shown for symbol in each.symbols))
        if all(each.kind == "enum" for each in shown)
        else (),
        description=next(filter(None, docs), ""),
        annotations=tuple(sorted(annotations.items())),
        branches=place.branches,
        uri=first.uri if not place.members else place.members[0].uri,
        pointer=place.members[0].pointer if place.members else first.pointer,
    )


def _kind(type_: Type) -> str:
    return f"{type_.kind} ({type_.logical})" if type_.logical is not None else type_.kind


_OF_LOGICAL_TYPES = frozenset(("logicalType", "precision", "scale"))
_PROMISES = {"classification": "x-classification"}
"""Attributes by the names under which the registry knows them."""
