"""The terminal of the process: answers on stdout, errors and hints on stderr, both in UTF-8."""

from __future__ import annotations

import os
import sys
from typing import TextIO

UNKNOWN_WIDTH = 100
"""Columns where the width is unknown: a pipe, a file, a log."""


def speak_utf8() -> None:
    """Write UTF-8 whatever the locale says; characters that UTF-8 cannot encode are escaped."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(encoding="utf-8", errors="backslashreplace")


def say(text: str, *, flush: bool = False) -> None:
    """Write an answer."""
    sys.stdout.write(text)
    if flush:
        sys.stdout.flush()


def complain(text: str) -> None:
    """Write what is not part of the answer: errors, hints, progress."""
    sys.stdout.flush()
    sys.stderr.write(text)


def width(stream: TextIO | None = None) -> int:
    """Columns of the terminal, at least 40; `COLUMNS` overrides."""
    stated = os.environ.get("COLUMNS", "")
    if stated.isascii() and stated.isdigit() and int(stated):
        return max(40, int(stated))
    try:
        return max(40, os.get_terminal_size((stream or sys.stdout).fileno()).columns)
    except (OSError, ValueError):  # no terminal, or no file behind the stream
        return UNKNOWN_WIDTH


def colour() -> bool:
    """Whether answers may be coloured: a terminal, and neither NO_COLOR nor a dumb one."""
    if os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb":
        return False
    return sys.stdout.isatty()
