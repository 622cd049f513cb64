"""The default base: the commit that a change is compared with.

A change is compared with the commit that it would land on. For the merge commit that a forge makes
of a pull request this is its first parent; for a branch, the merge base with the protected branch,
so that later landings are not attributed to it; on the protected branch itself, the last commit.
"""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, NamedTuple

from schemareg.adapters.git.store import Missing
from schemareg.adapters.git.trees import header
from schemareg.model.errors import Undecidable

if TYPE_CHECKING:
    from schemareg.adapters.git.store import Store

_PULL_REQUEST = re.compile(
    r"refs/(?:remotes/)?(?:pull|pull-requests|merge-requests)/\d+/merge", re.ASCII
)
"""The references where GitHub, Bitbucket and GitLab store the merge commit of a pull request:
not branches and tags, because everybody with push access can choose their names."""

_DEEPER = (
    "Fetch the history: git fetch --unshallow (in GitHub Actions, `fetch-depth: 0` at"
    " actions/checkout); or name the base: --base REF"
)


class Base(NamedTuple):
    """A commit to compare with (`""` before the first one), and its label."""

    commit: str
    name: str
    landed: bool = False
    """Whether the compared state already landed and is unchanged."""


def base_of(store: Store, commit: str, protected: str, *, dirty: bool) -> Base:
    """The base of a change (a commit, with or without an edited working tree).

    Raises Undecidable if no base can be determined: no protected branch, no common history, or a
    shallow clone that ends before it.
    """
    found = _protected(store, protected)
    if _is_pull_request(store, commit, found[1] if found else None):
        return _first_parent(store, commit)
    if found is None:
        raise _no_branch(store, protected)
    name, tip = found
    base = store.merge_base(tip, commit)
    if base is None:
        raise _unrelated(store, name)
    if base != commit:
        return Base(base, name)
    # Already landed: the change is the edit, or else the landing itself.
    if dirty:
        return Base(commit, name)
    return _first_parent(store, commit)._replace(landed=True)


def _is_pull_request(store: Store, commit: str, tip: str | None) -> bool:
    """Whether a forge made this commit to test a pull request, by a reference or the job.

    A merge commit alone proves nothing: the tip of a branch that merged `main` is one too, and its
    first parent hides all changes of the branch. So does a commit whose second parent is on the
    protected branch, which ends in `tip`: the merged commits landed, its first parent did not.
    """
    parents = header(store, commit, "parent")
    if len(parents) != 2:
        return False
    if tip is not None and store.merge_base(tip, parents[1]) == parents[1]:
        return False
    job = os.environ.get("GITHUB_REF", "")
    if os.environ.get("GITHUB_SHA") == commit and _PULL_REQUEST.fullmatch(job):
        return True
    return any(
        id_ == commit and _PULL_REQUEST.fullmatch(name) for name, id_ in store.references().items()
    )


def _protected(store: Store, branch: str) -> tuple[str, str] | None:
    """The protected branch in this clone: the remote-tracking branch takes precedence over a
    local one."""
    references = store.references()
    remote = store.setting(f"branch.{branch}.remote")
    remotes = [remote] if remote and remote != "." else []
    remotes += ["upstream", "origin"]
    remotes += sorted(name.split("/")[2] for name in references if name.startswith("refs/remotes/"))
    for name in dict.fromkeys(remotes):
        tip = references.get(f"refs/remotes/{name}/{branch}")
        if tip is not None:
            return f"{name}/{branch}", tip
    tip = references.get(f"refs/heads/{branch}")
    return None if tip is None else (branch, tip)


def _first_parent(store: Store, commit: str) -> Base:
    parents = header(store, commit, "parent")
    if not parents:
        return Base("", "nothing")
    try:
        store.read(parents[0])
    except Missing:
        raise Undecidable(
            f"the history ends at {commit[:12]}: its first parent, the base, was not cloned",
            remedy="Fetch one more commit: git fetch --deepen=1 (in GitHub Actions, `fetch-depth: 2`"
            " at actions/checkout); or name the base: --base REF",
        ) from None
    return Base(parents[0], f"the commit before {commit[:7]}")


def _no_branch(store: Store, protected: str) -> Undecidable:
    branch = store.head().branch
    remedy = f"Fetch it: git fetch origin {protected}:refs/remotes/origin/{protected}"
    if branch and not any(name.startswith("refs/remotes/") for name in store.references()):
        remedy = (
            f"If `{branch}` is the protected branch, "
            f"write `protected-branch: {branch}` in registry.yaml"
        )
    return Undecidable(
        f"there is no base: no branch `{protected}` in this clone or at a remote",
        remedy=f"{remedy}; or name the base: --base REF",
    )


def _unrelated(store: Store, name: str) -> Undecidable:
    if store.shallow:
        return Undecidable(
            f"the base is missing: this clone is shallow and ends before it meets `{name}`",
            remedy=_DEEPER,
        )
    return Undecidable(
        f"there is no base: the history shares no commit with `{name}`",
        remedy="Name the base: --base REF",
    )
