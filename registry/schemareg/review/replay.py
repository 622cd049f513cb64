"""Judges landings again: each as of its own day, against the landings before it.

The check on a pull request is a forecast for the day on which it ran. A landing has one day only,
and this is the verdict that counts.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from schemareg.history.views import HistoryView
from schemareg.model.errors import InvalidFiles
from schemareg.review.review import review
from schemareg.scan.layout import NUMBERS
from schemareg.snapshot.snapshot import Snapshot

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from datetime import date

    from schemareg.model import Finding, History, Landing, Mistake, Report
    from schemareg.scan.layout import Mapped


@dataclass(frozen=True, slots=True)
class Replayed:
    """One landing, and the check's result."""

    landing: Landing
    report: Report | None
    """None if its files are malformed."""
    mistakes: tuple[Mistake, ...] = ()
    """Its mistakes; beside a report, those of files that were left out."""

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
        before = HistoryView(history, ordinal - 1)
        try:
            report = review(base, head, min(landing.time.date(), today), history=_always(before))
        except InvalidFiles as error:
            yield Replayed(landing, None, error.mistakes)
        else:
            yield Replayed(landing, report)


def replay_foreign(
    history: History,
    at: Callable[[str, frozenset[str]], Mapped],
    after: Landing | None,
    today: date,
) -> Iterator[Replayed]:
    """The same for the schema files of another repository.

    `at` gives the files at a commit, without those of a set. A file that is wrong is left out, and
    told as such; nothing else waits for it.
    """
    line = history.line()
    left_out: set[str] = set()
    touched = {each.landing.ordinal for each in history.changes("", after=after)}
    for ordinal in sorted(touched):
        landing = line[ordinal]
        parent = line[ordinal - 1].commit if ordinal else ""
        day = min(landing.time.date(), today)
        mistakes: list[Mistake] = []
        while True:
            hidden = frozenset(left_out)
            base, head = at(parent, hidden), at(landing.commit, hidden)
            try:
                report = review(Snapshot(base), Snapshot(head), day)
            except InvalidFiles as error:
                wrong = {each.place.path for each in error.mistakes} - left_out
                mistakes += [each for each in error.mistakes if each.place.path in wrong]
                left_out |= wrong
                if not wrong:
                    yield Replayed(landing, None, _theirs(mistakes, head))
                    break
            else:
                told = tuple(
                    _placed(each, head)
                    for each in report.findings
                    if head.counts_as_we_do or each.rule not in NUMBERS
                )
                yield Replayed(landing, replace(report, findings=told), _theirs(mistakes, head))
                break


def _placed(finding: Finding, files: Mapped) -> Finding:
    place = finding.place._replace(path=files.source(finding.place.path))
    return replace(finding, place=place)


def _theirs(mistakes: Iterable[Mistake], files: Mapped) -> tuple[Mistake, ...]:
    return tuple(
        replace(each, place=each.place._replace(path=files.source(each.place.path)))
        for each in mistakes
    )


def _always(history: History) -> Callable[[], History]:
    return lambda: history
