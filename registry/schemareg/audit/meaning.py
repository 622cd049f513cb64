"""What became of a published schema when its file was rewritten: words, or what records it takes."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from schemareg import documents, foreign, json_values
from schemareg.errors import InvalidFiles
from schemareg.evident import evident, self_contained
from schemareg.formats.json_schema import wellformed
from schemareg.model import Content, Outcome
from schemareg.words import meaning, property_names, unjudged

if TYPE_CHECKING:
    from schemareg.compatibility.verdict import Lookup
    from schemareg.json_values import JsonValue


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
) -> Judged:
    """What became of a schema whose file at `path` held `before` and holds `after`.

    `lookup` gives the files that relative references lead to, by `file:///` and their path; what
    hangs on others is undecided. Nothing is raised for a text that nobody can read.
    """
    (older, fault), (newer, other) = read(before, path), read(after, path)
    if fault or other:
        return Judged(Meaning.UNJUDGED, reason=f"it is no JSON Schema: {fault or other}")
    if json_values.equal(older, newer):
        return Judged(Meaning.BYTES)
    bare = meaning(older), meaning(newer)
    if json_values.equal(*bare):
        return Judged(Meaning.WORDS)
    takes = _Asking(f"file:///{path}", lookup).takes
    backward, forward = takes(bare[1], bare[0], content), takes(bare[0], bare[1], content)
    broken = Outcome.BREAKING in (backward.outcome, forward.outcome)
    if not broken and _alike(*bare):
        proofs = (takes(*sides, Content.OPEN) for sides in (bare, bare[::-1]))
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

    def takes(self, reader: JsonValue, writer: JsonValue, content: Content) -> _Question:
        """Whether a reader takes all that a writer may write."""
        contained = self_contained(reader) and self_contained(writer)
        if contained and evident(reader, writer, content, formats=False):
            return _Question(Outcome.COMPATIBLE)
        # Loaded late: most changes are evident, and the engine costs as much as all the rest.
        from schemareg.compatibility.engine import compare
        from schemareg.compatibility.verdict import Budget, SchemaSource

        found = compare(
            SchemaSource(reader, self.uri),
            SchemaSource(writer, self.uri),
            content=content,
            budget=Budget(findings=1),
            lookup=self.lookup,
        )
        record = found.findings[0].record if found.findings else ""
        return _Question(found.outcome, record, found.reason)


def read(text: bytes, path: str) -> tuple[JsonValue, str]:
    """The exact value of a schema, and why it is none."""
    # What is called 1-0-0 is JSON, as everything that does not say otherwise.
    named = path if path.endswith((".yaml", ".yml")) else f"{path}.json"
    try:
        value = documents.parse(foreign.in_a_known_dialect(text), named).value
    except InvalidFiles as error:
        return None, error.mistakes[0].what
    faults = wellformed.find(value)
    return value, faults[0].what if faults else ""
