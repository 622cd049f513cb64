"""Commits made for a user: their name, hooks and signature, on a branch, and nothing but our files.

What the user has changed or staged besides stays exactly as it is, whether the commit succeeds or
not. This asks `git` itself, not a library: only it knows all of the user's settings.
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
"""What in the Git directory says that something is under way, and how it is ended."""

_OWN = re.compile(r"GIT_(AUTHOR|COMMITTER)_(NAME|EMAIL|DATE)")


def refuse_to_commit(
    top: Path, paths: Sequence[str], *, protected: str, branch: str = "", proposal: str = ""
) -> None:
    """Raises RegistryError, before anything is touched, where a commit of `paths` would go wrong.

    `branch` is a new one that the commit is to begin; without it, the commit goes on the branch
    that is checked out, which must not be `protected`. `proposal` is a name for the remedy.
    """
    _refuse_unfinished(top)
    current = _current(top)
    if branch:
        _refuse_branch(top, branch, protected)
    elif not current:
        raise RegistryError(
            "no branch is checked out (HEAD is detached), so the commit would belong to none",
            remedy=f"Begin one with the commit: --branch {proposal or 'NAME'}",
        )
    elif current == protected:
        raise RegistryError(
            f"{current!r} is the protected branch: what lands there, lands by a pull request",
            remedy=f"Begin a branch with the commit: --branch {proposal or 'NAME'}",
        )
    if _git(top, "rev-parse", "--quiet", "--verify", "HEAD^{commit}").code:
        raise RegistryError(
            "there is no commit here yet, so nothing that could be promised has landed",
            remedy="Commit the registry first: git add registry.yaml products && git commit",
        )
    _refuse_nobody(top)
    for path in paths:
        _refuse_changed(top, path)


def begin(top: Path, branch: str) -> None:
    """Begin a branch at the current commit, and be on it; no file changes. Raises RegistryError.

    Not by a checkout, which asks hooks, and can fail with half of it done.
    """
    made = _git(top, "branch", "--no-track", branch, "HEAD")
    if made.code:
        raise _refused(f"git did not begin the branch {branch!r}", made)
    former = _current(top) or whereabouts(top)
    reason = f"checkout: moving from {former} to {branch}"
    moved = _git(top, "symbolic-ref", "-m", reason, "HEAD", f"refs/heads/{branch}")
    if moved.code:
        _git(top, "branch", "--quiet", "-D", branch)
        raise _refused(f"git did not go to the branch {branch!r}", moved)


def leave(top: Path, branch: str, former: str) -> None:
    """Undo `begin`: back to where HEAD was, `former` as `whereabouts` said; the files stay."""
    if former.startswith("refs/"):
        _git(top, "symbolic-ref", "HEAD", former)
    else:
        _git(top, "update-ref", "--no-deref", "HEAD", former)
    _git(top, "branch", "--quiet", "-D", branch)


def whereabouts(top: Path) -> str:
    """What HEAD says: the full name of a branch, or a commit's id where it is detached."""
    branch = _current(top)
    if branch:
        return f"refs/heads/{branch}"
    return _git(top, "rev-parse", "--verify", "HEAD").out.decode().strip()


def commit(top: Path, paths: Sequence[str], message: str) -> str:
    """Commit these files as they stand, and nothing else; the id of the commit.

    The user's name, hooks and signing count. Raises RegistryError, the index as it was, where git
    or a hook refuses.
    """
    new = [path for path in paths if not _known(top, path)]
    if new:
        added = _git(top, "add", "--force", "--", *new)
        if added.code:
            raise _refused("git did not take the file", added)
    done = _git(
        top,
        *("commit", "--only", "--quiet", "--cleanup=whitespace", "--file=-", "--"),
        *paths,
        said=message,
    )
    if done.code:
        if new:
            _git(top, "rm", "--quiet", "--cached", "--force", "--ignore-unmatch", "--", *new)
        raise _refused("git did not commit it", done)
    return _git(top, "rev-parse", "--verify", "HEAD").out.decode().strip()


def author(top: Path) -> str:
    """Who would make a commit, as Git is configured: the name; `""` where it does not know."""
    told = _git(top, "var", "GIT_AUTHOR_IDENT")
    return "" if told.code else told.out.decode(errors="replace").partition(" <")[0].strip()


def _refuse_unfinished(top: Path) -> None:
    for name, (what, mend) in _UNFINISHED.items():
        path = _git(top, "rev-parse", "--git-path", name).out.decode(errors="surrogateescape")
        if path.strip() and (top / path.strip()).exists():
            raise RegistryError(f"{what} is under way here", remedy=f"End it first: {mend}")


def _refuse_branch(top: Path, branch: str, protected: str) -> None:
    if branch.startswith("-") or _git(top, "check-ref-format", f"refs/heads/{branch}").code:
        raise RegistryError(
            f"{branch!r} cannot be the name of a branch",
            where="--branch",
            remedy="Write letters, digits, - and /",
        )
    if branch == protected:
        raise RegistryError(
            f"{branch!r} is the protected branch: what lands there, lands by a pull request",
            where="--branch",
            remedy="Choose another name",
        )
    if not _git(top, "rev-parse", "--quiet", "--verify", f"refs/heads/{branch}").code:
        raise RegistryError(
            f"there is a branch {branch!r} already",
            where="--branch",
            remedy=f"Choose another name; or to go on there: git switch {branch}, and leave"
            " --branch out",
        )


def _refuse_nobody(top: Path) -> None:
    for who in ("GIT_AUTHOR_IDENT", "GIT_COMMITTER_IDENT"):
        told = _git(top, "var", who)
        if told.code:
            raise RegistryError(
                "Git does not know who you are, so it cannot commit",
                remedy='git config --global user.name "Your Name" &&'
                " git config --global user.email you@example.com",
            )


def _refuse_changed(top: Path, path: str) -> None:
    """What was changed by somebody in the very file would go into our commit unseen."""
    told = _git(top, "status", "--porcelain", "--untracked-files=all", "--", path)
    if told.code:
        raise _refused("git cannot say what is changed here", told)
    if told.out.strip():
        raise RegistryError(
            "the file has changes that are not committed, and they are not ours to commit",
            where=path,
            remedy="Commit them first, or put them aside with git stash; or leave --commit out",
        )


def _current(top: Path) -> str:
    """The branch that is checked out; `""` where HEAD is detached."""
    told = _git(top, "symbolic-ref", "--quiet", "HEAD")
    return told.out.decode(errors="surrogateescape").strip().removeprefix("refs/heads/")


def _known(top: Path, path: str) -> bool:
    return not _git(top, "ls-files", "--error-unmatch", "--", path).code


def _refused(what: str, done: GitOutput) -> RegistryError:
    said = " ".join((done.complaint or done.out.decode(errors="replace")).split())
    return RegistryError(
        f"{what}: {said or 'it does not say why'}",
        remedy="Mend that, and run the command again; or leave --commit out, and commit yourself",
    )


def environment() -> dict[str, str]:
    """The user's own environment, in which `git` finds the repository by the folder alone."""
    ours = command.environment()
    own = {name: value for name, value in os.environ.items() if _OWN.fullmatch(name)}
    locale = os.environ.get("LC_ALL")
    ours = {name: value for name, value in ours.items() if name != "LC_ALL"}
    return ours | own | ({"LC_ALL": locale} if locale else {}) | {"GIT_LITERAL_PATHSPECS": "1"}


def _git(top: Path, *arguments: str, said: str = "") -> GitOutput:
    try:
        done = subprocess.run(
            ["git", "-C", str(top), *arguments],
            input=said.encode("utf-8", "replace"),
            capture_output=True,
            check=False,
            env=environment(),
        )
    except FileNotFoundError:
        raise Undecidable(
            "the command git is needed to commit, and is not on the PATH",
            remedy="Install git, or leave --commit out",
        ) from None
    return GitOutput(done.returncode, done.stdout, done.stderr.decode(errors="replace").strip())
