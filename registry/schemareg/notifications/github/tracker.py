"""Existing and wanted issues: which to open, update, close or reopen.

An issue is ours by the mark in its first line and by its author. The mark holds its subject,
a digest of the last text, and whether it was open: so an unchanged issue is not written,
and an issue that people close or edit stays so until something changes.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from schemareg.notifications.github.issues import WantedIssue

_MARK = re.compile(
    r"\A<!-- schemareg:issue key=(?P<key>[0-9a-f]{32}) text=(?P<text>[0-9a-f]{16})"
    r" open=(?P<open>[01]) -->\r?\n?",
    re.ASCII,
)
_LONGEST_OLD = 50_000
"""Characters of the old text that a withdrawn issue keeps."""


class KnownIssue(NamedTuple):
    """An existing issue."""

    number: int
    node: str
    """Its id for GraphQL."""
    author: str
    title: str
    body: str
    open: bool


class _Mark(NamedTuple):
    """The mark in the first line of our issue."""

    key: str
    text: str
    open: bool


@dataclass(frozen=True, slots=True)
class IssueAction:
    """One action on one issue. Every action but opening is idempotent."""

    why: str
    """`opened`, `closed`, `reopened`, `updated`."""
    title: str
    body: str
    """With the mark."""
    number: int = 0
    """0 for an issue to open."""
    labels: tuple[str, ...] = ()
    state: str = ""
    """`open` or `closed`, if that changes."""
    reason: str = ""
    """The reason, in GitHub's terms: `completed`, `not_planned`, `reopened`."""
    pinned: bool = False


def digest(key: str) -> str:
    """The digest of a key for marks, which hold no text from files."""
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def marked(wanted: WantedIssue) -> str:
    """The body with its invisible mark."""
    return (
        f"<!-- schemareg:issue key={digest(wanted.key)} text={_text(wanted)}"
        f" open={int(wanted.open)} -->\n{wanted.body}"
    )


def known(issues: Iterable[KnownIssue], author: str) -> dict[str, KnownIssue]:
    """Our issues by the digest of their key; of duplicates the oldest."""
    found: dict[str, KnownIssue] = {}
    for each in sorted(issues, reverse=True):
        told = _mark(each, author)
        if told is not None:
            found[told.key] = each
    return found


def keepers(issues: Iterable[KnownIssue]) -> tuple[str, ...]:
    """The sorted authors of all issues with a mark."""
    return tuple(sorted({each.author for each in issues if _MARK.match(each.body)}))


def moves(
    issues: Iterable[KnownIssue], author: str, wanted: Iterable[WantedIssue]
) -> tuple[IssueAction, ...]:
    """The actions after which each wanted issue exists once: closings first, openings last.

    An issue that is no longer wanted belongs to a withdrawn deprecation.
    """
    all_ = tuple(issues)
    there = known(all_, author)
    ours = {digest(each.key): each for each in wanted}
    found = [*doubled(all_, author), *_withdrawn(there, author, ours)]
    opened = []
    for name, want in ours.items():
        if name in there:
            found += _edited(there[name], author, want)
        elif want.open:
            new = IssueAction(
                "opened", want.title, marked(want), labels=want.labels, pinned=want.pinned
            )
            opened.append(new)
    return (*found, *opened)


def doubled(issues: Iterable[KnownIssue], author: str) -> tuple[IssueAction, ...]:
    """The actions for issues that two runs opened at the same time: the oldest stays."""
    all_ = tuple(issues)
    there = known(all_, author)
    found = []
    for each in sorted(all_):
        told = _mark(each, author)
        if told is not None and there[told.key].number != each.number:
            body = f"This issue is a duplicate of #{there[told.key].number}."
            found.append(_unwanted(each, body))
    return tuple(found)


def _edited(issue: KnownIssue, author: str, want: WantedIssue) -> Iterator[IssueAction]:
    told = _mark(issue, author)
    if told is None or told.text == _text(want):
        return
    move = IssueAction("updated", want.title, marked(want), issue.number)
    if told.open == want.open:
        yield move  # an issue that people closed stays closed
    elif want.open:
        yield replace(move, why="reopened", state="open", reason="reopened")
    else:
        yield replace(move, why="closed", state="closed", reason="completed")


def _withdrawn(
    there: dict[str, KnownIssue], author: str, ours: dict[str, WantedIssue]
) -> Iterator[IssueAction]:
    for name, issue in there.items():
        told = _mark(issue, author)
        if name in ours or told is None or told.text == _WITHDRAWN or name == _DASHBOARD:
            continue
        mark = f"<!-- schemareg:issue key={name} text={_WITHDRAWN} open=0 -->"
        old = _MARK.sub("", issue.body)[:_LONGEST_OLD]
        body = f"{mark}\n{_WITHDRAWAL}\n\n---\n\n{old}"
        yield _unwanted(issue, body)


def _unwanted(issue: KnownIssue, body: str) -> IssueAction:
    return IssueAction(
        "closed", issue.title, body, issue.number, state="closed", reason="not_planned"
    )


_WITHDRAWAL = (
    "↩️ **Withdrawn:** no deprecation announces this end any longer. The deprecation was withdrawn, or"
    " its target was removed and added again. A new announcement starts again and reopens this issue."
)
_WITHDRAWN = hashlib.sha256(_WITHDRAWAL.encode()).hexdigest()[:16]
_DASHBOARD = digest("dashboard")


def _mark(issue: KnownIssue, author: str) -> _Mark | None:
    found = _MARK.match(issue.body)
    if found is None or issue.author.casefold() != author.casefold():
        return None
    return _Mark(found["key"], found["text"], found["open"] == "1")


def _text(wanted: WantedIssue) -> str:
    said = f"{wanted.title}\0{wanted.body}\0{wanted.open}"
    return hashlib.sha256(said.encode("utf-8", "surrogatepass")).hexdigest()[:16]
