"""The registry in Git: the files at any revision, or of the working tree."""

from __future__ import annotations

import re
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from schemareg.adapters.git.anchor import Anchor, anchors
from schemareg.adapters.git.base import base_of
from schemareg.adapters.git.libgit2 import open_store
from schemareg.adapters.git.store import Ambiguous
from schemareg.adapters.git.trees import GitFiles, committed
from schemareg.model.errors import RegistryError, Undecidable

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from types import TracebackType

    from schemareg.adapters.git.store import Store
    from schemareg.adapters.git.worktree import WorkingFiles

_SHORT = 7
_ID = re.compile(r"[0-9a-f]{7,64}")


def open_repository(path: str | Path = ".") -> Repository:
    """The repository of a folder, which can be bare, shallow or partial.

    Raises RegistryError if there is none; Undecidable if it belongs to another user or
    neither libgit2 nor `git` can open it.
    """
    return Repository(open_store(Path(path)))


class Repository:
    """One Git repository. Close it, or use it in a `with`."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def __enter__(self) -> Repository:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the open files; later reads fail."""
        self._store.close()

    @property
    def top(self) -> Path | None:
        """The folder of the working tree; None in a bare repository."""
        return self._store.work_tree

    @property
    def branch(self) -> str | None:
        """The current branch, or None if HEAD is detached."""
        return self._store.head().branch

    def resolve(self, revision: str) -> str:
        """The full id of the commit that a revision names.

        Raises RegistryError if it names none or several; Undecidable if only a deeper clone
        can answer.
        """
        try:
            commit = self._store.resolve(revision)
        except Ambiguous:
            raise RegistryError(
                f"revision {revision!r} means more than one object",
                remedy="Write more digits, or a branch or tag in full: refs/heads/NAME",
            ) from None
        if commit is None:
            raise self._unknown(revision)
        return commit

    def files_at(self, revision: str) -> GitFiles:
        """The files at a revision. Raises RegistryError, Undecidable, as `resolve` does."""
        commit = self.resolve(revision)
        return GitFiles(self._store, commit, _label(revision, commit))

    def no_files(self) -> GitFiles:
        """The files before the first commit: an empty set."""
        return GitFiles(self._store)

    def working_files(self) -> WorkingFiles | GitFiles:
        """The current files: index and working tree; in a bare repository, those of HEAD.

        Raises RegistryError for an unfinished merge at the first read of a file.
        """
        if self._store.work_tree is None:
            return self._at_head
        from schemareg.adapters.git.worktree import WorkingFiles  # two commits do not need it

        return WorkingFiles(self._store.work_tree, self._at_head)

    def anchors(self, claimed: str, named: Callable[[bytes], str]) -> tuple[Anchor, ...]:
        """The branches that a proposal is compared with, see `anchor.anchors`."""
        return anchors(self._store, claimed, named)

    def default_base(
        self, protected: str = "main", head: WorkingFiles | GitFiles | None = None
    ) -> GitFiles:
        """The base files of `head` (default: the working tree).

        Before the first commit there are none: everything is new. Raises Undecidable if the base
        cannot be determined.
        """
        return self.default_change(protected, head)[0]

    def default_change(
        self, protected: str = "main", head: WorkingFiles | GitFiles | None = None
    ) -> tuple[GitFiles, datetime | None]:
        """The base files, with the commit time of `head` if it already landed."""
        if head is None:
            head = self.working_files()
        if isinstance(head, GitFiles):
            dirty, commit = False, head.commit
        else:
            dirty, commit = head.changed, head.head.commit
        if not commit:
            return self.no_files(), None
        base = base_of(self._store, commit, protected, dirty=dirty)
        files = GitFiles(self._store, base.commit, _label(base.name, base.commit))
        return files, committed(self._store, commit) if base.landed else None

    @cached_property
    def _at_head(self) -> GitFiles:
        commit, branch = self._store.head()
        return GitFiles(self._store, commit or "", _label(branch or "HEAD", commit or ""))

    def _unknown(self, revision: str) -> RegistryError:
        what = f"there is no commit {revision!r} in this clone"
        stem = re.split(r"[~^@:]|\\.\\.", revision, maxsplit=1)[0]
        if self._store.shallow and (_ID.fullmatch(stem) or self._known(stem)):
            return Undecidable(
                f"{what}: this clone is shallow and possibly ends before it",
                remedy="Fetch the history: git fetch --unshallow (in GitHub Actions,"
                " `fetch-depth: 0` at actions/checkout)",
            )
        import difflib

        names = [
            name.split("/", 2)[2]
            for name in self._store.references()
            if name.startswith(("refs/heads/", "refs/tags/", "refs/remotes/"))
        ]
        near = difflib.get_close_matches(stem, names, 3) or sorted(names)[:3]
        hint = f"Perhaps {_listed(near)}; " if near else ""
        remedy = f"{hint}`git fetch --tags origin` fetches other branches and tags"
        if not names:
            remedy = "The repository has no commit yet: omit --base and --head"
        return RegistryError(what, remedy=remedy)

    def _known(self, stem: str) -> bool:
        try:
            return stem != "" and self._store.resolve(stem) is not None
        except Ambiguous:
            return False


def _label(name: str, commit: str) -> str:
    if not commit:
        return "nothing"
    return commit[:_SHORT] if commit.startswith(name) else f"{name} ({commit[:_SHORT]})"


def _listed(names: list[str]) -> str:
    quoted = [f"`{name}`" for name in names]
    return " or ".join([", ".join(quoted[:-1]), quoted[-1]] if len(quoted) > 1 else quoted)
