"""Repositories begun and commits made by us: what the demonstration needs, and no more.

Nothing of the user's settings counts here: no hooks, no signing, no global ignore file, no name.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from schemareg.model.errors import RegistryError

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path


class Person(NamedTuple):
    """Who makes a commit."""

    name: str
    email: str


def begin(folder: Path, branch: str = "main") -> None:
    """A new repository in an existing folder, without a commit, on `branch`.

    Raises RegistryError where the folder belongs to a repository already.
    """
    import pygit2

    if (folder / ".git").exists():
        raise RegistryError("there is a Git repository here already", where=str(folder))
    pygit2.init_repository(str(folder), initial_head=branch)


def commit(folder: Path, message: str, *, by: Person, at: datetime) -> str:
    """Commit the working tree as it stands to the current branch; the new commit's id.

    `at` is aware of its time zone.
    """
    import pygit2

    repository = pygit2.Repository(str(folder))
    repository.index.add_all()
    repository.index.write()
    offset = at.utcoffset()
    minutes = int(offset.total_seconds() // 60) if offset else 0
    who = pygit2.Signature(by.name, by.email, int(at.timestamp()), minutes)
    parents = [] if repository.head_is_unborn else [repository.head.target]
    tree = repository.index.write_tree()
    return str(repository.create_commit("HEAD", who, who, message, tree, parents))


def branch(folder: Path, name: str) -> None:
    """Begin a branch at the current commit, and be on it; the files are the same."""
    import pygit2

    repository = pygit2.Repository(str(folder))
    repository.branches.local.create(name, repository[repository.head.target].peel(pygit2.Commit))
    repository.set_head(f"refs/heads/{name}")


def switch(folder: Path, name: str) -> None:
    """Be on another branch; the files stay as they are."""
    import pygit2

    pygit2.Repository(str(folder)).set_head(f"refs/heads/{name}")
