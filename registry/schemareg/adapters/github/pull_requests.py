"""Pushes a branch and opens its pull request, or gives the link to open one.

It runs the user's own `git` and `gh` with their credentials; we make no request,
and show no password of an address.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import quote, urlencode

from schemareg.adapters.git import branches
from schemareg.model.errors import RegistryError, Undecidable

if TYPE_CHECKING:
    from pathlib import Path

_SCP = re.compile(r"(?:[^@/:]+@)?(?P<host>[^/:@]+):(?!//)(?P<path>[^:]+)")
"""`git@github.com:org/data.git`, as git-clone(1) has it under "Git URLs"."""
_URL = re.compile(
    r"(?:https?|ssh|git)://(?:[^@/]*@)?(?P<host>[^/:]+)(?::\d+)?/(?P<path>.+)", re.ASCII
)
_LONGEST = 6_000
"""Characters of a link: browsers and forges take about eight thousand."""


class PullRequestDraft(NamedTuple):
    """The content of a pull request."""

    base: str
    """The target branch."""
    branch: str
    title: str
    body: str


def remote(top: Path, branch: str) -> str:
    """The remote for pushing a branch. Raises RegistryError without a clear choice."""
    for name in (f"branch.{branch}.pushRemote", "remote.pushDefault", f"branch.{branch}.remote"):
        told = _run(top, "git", "config", "--get", name)
        if told.returncode == 0 and _text(told.stdout) not in ("", "."):
            return _text(told.stdout)
    names = _text(_run(top, "git", "remote").stdout).split()
    if "origin" in names:
        return "origin"
    if len(names) == 1:
        return names[0]
    raise RegistryError(
        "there are several remotes, and none is named origin"
        if names
        else "there is no remote to push to",
        remedy=f"git config remote.pushDefault {names[0]}"
        if names
        else "git remote add origin URL; or omit --push",
    )


def push(top: Path, name: str, branch: str) -> None:
    """Push a branch and set its upstream. Raises RegistryError."""
    done = _run(top, "git", "push", "--quiet", "--set-upstream", name, f"refs/heads/{branch}")
    if done.returncode:
        said = " ".join(_text(done.stderr).split())
        raise RegistryError(
            f"the commit is on {branch!r}, and git did not push it: {_without_password(said)}",
            remedy=f"Fix that, then run: git push --set-upstream {name} {branch}",
        )


def opened(top: Path, request: PullRequestDraft) -> str | None:
    """The address of the pull request that `gh` opened; None without `gh`.

    Raises RegistryError where `gh` refuses.
    """
    if shutil.which("gh") is None:
        return None
    done = _run(
        top,
        *("gh", "pr", "create", "--head", request.branch, "--base", request.base),
        *("--title", request.title, "--body", request.body),
    )
    if done.returncode:
        said = " ".join(_text(done.stderr).split())
        raise RegistryError(
            f"{request.branch!r} is pushed, and gh did not open the pull request: {said}",
            remedy="Fix that, then run: gh pr create",
        )
    return _text(done.stdout)


def link(top: Path, name: str, request: PullRequestDraft) -> str | None:
    """The page on which the pull request can be opened; None where the remote is no forge's."""
    told = _run(top, "git", "remote", "get-url", name)
    return None if told.returncode else link_of(_text(told.stdout), request)


def page(top: Path) -> str:
    """The page of the repository that `origin`, or else the only remote, is; `""` where it has none."""
    names = _text(_run(top, "git", "remote").stdout).split()
    name = "origin" if "origin" in names else names[0] if len(names) == 1 else ""
    told = _run(top, "git", "remote", "get-url", name) if name else None
    return page_of(_text(told.stdout)) or "" if told and not told.returncode else ""


def page_of(address: str) -> str | None:
    """The page of a repository on its forge; None where the address is no forge's.

    Neither user nor password of the address is kept.
    """
    found = _URL.fullmatch(address) or _SCP.fullmatch(address)
    if found is None or "\\" in address:
        return None
    path = found["path"].strip("/").removesuffix(".git")
    return f"https://{found['host']}/{quote(path)}"


def link_of(address: str, request: PullRequestDraft) -> str | None:
    """The page that opens a pull request, for the address of a remote; None where it is no forge's."""
    top = page_of(address)
    if top is None:
        return None
    if "gitlab" in top.split("/")[2]:
        asked = {
            "merge_request[source_branch]": request.branch,
            "merge_request[target_branch]": request.base,
            "merge_request[title]": request.title,
        }
        return f"{top}/-/merge_requests/new?{urlencode(asked)}"
    range_ = f"{quote(request.base, safe='')}...{quote(request.branch, safe='')}"
    page = f"{top}/compare/{range_}?expand=1"
    full = f"{page}&{urlencode({'title': request.title, 'body': request.body}, quote_via=quote)}"
    return full if len(full) <= _LONGEST else page


def _without_password(text: str) -> str:
    return re.sub(r"(\w+://)[^@/\s]*@", r"\1", text)


def _text(data: bytes) -> str:
    return data.decode(errors="replace").strip()


def _run(top: Path, *command: str) -> subprocess.CompletedProcess[bytes]:
    try:
        return subprocess.run(
            command,
            cwd=top,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
            env=branches.environment() | {"GH_PROMPT_DISABLED": "1"},
        )
    except FileNotFoundError:
        raise Undecidable(
            f"the command {command[0]} is needed and is not on the PATH",
            remedy=f"Install {command[0]}",
        ) from None
