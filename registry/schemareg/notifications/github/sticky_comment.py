"""The one comment on a pull request: which of those that are there is ours, and what becomes of it.

Ours is what bears our mark in its first line and was written by ourselves: anybody may copy a mark.
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
    """Which run of the check speaks. A later one is greater; 0 where nothing numbers them."""

    number: int = 0
    attempt: int = 0
    head: str = ""
    """The commit at the head of the pull request; `""` where it is not known."""

    def after(self, other: Run) -> bool:
        """Whether this run came later than another, or is the other one."""
        return (self.number, self.attempt) >= (other.number, other.attempt)


class Posted(NamedTuple):
    """A comment that is there."""

    id: int
    author: str
    body: str


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be done. Nothing of it hurts when it is done twice, but `create`."""

    why: str
    """In a few words, for the log."""
    create: str | None = None
    edit: tuple[int, str] | None = None
    delete: tuple[int, ...] = ()

    @property
    def idle(self) -> bool:
        """Whether there is nothing to be done."""
        return self.create is None and self.edit is None and not self.delete


def marked(body: str, run: Run) -> str:
    """A body with the mark of the run that speaks, which readers do not see."""
    mark = (
        f"<!-- schemareg:report run={run.number} attempt={run.attempt} head={run.head.lower()} -->"
    )
    return f"{mark}\n{body}"


def mark(body: str) -> Run | None:
    """The run that a comment's mark names; None where it has none."""
    found = _MARK.match(body)
    if found is None:
        return None
    return Run(int(found["number"]), int(found["attempt"]), found["head"])


def plan(posted: Iterable[Posted], author: str, run: Run, body: str, *, clean: bool) -> Plan:
    """What a run has to do so that one comment says what the newest run found.

    `clean` says that the run has nothing to complain of: then it says so only where a run before
    it complained. Of several comments of ours, which two runs at a time may make, the oldest stays.
    """
    ours = sorted(
        (each.id, found, each.body)
        for each in posted
        if _same(each.author, author) and (found := mark(each.body)) is not None
    )
    if not ours:
        if clean:
            return Plan("nothing breaks, and nobody was told otherwise: no comment")
        return Plan("a new comment", create=marked(body, run))
    (id_, _, there), *others = ours
    newest, said = max((found, text) for _, found, text in ours)
    if run.after(newest):
        said, why = marked(body, run), "the comment says it now"
    else:
        why = f"a newer run ({newest.number}) has spoken: the comment stays as it is"
    edit = None if _alike(there, said) else (id_, said)
    if edit is None and not others and run.after(newest):
        why = "the comment says so already"
    return Plan(why, edit=edit, delete=tuple(each for each, _, _ in others))


def _same(one: str, other: str) -> bool:
    """Logins are one whatever their case."""
    return one.casefold() == other.casefold()


def _alike(one: str, other: str) -> bool:
    """Whether two bodies are the same to GitHub, which may change line breaks and the end."""
    return one.replace("\r\n", "\n").rstrip() == other.replace("\r\n", "\n").rstrip()
