"""Two versions side by side: fields added, removed and changed, and what breaks."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from schemareg.model import Outcome
from schemareg.reports.review import sentences
from schemareg.reports.review.json_document import SCHEMA_VERSION, document_text, finding_document
from schemareg.reports.review.text import findings_text
from schemareg.text import escape
from schemareg.text.colour import WIDEST, painter
from schemareg.text.columns import table, wrapped

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from schemareg.formats.field import Field
    from schemareg.formats.verdict import Verdict
    from schemareg.review.diff import Difference, FieldChange


def render(found: Difference, form: str = "text", *, colour: bool = False, width: int = 100) -> str:
    """The difference as `text`, or as `json` by `difference.schema.json`."""
    if form == "json":
        return document_text(document(found))
    width, paint = min(width, WIDEST), painter(colour)
    lines = [
        f"{paint('place', found.old.name)} -> {paint('place', str(found.new.version))}",
        *_fields(found, width),
        *_words(found, width),
    ]
    if found.words_only:
        lines.append("  only descriptions changed" if found.words else "  nothing changed")
    lines.append("")
    head = escape.inert("\n".join(lines) + "\n")
    # Both can have landed long ago: remedies and waivers do not apply here.
    told = [replace(each, remedy="", fingerprint="") for each in found.findings]
    breaks = findings_text(told, colour=colour, width=width)
    answers = [
        *_answer(
            f"{found.new.version} reads what {found.old.version} wrote",
            found.backward,
            width,
            paint,
        ),
        *_answer(
            f"{found.old.version} reads what {found.new.version} writes",
            found.forward,
            width,
            paint,
        ),
        f"content {found.policy.content.value}",
    ]
    return head + breaks + escape.inert("\n".join(answers) + "\n")


def _fields(found: Difference, width: int) -> list[str]:
    rows = [("+", each.path, _facts(each)) for each in found.added]
    rows += [("-", each.path, _facts(each)) for each in found.removed]
    rows += [("~", each.after.path, _changed(each)) for each in found.changed]
    rows.sort(key=lambda row: row[1])
    shown = [tuple(escape.visible(cell) for cell in row) for row in rows]
    return table(("", "", ""), shown, width=width, indent="  ")


def _words(found: Difference, width: int) -> Iterator[str]:
    for sentence in found.words:
        yield from wrapped(escape.visible(sentence), width, indent="  * ", hanging="    ")


def _facts(field: Field) -> str:
    kind = f"{field.type} ({field.format})" if field.format else field.type
    return f"{'required' if field.required else 'optional'} {kind}"


def _changed(change: FieldChange) -> str:
    before, after = _facts(change.before), _facts(change.after)
    if before != after:
        return f"{before} -> {after}"
    return "null is now allowed" if change.after.nullable else "null is no longer allowed"


def _answer(
    question: str, verdict: Verdict, width: int, paint: Callable[[str, str], str]
) -> Iterator[str]:
    word = {
        Outcome.COMPATIBLE: "yes, proved",
        Outcome.BREAKING: f"no, {sentences.plural(len(verdict.findings), 'break')}",
        Outcome.UNDECIDED: "undecided",
    }[verdict.outcome]
    yield f"{question}: {paint(verdict.outcome.value, word)}"
    if verdict.reason:
        yield from wrapped(escape.visible(verdict.reason), width, indent="  ")


def document(found: Difference) -> dict[str, Any]:
    """The difference as a JSON value."""
    return {
        "schema_version": SCHEMA_VERSION,
        "old": found.old.name,
        "new": found.new.name,
        "content": found.policy.content.value,
        "added": [_field(each) for each in found.added],
        "removed": [_field(each) for each in found.removed],
        "changed": [
            {"path": each.after.path, "before": _field(each.before), "after": _field(each.after)}
            for each in found.changed
        ],
        "words": list(found.words),
        "words_only": found.words_only,
        "backward": _verdict(found.backward),
        "forward": _verdict(found.forward),
        "findings": [finding_document(each) for each in found.findings],
    }


def _field(field: Field) -> dict[str, Any]:
    return {
        "path": field.path,
        "type": field.type,
        "required": field.required,
        "nullable": field.nullable,
        "format": field.format,
    }


def _verdict(verdict: Verdict) -> dict[str, str]:
    return {"outcome": verdict.outcome.value, "reason": verdict.reason}
