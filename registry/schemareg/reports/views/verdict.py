"""A verdict on two schema files: as findings, or as one JSON document."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from schemareg.documents import json_values
from schemareg.model import Outcome
from schemareg.model.place import pointer_text
from schemareg.reports.review import sentences
from schemareg.reports.review.json_document import document_text, witness_value
from schemareg.reports.review.text import findings_text
from schemareg.text import escape
from schemareg.text.colour import WIDEST, painter
from schemareg.text.columns import wrapped

if TYPE_CHECKING:
    from collections.abc import Sequence

    from schemareg.compatibility.files import FilesVerdict
    from schemareg.documents.json_values import JsonValue
    from schemareg.formats.verdict import Break, Verdict
    from schemareg.model import Finding


def render(
    judged: FilesVerdict,
    level: str,
    content: str,
    form: str = "text",
    *,
    colour: bool = False,
    width: int = 100,
) -> str:
    """The findings, then the verdict on one line: `breaking: 2 breaks (BACKWARD, content declared)`.

    As `json` one document, described by `verdict.schema.json`.
    """
    verdict = judged.verdict
    if form == "json":
        return document_text(document(verdict, judged.findings))
    paint, width = painter(colour), min(width, WIDEST)
    blocks = findings_text(judged.findings, colour=colour, width=width)
    word = verdict.outcome.value
    said = {
        Outcome.COMPATIBLE: "proved",
        Outcome.BREAKING: sentences.plural(len(judged.findings), "break"),
        Outcome.UNDECIDED: "neither proved nor refuted",
    }[verdict.outcome]
    lines = wrapped(f"{word}: {said} ({level}, content {content})", width, hanging="  ")
    lines[0] = lines[0].replace(word, paint(word, word), 1)
    if verdict.reason:
        lines += wrapped(escape.visible(verdict.reason), width, indent="  ")
    return blocks + escape.inert("\n".join(lines) + "\n")


def line(name: JsonValue, verdict: Verdict, seconds: float) -> str:
    """The verdict on one of many pairs, as one line of JSON; `ms` with three decimals."""
    value = {"id": name, **document(verdict), "ms": json_values.exact(round(seconds * 1000, 3))}
    return escape.json_text(json_values.render(value)) + "\n"


def document(verdict: Verdict, findings: Sequence[Finding] = ()) -> dict[str, Any]:
    """The verdict as a JSON value; `witness` is that of the first finding.

    `findings` are those of the verdict with their places, where they have any.
    """
    first = verdict.findings[0].record if verdict.findings else None
    breaks = [_break(each) for each in verdict.findings]
    for each, finding in zip(breaks, findings, strict=False):
        path, line, column = finding.place
        each.update(path=path, line=line, column=column)
    return {
        "outcome": verdict.outcome.value,
        "reason": verdict.reason,
        "witness": witness_value(first),
        "findings": breaks,
    }


def _break(found: Break) -> dict[str, Any]:
    return {
        "rule": found.rule,
        "direction": found.direction.value,
        "field": found.field,
        "keyword": found.keyword,
        "pointer": pointer_text(found.pointer),
        "message": found.message,
        "witness": witness_value(found.record),
        "remedy": found.remedy,
    }
