"""The report of a review in each of its forms: one renderer for each form."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from schemareg.model import Mistake, Report
    from schemareg.reports.review.links import Host

FILES = {
    "text": "report.txt",
    "json": "report.json",
    "markdown": "report.md",
    "github": "annotations.txt",
    "summary": "summary.md",
    "comment": "comment.md",
    "sarif": "report.sarif",
    "junit": "junit.xml",
    "html": "index.html",
}
"""Every form, and the file name of each."""

FORMS = tuple(FILES)
"""What `--format` takes."""

_RENDERERS = {each: each for each in FORMS} | {"json": "json_document"}
"""The module of each form, imported on use."""


def render(
    report: Report,
    form: str = "text",
    *,
    colour: bool = False,
    width: int = 100,
    host: Host | None = None,
) -> str:
    """The report in one of FORMS, ending in a line break; equal reports give equal text.

    `colour` and `width` (columns) count for text alone, `host` for a comment. Raises ValueError
    for another form.
    """
    if form not in _RENDERERS:
        raise ValueError(f"{form!r} is not one of {', '.join(FORMS)}")
    settings: dict[str, object] = {}
    if form == "text":
        settings = {"colour": colour, "width": width}
    elif form == "comment":
        settings = {"host": host}
    module = import_module(f"{__name__}.{_RENDERERS[form]}")
    return str(module.render(report, **settings))


def render_mistakes(
    mistakes: Sequence[Mistake],
    form: str = "text",
    *,
    notices: Sequence[Mistake] = (),
    width: int = 100,
    host: Host | None = None,
) -> str:
    """Mistakes of files in one of FORMS; `notices` are valid but probably unintended."""
    if form not in _RENDERERS:
        raise ValueError(f"{form!r} is not one of {', '.join(FORMS)}")
    if form in ("text", "json", "markdown", "summary"):
        from schemareg.reports.review import mistakes as listed

        if form == "text":
            return listed.as_text(mistakes, notices, width=width)
        return (listed.as_json if form == "json" else listed.as_markdown)(mistakes, notices)
    module = import_module(f"{__name__}.{_RENDERERS[form]}")
    settings = {"host": host} if form == "comment" else {}
    return str(module.render_mistakes(mistakes, notices, **settings))
