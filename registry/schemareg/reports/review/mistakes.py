"""Mistakes of files: where, what, and the fix of each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from schemareg.reports.review import commands, sentences
from schemareg.reports.review.bounds import bounded_mistakes
from schemareg.reports.review.json_document import SCHEMA_VERSION, document_text
from schemareg.text import escape
from schemareg.text.columns import wrapped
from schemareg.text.sections import fitted

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from schemareg.model import Mistake

MOST = 200
"""Mistakes a comment lists; the other forms have them all."""

LONGEST = 60_000
"""Bytes of it."""
_HEAD = 500


def as_text(
    mistakes: Sequence[Mistake], notices: Sequence[Mistake] = (), *, width: int = 100
) -> str:
    """One block for each mistake: place and rule, the sentence, the fix."""
    lines = [line for each in bounded_mistakes(mistakes) for line in _block(each, "error", width)]
    lines += [line for each in bounded_mistakes(notices) for line in _block(each, "notice", width)]
    if not mistakes:
        lines.append("valid: no mistakes")
    return escape.inert("".join(f"{line}\n" for line in lines))


def _block(mistake: Mistake, severity: str, width: int) -> Iterator[str]:
    yield escape.visible(f"{mistake.place}: {severity} {mistake.rule}")
    for text in filter(None, (mistake.what, mistake.remedy)):
        yield from wrapped(escape.visible(text), width, indent="  ")


def as_json(mistakes: Sequence[Mistake], notices: Sequence[Mistake] = ()) -> str:
    """One document, described by `mistakes.schema.json`."""
    return document_text(
        {
            "schema_version": SCHEMA_VERSION,
            "verdict": "invalid" if mistakes else "valid",
            "counts": {
                "mistakes": len(mistakes),
                "files": files(mistakes),
                "notices": len(notices),
            },
            "mistakes": [_document(each) for each in mistakes],
            "notices": [_document(each) for each in notices],
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


def as_markdown(mistakes: Sequence[Mistake], notices: Sequence[Mistake] = ()) -> str:
    """A list for a comment, mistakes first."""
    title = total(mistakes) if mistakes else "Every file is well formed"
    items = [_item(each, "") for each in bounded_mistakes(mistakes[:MOST])]
    items += [_item(each, "notice: ") for each in bounded_mistakes(notices[: MOST - len(items)])]
    kept = fitted(items, LONGEST - _HEAD, lambda _: "", gap="\n")
    items = [each for each in kept if each]
    left = len(mistakes) + len(notices) - len(items)
    if left:
        items.append(f"- _{left} more: run `reg validate`._")
    return "\n".join([f"### {title}", *([""] if items else []), *items]) + "\n"


def _item(mistake: Mistake, lead: str) -> str:
    remedy = f"<br>{commands.markdown(mistake.remedy)}" if mistake.remedy else ""
    place, rule = escape.markdown_code(str(mistake.place)), escape.markdown_code(mistake.rule)
    return f"- {place} {lead}{commands.markdown(mistake.what)} ({rule}){remedy}"


def total(mistakes: Sequence[Mistake]) -> str:
    """`3 mistakes in 2 files`."""
    return f"{sentences.plural(len(mistakes), 'mistake')} in {sentences.plural(files(mistakes), 'file')}"


def files(mistakes: Sequence[Mistake]) -> int:
    """How many files they are in."""
    return len({each.place.path for each in mistakes})
