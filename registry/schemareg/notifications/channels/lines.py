"""What every medium says of a message, in the same words; each escapes and lays it out for itself."""

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
"""Characters of one text that a medium shows at most, where it has no smaller limit of its own."""

_ORIGINS = 5
_LINK = re.compile(r"https://[A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=%-]{1,2000}", re.ASCII)

WORDS = {Severity.ERROR: "Error", Severity.WARNING: "Warning", Severity.NOTICE: "Notice"}
MARKS = {Severity.ERROR: "🔴", Severity.WARNING: "🟡", Severity.NOTICE: "🔵"}
"""For media that cannot colour a word."""


def line(text: str, limit: int = TEXT) -> str:
    """`text` on one line of at most `limit` characters, nothing of it hidden, a cut shown by `…`."""
    shown = visible(text[: limit + 1])  # cut first: five megabytes are not escaped to be cut then
    return shown if len(shown) <= limit else f"{shown[: limit - 1]}…"


def worst(message: Message) -> Severity:
    """The severity of the worst that it tells."""
    return min(
        (each.severity for each in message.events),
        key=lambda each: each.rank,
        default=Severity.NOTICE,
    )


def named(event: Event) -> Iterator[tuple[str, str]]:
    """Its details, each on one line, none of them empty."""
    for name, text in event.details:
        if text:
            yield line(name, 100), line(text)


def origin(event: Event) -> str:
    """When it came, and by whom: `landed 2026-11-22 12:00 UTC in 3f2a9c1 by Ada, #12`."""
    moment = event.time.astimezone(UTC)
    if not event.commit:
        return f"as of {moment.date().isoformat()}"
    by = f" by {line(event.actor, 100)}" if event.actor else ""
    request = f", #{line(event.pull_request, 20)}" if event.pull_request else ""
    return f"landed {moment:%Y-%m-%d %H:%M} UTC in {line(event.commit[:7])}{by}{request}"


class Origin(NamedTuple):
    """Where events come from, and where that can be looked at."""

    text: str
    link: str
    """`""` where there is no page of it."""


def origins(message: Message) -> tuple[Origin, ...]:
    """Where its events come from, each once: mostly one, for a message is of one landing or day.

    A message may come back from a ledger that somebody else wrote: what is no plain https address
    is no link.
    """
    found = dict.fromkeys(
        Origin(origin(each), each.link if _LINK.fullmatch(each.link) else "")
        for each in message.events
    )
    return tuple(found)[:_ORIGINS]


def repeats(message: Message, event: Event) -> bool:
    """Whether the title of an event was said as the message's headline already."""
    return event.title == message.headline


class Share(NamedTuple):
    """So much of a message as a medium has room for."""

    alarms: tuple[Event, ...]
    """Those that are shown with their details: all of them, or what comes alone."""
    digest: tuple[Event, ...]
    """Those that are shown by a line."""
    omitted: int
    """How many are not shown."""

    @property
    def rest(self) -> str:
        """What to say of those that are not shown; `""` where there are none."""
        return f"and {self.omitted:,} more, which are not shown here" if self.omitted else ""


def fitted(message: Message, render: Callable[[Share], str | None]) -> str:
    """What `render` makes of the largest share of the message that it has room for.

    It gives None where there is no room. Alarms that lose their details are lines first, then
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
