"""Issues as they are and as they should be: what is to be opened, written anew, closed, opened again.

An issue is ours by the mark in its first line and by its author. The mark says what it is about,
what was written last, and whether it was left open: so nothing is written that says nothing new,
and where people close an issue or write into it, it stays so until there is something to say.
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
"""Characters of what an issue said, kept below the word that it was withdrawn."""


class KnownIssue(NamedTuple):
    """An issue that is there."""

    number: int
    node: str
    """Its id for GraphQL."""
    author: str
    title: str
    body: str
    open: bool


class _Mark(NamedTuple):
    """What the first line of an issue of ours says."""

    key: str
    text: str
    open: bool


@dataclass(frozen=True, slots=True)
class Move:
    """One thing to be done with one issue. Nothing but an opening hurts when it is done twice."""

    why: str
    """`opened`, `closed`, `opened again`, `written anew`."""
    title: str
    body: str
    """With the mark."""
    number: int = 0
    """0 for one that is to be opened."""
    labels: tuple[str, ...] = ()
    state: str = ""
    """`open` or `closed`, where that is to change."""
    reason: str = ""
    """Why, in GitHub's words: `completed`, `not_planned`, `reopened`."""
    pinned: bool = False


def digest(key: str) -> str:
    """A key as marks have it: text from files stands in none."""
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def marked(wanted: WantedIssue) -> str:
    """The body with its mark, which readers do not see."""
    return (
        f"<!-- schemareg:issue key={digest(wanted.key)} text={_text(wanted)}"
        f" open={int(wanted.open)} -->\n{wanted.body}"
    )


def known(issues: Iterable[KnownIssue], author: str) -> dict[str, KnownIssue]:
    """Those that are ours, by the digest of their key; of several about one thing the oldest."""
    found: dict[str, KnownIssue] = {}
    for each in sorted(issues, reverse=True):
        told = _mark(each, author)
        if told is not None:
            found[told.key] = each
    return found


def keepers(issues: Iterable[KnownIssue]) -> tuple[str, ...]:
    """Who keeps such issues, sorted: the authors of all that bear a mark."""
    return tuple(sorted({each.author for each in issues if _MARK.match(each.body)}))


def moves(
    issues: Iterable[KnownIssue], author: str, wanted: Iterable[WantedIssue]
) -> tuple[Move, ...]:
    """What is to be done so that each wanted issue is there once: closings first, openings last.

    What follows a deprecation that is not wanted any more was withdrawn.
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
            new = Move("opened", want.title, marked(want), labels=want.labels, pinned=want.pinned)
            opened.append(new)
    return (*found, *opened)


def doubled(issues: Iterable[KnownIssue], author: str) -> tuple[Move, ...]:
    """What is to be done with issues that two runs opened at the same time: the oldest stays."""
    all_ = tuple(issues)
    there = known(all_, author)
    found = []
    for each in sorted(all_):
        told = _mark(each, author)
        if told is not None and there[told.key].number != each.number:
            body = f"This was opened twice: it goes on in #{there[told.key].number}."
            found.append(_unwanted(each, body))
    return tuple(found)


def _edited(issue: KnownIssue, author: str, want: WantedIssue) -> Iterator[Move]:
    told = _mark(issue, author)
    if told is None or told.text == _text(want):
        return
    move = Move("written anew", want.title, marked(want), issue.number)
    if told.open == want.open:
        yield move  # and where people closed it meanwhile, it stays closed
    elif want.open:
        yield replace(move, why="opened again", state="open", reason="reopened")
    else:
        yield replace(move, why="closed", state="closed", reason="completed")


def _withdrawn(
    there: dict[str, KnownIssue], author: str, ours: dict[str, WantedIssue]
) -> Iterator[Move]:
    for name, issue in there.items():
        told = _mark(issue, author)
        if name in ours or told is None or told.text == _WITHDRAWN or name == _DASHBOARD:
            continue
        mark = f"<!-- schemareg:issue key={name} text={_WITHDRAWN} open=0 -->"
        old = _MARK.sub("", issue.body)[:_LONGEST_OLD]
        body = f"{mark}\n{_WITHDRAWAL}\n\n---\n\n{old}"
        yield _unwanted(issue, body)


def _unwanted(issue: KnownIssue, body: str) -> Move:
    return Move("closed", issue.title, body, issue.number, state="closed", reason="not_planned")


_WITHDRAWAL = (
    "↩️ **It stays:** nothing that counts announces this end any more. The deprecation was withdrawn, or"
    " what it spoke of went and came back. Announced again, it begins anew, and this issue opens again."
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
