"""Repositories and commits made by this program, for the demonstration.

The user's settings do not apply: no hooks, no signing, no global ignore file, no name.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from schemareg.model.errors import RegistryError

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path


class Person(NamedTuple):
    """The author of a commit."""

    name: str
    email: str


def begin(folder: Path, branch: str = "main") -> None:
    """Create a repository in an existing folder, without a commit, on `branch`.

    Raises RegistryError if the folder already belongs to a repository.
    """
    import pygit2

    if (folder / ".git").exists():
        raise RegistryError("the folder already has a Git repository", where=str(folder))
    pygit2.init_repository(str(folder), initial_head=branch)


def commit(folder: Path, message: str, *, by: Person, at: datetime) -> str:
    """Commit the working tree as it is to the current branch; returns the id of the commit.

    `at` is a time with a time zone.
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
    """Create a branch at the current commit and switch to it; the files stay the same."""
    import pygit2

    repository = pygit2.Repository(str(folder))
    repository.branches.local.create(name, repository[repository.head.target].peel(pygit2.Commit))
    repository.set_head(f"refs/heads/{name}")


def switch(folder: Path, name: str) -> None:
    """Switch to another branch; the files stay unchanged."""
    import pygit2

    pygit2.Repository(str(folder)).set_head(f"refs/heads/{name}")
