"""The verdict on two schema files outside a registry, and its findings with places."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from schemareg.compatibility.levels import judge
from schemareg.formats import catalogue
from schemareg.formats.verdict import Budget, SchemaSource, Verdict
from schemareg.model import Direction, Finding, Severity
from schemareg.model.errors import InvalidFiles, RegistryError
from schemareg.model.place import pointer_text

if TYPE_CHECKING:
    from schemareg.documents import Document
    from schemareg.formats.format import SchemaFormat
    from schemareg.formats.verdict import Break
    from schemareg.model import Content, Level


class FilesVerdict(NamedTuple):
    """The verdict, and each of its breaks as a finding with the line that refuses."""

    verdict: Verdict
    findings: tuple[Finding, ...]


def judged(
    old: Document, new: Document, level: Level, content: Content, dialect: str = "2020-12"
) -> FilesVerdict:
    """Whether `new` keeps what `level` promises to the users of `old`.

    Raises RegistryError for files of different formats.
    """
    language = _common_format(old, new)
    older, newer = (SchemaSource(each.value, "", dialect) for each in (old, new))
    verdict = judge(language, older, newer, level, content=content, budget=Budget())
    return FilesVerdict(verdict, tuple(_finding(each, old, new) for each in verdict.findings))


def refuse_malformed(document: Document, dialect: str = "2020-12") -> None:
    """Raises InvalidFiles with every mistake if the document is not a schema of its dialect."""
    mistakes = catalogue.format_of(document.path).mistakes(document, None, dialect)
    if mistakes:
        raise InvalidFiles(mistakes)


def _common_format(old: Document, new: Document) -> SchemaFormat:
    before, after = (catalogue.format_of(each.path) for each in (old, new))
    if before is not after:
        raise RegistryError(
            f"{old.path} is {before.title}, and {new.path} is {after.title}",
            remedy="Compare two schemas of one format",
        )
    return after


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
