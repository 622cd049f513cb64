"""A view of a history that ends at one landing."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from schemareg.model import History, Landing, PathChange


class HistoryView:
    """The part of a history up to the landing with an ordinal; empty for -1."""

    def __init__(self, history: History, ordinal: int) -> None:
        self._history = history
        self._last = ordinal

    @property
    def head(self) -> Landing | None:
        """The newest landing of this part."""
        line = self.line()
        return line[-1] if line else None

    def line(self) -> tuple[Landing, ...]:
        """All landings, oldest first."""
        return self._history.line()[: self._last + 1]

    def landing(self, commit: str) -> Landing | None:
        """The landing with this full id; None if it is not in this part."""
        found = self._history.landing(commit)
        return found if found is not None and found.ordinal <= self._last else None

    def changes(self, path: str, *, after: Landing | None = None) -> tuple[PathChange, ...]:
        """The changes of a path and of everything below it, oldest first."""
        found = self._history.changes(path, after=after)
        return tuple(each for each in found if each.landing.ordinal <= self._last)

    def changes_within(self, name: str) -> tuple[PathChange, ...]:
        """The changes of everything in folders with this name, oldest first."""
        found = self._history.changes_within(name)
        return tuple(each for each in found if each.landing.ordinal <= self._last)

    def landed(self, path: str) -> Landing | None:
        """The landing in which a path at the end of this part last appeared."""
        since: Landing | None = None
        standing: set[str] = set()
        for change in self.changes(path):
            if change.after is None:
                standing.discard(change.path)
                continue
            if not standing:
                since = change.landing
            standing.add(change.path)
        return since if standing else None

    def read(self, id_: str) -> bytes:
        """The content of a file, by its entry's id. Raises KeyError."""
        return self._history.read(id_)

    def fetch(self, ids: Iterable[str]) -> None:
        """Fetch these files in advance."""
        self._history.fetch(ids)
