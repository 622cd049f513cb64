"""Where a history begins to be told: the repository, the commit that a revision names, the branch.

All of it is asked of `git`, in one run where that is possible.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

from schemareg.adapters.git import command
from schemareg.adapters.git.store import not_owned, shallow_commits
from schemareg.model.errors import RegistryError, Undecidable

ID = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
"""The full id of an object."""

DEEPER = (
    "Fetch the history: git fetch --unshallow (in GitHub Actions, `fetch-depth: 0` at"
    " actions/checkout; with `filter: tree:0` it stays cheap)"
)
"""What mends a history that a shallow clone has cut off."""


class Tip(NamedTuple):
    """A branch as this clone knows it: `origin/main`, and the id of its newest commit."""

    name: str
    commit: str


def protected(folder: str | Path, branch: str = "main") -> Tip | None:
    """The protected branch: where it is tracked, before a copy of one's own; None where it is not."""
    asked = command.run(
        Path(folder),
        "for-each-ref",
        "--format=%(objectname)%00%(refname)%00%(upstream:remotename)",
        f"refs/heads/{branch}",
        f"refs/remotes/*/{branch}",
    )
    own = remote = ""
    tracked: dict[str, str] = {}
    for line in asked.out.decode(errors="surrogateescape").splitlines():
        commit, name, upstream = line.split("\0")
        if name == f"refs/heads/{branch}":
            own, remote = commit, upstream
        else:
            tracked[name.split("/")[2]] = commit
    for each in (remote, "upstream", "origin", *sorted(tracked)):
        if each in tracked:
            return Tip(f"{each}/{branch}", tracked[each])
    return Tip(branch, own) if own else None


class RepositoryLocation(NamedTuple):
    """Where a repository is."""

    folder: Path
    """The folder in which git is asked."""
    common: Path
    """The Git directory that its worktrees share."""


def locate(folder: Path, revision: str) -> tuple[RepositoryLocation, str]:
    """Where the repository is, and the full id of the commit that a revision names; `""` for `""`.

    Raises RegistryError where there is none of either; Undecidable where the repository cannot be
    opened, or the commit may not have been cloned.
    """
    if not folder.is_dir():
        raise RegistryError(
            "there is no such folder", where=str(folder), remedy="Name a folder: -C DIR"
        )
    odd = revision.startswith("-") or "\n" in revision or "\0" in revision
    wanted = () if odd or not revision else (f"{revision}^{{commit}}",)
    asked = command.run(folder, "--no-replace-objects", "rev-parse", "--git-common-dir", *wanted)
    lines = asked.out.decode(errors="surrogateescape").splitlines()
    if not lines:
        raise _no_repository(folder, asked.complaint)
    place = RepositoryLocation(folder, folder / lines[0])
    if not revision:
        return place, ""
    if asked.code or len(lines) != 2 or not ID.fullmatch(lines[1]):
        raise _no_commit(place, revision, asked.complaint)
    return place, lines[1]


def _no_repository(folder: Path, complaint: str) -> RegistryError:
    if "dubious ownership" in complaint:
        return not_owned(folder, complaint)
    if "not a git repository" in complaint:
        return RegistryError(
            "this is no Git repository, nor does it lie in one",
            where=str(folder),
            remedy="Run `git init` here, or name the folder of a registry: -C DIR",
        )
    return Undecidable(
        f"git cannot open this repository: {' '.join(complaint.split()).removeprefix('fatal: ')}",
        where=str(folder),
        remedy="See what `git status` and `git fsck` say in that folder",
    )


def _no_commit(place: RepositoryLocation, revision: str, complaint: str) -> RegistryError:
    if "is ambiguous" in complaint:
        return RegistryError(
            f"revision {revision!r} means more than one object",
            remedy="Write more of it, or a branch or tag in full: refs/heads/NAME",
        )
    what = f"there is no commit called {revision!r} here"
    if shallow_commits(place.common) and _cut_off(place, revision):
        return Undecidable(f"{what}: this clone is shallow and may end before it", remedy=DEEPER)
    return RegistryError(
        what, remedy="`git branch --all` lists what there is; `git fetch origin` brings more"
    )


def _cut_off(place: RepositoryLocation, revision: str) -> bool:
    """Whether a revision may well be one that was not cloned: an id, or a step back from a known one."""
    stem = re.split(r"[~^@:]", revision, maxsplit=1)[0]
    if re.fullmatch(r"[0-9a-f]{7,64}", stem):
        return True
    asked = command.run(place.folder, "rev-parse", "--quiet", "--verify", f"{stem}^{{commit}}")
    return stem != revision and not asked.code
