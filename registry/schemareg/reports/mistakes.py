"""Mistakes of files: every one of them, where, what, and the edit that mends it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from schemareg.reports import escape, sentences
from schemareg.reports.json_document import SCHEMA_VERSION, document_text
from schemareg.reports.layout import wrapped

if TYPE_CHECKING:
    from collections.abc import Sequence

    from schemareg.model import Mistake

MOST = 200
"""Mistakes a comment lists; the other forms have them all."""


def as_text(mistakes: Sequence[Mistake], *, width: int = 100) -> str:
    """A block a mistake: the place and rule on a line of their own, the sentence, the mend."""
    lines: list[str] = []
    for each in mistakes:
        lines.append(escape.visible(f"{each.place}: error {each.rule}"))
        for text in filter(None, (each.what, each.remedy)):
            lines += wrapped(escape.visible(text), width, indent="  ")
    return escape.inert("".join(f"{line}\n" for line in lines))


def as_json(mistakes: Sequence[Mistake]) -> str:
    """One document, described by `mistakes.schema.json`."""
    return document_text(
        {
            "schema_version": SCHEMA_VERSION,
            "verdict": "invalid" if mistakes else "valid",
            "counts": {"mistakes": len(mistakes), "files": files(mistakes)},
            "mistakes": [_document(each) for each in mistakes],
        }
    )


def _document(mistake: Mistake) -> dict[str, Any]:
    return {
        "rule": mistake.rule,
        "path": mistake.place.path,
        "line": mistake.place.line,
        "column": mistake.place.column,
        "message": mistake.what,
        "remedy": mistake.remedy,
    }


def as_markdown(mistakes: Sequence[Mistake]) -> str:
    """A list for a comment."""
    if not mistakes:
        return "### Every file is well formed\n"
    lines = [f"### {total(mistakes)}", ""]
    lines += [
        f"- {escape.markdown_code(str(each.place))} {escape.markdown(each.what)} "
        f"({escape.markdown_code(each.rule)})"
        + (f"<br>{escape.markdown(each.remedy)}" if each.remedy else "")
        for each in mistakes[:MOST]
    ]
    if len(mistakes) > MOST:
        lines += ["", f"_{len(mistakes) - MOST} more: run `reg validate`._"]
    return "\n".join(lines) + "\n"


def total(mistakes: Sequence[Mistake]) -> str:
    """`3 mistakes in 2 files`."""
    return f"{sentences.plural(len(mistakes), 'mistake')} in {sentences.plural(files(mistakes), 'file')}"


def files(mistakes: Sequence[Mistake]) -> int:
    """How many files they are in."""
    return len({each.place.path for each in mistakes})
