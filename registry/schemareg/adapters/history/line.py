"""A first-parent line in Git: its commits and their changes of the watched paths.

Plumbing only (`rev-list`, `diff-tree`): no user setting changes its output. Objects from
`git replace` are ignored: the original ids are what landed. A place
is a Git directory, common to all worktrees.
"""

from __future__ import annotations

import os
import subprocess
from io import BytesIO
from sys import intern
from typing import TYPE_CHECKING, NamedTuple

from schemareg.adapters.git import command
from schemareg.model import Entry, Kind
from schemareg.model.errors import Undecidable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

_FORMAT = "--format=%H%x00%T%x00%P%x00%ct%x00%an%x00%ae%x00%cn%x00%s"
_FEW = 100
"""The number of commits read first, if a known commit is probably near."""
_BATCH = 5_000
"""The number of commits compared in one run of git: limits memory, costs one process each."""
_LATEST = 221_845_391_999
"""The last second of the year 8999, which leaves room for a window; later claims become this."""

_THERE = ("--git-dir=.", "--no-replace-objects", *command.OBJECTS_ONLY)
"""The Git directory is named explicitly, so that paths are relative to the root from every
folder."""

_KINDS = {b"000000": None, b"120000": Kind.LINK, b"160000": Kind.SUBMODULE}
"""By mode; every other one is a file. Source: git-diff-tree(1), raw output format."""


class Commit(NamedTuple):
    """One commit of the line, with its own claims."""

    id: str
    tree: str
    parent: str
    """The first parent; `""` if there is none."""
    claimed: int
    """The committer time in seconds since 1970."""
    author: str
    email: str
    committer: str
    subject: str


Difference = tuple[str, bytes, bytes]
"""The change of one path by one commit: its id, the path, and Git's raw output, see `entries`."""


def walk(place: Path, head: str, known: Callable[[str], bool] | None) -> tuple[list[Commit], str]:
    """The commits from `head` down to the first known one, newest first, and the id of that one.

    The id is `""` if the line ends without one. None: nothing is known. Raises Undecidable if
    an object is missing or damaged.
    """
    if known is None:
        return _commits(place, head), ""
    commits = _commits(place, head, f"--max-count={_FEW}")
    met = _until(commits, known)
    if met[1] or len(commits) < _FEW:
        return met
    return _until(_commits(place, head), known)


def since(place: Path, head: str, oldest: str) -> list[Commit]:
    """The commits from `head` down to `oldest` and the one before that, newest first.

    Without `oldest` if it is not on the line. Raises Undecidable.
    """
    newer = _commits(place, head, f"^{oldest}") if head != oldest else []
    if newer and newer[-1].parent != oldest:
        return newer
    return newer + _commits(place, oldest, "--max-count=2")


def _until(commits: list[Commit], known: Callable[[str], bool]) -> tuple[list[Commit], str]:
    for index, commit in enumerate(commits):
        if known(commit.id):
            return commits[:index], commit.id
    return commits, ""


def _commits(place: Path, head: str, *limit: str) -> list[Commit]:
    arguments = ("rev-list", "--first-parent", "--encoding=UTF-8", _FORMAT, *limit, head, "--")
    # Line by line: a long history is in memory once, not also as bytes, text and lines.
    # For each commit git prints a line `commit ID` above the requested format.
    return [_commit(line) for line in BytesIO(_ask(place, *arguments)) if b"\0" in line]


def _commit(line: bytes) -> Commit:
    text = line.decode("utf-8", "replace").removesuffix("\n")
    id_, tree, parents, claimed, *people, subject = text.split("\0", 7)
    author, email, committer = map(intern, people)  # few people make most commits
    parent = parents.partition(" ")[0]
    return Commit(id_, tree, parent, _seconds(claimed), author, email, committer, subject)


def _seconds(text: str) -> int:
    """A damaged date is 1970, as in Git: such a commit gets the time of the previous one."""
    try:
        return min(max(int(text), 0), _LATEST)
    except ValueError:
        return 0


def differences(
    place: Path, commits: Sequence[Commit], watched: Sequence[str]
) -> Iterator[Difference]:
    """The changes of the watched paths by each commit, against its first parent, in order.

    A folder is expanded into its files. Without watched paths, all are watched. Raises Undecidable.
    """
    for start in range(0, len(commits), _BATCH):
        out = _ask(
            place,
            *("--literal-pathspecs", "diff-tree", "--stdin", "-r", "-z", "--raw", "--root"),
            *("--no-renames", "--no-abbrev", "--ignore-submodules=none", "--", *watched),
            # With a second id on the line, the commit is compared with that one alone.
            lines=[f"{each.id} {each.parent}" for each in commits[start : start + _BATCH]],
        )
        yield from _parsed(out)


def _parsed(out: bytes) -> Iterator[Difference]:
    """After a commit's id, for each path the change and the path, each terminated by NUL."""
    commit, raw = "", b""
    for token in out.split(b"\0"):
        if raw:
            yield commit, token, raw
            raw = b""
        elif token.startswith(b":"):
            raw = token
        else:
            commit = token.decode("ascii")


def entries(raw: bytes) -> tuple[Entry | None, Entry | None]:
    """The entries at a path before and after. Equal entries: only the mode changed.

    Raises ValueError for text that is not Git output.
    """
    before_mode, after_mode, before, after, _ = raw[1:].split(b" ")
    return _entry(before_mode, before), _entry(after_mode, after)


def _entry(mode: bytes, id_: bytes) -> Entry | None:
    kind = _KINDS.get(mode, Kind.FILE)
    return None if kind is None else Entry(kind, id_.decode("ascii"))


def path_exists(place: Path, commit: str, path: str) -> bool:
    """Whether a commit has a file at or below a path. Raises Undecidable."""
    wanted = (commit, "--", path) if path else (commit,)
    return bool(_ask(place, "--literal-pathspecs", "ls-tree", "-r", "-z", "--full-tree", *wanted))


def fetch_trees(folder: Path, place: Path, commits: Sequence[Commit]) -> None:
    """Fetch, in one batch, the trees of these commits that are missing in a treeless clone.

    `folder` is the folder of the git call: the remote's address can be relative to it.
    """
    settings = _ask(place, "config", "--list", "--name-only", "-z").split(b"\0")
    promisors = [os.fsdecode(name) for name in settings if name.endswith(b".promisor")]
    if not promisors:
        return
    remote = promisors[0][len("remote.") : -len(".promisor")]
    listed = ("--batch-all-objects", "--unordered", "--batch-check=%(objectname)")
    here = set(_ask(place, "cat-file", *listed).decode("ascii").split())
    lacking = sorted({each.tree for each in commits} - here)
    # Trees that fail here are read one by one later, with the reason.
    many = len(lacking) > _FEW
    if lacking and not (many and _fetched(folder, "--refetch", remote, commits[-1].id)):
        _fetched(folder, "--stdin", remote, lines=lacking)


def _fetched(folder: Path, *wanted: str, lines: Sequence[str] = ()) -> bool:
    """Whether git fetched the wanted trees, without files.

    Many trees are far cheaper with the whole history (`--refetch`), as the remote stores them, than
    by name: those it packs again. Source: git-fetch(1); git requests them like this for a checkout.
    """
    result = command.run(
        folder,
        *("-c", "fetch.negotiationAlgorithm=noop", "-c", "maintenance.auto=false"),
        *("fetch", "--quiet", "--no-tags", "--no-write-fetch-head", "--recurse-submodules=no"),
        *("--filter=blob:none", *wanted),
        lines=lines,
    )
    return not result.code


def _ask(place: Path, *arguments: str, lines: Sequence[str] = ()) -> bytes:
    """The output of git. Raises Undecidable if it fails."""
    try:
        done = subprocess.run(
            ["git", "-C", os.fspath(place), *_THERE, *arguments],
            input="".join(f"{line}\n" for line in lines).encode(),
            capture_output=True,
            check=False,
            # Else rev-list flushes after each commit, which doubles its cost.
            env=command.environment() | {"GIT_FLUSH": "0"},
        )
    except FileNotFoundError:
        raise Undecidable(
            "the command git is needed and is not on the PATH", remedy="Install git"
        ) from None
    if done.returncode:
        raise _unreadable(done.stderr.decode("utf-8", "replace").strip())
    return done.stdout


def _unreadable(complaint: str) -> Undecidable:
    reason = complaint.splitlines()[-1].removeprefix("fatal: ") if complaint else "no reason given"
    return Undecidable(
        f"git cannot read the history: {reason}",
        remedy="`git fsck` names what is damaged; if objects are missing: git fetch --refetch",
    )
