"""Two schema files outside any registry: their verdict, and its findings with their places."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from schemareg.compatibility.levels import judge
from schemareg.formats.json_schema import wellformed
from schemareg.formats.json_schema.dialects import Dialect, by_label
from schemareg.formats.json_schema.uris import pointer_text
from schemareg.formats.verdict import Budget, SchemaSource, Verdict
from schemareg.model import Direction, Finding, Mistake, Severity
from schemareg.model.errors import InvalidFiles
from schemareg.validation import files

if TYPE_CHECKING:
    from schemareg.documents import Document
    from schemareg.formats.verdict import Break
    from schemareg.model import Content, Level


class Judged(NamedTuple):
    """The verdict, and each of its breaks as a finding with the line that refuses."""

    verdict: Verdict
    findings: tuple[Finding, ...]


def judged(
    old: Document, new: Document, level: Level, content: Content, dialect: str = "2020-12"
) -> Judged:
    """Whether `new` keeps what `level` promises to the users of `old`."""
    older, newer = (SchemaSource(each.value, "", dialect) for each in (old, new))
    verdict = judge(older, newer, level, content=content, budget=Budget())
    return Judged(verdict, tuple(_finding(each, old, new) for each in verdict.findings))


def refuse_malformed(document: Document, dialect: str = "2020-12") -> None:
    """Raises InvalidFiles with every mistake where the document is no schema of its dialect."""
    faults = wellformed.find(
        document.value, by_label(dialect) or Dialect.DRAFT2020, pattern_error=files.pattern_error
    )
    mistakes = [
        Mistake(document.place(each.pointer, key=each.key), each.rule, each.what, each.remedy)
        for each in faults
    ]
    if mistakes:
        raise InvalidFiles(tuple(sorted(mistakes)))


def _finding(found: Break, old: Document, new: Document) -> Finding:
    reader = new if found.direction is Direction.BACKWARD else old
    return Finding(
        found.rule,
        Severity.ERROR,
        reader.place(found.pointer, key=True),
        found.message,
        version=new.path,
        against=old.path,
        direction=found.direction,
        field=found.field,
        pointer=pointer_text(found.pointer),
        witness=found.record,
        remedy=found.remedy,
    )
