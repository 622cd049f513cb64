"""Commands inside sentences, kept whole for copying."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from schemareg.text import escape

if TYPE_CHECKING:
    from collections.abc import Callable

COMMAND = re.compile(
    r"\breg explain [a-z0-9-]+"
    r"|\b(?:reg|git) [a-z-]+"
    r"(?: --?[\w=.-]*(?: (?![-…])[^\s;,]+)?| …(?![^\s.;,])| [^\s;,]*[/#@=][^\s;,]*| [0-9a-f]{12,}\b)*"
)
"""A command with its options, their values, and what has the look of a target, a path or an id."""


def markdown(text: str) -> str:
    """Prose as `escape.markdown` makes it, its commands as code: there nothing hides in what is copied."""
    return marked(escape.visible(text).strip(" "), _between, escape.markdown_code)


def marked(text: str, prose: Callable[[str], str], code: Callable[[str], str]) -> str:
    """A text of one line, what is a command in it made by `code`, the rest by `prose`."""
    parts: list[str] = []
    end = 0
    for found in COMMAND.finditer(text):
        parts += [prose(text[end : found.start()]), code(found.group())]
        end = found.end()
    return "".join([*parts, prose(text[end:])])


def _between(text: str) -> str:
    """Blanks at its ends are those of the sentence."""
    inside = text.strip(" ")
    if not inside:
        return text
    start, _, end = text.partition(inside)
    return f"{start}{escape.markdown(inside)}{end}"
