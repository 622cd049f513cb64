"""What became of a published schema when its file was rewritten: words, or what records it takes."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from schemareg import documents
from schemareg.documents import json_values
from schemareg.formats.json_schema import wellformed
from schemareg.formats.json_schema.annotations import meaning, property_names, unjudged
from schemareg.formats.json_schema.structural import evident, self_contained
from schemareg.model import Content, Outcome
from schemareg.model.errors import InvalidFiles
from schemareg.scan import layout

if TYPE_CHECKING:
    from schemareg.documents.json_values import JsonValue
    from schemareg.formats.json_schema.references import Locate
    from schemareg.formats.verdict import Lookup


class Meaning(StrEnum):
    """How two texts of one schema differ, the least first."""

    BYTES = "bytes"
    """The same JSON value: blanks, line breaks, the order of keys."""
    WORDS = "words"
    """Titles, descriptions, examples, the order of sets."""
    EQUIVALENT = "equivalent"
    """Proved to take the same records, in other keywords."""
    COMPATIBLE = "compatible"
    """Other records, and the readers of both take what the writers of both write."""
    WIDENED = "widened"
    """It allows records that readers of the earlier text refuse."""
    NARROWED = "narrowed"
    """It refuses records that the earlier text allowed."""
    BOTH = "narrowed and widened"
    UNDECIDED = "undecided"
    """It could not be decided; the reason says why."""
    UNJUDGED = "not judged"
    """One of the texts is no JSON Schema."""

    @property
    def harmless(self) -> bool:
        """Whether it changed no meaning at all."""
        return self in (Meaning.BYTES, Meaning.WORDS, Meaning.EQUIVALENT)


class Judged(NamedTuple):
    """What two texts come to."""

    meaning: Meaning
    record: str = ""
    """A record, as JSON text: what was allowed and is refused, else what is allowed anew."""
    reason: str = ""
    """Why it is undecided or not judged."""
    doubt: bool = False
    """Whether one direction was decided and the other was not: there may be more to it."""

    def breaks(self, direction: str) -> bool | None:
        """Whether readers of a direction, `BACKWARD` or `FORWARD`, are hurt; None if undecided."""
        if self.meaning in (Meaning.UNDECIDED, Meaning.UNJUDGED):
            return None
        if self.meaning is Meaning.BOTH:
            return True
        if self.meaning is (Meaning.NARROWED if direction == "BACKWARD" else Meaning.WIDENED):
            return True
        return None if self.doubt else False


class Read(NamedTuple):
    """A schema as it was read."""

    value: JsonValue = None
    bare: JsonValue = None
    """Without its words."""
    alone: bool = False
    """Whether its references lead nowhere but to its own definitions."""
    fault: str = ""
    """Why it is none."""


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
) -> Judged:
    """What became of a schema whose file at `path` held `before` and holds `after`.

    `lookup` gives the files that references lead to, by `file:///` and their path, and `locate` the
    path of a version that a reference names; what hangs on others is undecided. Nothing is raised
    for a text that nobody can read.
    """
    return compared(read(before, path), read(after, path), path, content, lookup, locate)


def compared(
    older: Read,
    newer: Read,
    path: str,
    content: Content,
    lookup: Lookup | None,
    locate: Locate | None,
) -> Judged:
    """The same of schemas that have been read."""
    if older.fault or newer.fault:
        return Judged(
            Meaning.UNJUDGED, reason=f"it is no JSON Schema: {older.fault or newer.fault}"
        )
    if json_values.equal(older.value, newer.value):
        return Judged(Meaning.BYTES)
    if json_values.equal(older.bare, newer.bare):
        return Judged(Meaning.WORDS)
    takes = _Asking(f"file:///{path}", lookup, locate).takes
    backward, forward = takes(newer, older, content), takes(older, newer, content)
    broken = Outcome.BREAKING in (backward.outcome, forward.outcome)
    if not broken and _alike(older.bare, newer.bare):
        proofs = (takes(*each, Content.OPEN) for each in ((older, newer), (newer, older)))
        if all(each.outcome is Outcome.COMPATIBLE for each in proofs):
            return Judged(Meaning.EQUIVALENT)
    return _directions(backward, forward)


def _alike(one: JsonValue, other: JsonValue) -> bool:
    """Whether two schemas may say the same: they name the same properties, and the same meanings."""
    return bool(unjudged(one) == unjudged(other) and property_names(one) == property_names(other))


def _directions(backward: _Question, forward: _Question) -> Judged:
    broken = [each.outcome is Outcome.BREAKING for each in (backward, forward)]
    doubts = [each for each in (backward, forward) if each.outcome is Outcome.UNDECIDED]
    reason = doubts[0].reason if doubts else ""
    if all(broken):
        return Judged(Meaning.BOTH, backward.record)
    if broken[0]:
        return Judged(Meaning.NARROWED, backward.record, reason, bool(doubts))
    if broken[1]:
        return Judged(Meaning.WIDENED, forward.record, reason, bool(doubts))
    if doubts:
        return Judged(Meaning.UNDECIDED, reason=reason)
    return Judged(Meaning.COMPATIBLE)


class _Asking(NamedTuple):
    """Where the schemas stand that are asked about, and what their references reach."""

    uri: str
    lookup: Lookup | None
    locate: Locate | None

    def takes(self, reader: Read, writer: Read, content: Content) -> _Question:
        """Whether a reader takes all that a writer may write."""
        sides = reader.bare, writer.bare
        alone = reader.alone and writer.alone
        if alone and evident(*sides, content, formats=False):
            return _Question(Outcome.COMPATIBLE)
        # Loaded late: most changes are evident, and the engine costs as much as all the rest.
        from schemareg.formats.json_schema.solver.compare import compare
        from schemareg.formats.verdict import Budget, SchemaSource

        found = compare(
            *(SchemaSource(each, self.uri) for each in sides),
            content=content,
            budget=Budget(findings=1),
            lookup=self.lookup,
            locate=self.locate,
        )
        record = found.findings[0].record if found.findings else ""
        return _Question(found.outcome, record, found.reason)


def read(text: bytes, path: str) -> Read:
    """The schema that a file at a path holds, or why it holds none."""
    # What is called 1-0-0 is JSON, as everything that does not say otherwise.
    named = path if path.endswith((".yaml", ".yml")) else f"{path}.json"
    try:
        value = documents.parse(layout.in_a_known_dialect(text), named).value
    except InvalidFiles as error:
        return Read(fault=error.mistakes[0].what)
    faults = wellformed.find(value)
    if faults:
        return Read(fault=faults[0].what)
    bare = meaning(value)
    return Read(value, bare, self_contained(bare))
