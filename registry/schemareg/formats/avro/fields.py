"""The fields a message of a schema can carry, by path: the words in which people speak of it.

Branches of a union are merged: what only some of them have is optional. A record that comes back
inside itself is listed there and not entered again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from schemareg.documents import json_values
from schemareg.formats.json_schema.fields import MOST, Field
from schemareg.model.targets import field_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from schemareg.formats.avro.schema import Field as Member
    from schemareg.formats.avro.schema import Type

VALUES = "*"
"""The step to the values of a map. No field of Avro has this name."""

DEEPEST = 200


def fields(root: Type) -> tuple[Field, ...]:
    """Every field path of a schema, each parent before what is inside it, in document order."""
    found: list[Field] = []
    for each in _below(_branches(root), (), frozenset()):
        found.append(each)
        if len(found) == MOST:
            break
    return tuple(found)


_Place = tuple["Type", ...]
"""The types that a value may have at one place, unions taken apart."""


def _branches(type_: Type) -> _Place:
    return type_.branches if type_.kind == "union" else (type_,)


def _below(place: _Place, steps: tuple[str | None, ...], above: frozenset[int]) -> Iterator[Field]:
    """The fields inside a place; `above` are the records that it stands in."""
    records = [each for each in place if each.kind == "record"]
    if len(steps) >= DEEPEST or any(id(each) in above for each in records):
        return
    inside = above | {id(each) for each in records}
    members: dict[str, list[Member]] = {}
    for record in records:
        for member in record.fields:
            members.setdefault(member.name, []).append(member)
    for name, held in members.items():
        types_ = tuple(dict.fromkeys(each for held_ in held for each in _branches(held_.type)))
        path = (*steps, name)
        yield _field(path, types_, held, required=len(held) == len(records))
        yield from _below(types_, path, inside)
    for kind, step in (("array", None), ("map", VALUES)):
        inner = [each.inner for each in place if each.kind == kind]
        types_ = tuple(dict.fromkeys(each for type_ in inner for each in _branches(type_)))
        if types_:
            path = (*steps, step)
            if not any(each.kind in ("record", "array", "map") for each in types_):
                yield _field(path, types_, (), required=False)
            yield from _below(types_, path, inside)


def _field(
    steps: tuple[str | None, ...],
    place: _Place,
    members: list[Member] | tuple[()],
    *,
    required: bool,
) -> Field:
    kinds = sorted({each.kind for each in place if each.kind != "null"})
    first = next((each for each in place if each.kind != "null"), place[0])
    annotations: dict[str, str] = {}
    for properties in (
        *(each.properties for each in place),
        *(each.properties for each in members),
    ):
        for name, value in properties.items():
            if name not in _OF_LOGICAL_TYPES:
                annotations[name] = value if isinstance(value, str) else json_values.render(value)
    logical = {str(each.logical) for each in place if each.logical is not None}
    symbols = dict.fromkeys(symbol for each in place for symbol in each.symbols)
    return Field(
        path=field_text(steps),
        steps=steps,
        type=" | ".join(kinds) or "null",
        required=required,
        nullable=any(each.kind == "null" for each in place),
        values=tuple(symbols) if kinds == ["enum"] else (),
        format=logical.pop() if len(logical) == 1 else "",
        description=next((each.doc for each in (*members, *place) if each.doc), ""),
        annotations=tuple(sorted(annotations.items())),
        uri=first.uri,
        pointer=members[0].pointer if members else first.pointer,
    )


_OF_LOGICAL_TYPES = frozenset(("logicalType", "precision", "scale"))
