"""The effect of rewriting a published schema: descriptions, or the accepted records."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from schemareg.documents import json_values
from schemareg.formats import catalogue
from schemareg.formats.format import Resolver
from schemareg.model import Content, Outcome
from schemareg.model.errors import InvalidFiles

if TYPE_CHECKING:
    from schemareg.documents import Document
    from schemareg.documents.json_values import JsonValue
    from schemareg.formats.format import Locate, SchemaFormat
    from schemareg.formats.verdict import Lookup


class Meaning(StrEnum):
    """The difference of two texts of one schema, the smallest first."""

    BYTES = "bytes"
    """The same JSON value: whitespace or the order of keys."""
    WORDS = "words"
    """Titles, descriptions, examples, the order of sets."""
    EQUIVALENT = "equivalent"
    """Other keywords, proved to accept the same records."""
    COMPATIBLE = "compatible"
    """Other records, accepted by readers of both texts."""
    WIDENED = "widened"
    """It allows records that readers of the earlier text refuse."""
    NARROWED = "narrowed"
    """It refuses records that the earlier text allowed."""
    BOTH = "narrowed and widened"
    UNDECIDED = "undecided"
    """Undecided; see the reason."""
    UNJUDGED = "not judged"
    """One of the texts is not a JSON Schema."""

    @property
    def harmless(self) -> bool:
        """Whether the meaning is unchanged."""
        return self in (Meaning.BYTES, Meaning.WORDS, Meaning.EQUIVALENT)


class RewriteEffect(NamedTuple):
    """The comparison of two texts."""

    meaning: Meaning
    record: str = ""
    """A record, as JSON text: allowed before and refused now, or else newly allowed."""
    reason: str = ""
    """Why it is undecided or not judged."""
    doubt: bool = False
    """Whether only one direction was decided."""

    def breaks(self, direction: str) -> bool | None:
        """Whether it breaks readers in a direction, `BACKWARD` or `FORWARD`; None if undecided."""
        if self.meaning in (Meaning.UNDECIDED, Meaning.UNJUDGED):
            return None
        if self.meaning is Meaning.BOTH:
            return True
        if self.meaning is (Meaning.NARROWED if direction == "BACKWARD" else Meaning.WIDENED):
            return True
        return None if self.doubt else False


class Read(NamedTuple):
    """A parsed schema."""

    document: Document | None = None
    fault: str = ""
    """The reason if it is not a schema."""

    @property
    def value(self) -> JsonValue:
        """The content of its file; None if it is not a schema."""
        return None if self.document is None else self.document.value


class _Question(NamedTuple):
    outcome: Outcome
    record: str = ""
    reason: str = ""


def judged(
    before: bytes,
    after: bytes,
    path: str,
    content: Content = Content.DECLARED,
    lookup: Lookup | None = None,
    locate: Locate | None = None,
) -> RewriteEffect:
    """Compares the contents `before` and `after` of the schema file at `path`.

    `lookup` gives the files that references lead to, by `file:///` and their path, and `locate` the
    path of a version that a reference names; other references are undecided. Nothing is raised
    for an unreadable text.
    """
    return compared(read(before, path), read(after, path), path, content, lookup, locate)


def compared(
    older: Read,
    newer: Read,
    path: str,
    content: Content,
    lookup: Lookup | None,
    locate: Locate | None,
) -> RewriteEffect:
    """Compares two parsed schemas."""
    if older.fault or newer.fault:
        return RewriteEffect(
            Meaning.UNJUDGED, reason=f"it is not a JSON Schema: {older.fault or newer.fault}"
        )
    if older.document is None or newer.document is None:
        return RewriteEffect(Meaning.UNJUDGED)
    one, other = older.document, newer.document
    if json_values.equal(one.value, other.value):
        return RewriteEffect(Meaning.BYTES)
    language = catalogue.format_of(path)
    if language.meaning(one) == language.meaning(other):
        return RewriteEffect(Meaning.WORDS)
    takes = _Comparator(language, Resolver(lookup, locate)).takes
    backward, forward = takes(other, one, content), takes(one, other, content)
    broken = Outcome.BREAKING in (backward.outcome, forward.outcome)
    if not broken and language.unjudged(one) == language.unjudged(other):
        proofs = (takes(*each, Content.OPEN) for each in ((one, other), (other, one)))
        if all(each.outcome is Outcome.COMPATIBLE for each in proofs):
            return RewriteEffect(Meaning.EQUIVALENT)
    return _directions(backward, forward)


def _directions(backward: _Question, forward: _Question) -> RewriteEffect:
    broken = [each.outcome is Outcome.BREAKING for each in (backward, forward)]
    doubts = [each for each in (backward, forward) if each.outcome is Outcome.UNDECIDED]
    reason = doubts[0].reason if doubts else ""
    if all(broken):
        return RewriteEffect(Meaning.BOTH, backward.record)
    if broken[0]:
        return RewriteEffect(Meaning.NARROWED, backward.record, reason, bool(doubts))
    if broken[1]:
        return RewriteEffect(Meaning.WIDENED, forward.record, reason, bool(doubts))
    if doubts:
        return RewriteEffect(Meaning.UNDECIDED, reason=reason)
    return RewriteEffect(Meaning.COMPATIBLE)


class _Comparator(NamedTuple):
    """Compares schemas of one format, and knows what their references reach."""

    language: SchemaFormat
    resolver: Resolver

    def takes(self, reader: Document, writer: Document, content: Content) -> _Question:
        """Whether a reader accepts everything that a writer can write."""
        if self.language.plainly_reads(reader, writer, content=content, formats=False):
            return _Question(Outcome.COMPATIBLE)
        from schemareg.formats.verdict import Budget, SchemaSource

        found = self.language.compare(
            SchemaSource(reader.value, f"file:///{reader.path}"),
            SchemaSource(writer.value, f"file:///{writer.path}"),
            self.resolver,
            content=content,
            formats=False,
            budget=Budget(findings=1),
        )
        record = found.findings[0].record if found.findings else ""
        return _Question(found.outcome, record, found.reason)


def read(text: bytes, path: str) -> Read:
    """The schema in a file at a path, or the reason why there is none."""
    language = catalogue.format_of(path)
    try:
        document = language.parse(language.adapt(text), path)
    except InvalidFiles as error:
        return Read(fault=error.mistakes[0].what)
    mistakes = language.mistakes(document, None)
    return Read(fault=mistakes[0].what) if mistakes else Read(document)
