"""The proposal: which versions are new, and which landed versions changed."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from schemareg.manifests.layout import PRODUCT, REGISTRY, SCHEMAS
from schemareg.model import Place
from schemareg.model.errors import InvalidFiles
from schemareg.rules import versions as rules
from schemareg.snapshot.snapshot import modes

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from schemareg.model import FileChange, Finding, SchemaVersion
    from schemareg.snapshot.snapshot import Snapshot


class Proposal:
    """One change of a registry, version by version. `base` is the landed state."""

    def __init__(self, base: Snapshot, head: Snapshot, changes: Sequence[FileChange]) -> None:
        self._base = base
        self._head = head
        self._changes = changes

    @cached_property
    def proposed(self) -> tuple[SchemaVersion, ...]:
        """The versions that are new, and the pre-releases that changed; sorted by path.

        A landed version that only moved is not included: it counts as removed.
        """
        moved = {each.path for _, each in self._removed if each is not None}
        found = []
        for change in self._changes:
            version = self._head.version_at(change.path) if change.after else None
            if version is None or version.path in moved:
                continue
            landed = self._base.version_at(change.path)
            if landed is None or landed.version.pre:
                found.append(version)
        return tuple(found)

    def everything(self) -> tuple[SchemaVersion, ...]:
        """Every version of head, sorted by path."""
        return self._head.all_versions()

    def has_landed(self, version: SchemaVersion) -> bool:
        """Whether a version of head exists at base, at the same path."""
        return self._base.version_at(version.path) is not None

    def of_schema(self, version: SchemaVersion) -> tuple[SchemaVersion, ...]:
        """The landed versions of a version's schema, oldest first, at any path."""
        return self._base.versions_in(self.home(version), version.schema)

    def home(self, version: SchemaVersion) -> str:
        """The folder that a version's product had at base, or has at head if it had none."""
        folder = version.path.split(f"/{SCHEMAS}/")[0]
        if not self._base.is_product(folder):
            for old, _ in self._removed:
                if old.product == version.product:
                    return old.path.split(f"/{SCHEMAS}/")[0]
        return folder

    def emptied(self) -> frozenset[str]:
        """The product.yaml of products that lost a schema's every release."""
        return frozenset(
            f"{folder}/{PRODUCT}"
            for folder, schema in {
                (each.path.split(f"/{SCHEMAS}/")[0], each.schema) for each, _ in self._removed
            }
            if not self._head.versions_in(folder, schema)
        )

    def findings(self) -> list[Finding]:
        """Landed versions that were altered or moved."""
        found = []
        for change in self._changes:
            landed = self._base.version_at(change.path) if change.before else None
            if landed is None or landed.version.pre:
                continue
            if self._head.version_at(change.path) is not None:
                found.append(rules.altered(landed, self._base.commit))
        for path in modes(self._base.files, self._head.files):
            landed = self._base.version_at(path)
            if landed is not None and not landed.version.pre:
                found.append(rules.altered(landed, self._base.commit, "its file's mode"))
        for version, moved in self._removed:
            place = self._left_of(version)
            found.append(rules.removed(version, self._base.commit, place, moved))
        return found

    @cached_property
    def _removed(self) -> tuple[tuple[SchemaVersion, SchemaVersion | None], ...]:
        """The landed releases that are no longer at their path, and their new paths."""
        gone = {each.path: each for each in self._gone() if not each.version.pre}
        if not gone:
            return ()
        arrived: dict[tuple[str, str, object], SchemaVersion] = {}
        for change in self._changes:
            version = self._head.version_at(change.path) if change.after else None
            if version is not None and version.path not in gone:
                arrived[version.product, version.schema, version.version] = version
        return tuple(
            (each, arrived.get((each.product, each.schema, each.version)))
            for _, each in sorted(gone.items())
        )

    def _gone(self) -> Iterator[SchemaVersion]:
        for change in self._changes:
            if change.before is None:
                if change.path.endswith(f"/{PRODUCT}"):
                    yield from self._lost_below(change.path)
                continue
            landed = self._base.version_at(change.path)
            if landed is not None and self._head.version_at(change.path) is None:
                yield landed
            elif change.path.endswith(f"/{PRODUCT}"):
                yield from self._lost_below(change.path)

    def _lost_below(self, path: str) -> Iterator[SchemaVersion]:
        """An added or removed product.yaml can hide products whose files did not change."""
        folder = path.rpartition("/")[0]
        if self._base.is_product(folder) != self._head.is_product(folder):
            for version in self._base.versions_below(folder):
                if self._head.version_at(version.path) is None:
                    yield version

    def _left_of(self, version: SchemaVersion) -> Place:
        """The nearest existing file for a finding about a removed version."""
        folder = version.path.split(f"/{SCHEMAS}/")[0]
        path = f"{folder}/{PRODUCT}"
        if self._head.has(path):
            try:
                return self._head.document(path).place(("schemas", version.schema), key=True)
            except InvalidFiles:
                return Place(path)
        return Place(REGISTRY) if self._head.has(REGISTRY) else Place(version.path)
