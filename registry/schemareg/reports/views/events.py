"""Events in text, JSON and CloudEvents."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from schemareg.notifications.channels import cloudevents
from schemareg.text import escape
from schemareg.text.colour import WIDEST, painter
from schemareg.text.columns import wrapped

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from schemareg.notifications.events.event import Event

FORMS = ("text", "jsonl")
"""What `reg events --format` takes."""

_INDENT = " " * 4
_DETAIL = " " * 6


def render(
    events: Sequence[Event], form: str = "text", *, colour: bool = False, width: int = 100
) -> str:
    """Events in order, in one of FORMS; `jsonl` has one CloudEvent per line.

    Raises ValueError for another form.
    """
    if form == "jsonl":
        return "".join(line(each) for each in events)
    if form == "text":
        return _text(events, painter(colour), min(width, WIDEST))
    raise ValueError(f"{form!r} is not one of {', '.join(FORMS)}")


def line(event: Event) -> str:
    """A CloudEvent on one line, harmless in any log."""
    return f"{escape.json_text(cloudevents.render(event))}\n"


def _text(events: Iterable[Event], paint: Callable[[str, str], str], width: int) -> str:
    lines: list[str] = []
    for head, together in groupby(events, key=_head):
        lines += ["", *wrapped(head, width, hanging=_INDENT)] if lines else [head]
        for event in together:
            lines += _told(event, paint, width)
    return escape.inert("\n".join(lines or ["no events"]) + "\n")


def _head(event: Event) -> str:
    """The landing or the day."""
    who = f"  {event.actor}" if event.actor else ""
    pull_request = f" (pull request {event.pull_request})" if event.pull_request else ""
    head = f"{event.time.date()}  {event.commit[:12] or 'this day'}{who}{pull_request}"
    return escape.visible(head)


def _told(event: Event, paint: Callable[[str, str], str], width: int) -> Iterator[str]:
    name = event.severity.value
    first, *rest = wrapped(
        escape.visible(f"{name} {event.title}"), width, indent="  ", hanging=_INDENT
    )
    yield first.replace(name, paint(name, name), 1)
    yield from rest
    for what, text in event.details:
        told = escape.visible(f"{what}: {text}")
        yield from (
            paint("faint", each) for each in wrapped(told, width, indent=_INDENT, hanging=_DETAIL)
        )
