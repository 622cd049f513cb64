"""The documents of two states at once, and what the references in them reach."""

from __future__ import annotations

import json
from copy import deepcopy
from typing import TYPE_CHECKING

from schemareg.formats.json_schema import keywords
from schemareg.formats.json_schema.annotations import dialect_of, meaning, references_in, schemas
from schemareg.formats.json_schema.structural import self_contained
from schemareg.model.errors import RegistryError
from schemareg.model.targets import parse
from schemareg.review.findings import uri_of

if TYPE_CHECKING:
    from collections.abc import Hashable
    from fractions import Fraction

    from schemareg.documents import Document
    from schemareg.documents.json_values import JsonValue
    from schemareg.formats.json_schema.references import Library
    from schemareg.model import SchemaVersion
    from schemareg.model.semver import SemVer
    from schemareg.snapshot.snapshot import Snapshot


_SECONDS = 0.9
"""CPU time that the questions of one proposal may take beyond what each has free."""
_FREE_SECONDS = 0.25
"""What one question may take free of charge: those about real schemas take less."""


class Shelf:
    """What has landed counts as it landed; what is proposed, as `head` has it."""

    def __init__(self, base: Snapshot, head: Snapshot) -> None:
        self._base = base
        self._head = head
        self._bare: dict[Document, tuple[JsonValue, str, bool]] = {}
        self._left = _SECONDS

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

    def landed(self, version: SchemaVersion) -> Document:
        """The document of a version that others are held against. Raises InvalidFiles."""
        snapshot = self._base if self._base.has(version.path) else self._head
        return snapshot.document(version.path)

    def proposed(self, version: SchemaVersion) -> Document:
        """The document of a version of head. Raises InvalidFiles."""
        return self._head.document(version.path)

    def bare(self, document: Document) -> JsonValue:
        """A schema without its words."""
        return self._stripped(document)[0]

    def meaning(self, document: Document) -> Hashable:
        """What two documents share exactly when they differ in words at most."""
        return self._stripped(document)[1]

    def self_contained(self, document: Document) -> bool:
        """Whether every reference of a schema leads to one of its own definitions."""
        return self._stripped(document)[2]

    def _stripped(self, document: Document) -> tuple[JsonValue, str, bool]:
        known = self._bare.get(document)
        if known is None:
            value = meaning(document.value)
            text = json.dumps(value, sort_keys=True, default=_fraction)
            known = self._bare[document] = value, text, self_contained(value)
        return known

    def lookup(self, uri: str) -> JsonValue | None:
        """The value of the version that a URI names, as `spelled_out`; or None."""
        value = self._head.lookup(uri)
        return self.spelled_out(self._base.lookup(uri) if value is None else value)

    def spelled_out(self, value: JsonValue) -> JsonValue:
        """A schema whose references by name, `reg:payments/payment@1.2.0`, are URIs of files.

        A validator that is not ours knows files, and what stands beside them, but no names.
        """
        if not any(text.startswith("reg:") for text in references_in(value)):
            return value
        copied = deepcopy(value)
        dialect = dialect_of(copied)
        for _, schema in schemas(copied, dialect):
            for keyword in keywords.REFERENCES[dialect]:
                text = schema.get(keyword) if isinstance(schema, dict) else None
                if isinstance(text, str) and text.startswith("reg:"):
                    schema[keyword] = self._by_path(text)
        return copied

    def _by_path(self, reference: str) -> str:
        name, sign, fragment = reference.removeprefix("reg:").partition("#")
        try:
            target = parse(name)
        except RegistryError:
            return reference
        if target.version is None:
            return reference
        path = self.locate(target.product, target.schema, target.version)
        return reference if path is None else f"{uri_of(path)}{sign}{fragment}"

    def locate(self, product: str, schema: str, version: SemVer) -> str | None:
        """The path of a version's file, or None."""
        path = self._head.locate(product, schema, version)
        return self._base.locate(product, schema, version) if path is None else path

    def library(self) -> Library:
        """What references may reach."""
        from schemareg.formats.json_schema.references import Library

        return Library(self.lookup, self.locate)


def _fraction(number: Fraction) -> dict[str, list[int]]:
    """A number that is not whole, as nothing that a file can hold: a lone surrogate is refused."""
    return {"\ud800": [number.numerator, number.denominator]}
