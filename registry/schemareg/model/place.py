"""Places in files, and mistakes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

Pointer = tuple[str | int, ...]
"""Decoded reference tokens of a JSON Pointer (RFC 6901): ``("properties", "email")``."""


class Place(NamedTuple):
    """A place: POSIX path relative to the repository root, 1-based line and column."""

    path: str
    line: int = 1
    column: int = 1

    def __str__(self) -> str:
        return f"{self.path}:{self.line}:{self.column}"


def pointer_text(pointer: Pointer) -> str:
    """A JSON Pointer in its string form (RFC 6901, section 4): `/properties/a~1b`."""
    return "".join(f"/{str(token).replace('~', '~0').replace('/', '~1')}" for token in pointer)


@dataclass(frozen=True, slots=True, order=True)
class Mistake:
    """One mistake of a file: where, what, and the edit or command that fixes it."""

    place: Place
    rule: str
    what: str
    remedy: str
