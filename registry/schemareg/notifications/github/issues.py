"""The issues that follow deprecations: one each, from the announcement until the thing is gone.

A pure function of what landed and of the day. Nothing in an issue counts days, so that it changes
when something happens and not with every sunrise. Texts come from files that people wrote: they
are shown as they are, and do nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from schemareg.consumers.uses import touched
from schemareg.deprecation.schedule import State
from schemareg.notifications.events.deprecations import ended
from schemareg.text import escape
from schemareg.text.sections import fitted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from datetime import date

    from schemareg.consumers.impact import Reader
    from schemareg.deprecation.schedule import Step, Term
    from schemareg.model.targets import Target
    from schemareg.notifications.events.source import Home

LABEL = "schema-registry"
"""What all issues of ours bear, so that they are found again."""
LONGEST_TITLE = 200
"""Characters; GitHub takes 256."""
LONGEST_TEXT = 1_000
"""Characters of a sentence that somebody wrote; escaped, it may be twelve times as long."""
LONGEST_NAME = 400
MOST_ROWS = 50
"""Lines of a list, or rows of a table, as far as there is room for them."""
_ROOM = 12_000
"""Bytes of a list, or of a table: GitHub takes 65,536 characters for the whole."""

_PLAIN_ADDRESS = re.compile(
    r"https://[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+(?::\d{1,5})?(?:/[A-Za-z0-9._~/%+=&?#-]*)?", re.ASCII
)


@dataclass(frozen=True, slots=True)
class WantedIssue:
    """An issue as it should be."""

    key: str
    """What it is about: of the same thing always the same."""
    title: str
    body: str
    """Markdown, without the mark."""
    labels: tuple[str, ...] = (LABEL,)
    open: bool = True
    pinned: bool = False


class About(NamedTuple):
    """What the issues ask of a registry as it stands."""

    today: date
    home: Home
    there: Callable[[Target], bool]
    """Whether what a target names is there still."""
    readers: Callable[[Target], Sequence[Reader]]
    """Who declares to read it."""


def wanted(terms: Iterable[Term], about: About) -> tuple[WantedIssue, ...]:
    """The issue of each deprecation that stands, open or closed, by key; one for what is said twice.

    It is open until its day has come and what can go has gone; a later day opens it again.
    """
    found = {key(each): _issue(each, about) for each in terms}
    return tuple(found[each] for each in sorted(found))


def key(term: Term) -> str:
    """What the issue of a deprecation is known by: announced anew, it is the same issue."""
    return f"deprecation {term.said.target} {term.said.loosens}".rstrip()


def over(term: Term, about: About) -> bool:
    """Whether nothing is left to be done or waited for."""
    if _can_go(term):
        return not about.there(term.said.target)
    return term.state(about.today) is State.SUNSET


def overdue(term: Term, about: About) -> bool:
    """Whether it may be gone, and is there still."""
    return term.state(about.today) is State.SUNSET and not over(term, about)


def _can_go(term: Term) -> bool:
    """Whether it can leave at all: versions, lines, schemas and products stay where they landed."""
    return bool(term.said.target.field) and not term.said.loosens


def _issue(term: Term, about: About) -> WantedIssue:
    done = over(term, about)
    parts = [
        _word(term, about, done=done),
        prose(term.said.reason, LONGEST_TEXT),
        _facts(term),
        _readers(about.readers(term.said.target), term.said.target),
        _steps(term.steps, about.home),
        (
            f"<sub>This follows {escape.markdown_code(_cut(term.said.path))}, and is written anew"
            " when something about it changes.</sub>"
        ),
    ]
    return WantedIssue(
        key(term), _title(term, about, done=done), "\n\n".join(parts) + "\n", open=not done
    )


def _title(term: Term, about: About, *, done: bool) -> str:
    target = str(term.said.target)
    if overdue(term, about):
        text = f"{target} may be gone since {term.earliest}, and is there still"
    elif not done:
        text = ended(target, term)
    elif _can_go(term):
        text = f"{target} is gone"
    elif term.said.loosens:
        text = f"{target} may be loosened now: {term.said.loosens}"
    else:
        text = f"{target} is not promised any more"
    text = escape.visible(" ".join(text.split()))
    return text if len(text) <= LONGEST_TITLE else f"{text[: LONGEST_TITLE - 1]}…"


def _word(term: Term, about: About, *, done: bool) -> str:
    """The sentence that says how it stands."""
    target = escape.markdown_code(_cut(str(term.said.target)))
    if done and _can_go(term):
        return f"✅ **It is gone:** no new version has {target}."
    if done:
        return f"✅ **Its day has come**, {term.earliest}: {target} is not promised any more."
    if overdue(term, about):
        command = escape.markdown_code(_cut(f"reg retire {term.said.target}"))
        return f"⏰ **Its day has come**, {term.earliest}, and {target} is there still: {command}"
    if term.earliest is None:
        return f"⏳ {target} is going; no day is set yet."
    return f"⏳ {target} {_goes(term)} **{term.earliest}**."


def _goes(term: Term) -> str:
    loosened = f"will be loosened ({escape.markdown(term.said.loosens)})"
    return f"{loosened}, not before" if term.said.loosens else "will go, not before"


def _facts(term: Term) -> str:
    said = term.said
    lines = [f"- **How the day comes about:** {escape.markdown(term.reckoning)}"]
    if said.replacement is not None:
        lines.append(f"- **Instead:** {escape.markdown_code(_cut(str(said.replacement)))}")
    if said.migration:
        lines.append(f"- **How to move:** {address(said.migration)}")
    return "\n".join(lines)


def _readers(readers: Sequence[Reader], target: Target) -> str:
    if not readers:
        return "**Nobody has registered as a reader of it.**"
    lines = rows([f"- {_reader(each, target)}" for each in readers], "- ")
    return "\n".join([f"**Who reads it** ({len(readers)})", "", *lines])


def _reader(reader: Reader, target: Target) -> str:
    parts = [f"**{prose(reader.consumer.team)}**"]
    fields = [field for use in reader.uses for field in touched(use, target)]
    whole = any(not use.fields for use in reader.uses)
    versions = sorted({use.versions for use in reader.uses} - {"*"})
    if reader.uses:
        named = escape.markdown_code(_cut(", ".join(dict.fromkeys(fields))))
        parts.append("reads all fields" if whole or not fields else f"reads {named}")
    parts += [f"of {escape.markdown_code(_cut(', '.join(versions)))}"] if versions else []
    parts += ["— agreed to lose it"] if reader.acknowledged else []
    return " ".join(parts)


def _steps(steps: Sequence[Step], home: Home) -> str:
    newest = [f"- {line}" for line in _happened(reversed(steps), home)]
    return "\n".join(["**What happened**", "", *rows(newest, "- ")])


def _happened(steps: Iterable[Step], home: Home) -> Iterator[str]:
    for each in steps:
        day = each.landing.time.date()
        sunset = f", to end on {each.sunset}" if each.sunset else ""
        by = f", by {prose(each.landing.author)}" if each.landing.author else ""
        yield f"{day}: {each.what}{sunset}{by} ({commit(each.landing.commit, home)})"


def commit(id_: str, home: Home) -> str:
    """A commit in short, with a link to its page where the registry has one."""
    page = home.page(id_)
    return f"[{id_[:7]}]({page})" if page else f"`{id_[:7]}`"


def address(text: str) -> str:
    """An address that people wrote: a link that reads as what it opens, where it is a plain one."""
    shown = _cut(text)
    if shown == text and _PLAIN_ADDRESS.fullmatch(text):
        return f"<{text}>"
    return escape.markdown_code(shown)


def rows(lines: Sequence[str], bullet: str = "") -> list[str]:
    """The first lines, as far as there is room; then how many there are more."""
    shown = lines[:MOST_ROWS]
    hidden = len(lines) - len(shown)
    kept = fitted(shown, _ROOM, lambda left: f"{bullet}_and {left + hidden} more_", gap="\n")
    if hidden and len(kept) == len(shown):
        kept.append(f"{bullet}_and {hidden} more_")
    return kept


def prose(text: str, limit: int = LONGEST_NAME) -> str:
    """What somebody wrote, on one line, as Markdown that shows it and does nothing."""
    return escape.markdown(escape.shortened(" ".join(text.split()), limit))


def _cut(text: str) -> str:
    return escape.shortened(text, LONGEST_NAME)
