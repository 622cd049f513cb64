"""A Git repository through libgit2: the only module that uses pygit2."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from schemareg.adapters.git.store import (
    Ambiguous,
    Head,
    Missing,
    Store,
    corrupt,
    not_owned,
    shallow_commits,
)
from schemareg.model.errors import RegistryError, Undecidable

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pygit2


def open_store(path: Path) -> Store:
    """The repository of a folder, found upward as `git` finds it.

    Raises RegistryError if there is none; Undecidable if it cannot be opened.
    """
    import pygit2

    if not path.is_dir():
        raise RegistryError(
            "the folder does not exist", where=str(path), remedy="Name a folder: -C DIR"
        )
    try:
        found = pygit2.discover_repository(str(path))
        if found is None:
            raise RegistryError(
                "the folder is not in a Git repository",
                where=str(path),
                remedy="Run `git init` here, or name the folder of a registry: -C DIR",
            )
        repository = pygit2.Repository(found)
    except pygit2.GitError as error:
        return _open_otherwise(path, str(error))
    if any(entry.name.endswith(".promisor") for entry in repository.config):
        return _through_git(path)
    store = LibraryStore(repository)
    if store.grafted:
        store.close()
        return _through_git(path)  # libgit2 always applies grafts
    return store


def _open_otherwise(path: Path, complaint: str) -> Store:
    if "not owned by" in complaint:
        raise not_owned(path, complaint)
    if "unsupported extension" in complaint or "object format" in complaint:
        return _through_git(path)
    raise Undecidable(
        f"Git cannot open this repository: {complaint.removeprefix(f'{path}: ')}",
        where=str(path),
        remedy="Run `git status` and `git fsck` in that folder",
    )


def _through_git(path: Path) -> Store:
    from schemareg.adapters.git.cat_file import CommandStore  # needed by few repositories

    return CommandStore(path)


class LibraryStore:
    """A repository opened by libgit2."""

    def __init__(self, repository: pygit2.Repository) -> None:
        import pygit2
        from pygit2.enums import ObjectType, Option

        # A verdict hashes its input itself; a second hash costs a third of the reading.
        pygit2.option(Option.ENABLE_STRICT_HASH_VERIFICATION, True)
        self._repository = repository
        self._odb = repository.odb
        self._error = pygit2.GitError
        self._kinds = {int(each): each.name.lower() for each in ObjectType}
        self._folder = Path(repository.path)

    @property
    def work_tree(self) -> Path | None:
        """The folder of the working tree; None in a bare repository."""
        folder = self._repository.workdir
        return Path(folder) if folder else None

    @property
    def grafted(self) -> bool:
        """Whether a file of grafts changes the parents of commits."""
        return (self._common / "info" / "grafts").exists()

    @property
    def digest(self) -> str:
        """SHA-1: libgit2 opens no other hash."""
        return "sha1"

    @cached_property
    def shallow(self) -> frozenset[str]:
        """The commits whose parents were cut off."""
        return shallow_commits(self._common)

    @cached_property
    def _common(self) -> Path:
        """The common Git directory of all worktrees of a repository."""
        try:
            return self._folder / (self._folder / "commondir").read_text("utf-8").strip()
        except FileNotFoundError:
            return self._folder

    def read(self, id_: str) -> tuple[str, bytes]:
        """Kind and content of an object."""
        try:
            kind, content = self._odb.read(id_)
        except KeyError:
            raise Missing(id_) from None
        except (self._error, ValueError) as error:
            raise corrupt(id_, str(error)) from None
        return self._kinds.get(kind, "object"), content

    def size(self, id_: str) -> int:
        """The length of an object's content."""
        try:
            return int(self._odb.read_header(id_)[1])
        except KeyError:
            raise Missing(id_) from None
        except (self._error, ValueError) as error:
            raise corrupt(id_, str(error)) from None

    def fetch(self, ids: Iterable[str]) -> None:
        """Does nothing: a partial clone is read through `git`."""

    def read_ahead(self, ids: Iterable[str]) -> None:
        """Does nothing: single reads cost the same."""

    def resolve(self, revision: str) -> str | None:
        """The commit a revision names, or None."""
        import pygit2

        try:
            commit = self._repository.revparse_single(revision).peel(pygit2.Commit)
        except KeyError:
            return None
        except pygit2.AmbiguousError:
            raise Ambiguous(revision) from None
        except (self._error, ValueError):
            return None
        return str(commit.id)

    def head(self) -> Head:
        """The content of HEAD."""
        reference = self._repository.lookup_reference("HEAD")
        target = reference.target
        if not isinstance(target, str):
            return Head(str(target), None)
        branch = target.removeprefix("refs/heads/")
        if self._repository.head_is_unborn:
            return Head(None, branch)
        return Head(str(self._repository.head.target), branch)

    def references(self) -> dict[str, str]:
        """Full name to object id, of all references."""
        found = {}
        for name in self._repository.references:
            try:
                found[name] = str(self._repository.references[name].resolve().target)
            except KeyError:
                continue  # a symbolic reference to a missing branch
        return found

    def symbolic(self, name: str) -> str | None:
        """The full name that a symbolic reference names, or None."""
        try:
            target = self._repository.lookup_reference(name).target
        except (KeyError, ValueError):
            return None
        return target if isinstance(target, str) else None

    def merge_base(self, one: str, other: str) -> str | None:
        """The best common ancestor of two commits, or None."""
        if (self._common / "objects" / "info" / "commit-graph").exists() or (
            self._common / "objects" / "info" / "commit-graphs"
        ).exists():
            # libgit2 reads parents from the commit-graph, a file that any program can write.
            from schemareg.adapters.git.cat_file import CommandStore

            return CommandStore(self._folder, self._common).merge_base(one, other)
        try:
            found = self._repository.merge_base(one, other)
        except KeyError:
            return None
        except self._error as error:  # a commit between them has an invalid date
            raise Undecidable(
                f"no common ancestor of {one[:12]} and {other[:12]} can be determined: {error}",
                remedy="`git fsck` names the commit that is damaged or has an invalid date; "
                "commit the change again: git commit --amend --no-edit",
            ) from None
        return str(found) if found else None

    def setting(self, name: str) -> str | None:
        """One value of the configuration, or None."""
        try:
            return str(self._repository.config[name])
        except (KeyError, ValueError):
            return None

    def close(self) -> None:
        """Close the files of the repository."""
        self._repository.free()
