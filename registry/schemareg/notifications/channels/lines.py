"""The parts of a message that all channels share; each channel escapes and lays them out itself."""

from __future__ import annotations

import re
from datetime import UTC
from typing import TYPE_CHECKING, NamedTuple

from schemareg.model import Severity
from schemareg.text.escape import visible

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from schemareg.notifications.delivery.message import Message
    from schemareg.notifications.events.event import Event

HEADLINE = 300
TITLE = 400
TEXT = 1_000
"""Maximum characters of one text, for channels without a smaller limit."""

_ORIGINS = 5
_LINK = re.compile(r"https://[A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=%-]{1,2000}", re.ASCII)

WORDS = {Severity.ERROR: "Error", Severity.WARNING: "Warning", Severity.NOTICE: "Notice"}
MARKS = {Severity.ERROR: "🔴", Severity.WARNING: "🟡", Severity.NOTICE: "🔵"}
"""For channels without colour."""


def line(text: str, limit: int = TEXT) -> str:
    """`text` on one line of at most `limit` characters; control characters are escaped, a cut ends in `…`."""
    shown = visible(text[: limit + 1])  # cut first, so that megabytes are not escaped in vain
    return shown if len(shown) <= limit else f"{shown[: limit - 1]}…"


def worst(message: Message) -> Severity:
    """The highest severity of its events."""
    return min(
        (each.severity for each in message.events),
        key=lambda each: each.rank,
        default=Severity.NOTICE,
    )


def named(event: Event) -> Iterator[tuple[str, str]]:
    """The details of the event, one line each, without empty ones."""
    for name, text in event.details:
        if text:
            yield line(name, 100), line(text)


def origin(event: Event) -> str:
    """When it landed and who landed it: `landed 2026-11-22 12:00 UTC in 3f2a9c1 by Ada, #12`."""
    moment = event.time.astimezone(UTC)
    if not event.commit:
        return f"as of {moment.date().isoformat()}"
    by = f" by {line(event.actor, 100)}" if event.actor else ""
    request = f", #{line(event.pull_request, 20)}" if event.pull_request else ""
    return f"landed {moment:%Y-%m-%d %H:%M} UTC in {line(event.commit[:7])}{by}{request}"


class EventOrigin(NamedTuple):
    """The origin of events, and its page."""

    text: str
    link: str
    """`""` where there is no page of it."""


def origins(message: Message) -> tuple[EventOrigin, ...]:
    """The distinct origins of its events: usually one, since a message covers one landing or day.

    A message can come from a ledger that others wrote: only a plain https address
    is no link.
    """
    found = dict.fromkeys(
        EventOrigin(origin(each), each.link if _LINK.fullmatch(each.link) else "")
        for each in message.events
    )
    return tuple(found)[:_ORIGINS]


def repeats(message: Message, event: Event) -> bool:
    """Whether the headline of the message already is the title of the event."""
    return event.title == message.headline


class Share(NamedTuple):
    """The part of a message that fits into a channel's limit."""

    alarms: tuple[Event, ...]
    """Events shown with their details."""
    digest: tuple[Event, ...]
    """Events shown as one line."""
    omitted: int
    """The number of events that are not shown."""

    @property
    def rest(self) -> str:
        """The sentence about events that are not shown; `""` where there are none."""
        return f"and {self.omitted:,} more that are not shown here" if self.omitted else ""


def fitted(message: Message, render: Callable[[Share], str | None]) -> str:
    """The rendering of the largest share of the message that fits.

    `render` gives None where there is no room. Alarms first lose their details and become lines, then are
    left out; a share of nothing always fits. What comes alone is shown with its details.
    """
    lines = len(message.events)
    alarms = lines if lines == 1 else len(message.alarms)  # there is room for one, whatever it says
    while True:
        found = render(_share(message, alarms, lines))
        if found is not None:
            return found
        if lines == 0:
            raise ValueError("there is no room for a headline")
        if lines > max(5, 2 * alarms):
            lines //= 2
        elif alarms > 0:
            alarms //= 2
        else:
            lines //= 2


def _share(message: Message, alarms: int, lines: int) -> Share:
    shown = message.events[:lines]
    return Share(shown[:alarms], shown[alarms:], len(message.events) - len(shown))
