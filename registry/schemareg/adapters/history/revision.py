"""The start of a history: the repository, the commit of a revision, the branch.

Everything is read by `git`, in one run if possible.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

from schemareg.adapters.git import command
from schemareg.adapters.git.store import not_owned, shallow_commits
from schemareg.model.errors import RegistryError, Undecidable

ID = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
"""The form of a full object id."""

DEEPER = (
    "Fetch the history: git fetch --unshallow (in GitHub Actions, `fetch-depth: 0` at"
    " actions/checkout; with `filter: tree:0` it stays cheap)"
)
"""The remedy for a history that a shallow clone cuts off."""


class Tip(NamedTuple):
    """A branch in this clone: `origin/main`, and the id of its newest commit."""

    name: str
    commit: str


def protected(folder: str | Path, branch: str = "main") -> Tip | None:
    """The protected branch: the remote-tracking branch takes precedence over a local one; None
    if missing."""
    result = command.run(
        Path(folder),
        "for-each-ref",
        "--format=%(objectname)%00%(refname)%00%(upstream:remotename)",
        f"refs/heads/{branch}",
        f"refs/remotes/*/{branch}",
    )
    own = remote = ""
    tracked: dict[str, str] = {}
    for line in result.out.decode(errors="surrogateescape").splitlines():
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
    """The location of a repository."""

    folder: Path
    """The folder in which git runs."""
    common: Path
    """The common Git directory of its worktrees."""


def locate(folder: Path, revision: str) -> tuple[RepositoryLocation, str]:
    """The location of the repository, and the full id of a revision's commit; `""` for `""`.

    Raises RegistryError if one of them is missing; Undecidable if the repository cannot be
    opened or the commit is possibly not cloned.
    """
    if not folder.is_dir():
        raise RegistryError(
            "the folder does not exist", where=str(folder), remedy="Name a folder: -C DIR"
        )
    odd = revision.startswith("-") or "\n" in revision or "\0" in revision
    wanted = () if odd or not revision else (f"{revision}^{{commit}}",)
    result = command.run(folder, "--no-replace-objects", "rev-parse", "--git-common-dir", *wanted)
    lines = result.out.decode(errors="surrogateescape").splitlines()
    if not lines:
        raise _no_repository(folder, result.complaint)
    place = RepositoryLocation(folder, folder / lines[0])
    if not revision:
        return place, ""
    if result.code or len(lines) != 2 or not ID.fullmatch(lines[1]):
        raise _no_commit(place, revision, result.complaint)
    return place, lines[1]


def _no_repository(folder: Path, complaint: str) -> RegistryError:
    if "dubious ownership" in complaint:
        return not_owned(folder, complaint)
    if "not a git repository" in complaint:
        return RegistryError(
            "the folder is not in a Git repository",
            where=str(folder),
            remedy="Run `git init` here, or name the folder of a registry: -C DIR",
        )
    return Undecidable(
        f"git cannot open this repository: {' '.join(complaint.split()).removeprefix('fatal: ')}",
        where=str(folder),
        remedy="Run `git status` and `git fsck` in that folder",
    )


def _no_commit(place: RepositoryLocation, revision: str, complaint: str) -> RegistryError:
    if "is ambiguous" in complaint:
        return RegistryError(
            f"revision {revision!r} means more than one object",
            remedy="Write more digits, or a branch or tag in full: refs/heads/NAME",
        )
    what = f"there is no commit {revision!r} in this clone"
    if shallow_commits(place.common) and _cut_off(place, revision):
        return Undecidable(
            f"{what}: this clone is shallow and possibly ends before it", remedy=DEEPER
        )
    return RegistryError(
        what, remedy="`git branch --all` lists the branches; `git fetch origin` fetches more"
    )


def _cut_off(place: RepositoryLocation, revision: str) -> bool:
    """Whether a revision is possibly not cloned: an id, or an ancestor of a known commit."""
    stem = re.split(r"[~^@:]", revision, maxsplit=1)[0]
    if re.fullmatch(r"[0-9a-f]{7,64}", stem):
        return True
    result = command.run(place.folder, "rev-parse", "--quiet", "--verify", f"{stem}^{{commit}}")
    return stem != revision and not result.code
