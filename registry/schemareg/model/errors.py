"""What goes wrong that is not a finding: input that cannot be judged, questions that cannot be answered.

Findings are values and are returned; these are raised, by the core and by the edges alike, and
the command turns each into `where: what`, the remedy, and its exit code.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from schemareg.model import Mistake


class RegistryError(Exception):
    """The input or the call is wrong: what, where, and the command or edit that fixes it."""

    exit_code = 2

    def __init__(self, what: str, *, where: str = "", remedy: str = "") -> None:
        super().__init__(f"{where}: {what}" if where else what)
        self.what = what
        self.where = where
        self.remedy = remedy


class Undecidable(RegistryError):
    """The question is sound but cannot be answered from what is here: no base, missing history."""

    exit_code = 3


class InvalidFiles(RegistryError):
    """Files of the registry are wrong; `mistakes` are all of them, sorted by path, line, column."""

    def __init__(self, mistakes: tuple[Mistake, ...]) -> None:
        first = mistakes[0]
        super().__init__(first.what, where=str(first.place), remedy=first.remedy)
        self.mistakes = mistakes
