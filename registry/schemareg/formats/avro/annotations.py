"""What of an Avro schema is words, and what is meant by the rest.

Two schemas of one meaning differ in documentation and sort order at most. An attribute that the
specification does not define may mean something (`unit`), so it is no word.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from schemareg.documents import json_values
from schemareg.formats.avro.fields import places
from schemareg.formats.avro.schema import NAMED

if TYPE_CHECKING:
    from schemareg.documents.json_values import JsonValue
    from schemareg.formats.avro.schema import AvroField, Type


def by_field(root: Type) -> dict[str, dict[str, JsonValue]]:
    """What is said of each field, by path: `doc`, `order`, and attributes of one's own."""
    found = {"": _said(root)}
    for place in places(root):
        said: dict[str, JsonValue] = {}
        for type_ in place.types:
            said |= _said(type_)
        for member in place.members:
            said |= member.properties
            if member.doc:
                said["doc"] = member.doc
            if member.order != "ascending":
                said["order"] = member.order
        found[place.path] = said
    return found


def _said(type_: Type) -> dict[str, JsonValue]:
    said = dict(type_.properties)
    if type_.doc:
        said["doc"] = type_.doc
    return said


def meaning(root: Type) -> str:
    """A text that two schemas share exactly when they differ in words at most."""
    return json_values.render(_meant(root, set()), ordered=True)


def _meant(type_: Type, written: set[int]) -> JsonValue:
    if type_.kind == "union":
        return [_meant(each, written) for each in type_.branches]
    if type_.kind in NAMED and id(type_) in written:
        return type_.name
    written.add(id(type_))
    # Two names that a JSON object of a schema cannot have: what is defined, and what is not.
    return {
        "defined": [
            *(type_.kind, type_.name, sorted(type_.aliases), list(type_.symbols), type_.default),
            *(type_.size, [_meant(each, written) for each in type_.branches]),
            [_meant_field(each, written) for each in type_.fields],
        ],
        "own": type_.properties,
    }


def _meant_field(field: AvroField, written: set[int]) -> JsonValue:
    return [
        *(field.name, sorted(field.aliases), field.has_default, field.default),
        *(field.properties, _meant(field.type, written)),
    ]
