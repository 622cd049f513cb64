"""Commits for a user: with their name, hooks and signature, on a branch, of the given files only.

Other changed or staged files stay exactly as they are, whether the commit succeeds or
not. This uses `git` itself, not a library: only `git` knows all of the user's settings.
"""

from __future__ import annotations

import os
import re
import subprocess
from typing import TYPE_CHECKING

from schemareg.adapters.git import command
from schemareg.adapters.git.command import GitOutput
from schemareg.model.errors import RegistryError, Undecidable

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

_UNFINISHED = {
    "MERGE_HEAD": ("a merge", "git merge --continue, or git merge --abort"),
    "rebase-merge": ("a rebase", "git rebase --continue, or git rebase --abort"),
    "rebase-apply": ("a rebase", "git rebase --continue, or git rebase --abort"),
    "CHERRY_PICK_HEAD": ("a cherry-pick", "git cherry-pick --continue, or --abort"),
    "REVERT_HEAD": ("a revert", "git revert --continue, or --abort"),
}
"""Files in the Git directory that show an unfinished operation, and how to end it."""

_OWN = re.compile(r"GIT_(AUTHOR|COMMITTER)_(NAME|EMAIL|DATE)")


def refuse_to_commit(
    top: Path, paths: Sequence[str], *, protected: str, branch: str = "", proposal: str = ""
) -> None:
    """Raises RegistryError before any change if a commit of `paths` would fail.

    `branch` is a new branch for the commit; without it, the commit is made on the current branch,
    which must not be `protected`. `proposal` is a branch name for the remedy.
    """
    _refuse_unfinished(top)
    current = _current(top)
    if branch:
        _refuse_branch(top, branch, protected)
    elif not current:
        raise RegistryError(
            "no branch is checked out (HEAD is detached), so the commit would be on no branch",
            remedy=f"Create one with the commit: --branch {proposal or 'NAME'}",
        )
    elif current == protected:
        raise RegistryError(
            f"{current!r} is the protected branch: changes land there by pull request",
            remedy=f"Create a branch with the commit: --branch {proposal or 'NAME'}",
        )
    if _git(top, "rev-parse", "--quiet", "--verify", "HEAD^{commit}").code:
        raise RegistryError(
            "the repository has no commit yet, so nothing has landed",
            remedy="Commit the registry first: git add registry.yaml products && git commit",
        )
    _refuse_nobody(top)
    for path in paths:
        _refuse_changed(top, path)


def begin(top: Path, branch: str) -> None:
    """Create a branch at the current commit and switch to it; no file changes. Raises
    RegistryError.

    A checkout is not used: it runs hooks and can fail halfway.
    """
    made = _git(top, "branch", "--no-track", branch, "HEAD")
    if made.code:
        raise _refused(f"git did not create the branch {branch!r}", made)
    former = _current(top) or whereabouts(top)
    reason = f"checkout: moving from {former} to {branch}"
    moved = _git(top, "symbolic-ref", "-m", reason, "HEAD", f"refs/heads/{branch}")
    if moved.code:
        _git(top, "branch", "--quiet", "-D", branch)
        raise _refused(f"git did not switch to the branch {branch!r}", moved)


def leave(top: Path, branch: str, former: str) -> None:
    """Undo `begin`: HEAD returns to `former`, the result of `whereabouts`; the files stay."""
    if former.startswith("refs/"):
        _git(top, "symbolic-ref", "HEAD", former)
    else:
        _git(top, "update-ref", "--no-deref", "HEAD", former)
    _git(top, "branch", "--quiet", "-D", branch)


def whereabouts(top: Path) -> str:
    """The content of HEAD: the full name of a branch, or the id of a commit if it is detached."""
    branch = _current(top)
    if branch:
        return f"refs/heads/{branch}"
    return _git(top, "rev-parse", "--verify", "HEAD").out.decode().strip()


def commit(top: Path, paths: Sequence[str], message: str) -> str:
    """Commit these files as they are, and nothing else; returns the id of the commit.

    The user's name, hooks and signing apply. Raises RegistryError, with the index unchanged, if git
    or a hook refuses.
    """
    new = [path for path in paths if not _known(top, path)]
    if new:
        added = _git(top, "add", "--force", "--", *new)
        if added.code:
            raise _refused("git did not add the file", added)
    done = _git(
        top,
        *("commit", "--only", "--quiet", "--cleanup=whitespace", "--file=-", "--"),
        *paths,
        text=message,
    )
    if done.code:
        if new:
            _git(top, "rm", "--quiet", "--cached", "--force", "--ignore-unmatch", "--", *new)
        raise _refused("git did not make the commit", done)
    return _git(top, "rev-parse", "--verify", "HEAD").out.decode().strip()


def author(top: Path) -> str:
    """The author name in Git's configuration; `""` if there is none."""
    result = _git(top, "var", "GIT_AUTHOR_IDENT")
    return "" if result.code else result.out.decode(errors="replace").partition(" <")[0].strip()


def _refuse_unfinished(top: Path) -> None:
    for name, (what, remedy) in _UNFINISHED.items():
        path = _git(top, "rev-parse", "--git-path", name).out.decode(errors="surrogateescape")
        if path.strip() and (top / path.strip()).exists():
            raise RegistryError(f"{what} is under way here", remedy=f"End it first: {remedy}")


def _refuse_branch(top: Path, branch: str, protected: str) -> None:
    if branch.startswith("-") or _git(top, "check-ref-format", f"refs/heads/{branch}").code:
        raise RegistryError(
            f"{branch!r} is not a valid name for a branch",
            where="--branch",
            remedy="Use letters, digits, - and /",
        )
    if branch == protected:
        raise RegistryError(
            f"{branch!r} is the protected branch: changes land there by pull request",
            where="--branch",
            remedy="Choose another name",
        )
    if not _git(top, "rev-parse", "--quiet", "--verify", f"refs/heads/{branch}").code:
        raise RegistryError(
            f"the branch {branch!r} already exists",
            where="--branch",
            remedy=f"Choose another name; or to continue on it: git switch {branch}, and omit"
            " --branch",
        )


def _refuse_nobody(top: Path) -> None:
    for who in ("GIT_AUTHOR_IDENT", "GIT_COMMITTER_IDENT"):
        result = _git(top, "var", who)
        if result.code:
            raise RegistryError(
                "Git does not know who you are, so it cannot commit",
                remedy='git config --global user.name "Your Name" &&'
                " git config --global user.email you@example.com",
            )


def _refuse_changed(top: Path, path: str) -> None:
    """Other uncommitted changes in the same file would go into the commit unnoticed."""
    result = _git(top, "status", "--porcelain", "--untracked-files=all", "--", path)
    if result.code:
        raise _refused("git cannot list the changes", result)
    if result.out.strip():
        raise RegistryError(
            "the file has uncommitted changes, which this commit must not include",
            where=path,
            remedy="Commit them first, or set them aside with git stash; or omit --commit",
        )


def _current(top: Path) -> str:
    """The current branch; `""` if HEAD is detached."""
    result = _git(top, "symbolic-ref", "--quiet", "HEAD")
    return result.out.decode(errors="surrogateescape").strip().removeprefix("refs/heads/")


def _known(top: Path, path: str) -> bool:
    return not _git(top, "ls-files", "--error-unmatch", "--", path).code


def _refused(what: str, done: GitOutput) -> RegistryError:
    said = " ".join((done.complaint or done.out.decode(errors="replace")).split())
    return RegistryError(
        f"{what}: {said or 'no reason given'}",
        remedy="Fix the cause and run the command again; or omit --commit and commit yourself",
    )


def environment() -> dict[str, str]:
    """The user's environment, in which `git` finds the repository by the folder alone."""
    ours = command.environment()
    own = {name: value for name, value in os.environ.items() if _OWN.fullmatch(name)}
    locale = os.environ.get("LC_ALL")
    ours = {name: value for name, value in ours.items() if name != "LC_ALL"}
    return ours | own | ({"LC_ALL": locale} if locale else {}) | {"GIT_LITERAL_PATHSPECS": "1"}


def _git(top: Path, *arguments: str, text: str = "") -> GitOutput:
    try:
        done = subprocess.run(
            ["git", "-C", str(top), *arguments],
            input=text.encode("utf-8", "replace"),
            capture_output=True,
            check=False,
            env=environment(),
        )
    except FileNotFoundError:
        raise Undecidable(
            "the command git is needed for the commit and is not on the PATH",
            remedy="Install git, or omit --commit",
        ) from None
    return GitOutput(done.returncode, done.stdout, done.stderr.decode(errors="replace").strip())
