"""Versions being written: which ones have not landed, what the next one is called, its honest name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from schemareg.errors import RegistryError, Undecidable
from schemareg.model import Outcome
from schemareg.overview import schema as schema_overview

if TYPE_CHECKING:
    from schemareg.model import Report, SchemaVersion
    from schemareg.names import Target
    from schemareg.snapshot import Snapshot
    from schemareg.versions import SemVer


def drafts(base: Snapshot, head: Snapshot, target: Target) -> tuple[SchemaVersion, ...]:
    """The versions of a schema that are at head and not at base, oldest first."""
    landed = {each.version for each in base.versions(target.product, target.schema)}
    return tuple(
        each for each in schema_overview(head, target).versions if each.version not in landed
    )


def next_draft(base: Snapshot, head: Snapshot, target: Target) -> tuple[SchemaVersion, str]:
    """The version to copy, and the path of its copy.

    The copy is the version the target names, else the next minor one. Raises RegistryError where
    there is nothing to copy, where a draft waits already, and where the file is there.
    """
    overview = schema_overview(head, target)
    latest = overview.latest
    if latest is None:
        raise RegistryError(
            f"{overview.name} has no version to copy",
            remedy=f"To write the first one: reg new schema {overview.name}",
        )
    if target.version is None:
        waiting = drafts(base, head, target)
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


def honest_name(report: Report, draft: SchemaVersion, before: SemVer) -> tuple[SemVer, str]:
    """The version a draft's changes call for, after the version before it; and the draft's new path.

    Raises Undecidable, with the reason, where the report could not decide.
    """
    for verdict in report.versions:
        if (verdict.product, verdict.schema, verdict.version) != (
            draft.product,
            draft.schema,
            str(draft.version),
        ):
            continue
        if verdict.outcome is Outcome.UNDECIDED:
            raise Undecidable(
                f"what {draft.name} breaks could not be decided: {verdict.reason}",
                where=draft.path,
                remedy="Choose the version yourself, and rename the file; "
                f"{before.bumped('major')} breaks nobody",
            )
        if verdict.required_bump:
            wanted = before.bumped(verdict.required_bump)
            return wanted, _renamed(draft, wanted)
    return draft.version, draft.path


def _renamed(version: SchemaVersion, wanted: SemVer) -> str:
    folder, _, name = version.path.rpartition("/")
    return f"{folder}/{wanted}{name.removeprefix(str(version.version))}"
