"""Landings on the protected branch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from schemareg.model.files import Entry


@dataclass(frozen=True, slots=True)
class Landing:
    """A landing: one first-parent commit of the protected branch."""

    commit: str
    ordinal: int
    """Its position on the first-parent line; 0 is the oldest."""
    time: datetime
    """The landing time, aware, in UTC: the commit's claim, never before the previous landing."""
    claimed: datetime
    """The committer time that the commit claims, aware, in UTC."""
    author: str = ""
    email: str = ""
    """The author's."""
    committer: str = ""
    subject: str = ""
    """The first paragraph of the message, on one line."""


class PathChange(NamedTuple):
    """The change of one path by one landing: a file, a link or a submodule, never a folder."""

    landing: Landing
    path: str
    before: Entry | None
    after: Entry | None


class History(Protocol):
    """The landings of one first-parent line, and what they did to the paths of a registry.

    Paths are POSIX, relative to the repository root; `""` is everything that is watched. Where the
    history that an answer needs was not cloned, it raises Undecidable, which names the fetch.
    """

    @property
    def head(self) -> Landing | None:
        """The newest landing; None before the first."""

    def line(self) -> tuple[Landing, ...]:
        """All landings, oldest first."""

    def landing(self, commit: str) -> Landing | None:
        """The landing of this full id; None where it is not on the line."""

    def changes(self, path: str, *, after: Landing | None = None) -> tuple[PathChange, ...]:
        """The changes of a path and of everything below it, oldest first, then by path.

        With `after`, only later landings.
        """

    def changes_within(self, name: str) -> tuple[PathChange, ...]:
        """The changes in all folders of this name, oldest first, then by path."""

    def landed(self, path: str) -> Landing | None:
        """The landing that last added the path that exists at the head; None if it does not exist."""

    def read(self, id_: str) -> bytes:
        """The content of a file, by its entry's id. Raises KeyError where there is none."""

    def fetch(self, ids: Iterable[str]) -> None:
        """Load these files: one request to the remote if a partial clone does not have them."""
