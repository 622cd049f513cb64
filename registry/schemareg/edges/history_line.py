"""A first-parent line as Git holds it: its commits, and what each did to the watched paths.

Plumbing only (`rev-list`, `diff-tree`): no setting of the user changes what it prints. What
`git replace` puts in another object's place is not looked at: the ids are what was landed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from schemareg.edges import git_command
from schemareg.errors import Undecidable
from schemareg.model import Entry, Kind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

_FORMAT = "--format=%H%x00%T%x00%P%x00%ct%x00%an%x00%ae%x00%cn%x00%s"
_FEW = 100
"""How many commits are asked for first, where a landing that is known already should be near."""
_BATCH = 5_000
"""How many commits are compared in one run of git: bounds the memory, costs a start each."""
_LATEST = 253_402_300_799
"""The last second of the year 9999; what claims more claims this."""

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


class Difference(NamedTuple):
    """What one commit did to one path. Equal entries: only the mode changed."""

    commit: str
    path: str
    before: Entry | None
    after: Entry | None


def walk(
    folder: Path, head: str, known: Callable[[str], bool], *, near: bool
) -> tuple[list[Commit], str]:
    """The commits from `head` down to the first that is known, newest first, and that one's id.

    The id is `""` where the line ends without one. `near` says that a known one is likely near.
    Raises Undecidable where an object is missing or damaged.
    """
    if near:
        commits = _commits(folder, head, f"--max-count={_FEW}")
        met = _until(commits, known)
        if met[1] or len(commits) < _FEW:
            return met
    return _until(_commits(folder, head), known)


def _until(commits: list[Commit], known: Callable[[str], bool]) -> tuple[list[Commit], str]:
    for index, commit in enumerate(commits):
        if known(commit.id):
            return commits[:index], commit.id
    return commits, ""


def _commits(folder: Path, head: str, *limit: str) -> list[Commit]:
    asked = git_command.run(
        folder,
        *("--no-replace-objects", "rev-list", "--first-parent", "--encoding=UTF-8"),
        *(_FORMAT, *limit, head, "--"),
    )
    if asked.code:
        raise _unreadable(asked.complaint)
    # Each commit has a line `commit ID` of its own above what the format asks for.
    lines = asked.out.decode("utf-8", "replace").split("\n")
    return [_commit(line) for line in lines if "\0" in line]


def _commit(line: str) -> Commit:
    id_, tree, parents, claimed, author, email, committer, subject = line.split("\0", 7)
    parent = parents.partition(" ")[0]
    return Commit(id_, tree, parent, _seconds(claimed), author, email, committer, subject)


def _seconds(text: str) -> int:
    """A damaged date is 1970, as Git has it: such a commit is dated by the one before it."""
    try:
        return min(max(int(text), 0), _LATEST)
    except ValueError:
        return 0


def differences(
    folder: Path, commits: Sequence[Commit], watched: Sequence[str]
) -> Iterator[Difference]:
    """What each of the commits did to the watched paths, against its first parent, in their order.

    A folder is taken apart into its files. No watched paths: all are.
    """
    for start in range(0, len(commits), _BATCH):
        batch = commits[start : start + _BATCH]
        asked = git_command.run(
            folder,
            *("--no-replace-objects", "--literal-pathspecs", "diff-tree", "--stdin", "-r", "-z"),
            *("--raw", "--no-renames", "--no-abbrev", "--root", "--ignore-submodules=none"),
            *("--", *watched),
            # With a second id on the line it is compared with that one alone, merge or not.
            lines=[f"{each.id} {each.parent}".rstrip() for each in batch],
        )
        if asked.code:
            raise _unreadable(asked.complaint)
        yield from _parsed(asked.out)


def _parsed(out: bytes) -> Iterator[Difference]:
    tokens = iter(out.split(b"\0"))
    commit = ""
    for token in tokens:
        if token[:1] != b":":
            commit = token.decode("ascii")
            continue
        before_mode, after_mode, before, after, _ = token[1:].split(b" ")
        path = next(tokens).decode("utf-8", "surrogateescape")
        yield Difference(commit, path, _entry(before_mode, before), _entry(after_mode, after))


def _entry(mode: bytes, id_: bytes) -> Entry | None:
    kind = _KINDS.get(mode, Kind.FILE)
    return None if kind is None else Entry(kind, id_.decode("ascii"))


def fetch_trees(folder: Path, commits: Iterable[Commit]) -> None:
    """Bring, in one go, the trees of these commits that a treeless clone left behind."""
    asked = git_command.run(
        folder, "config", "--name-only", "--get-regexp", r"^remote\..*\.promisor$"
    )
    names = asked.out.decode(errors="surrogateescape").split()
    if not names:
        return
    remote = names[0][len("remote.") : -len(".promisor")]
    listed = git_command.run(
        folder, "cat-file", "--batch-all-objects", "--unordered", "--batch-check=%(objectname)"
    )
    here = set(listed.out.split(b"\n"))
    lacking = sorted({each.tree for each in commits if each.tree.encode() not in here})
    if not lacking:
        return
    # As git itself does for a checkout. What fails here is asked for one by one, and says why.
    git_command.run(
        folder,
        *("-c", "fetch.negotiationAlgorithm=noop", "fetch", remote, "--quiet", "--no-tags"),
        *("--no-write-fetch-head", "--recurse-submodules=no", "--filter=blob:none", "--stdin"),
        lines=lacking,
    )


def _unreadable(complaint: str) -> Undecidable:
    said = complaint.splitlines()[-1].removeprefix("fatal: ") if complaint else "no reason given"
    return Undecidable(
        f"git cannot read the history: {said}",
        remedy="`git fsck` names what is damaged; where objects are missing: git fetch --refetch",
    )
