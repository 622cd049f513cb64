"""A first-parent line as Git holds it: its commits, and what each did to the watched paths.

Plumbing only (`rev-list`, `diff-tree`): no setting of the user changes what it prints. What
`git replace` puts in another object's place is not looked at: the ids are what landed. A place
is a Git directory, the one that worktrees share.
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
"""How many commits are asked for first, where one that is known already should be near."""
_BATCH = 5_000
"""How many commits are compared in one run of git: bounds the memory, costs a start each."""
_LATEST = 221_845_391_999
"""The last second of the year 8999; what claims more claims this, and leaves room for a window."""

_THERE = ("--git-dir=.", "--no-replace-objects", *command.OBJECTS_ONLY)
"""The Git directory itself is named, so that paths are relative to the root wherever we stand."""

_KINDS = {b"000000": None, b"120000": Kind.LINK, b"160000": Kind.SUBMODULE}
"""By mode; every other one is a file. Source: git-diff-tree(1), raw output format."""


class Commit(NamedTuple):
    """One commit of the line, as it says of itself."""

    id: str
    tree: str
    parent: str
    """The first parent; `""` where there is none."""
    claimed: int
    """The committer time in seconds since 1970."""
    author: str
    email: str
    committer: str
    subject: str


Difference = tuple[str, bytes, bytes]
"""What one commit did to one path: its id, the path, and the rest in Git's own words, see `entries`."""


def walk(place: Path, head: str, known: Callable[[str], bool] | None) -> tuple[list[Commit], str]:
    """The commits from `head` down to the first that is known, newest first, and that one's id.

    The id is `""` where the line ends without one. None: nothing is known. Raises Undecidable where
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

    Without `oldest` where it is not on the line. Raises Undecidable.
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
    asked = ("rev-list", "--first-parent", "--encoding=UTF-8", _FORMAT, *limit, head, "--")
    # Line by line: a long history is held once, and not also as bytes, as text and as lines.
    # Each commit has a line `commit ID` of its own above what the format asks for.
    return [_commit(line) for line in BytesIO(_ask(place, *asked)) if b"\0" in line]


def _commit(line: bytes) -> Commit:
    text = line.decode("utf-8", "replace").removesuffix("\n")
    id_, tree, parents, claimed, *people, subject = text.split("\0", 7)
    author, email, committer = map(intern, people)  # the same few make most commits
    parent = parents.partition(" ")[0]
    return Commit(id_, tree, parent, _seconds(claimed), author, email, committer, subject)


def _seconds(text: str) -> int:
    """A damaged date is 1970, as Git has it: such a commit is dated by the one before it."""
    try:
        return min(max(int(text), 0), _LATEST)
    except ValueError:
        return 0


def differences(
    place: Path, commits: Sequence[Commit], watched: Sequence[str]
) -> Iterator[Difference]:
    """What each of the commits did to the watched paths, against its first parent, in their order.

    A folder is taken apart into its files. No watched paths: all are. Raises Undecidable.
    """
    for start in range(0, len(commits), _BATCH):
        out = _ask(
            place,
            *("--literal-pathspecs", "diff-tree", "--stdin", "-r", "-z", "--raw", "--root"),
            *("--no-renames", "--no-abbrev", "--ignore-submodules=none", "--", *watched),
            # With a second id on the line it is compared with that one alone, merge or not.
            lines=[f"{each.id} {each.parent}" for each in commits[start : start + _BATCH]],
        )
        yield from _parsed(out)


def _parsed(out: bytes) -> Iterator[Difference]:
    """After a commit's id, for each path what happened and the path, each ended by a NUL."""
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
    """What stood at a path before and what after. Equal entries: only the mode changed.

    Raises ValueError for what Git did not print.
    """
    before_mode, after_mode, before, after, _ = raw[1:].split(b" ")
    return _entry(before_mode, before), _entry(after_mode, after)


def _entry(mode: bytes, id_: bytes) -> Entry | None:
    kind = _KINDS.get(mode, Kind.FILE)
    return None if kind is None else Entry(kind, id_.decode("ascii"))


def path_exists(place: Path, commit: str, path: str) -> bool:
    """Whether any file is at a path of a commit, or below it. Raises Undecidable."""
    wanted = (commit, "--", path) if path else (commit,)
    return bool(_ask(place, "--literal-pathspecs", "ls-tree", "-r", "-z", "--full-tree", *wanted))


def fetch_trees(folder: Path, place: Path, commits: Sequence[Commit]) -> None:
    """Bring, in one go, the trees of these commits that a treeless clone left behind.

    `folder` is where git is called from: the remote's address may be relative to it.
    """
    settings = _ask(place, "config", "--list", "--name-only", "-z").split(b"\0")
    promisors = [os.fsdecode(name) for name in settings if name.endswith(b".promisor")]
    if not promisors:
        return
    remote = promisors[0][len("remote.") : -len(".promisor")]
    listed = ("--batch-all-objects", "--unordered", "--batch-check=%(objectname)")
    here = set(_ask(place, "cat-file", *listed).decode("ascii").split())
    lacking = sorted({each.tree for each in commits} - here)
    # What fails here is asked for one by one, when it is read, and says why.
    many = len(lacking) > _FEW
    if lacking and not (many and _fetched(folder, "--refetch", remote, commits[-1].id)):
        _fetched(folder, "--stdin", remote, lines=lacking)


def _fetched(folder: Path, *wanted: str, lines: Sequence[str] = ()) -> bool:
    """Whether git brought what is wanted, all but the files.

    Many trees come far cheaper with the whole history again (`--refetch`), as the remote keeps them,
    than by name: those it packs anew. Source: git-fetch(1); git asks like this for a checkout.
    """
    asked = command.run(
        folder,
        *("-c", "fetch.negotiationAlgorithm=noop", "-c", "maintenance.auto=false"),
        *("fetch", "--quiet", "--no-tags", "--no-write-fetch-head", "--recurse-submodules=no"),
        *("--filter=blob:none", *wanted),
        lines=lines,
    )
    return not asked.code


def _ask(place: Path, *arguments: str, lines: Sequence[str] = ()) -> bytes:
    """What git prints. Raises Undecidable where it fails."""
    try:
        done = subprocess.run(
            ["git", "-C", os.fspath(place), *_THERE, *arguments],
            input="".join(f"{line}\n" for line in lines).encode(),
            capture_output=True,
            check=False,
            # Else rev-list writes each commit by itself, which costs as much as finding it.
            env=command.environment() | {"GIT_FLUSH": "0"},
        )
    except FileNotFoundError:
        raise Undecidable(
            "the command git is needed here, and is not on the PATH", remedy="Install git"
        ) from None
    if done.returncode:
        raise _unreadable(done.stderr.decode("utf-8", "replace").strip())
    return done.stdout


def _unreadable(complaint: str) -> Undecidable:
    said = complaint.splitlines()[-1].removeprefix("fatal: ") if complaint else "no reason given"
    return Undecidable(
        f"git cannot read the history: {said}",
        remedy="`git fsck` names what is damaged; where objects are missing: git fetch --refetch",
    )
