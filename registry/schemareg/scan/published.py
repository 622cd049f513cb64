"""The published versions of a repository and their later changes, in any version scheme.

A version is published when its file lands. Nothing is judged here: the module finds which files changed
later, when, by which author, and which steps between versions were declared.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from schemareg.model import Kind
from schemareg.scan import layout as scan_layout

if TYPE_CHECKING:
    from collections.abc import Iterable

    from schemareg.model import Entry, Landing, PathChange
    from schemareg.scan.layout import Layout, Numbered


class Fate(StrEnum):
    """The change of a published version's file by a later landing."""

    REWRITTEN = "rewritten"
    REMOVED = "removed"
    MOVED = "moved"
    """Moved: its bytes appeared at another path in the same landing."""
    RETURNED = "returned"
    """Restored with the same bytes."""


@dataclass(slots=True)
class Version:
    """One published version."""

    schema: str
    """The name from the layout's groups: `com.acme/order`."""
    version: str
    """As its authors write it, without file ending."""
    number: Numbered
    path: str
    published: Landing
    id: str
    """Git's id of its latest content."""
    standing: bool = True

    @property
    def name(self) -> str:
        """`com.acme/order 1-0-2`."""
        return f"{self.schema} {self.version}"


@dataclass(frozen=True, slots=True)
class Rewrite:
    """One change of a version after its publication."""

    fate: Fate
    version: Version
    landing: Landing
    before: str
    """Git's id of the content before."""
    after: str
    """`""` for none."""
    to: str = ""
    """The new path of a moved file."""

    @property
    def days(self) -> int:
        """Whole days after the publication."""
        return (self.landing.time - self.version.published.time).days


@dataclass(frozen=True, slots=True)
class VersionStep:
    """A version that was published above another one, with both contents at that time."""

    version: Version
    above: Version
    before: str
    """Git's id of the lower version's content."""
    after: str


@dataclass(slots=True)
class Published:
    """The changes of the versions of a layout by a line of landings."""

    landings: int = 0
    first: Landing | None = None
    last: Landing | None = None
    versions: dict[str, Version] = field(default_factory=dict)
    """By path."""
    rewrites: list[Rewrite] = field(default_factory=list)
    """The oldest first."""
    steps: list[VersionStep] = field(default_factory=list)
    """The oldest first."""
    schemas: dict[str, dict[Numbered, Version]] = field(default_factory=dict)
    """The versions of each schema."""


def published(
    landings: Iterable[tuple[Landing, tuple[PathChange, ...]]], layout: Layout
) -> Published:
    """The changes of the versions of a layout, for a line from its first landing on.

    Pre-releases are left out, because they can change; so are links, and files whose name is not a version.
    """
    found = Published()
    for landing, changes in landings:
        found.landings += 1
        found.first = found.first or landing
        found.last = landing
        if changes:
            _take(found, layout, landing, changes)
    return found


def _take(
    found: Published, layout: Layout, landing: Landing, changes: Iterable[PathChange]
) -> None:
    changes = tuple(changes)
    arrived = {_id(each.after): each.path for each in changes if not _id(each.before)}
    came: list[Version] = []
    for change in changes:
        before, after = _id(change.before), _id(change.after)
        known = found.versions.get(change.path)
        if known is None:
            version = _version(layout, change.path, landing, after)
            if version is not None:
                found.versions[change.path] = version
                came.append(version)
        elif before != after:
            _happened(found, known, landing, after, arrived.get(before, ""))
    for version in sorted(came, key=lambda each: each.number.parts):
        _stepped(found, version)


def _happened(found: Published, known: Version, landing: Landing, after: str, to: str) -> None:
    if not after:
        fate = Fate.MOVED if to else Fate.REMOVED
    else:
        fate, to = Fate.RETURNED if after == known.id else Fate.REWRITTEN, ""
    found.rewrites.append(Rewrite(fate, known, landing, known.id, after, to))
    known.standing = bool(after)
    known.id = after or known.id


def _version(layout: Layout, path: str, landing: Landing, id_: str) -> Version | None:
    groups = layout.match(path) if id_ else None
    number = scan_layout.number_of(groups["version"]) if groups else None
    if groups is None or number is None or number.pre:
        return None
    names = (groups.get(each) for each in ("domain", "product", "schema"))
    schema = "/".join(each for each in names if each)
    return Version(schema, scan_layout.stem_of(groups["version"]), number, path, landing, id_)


def _stepped(found: Published, version: Version) -> None:
    """Compare a new version with the next lower existing one."""
    siblings = found.schemas.setdefault(version.schema, {})
    lower = (
        each
        for number, each in siblings.items()
        if each.standing
        and number.scheme is version.number.scheme
        and number.parts < version.number.parts
    )
    above = max(lower, key=lambda each: each.number.parts, default=None)
    if above is not None:
        found.steps.append(VersionStep(version, above, above.id, version.id))
    siblings[version.number] = version


def _id(entry: Entry | None) -> str:
    """The id of a file's content; a link or a submodule is no file."""
    return entry.id if entry is not None and entry.kind is Kind.FILE else ""
