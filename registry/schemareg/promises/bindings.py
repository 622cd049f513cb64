"""What consumers begin to read, held against what is going away.

Source: the rules of time, 22.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from schemareg.model import Severity
from schemareg.promises.consumers import consumer_at, spoken_of
from schemareg.promises.terms import State
from schemareg.rules import time as rules
from schemareg.snapshot import CONSUMERS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import date

    from schemareg.model import FileChange, Finding, Place
    from schemareg.names import Target
    from schemareg.promises.book import Promises
    from schemareg.promises.terms import Term
    from schemareg.snapshot import Snapshot


def findings(
    promises: Promises, head: Snapshot, changes: Iterable[FileChange], today: date
) -> Iterator[Finding]:
    """A finding for each thing that a changed consumer's file begins to read, and that is going."""
    for change in changes:
        inside = change.path.split("/")[-2:-1] == [CONSUMERS] and change.path.endswith(".yaml")
        if inside and head.has(change.path):
            yield from _bound(promises, head, change.path, today)


def _bound(promises: Promises, head: Snapshot, path: str, today: date) -> Iterator[Finding]:
    after = consumer_at(head, path)
    known = consumer_at(promises.base, path).uses if promises.base.has(path) else ()
    before = {element for use in known for _, element in spoken_of(use)}
    for position, use in enumerate(after.uses):
        for pointer, element in spoken_of(use):
            term = None if element in before else promises.covering(element)
            if term is not None:
                place = head.document(path).place(("uses", position, *pointer))
                yield _finding(after.team, element, term, place, today)


def _finding(team: str, element: Target, term: Term, place: Place, today: date) -> Finding:
    over = term.state(today) is State.SUNSET
    instead = term.said.replacement
    return rules.about(
        rules.CONSUMER_BINDS_DEPRECATED,
        element,
        place,
        f"{team} begins to read {element}, which {'has gone' if over else 'is going'}"
        f" ({term.arithmetic(today)})",
        severity=Severity.ERROR if over else Severity.WARNING,
        remedy=f"Read {instead}, which replaces it" if instead else "",
        what=(team, str(term.said.target)),
    )
