"""The comment on a pull request: which existing comment is ours, and how to update it.

A comment is ours if it has our mark in its first line and our author: anybody can copy a mark.
The mark names the run that wrote it, so that an older run never overwrites a newer one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

_MARK = re.compile(
    r"\A<!-- schemareg:report run=(?P<number>\d{1,15}) attempt=(?P<attempt>\d{1,15})"
    r" head=(?P<head>[0-9a-f]{0,64}) -->",
    re.ASCII,
)


class Run(NamedTuple):
    """The run of the check. A later run is greater; 0 where runs have no number."""

    number: int = 0
    attempt: int = 0
    head: str = ""
    """The head commit of the pull request; `""` if unknown."""

    def after(self, other: Run) -> bool:
        """Whether this run is the other run or a later one."""
        return (self.number, self.attempt) >= (other.number, other.attempt)


class PostedComment(NamedTuple):
    """An existing comment."""

    id: int
    author: str
    body: str


@dataclass(frozen=True, slots=True)
class CommentPlan:
    """What to do. Every action but `create` is idempotent."""

    why: str
    """A short text for the log."""
    create: str | None = None
    edit: tuple[int, str] | None = None
    delete: tuple[int, ...] = ()

    @property
    def idle(self) -> bool:
        """Whether there is nothing to do."""
        return self.create is None and self.edit is None and not self.delete


def marked(body: str, run: Run) -> str:
    """A body with the invisible mark of its run."""
    mark = (
        f"<!-- schemareg:report run={run.number} attempt={run.attempt} head={run.head.lower()} -->"
    )
    return f"{mark}\n{body}"


def mark(body: str) -> Run | None:
    """The run in a comment's mark; None without a mark."""
    found = _MARK.match(body)
    if found is None:
        return None
    return Run(int(found["number"]), int(found["attempt"]), found["head"])


def plan(
    posted: Iterable[PostedComment], author: str, run: Run, body: str, *, clean: bool
) -> CommentPlan:
    """What a run must do so that one comment shows the findings of the newest run.

    `clean` means that the run has no findings: it says so only if an earlier run
    had findings. Of several comments of ours, which concurrent runs can create, the oldest stays.
    """
    ours = sorted(
        (each.id, found, each.body)
        for each in posted
        if _same(each.author, author) and (found := mark(each.body)) is not None
    )
    if not ours:
        if clean:
            return CommentPlan("nothing breaks, and no earlier comment exists: no comment")
        return CommentPlan("a new comment", create=marked(body, run))
    (id_, _, there), *others = ours
    newest, said = max((found, text) for _, found, text in ours)
    if run.after(newest):
        said, why = marked(body, run), "the comment is updated"
    else:
        why = f"a newer run ({newest.number}) has commented: the comment stays unchanged"
    edit = None if _alike(there, said) else (id_, said)
    if edit is None and not others and run.after(newest):
        why = "the comment is up to date"
    return CommentPlan(why, edit=edit, delete=tuple(each for each, _, _ in others))


def _same(one: str, other: str) -> bool:
    """Logins are case-insensitive."""
    return one.casefold() == other.casefold()


def _alike(one: str, other: str) -> bool:
    """Whether two bodies are equal to GitHub, which can change line breaks and the end."""
    return one.replace("\r\n", "\n").rstrip() == other.replace("\r\n", "\n").rstrip()
