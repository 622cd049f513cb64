"""Versions being written: which ones have not landed, what the next one is called, its honest name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from schemareg.catalog.overview import schema as schema_overview
from schemareg.model import Outcome, semver
from schemareg.model.errors import RegistryError, Undecidable

if TYPE_CHECKING:
    from datetime import date

    from schemareg.catalog.overview import SchemaOverview
    from schemareg.model import SchemaVersion, VersionVerdict
    from schemareg.model.semver import SemVer
    from schemareg.model.targets import Target
    from schemareg.snapshot.snapshot import Snapshot


def drafts(base: Snapshot, head: Snapshot, target: Target) -> tuple[SchemaVersion, ...]:
    """The versions of a schema that are at head and not at base, oldest first."""
    landed = {each.version for each in base.versions(target.product, target.schema)}
    return tuple(
        each for each in schema_overview(head, target).versions if each.version not in landed
    )


def next_draft(base: Snapshot, head: Snapshot, target: Target) -> tuple[SchemaVersion, str]:
    """The version to copy, and the path of its copy.

    The copy is the version the target names, of the latest one before it; else the next minor one,
    of the latest of all or of the line that is named. Raises RegistryError where there is nothing
    to copy, where a draft waits already, and where the file is there.
    """
    overview = schema_overview(head, target)
    latest = _to_copy(overview, target)
    if target.version is None:
        waiting = _of_line(drafts(base, head, target), target)
        if waiting:
            raise RegistryError(
                f"{waiting[-1].name} has not landed yet: there is a draft already",
                where=waiting[-1].path,
                remedy=f"Edit it. For one more beside it, name it: reg draft {overview.name}@"
                f"{latest.version.bumped('minor')}",
            )
    wanted = target.version or latest.version.bumped("minor")
    path = _renamed(latest, wanted)
    if any(each.version == wanted for each in overview.versions):
        raise RegistryError(
            f"{overview.name}@{wanted} is there already",
            where=path,
            remedy=f"Edit it if it has not landed; else: reg draft {overview.name}",
        )
    return latest, path


def bump(base: Snapshot, head: Snapshot, target: Target, today: date) -> tuple[str, str]:
    """The path of a schema's draft, and its path under the version that its changes call for.

    Raises RegistryError where there is no draft, or more than one to choose from, or nothing to
    compare it with; Undecidable, with the reason, where it cannot be told what it breaks.
    """
    from schemareg.review.review import review

    waiting = _of_line(drafts(base, head, target), target)
    if target.version is not None:
        waiting = tuple(each for each in waiting if each.version == target.version)
    name = f"{target.product}/{target.schema}"
    if not waiting:
        raise RegistryError(
            f"{target} has no version that has not landed yet",
            remedy=f"To begin one: reg draft {name}",
        )
    if len(waiting) > 1:
        several = ", ".join(str(each.version) for each in waiting)
        raise RegistryError(
            f"{name} has {len(waiting)} versions that have not landed yet: {several}",
            remedy=f"Say which: reg bump {waiting[0].name}",
        )
    (draft,) = waiting
    for verdict in review(base, head, today).versions:
        if f"{verdict.product}/{verdict.schema}@{verdict.version}" == draft.name:
            return draft.path, _renamed(draft, _honest(verdict, draft))
    return draft.path, draft.path


def _to_copy(overview: SchemaOverview, target: Target) -> SchemaVersion:
    from schemareg.catalog.overview import chosen_version
    from schemareg.snapshot.elements import newest

    latest = overview.latest
    if latest is None:
        raise RegistryError(
            f"{overview.name} has no version to copy",
            remedy="Put its first one at"
            f" {overview.product.folder}/schemas/{target.schema}/1.0.0.json",
        )
    if target.version is None:
        return chosen_version(overview, target)
    before = [each for each in overview.versions if each.version < target.version]
    return newest(before) if before else latest


def _of_line(versions: tuple[SchemaVersion, ...], target: Target) -> tuple[SchemaVersion, ...]:
    return tuple(each for each in versions if target.major in (None, each.version.major))


def _honest(verdict: VersionVerdict, draft: SchemaVersion) -> SemVer:
    if verdict.outcome is Outcome.UNDECIDED:
        raise Undecidable(
            f"what {draft.name} breaks could not be decided: {verdict.reason}",
            where=draft.path,
            remedy="Choose the version yourself, and rename the file; a new major version breaks"
            " nobody",
        )
    return semver.parse(verdict.honest) or draft.version


def _renamed(version: SchemaVersion, wanted: SemVer) -> str:
    folder, _, name = version.path.rpartition("/")
    return f"{folder}/{wanted}{name.removeprefix(str(version.version))}"
