"""The `git` command: run without a shell, in an environment that only its caller decides."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING

from schemareg.model.errors import Undecidable

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

_KEPT = ("GIT_CONFIG_", "GIT_SSH", "GIT_ASKPASS", "GIT_EXEC_PATH", "GIT_CEILING_DIRECTORIES")
"""Variables that a user sets. Variables that select a repository (hooks set them) are removed:
the given folder decides."""


_PLAIN = {"GIT_GRAFT_FILE": f"{os.devnull}/none", "GIT_NO_REPLACE_OBJECTS": "1"}
"""A commit is the content of its id: no graft or replacement changes its parents or content. The
file of grafts is a path that cannot exist: for an empty file Git prints a deprecation warning.

Source: git(1), Environment Variables; gitglossary(7), grafts.
"""
OBJECTS_ONLY = ("-c", "core.commitGraph=false")
"""Options for a walk that a verdict relies on: parents and dates come from the commits alone,
not from the commit-graph, a file that any program can write. Source: git-config(1)."""


@dataclass(frozen=True, slots=True)
class GitOutput:
    """The result of a run of `git`."""

    code: int
    out: bytes
    complaint: str
    """Its standard error, without the trailing line break."""


def environment() -> dict[str, str]:
    """The environment for `git`: English, without prompts and optional locks."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("GIT_") or name.startswith(_KEPT)
    }
    return kept | {"LC_ALL": "C", "GIT_TERMINAL_PROMPT": "0", "GIT_OPTIONAL_LOCKS": "0"} | _PLAIN


def start(folder: Path, *arguments: str, talk: bool = False) -> subprocess.Popen[bytes]:
    """Start `git` in a folder; with `talk`, its input is a pipe and its standard error is dropped.

    Raises Undecidable if `git` is not installed.
    """
    try:
        return subprocess.Popen(
            ["git", "-C", str(folder), *arguments],
            stdin=subprocess.PIPE if talk else subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL if talk else subprocess.PIPE,
            env=environment(),
        )
    except FileNotFoundError:
        raise _no_git() from None


def run(folder: Path, *arguments: str, lines: Sequence[str] = ()) -> GitOutput:
    """Run `git` to its end in a folder, with `lines` as its input.

    Raises Undecidable if `git` is not installed.
    """
    try:
        done = subprocess.run(
            ["git", "-C", str(folder), *arguments],
            input="".join(f"{line}\n" for line in lines).encode(),
            capture_output=True,
            check=False,
            env=environment(),
        )
    except FileNotFoundError:
        raise _no_git() from None
    return GitOutput(done.returncode, done.stdout, done.stderr.decode(errors="replace").strip())


def _no_git() -> Undecidable:
    return Undecidable(
        "the command git is needed and is not on the PATH",
        remedy="Install git; two commits of an ordinary repository can be compared without it:"
        " --base REF --head REF",
    )
