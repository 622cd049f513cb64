"""What readers of an older schema miss in newer messages, though nothing fails.

A field that a record no longer has is found in each place that the record is used, also where another
branch of a union still has a field of that path.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from schemareg.formats.avro.data import Smallest
from schemareg.formats.avro.fields import fields
from schemareg.formats.avro.resolution import SchemaPair, field_steps, types_on_the_way
from schemareg.formats.field import MAX_FIELDS
from schemareg.formats.field_changes import FieldChanges, Loss, by_path
from schemareg.model.targets import above, field_text

if TYPE_CHECKING:
    from schemareg.formats.avro.schema import Type

MAX_STEPS = 20_000
"""Steps on ways to fields that went."""


def field_changes(old: Type, new: Type) -> FieldChanges:
    """Fields of the older schema that newer messages do not carry, and fields that mean something else."""
    before, after = fields(old), fields(new)
    found = by_path(before, after, formats=False)
    reported = {field_text(each.steps) for each in found.losses}
    product = SchemaPair(new, old, Smallest(new))
    for way in product.ways(MAX_STEPS, losses=True):
        record, reader, name = way.mismatch.writer, way.mismatch.reader, way.mismatch.name
        steps = field_steps(types_on_the_way(new, way.moves), way)
        path = field_text(steps)
        if not reported.isdisjoint((path, *above(path))):
            continue
        reported.add(path)
        pointer = next(each.pointer for each in reader.fields if each.name == name)
        found.losses.append(Loss(steps, record.name, pointer, record.uri, record.pointer))
    if product.exhausted or MAX_FIELDS in (len(before), len(after)):
        found.doubts.append("not every field that may have gone was looked at: there are too many")
    return found
