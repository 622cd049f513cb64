"""The people named by commits: author, merger, reviewers, signer."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from schemareg.adapters.git import command

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

_FIELDS = ("%H", "%P", "%an", "%ae", "%cn", "%ce", "%s")
_TRAILERS = "%(trailers:only,unfold,separator=%x1f)"
_SIGNED = ("%G?", "%GS", "%GK")

_PULL_REQUESTS = (
    re.compile(r"^Merge pull request #(\d+) "),
    re.compile(r"\(#(\d+)\)$"),
    re.compile(r"\(pull request #(\d+)\)$"),
    re.compile(r"^Merged PR (\d+):"),
    re.compile(r"\(!(\d+)\)$"),
)
"""The forms of GitHub, Bitbucket, Azure DevOps and GitLab, in the subject of a merge or a
squash."""
_MERGE_REQUEST = re.compile(r"^See merge request \S*!(\d+)$", re.MULTILINE)

_STATES = {"G": "good", "U": "good", "N": "none", "B": "bad", "R": "bad", "X": "bad", "Y": "bad"}
"""By the code of git; `E`, which cannot be checked, is unknown. Source: git-log(1), `%G?`."""


@dataclass(frozen=True, slots=True)
class Signature:
    """Git's result for a commit's signature, by its own configuration."""

    state: str
    """`good`, `bad`, `unknown` (cannot be checked in this clone) or `none`."""
    signer: str = ""
    key: str = ""


@dataclass(frozen=True, slots=True)
class CommitPeople:
    """The people of one landing. A name is a claim of the commit, unless it is signed."""

    commit: str
    subject: str
    author: str
    """The authors of what landed; for a merge, of the merged commits."""
    email: str
    committer: str
    merger: str
    """The person who merged it; `""` if the author did."""
    pull_request: str
    """The number of the pull request, without a sign; `""` if the message names none."""
    trailers: tuple[tuple[str, str], ...]
    """Trailers such as `Reviewed-by` with the person, in order, as written."""
    signature: Signature | None = None
    """None if it was not requested."""


def read_messages(
    folder: Path, commits: Iterable[str], *, signatures: bool = False
) -> dict[str, CommitPeople]:
    """The messages of commits by id; missing commits are left out."""
    found = _read(folder, list(commits), signatures=signatures)
    sides = {id_: fields[1].split(" ")[1] for id_, fields in found.items() if " " in fields[1]}
    merged = _read(folder, sorted(set(sides.values())), signatures=False)
    if signatures:
        # Git also gives N for an SSH signature if it has no configured list of trusted keys.
        for id_ in _signed(folder, [id_ for id_, fields in found.items() if fields[-3] == "N"]):
            found[id_][-3] = "E"
    return {
        id_: _message(fields, merged.get(sides.get(id_, "")), signatures=signatures)
        for id_, fields in found.items()
    }


def _signed(folder: Path, commits: Sequence[str]) -> list[str]:
    """The commits that have a signature, valid or not."""
    if not commits:
        return []
    result = command.run(
        folder,
        *("--no-replace-objects", "log", "--no-walk=unsorted", "--stdin", "--no-show-signature"),
        *("-z", "--format=raw"),
        lines=commits,
    )
    # The message comes after an empty line; continuation lines of a header are indented.
    heads = [
        each.partition(b"\n\n")[0].decode("utf-8", "replace") for each in result.out.split(b"\0")
    ]
    signed = {each.split("\n")[0] for each in heads if re.search(r"^gpgsig", each, re.MULTILINE)}
    return [id_ for id_ in commits if f"commit {id_}" in signed]


def _read(folder: Path, commits: Sequence[str], *, signatures: bool) -> dict[str, list[str]]:
    if not commits:
        return {}
    wanted = (*_FIELDS, _TRAILERS, "%B", *(_SIGNED if signatures else ()))
    result = command.run(
        folder,
        *("--no-replace-objects", "log", "--no-walk=unsorted", "--stdin", "--no-show-signature"),
        # No message contains a NUL, so no message can forge the separator.
        *("-z", "--encoding=UTF-8", f"--format=tformat:{'%x00'.join(wanted)}"),
        lines=commits,
    )
    tokens = result.out.decode("utf-8", "replace").split("\0")
    width = len(wanted)
    rows = (tokens[at : at + width] for at in range(0, len(tokens) - width + 1, width))
    return {row[0]: row for row in rows}


def _message(
    fields: Sequence[str], side: Sequence[str] | None, *, signatures: bool
) -> CommitPeople:
    id_, _, author, email, committer, _, subject, trailers, body, *signed = fields
    merger = committer if committer != author else ""
    if side is not None:
        merger, author, email = author, side[2], side[3]
        merger = "" if merger == author else merger
    signature = None
    if signatures:
        state, signer, key = signed
        signature = Signature(_STATES.get(state, "unknown"), signer, key)
    return CommitPeople(
        id_,
        subject,
        author,
        email,
        committer,
        merger,
        _pull_request(subject, body),
        _pairs(trailers, side[7] if side else ""),
        signature,
    )


def _pull_request(subject: str, body: str) -> str:
    for pattern in _PULL_REQUESTS:
        if match := pattern.search(subject):
            return match.group(1)
    match = _MERGE_REQUEST.search(body)
    return match.group(1) if match else ""


def _pairs(*texts: str) -> tuple[tuple[str, str], ...]:
    """The trailers that name participants, each once."""
    found: dict[tuple[str, str], None] = {}
    for line in "\x1f".join(texts).split("\x1f"):
        name, colon, value = line.partition(":")
        if colon and name.lower().endswith("-by"):
            found[name.strip(), value.strip()] = None
    return tuple(found)
