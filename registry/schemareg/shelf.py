"""The documents of two states at once, and what the references in them reach."""

from __future__ import annotations

from typing import TYPE_CHECKING

from schemareg import json_values
from schemareg.words import meaning

if TYPE_CHECKING:
    from collections.abc import Hashable

    from schemareg.documents import Document
    from schemareg.formats.json_schema.references import Library
    from schemareg.json_values import JsonValue
    from schemareg.model import SchemaVersion
    from schemareg.snapshot import Snapshot
    from schemareg.versions import SemVer


class Shelf:
    """What has landed counts as it landed; what is proposed, as `head` has it."""

    def __init__(self, base: Snapshot, head: Snapshot) -> None:
        self._base = base
        self._head = head
        self._meanings: dict[str, Hashable] = {}

    def landed(self, version: SchemaVersion) -> Document:
        """The document of a version that others are held against. Raises InvalidFiles."""
        snapshot = self._base if self._base.has(version.path) else self._head
        return snapshot.document(version.path)

    def proposed(self, version: SchemaVersion) -> Document:
        """The document of a version of head. Raises InvalidFiles."""
        return self._head.document(version.path)

    def meaning(self, document: Document) -> Hashable:
        """What two documents share exactly when they differ in words at most."""
        known = self._meanings.get(document.path)
        if known is None:
            known = json_values.key(meaning(document.value))
            self._meanings[document.path] = known
        return known

    def lookup(self, uri: str) -> JsonValue | None:
        """The value of the version that a URI names, or None."""
        value = self._head.lookup(uri)
        return self._base.lookup(uri) if value is None else value

    def locate(self, product: str, schema: str, version: SemVer) -> str | None:
        """The path of a version's file, or None."""
        path = self._head.locate(product, schema, version)
        return self._base.locate(product, schema, version) if path is None else path

    def library(self) -> Library:
        """What references may reach."""
        from schemareg.formats.json_schema.references import Library

        return Library(self.lookup, self.locate)
