"""Colours of a terminal for verdicts and places."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

WIDEST = 120
"""Maximum columns of a line of prose."""

_STYLES = {
    "error": "1;31",
    "breaking": "1;31",
    "fail": "1;31",
    "warning": "1;33",
    "undecided": "1;33",
    "notice": "36",
    "compatible": "32",
    "pass": "1;32",
    "place": "1",
    "faint": "2",
}


def painter(colour: bool) -> Callable[[str, str], str]:
    """A function that paints a text in a style (`error`, `pass`, `faint`, …), or leaves it plain."""
    return _painted if colour else _plain


def _painted(style: str, text: str) -> str:
    return f"\x1b[{_STYLES[style]}m{text}\x1b[0m"


def _plain(_style: str, text: str) -> str:
    return text
