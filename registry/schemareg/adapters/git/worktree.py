"""The files of the working tree: HEAD's tree with the changes of the working tree.

Only files that `git status` reports are read from disk; a folder that it does not mention keeps its
tree id, so that a comparison of two states skips it.
"""

from __future__ import annotations

import hashlib
import os
import stat
import weakref
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from schemareg.adapters.files import read_file
from schemareg.adapters.git import command
from schemareg.model import Entry, Files, Kind
from schemareg.model.errors import RegistryError, Undecidable

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from schemareg.adapters.git.trees import GitFiles

PATHS = ("registry.yaml", "products")
"""The paths of a registry in a working tree; other paths are ignored."""

_LARGEST_KEPT = 1 << 20
"""A larger file is neither cached nor hashed: its size is refused first."""


class _Change(NamedTuple):
    """One path that the working tree or the index changed."""

    entry: Entry | None
    content: bytes | None = None
    """The hashed content, so that every read gives the same."""
    staged: bool = False
    """Whether Git holds the content: staged, and unchanged since."""


class WorkingFiles:
    """The files of a working tree, tracked or not, staged or not; ignored files are left out."""

    def __init__(self, top: Path, head: GitFiles) -> None:
        self._top = top
        self._head = head
        # Git scans the working tree while we import and read; _changes waits for it.
        self._status: subprocess.Popen[bytes] = command.start(
            top,
            *("status", "--porcelain=v2", "-z", "--untracked-files=all", "--no-renames"),
            *("--ignore-submodules=dirty", "--", *PATHS),
        )
        weakref.finalize(self, _stop, self._status)

    @property
    def label(self) -> str:
        """The label of this state in a report."""
        return "working tree"

    @property
    def commit(self) -> str:
        """None: a working tree has no commit."""
        return ""

    @property
    def head(self) -> GitFiles:
        """The files of the current commit."""
        return self._head

    @property
    def changed(self) -> bool:
        """Whether the working tree or the index differs from HEAD."""
        return bool(self._changes)

    def entry(self, path: str) -> Entry | None:
        """The entry at a path, or None."""
        if path in self._changes and self._changes[path].entry is not None:
            return self._changes[path].entry
        if path in self._touched:
            return Entry(Kind.FOLDER, "") if self.folder(path) else None
        if path in self._changes or self._replaced(path):
            return None
        return self._head.entry(path)

    def folder(self, path: str) -> Mapping[str, Entry]:
        """Name to entry, names sorted; empty if there is no folder."""
        if path not in self._touched:
            return {} if path in self._changes or self._replaced(path) else self._head.folder(path)
        return self._merged(path)

    def read(self, path: str) -> bytes:
        """The content of a file. Raises KeyError if there is no file."""
        change = self._changes.get(path)
        if change is None:
            if self._replaced(path):
                raise KeyError(path)
            return self._head.read(path)
        if change.entry is None or change.entry.kind is not Kind.FILE:
            raise KeyError(path)
        if change.content is not None:
            return change.content
        if change.staged:
            return self._head.store.read(change.entry.id)[1]
        return read_file(self._top / path, path)

    def size(self, path: str) -> int:
        """The size in bytes of a file. Raises KeyError if there is no file."""
        change = self._changes.get(path)
        if change is None and not self._replaced(path):
            return self._head.size(path)
        if change is None or change.entry is None or change.entry.kind is not Kind.FILE:
            raise KeyError(path)
        if change.content is not None:
            return len(change.content)
        if change.staged:
            return self._head.store.size(change.entry.id)
        return (self._top / path).lstat().st_size

    def differing(self, other: Files, path: str) -> tuple[str, ...] | None:
        """The names whose entries can differ from another state in one folder, sorted."""
        if path in self._changes:
            return None
        names = self._head.differing(other, path)
        if names is None:
            return None
        return tuple(sorted({*names, *self._touched.get(path, ())}))

    def prefetch(self, paths: Iterable[str]) -> None:
        """Fetch these files in advance in a partial clone."""
        self._head.prefetch(path for path in paths if path not in self._changes)

    def _merged(self, path: str) -> dict[str, Entry]:
        below = path in self._changes or self._replaced(path)
        found = {} if below else dict(self._head.folder(path))
        for name in self._touched[path]:
            entry = self.entry(f"{path}/{name}" if path else name)
            if entry is None:
                found.pop(name, None)
            else:
                found[name] = entry
        return dict(sorted(found.items()))

    def _replaced(self, path: str) -> bool:
        """Whether a parent folder of the path is now a file."""
        above = path.rpartition("/")[0]
        while above:
            if above in self._changes and self._changes[above].entry is not None:
                return True
            above = above.rpartition("/")[0]
        return False

    @cached_property
    def _touched(self) -> dict[str, set[str]]:
        """Folders with a change below them, each with the names that lead to it."""
        found: dict[str, set[str]] = {}
        for path in self._changes:
            rest = path
            while rest:
                folder, _, name = rest.rpartition("/")
                found.setdefault(folder, set()).add(name)
                rest = folder
        return found

    @cached_property
    def _changes(self) -> dict[str, _Change]:
        with self._status:
            out, complaint = self._status.communicate()
        if self._status.returncode:
            raise Undecidable(
                f"git status failed: {complaint.decode(errors='replace').strip()}",
                where=str(self._top),
                remedy="Run `git status` there and fix what it reports, or compare commits: "
                "--head REF",
            )
        changes: dict[str, _Change] = {}
        conflicts: list[str] = []
        for record in out.split(b"\0"):
            if record:
                self._note(record, changes, conflicts)
        if conflicts:
            raise RegistryError(
                "the merge is not finished: the file has conflicts"
                + (f", as do {len(conflicts) - 1} more" if len(conflicts) > 1 else ""),
                where=min(conflicts),
                remedy="Resolve them and `git add` the files, or compare commits: --head REF",
            )
        return changes

    def _note(self, record: bytes, changes: dict[str, _Change], conflicts: list[str]) -> None:
        """Read one record of `git status --porcelain=v2`. Source: git-status(1)."""
        kind = record[:1]
        if kind == b"u":
            conflicts.append(_text(record.split(b" ", 10)[10]))
        elif kind == b"?":
            path = _text(record[2:])
            if path.endswith("/"):  # Git does not read a repository inside a repository
                changes[path.rstrip("/")] = _Change(Entry(Kind.SUBMODULE, ""))
            else:
                changes[path] = self._on_disk(path)
        elif kind == b"1":
            _, states, _, _, mode, _, _, id_, name = record.split(b" ", 8)
            path = _text(name)
            if states[1:] == b"." and states[:1] != b"D":
                changes[path] = _Change(_staged(mode, id_.decode("ascii")), staged=True)
            elif states[1:] == b"D" or states == b"D.":
                changes.setdefault(path, _Change(None))
            else:
                changes[path] = self._on_disk(path)

    def _on_disk(self, path: str) -> _Change:
        full = self._top / path
        try:
            status = full.lstat()
        except (FileNotFoundError, NotADirectoryError):
            return _Change(None)
        if stat.S_ISLNK(status.st_mode):
            return _Change(Entry(Kind.LINK, self._id(os.fsencode(full.readlink()))))
        if stat.S_ISDIR(status.st_mode):
            return _Change(Entry(Kind.SUBMODULE, ""))
        if not stat.S_ISREG(status.st_mode):
            return _Change(
                None
            )  # a pipe or a device: Git has no entry kind for it, and a read hangs
        if status.st_size > _LARGEST_KEPT:
            return _Change(Entry(Kind.FILE, ""))
        content = read_file(full, path)
        return _Change(Entry(Kind.FILE, self._id(content)), content)

    def _id(self, content: bytes) -> str:
        """Git's id of the content of a file."""
        digest = hashlib.new(self._head.store.digest, b"blob %d\0" % len(content))
        digest.update(content)
        return digest.hexdigest()


def _stop(status: subprocess.Popen[bytes]) -> None:
    """End a `git status` whose result is not needed."""
    if status.returncode is None:
        status.kill()
        status.communicate()


def _staged(mode: bytes, id_: str) -> Entry:
    kinds = {b"120000": Kind.LINK, b"160000": Kind.SUBMODULE}
    return Entry(kinds.get(mode, Kind.FILE), id_)


def _text(path: bytes) -> str:
    return path.decode("utf-8", "surrogateescape")
