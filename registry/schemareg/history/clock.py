"""The clock: when what stands on the protected branch landed there.

A landing is one commit of the branch's first-parent line; whatever a merge brings lands with it.
Its time is `t(c) = max(committer time of c, t(first parent))`, so time never runs backwards.

What that proves, and what it does not. A commit that claims less than the landing before it is held
up to that landing's time: nobody dates a landing before what had landed already. A commit that
claims the future is believed, and with it all that land after it: their windows grow longer, none
shorter. What Git alone cannot show is how long after its claim a commit was pushed; between the
landing before it and today it may have been any moment.

A receipt, written by whoever watches the branch, shows a part of that: the branch had ended elsewhere
at an earlier moment, so the landing and all after it landed later than that. A landing pushed today
that claims last year counts from when the branch was last seen without it, and so does a history that
took the place of another one. Receipts lie in a ref that whoever may push can write, so nothing in
them brings a date forward: doubt lengthens a window and never shortens it. That a landing was seen
before the moment that it claims is for the audit to say, as is every receipt that contradicts Git.

Source: the rules of time, the clock; git-commit(1) for what a committer date is.
"""

from __future__ import annotations

import dataclasses
from itertools import accumulate
from typing import TYPE_CHECKING, NamedTuple

from schemareg.model import History, Landing, PathChange

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date, datetime

__all__ = [
    "History",
    "Landing",
    "PathChange",
    "Receipt",
    "apply_receipts",
    "day",
    "monotone",
    "receipts_since",
]


class Receipt(NamedTuple):
    """What was seen of a landing; moments are aware, in UTC."""

    commit: str
    not_after: datetime | None
    """It was on the protected branch at this moment, which dates nothing; None: nobody saw it yet."""
    not_before: datetime | None = None
    """The branch ended without it at this moment; None says that nobody looked before."""


def monotone(claims: Iterable[datetime]) -> tuple[datetime, ...]:
    """The times of landings, of what they claim, oldest first: none before the one before it."""
    return tuple(accumulate(claims, max))


def day(landing: Landing) -> date:
    """The UTC calendar day of a landing: the first day of a window that it begins."""
    return landing.time.date()


def receipts_since(
    history: History, commit: str, at: datetime, seen: Iterable[str]
) -> Receipt | None:
    """What is known of the landings that came after the branch ended in `commit`, at a moment.

    None where nothing came after it. Where the commit is not on the line, the history was written
    anew: then all that follows the newest of the commits `seen` on the line came after it.
    """
    last = history.landing(commit)
    if last is None:
        there = (history.landing(each) for each in seen)
        last = max(filter(None, there), key=lambda each: each.ordinal, default=None)
    line = history.line()
    first = 0 if last is None else last.ordinal + 1
    return Receipt(line[first].commit, None, at) if first < len(line) else None


def apply_receipts(history: History, receipts: Iterable[Receipt]) -> History:
    """The same history, no landing dated before the branch was seen without it.

    Receipts of commits that are not on the line say nothing. Time still never runs backwards, and no
    landing is dated earlier than without receipts.
    """
    floors = _floors(history, receipts)
    late = ((history.landing(commit), floor) for commit, floor in floors.items())
    # What keeps to its own receipts keeps to those of all before it.
    if all(landing is None or landing.time >= floor for landing, floor in late):
        return history
    return _Bounded(history, _dated(history.line(), floors))


def _floors(history: History, receipts: Iterable[Receipt]) -> dict[str, datetime]:
    floors: dict[str, datetime] = {}
    for commit, _, not_before in receipts:
        if not_before is not None and history.landing(commit) is not None:
            floors[commit] = max(not_before, floors.get(commit, not_before))
    return floors


def _dated(line: tuple[Landing, ...], floors: dict[str, datetime]) -> tuple[Landing, ...]:
    """Each time held up to the lower bounds of its own and any earlier one, and made monotone."""
    times = monotone(
        max(landing.time, floors.get(landing.commit, landing.time)) for landing in line
    )
    return tuple(
        dataclasses.replace(landing, time=time) for landing, time in zip(line, times, strict=True)
    )


class _Bounded:
    """A history whose landings are dated later."""

    def __init__(self, history: History, line: tuple[Landing, ...]) -> None:
        self._history = history
        self._line = line
        self._by_commit = {each.commit: each for each in line}

    @property
    def head(self) -> Landing | None:
        """The newest landing."""
        return self._line[-1] if self._line else None

    def line(self) -> tuple[Landing, ...]:
        """All landings, oldest first."""
        return self._line

    def landing(self, commit: str) -> Landing | None:
        """The landing of this full id."""
        return self._by_commit.get(commit)

    def changes(self, path: str, *, after: Landing | None = None) -> tuple[PathChange, ...]:
        """What happened to a path and to everything below it."""
        return tuple(
            each._replace(landing=self._by_commit[each.landing.commit])
            for each in self._history.changes(path, after=after)
        )

    def changes_within(self, name: str) -> tuple[PathChange, ...]:
        """What happened to all that lies in folders of this name."""
        return tuple(
            each._replace(landing=self._by_commit[each.landing.commit])
            for each in self._history.changes_within(name)
        )

    def landed(self, path: str) -> Landing | None:
        """Where the path that stands at the head came, for the last time."""
        found = self._history.landed(path)
        return None if found is None else self._by_commit[found.commit]

    def read(self, id_: str) -> bytes:
        """The content of a file, by its entry's id."""
        return self._history.read(id_)

    def fetch(self, ids: Iterable[str]) -> None:
        """Have these files at hand."""
        self._history.fetch(ids)
