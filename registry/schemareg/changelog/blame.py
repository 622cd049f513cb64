"""The origin of each field of a version: its introduction, last change, and deprecation."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from schemareg.model.errors import InvalidFiles, RegistryError
from schemareg.model.targets import begins, covers
from schemareg.snapshot.elements import explain_missing, fields_of, latest

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from schemareg.deprecation.landed import Promises
    from schemareg.deprecation.schedule import Term
    from schemareg.formats.field import Field
    from schemareg.model import Landing, SchemaVersion
    from schemareg.model.targets import Target


@dataclass(frozen=True, slots=True)
class Origin:
    """A version and its landing."""

    version: str
    landing: Landing


@dataclass(frozen=True, slots=True)
class Blame:
    """The origin of one field, or of one of its enum values."""

    field: Field
    value: str
    """`""` for the field itself."""
    introduced: Origin
    """The version since which it exists without a gap."""
    changed: Origin
    """The version that last changed its promise; the introducing one if none did."""
    what: str
    """What that version changed: `type, required`; `""` for the introducing version."""
    ending: Term | None
    """Its deprecation, if any."""

    @property
    def name(self) -> str:
        """`status`, or `status=CANCELLED`."""
        return f"{self.field.path}={self.value}" if self.value else self.field.path


def blame(promises: Promises, target: Target) -> tuple[SchemaVersion, tuple[Blame, ...]]:
    """The version that a target names, by default the latest, and its fields in document order.

    Versions count in their own order, across major lines; an unreadable one is
    skipped. Raises RegistryError if the version does not exist.
    """
    base = promises.base
    whole = replace(target, field=(), value=None)
    lack = explain_missing(base, whole)
    version = latest(base, whole) if not lack and target.schema else None
    if version is None:
        what, remedy = lack or (f"{target} is not a schema", "Name one: reg blame PRODUCT/SCHEMA")
        raise RegistryError(what, remedy=remedy)
    older = [
        each
        for each in base.versions(target.product, target.schema)
        if each.version <= version.version and (not each.version.pre or each == version)
    ]
    history = [(each, found) for each in older if (found := _fields(promises, each)) is not None]
    if not history or history[-1][0] != version:
        raise RegistryError(
            f"the schema of {version.name} cannot be read", remedy=f"reg validate {version.path}"
        )
    return version, tuple(_blamed(promises, target, version, history))


def _fields(promises: Promises, version: SchemaVersion) -> dict[str, Field] | None:
    try:
        return {each.path: each for each in fields_of(promises.base, version)}
    except InvalidFiles:
        return None


def _blamed(
    promises: Promises,
    target: Target,
    version: SchemaVersion,
    past: Sequence[tuple[SchemaVersion, dict[str, Field]]],
) -> Iterator[Blame]:
    origins: dict[str, Origin] = {}

    def origin(each: SchemaVersion) -> Origin:
        if each.path not in origins:
            landing = promises.history.changes(each.path)[0].landing
            origins[each.path] = Origin(str(each.version), landing)
        return origins[each.path]

    for path, field in past[-1][1].items():
        if target.field and not begins(field.steps, target.field):
            continue
        run = _run([(each, fields.get(path)) for each, fields in past])
        changed, what = _changed(run)
        element = replace(
            target, version=version.version, major=None, field=field.steps, value=None
        )
        ending = _ending(promises, element)
        yield Blame(field, "", origin(run[0][0]), origin(changed), what, ending)
        for value in field.values:
            since = _since(run, value)
            ending = _ending(promises, replace(element, value=value))
            yield Blame(field, value, origin(since), origin(since), "", ending)


def _run(
    past: Sequence[tuple[SchemaVersion, Field | None]],
) -> list[tuple[SchemaVersion, Field]]:
    """The versions that have it without a gap, up to the newest."""
    run: list[tuple[SchemaVersion, Field]] = []
    for version, field in reversed(past):
        if field is None:
            break
        run.append((version, field))
    return run[::-1]


def _changed(run: Sequence[tuple[SchemaVersion, Field]]) -> tuple[SchemaVersion, str]:
    for index in range(len(run) - 1, 0, -1):
        what = _differences(run[index - 1][1], run[index][1])
        if what:
            return run[index][0], ", ".join(what)
    return run[0][0], ""


def _differences(before: Field, after: Field) -> list[str]:
    """The parts of a promise that differ; descriptions do not count."""
    parts = ("type", "required", "nullable", "values", "format", "annotations")
    return [each for each in parts if getattr(before, each) != getattr(after, each)]


def _since(run: Sequence[tuple[SchemaVersion, Field]], value: str) -> SchemaVersion:
    since = run[-1][0]
    for version, field in reversed(run):
        if value not in field.values:
            break
        since = version
    return since


def _ending(promises: Promises, element: Target) -> Term | None:
    """The newest deprecation of an element, or of a part that contains it."""
    speaking = [
        each for each in promises.terms(element.product) if covers(each.said.target, element)
    ]
    return max(speaking, key=lambda each: each.announced.ordinal, default=None)
