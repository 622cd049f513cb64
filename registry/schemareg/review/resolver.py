"""The documents of two states at once, and what the references in them reach."""

from __future__ import annotations

from typing import TYPE_CHECKING

from schemareg.formats import catalogue

if TYPE_CHECKING:
    from collections.abc import Hashable

    from schemareg.documents import Document
    from schemareg.documents.json_values import JsonValue
    from schemareg.formats.format import Resolver, SchemaFormat
    from schemareg.model import SchemaVersion
    from schemareg.model.semver import SemVer
    from schemareg.snapshot.snapshot import Snapshot


class Shelf:
    """What has landed counts as it landed; what is proposed, as `head` has it."""

    def __init__(self, base: Snapshot, head: Snapshot) -> None:
        self._base = base
        self._head = head
        self._meanings: dict[Document, Hashable] = {}

    def landed(self, version: SchemaVersion) -> Document:
        """The document of a version that others are held against. Raises InvalidFiles."""
        snapshot = self._base if self._base.has(version.path) else self._head
        return snapshot.document(version.path)

    def proposed(self, version: SchemaVersion) -> Document:
        """The document of a version of head. Raises InvalidFiles."""
        return self._head.document(version.path)

    def meaning(self, document: Document) -> Hashable:
        """Equal for two versions exactly when they differ at most in annotations and order."""
        if document not in self._meanings:
            entry = catalogue.entry_of(document.path)
            self._meanings[document] = entry.name, format_of(document).meaning(document)
        return self._meanings[document]

    def lookup(self, uri: str) -> JsonValue | None:
        """The value of the version that a URI names, or None."""
        value = self._head.lookup(uri)
        return self._base.lookup(uri) if value is None else value

    def locate(self, product: str, schema: str, version: SemVer) -> str | None:
        """The path of a version's file, or None."""
        path = self._head.locate(product, schema, version)
        return self._base.locate(product, schema, version) if path is None else path

    def resolver(self, document: Document) -> Resolver:
        """How the references of a version are resolved."""
        return catalogue.resolver_of(document.path, self.lookup, self.locate)


def format_of(document: Document) -> SchemaFormat:
    """The format that a version is written in."""
    return catalogue.format_of(document.path)
