"""What landed on the protected branch, and when."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from schemareg.model.files import Entry


@dataclass(frozen=True, slots=True)
class Landing:
    """One first-parent commit of the protected branch: what landed, and when."""

    commit: str
    ordinal: int
    """Its place on the line; 0 is the oldest."""
    time: datetime
    """When it landed, aware, in UTC: what the commit claims, never before the landing before it."""
    claimed: datetime
    """The committer time that the commit claims, aware, in UTC."""
    author: str = ""
    email: str = ""
    """The author's."""
    committer: str = ""
    subject: str = ""
    """The first paragraph of the message, on one line."""


class PathChange(NamedTuple):
    """What one landing did to one path: a file, a link or a submodule, never a folder."""

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
        """What happened to a path and to everything below it, oldest first, then by path.

        With `after`, only what landed later than that.
        """

    def changes_within(self, name: str) -> tuple[PathChange, ...]:
        """What happened to all that lies in folders of this name, oldest first, then by path."""

    def landed(self, path: str) -> Landing | None:
        """Where the path that stands at the head came, for the last time; None if it is not there."""

    def read(self, id_: str) -> bytes:
        """The content of a file, by its entry's id. Raises KeyError where there is none."""

    def fetch(self, ids: Iterable[str]) -> None:
        """Have these files at hand: one journey to the remote where a partial clone lacks them."""
