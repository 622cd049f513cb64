"""The clock: when what stands on the protected branch landed there.

A landing is one commit of the branch's first-parent line; whatever a merge brings lands with it.
Its time is `t(c) = max(committer time of c, t(first parent))`, so time never runs backwards.

What that proves, and what it does not. A commit that claims less than the landing before it is held
up to that landing's time: nobody dates a landing before what had landed already. A commit that
claims the future is believed, and with it all that land after it: their windows grow longer, none
shorter. What Git alone cannot show is how long after its claim a commit was pushed; between the
landing before it and today it may have been any moment.

A receipt, written by whoever watches the branch, shows it from both sides. The commit was there at
one moment, so it and all before it landed no later: that takes back a forged future. And the branch
had ended elsewhere at an earlier moment, so it and all after it landed later than that: a landing
pushed today that claims last year counts from when the branch was last seen without it, and so does
a history that was written anew. Where receipts contradict each other the later moment counts: doubt
lengthens a window. The audit names the landings whose claims miss their receipts.

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
    "bounded",
    "day",
    "monotone",
    "unseen",
]


class Receipt(NamedTuple):
    """What was seen of a landing; moments are aware, in UTC."""

    commit: str
    not_after: datetime | None
    """It was on the protected branch at this moment; None says that nobody saw it yet."""
    not_before: datetime | None = None
    """The branch ended without it at this moment; None says that nobody looked before."""


def monotone(claims: Iterable[datetime]) -> tuple[datetime, ...]:
    """The times of landings, of what they claim, oldest first: none before the one before it."""
    return tuple(accumulate(claims, max))


def day(landing: Landing) -> date:
    """The UTC calendar day of a landing: the first day of a window that it begins."""
    return landing.time.date()


def unseen(history: History, commit: str, at: datetime, seen: Iterable[str]) -> Receipt | None:
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


def bounded(history: History, receipts: Iterable[Receipt]) -> History:
    """The same history, its landings dated within what receipts of them and their neighbours allow.

    Receipts of commits that are not on the line say nothing. Time still never runs backwards.
    """
    known = tuple(receipts)
    upper, lower = _upper(history, known), _lower(history, known)
    # What keeps to its own receipts keeps to those of all its neighbours: nothing to mend.
    early = (history.landing(commit) for commit in upper)
    late = (history.landing(commit) for commit in lower)
    if all(each is None or each.time <= upper[each.commit] for each in early) and all(
        each is None or each.time >= lower[each.commit] for each in late
    ):
        return history
    return _Bounded(history, _mended(history.line(), upper, lower))


def _upper(history: History, receipts: Iterable[Receipt]) -> dict[str, datetime]:
    bounds: dict[str, datetime] = {}
    for commit, not_after, _ in receipts:
        if not_after is not None and history.landing(commit) is not None:
            bounds[commit] = min(not_after, bounds.get(commit, not_after))
    return bounds


def _lower(history: History, receipts: Iterable[Receipt]) -> dict[str, datetime]:
    bounds: dict[str, datetime] = {}
    for commit, _, not_before in receipts:
        if not_before is not None and history.landing(commit) is not None:
            bounds[commit] = max(not_before, bounds.get(commit, not_before))
    return bounds


def _mended(
    line: tuple[Landing, ...], upper: dict[str, datetime], lower: dict[str, datetime]
) -> tuple[Landing, ...]:
    """Each claim cut at the earliest receipt of its own or any later landing, held up to the lower
    bounds of its own and any earlier one, and made monotone."""
    claims = []
    bound: datetime | None = None
    for landing in reversed(line):
        own = upper.get(landing.commit)
        if own is not None:
            bound = own if bound is None else min(own, bound)
        claims.append(landing.claimed if bound is None else min(landing.claimed, bound))
    floors = (lower.get(landing.commit) for landing in line)
    times = monotone(
        claim if floor is None else max(claim, floor)
        for claim, floor in zip(reversed(claims), floors, strict=True)
    )
    return tuple(
        dataclasses.replace(landing, time=time) for landing, time in zip(line, times, strict=True)
    )


class _Bounded:
    """A history whose landings are dated anew."""

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
