"""The element that a target names: whether it exists, and the closest match if not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from schemareg.formats import catalogue
from schemareg.model.targets import field_text, literal
from schemareg.text.wording import listed, nearest, quoted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from schemareg.formats.field import Field
    from schemareg.formats.structure import Structure
    from schemareg.model import SchemaVersion
    from schemareg.model.targets import Steps, Target
    from schemareg.snapshot.snapshot import Snapshot


def explain_missing(snapshot: Snapshot, target: Target) -> tuple[str, str] | None:
    """The message and remedy for a missing target; None if it exists.

    A field exists if the latest version of the schema, or of the named line or version, has
    it; a field that only an older version has is already removed.
    """
    if snapshot.folder_of(target.product) is None:
        near = nearest(target.product, snapshot.product_names())
        remedy = f"Did you mean {near}?" if near else "To see what there is: reg list"
        return f"there is no product {quoted(target.product)}", remedy
    if not target.schema:
        return None
    versions = snapshot.versions(target.product, target.schema)
    if not versions:
        names = snapshot.schema_names(target.product)
        near = nearest(target.schema, names)
        known = f"{target.product} has {listed(names, last='and')}" if names else "It has none yet"
        return (
            f"{quoted(target.product)} has no schema {quoted(target.schema)}",
            f"Did you mean {target.product}/{near}?" if near else known,
        )
    meant = latest(snapshot, target)
    if meant is None:
        there = listed([str(each.version) for each in versions], last="and")
        wanted = target.version if target.version is not None else f"{target.major}.x"
        return f"{target.product}/{target.schema} has no version {wanted}", f"It has {there}"
    return _lacking_field(snapshot, target, meant) if target.field else None


def explain_nonexistent(snapshot: Snapshot, target: Target) -> tuple[str, str] | None:
    """The message and remedy if no version that the target names has it; None if one has it.

    Consumers of an older version still read what the latest version no longer has.
    """
    missing = explain_missing(snapshot, target)
    if missing is None or not target.field or target.version is not None:
        return missing
    for version in reversed(snapshot.versions(target.product, target.schema)):
        if target.major in (None, version.version.major):
            if _lacking_field(snapshot, target, version) is None:
                return None
    return missing


def latest(snapshot: Snapshot, target: Target) -> SchemaVersion | None:
    """The version of a target: the one it names, or the highest release of its line."""
    versions = snapshot.versions(target.product, target.schema)
    if target.version is not None:
        return next((each for each in versions if each.version == target.version), None)
    line = [each for each in versions if target.major in (None, each.version.major)]
    return newest(line) if line else None


def newest(versions: Sequence[SchemaVersion]) -> SchemaVersion:
    """The highest release of some versions, oldest first; without releases, the highest version.

    Raises ValueError for no versions.
    """
    return max(versions, key=lambda each: (not each.version.pre, each.version))


def fields_of(snapshot: Snapshot, version: SchemaVersion) -> tuple[Field, ...]:
    """The fields of a version, with references resolved."""
    document = snapshot.document(version.path)
    return catalogue.format_of(version.path).fields(document, snapshot.resolver(version.path))


def field_of(snapshot: Snapshot, version: SchemaVersion, steps: Steps) -> Field | None:
    """The field of a version at a path, by the format's own rules, else by those of release 0.1.

    The cost depends on the path, not on the number of fields.
    """
    document, resolver = snapshot.document(version.path), snapshot.resolver(version.path)
    for reading in dict.fromkeys((steps, literal(steps))):
        found = catalogue.format_of(version.path).field_at(document, reading, resolver)
        if found is not None:
            return found
    return None


def structure_of(snapshot: Snapshot, version: SchemaVersion) -> Structure:
    """The logical structure of a version's records. Raises RegistryError if it has none."""
    document = snapshot.document(version.path)
    return catalogue.format_of(version.path).structure(document, snapshot.resolver(version.path))


def _lacking_field(
    snapshot: Snapshot, target: Target, version: SchemaVersion
) -> tuple[str, str] | None:
    path = field_text(target.field)
    found = field_of(snapshot, version, target.field)
    if found is None:
        known = {each.path: each for each in fields_of(snapshot, version)}
        near = nearest(path, known)
        name = f"{target.product}/{target.schema}"
        return (
            f"{version.name} has no field {quoted(path)}",
            f"Did you mean {name}#{near}?" if near else f"To see its fields: reg show {name}",
        )
    if target.value is not None and found.values and target.value not in found.values:
        near = nearest(target.value, found.values)
        return (
            f"{quoted(path)} has no value {quoted(target.value)}",
            f"Did you mean {quoted(near)}?"
            if near
            else f"It has {listed(found.values, last='and')}",
        )
    return None
