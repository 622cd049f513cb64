"""What landed, judged again: each landing as of its own day, against what had landed before it.

The check on a pull request is a forecast for the day on which it ran. A landing has one day only,
and this is the verdict that counts.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from schemareg.audit.until import Until
from schemareg.errors import InvalidFiles
from schemareg.reviewing import review

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import date

    from schemareg.model import History, Landing, Mistake, Report
    from schemareg.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class Replayed:
    """One landing, and what the check says of it."""

    landing: Landing
    report: Report | None
    """None where files of it are wrong."""
    mistakes: tuple[Mistake, ...] = ()

    @property
    def verdict(self) -> str:
        """`pass`, `fail`, `undecided`; `invalid` where files are wrong."""
        return self.report.verdict if self.report is not None else "invalid"


def replay(
    history: History, at: Callable[[str], Snapshot], after: Landing | None, today: date
) -> Iterator[Replayed]:
    """Every landing of a history that changed the registry, oldest first, each judged as of its day.

    With `after`, those later than that. `at` gives the state at a commit, or before the first one
    for `""`. No landing is judged as of a day after `today`, whatever its commit claims.
    """
    line = history.line()
    touched = {each.landing.ordinal for each in history.changes("", after=after)}
    for ordinal in sorted(touched):
        landing = line[ordinal]
        parent = line[ordinal - 1].commit if ordinal else ""
        base, head = at(parent), at(landing.commit)
        before = Until(history, ordinal - 1)
        try:
            report = review(base, head, min(landing.time.date(), today), history=_always(before))
        except InvalidFiles as error:
            yield Replayed(landing, None, error.mistakes)
        else:
            yield Replayed(landing, report)


def _always(history: History) -> Callable[[], History]:
    return lambda: history
