"""One issue for each deprecation, from the announcement to the removal.

A pure function of the landings and the day. No issue text counts days, so that it changes
only when something happens. Texts come from files that people wrote: they
are shown literally.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from schemareg.consumers.uses import touched_fields
from schemareg.deprecation.schedule import ScheduleState
from schemareg.notifications.events.deprecations import ended
from schemareg.text import escape
from schemareg.text.sections import fitted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from datetime import date

    from schemareg.consumers.impact import TargetReader
    from schemareg.deprecation.schedule import ScheduleStep, Term
    from schemareg.model.targets import Target
    from schemareg.notifications.events.source import EventSource

LABEL = "schema-registry"
"""The label of our issues, by which they are found."""
LONGEST_TITLE = 200
"""Characters; GitHub takes 256."""
LONGEST_TEXT = 1_000
"""Characters of a user's sentence; escaped, it can be twelve times as long."""
LONGEST_NAME = 400
MOST_ROWS = 50
"""Maximum lines of a list, or rows of a table, if there is room."""
_ROOM = 12_000
"""Bytes of a list, or of a table: GitHub takes 65,536 characters for the whole."""

_PLAIN_ADDRESS = re.compile(
    r"https://[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+(?::\d{1,5})?(?:/[A-Za-z0-9._~/%+=&?#-]*)?", re.ASCII
)


@dataclass(frozen=True, slots=True)
class WantedIssue:
    """An issue in its desired state."""

    key: str
    """The stable key of its subject."""
    title: str
    body: str
    """Markdown, without the mark."""
    labels: tuple[str, ...] = (LABEL,)
    open: bool = True
    pinned: bool = False


class About(NamedTuple):
    """What the issues need to know of the registry's current state."""

    today: date
    home: EventSource
    there: Callable[[Target], bool]
    """Whether the target still exists."""
    readers: Callable[[Target], Sequence[TargetReader]]
    """The consumers that use it."""


def wanted(terms: Iterable[Term], about: About) -> tuple[WantedIssue, ...]:
    """The issue of each deprecation in force, open or closed, by key; one for a repeated target.

    It is open until the sunset has come and the element is removed; a later sunset opens it again.
    """
    found = {key(each): _issue(each, about) for each in terms}
    return tuple(found[each] for each in sorted(found))


def key(term: Term) -> str:
    """The key of a deprecation's issue: announced again, it is the same issue."""
    return f"deprecation {term.said.target} {term.said.loosens}".rstrip()


def over(term: Term, about: About) -> bool:
    """Whether nothing is left to do or to wait for."""
    if _can_go(term):
        return not about.there(term.said.target)
    return term.state(about.today) is ScheduleState.SUNSET


def overdue(term: Term, about: About) -> bool:
    """Whether it can be removed, and still exists."""
    return term.state(about.today) is ScheduleState.SUNSET and not over(term, about)


def _can_go(term: Term) -> bool:
    """Whether it can be removed at all: versions, lines, schemas and products stay where they landed."""
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
            f"<sub>This follows {escape.markdown_code(_cut(term.said.path))}, and is updated"
            " when something changes.</sub>"
        ),
    ]
    return WantedIssue(
        key(term), _title(term, about, done=done), "\n\n".join(parts) + "\n", open=not done
    )


def _title(term: Term, about: About, *, done: bool) -> str:
    target = str(term.said.target)
    if overdue(term, about):
        text = f"{target} can be removed since {term.earliest}, and still exists"
    elif not done:
        text = ended(target, term)
    elif _can_go(term):
        text = f"{target} is gone"
    elif term.said.loosens:
        text = f"{target} can be loosened now: {term.said.loosens}"
    else:
        text = f"{target} is no longer promised"
    text = escape.visible(" ".join(text.split()))
    return text if len(text) <= LONGEST_TITLE else f"{text[: LONGEST_TITLE - 1]}…"


def _word(term: Term, about: About, *, done: bool) -> str:
    """The sentence with its state."""
    target = escape.markdown_code(_cut(str(term.said.target)))
    if done and _can_go(term):
        return f"✅ **Removed:** no new version has {target}."
    if done:
        return f"✅ **The sunset has come**, {term.earliest}: {target} is no longer promised."
    if overdue(term, about):
        command = escape.markdown_code(_cut(f"reg retire {term.said.target}"))
        return f"⏰ **The sunset has come**, {term.earliest}, and {target} still exists: {command}"
    if term.earliest is None:
        return f"⏳ {target} is deprecated; no sunset is set yet."
    return f"⏳ {target} {_goes(term)} **{term.earliest}**."


def _goes(term: Term) -> str:
    loosened = f"will be loosened ({escape.markdown(term.said.loosens)})"
    return f"{loosened}, not before" if term.said.loosens else "will be removed, not before"


def _facts(term: Term) -> str:
    said = term.said
    lines = [f"- **Earliest removal:** {escape.markdown(term.reckoning)}"]
    if said.replacement is not None:
        lines.append(f"- **Replacement:** {escape.markdown_code(_cut(str(said.replacement)))}")
    if said.migration:
        lines.append(f"- **Migration:** {address(said.migration)}")
    return "\n".join(lines)


def _readers(readers: Sequence[TargetReader], target: Target) -> str:
    if not readers:
        return "**No consumer is registered.**"
    lines = rows([f"- {_reader(each, target)}" for each in readers], "- ")
    return "\n".join([f"**Consumers** ({len(readers)})", "", *lines])


def _reader(reader: TargetReader, target: Target) -> str:
    parts = [f"**{prose(reader.consumer.team)}**"]
    fields = [field for use in reader.uses for field in touched_fields(use, target)]
    whole = any(not use.fields for use in reader.uses)
    versions = sorted({use.versions for use in reader.uses} - {"*"})
    if reader.uses:
        named = escape.markdown_code(_cut(", ".join(dict.fromkeys(fields))))
        parts.append("reads all fields" if whole or not fields else f"reads {named}")
    parts += [f"of {escape.markdown_code(_cut(', '.join(versions)))}"] if versions else []
    parts += ["— acknowledged the removal"] if reader.acknowledged else []
    return " ".join(parts)


def _steps(steps: Sequence[ScheduleStep], home: EventSource) -> str:
    newest = [f"- {line}" for line in _happened(reversed(steps), home)]
    return "\n".join(["**What happened**", "", *rows(newest, "- ")])


def _happened(steps: Iterable[ScheduleStep], home: EventSource) -> Iterator[str]:
    for each in steps:
        day = each.landing.time.date()
        sunset = f", sunset {each.sunset}" if each.sunset else ""
        by = f", by {prose(each.landing.author)}" if each.landing.author else ""
        yield f"{day}: {each.what}{sunset}{by} ({commit(each.landing.commit, home)})"


def commit(id_: str, home: EventSource) -> str:
    """A short commit id, with a link to its page if the registry has one."""
    page = home.page(id_)
    return f"[{id_[:7]}]({page})" if page else f"`{id_[:7]}`"


def address(text: str) -> str:
    """A user's address: a link whose text is its URL, if the URL is plain."""
    shown = _cut(text)
    if shown == text and _PLAIN_ADDRESS.fullmatch(text):
        return f"<{text}>"
    return escape.markdown_code(shown)


def rows(lines: Sequence[str], bullet: str = "") -> list[str]:
    """The first lines that fit; then the number of the others."""
    shown = lines[:MOST_ROWS]
    hidden = len(lines) - len(shown)
    kept = fitted(shown, _ROOM, lambda left: f"{bullet}_and {left + hidden} more_", gap="\n")
    if hidden and len(kept) == len(shown):
        kept.append(f"{bullet}_and {hidden} more_")
    return kept


def prose(text: str, limit: int = LONGEST_NAME) -> str:
    """A user's text on one line, as Markdown that shows it literally."""
    return escape.markdown(escape.shortened(" ".join(text.split()), limit))


def _cut(text: str) -> str:
    return escape.shortened(text, LONGEST_NAME)
