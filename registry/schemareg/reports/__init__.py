"""A report in the forms people and programs read: one renderer a form, all from one value."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from schemareg.model import Mistake, Report

FORMS = ("text", "json", "markdown", "github")
"""What `--format` takes."""

_RENDERERS = {"json": "json_document", "markdown": "markdown", "github": "github"}
"""The module of each other form, imported when it is asked for: a gate needs one."""


def render(report: Report, form: str = "text", *, colour: bool = False, width: int = 100) -> str:
    """The report in one of FORMS, ending in a line break; equal reports give equal text.

    `colour` and `width` (columns) count for text alone. Raises ValueError for another form.
    """
    if form == "text":
        from schemareg.reports import text

        return text.render(report, colour=colour, width=width)
    if form not in _RENDERERS:
        raise ValueError(f"{form!r} is not one of {', '.join(FORMS)}")
    module = import_module(f"{__name__}.{_RENDERERS[form]}")
    return str(module.render(report))


def render_mistakes(
    mistakes: Sequence[Mistake],
    form: str = "text",
    *,
    notices: Sequence[Mistake] = (),
    width: int = 100,
) -> str:
    """Mistakes of files in one of FORMS; `notices` are valid, but probably not meant."""
    from schemareg.reports import github
    from schemareg.reports import mistakes as listed

    if form == "text":
        return listed.as_text(mistakes, notices, width=width)
    plain = {
        "json": listed.as_json,
        "markdown": listed.as_markdown,
        "github": github.render_mistakes,
    }.get(form)
    if plain is None:
        raise ValueError(f"{form!r} is not one of {', '.join(FORMS)}")
    return plain(mistakes, notices)
