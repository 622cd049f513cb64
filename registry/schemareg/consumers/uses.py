"""The declared uses of consumers: which of them the removal of an element affects, and who acknowledged it.

A consumer that names nothing, or whose file is invalid, is assumed to read everything.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from schemareg.model.semver import parse as parse_version
from schemareg.model.targets import covers, field_text, overlap

if TYPE_CHECKING:
    from collections.abc import Iterator

    from schemareg.model import Consumer, Hit, Pointer, Use
    from schemareg.model.semver import SemVer
    from schemareg.model.targets import Steps, Target
    from schemareg.snapshot.snapshot import Snapshot


def consumers(snapshot: Snapshot, product: str) -> tuple[Consumer, ...]:
    """The consumers of a product, sorted by file name."""
    return snapshot.consumers(product)


def consumer_at(snapshot: Snapshot, path: str) -> Consumer:
    """The consumer of an existing file."""
    return snapshot.consumer_at(path)


def affected_consumers(snapshot: Snapshot, target: Target) -> tuple[Consumer, ...]:
    """The consumers that the removal of a target affects, sorted by file name."""
    return tuple(each for each in snapshot.consumers(target.product) if reads(each, target))


def reads(consumer: Consumer, target: Target) -> bool:
    """Whether the end of a target hits a consumer."""
    return not consumer.uses or any(touches(use, target) for use in consumer.uses)


def acknowledges(consumer: Consumer, target: Target) -> bool:
    """Whether a consumer acknowledged the removal of a target."""
    return any(covers(ack, target) for ack in consumer.acks)


def touches(use: Use, target: Target) -> bool:
    """Whether the removal of the target takes something from this use."""
    if target.schema and target.schema != use.schema.schema:
        return False
    if not _meets(use.versions, target):
        return False
    if not target.field or not use.fields:
        return True
    return any(_overlap(steps, value, target) for steps, value in use.elements)


def hits_of(consumer: Consumer, target: Target) -> tuple[Hit, ...]:
    """How a target affects one consumer: one hit for each affected use."""
    from schemareg.model import Hit

    if not consumer.uses:
        return (Hit(target.product, consumer.name, consumer.team),)
    return tuple(
        Hit(
            target.product,
            consumer.name,
            consumer.team,
            str(use.schema),
            use.versions,
            touched_fields(use, target),
        )
        for use in consumer.uses
        if touches(use, target)
    )


def reads_version(use: Use, version: SemVer) -> bool:
    """Whether a use includes a version."""
    return _meets(use.versions, replace(use.schema, version=version))


def touched_fields(use: Use, target: Target) -> tuple[str, ...]:
    """The fields of a use that a target affects, in the notation of the file; all for a whole schema."""
    return tuple(
        field_notation(steps, value)
        for steps, value in use.elements
        if not target.field or _overlap(steps, value, target)
    )


def field_notation(steps: Steps, value: str | None = None) -> str:
    """A field or one of its values in the notation of a consumer's file: `customer.email`, `status=LOST`."""
    return field_text(steps) + ("" if value is None else f"={value}")


def describe_use(use: Use) -> Iterator[tuple[Pointer, Target]]:
    """The targets of a use, for each line or version: its fields, or else the whole; each with its pointer."""
    for version, major in _revisions(use.versions):
        whole = replace(use.schema, version=version, major=major)
        if not use.fields:
            yield ("schema",), whole
        for index, (steps, value) in enumerate(use.elements):
            yield ("fields", index), replace(whole, field=steps, value=value)


def _revisions(versions: str) -> Iterator[tuple[SemVer | None, int | None]]:
    for each in versions.split(" || "):
        exact = parse_version(each)
        if each == "*":
            yield None, None
        elif exact is not None:
            yield exact, None
        else:
            yield None, int(each.removeprefix("^").split(".")[0])


def _overlap(steps: Steps, value: str | None, target: Target) -> bool:
    """Whether two fields are equal or one contains the other; two values must be equal."""
    if not overlap(steps, target.field):
        return False
    other = target.value
    return None in (value, other) or value == other or len(steps) != len(target.field)


def _meets(versions: str, target: Target) -> bool:
    """Whether a version in use is one that the target names."""
    if target.version is None and target.major is None:
        return True
    return any(_one_meets(each, target) for each in versions.split(" || "))


def _one_meets(wanted: str, target: Target) -> bool:
    if wanted == "*":
        return True
    numbers = tuple(int(each) for each in wanted.removeprefix("^").split("."))
    if target.version is None:
        return numbers[0] == target.major
    version = (target.version.major, target.version.minor, target.version.patch)
    if not wanted.startswith("^"):
        return version[: len(numbers)] == numbers
    return version[0] == numbers[0] and version >= numbers
