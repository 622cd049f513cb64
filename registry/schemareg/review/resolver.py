"""The documents of two states, and the targets of their references."""

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


_SECONDS = 0.9
"""CPU time that the questions of one proposal may take beyond what each has free."""
_FREE_SECONDS = 0.25
"""What one question may take free of charge: those about real schemas take less."""

MAX_PAIRS_BYTES = 48_000_000
"""Size of all pairs of new versions of one proposal that are compared; each counts for both texts."""
_PAIR_BYTES = 1_000
"""What a pair costs beside its texts."""


class Shelf:
    """Landed versions are read from the base, proposed ones from `head`."""

    def __init__(self, base: Snapshot, head: Snapshot) -> None:
        self._base = base
        self._head = head
        self._meanings: dict[Document, Hashable] = {}
        self._left = _SECONDS
        self._pairs = MAX_PAIRS_BYTES

    @property
    def seconds(self) -> float:
        """The CPU time that one question may take.

        Those of one proposal share a budget, so that a proposal that is made to cost time costs it
        once. What is not answered within it is undecided.
        """
        return max(_FREE_SECONDS, self._left)

    def spend(self, seconds: float) -> None:
        """Account for the CPU time of one question."""
        self._left -= max(0.0, seconds - _FREE_SECONDS)

    def affords(self, older: SchemaVersion, new: Document, old: Document) -> bool:
        """Whether two versions of one proposal may still be compared.

        Each is compared with all before it, so their pairs grow with the square of their number. What
        landed is compared whatever it costs.
        """
        if self._base.has(older.path):
            return True
        self._pairs -= _PAIR_BYTES + len(new.text) + len(old.text)
        return self._pairs >= 0

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
