"""Which commit a change is to be compared with, when nobody says.

A change is judged against what it would land on. For the merge commit that a forge makes of a pull
request that is its first parent; for a branch, the merge base with the protected branch, so that
nobody is blamed for what landed meanwhile; on the protected branch itself, the last commit.
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
"""Where GitHub, Bitbucket and GitLab keep the merge commit of a pull request: outside branches and
tags, to which anybody who may push can give such a name."""

_DEEPER = (
    "Fetch the history: git fetch --unshallow (in GitHub Actions, `fetch-depth: 0` at"
    " actions/checkout); or name the base: --base REF"
)


class Base(NamedTuple):
    """A commit to compare with (`""` before the first one), and the name it goes by."""

    commit: str
    name: str
    landed: bool = False
    """Whether what is compared with it has landed already, and is not changed since."""


def base_of(store: Store, commit: str, protected: str, *, dirty: bool) -> Base:
    """What a change, made of a commit and perhaps of an edited working tree, is compared with.

    Raises Undecidable where no base can be told: no protected branch, no common history, or a
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
    # Landed already: what is new is the edit, or else the landing itself.
    if dirty:
        return Base(commit, name)
    return _first_parent(store, commit)._replace(landed=True)


def _is_pull_request(store: Store, commit: str, tip: str | None) -> bool:
    """Whether a forge made this commit to try a pull request: a reference or the job says so.

    A merge commit alone proves nothing: the tip of a branch that took in `main` is one too, and its
    first parent hides all that the branch changed. So does one whose second parent is on the
    protected branch, which ends in `tip`: what it merges has landed, its first parent has not.
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
    """The protected branch as this clone knows it: where it is tracked, before a copy of one's own."""
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
            remedy="Fetch one commit more: git fetch --deepen=1 (in GitHub Actions, `fetch-depth: 2`"
            " at actions/checkout); or name the base: --base REF",
        ) from None
    return Base(parents[0], f"the commit before {commit[:7]}")


def _no_branch(store: Store, protected: str) -> Undecidable:
    branch = store.head().branch
    mend = f"Fetch it: git fetch origin {protected}:refs/remotes/origin/{protected}"
    if branch and not any(name.startswith("refs/remotes/") for name in store.references()):
        mend = f"If `{branch}` is the one, write `protected-branch: {branch}` in registry.yaml"
    return Undecidable(
        f"there is no base: no branch `{protected}`, here or at a remote",
        remedy=f"{mend}; or name the base: --base REF",
    )


def _unrelated(store: Store, name: str) -> Undecidable:
    if store.shallow:
        return Undecidable(
            f"the base is out of reach: this clone is shallow and ends before `{name}` is met",
            remedy=_DEEPER,
        )
    return Undecidable(
        f"there is no base: no commit is shared with `{name}`", remedy="Name the base: --base REF"
    )
