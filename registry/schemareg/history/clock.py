"""The clock: when the files of the protected branch landed.

A landing is one commit of the branch's first-parent line; whatever a merge brings lands with it.
Its time is `t(c) = max(committer time of c, t(first parent))`, so time never runs backward.

What this proves, and what it does not. A commit that claims an earlier time than the previous
landing gets that landing's time: a landing is never dated before an earlier landing. A commit that
claims the future is believed, and so are all later landings: their windows become longer, none
becomes shorter. Git alone cannot show how long after its claim a commit was pushed: any moment
between the previous landing and today is possible.

A receipt, written by an observer of the branch, shows a part of this: the branch ended elsewhere at
an earlier moment, so the landing and all later ones landed after that moment. A landing pushed
today that claims last year counts from the moment when the branch was last observed without it; so
does a history that replaced another one. Everybody with push access can write the ref of the
receipts, so nothing in them makes a date earlier: doubt lengthens a window and never shortens it.
The audit reports a landing that was observed before its claimed time, and every receipt that
contradicts Git.

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
    """The observations of a landing; times are aware, in UTC."""

    commit: str
    not_after: datetime | None
    """It was on the protected branch at this time, which dates nothing; None: not observed yet."""
    not_before: datetime | None = None
    """The branch ended without it at this time; None: no earlier observation."""


def monotone(claims: Iterable[datetime]) -> tuple[datetime, ...]:
    """The times of landings from their claims, oldest first: none before the previous one."""
    return tuple(accumulate(claims, max))


def day(landing: Landing) -> date:
    """The UTC calendar day of a landing: the first day of a window that it starts."""
    return landing.time.date()


def receipts_since(
    history: History, commit: str, at: datetime, seen: Iterable[str]
) -> Receipt | None:
    """The receipt of the landings after `commit`, the end of the branch at a given time.

    None if nothing came after it. If the commit is not on the line, the history was
    rewritten: then everything after the newest of the commits `seen` on the line came after it.
    """
    last = history.landing(commit)
    if last is None:
        there = (history.landing(each) for each in seen)
        last = max(filter(None, there), key=lambda each: each.ordinal, default=None)
    line = history.line()
    first = 0 if last is None else last.ordinal + 1
    return Receipt(line[first].commit, None, at) if first < len(line) else None


def apply_receipts(history: History, receipts: Iterable[Receipt]) -> History:
    """The same history, with no landing dated before an observation of the branch without it.

    Receipts of commits that are not on the line are ignored. Time still never runs backward, and no
    landing is dated earlier than without receipts.
    """
    floors = _floors(history, receipts)
    late = ((history.landing(commit), floor) for commit, floor in floors.items())
    # A time that respects its own receipts respects those of all earlier landings.
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
    """Each time, at least its own lower bound and every earlier one, and monotone."""
    times = monotone(
        max(landing.time, floors.get(landing.commit, landing.time)) for landing in line
    )
    return tuple(
        dataclasses.replace(landing, time=time) for landing, time in zip(line, times, strict=True)
    )


class _Bounded:
    """A history with later dates of landings."""

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
        """The landing with this full id."""
        return self._by_commit.get(commit)

    def changes(self, path: str, *, after: Landing | None = None) -> tuple[PathChange, ...]:
        """The changes of a path and of everything below it."""
        return tuple(
            each._replace(landing=self._by_commit[each.landing.commit])
            for each in self._history.changes(path, after=after)
        )

    def changes_within(self, name: str) -> tuple[PathChange, ...]:
        """The changes of everything in folders with this name."""
        return tuple(
            each._replace(landing=self._by_commit[each.landing.commit])
            for each in self._history.changes_within(name)
        )

    def landed(self, path: str) -> Landing | None:
        """The landing in which a path at the head last appeared."""
        found = self._history.landed(path)
        return None if found is None else self._by_commit[found.commit]

    def read(self, id_: str) -> bytes:
        """The content of a file, by its entry's id."""
        return self._history.read(id_)

    def fetch(self, ids: Iterable[str]) -> None:
        """Fetch these files in advance."""
        self._history.fetch(ids)
