"""The files of a repository in one state, and what differs between two."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping


class Kind(Enum):
    """What an entry of a folder is."""

    FILE = "file"
    FOLDER = "folder"
    LINK = "symbolic link"
    SUBMODULE = "submodule"


class Entry(NamedTuple):
    """One name in a folder. Equal ids mean equal content; `""` means unknown, so never equal."""

    kind: Kind
    id: str


class Files(Protocol):
    """The files of a repository in one state: a commit's tree, or the working tree as it stands.

    Paths are POSIX, relative to the repository root, without a leading or trailing slash; the
    root itself is `""`. What is read twice is the same twice.
    """

    @property
    def label(self) -> str:
        """How to call this state in a report: `main (3f2a9c1)`, `working tree`."""

    @property
    def commit(self) -> str:
        """The full id of the commit, or `""` for a working tree."""

    def entry(self, path: str) -> Entry | None:
        """The entry at a path, or None where there is nothing."""

    def folder(self, path: str) -> Mapping[str, Entry]:
        """Name to entry, names sorted; empty where there is no folder."""

    def read(self, path: str) -> bytes:
        """The content of a file. Raises KeyError where there is no file."""

    def size(self, path: str) -> int:
        """The size in bytes of a file, without reading it where possible. Raises KeyError."""


class FileChange(NamedTuple):
    """One path whose entry differs between two states; a folder on either side is taken apart."""

    path: str
    before: Entry | None
    after: Entry | None
